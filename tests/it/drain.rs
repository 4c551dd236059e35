//! `bonro serve` told to stop (SIGTERM) while calls are under way: they end well or are told to come again, what was
//! answered as committed is there after the next start, nobody new is let in, and it ends in time with 0.

mod served;

use std::error::Error as _;
use std::time::{Duration, Instant};

use bonro::pb::v1;
use bonro::pb::v1::dossier_service_client::DossierServiceClient;
use bonro::pb::v1::import_service_client::ImportServiceClient;
use prost_types::Timestamp;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Request, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt as _;

use served::Served;

const IMPORT: &str = "01900000-0000-7000-8000-0000000000cc";

fn at(text: &str) -> Option<Timestamp> {
    let at: chrono::DateTime<chrono::Utc> = text.parse().ok()?;
    Some(Timestamp { seconds: at.timestamp(), nanos: 0 })
}

fn message(message: v1::import_request::Message) -> v1::ImportRequest {
    v1::ImportRequest { message: Some(message) }
}

fn start() -> v1::ImportRequest {
    message(v1::import_request::Message::Start(v1::ImportStart {
        import_id: IMPORT.to_owned(),
        source: "thử".to_owned(),
        kind: v1::ImportKind::Partial.into(),
        ..v1::ImportStart::default()
    }))
}

fn batch(first_row: i64, records: Vec<v1::import_row::Record>) -> v1::ImportRequest {
    let row = |record| v1::ImportRow { record: Some(record), ..v1::ImportRow::default() };
    let rows = records.into_iter().map(row).collect();
    message(v1::import_request::Message::Batch(v1::ImportBatch { first_row, rows }))
}

/// A unit, a calendar and a procedure: three rows.
fn founding() -> Vec<v1::import_row::Record> {
    use v1::import_row::Record;
    let hours = |opens: &str, closes: &str| v1::OfficeHours { opens: opens.into(), closes: closes.into() };
    vec![
        Record::Unit(v1::UnitRecord {
            code: "U".to_owned(),
            kind: "commune".to_owned(),
            display_name: "Đơn vị thử".to_owned(),
            ..Default::default()
        }),
        Record::Calendar(v1::CalendarRecord {
            time_zone: "Asia/Ho_Chi_Minh".to_owned(),
            working_weekdays: vec![1, 2, 3, 4, 5],
            office_hours: vec![hours("07:00", "11:30"), hours("13:30", "17:00")],
            same_day_cutoff: "15:00".to_owned(),
            first_year: 2024,
            last_year: 2024,
            ..Default::default()
        }),
        Record::Procedure(v1::ProcedureRecord {
            code: "P".to_owned(),
            display_name: "Thủ tục thử".to_owned(),
            field: "Thử".to_owned(),
            level: "town".to_owned(),
            term: Some(v1::Term { unit: v1::TermUnit::WorkingDays.into(), count: 5 }),
            online_level: v1::OnlineLevel::None.into(),
            ..Default::default()
        }),
    ]
}

/// Dossiers by number.
fn dossiers(numbers: std::ops::Range<i64>) -> Vec<v1::import_row::Record> {
    let dossier = |number: i64| v1::DossierRecord {
        code: format!("D-{number}"),
        procedure_code: "P".to_owned(),
        unit_code: "U".to_owned(),
        channel: v1::Channel::Counter.into(),
        applicant_kind: v1::ApplicantKind::Person.into(),
        received_at: at("2024-05-16T01:00:00Z"),
        ..Default::default()
    };
    numbers.map(|number| v1::import_row::Record::Dossier(dossier(number))).collect()
}

/// The number of the last committed row that an answer tells; all rows of it were taken.
fn committed(answer: Option<v1::ImportResponse>) -> i64 {
    match answer.and_then(|answer| answer.message).expect("an answer") {
        v1::import_response::Message::Started(started) => started.committed_row,
        v1::import_response::Message::Outcome(outcome) => {
            // The founding calendar of the house makes way for the imported one.
            let taken =
                |row: &v1::RowOutcome| matches!(row.result(), v1::RowResult::Landed | v1::RowResult::Changed);
            assert!(outcome.outcomes.iter().all(taken), "{:?}", outcome.outcomes);
            outcome.committed_row
        }
    }
}

async fn exists(served: &Served, code: &str) -> bool {
    let request = v1::GetDossierRequest { name: format!("dossiers/{code}") };
    match DossierServiceClient::new(served.call().await).get_dossier(request).await {
        Ok(_) => true,
        Err(status) if status.code() == Code::NotFound => false,
        Err(status) => panic!("{status:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_under_way_goes_on_after_the_next_start() {
    let office = served::Office::new(20);
    let served = office.serve().await;
    let mut health = HealthClient::new(served.call().await);
    let watch = |service: &str| HealthCheckRequest { service: service.to_owned() };
    let mut whole = health.watch(watch("")).await.expect("a watch").into_inner();
    let mut part = health.watch(watch("bonro.v1.ImportService")).await.expect("a watch").into_inner();
    for watched in [&mut whole, &mut part] {
        let first = watched.message().await.expect("a word").expect("a status");
        assert_eq!(first.status(), ServingStatus::Serving);
    }
    let (rows, outgoing) = mpsc::channel(8);
    let mut import = ImportServiceClient::new(served.call().await);
    rows.send(start()).await.expect("sent");
    let mut answers = import.import(ReceiverStream::new(outgoing)).await.expect("an import").into_inner();
    assert_eq!(committed(answers.message().await.expect("started")), 0);
    rows.send(batch(1, founding())).await.expect("sent");
    assert_eq!(committed(answers.message().await.expect("founded")), 3);
    rows.send(batch(4, dossiers(0..200))).await.expect("sent");
    assert_eq!(committed(answers.message().await.expect("landed")), 203);

    let asked = Instant::now();
    served.terminate();
    // Who watches is told first, and those who import are sent away with a word that programs can act on.
    for watched in [&mut whole, &mut part] {
        let last = watched.message().await.expect("a word").expect("a status");
        assert_eq!(last.status(), ServingStatus::NotServing);
        assert!(watched.message().await.expect("it ends well").is_none());
    }
    let status = answers.message().await.expect_err("the house closes");
    let reason = status.get_details_error_info().map(|info| info.reason);
    assert_eq!((status.code(), reason.as_deref()), (Code::Unavailable, Some("CLOSING")));
    assert!(status.get_details_retry_info().is_some());
    served.refuses_new_connections().await;
    assert_eq!(served.ended(Duration::from_secs(20)).await, Some(0));
    assert!(asked.elapsed() < Duration::from_secs(10), "nothing held it: {:?}", asked.elapsed());

    // What was answered is there; the same import goes on where it was.
    let served = office.serve().await;
    assert!(
        exists(&served, "D-0").await && exists(&served, "D-199").await && !exists(&served, "D-200").await
    );
    let mut import = ImportServiceClient::new(served.call().await);
    let more = [start(), batch(204, dossiers(200..210))];
    let mut answers = import.import(tokio_stream::iter(more)).await.expect("an import").into_inner();
    assert_eq!(committed(answers.message().await.expect("it goes on")), 203);
    assert_eq!(committed(answers.message().await.expect("landed")), 213);
    assert!(answers.message().await.expect("it ends well").is_none());
    let request = v1::GetImportRequest { name: format!("imports/{IMPORT}") };
    let run =
        import.get_import(request).await.expect("the import").into_inner().import_run.expect("the import");
    assert_eq!(
        (run.state(), run.committed_row, run.landed + run.changed),
        (v1::ImportState::Finished, 213, 213)
    );
    // Idle it ends at once.
    let asked = Instant::now();
    served.terminate();
    assert_eq!(served.ended(Duration::from_secs(20)).await, Some(0));
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_under_way_is_committed_and_answered_or_neither() {
    let office = served::Office::new(20);
    let served = office.serve().await;
    let mut import = ImportServiceClient::new(served.call().await);
    let (rows, outgoing) = mpsc::channel(16);
    rows.send(start()).await.expect("sent");
    rows.send(batch(1, founding())).await.expect("sent");
    let mut answers = import.import(ReceiverStream::new(outgoing)).await.expect("an import").into_inner();
    assert_eq!(committed(answers.message().await.expect("started")), 0);
    assert_eq!(committed(answers.message().await.expect("founded")), 3);
    for number in 0..8 {
        rows.send(batch(4 + number * 500, dossiers(number * 500..(number + 1) * 500))).await.expect("sent");
    }
    let mut last = committed(answers.message().await.expect("the first of eight"));
    served.terminate();
    let end = loop {
        match answers.message().await {
            Ok(answer) => last = committed(answer),
            Err(status) => break status,
        }
    };
    assert_eq!(end.code(), Code::Unavailable, "{end:?}");
    assert_eq!(served.ended(Duration::from_secs(20)).await, Some(0));
    let served = office.serve().await;
    let request = v1::GetImportRequest { name: format!("imports/{IMPORT}") };
    let mut import = ImportServiceClient::new(served.call().await);
    let run =
        import.get_import(request).await.expect("the import").into_inner().import_run.expect("the import");
    assert_eq!(run.committed_row, last, "no more is committed than was answered, and no less");
    let next = last - 3;
    assert!(
        exists(&served, &format!("D-{}", next - 1)).await && !exists(&served, &format!("D-{next}")).await
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_under_way_are_answered_or_told_to_come_again() {
    let office = served::Office::new(20);
    let served = office.serve().await;
    let mut import = ImportServiceClient::new(served.call().await);
    let messages = tokio_stream::iter([start(), batch(1, founding())]);
    let mut answers = import.import(messages).await.expect("an import").into_inner();
    while answers.message().await.expect("it ends well").is_some() {}

    let (told, mut heard) = mpsc::unbounded_channel();
    for caller in 0..4 {
        let (call, told) = (served.call().await, told.clone());
        tokio::spawn(async move {
            let mut client = DossierServiceClient::new(call);
            for number in 0.. {
                let request = v1::ReceiveDossierRequest {
                    code: format!("C{caller}-{number}"),
                    procedure: "procedures/P".to_owned(),
                    unit: "units/U".to_owned(),
                    channel: v1::Channel::Counter.into(),
                    applicant: Some(v1::Applicant {
                        kind: v1::ApplicantKind::Person.into(),
                        ..Default::default()
                    }),
                    occurred_at: at("2024-05-16T01:00:00Z"),
                    ..Default::default()
                };
                let code = request.code.clone();
                let answer = client.receive_dossier(request).await.map(|_| ());
                let over = answer.is_err();
                told.send((code, answer)).expect("somebody listens");
                if over {
                    break;
                }
            }
        });
    }
    drop(told);
    let mut codes = Vec::new();
    let mut refused: Vec<(String, Status)> = Vec::new();
    while let Some((code, answer)) = heard.recv().await {
        match answer {
            Ok(()) => codes.push(code),
            Err(status) => refused.push((code, status)),
        }
        if codes.len() == 20 && refused.is_empty() {
            served.terminate();
        }
    }
    assert_eq!(served.ended(Duration::from_secs(20)).await, Some(0));
    assert!(codes.len() >= 20 && refused.len() == 4);
    let served = office.serve().await;
    for code in codes {
        assert!(exists(&served, &code).await, "{code} was answered");
    }
    for (code, status) in refused {
        // A client whose connection closed before the call was sent says CANCELLED by itself.
        let never_sent = status.code() == Code::Cancelled && status.source().is_some();
        assert!(never_sent || status.code() == Code::Unavailable, "{status:?}");
        assert!(!exists(&served, &code).await, "{code} was taken up, and so it is answered: {status:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_never_ends_is_cut_off_in_time() {
    let office = served::Office::new(2);
    let served = office.serve().await;
    // A question whose message never comes: the house waits for it.
    let mut client = tonic::client::Grpc::new(served.call().await);
    client.ready().await.expect("connected");
    let codec = tonic_prost::ProstCodec::<v1::GetDossierRequest, v1::GetDossierResponse>::default();
    let path = "/bonro.v1.DossierService/GetDossier".parse().expect("a path");
    let silent = tokio_stream::pending::<v1::GetDossierRequest>();
    let call =
        tokio::spawn(async move { client.streaming(Request::new(silent), path, codec).await.map(|_| ()) });
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(!call.is_finished());
    let asked = Instant::now();
    served.terminate();
    assert_eq!(served.ended(Duration::from_secs(20)).await, Some(0));
    let took = asked.elapsed();
    assert!(took >= Duration::from_millis(1900) && took < Duration::from_secs(8), "{took:?}");
    call.await.expect("it didn't panic").expect_err("cut off");
}
