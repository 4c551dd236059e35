//! Whose date judges: case by case. Received on Monday 2024-05-06 at 09:00; five working days are due on 05-13.

use super::super::super::deadline::Timeliness::{self, Early, Late, OnTime};
use super::super::super::figure::{self, Fact};
use super::super::{Giver, Span};
use super::*;

/// Judged by the appointment; `promised`: by the wall clock, as the source gave it.
fn by_appointment(version: u128, promised: Option<&str>) -> Intake {
    Intake { promised_at: promised.map(at), judge_by: JudgeBy::Appointment, ..intake(version) }
}

fn received(intake: Intake, source: Source) -> Case {
    let mut case = Case::default();
    case.record(EventKind::Received(intake), "2024-05-06T09:00:00", source, "2024-05-06T09:00:00")
        .expect("received");
    case
}

fn letter(promised: &str, number: &str) -> EventKind {
    EventKind::Reappointed { promised_at: at(promised), letter: number.into() }
}

fn flag(case: &mut Case, when: &str) -> Dossier {
    let due_at = case.history.replay(&RULES).expect("accepted").judged_due_at().expect("a date");
    case.record(EventKind::DeadlinePassed { due_at }, when, Source::House, when).expect("flagged")
}

fn closed(mut case: Case, when: &str) -> (Timeliness, Dossier) {
    let dossier = case.own(resolved(), when).expect("a result");
    (dossier.closing.and_then(|c| c.timeliness).expect("it is judged"), dossier)
}

fn has(dossier: &Dossier, fact: &Fact) -> bool {
    figure::dossier(dossier).iter().any(|c| c.fact == *fact && c.quantity == 1)
}

#[test]
fn the_setting_says_whose_date_judges() {
    let promised = Some("2024-05-20T17:00:00");
    for (judge_by, expected) in
        [(JudgeBy::Statutory, [Late, Late, Late]), (JudgeBy::Appointment, [Early, OnTime, Late])]
    {
        for (when, expected) in
            ["2024-05-17T10:00:00", "2024-05-20T23:59:00", "2024-05-21T00:00:00"].iter().zip(expected)
        {
            let intake = Intake { judge_by, ..by_appointment(1, promised) };
            let (found, dossier) = closed(received(intake, Source::Import), when);
            assert_eq!(found, expected, "{judge_by:?} {when}");
            assert_eq!(dossier.due_at(), Some(at("2024-05-13T17:00:00")), "the law's date stands beside it");
            assert_eq!(dossier.judged.map(|j| j.by), Some(judge_by));
        }
    }
}

#[test]
fn hours_are_judged_by_the_promised_instant() {
    let case = || received(by_appointment(3, Some("2024-05-07T10:00:00")), Source::Import);
    assert_eq!(closed(case(), "2024-05-07T09:59:59").0, Early);
    assert_eq!(closed(case(), "2024-05-07T10:00:00").0, OnTime);
    assert_eq!(closed(case(), "2024-05-07T10:00:01").0, Late, "though the law's eight hours end at 10:30");
}

#[test]
fn without_a_promise_the_law_judges() {
    // A source that gives no appointment: nobody here knows what the receipt says.
    let (found, dossier) = closed(received(by_appointment(1, None), Source::Import), "2024-05-14T10:00:00");
    assert_eq!((found, dossier.judged.map(|j| j.by)), (Late, Some(JudgeBy::Statutory)));
    // Our own receipt promises what was reckoned, and a stop doesn't move what is printed on it.
    let mut case = received(by_appointment(1, None), Source::Own);
    case.own(paused(), "2024-05-07T10:00:00").expect("a pause");
    case.own(EventKind::Resumed, "2024-05-09T10:00:00").expect("a resume");
    let (found, dossier) = closed(case, "2024-05-14T10:00:00");
    assert_eq!((found, dossier.due_at()), (Late, Some(at("2024-05-15T17:00:00"))));
    assert_eq!(dossier.promises[0].giver, Giver::Computed);
}

#[test]
fn the_last_promise_given_before_the_old_one_passed_judges() {
    let case = || received(by_appointment(1, Some("2024-05-13T17:00:00")), Source::Import);
    let mut in_time = case();
    in_time.own(letter("2024-05-20T17:00:00", "01/XL"), "2024-05-13T23:00:00").expect("a letter");
    assert_eq!(closed(in_time, "2024-05-20T10:00:00").0, OnTime);
    let mut too_late = case();
    too_late.own(letter("2024-05-20T17:00:00", "01/XL"), "2024-05-14T00:00:00").expect("a letter");
    let (found, dossier) = closed(too_late, "2024-05-20T10:00:00");
    assert_eq!(found, Late, "a letter after the day undoes no lateness");
    assert_eq!(dossier.promised_at, Some(at("2024-05-20T17:00:00")), "but the citizen has it");
    let mut told_late = case();
    told_late
        .record(
            letter("2024-05-20T17:00:00", "01/XL"),
            "2024-05-13T10:00:00",
            Source::Own,
            "2024-05-14T09:00:00",
        )
        .expect("a letter");
    assert_eq!(closed(told_late, "2024-05-20T10:00:00").0, Late, "entered when it was too late");
    let mut brought = case();
    brought
        .record(
            letter("2024-05-20T17:00:00", "01/XL"),
            "2024-05-13T10:00:00",
            Source::Import,
            "2024-05-14T09:00:00",
        )
        .expect("a letter");
    assert_eq!(closed(brought, "2024-05-20T10:00:00").0, OnTime, "a source brings its letters when it comes");
    let mut chain = case();
    chain.own(letter("2024-05-15T17:00:00", "01/XL"), "2024-05-10T10:00:00").expect("a letter");
    chain.own(letter("2024-05-22T17:00:00", "02/XL"), "2024-05-15T10:00:00").expect("a second");
    chain.own(letter("2024-05-01T17:00:00", "03/XL"), "2024-05-16T10:00:00").expect("a slip");
    assert_eq!(closed(chain, "2024-05-22T10:00:00").0, OnTime, "what has passed already is no promise");
}

#[test]
fn a_promise_that_passes_while_the_clock_stands_waits_for_the_resume() {
    let mut case = received(by_appointment(1, Some("2024-05-13T17:00:00")), Source::Own);
    let stopped = case.own(paused(), "2024-05-13T16:00:00").expect("a pause");
    assert_eq!(stopped.judged_due_at(), None);
    let resumed = case.own(EventKind::Resumed, "2024-05-16T08:00:00").expect("a resume");
    assert_eq!(resumed.judged_due_at(), Some(at("2024-05-16T08:00:00")), "overdue when that day is over");
    let again = {
        let mut case = Case { history: case.history.clone() };
        case.own(paused(), "2024-05-16T14:00:00").expect("a pause");
        case.own(EventKind::Resumed, "2024-05-17T08:00:00").expect("a resume")
    };
    assert_eq!(
        again.judged_due_at(),
        Some(at("2024-05-17T08:00:00")),
        "stopped again before that day was over"
    );
    let flagged = flag(&mut case, "2024-05-17T00:00:00");
    assert_eq!(flagged.overdue, [Span { from: day("2024-05-16"), to: None }]);
    assert_eq!(
        flagged.paused,
        [Span { from: day("2024-05-13"), to: Some(day("2024-05-16")) }],
        "in due until then"
    );
    assert_eq!(closed(case, "2024-05-17T08:00:00").0, Late);
    let mut new_promise = received(by_appointment(1, Some("2024-05-13T17:00:00")), Source::Own);
    new_promise.own(paused(), "2024-05-10T16:00:00").expect("a pause");
    new_promise
        .own(letter("2024-05-24T17:00:00", ""), "2024-05-15T16:00:00")
        .expect("a new date while it stands");
    new_promise.own(EventKind::Resumed, "2024-05-16T08:00:00").expect("a resume");
    assert_eq!(closed(new_promise, "2024-05-24T08:00:00").0, OnTime);
}

#[test]
fn a_stop_after_the_promise_passed_mends_nothing() {
    let mut case = received(by_appointment(1, Some("2024-05-08T17:00:00")), Source::Import);
    let flagged = flag(&mut case, "2024-05-09T00:00:00");
    assert!(flagged.overdue_flagged && flagged.due_at() == Some(at("2024-05-13T17:00:00")));
    let stopped = case.own(paused(), "2024-05-09T10:00:00").expect("a pause");
    assert_eq!(stopped.judged_due_at(), Some(at("2024-05-08T17:00:00")));
    assert_eq!((stopped.paused.len(), stopped.overdue.len()), (0, 1), "overdue, not paused in due");
    // By hours a stop that begins as they end comes too late too; one before it doesn't.
    let hours = |from: &str| {
        let mut case = received(by_appointment(3, Some("2024-05-07T10:00:00")), Source::Import);
        case.own(paused(), from).expect("a pause").judged_due_at()
    };
    assert_eq!(hours("2024-05-07T10:00:00"), Some(at("2024-05-07T10:00:00")));
    assert_eq!(hours("2024-05-07T09:59:59"), None);
}

#[test]
fn a_term_that_begins_anew_begins_no_promise_anew() {
    let mut case = received(by_appointment(2, None), Source::Own);
    case.own(paused(), "2024-05-07T10:00:00").expect("a pause");
    case.own(EventKind::Resumed, "2024-05-09T10:00:00").expect("a resume");
    let (found, dossier) = closed(case, "2024-05-15T10:00:00");
    assert_eq!((found, dossier.due_at()), (Late, Some(at("2024-05-16T17:00:00"))));
    assert_eq!(dossier.overdue, [Span { from: day("2024-05-13"), to: Some(day("2024-05-15")) }]);
}

#[test]
fn finished_while_the_clock_stood_is_early_by_either_date() {
    for judge_by in JudgeBy::ALL {
        let given = Intake { judge_by: *judge_by, ..by_appointment(1, Some("2024-05-13T17:00:00")) };
        let mut case = received(given, Source::Import);
        case.own(paused(), "2024-05-10T10:00:00").expect("a pause");
        let dossier = case.import(resolved(), "2024-05-20T10:00:00").expect("the source's word");
        let closing = dossier.closing.expect("it is closed");
        assert_eq!((closing.timeliness, closing.while_stopped), (Some(Early), true), "{judge_by:?}");
    }
}

#[test]
fn late_with_apology_is_told_apart() {
    let late = |given: &str, recorded: &str, number: &str| {
        let mut case = Case::received(1);
        case.record(letter("2024-05-24T17:00:00", number), given, Source::Own, recorded).expect("a letter");
        let flagged = flag(&mut case, "2024-05-16T00:00:00");
        assert_eq!(flagged.overdue.len(), 1);
        assert_eq!(
            flagged.overdue_apologised,
            if flagged.apologised { flagged.overdue.clone() } else { vec![] }
        );
        assert_eq!(has(&flagged, &Fact::OverdueApologised), flagged.apologised);
        let (found, dossier) = closed(case, "2024-05-20T10:00:00");
        assert_eq!((found, has(&dossier, &Fact::LateApologised)), (Late, flagged.apologised));
        assert_eq!(has(&dossier, &Fact::ClearedApologised), flagged.apologised);
        flagged.apologised
    };
    assert!(late("2024-05-13T20:00:00", "2024-05-13T20:00:00", "01/XL"), "on the due day");
    assert!(!late("2024-05-14T08:00:00", "2024-05-14T08:00:00", "01/XL"), "when it was too late");
    assert!(!late("2024-05-13T08:00:00", "2024-05-14T08:00:00", "01/XL"), "recorded when it was too late");
    assert!(!late("2024-05-13T08:00:00", "2024-05-13T08:00:00", " "), "a new date without a letter");
    let mut in_time = Case::received(1);
    in_time.own(letter("2024-05-24T17:00:00", "01/XL"), "2024-05-10T10:00:00").expect("a letter");
    let (_, dossier) = closed(in_time, "2024-05-13T10:00:00");
    assert!(dossier.apologised && !has(&dossier, &Fact::LateApologised), "it wasn't needed");
}

#[test]
fn an_import_records_late_what_stood_open_here_beyond_its_date() {
    let close = |first: &str, told: &str, when: &str| {
        let mut case = Case::default();
        case.record(EventKind::Received(intake(1)), "2024-05-06T09:00:00", Source::Import, first)
            .expect("received");
        let dossier = case.record(resolved(), when, Source::Import, told).expect("a result");
        let late = dossier.closing.expect("it is closed").recorded_late;
        assert_eq!(has(&dossier, &Fact::LateRecorded), late);
        late
    };
    let in_time = "2024-05-10T10:00:00";
    assert!(!close("2024-06-01T02:00:00", "2024-06-01T02:00:00", in_time), "history comes in at once");
    assert!(
        !close("2024-05-07T02:00:00", "2024-05-14T02:00:00", in_time),
        "the export of the night after its day"
    );
    assert!(!close("2024-05-07T02:00:00", "2024-05-14T23:59:59", in_time), "of the next working day");
    assert!(close("2024-05-07T02:00:00", "2024-05-15T00:00:00", in_time), "it stood open in the meantime");
    assert!(close("2024-05-20T02:00:00", "2024-05-21T02:00:00", in_time), "first told as open");
    assert!(!close("2024-05-07T02:00:00", "2024-05-20T02:00:00", "2024-05-14T10:00:00"), "late anyway");
    // A closing that was known and is corrected since was never told late.
    let mut case = Case::default();
    let first = "2024-05-07T02:00:00";
    case.record(EventKind::Received(intake(1)), "2024-05-06T09:00:00", Source::Import, first)
        .expect("received");
    case.record(resolved(), "2024-05-10T10:00:00", Source::Import, "2024-05-11T02:00:00").expect("a result");
    let drafts = vec![
        draft(EventKind::Voided { number: 2 }, at("2024-06-01T02:00:00"), Source::Import),
        draft(resolved(), at("2024-05-10T11:00:00"), Source::Import),
    ];
    let dossier = case.history.record(drafts, at("2024-06-01T02:00:00"), &RULES).expect("corrected");
    assert!(!dossier.closing.expect("it is closed").recorded_late);
    // One that was taken back and is told once more was known in time; another one wasn't.
    let told_again = |when: &str| {
        let mut case = Case::default();
        case.record(EventKind::Received(intake(1)), "2024-05-06T09:00:00", Source::Import, first)
            .expect("received");
        case.record(resolved(), in_time, Source::Import, "2024-05-11T02:00:00").expect("a result");
        let undone = "2024-05-12T02:00:00";
        case.record(EventKind::Voided { number: 2 }, undone, Source::Import, undone).expect("undone");
        let dossier = case.record(resolved(), when, Source::Import, "2024-06-01T02:00:00").expect("a result");
        dossier.closing.expect("it is closed").recorded_late
    };
    assert!(!told_again(in_time), "known in time");
    assert!(told_again("2024-05-10T11:00:00"), "never heard of before");
}

#[test]
fn a_promise_differs_by_date_from_the_law_of_now_and_of_the_receipt() {
    let days = |promised: &str, stopped: bool| {
        let mut case = received(Intake { promised_at: Some(at(promised)), ..intake(1) }, Source::Import);
        if stopped {
            case.own(paused(), "2024-05-07T10:00:00").expect("a pause");
            case.own(EventKind::Resumed, "2024-05-09T10:00:00").expect("a resume");
        }
        case.history.replay(&RULES).expect("accepted").promise_days
    };
    assert_eq!(days("2024-05-13T11:00:00", false), None, "of one date");
    assert_eq!((days("2024-05-10T17:00:00", false), days("2024-05-20T17:00:00", false)), (Some(-3), Some(7)));
    assert_eq!((days("2024-05-13T17:00:00", true), days("2024-05-15T17:00:00", true)), (None, None));
    assert_eq!(days("2024-05-14T17:00:00", true), Some(-1));
    let mut case = Case::received(1);
    let stopped = case.own(paused(), "2024-05-07T10:00:00").expect("a pause");
    assert_eq!(
        (stopped.due_at(), stopped.promise_days),
        (None, None),
        "what the receipt says is no difference"
    );
    let again = case.own(letter("2024-05-17T17:00:00", "01/XL"), "2024-05-08T10:00:00").expect("a letter");
    assert_eq!(again.promise_days, Some(4), "while the clock stands: against the receipt's");
    assert_eq!(
        again.promises.last().map(|p| (p.giver, p.letter.as_str())),
        Some((Giver::Reappointment, "01/XL"))
    );
}

#[test]
fn what_histories_said_before_the_setting_is_read_as_statutory() {
    let (kind, data) = EventKind::Received(intake(1)).to_words();
    assert!(!data.contains("judge_by"), "{data}");
    assert_eq!(EventKind::from_words(&kind, &data).ok(), Some(EventKind::Received(intake(1))));
    let said = EventKind::Received(by_appointment(1, None));
    let (kind, data) = said.to_words();
    assert_eq!(EventKind::from_words(&kind, &data).ok(), Some(said));
}
