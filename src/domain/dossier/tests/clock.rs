//! Pauses, restarts, promises and closings against the clock (domain.md §4 and §5).

use super::super::super::deadline::Timeliness;
use super::super::super::figure;
use super::super::{ClosedAs, Span, State};
use super::*;

fn span(from: &str, to: Option<&str>) -> Span {
    Span { from: day(from), to: to.map(day) }
}

#[test]
fn the_golden_pause_moves_the_due_day() {
    let mut case = Case::received(1);
    let standing = case.own(paused(), "2024-05-08T10:00:00").expect("a pause");
    assert_eq!((standing.due_at(), standing.state), (None, State::AwaitingSupplement));
    assert_eq!(standing.paused, [span("2024-05-08", None)]);
    let running = case.own(EventKind::Resumed, "2024-05-10T08:00:00").expect("a resume");
    assert_eq!(running.due_at(), Some(at("2024-05-15T17:00:00")));
    assert_eq!(running.paused, [span("2024-05-08", Some("2024-05-10"))]);
}

#[test]
fn a_restart_begins_the_term_anew() {
    let mut case = Case::received(2);
    case.own(paused(), "2024-05-08T10:00:00").expect("a pause");
    let dossier = case.own(EventKind::Resumed, "2024-05-10T08:00:00").expect("a resume");
    assert_eq!(dossier.due_at(), Some(at("2024-05-17T17:00:00")), "five working days after the resume");
    assert_eq!(
        (dossier.term_from, dossier.received_at),
        (at("2024-05-10T08:00:00"), at("2024-05-06T09:00:00"))
    );
    assert_eq!(
        dossier.paused,
        [span("2024-05-08", Some("2024-05-10"))],
        "the pause still counts on its days"
    );
    assert_eq!(dossier.promised_at, Some(at("2024-05-13T17:00:00")), "the receipt still says what it said");
}

#[test]
fn a_restart_ends_an_overdue_that_came_before_the_pause() {
    let mut case = Case::received(2);
    case.own(paused(), "2024-05-15T10:00:00").expect("a pause after the due day");
    let dossier = case.own(EventKind::Resumed, "2024-05-17T08:00:00").expect("a resume");
    assert_eq!(dossier.overdue, [span("2024-05-13", Some("2024-05-17"))]);
    assert_eq!(dossier.paused, [], "it was overdue, not in due, while the clock stood");
}

#[test]
fn a_pause_never_undoes_lateness() {
    let mut case = Case::received(1);
    let late = case.own(paused(), "2024-05-15T10:00:00").expect("a pause");
    assert_eq!(late.due_at(), Some(at("2024-05-13T17:00:00")));
    let flag = EventKind::DeadlinePassed { due_at: at("2024-05-13T17:00:00") };
    let flagged =
        case.record(flag, "2024-05-14T00:00:00", Source::House, "2024-05-15T11:00:00").expect("a flag");
    assert!(flagged.overdue_flagged);
    assert_eq!(flagged.overdue, [span("2024-05-13", None)]);
}

#[test]
fn a_flag_for_another_deadline_says_nothing() {
    let mut case = Case::received(1);
    let flag = EventKind::DeadlinePassed { due_at: at("2024-05-10T17:00:00") };
    let dossier =
        case.record(flag, "2024-05-11T00:00:00", Source::House, "2024-05-15T11:00:00").expect("a flag");
    assert!(!dossier.overdue_flagged);
    assert_eq!(dossier.overdue, []);
}

#[test]
fn finished_while_the_clock_stood_is_early_and_flagged() {
    let mut case = Case::received(1);
    case.import(paused(), "2024-05-08T10:00:00").expect("a pause");
    let dossier = case.import(resolved(), "2024-05-20T10:00:00").expect("an import");
    let closing = dossier.closing.expect("it is closed");
    assert_eq!((closing.timeliness, closing.while_stopped), (Some(Timeliness::Early), true));
    assert_eq!(dossier.due_at(), None, "a closing doesn't end a pause");
    assert_eq!(dossier.paused, [span("2024-05-08", Some("2024-05-20"))]);
    // Where the term had run out before the clock stood, it is late.
    let late = Case::of(vec![
        (EventKind::Received(intake(1)), "2024-05-06T09:00:00"),
        (paused(), "2024-05-14T10:00:00"),
        (resolved(), "2024-05-20T10:00:00"),
    ]);
    let closing = late.expect("an import").closing.expect("it is closed");
    assert_eq!((closing.timeliness, closing.while_stopped), (Some(Timeliness::Late), false));
}

#[test]
fn a_pause_after_the_closing_moves_no_judgement() {
    let dossier = Case::of(vec![
        (EventKind::Received(intake(1)), "2024-05-06T09:00:00"),
        (resolved(), "2024-05-13T10:00:00"),
        (paused(), "2024-05-13T11:00:00"),
    ]);
    let dossier = dossier.expect("an import");
    assert_eq!(dossier.closing.expect("it is closed").timeliness, Some(Timeliness::OnTime));
    assert_eq!((dossier.pauses.len(), dossier.warnings.len()), (0, 1));
}

#[test]
fn a_resume_after_the_closing_begins_nothing_anew() {
    let dossier = Case::of(vec![
        (EventKind::Received(intake(2)), "2024-05-06T09:00:00"),
        (paused(), "2024-05-14T10:00:00"),
        (resolved(), "2024-05-20T10:00:00"),
        (EventKind::Resumed, "2024-05-21T10:00:00"),
    ]);
    let dossier = dossier.expect("an import");
    assert_eq!(dossier.term_from, at("2024-05-06T09:00:00"));
    assert_eq!(dossier.closing.expect("it is closed").timeliness, Some(Timeliness::Late));
    assert_eq!(dossier.overdue, [span("2024-05-13", Some("2024-05-20"))]);
}

#[test]
fn a_resume_after_the_closing_moves_no_judgement() {
    // Closed while the clock stood; with the resume the term would have ended on that very day.
    let dossier = Case::of(vec![
        (EventKind::Received(intake(6)), "2024-05-06T09:00:00"),
        (paused(), "2024-05-06T10:00:00"),
        (resolved(), "2024-05-06T14:00:00"),
        (EventKind::Resumed, "2024-05-06T15:00:00"),
    ]);
    let dossier = dossier.expect("an import");
    let closing = dossier.closing.expect("it is closed");
    assert_eq!((closing.timeliness, closing.while_stopped), (Some(Timeliness::Early), true));
    assert_eq!((dossier.due_at(), dossier.warnings.len()), (None, 2));
}

#[test]
fn a_new_pause_at_the_instant_of_a_resume_is_not_lost() {
    let resume = (EventKind::Resumed, "2024-05-08T10:00:00");
    let pause = (EventKind::Paused { reason: PauseReason::FinancialObligation }, "2024-05-08T10:00:00");
    for (second, third) in [(resume.clone(), pause.clone()), (pause, resume)] {
        let begin =
            vec![(EventKind::Received(intake(1)), "2024-05-06T09:00:00"), (paused(), "2024-05-07T09:00:00")];
        let dossier = Case::of(begin.into_iter().chain([second, third]).collect()).expect("an import");
        assert_eq!((dossier.state, dossier.pauses.len()), (State::AwaitingPayment, 2));
        assert_eq!(dossier.warnings, []);
    }
    let momentary = Case::of(vec![
        (EventKind::Received(intake(1)), "2024-05-06T09:00:00"),
        (EventKind::Resumed, "2024-05-07T09:00:00"),
        (paused(), "2024-05-07T09:00:00"),
    ]);
    assert_eq!(momentary.expect("an import").state, State::InProcess, "stopped and started again at once");
}

#[test]
fn timeliness_is_judged_at_the_terms_own_granularity() {
    let finish = |version, when| {
        let mut case = Case::received(version);
        let dossier = case.own(resolved(), when).expect("a result");
        dossier.closing.and_then(|c| c.timeliness).expect("it is judged")
    };
    // Five working days: 2024-05-13, by the local date.
    assert_eq!(finish(1, "2024-05-12T23:59:59"), Timeliness::Early);
    assert_eq!(finish(1, "2024-05-13T00:00:00"), Timeliness::OnTime);
    assert_eq!(finish(1, "2024-05-13T23:59:59"), Timeliness::OnTime, "a deadline in days ends at 24:00");
    assert_eq!(finish(1, "2024-05-14T00:00:00"), Timeliness::Late);
    // Eight hours from Monday 09:00: Tuesday 09:00, by the instant.
    assert_eq!(finish(3, "2024-05-07T08:59:59"), Timeliness::Early);
    assert_eq!(finish(3, "2024-05-07T09:00:00"), Timeliness::OnTime);
    assert_eq!(finish(3, "2024-05-07T09:00:01"), Timeliness::Late);
}

#[test]
fn hours_that_ran_out_on_the_closing_day_leave_no_overdue_day() {
    let mut case = Case::received(3);
    let dossier = case.own(resolved(), "2024-05-07T16:00:00").expect("a result");
    assert_eq!(dossier.overdue, [], "late, but overdue at the end of no day");
    let rows = figure::dossier(&dossier);
    assert_eq!(rows.len(), 2);
}

#[test]
fn a_reappointment_moves_the_promise_and_not_the_deadline() {
    let mut case = Case::received(1);
    let letter =
        |promised: &str| EventKind::Reappointed { promised_at: at(promised), letter: "02/XL".into() };
    let dossier = case.own(letter("2024-05-17T17:00:00"), "2024-05-10T09:00:00").expect("a letter");
    assert_eq!(dossier.due_at(), Some(at("2024-05-13T17:00:00")));
    assert_eq!((dossier.promised_at, dossier.reappointments), (Some(at("2024-05-17T17:00:00")), 1));
    let again = case
        .own(letter("2024-05-24T17:00:00"), "2024-05-16T09:00:00")
        .expect("accepted, flagged by its count");
    assert_eq!((again.promised_at, again.reappointments), (Some(at("2024-05-24T17:00:00")), 2));
    let done = case.own(resolved(), "2024-05-17T09:00:00").expect("a result");
    assert_eq!(done.closing.and_then(|c| c.timeliness), Some(Timeliness::Late));
}

#[test]
fn the_promise_is_what_the_receipt_says() {
    let mut case = Case::received(1);
    case.own(paused(), "2024-05-08T10:00:00").expect("a pause");
    let dossier = case.own(EventKind::Resumed, "2024-05-10T08:00:00").expect("a resume");
    assert_eq!(dossier.promised_at, Some(at("2024-05-13T17:00:00")), "computed at receipt");
    let given = Intake { promised_at: Some(at("2024-05-20T17:00:00")), ..intake(1) };
    let dossier = Case::of(vec![(EventKind::Received(given), "2024-05-06T09:00:00")]).expect("an import");
    assert_eq!(
        (dossier.promised_at, dossier.due_at()),
        (Some(at("2024-05-20T17:00:00")), Some(at("2024-05-13T17:00:00")))
    );
}

#[test]
fn what_was_recorded_after_its_deadline_as_done_before_it_is_marked() {
    let close = |kind: EventKind, source, now| {
        let mut case = Case::received(1);
        let dossier = case.record(kind, "2024-05-10T10:00:00", source, now).expect("a result");
        dossier.closing.expect("it is closed").recorded_late
    };
    assert!(close(resolved(), Source::Own, "2024-05-14T08:00:00"));
    assert!(close(EventKind::Withdrawn, Source::Own, "2024-05-14T08:00:00"));
    assert!(!close(resolved(), Source::Own, "2024-05-13T23:00:00"), "recorded on the due day");
    assert!(
        !close(resolved(), Source::Import, "2024-05-14T08:00:00"),
        "a source brings its records when it comes"
    );
    let mut case = Case::received(1);
    let late =
        case.record(resolved(), "2024-05-14T10:00:00", Source::Own, "2024-05-15T08:00:00").expect("a result");
    assert!(!late.closing.expect("it is closed").recorded_late, "late anyway");
}

#[test]
fn a_result_that_is_fetched_late_makes_nobody_late() {
    let mut case = Case::received(1);
    case.own(resolved(), "2024-05-10T10:00:00").expect("a result");
    let dossier = case.own(EventKind::Returned, "2024-06-10T10:00:00").expect("fetched");
    let closing = dossier.closing.expect("it is closed");
    assert_eq!((closing.on, closing.timeliness), (day("2024-05-10"), Some(Timeliness::Early)));
    assert_eq!(dossier.returned_at, Some(at("2024-06-10T10:00:00")));
}

#[test]
fn an_imported_end_counts_whatever_state_it_meets() {
    let dossier = Case::of(vec![
        (EventKind::Received(intake(1)), "2024-05-06T09:00:00"),
        (EventKind::Stopped, "2024-05-15T09:00:00"),
    ]);
    let dossier = dossier.expect("an import");
    assert_eq!(dossier.closing.map(|c| (c.closed_as, c.timeliness)), Some((ClosedAs::Stopped, None)));
    assert_eq!(
        dossier.overdue,
        [span("2024-05-13", Some("2024-05-15"))],
        "it was overdue until it was stopped"
    );
}
