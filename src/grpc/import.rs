//! ImportService: the stream of batches, and imports as resources.

use std::pin::Pin;

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt as _};
use tonic::{Request, Response, Status, Streaming};
use uuid::Uuid;

use super::convert::{code_of, timestamp};
use super::import_convert::{outcome, row, wire_kind};
use super::{Front, Plan, status};
use crate::domain::record::RecordKind;
use crate::pb::v1;
use crate::pb::v1::import_service_server::ImportService;
use crate::service::imports::{self, ImportRun, ProblemRow, Rehearsal, Start};
use crate::service::{Context, ServiceError, Violation};

/// Answers under way: with the batches that the client may have unanswered this bounds the memory.
const ANSWERS: usize = 8;

type Answers = mpsc::Sender<Result<v1::ImportResponse, Status>>;

fn started(import_name: String, committed_row: i64) -> v1::ImportResponse {
    let message = v1::ImportStarted { import_name, committed_row };
    v1::ImportResponse { message: Some(v1::import_response::Message::Started(message)) }
}

fn begin(start: &v1::ImportStart) -> Result<Start, Violation> {
    let import_id = Uuid::parse_str(&start.import_id).map_err(|_| {
        Violation::new("start.import_id", "NOT_A_UUID", "import_id phải là UUID", "import_id must be a UUID")
    })?;
    let kind = match start.kind() {
        v1::ImportKind::Full => "full",
        v1::ImportKind::Partial => "partial",
        v1::ImportKind::Unspecified => return Err(Violation::missing("start.kind")),
    };
    Ok(Start { import_id, source: start.source.clone(), kind: kind.to_owned() })
}

/// What a stream moves.
enum Open {
    /// An import.
    Real(Start),
    /// A dry run.
    Rehearsed(Box<Rehearsal>),
}

/// Reads the stream to its end, answering each batch after its commit.
async fn run(
    front: &Front,
    context: &Context,
    mut messages: Streaming<v1::ImportRequest>,
    answers: &Answers,
) -> Result<(), Status> {
    use v1::import_request::Message;
    let wrong = |error: ServiceError| Front::refuse(context, error);
    let mut open: Option<Open> = None;
    loop {
        // A batch once read is committed and answered; between batches the house may close.
        let next = tokio::select! {
            biased;
            () = front.closing.cancelled() => return Err(status::closing(context)),
            next = messages.next() => next,
        };
        let Some(request) = next else { break };
        match (request?.message, &mut open) {
            (Some(Message::Start(asked)), None) => {
                let start = begin(&asked).map_err(|v| wrong(v.into()))?;
                let answer = if asked.dry_run {
                    let rehearsal = front.house.rehearse(context.clone(), &start).await.map_err(wrong)?;
                    open = Some(Open::Rehearsed(Box::new(rehearsal)));
                    started(String::new(), 0)
                } else {
                    let import = front.house.start_import(context.clone(), &start).await.map_err(wrong)?;
                    open = Some(Open::Real(start));
                    started(format!("imports/{}", import.id), import.committed_row)
                };
                if answers.send(Ok(answer)).await.is_err() {
                    return Ok(());
                }
            }
            (Some(Message::Batch(batch)), Some(open)) => {
                let rows: Option<Vec<_>> = batch.rows.into_iter().map(row).collect();
                let rows = rows.ok_or_else(|| wrong(Violation::missing("batch.rows.record").into()))?;
                // The office clock may stand; a long stream dates each batch anew.
                let at = Context { now: front.house.world.office.now(), ..context.clone() };
                let done = match open {
                    Open::Real(start) => front.house.import_batch(at, start, batch.first_row, rows).await,
                    Open::Rehearsed(run) => run.batch(&front.house, at, batch.first_row, rows).await,
                };
                let (outcomes, committed_row) = done.map_err(wrong)?;
                let message = v1::ImportBatchOutcome {
                    committed_row,
                    outcomes: outcomes.into_iter().map(outcome).collect(),
                };
                let answer =
                    v1::ImportResponse { message: Some(v1::import_response::Message::Outcome(message)) };
                if answers.send(Ok(answer)).await.is_err() {
                    // The client is gone: it goes on from the committed row.
                    return Ok(());
                }
            }
            (Some(Message::Start(_)), Some(_)) => {
                return Err(wrong(
                    Violation::new(
                        "start",
                        "TWICE",
                        "start chỉ được gửi một lần",
                        "start is sent once, first",
                    )
                    .into(),
                ));
            }
            (Some(Message::Batch(_)) | None, _) => return Err(wrong(Violation::missing("start").into())),
        }
    }
    if let Some(Open::Real(start)) = &open {
        let at = Context { now: front.house.world.office.now(), ..context.clone() };
        front.house.finish_import(at, start).await.map_err(wrong)?;
    }
    Ok(())
}

fn import(run: &ImportRun) -> v1::Import {
    v1::Import {
        name: format!("imports/{}", run.id),
        uid: run.id.to_string(),
        source: run.source.clone(),
        kind: if run.kind == "full" { v1::ImportKind::Full.into() } else { v1::ImportKind::Partial.into() },
        state: if run.state == "finished" {
            v1::ImportState::Finished.into()
        } else {
            v1::ImportState::Open.into()
        },
        committed_row: run.committed_row,
        landed: run.landed,
        unchanged: run.unchanged,
        changed: run.changed,
        refused: run.refused,
        warned: run.warned,
        create_time: Some(timestamp(run.started_at)),
        update_time: Some(timestamp(run.updated_at)),
        finished_at: run.finished_at.map(timestamp),
        etag: run.committed_row.to_string(),
    }
}

fn problem(row: ProblemRow) -> v1::ImportProblem {
    let severity = if row.severity == "warning" { v1::Severity::Warning } else { v1::Severity::Error };
    let kind = RecordKind::ALL.iter().copied().find(|kind| kind.as_str() == row.kind);
    v1::ImportProblem {
        row: row.row_number,
        kind: kind.map_or(v1::RecordKind::Unspecified, wire_kind).into(),
        code: row.code.unwrap_or_default(),
        problem: Some(v1::RowProblem {
            severity: severity.into(),
            field: row.field.unwrap_or_default(),
            file: row.file.unwrap_or_default(),
            line: row.line.unwrap_or_default(),
            reason: row.reason,
            message_vi: row.message_vi,
            message_en: row.message_en,
        }),
        recorded_at: Some(timestamp(row.recorded_at)),
    }
}

fn import_id(field: &str, name: &str) -> Result<Uuid, Violation> {
    let id = code_of(field, name, "imports")?;
    Uuid::parse_str(&id).map_err(|_| {
        Violation::new(
            field,
            "BAD_NAME",
            format!("{field}: viết dạng imports/UUID"),
            format!("{field}: write it as imports/UUID"),
        )
    })
}

#[tonic::async_trait]
impl ImportService for Front {
    type ImportStream = Pin<Box<dyn Stream<Item = Result<v1::ImportResponse, Status>> + Send>>;

    async fn import(
        &self,
        request: Request<Streaming<v1::ImportRequest>>,
    ) -> Result<Response<Self::ImportStream>, Status> {
        let context = Self::context(&request)?;
        let front = self.clone();
        let messages = request.into_inner();
        let (answers, outgoing) = mpsc::channel(ANSWERS);
        tokio::spawn(async move {
            if let Err(error) = run(&front, &context, messages, &answers).await {
                // A client that is gone needs no answer.
                let _gone = answers.send(Err(error)).await;
            }
        });
        Ok(Response::new(Box::pin(ReceiverStream::new(outgoing))))
    }

    async fn get_import(
        &self,
        request: Request<v1::GetImportRequest>,
    ) -> Result<Response<v1::GetImportResponse>, Status> {
        self.look(request, |look, r: v1::GetImportRequest| {
            Box::pin(async move {
                let id = import_id("name", &r.name)?;
                let run = imports::get(look, id).await?;
                Ok(v1::GetImportResponse { import_run: Some(import(&run)) })
            })
        })
        .await
    }

    async fn list_imports(
        &self,
        request: Request<v1::ListImportsRequest>,
    ) -> Result<Response<v1::ListImportsResponse>, Status> {
        let plan = Plan { published: &imports::PUBLISHED, order: ("create_time", true), references: &[] };
        self.list(request, plan, |look, _, listing| {
            Box::pin(async move {
                let page = imports::list(look, &listing.query).await?;
                Ok(v1::ListImportsResponse {
                    imports: page.rows.iter().map(import).collect(),
                    next_page_token: listing.token(page.next.as_ref())?,
                })
            })
        })
        .await
    }

    async fn list_import_problems(
        &self,
        request: Request<v1::ListImportProblemsRequest>,
    ) -> Result<Response<v1::ListImportProblemsResponse>, Status> {
        let plan = Plan { published: &imports::PUBLISHED_PROBLEMS, order: ("row", false), references: &[] };
        self.list(request, plan, |look, r: v1::ListImportProblemsRequest, listing| {
            Box::pin(async move {
                let id = import_id("parent", &r.parent)?;
                let page = imports::list_problems(look, id, &listing.query).await?;
                Ok(v1::ListImportProblemsResponse {
                    problems: page.rows.into_iter().map(problem).collect(),
                    next_page_token: listing.token(page.next.as_ref())?,
                })
            })
        })
        .await
    }
}
