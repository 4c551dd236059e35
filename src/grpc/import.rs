//! ImportService: the stream of batches, and imports as resources.

use std::pin::Pin;

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt as _};
use tonic::{Request, Response, Status, Streaming};
use uuid::Uuid;

use super::convert::{code_of, instant};
use super::import_convert::{outcome, row};
use super::import_show::{import_id, kept_outcome, problem, shown, source, source_name, uid_of};
use super::{Front, Plan, status};
use crate::pb::v1;
use crate::pb::v1::import_service_server::ImportService;
use crate::service::imports::{self, Rehearsal, Start, names};
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
    let watermark = start.watermark.as_ref().map(|at| {
        instant(at).ok_or_else(|| {
            Violation::new(
                "start.watermark",
                "BAD_INSTANT",
                "start.watermark: không phải là thời điểm có thật; hãy sửa",
                "start.watermark is no real instant; correct it",
            )
        })
    });
    Ok(Start {
        import_id,
        source: start.source.clone(),
        kind: kind.to_owned(),
        file_name: start.file_name.clone(),
        sha256: start.sha256.clone(),
        watermark: watermark.transpose()?,
        force: start.force,
        ..Start::default()
    })
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
                Ok(v1::GetImportResponse { import_run: Some(shown(&run)) })
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
                    imports: page.rows.iter().map(shown).collect(),
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

    async fn list_import_outcomes(
        &self,
        request: Request<v1::ListImportOutcomesRequest>,
    ) -> Result<Response<v1::ListImportOutcomesResponse>, Status> {
        let plan = Plan { published: &imports::PUBLISHED_OUTCOMES, order: ("row", false), references: &[] };
        self.list(request, plan, |look, r: v1::ListImportOutcomesRequest, listing| {
            Box::pin(async move {
                let id = import_id("parent", &r.parent)?;
                let page = imports::list_outcomes(look, id, &listing.query).await?;
                Ok(v1::ListImportOutcomesResponse {
                    outcomes: page.rows.into_iter().map(kept_outcome).collect(),
                    next_page_token: listing.token(page.next.as_ref())?,
                })
            })
        })
        .await
    }

    async fn undo_import(
        &self,
        request: Request<v1::UndoImportRequest>,
    ) -> Result<Response<v1::UndoImportResponse>, Status> {
        let context = Self::context(&request)?;
        let asked = request.into_inner();
        let (house, within) = (self.house.clone(), context.clone());
        // Goes on to its end even if the caller leaves.
        let running = tokio::spawn(async move {
            let id = import_id("name", &asked.name)?;
            house.undo_import(within, id, &asked.reason).await
        });
        let done = running.await;
        let done = done.unwrap_or_else(|_| Err(ServiceError::Internal("an undo panicked".to_owned())));
        let run = done.map_err(|error| Self::refuse(&context, error))?;
        Ok(Response::new(v1::UndoImportResponse { import_run: Some(shown(&run)) }))
    }

    async fn list_sources(
        &self,
        request: Request<v1::ListSourcesRequest>,
    ) -> Result<Response<v1::ListSourcesResponse>, Status> {
        let usual = self.house.settings.stale_after_hours;
        self.look(request, move |look, _| {
            Box::pin(async move {
                let all = imports::list_sources(look, usual).await?;
                Ok(v1::ListSourcesResponse {
                    sources: all.into_iter().map(|fresh| source(&look.rules, fresh)).collect(),
                })
            })
        })
        .await
    }

    async fn update_source(
        &self,
        request: Request<v1::UpdateSourceRequest>,
    ) -> Result<Response<v1::UpdateSourceResponse>, Status> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r| {
                Box::pin(async move {
                    let name = code_of("name", &r.name, "sources")?;
                    imports::set_staleness(work, &name, r.stale_after_hours, &r.etag).await?;
                    let usual = work.settings.stale_after_hours;
                    let all = imports::freshness(&work.tx, &work.rules, usual, work.now()).await?;
                    let found = all.into_iter().find(|fresh| fresh.row.name == name);
                    Ok(v1::UpdateSourceResponse { source: found.map(|fresh| source(&work.rules, fresh)) })
                })
            },
        )
        .await
    }

    async fn list_source_names(
        &self,
        request: Request<v1::ListSourceNamesRequest>,
    ) -> Result<Response<v1::ListSourceNamesResponse>, Status> {
        let plan = Plan { published: &names::PUBLISHED, order: ("text", false), references: &[] };
        self.list(request, plan, |look, _, listing| {
            Box::pin(async move {
                let page = names::list(look, &listing.query).await?;
                Ok(v1::ListSourceNamesResponse {
                    names: page.rows.into_iter().map(|row| source_name(&look.rules, row)).collect(),
                    next_page_token: listing.token(page.next.as_ref())?,
                })
            })
        })
        .await
    }

    async fn decide_source_name(
        &self,
        request: Request<v1::DecideSourceNameRequest>,
    ) -> Result<Response<v1::DecideSourceNameResponse>, Status> {
        self.mutate(
            request,
            |r| &r.request_id,
            |work, r| {
                Box::pin(async move {
                    let id = uid_of("name", &r.name, "sourceNames")?;
                    let row = names::decide(work, id, r.means.trim(), &r.etag).await?;
                    Ok(v1::DecideSourceNameResponse { source_name: Some(source_name(&work.rules, row)) })
                })
            },
        )
        .await
    }
}
