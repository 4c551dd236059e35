//! What a source says of its appointments: warned of once where they aren't the law's, kept where they move, and what
//! it tells too late is marked. Dossiers of the small town, in five working days.

use bonro::domain::dossier::{ApplicantKind, Channel, ClosedAs};
use bonro::domain::permission::Scope;
use bonro::domain::record::{ClockRecord, DossierRecord, Record, Severity};
use bonro::pb::v1;
use bonro::pb::v1::dossier_service_server::DossierService as _;
use bonro::pb::v1::unit_service_server::UnitService as _;
use bonro::store::{Store, rules, scratch};

use super::checked::found;
use super::town::{Town, answered, at, date, procedure, stamp};
use crate::support::both;

/// Received on Monday, 6 May: due on the 13th.
fn record(code: &str, unit: &str, promised: &str) -> DossierRecord {
    DossierRecord {
        code: code.into(),
        procedure_code: "d5".into(),
        unit_code: unit.into(),
        channel: Some(Channel::Counter),
        applicant_kind: Some(ApplicantKind::Person),
        received_at: Some(at("2024-05-06T02:00:00Z")),
        promised_at: (!promised.is_empty()).then(|| at(promised)),
        ..DossierRecord::default()
    }
}

fn closed(record: DossierRecord, when: &str) -> DossierRecord {
    DossierRecord { closed_at: Some(at(when)), outcome: Some(ClosedAs::Resolved), ..record }
}

/// The clock stood from the 8th to the 16th.
fn stopped(record: DossierRecord, resumed: bool) -> DossierRecord {
    let turn = |when: &str, stopped| ClockRecord {
        at: Some(at(when)),
        stopped,
        reason: "supplement_requested".into(),
        ..ClockRecord::default()
    };
    let mut clock = vec![turn("2024-05-08T02:00:00Z", true)];
    clock.extend(resumed.then(|| turn("2024-05-16T02:00:00Z", false)));
    DossierRecord { clock, ..record }
}

/// A night's export of one dossier: the reasons of its warnings, and the dossier as it then stands.
async fn night(town: &Town, when: &str, record: DossierRecord) -> (Vec<String>, v1::Dossier) {
    town.set(when);
    let code = record.code.clone();
    let outcome = town.import(vec![Record::Dossier(Box::new(record))]).await.remove(0);
    let problems = outcome.landed.problems.iter();
    assert!(problems.clone().all(|problem| problem.severity == Severity::Warning), "{problems:?}");
    let reasons = problems.map(|problem| format!("{} {}", problem.field, problem.reason)).collect();
    let ask = v1::GetDossierRequest { name: format!("dossiers/{code}") };
    (reasons, answered(town.front.get_dossier(town.ask(ask)).await).dossier.expect("a dossier"))
}

async fn by_appointment(town: &Town, unit: &str) {
    let request = v1::SetJudgeByRequest {
        name: format!("units/{unit}"),
        judge_by: v1::JudgeBy::Appointment.into(),
        effective_on: Some(date("2024-01-01")),
        ..v1::SetJudgeByRequest::default()
    };
    answered(town.front.set_judge_by(town.ask(request)).await);
}

async fn town(url: &str) -> Town {
    let town = Town::open(url).await;
    town.import(vec![procedure()]).await;
    by_appointment(&town, "P1").await;
    town
}

both!(an_appointment_that_is_not_the_laws_is_warned_of_once, |house| {
    let town = town(&house.url).await;
    let differs = ["due_at PROMISE_DIFFERS".to_owned()];
    let late = || record("D1", "P2", "2024-05-15T10:00:00Z");
    let (said, dossier) = night(&town, "2024-05-16T16:00:00Z", late()).await;
    assert_eq!((said.as_slice(), dossier.promise_days), (differs.as_slice(), Some(2)));
    let (said, dossier) = night(&town, "2024-05-17T16:00:00Z", closed(late(), "2024-05-17T03:00:00Z")).await;
    assert_eq!((said.len(), dossier.promise_days), (0, Some(2)), "said already, and still listed");
    assert_eq!(dossier.timeliness(), v1::Timeliness::Late, "by the law in P2");
    // The deadline of the receipt, and that of now, are both the law's; another hour of the day is no difference.
    for (code, promised) in [("D2", "2024-05-13T03:00:00Z"), ("D3", "2024-05-21T10:00:00Z"), ("D4", "")] {
        let said = night(&town, "2024-05-17T16:00:00Z", stopped(record(code, "P2", promised), true)).await.0;
        assert_eq!(said.len(), 0, "{code}: {said:?}");
    }
    let (said, dossier) =
        night(&town, "2024-05-17T16:00:00Z", stopped(record("D5", "P2", "2024-05-24T10:00:00Z"), true)).await;
    assert_eq!((said.as_slice(), dossier.promise_days), (differs.as_slice(), Some(3)));
    assert!(found(&town).await.is_empty());
});

both!(an_appointment_that_a_source_moves_is_kept_and_mends_no_lateness, |house| {
    let town = town(&house.url).await;
    let first = || record("D1", "P1", "2024-05-13T10:00:00Z");
    night(&town, "2024-05-07T16:00:00Z", first()).await;
    let (_, waits) = night(&town, "2024-05-08T16:00:00Z", stopped(first(), false)).await;
    assert_eq!((waits.judge_by(), waits.judged_due_at), (v1::JudgeBy::Appointment, None));
    // It ran again on the 16th, with a new date; told two nights later.
    let moved = || stopped(record("D1", "P1", "2024-05-21T10:00:00Z"), true);
    let (said, dossier) = night(&town, "2024-05-18T16:00:00Z", moved()).await;
    assert_eq!((said.len(), dossier.promised_at), (0, Some(stamp("2024-05-21T10:00:00Z"))), "{said:?}");
    assert_eq!(dossier.judged_due_at, dossier.promised_at);
    // Other content of the same state moves nothing, and the moved date isn't taken back.
    let scanned = DossierRecord { intake_digitised: Some(true), ..moved() };
    let (_, dossier) = night(&town, "2024-05-19T16:00:00Z", scanned).await;
    assert_eq!(dossier.judged_due_at, Some(stamp("2024-05-21T10:00:00Z")));
    // When that date had passed, a later one undoes nothing.
    let again = || stopped(record("D1", "P1", "2024-05-31T10:00:00Z"), true);
    let (said, dossier) = night(&town, "2024-05-23T16:00:00Z", again()).await;
    assert_eq!(said, ["due_at PROMISE_DIFFERS"]);
    assert_eq!(dossier.promised_at, Some(stamp("2024-05-31T10:00:00Z")), "the citizen has it");
    assert!(dossier.overdue && dossier.judged_due_at == Some(stamp("2024-05-21T10:00:00Z")));
    let (_, dossier) = night(&town, "2024-05-30T16:00:00Z", closed(again(), "2024-05-30T03:00:00Z")).await;
    assert_eq!(
        (dossier.timeliness(), dossier.apologised),
        (v1::Timeliness::Late, false),
        "no letter went out"
    );
    // Told at once with the closing, it holds only if that came before the old date passed.
    for (code, end, expected) in [
        ("D2", "2024-05-14T03:00:00Z", v1::Timeliness::Late),
        ("D3", "2024-05-13T03:00:00Z", v1::Timeliness::Early),
    ] {
        night(&town, "2024-06-01T16:00:00Z", record(code, "P1", "2024-05-13T10:00:00Z")).await;
        let end = closed(record(code, "P1", "2024-05-20T10:00:00Z"), end);
        let (_, dossier) = night(&town, "2024-06-02T16:00:00Z", end).await;
        assert_eq!(dossier.timeliness(), expected, "{code}");
    }
    assert!(found(&town).await.is_empty());
});

both!(what_a_source_tells_too_late_is_marked_but_not_its_history, |house| {
    let town = town(&house.url).await;
    let open = |code: &str| record(code, "P2", "2024-05-13T10:00:00Z");
    let in_time = "2024-05-10T03:00:00Z";
    let (_, history) = night(&town, "2024-06-03T16:00:00Z", closed(open("OLD"), in_time)).await;
    assert!(!history.late_recorded && history.timeliness() == v1::Timeliness::Early);
    town.set("2024-05-07T16:00:00Z");
    for code in ["NEXT", "LATER"] {
        night(&town, "2024-05-07T16:00:00Z", open(code)).await;
    }
    let (_, next) = night(&town, "2024-05-14T16:00:00Z", closed(open("NEXT"), in_time)).await;
    assert!(!next.late_recorded, "the export of the next working day tells in time");
    let (_, later) = night(&town, "2024-05-14T17:00:00Z", closed(open("LATER"), in_time)).await;
    assert!(later.late_recorded && later.timeliness() == v1::Timeliness::Early);
    let ledger = town.ledger("dossier").await;
    let marked: Vec<_> = ledger.iter().filter(|((.., fact), _)| fact == "late_recorded").collect();
    assert_eq!(marked.len(), 1);
    // The source corrects a closing that it told in time: no new late record.
    let (_, corrected) =
        night(&town, "2024-06-04T16:00:00Z", closed(open("NEXT"), "2024-05-10T04:00:00Z")).await;
    assert!(!corrected.late_recorded);
    assert!(found(&town).await.is_empty());
});

both!(a_rehearsal_judges_by_the_same_settings, |house| {
    let town = town(&house.url).await;
    let look = town.house.look(town.context(Scope::All)).await.expect("a look");
    let archive = Store::scratch().await.expect("a scratch archive");
    let tx = archive.begin().await.expect("a transaction");
    scratch::copy_rules(&look.door, &tx).await.expect("the rules are copied");
    let copied = rules::load(&tx).await.expect("they are read");
    assert_eq!(copied.judging, look.rules.judging);
    assert_eq!(copied.judging.len(), 1, "P1's");
});
