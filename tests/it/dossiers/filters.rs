//! Filters of lists: each published field by itself and joined, held against the dossiers read one by one.

use std::collections::BTreeSet;

use bonro::pb::v1::import_service_client::ImportServiceClient;
use bonro::pb::v1::unit_service_client::UnitServiceClient;
use bonro::pb::v1::{self, DossierState as State};
use prost_types::Timestamp;
use tonic::Code;
use tonic_types::StatusExt as _;

use super::office::{Office, at, fields, refusal};
use crate::support::both;

/// Dossiers of every kind that a filter can tell apart. The last is brought by another system; the clock ends at
/// the last days of 2024, beyond which no calendar is loaded.
pub async fn fill(office: &Office) {
    let new = |code: &str, unit: &str, procedure: &str| v1::ReceiveDossierRequest {
        unit: format!("units/{unit}"),
        procedure: format!("procedures/{procedure}"),
        ..Office::new_dossier(code)
    };
    // Received at one instant: equal keys.
    for (code, unit) in [("A-1", "A"), ("A-2", "A"), ("A-3", "A1"), ("B-1", "B"), ("B-2", "B"), ("B-3", "B")]
    {
        office.receive(new(code, unit, "P5")).await;
    }
    office.tick();
    let online = v1::ReceiveDossierRequest {
        channel: v1::Channel::Online.into(),
        holder: "officials/B-01".to_owned(),
        ..new("B-4", "B", "P8H")
    };
    office.receive(online).await;
    office.does("supplement", "A-1").await;
    office.does("payment", "B-1").await;
    office.does("hand_over", "A-2").await;
    // A letter of apology in time; and what unit B receives from tomorrow on is judged by the appointment.
    office.does("reappoint", "A-2").await;
    let judge = v1::SetJudgeByRequest {
        name: "units/B".to_owned(),
        judge_by: v1::JudgeBy::Appointment.into(),
        effective_on: Some(bonro::pb::google::r#type::Date { year: 2024, month: 5, day: 17 }),
        ..Default::default()
    };
    UnitServiceClient::new(office.call()).set_judge_by(judge).await.expect("a setting");
    office.does("withdraw", "B-2").await;
    office.does("resolve", "A-3").await;
    office.register("A-9").await;
    // Late, and recorded late.
    office.receive(new("A-4", "A", "P5")).await;
    office.receive(new("A-5", "A", "P5")).await;
    office.set("2024-06-03T01:00:00Z");
    office.does("refuse", "A-4").await;
    let late = v1::ResolveDossierRequest {
        name: "dossiers/A-5".to_owned(),
        outcome: v1::Outcome::Resolved.into(),
        occurred_at: Some(at("2024-05-17T01:00:00Z")),
        ..Default::default()
    };
    office.dossiers().resolve_dossier(late).await.expect("resolved");
    office.set("2024-12-30T01:00:00Z");
    office.receive(new("A-6", "A", "P5")).await;
    import(office).await;
}

async fn import(office: &Office) {
    use v1::import_request::Message;
    let record = v1::DossierRecord {
        code: "B-5".to_owned(),
        procedure_code: "P5".to_owned(),
        unit_code: "B".to_owned(),
        channel: v1::Channel::Post.into(),
        applicant_kind: v1::ApplicantKind::Organisation.into(),
        received_at: Some(at("2024-05-20T01:00:00Z")),
        ..Default::default()
    };
    let row = v1::ImportRow { record: Some(v1::import_row::Record::Dossier(record)), ..Default::default() };
    let start = v1::ImportStart {
        import_id: "01900000-0000-7000-8000-0000000000bb".to_owned(),
        source: "cổng khác".to_owned(),
        kind: v1::ImportKind::Partial.into(),
        ..v1::ImportStart::default()
    };
    let batch = v1::ImportBatch { first_row: 1, rows: vec![row] };
    let messages = [Message::Start(start), Message::Batch(batch)]
        .map(|message| v1::ImportRequest { message: Some(message) });
    let mut client = ImportServiceClient::new(office.call());
    let answers = client.import(tokio_stream::iter(messages)).await.expect("an import").into_inner();
    let answers: Vec<_> = tokio_stream::StreamExt::collect(answers).await;
    assert!(answers.len() == 2 && answers.iter().all(Result::is_ok), "{answers:?}");
}

pub fn list(filter: &str, order_by: &str, page_size: i32, page_token: &str) -> v1::ListDossiersRequest {
    v1::ListDossiersRequest {
        filter: filter.to_owned(),
        order_by: order_by.to_owned(),
        page_size,
        page_token: page_token.to_owned(),
    }
}

type Holds = fn(&v1::Dossier) -> bool;

fn seconds(at: Option<&Timestamp>) -> Option<i64> {
    at.map(|at| at.seconds)
}

/// A filter, and which dossiers it means.
const FILTERS: &[(&str, Holds)] = &[
    ("code = \"A-1\"", |d| d.code == "A-1"),
    ("code != A-1", |d| d.code != "A-1"),
    ("code < B", |d| d.code.as_str() < "B"),
    ("state = awaiting_supplement", |d| d.state() == State::AwaitingSupplement),
    ("state = DOSSIER_STATE_AWAITING_PAYMENT", |d| d.state() == State::AwaitingPayment),
    ("state != received", |d| d.state() != State::Received),
    ("unit = \"units/A\"", |d| d.unit == "units/A" || d.unit == "units/A1"),
    ("unit = units/A1", |d| d.unit == "units/A1"),
    ("unit = \"units/T\" AND unit != \"units/A\"", |d| d.unit == "units/B"),
    ("procedure = \"procedures/P8H\"", |d| d.procedure == "procedures/P8H"),
    ("procedure != P8H", |d| d.procedure != "procedures/P8H"),
    ("holder = \"officials/A-02\"", |d| d.holder == "officials/A-02"),
    ("holder = null", |d| d.holder.is_empty()),
    ("channel = online", |d| d.channel() == v1::Channel::Online),
    ("channel = CHANNEL_POST", |d| d.channel() == v1::Channel::Post),
    ("received_at >= 2024-06-01T00:00:00+07:00", |d| {
        seconds(d.received_at.as_ref()) >= seconds(Some(&at("2024-05-31T17:00:00Z")))
    }),
    ("received_at <= \"2024-05-16T01:00:00Z\"", |d| {
        seconds(d.received_at.as_ref()) <= seconds(Some(&at("2024-05-16T01:00:00Z")))
    }),
    ("due_at > 2024-06-01T00:00:00Z", |d| {
        d.due_at.is_some() && seconds(d.due_at.as_ref()) > seconds(Some(&at("2024-06-01T00:00:00Z")))
    }),
    ("due_at = null", |d| d.due_at.is_none()),
    ("due_at != null", |d| d.due_at.is_some()),
    ("closed_at = null", |d| d.closed_at.is_none()),
    ("closed_at < 2024-06-01T00:00:00Z", |d| {
        d.closed_at.is_some() && seconds(d.closed_at.as_ref()) < seconds(Some(&at("2024-06-01T00:00:00Z")))
    }),
    ("outcome = refused", |d| d.outcome() == v1::Outcome::Refused),
    ("outcome = OUTCOME_WITHDRAWN", |d| d.outcome() == v1::Outcome::Withdrawn),
    ("timeliness = late", |d| d.timeliness() == v1::Timeliness::Late),
    ("timeliness = TIMELINESS_EARLY", |d| d.timeliness() == v1::Timeliness::Early),
    ("open = true", |d| d.open),
    ("open = false", |d| !d.open),
    ("overdue = true", |d| d.overdue),
    ("overdue != true", |d| !d.overdue),
    ("clock_stopped = true", |d| d.clock_stopped),
    ("provisional = true", |d| d.provisional),
    ("late_recorded = true", |d| d.late_recorded),
    ("judge_by = appointment", |d| d.judge_by() == v1::JudgeBy::Appointment),
    ("judge_by = JUDGE_BY_STATUTORY", |d| d.judge_by() == v1::JudgeBy::Statutory),
    ("apologised = true", |d| d.apologised),
    ("promise_way != \"same\"", |d| d.promise_days.is_some()),
    ("promise_way = later", |d| d.promise_days > Some(0)),
    ("source = \"cổng khác\"", |d| d.source == "cổng khác"),
    ("source = null", |d| d.source.is_empty()),
    ("open = true AND overdue = true AND unit = \"units/B\" AND procedure = P5", |d| {
        d.open && d.overdue && d.unit == "units/B" && d.procedure == "procedures/P5"
    }),
];

both!(each_field_finds_what_it_says, |house| {
    let office = Office::open(&house).await;
    fill(&office).await;
    let mut client = office.dossiers();
    let all = client.list_dossiers(list("", "", 0, "")).await.expect("all").into_inner().dossiers;
    assert_eq!(all.len(), 12);
    for (filter, holds) in FILTERS {
        let found = client.list_dossiers(list(filter, "", 0, "")).await;
        let found = found.unwrap_or_else(|status| panic!("{filter}: {status:?}")).into_inner().dossiers;
        let found: BTreeSet<&str> = found.iter().map(|d| d.code.as_str()).collect();
        let meant: BTreeSet<&str> = all.iter().filter(|d| holds(d)).map(|d| d.code.as_str()).collect();
        assert_eq!(found, meant, "{filter}");
        assert!(!meant.is_empty() && meant.len() < all.len(), "{filter} tells nothing apart: {meant:?}");
    }
    let published = bonro::service::dossiers::PUBLISHED;
    for field in published.map(|published| published.field.name) {
        let used = |filter: &str| filter.split(' ').any(|word| word == field);
        assert!(FILTERS.iter().any(|(filter, _)| used(filter)), "{field} isn't tried");
    }
});

both!(what_a_filter_can_not_mean_is_refused, |house| {
    let office = Office::open(&house).await;
    let mut client = office.dossiers();
    for (filter, reason) in [
        ("colour = red", "UNKNOWN_FIELD"),
        ("state = asleep", "UNKNOWN_WORD"),
        ("outcome = OUTCOME_LOST", "UNKNOWN_WORD"),
        ("unit = \"units/NONE\"", "UNKNOWN_REFERENCE"),
        ("holder = \"officials/NOBODY\"", "UNKNOWN_REFERENCE"),
        ("procedure = \"procedures/NONE\"", "UNKNOWN_REFERENCE"),
        ("unit > \"units/A\"", "BAD_OPERATOR"),
        ("procedure < P5", "BAD_OPERATOR"),
        ("due_at < tomorrow", "BAD_VALUE"),
        ("open = perhaps", "BAD_VALUE"),
        ("code", "BAD_SYNTAX"),
        ("code = A OR code = B", "BAD_SYNTAX"),
        ("NOT open = true", "UNKNOWN_FIELD"),
    ] {
        let refused = client.list_dossiers(list(filter, "", 0, "")).await.expect_err(filter);
        assert_eq!(refusal(&refused), (Code::InvalidArgument, reason.to_owned()), "{filter}");
        assert_eq!(fields(&refused), ["filter"], "{filter}");
    }
    // All that is wrong at once, and the fields that may be used are named.
    let refused =
        client.list_dossiers(list("colour = red", "holder", -1, "x")).await.expect_err("four faults");
    assert_eq!(fields(&refused), ["filter", "order_by", "page_size", "page_token"]);
    let bad = refused.get_details_bad_request().expect("violations").field_violations;
    let said = |field: &str| {
        let found = bad.iter().find(|violation| violation.field == field);
        found.map(|violation| violation.description.clone()).unwrap_or_default()
    };
    assert!(said("filter").contains("clock_stopped"), "{}", said("filter"));
    assert!(said("order_by").contains("code, received_at, due_at"), "{}", said("order_by"));
});

both!(a_history_is_filtered_and_ordered_too, |house| {
    let office = Office::open(&house).await;
    office.receive(Office::new_dossier("D")).await;
    for verb in ["start", "supplement", "resume", "hand_over", "resolve"] {
        office.does(verb, "D").await;
    }
    let mut client = office.dossiers();
    let mut numbers = async |filter: &str, order_by: &str, page_size: i32| {
        let mut numbers = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = v1::ListDossierEventsRequest {
                parent: "dossiers/D".to_owned(),
                filter: filter.to_owned(),
                order_by: order_by.to_owned(),
                page_size,
                page_token,
            };
            let page = client.list_dossier_events(request).await?.into_inner();
            numbers.extend(page.events.iter().map(|event| event.number));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok::<_, tonic::Status>(numbers);
            }
        }
    };
    assert_eq!(numbers("", "", 2).await.expect("pages"), [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(numbers("", "number desc", 3).await.expect("pages"), [7, 6, 5, 4, 3, 2, 1]);
    // The scan of the result stands beside the resolution: one instant, the number decides.
    assert_eq!(numbers("", "occurred_at desc", 1).await.expect("pages"), [7, 6, 5, 4, 3, 2, 1]);
    assert_eq!(numbers("kind = paused", "", 0).await.expect("one"), [3]);
    assert_eq!(numbers("kind = DOSSIER_EVENT_KIND_HANDED_OVER", "", 0).await.expect("one"), [5]);
    assert_eq!(numbers("kind != paused AND number < 5", "", 2).await.expect("some"), [1, 2, 4]);
    assert_eq!(numbers("occurred_at <= 2024-05-16T01:02:00Z", "", 0).await.expect("three"), [1, 2, 3]);
    assert_eq!(numbers("recorded_at > 2024-05-16T01:04:00Z", "", 0).await.expect("two"), [6, 7]);
    for (filter, order_by) in [("kind = sung", ""), ("reason = x", ""), ("", "kind")] {
        let refused = numbers(filter, order_by, 0).await.expect_err(filter);
        assert_eq!(refused.code(), Code::InvalidArgument, "{filter}{order_by}");
    }
});
