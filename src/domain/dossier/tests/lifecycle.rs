//! Which step is allowed in which state (domain.md §2), for our own verbs and for an import.

use super::super::{ClosedAs, Closing, Outcome, State, Warning};
use super::*;

/// A history that leads to a state by allowed steps only.
fn in_state(state: State) -> Case {
    let registered = || {
        let mut case = Case::default();
        case.own(EventKind::Registered(intake(1)), "2024-05-05T21:00:00").expect("a registration");
        case
    };
    let mut case = match state {
        State::Registered | State::NotAccepted => registered(),
        State::Received
        | State::InProcess
        | State::AwaitingSupplement
        | State::AwaitingPayment
        | State::Withdrawn
        | State::Suspended
        | State::Stopped
        | State::Resolved
        | State::Returned => Case::received(1),
    };
    let pause = |reason| vec![EventKind::Paused { reason }];
    let steps = match state {
        State::Registered | State::Received => vec![],
        State::NotAccepted => vec![EventKind::NotAccepted],
        State::InProcess => vec![EventKind::Started],
        State::AwaitingSupplement => pause(PauseReason::SupplementRequested),
        State::AwaitingPayment => pause(PauseReason::FinancialObligation),
        State::Suspended => pause(PauseReason::Suspension),
        State::Withdrawn => vec![EventKind::Withdrawn],
        State::Stopped => vec![paused(), EventKind::Stopped],
        State::Resolved => vec![resolved()],
        State::Returned => vec![resolved(), EventKind::Returned],
    };
    for step in steps {
        case.own(step, "2024-05-07T10:00:00").expect("an allowed step");
    }
    assert_eq!(case.history.replay(&RULES).expect("a history").state, state);
    case
}

fn verbs() -> Vec<(&'static str, EventKind)> {
    let handed_over = |from| EventKind::HandedOver { from, to: id(61), step: "Thẩm định".into() };
    let pause = |reason| EventKind::Paused { reason };
    vec![
        ("register", EventKind::Registered(intake(1))),
        ("receive", EventKind::Received(intake(1))),
        ("refuse_intake", EventKind::NotAccepted),
        ("start", EventKind::Started),
        ("hand_over", handed_over(Some(id(60)))),
        ("supplement", pause(PauseReason::SupplementRequested)),
        ("payment", pause(PauseReason::FinancialObligation)),
        ("suspend", pause(PauseReason::Suspension)),
        ("resume", EventKind::Resumed),
        (
            "reappoint",
            EventKind::Reappointed { promised_at: at("2024-05-20T17:00:00"), letter: "01/XL".into() },
        ),
        ("resolve", resolved()),
        ("refuse", EventKind::Resolved { outcome: Outcome::Refused }),
        ("return", EventKind::Returned),
        ("withdraw", EventKind::Withdrawn),
        ("stop", EventKind::Stopped),
    ]
}

/// The table of domain.md §2: the verbs that are allowed in a state, and where they lead.
fn allowed(state: State) -> &'static [(&'static str, State)] {
    use State::{
        AwaitingPayment, AwaitingSupplement, InProcess, NotAccepted, Received, Registered, Resolved,
        Returned, Stopped, Suspended, Withdrawn,
    };
    match state {
        Registered => {
            &[("receive", Received), ("refuse_intake", NotAccepted), ("supplement", AwaitingSupplement)]
        }
        Received => &[
            ("start", InProcess),
            ("hand_over", InProcess),
            ("supplement", AwaitingSupplement),
            ("payment", AwaitingPayment),
            ("suspend", Suspended),
            ("reappoint", Received),
            ("resolve", Resolved),
            ("refuse", Resolved),
            ("withdraw", Withdrawn),
        ],
        InProcess => &[
            ("hand_over", InProcess),
            ("supplement", AwaitingSupplement),
            ("payment", AwaitingPayment),
            ("suspend", Suspended),
            ("reappoint", InProcess),
            ("resolve", Resolved),
            ("refuse", Resolved),
            ("withdraw", Withdrawn),
        ],
        AwaitingSupplement => &[
            ("hand_over", AwaitingSupplement),
            ("reappoint", AwaitingSupplement),
            ("resume", InProcess),
            ("withdraw", Withdrawn),
            ("stop", Stopped),
        ],
        AwaitingPayment => &[
            ("hand_over", AwaitingPayment),
            ("reappoint", AwaitingPayment),
            ("resume", InProcess),
            ("withdraw", Withdrawn),
            ("stop", Stopped),
        ],
        Suspended => &[
            ("hand_over", Suspended),
            ("reappoint", Suspended),
            ("resume", InProcess),
            ("withdraw", Withdrawn),
            ("stop", Stopped),
        ],
        Resolved => &[("return", Returned)],
        NotAccepted | Withdrawn | Stopped | Returned => &[],
    }
}

#[test]
fn own_verbs_follow_the_table_and_nothing_else() {
    for state in State::ALL {
        for (name, verb) in verbs() {
            let mut case = in_state(*state);
            let outcome = case.own(verb, "2024-05-08T09:00:00");
            match allowed(*state).iter().find(|(verb, _)| *verb == name) {
                Some((_, to)) => {
                    let dossier = outcome.unwrap_or_else(|e| panic!("{name} in {state:?}: {e}"));
                    assert_eq!((dossier.state, dossier.warnings.len()), (*to, 0), "{name} in {state:?}");
                }
                None => match outcome {
                    Err(Refusal::Forbidden { state: named, from, .. }) => {
                        assert_eq!(named, *state, "{name}");
                        assert!(!from.contains(state), "{name} isn't said to start from {state:?}");
                    }
                    other => panic!("{name} in {state:?} gave {other:?}"),
                },
            }
        }
    }
}

#[test]
fn an_import_keeps_the_order_of_its_source_and_is_warned() {
    for state in State::ALL {
        for (name, verb) in verbs() {
            let mut case = in_state(*state);
            let dossier = case
                .import(verb, "2024-05-08T09:00:00")
                .unwrap_or_else(|e| panic!("{name} in {state:?}: {e}"));
            match allowed(*state).iter().find(|(verb, _)| *verb == name) {
                Some((_, to)) => {
                    assert_eq!((dossier.state, dossier.warnings.len()), (*to, 0), "{name} in {state:?}");
                }
                None => assert_eq!(dossier.warnings.len(), 1, "{name} in {state:?}"),
            }
            if matches!(state, State::Withdrawn | State::Stopped | State::Resolved | State::Returned) {
                let closed = in_state(*state).history.replay(&RULES).expect("a history").closing;
                assert_eq!(dossier.closing, closed, "{name} moved the closing of {state:?}");
                assert!(!dossier.state.is_open(), "{name} opened {state:?} again");
            }
            let clock = (dossier.state.is_paused(), dossier.clock_stopped());
            if dossier.state.is_open() {
                assert_eq!(clock.0, clock.1, "{name} in {state:?}: the state says otherwise than the clock");
            }
        }
    }
}

#[test]
fn a_second_receipt_or_registration_changes_nothing() {
    let mut case = Case::received(1);
    let before = case.own(EventKind::Started, "2024-05-06T10:00:00").expect("a step");
    for kind in [EventKind::Received(intake(3)), EventKind::Registered(intake(3))] {
        let after = case.import(kind, "2024-05-08T09:00:00").expect("an import");
        assert_eq!(
            (after.received_at, after.term, after.state),
            (before.received_at, before.term, before.state)
        );
    }
}

#[test]
fn clocks_that_stand_or_run_already_are_said() {
    let mut case = Case::received(1);
    let said = case.import(EventKind::Resumed, "2024-05-07T08:00:00").expect("an import");
    assert_eq!(said.warnings, [(at("2024-05-07T08:00:00"), Warning::ResumedWhileRunning)]);
    case.import(paused(), "2024-05-08T08:00:00").expect("an import");
    let again = case.import(paused(), "2024-05-09T08:00:00").expect("an import");
    assert_eq!(
        again.warnings,
        [
            (at("2024-05-07T08:00:00"), Warning::ResumedWhileRunning),
            (at("2024-05-09T08:00:00"), Warning::PausedTwice)
        ]
    );
    assert_eq!(again.pauses.len(), 1);
    assert_eq!(again.pauses[0].from, at("2024-05-08T08:00:00"));
}

#[test]
fn every_state_has_its_national_code() {
    let codes: Vec<u8> = State::ALL.iter().map(|s| s.national_code()).collect();
    assert_eq!(codes, [1, 2, 3, 4, 5, 6, 7, 8, 8, 9, 10]);
    for state in State::ALL {
        assert_eq!(State::parse(state.as_str()), Some(*state));
    }
    let open: Vec<u8> = State::ALL.iter().filter(|s| s.is_open()).map(|s| s.national_code()).collect();
    assert_eq!(open, [2, 4, 5, 6, 8]);
}

#[test]
fn a_registration_is_outside_all_counts_until_it_is_accepted() {
    let mut case = in_state(State::Registered);
    case.own(paused(), "2024-05-06T08:00:00").expect("1 to 5");
    let back = case.own(EventKind::Resumed, "2024-05-07T08:00:00").expect("the papers came");
    assert_eq!((back.state, back.deadline), (State::Registered, None));
    assert!(super::super::super::figure::dossier(&back).is_empty());
    let accepted = case.own(EventKind::Received(intake(1)), "2024-05-08T09:00:00").expect("1 to 2");
    assert_eq!(accepted.pauses, [], "no clock ran that a pause could stop");
    assert_eq!(accepted.received_at, at("2024-05-08T09:00:00"));
    assert_eq!(accepted.due_at(), Some(at("2024-05-15T17:00:00")));
    let refused = in_state(State::NotAccepted).history.replay(&RULES).expect("a history");
    assert!(super::super::super::figure::dossier(&refused).is_empty());
}

#[test]
fn papers_that_come_with_the_acceptance_need_no_resume() {
    let mut case = in_state(State::Registered);
    case.own(paused(), "2024-05-06T08:00:00").expect("1 to 5");
    let accepted = case.own(EventKind::Received(intake(1)), "2024-05-08T09:00:00").expect("accepted at once");
    assert_eq!((accepted.state, accepted.clock_stopped()), (State::Received, false));
}

#[test]
fn the_first_hand_over_only_names_the_holder() {
    let mut case = Case::received(1);
    let first = EventKind::HandedOver { from: None, to: id(61), step: "Tiếp nhận".into() };
    let dossier = case.own(first, "2024-05-06T09:05:00").expect("a hand-over");
    assert_eq!((dossier.state, dossier.holder_id), (State::Received, Some(id(61))));
}

#[test]
fn a_closing_says_how() {
    let cases = [
        (State::Resolved, ClosedAs::Resolved, true),
        (State::Withdrawn, ClosedAs::Withdrawn, false),
        (State::Stopped, ClosedAs::Stopped, false),
    ];
    for (state, closed_as, judged) in cases {
        let closing: Closing =
            in_state(state).history.replay(&RULES).expect("a history").closing.expect("it is closed");
        assert_eq!((closing.closed_as, closing.timeliness.is_some()), (closed_as, judged));
        assert_eq!((closing.at, closing.on), (at("2024-05-07T10:00:00"), day("2024-05-07")));
    }
}

#[test]
fn the_words_of_events_are_read_again() {
    for (name, verb) in verbs() {
        let (kind, data) = verb.to_words();
        assert_eq!(EventKind::from_words(&kind, &data).expect("what was written"), verb, "{name}");
    }
    assert!(EventKind::from_words("exploded", "").is_err());
}
