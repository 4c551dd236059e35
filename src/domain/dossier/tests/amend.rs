//! Voided and corrected events, and what is refused because of its instant.

use super::super::super::figure::{self, Contribution, Fact};
use super::super::{Outcome, State};
use super::*;

fn closed_on(rows: &[Contribution]) -> Vec<(NaiveDate, i64)> {
    rows.iter().filter(|c| matches!(c.fact, Fact::Closed { .. })).map(|c| (c.on, c.quantity)).collect()
}

#[test]
fn a_voided_closing_counts_as_never_closed() {
    let mut case = Case::received(1);
    let open = case.history.replay(&RULES).expect("a history");
    let closed = case.own(resolved(), "2024-05-08T10:00:00").expect("a result");
    let number = case.history.version();
    let again = case.own(EventKind::Voided { number }, "2024-06-03T09:00:00").expect("a voiding");
    assert_eq!((again.state, again.closing), (open.state, None));
    assert_eq!(figure::dossier(&again), figure::dossier(&open));
    let rows = figure::difference(&figure::dossier(&closed), &figure::dossier(&again));
    assert_eq!(closed_on(&rows), [(day("2024-05-08"), -1)], "one fewer on the old closing day");
    assert_eq!(rows.len(), 1);
    let twice = case.own(EventKind::Voided { number }, "2024-06-03T10:00:00");
    assert_eq!(twice, Err(Refusal::NothingToVoid(number)));
    let closed = case.own(resolved(), "2024-06-04T10:00:00").expect("a new result");
    assert_eq!(closed_on(&figure::dossier(&closed)), [(day("2024-06-04"), 1)]);
}

#[test]
fn a_closing_that_others_stand_on_is_not_voided_alone() {
    let mut case = Case::received(1);
    case.own(resolved(), "2024-05-08T10:00:00").expect("a result");
    let number = case.history.version();
    case.own(EventKind::Returned, "2024-05-09T10:00:00").expect("fetched");
    let alone = case.own(EventKind::Voided { number }, "2024-06-03T09:00:00");
    assert!(matches!(alone, Err(Refusal::Forbidden { event: "returned", .. })), "{alone:?}");
    let both = [number + 1, number]
        .map(|number| draft(EventKind::Voided { number }, at("2024-06-03T09:00:00"), Source::Own));
    let open =
        case.history.record(both.to_vec(), at("2024-06-03T09:00:00"), &RULES).expect("both as one step");
    assert_eq!((open.state, open.returned_at), (State::Received, None));
}

#[test]
fn only_events_that_are_there_and_no_receipts_are_voided() {
    let mut case = Case::received(1);
    for number in [0, 1, 2, 7] {
        let outcome = case.own(EventKind::Voided { number }, "2024-05-07T09:00:00");
        assert_eq!(outcome, Err(Refusal::NothingToVoid(number)));
    }
    case.own(EventKind::Started, "2024-05-07T09:00:00").expect("a step");
    case.own(EventKind::Voided { number: 2 }, "2024-05-07T10:00:00").expect("a voiding");
    let outcome = case.own(EventKind::Voided { number: 3 }, "2024-05-07T11:00:00");
    assert_eq!(outcome, Err(Refusal::NothingToVoid(3)), "a voiding stays");
}

#[test]
fn the_future_is_refused() {
    let mut case = Case::received(1);
    let outcome = case.record(resolved(), "2024-05-08T10:00:01", Source::Import, "2024-05-08T10:00:00");
    assert_eq!(outcome, Err(Refusal::Future { event: "resolved", at: at("2024-05-08T10:00:01") }));
    let outcome = case.own(correction("2024-05-09T10:00:00"), "2024-05-08T10:00:00");
    assert_eq!(outcome, Err(Refusal::Future { event: "corrected", at: at("2024-05-09T10:00:00") }));
    // Of a step of several drafts none is kept.
    let drafts = vec![
        draft(EventKind::Started, at("2024-05-08T10:00:00"), Source::Own),
        draft(resolved(), at("2024-05-09T10:00:00"), Source::Own),
    ];
    let before = case.history.clone();
    assert!(case.history.record(drafts, at("2024-05-08T12:00:00"), &RULES).is_err());
    assert_eq!(case.history, before);
}

#[test]
fn before_the_receipt_nothing_happens() {
    let mut case = Case::received(1);
    for source in [Source::Own, Source::Import] {
        for kind in [resolved(), paused(), EventKind::Started, EventKind::Withdrawn] {
            let outcome = case.record(kind, "2024-05-06T08:59:59", source, "2024-05-08T10:00:00");
            assert!(matches!(outcome, Err(Refusal::BeforeReceipt { .. })), "{outcome:?}");
        }
    }
    let empty = Case::default().own(EventKind::Started, "2024-05-06T08:59:59");
    assert!(matches!(empty, Err(Refusal::BeforeReceipt { .. })));
    assert_eq!(History::default().replay(&RULES), Err(Refusal::NoIntake));
}

#[test]
fn a_forbidden_step_names_its_neighbour() {
    let mut case = Case::received(1);
    case.own(paused(), "2024-05-08T10:00:00").expect("a pause");
    case.own(EventKind::Resumed, "2024-05-10T10:00:00").expect("a resume");
    let outcome = case.record(resolved(), "2024-05-09T10:00:00", Source::Own, "2024-05-13T10:00:00");
    let expected = Refusal::Forbidden {
        state: State::AwaitingSupplement,
        event: "resolved",
        at: at("2024-05-09T10:00:00"),
        previous: Some(("paused", at("2024-05-08T10:00:00"))),
        from: &[State::Received, State::InProcess],
        to: Some(State::Resolved),
    };
    assert_eq!(outcome, Err(expected));
}

#[test]
fn corrected_fields_hold_from_the_beginning() {
    let mut case = Case::received(1);
    case.own(
        EventKind::HandedOver { from: Some(id(60)), to: id(61), step: "Thẩm định".into() },
        "2024-05-07T10:00:00",
    )
    .expect("a hand-over");
    let all = Correction {
        received_at: Some(at("2024-05-03T10:00:00")),
        unit_id: Some(id(51)),
        procedure_version_id: Some(id(4)),
        channel: Some(Channel::Online),
        applicant_kind: Some(ApplicantKind::Organisation),
        holder_id: Some(id(62)),
        promised_at: Some(at("2024-05-15T17:00:00")),
        judge_by: Some(JudgeBy::Appointment),
    };
    let dossier = case.own(EventKind::Corrected(all), "2024-05-08T10:00:00").expect("a correction");
    assert_eq!((dossier.received_at, dossier.received_on), (at("2024-05-03T10:00:00"), day("2024-05-03")));
    assert_eq!((dossier.unit_id, dossier.procedure_id), (id(51), id(1004)));
    assert_eq!((dossier.channel, dossier.applicant_kind), (Channel::Online, ApplicantKind::Organisation));
    assert_eq!(dossier.due_at(), Some(at("2024-05-13T17:00:00")), "ten days after the true receipt");
    assert_eq!(dossier.promised_at, Some(at("2024-05-15T17:00:00")));
    assert_eq!(dossier.judge_by, JudgeBy::Appointment);
    assert_eq!(dossier.holder_id, Some(id(62)), "also where it was handed over before");
    let rows = figure::dossier(&dossier);
    assert!(
        rows.iter().all(|c| c.unit_id == id(51) && c.procedure_id == id(1004) && c.on == day("2024-05-03"))
    );
    let narrower = Correction { channel: Some(Channel::Post), ..Correction::default() };
    let dossier = case.own(EventKind::Corrected(narrower), "2024-05-09T10:00:00").expect("a correction");
    assert_eq!((dossier.channel, dossier.unit_id), (Channel::Post, id(51)), "the rest stays corrected");
}

#[test]
fn what_lies_after_the_true_receipt_is_accepted() {
    let mut case = Case::received(1);
    case.own(correction("2024-05-02T10:00:00"), "2024-05-07T10:00:00").expect("a correction");
    let dossier =
        case.record(paused(), "2024-05-03T10:00:00", Source::Own, "2024-05-07T11:00:00").expect("a pause");
    assert_eq!(dossier.state, State::AwaitingSupplement);
}

#[test]
fn a_receipt_is_not_corrected_past_what_the_clock_did() {
    let mut case = Case::received(1);
    case.own(resolved(), "2024-05-08T10:00:00").expect("a result");
    let outcome = case.own(correction("2024-05-09T10:00:00"), "2024-05-10T10:00:00");
    assert_eq!(outcome, Err(Refusal::BeforeReceipt { event: "resolved", at: at("2024-05-08T10:00:00") }));
    let dossier = case.own(correction("2024-05-08T09:00:00"), "2024-05-10T10:00:00").expect("a correction");
    assert_eq!(dossier.received_on, day("2024-05-08"));
}

#[test]
fn without_a_receipt_there_is_none_to_correct() {
    let mut case = Case::default();
    case.own(EventKind::Registered(intake(1)), "2024-05-05T21:00:00").expect("a registration");
    let outcome = case.own(correction("2024-05-04T21:00:00"), "2024-05-06T08:00:00");
    assert!(matches!(outcome, Err(Refusal::BeforeReceipt { event: "corrected", .. })), "{outcome:?}");
}

#[test]
fn a_voided_correction_is_forgotten() {
    let mut case = Case::received(1);
    let before = case.history.replay(&RULES).expect("a history");
    case.own(correction("2024-05-03T10:00:00"), "2024-05-07T10:00:00").expect("a correction");
    let number = case.history.version();
    assert_eq!(case.own(EventKind::Voided { number }, "2024-05-07T11:00:00").expect("a voiding"), before);
}

#[test]
fn digitisation_and_refusal_show_in_the_figures() {
    let mut case = Case::received(1);
    case.own(EventKind::Resolved { outcome: Outcome::Refused }, "2024-05-08T10:00:00").expect("a refusal");
    let scanned = EventKind::Digitised { intake: Some(Tracked::Yes), result: Some(Tracked::No) };
    let dossier = case.own(scanned, "2024-05-09T10:00:00").expect("a scan");
    let facts: Vec<String> = figure::dossier(&dossier).iter().map(|c| c.fact.to_string()).collect();
    assert_eq!(facts, ["received:counter:full:yes", "closed:refused:early:no"]);
}

#[test]
fn versions_that_nobody_knows_are_named() {
    let mut case = Case::default();
    let outcome = case.own(EventKind::Received(intake(99)), "2024-05-06T09:00:00");
    assert_eq!(outcome, Err(Refusal::UnknownVersion(id(99))));
    let unknown = Intake { calendar_id: id(98), ..intake(1) };
    let outcome = case.own(EventKind::Received(unknown), "2024-05-06T09:00:00");
    assert_eq!(outcome, Err(Refusal::UnknownVersion(id(98))));
    let old = case.own(EventKind::Received(intake(1)), "1970-05-06T09:00:00");
    assert_eq!(old, Err(Refusal::OutOfRange));
}
