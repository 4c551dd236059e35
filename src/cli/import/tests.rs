//! The client of an import against a server that breaks: nothing is sent twice, nothing is left out,
//! and never more than eight batches are on the way.

use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_stream::wrappers::{ReceiverStream, TcpListenerStream};
use tonic::{Code, Request, Response, Status, Streaming};
use uuid::Uuid;

use super::sending::Origin;
use super::{Plan, Tally, carry_out};
use crate::cli::connection::{ConnectionArgs, Line};
use crate::intake::{Files, SourceRow, read};
use crate::pb::v1 as pb;
use crate::pb::v1::import_request::Message as Ask;
use crate::pb::v1::import_response::Message as Answer;
use crate::pb::v1::import_service_server::{ImportService, ImportServiceServer};

/// What the server remembers across its streams.
#[derive(Debug, Default)]
struct Memory {
    /// Codes of the rows that were committed, in order.
    codes: Vec<String>,
    starts: Vec<pb::ImportStart>,
    /// How often the key was on the request.
    keys: usize,
}

#[derive(Debug, Clone, Default)]
struct Server {
    memory: Arc<Mutex<Memory>>,
    /// After that many batches of a stream the next one is committed but not answered, and the stream
    /// breaks; 0: never.
    breaks_after: usize,
    /// How the stream breaks.
    code: Option<Code>,
}

type Answers = ReceiverStream<Result<pb::ImportResponse, Status>>;

impl Server {
    fn commit(&self, batch: &pb::ImportBatch) -> Vec<pb::RowOutcome> {
        let mut memory = self.memory.lock().expect("no test panics while it holds the lock");
        assert_eq!(usize::try_from(batch.first_row), Ok(memory.codes.len() + 1), "no gap and no repeat");
        let mut outcomes = Vec::new();
        for row in &batch.rows {
            let Some(pb::import_row::Record::Unit(unit)) = &row.record else { panic!("only units are sent") };
            memory.codes.push(unit.code.clone());
            let number = memory.codes.len();
            let problem = (number % 1000 == 7).then(problem);
            let result = if problem.is_some() { pb::RowResult::Refused } else { pb::RowResult::Landed };
            outcomes.push(pb::RowOutcome {
                row: i64::try_from(number).expect("a small number"),
                kind: pb::RecordKind::Unit.into(),
                code: unit.code.clone(),
                result: result.into(),
                problems: problem.into_iter().collect(),
                ..Default::default()
            });
        }
        outcomes
    }

    async fn stream(
        self,
        mut asks: Streaming<pb::ImportRequest>,
        answers: mpsc::Sender<Result<pb::ImportResponse, Status>>,
    ) {
        let mut batches = 0;
        while let Ok(Some(ask)) = asks.message().await {
            let answer = match ask.message.expect("every request says something") {
                Ask::Start(start) => {
                    let mut memory = self.memory.lock().expect("no test panics while it holds the lock");
                    memory.starts.push(start);
                    let committed_row = i64::try_from(memory.codes.len()).expect("a small number");
                    Answer::Started(pb::ImportStarted { committed_row, ..Default::default() })
                }
                Ask::Batch(batch) => {
                    let outcomes = self.commit(&batch);
                    batches += 1;
                    if self.breaks_after > 0 && batches > self.breaks_after {
                        let _ = answers.send(Err(Status::new(self.code.expect("a code"), "broken"))).await;
                        return;
                    }
                    let committed_row = outcomes.last().map_or(0, |outcome| outcome.row);
                    Answer::Outcome(pb::ImportBatchOutcome { committed_row, outcomes })
                }
            };
            if answers.send(Ok(pb::ImportResponse { message: Some(answer) })).await.is_err() {
                return;
            }
        }
    }
}

fn problem() -> pb::RowProblem {
    pb::RowProblem { severity: pb::Severity::Error.into(), reason: "BAD".to_owned(), ..Default::default() }
}

#[tonic::async_trait]
impl ImportService for Server {
    type ImportStream = Answers;

    async fn import(
        &self,
        request: Request<Streaming<pb::ImportRequest>>,
    ) -> Result<Response<Answers>, Status> {
        let has_key = request.metadata().get("authorization").is_some_and(|key| key == "Bearer secret");
        self.memory.lock().expect("no test panics while it holds the lock").keys += usize::from(has_key);
        let (sender, receiver) = mpsc::channel(8);
        tokio::spawn(self.clone().stream(request.into_inner(), sender));
        Ok(Response::new(ReceiverStream::new(receiver)))
    }

    async fn get_import(
        &self,
        _: Request<pb::GetImportRequest>,
    ) -> Result<Response<pb::GetImportResponse>, Status> {
        Err(Status::not_found("x"))
    }

    async fn list_imports(
        &self,
        _: Request<pb::ListImportsRequest>,
    ) -> Result<Response<pb::ListImportsResponse>, Status> {
        Err(Status::unimplemented("x"))
    }

    async fn list_import_outcomes(
        &self,
        _: Request<pb::ListImportOutcomesRequest>,
    ) -> Result<Response<pb::ListImportOutcomesResponse>, Status> {
        Err(Status::unimplemented("x"))
    }

    async fn undo_import(
        &self,
        _: Request<pb::UndoImportRequest>,
    ) -> Result<Response<pb::UndoImportResponse>, Status> {
        Err(Status::unimplemented("x"))
    }

    async fn list_sources(
        &self,
        _: Request<pb::ListSourcesRequest>,
    ) -> Result<Response<pb::ListSourcesResponse>, Status> {
        Err(Status::unimplemented("x"))
    }

    async fn update_source(
        &self,
        _: Request<pb::UpdateSourceRequest>,
    ) -> Result<Response<pb::UpdateSourceResponse>, Status> {
        Err(Status::unimplemented("x"))
    }

    async fn list_source_names(
        &self,
        _: Request<pb::ListSourceNamesRequest>,
    ) -> Result<Response<pb::ListSourceNamesResponse>, Status> {
        Err(Status::unimplemented("x"))
    }

    async fn decide_source_name(
        &self,
        _: Request<pb::DecideSourceNameRequest>,
    ) -> Result<Response<pb::DecideSourceNameResponse>, Status> {
        Err(Status::unimplemented("x"))
    }

    /// Two pages of the problems that were kept.
    async fn list_import_problems(
        &self,
        request: Request<pb::ListImportProblemsRequest>,
    ) -> Result<Response<pb::ListImportProblemsResponse>, Status> {
        let committed = self.memory.lock().expect("no test panics while it holds the lock").codes.len();
        let kept = (1..=committed).filter(|number| number % 1000 == 7).map(|number| pb::ImportProblem {
            row: i64::try_from(number).expect("a small number"),
            problem: Some(problem()),
            ..Default::default()
        });
        let is_first = request.get_ref().page_token.is_empty();
        let problems = if is_first { kept.take(2).collect() } else { kept.skip(2).collect() };
        let next_page_token = if is_first { "2".to_owned() } else { String::new() };
        Ok(Response::new(pb::ListImportProblemsResponse { problems, next_page_token }))
    }
}

async fn line_to(server: Server) -> Line {
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let service = ImportServiceServer::new(server).max_decoding_message_size(2 * 1024 * 1024);
    let serving = tonic::transport::Server::builder().add_service(service);
    tokio::spawn(serving.serve_with_incoming(TcpListenerStream::new(listener)));
    let connection =
        ConnectionArgs { server: format!("http://{address}"), key: Some("secret".to_owned()), ca: None };
    connection.connect().await.expect("the server listens")
}

fn rows(count: usize) -> Vec<SourceRow> {
    let mut text = "code,parent_code,kind,name\n".to_owned();
    for number in 1..=count {
        let _ = writeln!(text, "U{number},,office,Unit");
    }
    read(&Files::of_memory([("units.csv", text.into_bytes())])).rows
}

fn plan(dry_run: bool) -> Plan {
    Plan {
        id: Uuid::nil(),
        source: "csv".to_owned(),
        kind: pb::ImportKind::Partial,
        dry_run,
        origin: Origin::default(),
    }
}

async fn import(server: &Server, count: usize) -> anyhow::Result<Tally> {
    carry_out(&line_to(server.clone()).await, &plan(false), &rows(count)).await
}

#[tokio::test]
async fn a_broken_stream_goes_on_after_the_committed_row() {
    let server = Server { breaks_after: 3, code: Some(Code::Unavailable), ..Server::default() };
    let tally = import(&server, 10_500).await.expect("it goes on until all is committed");
    let memory = server.memory.lock().expect("the server is done");
    assert_eq!(memory.codes.len(), 10_500);
    assert_eq!((memory.codes[0].as_str(), memory.codes[10_499].as_str()), ("U1", "U10500"));
    // 4 batches a stream, 11 in all; every stream with the key and the same id.
    assert_eq!((memory.starts.len(), memory.keys), (3, 3));
    assert!(memory.starts.iter().all(|start| *start == memory.starts[0]));
    let total = tally.total();
    assert_eq!((total.rows, total.refused), (10_500, 11));
    // Of the batches that were committed but not answered the server said the problems later.
    assert_eq!(total.landed + total.before, 10_500 - 11);
    assert_eq!(total.before, 2 * 999);
    assert_eq!(
        tally.found.iter().map(|found| found.row).take(5).collect::<Vec<_>>(),
        [7, 1007, 2007, 3007, 4007]
    );
    assert_eq!(tally.found.len(), 11);
}

/// The stream of a client that was killed may commit a batch after ours began.
#[tokio::test]
async fn an_import_that_another_stream_moved_goes_on_too() {
    let server = Server { breaks_after: 1, code: Some(Code::Aborted), ..Server::default() };
    let tally = import(&server, 4000).await.expect("it goes on until all is committed");
    assert_eq!(server.memory.lock().expect("the server is done").codes.len(), 4000);
    let total = tally.total();
    assert_eq!((total.rows, total.landed + total.before, total.refused), (4000, 3996, 4));
}

#[tokio::test]
async fn an_import_that_was_begun_before_goes_on_after_its_last_row() {
    let server = Server::default();
    server.memory.lock().expect("nobody else").codes =
        (1..=1500).map(|number| format!("U{number}")).collect();
    let tally = import(&server, 2500).await.expect("it goes on");
    let total = tally.total();
    assert_eq!((total.rows, total.before, total.landed, total.refused), (2500, 1498, 999, 3));
    let again = import(&server, 2500).await.expect("nothing is left to send");
    assert_eq!((again.total().before, again.total().refused), (2497, 3));
}

#[tokio::test]
async fn a_refusal_of_the_whole_import_is_an_error_at_once() {
    let server = Server { breaks_after: 1, code: Some(Code::FailedPrecondition), ..Server::default() };
    let error = import(&server, 5000).await.expect_err("it isn't tried again");
    assert_eq!(error.downcast_ref::<Status>().map(Status::code), Some(Code::FailedPrecondition));
    assert_eq!(server.memory.lock().expect("the server is done").starts.len(), 1);
}

#[tokio::test]
async fn nothing_to_send_is_an_import_too() {
    let server = Server::default();
    let tally = import(&server, 0).await.expect("an empty import");
    assert_eq!((tally.total().rows, server.memory.lock().expect("done").starts.len()), (0, 1));
}
