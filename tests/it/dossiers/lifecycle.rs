//! The table of the lifecycle (domain.md §2): every verb in every state, through the front door.

use bonro::pb::v1::{self, DossierState};
use tonic::Code;
use tonic_types::StatusExt as _;

use super::office::{Office, VERBS, act, refusal};
use crate::support::both;

/// How a fresh dossier comes into a state; it is registered where the first step is an intake's.
const WAYS: [(DossierState, &[&str]); 11] = [
    (DossierState::Registered, &["register"]),
    (DossierState::Received, &[]),
    (DossierState::NotAccepted, &["register", "refuse_intake"]),
    (DossierState::InProcess, &["start"]),
    (DossierState::AwaitingSupplement, &["start", "supplement"]),
    (DossierState::AwaitingPayment, &["start", "payment"]),
    (DossierState::Suspended, &["start", "suspend"]),
    (DossierState::Withdrawn, &["withdraw"]),
    (DossierState::Stopped, &["supplement", "stop"]),
    (DossierState::Resolved, &["start", "resolve"]),
    (DossierState::Returned, &["start", "resolve", "return"]),
];

/// The verbs that are steps of the lifecycle come first.
const STEPS: usize = 14;

/// Where a verb leads from a state, if it may be done there.
fn leads(verb: &str, from: DossierState) -> Option<DossierState> {
    use DossierState::{
        AwaitingPayment, AwaitingSupplement, InProcess, NotAccepted, Received, Registered, Resolved,
        Returned, Stopped, Suspended, Withdrawn,
    };
    let paused = matches!(from, AwaitingSupplement | AwaitingPayment | Suspended);
    let running = matches!(from, Received | InProcess);
    Some(match verb {
        "accept" if from == Registered => Received,
        "refuse_intake" if from == Registered => NotAccepted,
        "start" | "hand_over" if from == Received => InProcess,
        "hand_over" | "reappoint" if running || paused => from,
        "supplement" if running || from == Registered => AwaitingSupplement,
        "payment" if running => AwaitingPayment,
        "suspend" if running => Suspended,
        "resume" if paused => InProcess,
        "stop" if paused => Stopped,
        "resolve" | "refuse" if running => Resolved,
        "return" if from == Resolved => Returned,
        "withdraw" if running || paused => Withdrawn,
        _ => return None,
    })
}

/// Where a verb leads at all, if it changes the state.
fn goal(verb: &str) -> Option<&'static str> {
    Some(match verb {
        "accept" => "received",
        "refuse_intake" => "not_accepted",
        "start" | "resume" => "in_process",
        "supplement" => "awaiting_supplement",
        "payment" => "awaiting_payment",
        "suspend" => "suspended",
        "stop" => "stopped",
        "resolve" | "refuse" => "resolved",
        "return" => "returned",
        "withdraw" => "withdrawn",
        _ => return None,
    })
}

fn word(state: DossierState) -> String {
    state.as_str_name().trim_start_matches("DOSSIER_STATE_").to_lowercase()
}

async fn bring(office: &Office, code: &str, way: &[&str]) -> v1::Dossier {
    office.tick();
    let mut dossier = if way.first() == Some(&"register") {
        office.register(code).await
    } else {
        office.receive(Office::new_dossier(code)).await
    };
    for verb in way.iter().filter(|verb| **verb != "register") {
        dossier = office.does(verb, code).await;
    }
    dossier
}

both!(every_verb_in_every_state_keeps_the_table, |house| {
    let office = Office::open(&house).await;
    let vietnamese = office.line.call_in(&office.key, "vi");
    for (state, way) in WAYS {
        // What is refused changes nothing: one dossier takes all refusals of a state.
        let kept = format!("{}-kept", word(state));
        let stood = bring(&office, &kept, way).await;
        assert_eq!(stood.state(), state);
        for verb in &VERBS[..STEPS] {
            office.tick();
            let subject = format!("{verb} in {}", word(state));
            if let Some(to) = leads(verb, state) {
                let code = format!("{}-{verb}", word(state));
                bring(&office, &code, way).await;
                let before = office.events(&code).await.len();
                let done = office.does(verb, &code).await;
                assert_eq!(done.state(), to, "{subject}");
                assert!(office.events(&code).await.len() > before, "{subject}");
                continue;
            }
            let refused = act(&office.call(), verb, &kept, "").await.expect_err(&subject);
            let expected = (Code::FailedPrecondition, "FORBIDDEN_TRANSITION".to_owned());
            assert_eq!(refusal(&refused), expected, "{subject}");
            let failure = refused.get_details_precondition_failure().expect("a failed precondition");
            let violation = failure.violations.first().expect("it says which");
            assert_eq!(violation.subject, format!("dossiers/{kept}"), "{subject}");
            assert_eq!(violation.r#type, "FORBIDDEN_TRANSITION", "{subject}");
            // The state that it is in, the one to which it would lead, and those from which it starts.
            let said = refused.message();
            assert!(said.contains(&format!("in state {};", word(state))), "{subject}: {said}");
            if let Some(goal) = goal(verb) {
                assert!(said.contains(&format!("leads to {goal};")), "{subject}: {said}");
            }
            let start = said.split("starts from ").nth(1).unwrap_or_default();
            let starts: Vec<&str> = start.split(", ").collect();
            let expected: Vec<String> =
                WAYS.iter().filter(|(s, _)| leads(verb, *s).is_some()).map(|(s, _)| word(*s)).collect();
            assert_eq!(starts.len(), expected.len(), "{subject}: {starts:?} {expected:?}");
            assert!(expected.iter().all(|state| starts.contains(&state.as_str())), "{subject}: {said}");

            let refused = act(&vietnamese, verb, &kept, "").await.expect_err(&subject);
            let said = refused.get_details_localized_message().expect("a sentence");
            let stands = format!("đang ở trạng thái {} (", stood.national_code);
            assert_eq!(said.locale, "vi");
            assert!(
                said.message.contains(&stands) && said.message.contains("chỉ làm được từ trạng thái"),
                "{}",
                said.message
            );
            assert!(!said.message.contains('_'), "no word of the tables: {}", said.message);
        }
        assert_eq!(office.get(&kept).await, stood, "refusals change nothing");
    }
});

both!(an_instant_must_fit_into_the_history, |house| {
    let office = Office::open(&house).await;
    office.receive(Office::new_dossier("D")).await;
    let resolve = |occurred: &str| v1::ResolveDossierRequest {
        name: "dossiers/D".to_owned(),
        occurred_at: Some(super::office::at(occurred)),
        outcome: v1::Outcome::Resolved.into(),
        ..Default::default()
    };
    let mut client = office.dossiers();
    for (occurred, reason) in
        [("2024-05-16T01:00:01Z", "IN_THE_FUTURE"), ("2024-05-16T00:59:59Z", "BEFORE_RECEIPT")]
    {
        let refused = client.resolve_dossier(resolve(occurred)).await.expect_err(reason);
        assert_eq!(refusal(&refused), (Code::FailedPrecondition, reason.to_owned()));
    }
    let future = v1::ReceiveDossierRequest {
        occurred_at: Some(super::office::at("2024-05-16T01:00:01Z")),
        ..Office::new_dossier("E")
    };
    let refused = client.receive_dossier(future).await.expect_err("the future");
    assert_eq!(refusal(&refused), (Code::FailedPrecondition, "IN_THE_FUTURE".to_owned()));
    // The end lies before what was recorded already: the step that no longer fits is named.
    office.does("supplement", "D").await;
    office.does("resume", "D").await;
    office.tick();
    let refused = client.resolve_dossier(resolve("2024-05-16T01:01:30Z")).await.expect_err("it stood");
    assert_eq!(refusal(&refused).1, "FORBIDDEN_TRANSITION");
    assert!(refused.message().contains("resolved at 2024-05-16T08:01:30+07:00"), "{}", refused.message());
    assert_eq!(office.events("D").await.len(), 3);
});
