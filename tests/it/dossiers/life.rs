//! The verbs one by one: what each makes of a dossier, and what its history then says.

use bonro::pb::v1::{self, DossierEventKind as Kind, DossierState, Outcome, Timeliness};
use tonic::Code;

use super::office::{Office, act, at, fields, refusal};
use crate::support::both;

both!(a_dossier_goes_from_receipt_to_returned_result, |house| {
    let office = Office::open(&house).await;
    let received = office.receive(Office::new_dossier("D")).await;
    assert_eq!(
        (received.state(), received.national_code, received.etag.as_str()),
        (DossierState::Received, 2, "1")
    );
    assert_eq!(
        received.due_at,
        Some(at("2024-05-23T10:00:00Z")),
        "five working days, at the close of office"
    );
    assert_eq!(received.promised_at, received.due_at);
    assert_eq!((received.holder.as_str(), received.open), ("officials/A-01", true));

    let started = office.does("start", "D").await;
    assert_eq!(started.state(), DossierState::InProcess);
    let handed = office.does("hand_over", "D").await;
    assert_eq!((handed.holder.as_str(), handed.etag.as_str()), ("officials/A-02", "3"));
    let waits = office.does("supplement", "D").await;
    assert_eq!(waits.state(), DossierState::AwaitingSupplement);
    assert_eq!(waits.stop_reason(), v1::StopReason::SupplementRequested);
    assert_eq!((waits.clock_stopped, waits.due_at), (true, None), "no deadline while the clock stands");
    office.set("2024-05-20T01:00:00Z");
    let resumed = office.does("resume", "D").await;
    // Stopped on Thursday, Friday and over the weekend: of the five days none was counted yet.
    assert_eq!((resumed.clock_stopped, resumed.due_at), (false, Some(at("2024-05-24T10:00:00Z"))));
    assert_eq!(office.does("payment", "D").await.state(), DossierState::AwaitingPayment);
    office.does("resume", "D").await;
    let suspended = office.does("suspend", "D").await;
    assert_eq!((suspended.state(), suspended.national_code), (DossierState::Suspended, 8));
    office.does("resume", "D").await;
    let again = office.does("reappoint", "D").await;
    assert_eq!(again.promised_at, Some(at("2024-06-03T10:00:00Z")));
    assert_eq!(again.due_at, resumed.due_at, "an apology moves no statutory deadline");
    let resolved = office.does("resolve", "D").await;
    assert_eq!(
        (resolved.state(), resolved.outcome(), resolved.timeliness(), resolved.result_digitised),
        (DossierState::Resolved, Outcome::Resolved, Timeliness::Early, Some(true))
    );
    assert_eq!((resolved.open, resolved.overdue_at), (false, None));
    let returned = office.does("return", "D").await;
    assert_eq!((returned.state(), returned.national_code), (DossierState::Returned, 10));
    assert_eq!(office.get("D").await, returned);

    let events = office.events("D").await;
    let kinds: Vec<Kind> = events.iter().map(v1::DossierEvent::kind).collect();
    let expected = [
        Kind::Received,
        Kind::ProcessingStarted,
        Kind::HandedOver,
        Kind::Paused,
        Kind::Resumed,
        Kind::Paused,
        Kind::Resumed,
        Kind::Paused,
        Kind::Resumed,
        Kind::Reappointed,
        Kind::Resolved,
        Kind::Digitised,
        Kind::Returned,
    ];
    assert_eq!(kinds, expected);
    assert!(events.iter().zip(1..).all(|(event, number)| event.number == number));
    assert!(events.iter().skip(1).all(|event| event.reason == "theo quy định" && event.source == "own"));
    assert_eq!(
        (events[2].from_holder.as_str(), events[2].to_holder.as_str(), events[2].step.as_str()),
        ("officials/A-01", "officials/A-02", "Thẩm định")
    );
    assert_eq!(events[9].letter_number, "01/XL");
    assert_eq!(returned.etag, "13");
});

both!(finished_work_is_early_on_time_or_late, |house| {
    let office = Office::open(&house).await;
    // (procedure, finished at, judged). Due are the 23rd at the close of office, and the 17th at 08:00 sharp.
    let cases = [
        ("P5", "2024-05-22T16:59:59Z", Timeliness::Early),
        ("P5", "2024-05-22T17:00:00Z", Timeliness::OnTime),
        ("P5", "2024-05-23T16:59:59Z", Timeliness::OnTime),
        ("P5", "2024-05-23T17:00:00Z", Timeliness::Late),
        ("P8H", "2024-05-17T00:59:59Z", Timeliness::Early),
        ("P8H", "2024-05-17T01:00:00Z", Timeliness::OnTime),
        ("P8H", "2024-05-17T01:00:01Z", Timeliness::Late),
    ];
    for (number, (procedure, finished, judged)) in cases.into_iter().enumerate() {
        office.set("2024-05-16T01:00:00Z");
        let code = format!("D{number}");
        let procedure = format!("procedures/{procedure}");
        office.receive(v1::ReceiveDossierRequest { procedure, ..Office::new_dossier(&code) }).await;
        office.set(finished);
        let verb = if number % 2 == 0 { "resolve" } else { "refuse" };
        let done = act(&office.call(), verb, &code, "").await.expect("finished");
        assert_eq!(done.timeliness(), judged, "{procedure:?} {finished}", procedure = done.procedure);
        assert_eq!(done.closed_at, Some(at(finished)));
        assert_eq!(done.outcome(), if number % 2 == 0 { Outcome::Resolved } else { Outcome::Refused });
        assert!(!done.late_recorded);
    }
    // Recorded after the deadline as having occurred before it.
    office.set("2024-05-16T01:00:00Z");
    office.receive(Office::new_dossier("L")).await;
    office.set("2024-05-27T01:00:00Z");
    assert!(office.get("L").await.overdue);
    let request = v1::ResolveDossierRequest {
        name: "dossiers/L".to_owned(),
        outcome: Outcome::Resolved.into(),
        occurred_at: Some(at("2024-05-22T01:00:00Z")),
        ..Default::default()
    };
    let done = office.dossiers().resolve_dossier(request).await.expect("resolved").into_inner();
    let done = done.dossier.expect("the dossier");
    assert_eq!((done.timeliness(), done.late_recorded), (Timeliness::Early, true));
});

both!(an_online_registration_is_accepted_refused_or_completed, |house| {
    let office = Office::open(&house).await;
    let registered = office.register("R1").await;
    assert_eq!((registered.state(), registered.channel()), (DossierState::Registered, v1::Channel::Online));
    assert_eq!((registered.open, registered.due_at), (false, None), "in no count, no clock runs");
    let accept = v1::AcceptDossierRequest {
        name: "dossiers/R1".to_owned(),
        intake_digitised: Some(true),
        ..Default::default()
    };
    office.set("2024-05-17T01:00:00Z");
    let accepted = office.dossiers().accept_dossier(accept).await.expect("accepted").into_inner();
    let accepted = accepted.dossier.expect("the dossier");
    assert_eq!((accepted.state(), accepted.intake_digitised), (DossierState::Received, Some(true)));
    assert_eq!(
        accepted.received_at,
        Some(at("2024-05-17T01:00:00Z")),
        "the clock starts with the acceptance"
    );
    assert_eq!(accepted.due_at, Some(at("2024-05-24T10:00:00Z")));

    office.register("R2").await;
    assert_eq!(office.does("refuse_intake", "R2").await.state(), DossierState::NotAccepted);
    office.register("R3").await;
    assert_eq!(office.does("supplement", "R3").await.state(), DossierState::AwaitingSupplement);
    assert_eq!(office.does("resume", "R3").await.state(), DossierState::Registered);
    office.does("supplement", "R3").await;
    assert_eq!(office.does("accept", "R3").await.state(), DossierState::Received);
});

both!(what_ends_without_a_result_is_not_judged, |house| {
    let office = Office::open(&house).await;
    for (code, way, state, outcome) in [
        ("W", &["withdraw"][..], DossierState::Withdrawn, Outcome::Withdrawn),
        ("S", &["supplement", "stop"][..], DossierState::Stopped, Outcome::Stopped),
    ] {
        office.receive(Office::new_dossier(code)).await;
        for verb in way {
            office.does(verb, code).await;
        }
        let ended = office.get(code).await;
        assert_eq!(
            (ended.state(), ended.outcome(), ended.timeliness()),
            (state, outcome, Timeliness::Unspecified)
        );
        assert!(!ended.open && ended.closed_at.is_some());
    }
});

both!(a_correction_supersedes_and_never_overwrites, |house| {
    let office = Office::open(&house).await;
    office.receive(Office::new_dossier("D")).await;
    office.tick();
    let fields_of = |said: v1::DossierCorrection| v1::CorrectDossierRequest {
        name: "dossiers/D".to_owned(),
        reason: "ghi nhầm".to_owned(),
        correction: Some(v1::correct_dossier_request::Correction::Fields(said)),
        ..Default::default()
    };
    let said = v1::DossierCorrection {
        procedure: Some("procedures/P8H".to_owned()),
        unit: Some("units/A1".to_owned()),
        channel: Some(v1::Channel::Post.into()),
        applicant_kind: Some(v1::ApplicantKind::Organisation.into()),
        holder: Some("officials/A-02".to_owned()),
        received_at: Some(at("2024-05-15T01:00:00Z")),
        promised_at: Some(at("2024-05-20T10:00:00Z")),
    };
    let mut client = office.dossiers();
    let done = client.correct_dossier(fields_of(said.clone())).await.expect("corrected").into_inner();
    let done = done.dossier.expect("the dossier");
    assert_eq!(
        (done.procedure.as_str(), done.unit.as_str(), done.holder.as_str(), done.channel()),
        ("procedures/P8H", "units/A1", "officials/A-02", v1::Channel::Post)
    );
    assert_eq!(
        (done.applicant_kind(), done.received_at),
        (v1::ApplicantKind::Organisation, said.received_at)
    );
    assert_eq!((done.promised_at, done.due_at), (said.promised_at, Some(at("2024-05-16T01:00:00Z"))));
    let events = office.events("D").await;
    assert_eq!((events.len(), events[1].correction.clone()), (2, Some(said)), "the receipt stands beside it");

    // A closing is voided by a head only: the dossier counts as never closed.
    office.does("resolve", "D").await;
    office.tick();
    let void = |number: i32, approved_by: &str| v1::CorrectDossierRequest {
        name: "dossiers/D".to_owned(),
        reason: "chưa xử lý xong".to_owned(),
        correction: Some(v1::correct_dossier_request::Correction::VoidsNumber(number)),
        approved_by: approved_by.to_owned(),
        ..Default::default()
    };
    let refused = client.correct_dossier(void(3, "officials/A-01")).await.expect_err("no head");
    assert_eq!(
        (refusal(&refused).1.as_str(), fields(&refused)),
        ("HEAD_NEEDED", vec!["approved_by".to_owned()])
    );
    let open = client.correct_dossier(void(3, "officials/A-09")).await.expect("voided").into_inner();
    let open = open.dossier.expect("the dossier");
    assert_eq!((open.state(), open.open, open.closed_at), (DossierState::Received, true, None));
    let events = office.events("D").await;
    let (closing, voiding) = (&events[2], events.last().expect("the voiding"));
    assert_eq!((closing.kind(), closing.voided_by_number), (Kind::Resolved, voiding.number));
    assert_eq!((voiding.kind(), voiding.voids_number), (Kind::Voided, 3));
    assert!(voiding.reason.contains("officials/A-09"), "who approved: {}", voiding.reason);
    let twice = client.correct_dossier(void(3, "officials/A-09")).await.expect_err("voided already");
    assert_eq!(refusal(&twice), (Code::FailedPrecondition, "NOTHING_TO_VOID".to_owned()));
});

both!(causes_and_scans_are_recorded, |house| {
    let office = Office::open(&house).await;
    let tracked = v1::ReceiveDossierRequest { intake_digitised: Some(false), ..Office::new_dossier("D") };
    assert_eq!(office.receive(tracked).await.intake_digitised, Some(false));
    assert_eq!(office.does("digitise", "D").await.intake_digitised, Some(true));
    let late = office.does("delay_cause", "D").await;
    assert_eq!(late.delay_cause(), v1::DelayCause::CooperatingAgency);
    let events = office.events("D").await;
    assert_eq!((events[1].kind(), events[1].intake_digitised), (Kind::Digitised, Some(true)));
    assert_eq!(events[2].delay_cause(), v1::DelayCause::CooperatingAgency);
});

both!(the_house_draws_codes_and_fills_in_the_caller, |house| {
    let office = Office::open(&house).await;
    let key = office.line.key(&[v1::Role::Clerk], "A-02", "A").await;
    let mut clerk = v1::dossier_service_client::DossierServiceClient::new(office.line.call(&key));
    let new = v1::ReceiveDossierRequest { holder: String::new(), ..Office::new_dossier("") };
    let mut codes = Vec::new();
    for _ in 0..2 {
        let made = clerk.receive_dossier(new.clone()).await.expect("received").into_inner();
        let made = made.dossier.expect("the dossier");
        assert_eq!(made.holder, "officials/A-02", "empty for the caller");
        codes.push(made.code);
    }
    assert_eq!(codes, ["000.00.00.H48-240516-0001", "000.00.00.H48-240516-0002"]);
    let twins = futures_util::future::join_all((0..8).map(|_| {
        let (mut client, new) = (office.dossiers(), new.clone());
        async move { client.receive_dossier(new).await }
    }));
    let mut drawn: Vec<String> = Vec::new();
    for twin in twins.await {
        drawn.push(twin.expect("each gets a code").into_inner().dossier.expect("the dossier").code);
    }
    drawn.sort();
    drawn.dedup();
    assert_eq!(drawn.len(), 8, "no code twice");
    let taken = clerk.receive_dossier(Office::new_dossier(&codes[0])).await.expect_err("the code is taken");
    assert_eq!(refusal(&taken), (Code::AlreadyExists, "ALREADY_EXISTS".to_owned()));
});
