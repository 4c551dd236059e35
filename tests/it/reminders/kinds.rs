//! Each kind's notice falls due at its instant, once, for the right role, and falls away when its reason is gone:
//! when the digest is made, or when it is sealed.

use bonro::domain::reminder::Concern;
use bonro::domain::schedule::JobName::{DeliverMail, PlanReminders, SendReminders};
use bonro::pb::v1;
use bonro::pb::v1::ReminderKind as Kind;

use super::watch::{Watch, line, rule};
use crate::dossiers::office::{Office, act};
use crate::support::both;
use crate::support::letters::parts;

both!(a_registration_waits_for_its_acceptance, |house| {
    let watch = Watch::silent(&house).await;
    watch.create(v1::ReminderRule { office_minutes: 480, ..rule(Kind::Unaccepted) }).await.expect("a rule");
    for code in ["R1", "R2", "R3", "R4"] {
        watch.office.register(code).await;
    }
    watch.at("2024-05-17T00:15:00Z", SendReminders).await;
    assert_eq!(watch.said().await, [], "eight office hours end at 08:00");
    watch.at("2024-05-17T01:05:00Z", PlanReminders).await;
    act(&watch.office.call(), "accept", "R2", "").await.expect("accepted");
    act(&watch.office.call(), "refuse_intake", "R3", "").await.expect("refused");
    watch.at("2024-05-17T08:30:00Z", SendReminders).await;
    let fell = |code, state, why| line(code, "unaccepted", "17/05 08:00", "responsible", state, why);
    let expected = [
        fell("R1", "queued", None),
        fell("R2", "suppressed", Some("accepted")),
        fell("R3", "suppressed", Some("refused")),
        fell("R4", "queued", None),
    ];
    assert_eq!(watch.said().await, expected);

    // The last moment is the sealing.
    act(&watch.office.call(), "supplement", "R4", "").await.expect("papers are asked for");
    watch.run(DeliverMail).await;
    let mut expected = expected;
    expected[0] = fell("R1", "sent", None);
    expected[3] = fell("R4", "suppressed", Some("supplement_requested"));
    assert_eq!(watch.said().await, expected);
    let mails = watch.outbox().await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to_address, "a-01@a.example");
    let sealed =
        parts(&String::from_utf8(mails[0].sealed.clone().expect("sealed")).expect("ASCII")).join("\n");
    assert!(sealed.contains("* R1 - ") && !sealed.contains("R4"), "{sealed}");

    // Once is once.
    watch.at("2024-05-20T00:15:00Z", SendReminders).await;
    assert_eq!(watch.said().await, expected);
});

both!(half_a_day_with_one_holder_is_told_the_head, |house| {
    let watch = Watch::silent(&house).await;
    let head = v1::ReminderRole::Head.into();
    let half = v1::ReminderRule {
        office_minutes: 240,
        role: head,
        repeat_working_days: Some(1),
        ..rule(Kind::Standing)
    };
    watch.create(half).await.expect("a rule");
    for code in ["S1", "S2", "S3", "S4"] {
        watch.office.receive(Office::new_dossier(code)).await;
    }
    // 08:00 to 11:30, and from 13:30 on.
    watch.at("2024-05-16T07:05:00Z", PlanReminders).await;
    watch.office.does("hand_over", "S2").await;
    watch.office.does("start", "S3").await;
    watch.office.does("supplement", "S3").await;
    watch.office.does("start", "S4").await;
    watch.office.does("resolve", "S4").await;
    watch.at("2024-05-16T08:30:00Z", SendReminders).await;
    let fell = |code, day, state, why| line(code, "standing_head", day, "head", state, why);
    let expected = [
        fell("S1", "16/05 14:00", "queued", None),
        fell("S2", "16/05 14:00", "suppressed", Some("handed_on")),
        fell("S3", "16/05 14:00", "suppressed", Some("clock_stopped")),
        fell("S4", "16/05 14:00", "suppressed", Some("closed")),
    ];
    assert_eq!(watch.said().await, expected);
    assert_eq!(watch.outbox().await[0].to_address, "a-09@a.example");
    watch.run(DeliverMail).await;

    // Who got it has it for half a day by Friday morning; whoever still holds it is told again on the next day.
    watch.at("2024-05-17T00:15:00Z", SendReminders).await;
    let digest = watch.digest(1).await;
    let standing = &digest.concerns[&Concern::Standing];
    assert_eq!(standing.len(), 1);
    // On the first day 08:00 to 11:30 and 13:30 to 17:00, on the second 07:00 to 07:15.
    assert_eq!(standing[0].measured.as_ref().and_then(|m| m.office_minutes), Some(420 + 15));
    watch.run(DeliverMail).await;
    watch.at("2024-05-17T08:30:00Z", SendReminders).await;
    let later: Vec<_> = watch.said().await.into_iter().skip(4).collect();
    assert_eq!(
        later,
        [fell("S1", "17/05 00:00", "sent", None), fell("S2", "17/05 08:06", "queued", None)],
        "from 14:06 to 17:00, and from 07:00 on"
    );
});

both!(what_was_not_told_of_a_dossier_that_closed_is_told_once_it_is_reopened, |house| {
    let watch = Watch::silent(&house).await;
    let soon = v1::ReminderRule { code: "soon".to_owned(), working_days: 1, ..rule(Kind::BeforeDue) };
    watch.create(soon).await.expect("a rule");
    for code in ["S1", "S2"] {
        watch.office.receive(Office::new_dossier(code)).await;
        watch.office.does("start", code).await;
    }
    watch.at("2024-05-22T00:14:00Z", PlanReminders).await;
    watch.office.does("resolve", "S1").await;
    watch.office.does("resolve", "S2").await;
    watch.at("2024-05-22T00:15:00Z", SendReminders).await;
    let fell = |code, state, why| line(code, "soon", "22/05 00:00", "responsible", state, why);
    let closed = |code| fell(code, "suppressed", Some("closed"));
    assert_eq!(watch.said().await, [closed("S1"), closed("S2")]);
    assert!(watch.outbox().await.is_empty());

    watch.office.reopen("S2").await;
    watch.at("2024-05-23T00:15:00Z", SendReminders).await;
    assert_eq!(watch.said().await, [closed("S1"), fell("S2", "queued", None)]);
    watch.run(DeliverMail).await;
    let letters = watch.letters().await;
    assert_eq!(letters.len(), 1);
    assert!(letters[0].1.contains("S2"), "{}", letters[0].1);
});

both!(the_letter_of_apology_goes_before_the_appointment_passes, |house| {
    let watch = Watch::silent(&house).await;
    watch.create(v1::ReminderRule { working_days: 1, ..rule(Kind::ApologyDue) }).await.expect("a rule");
    // Due on Thursday, 23 May.
    for code in ["A1", "A2", "A3"] {
        watch.office.receive(Office::new_dossier(code)).await;
        watch.office.does("start", code).await;
    }
    watch.office.set("2024-05-21T01:00:00Z");
    act(&watch.office.call(), "reappoint", "A3", "").await.expect("a letter in time");
    watch.at("2024-05-21T08:30:00Z", SendReminders).await;
    assert_eq!(watch.said().await, []);
    watch.at("2024-05-22T00:14:00Z", PlanReminders).await;
    act(&watch.office.call(), "reappoint", "A2", "").await.expect("a letter in time");
    watch.at("2024-05-22T00:15:00Z", SendReminders).await;
    let fell = |code, state, why| line(code, "apology_due", "22/05 00:00", "responsible", state, why);
    let expected = [fell("A1", "queued", None), fell("A2", "suppressed", Some("apology_recorded"))];
    assert_eq!(watch.said().await, expected);
    let digest = watch.digest(0).await;
    let apologies = &digest.concerns[&Concern::Apology];
    assert_eq!(
        apologies.iter().map(|l| (l.code.as_str(), l.working_days)).collect::<Vec<_>>(),
        [("A1", Some(1))]
    );
    // With its letter recorded, nobody is told when the new appointment comes near.
    watch.at("2024-05-31T00:15:00Z", SendReminders).await;
    assert_eq!(watch.said().await, expected);
});

both!(a_result_that_is_not_scanned_is_told_the_day_after, |house| {
    let watch = Watch::silent(&house).await;
    watch.create(v1::ReminderRule { working_days: 1, ..rule(Kind::Undigitised) }).await.expect("a rule");
    for code in ["D1", "D2", "D3", "D4"] {
        watch.office.receive(Office::new_dossier(code)).await;
        watch.office.does("start", code).await;
        let request = v1::ResolveDossierRequest {
            name: format!("dossiers/{code}"),
            outcome: v1::Outcome::Resolved.into(),
            result_digitised: Some(code == "D4"),
            ..Default::default()
        };
        watch.office.dossiers().resolve_dossier(request).await.expect("resolved");
    }
    watch.at("2024-05-16T08:30:00Z", SendReminders).await;
    assert_eq!(watch.said().await, []);
    watch.at("2024-05-17T00:14:00Z", PlanReminders).await;
    let scanned = v1::RecordDigitisationRequest {
        name: "dossiers/D2".to_owned(),
        result_digitised: Some(true),
        reason: "đã quét".to_owned(),
        ..Default::default()
    };
    watch.office.dossiers().record_digitisation(scanned).await.expect("recorded");
    watch.at("2024-05-17T00:15:00Z", SendReminders).await;
    let fell = |code, state, why| line(code, "undigitised", "17/05 00:00", "responsible", state, why);
    let expected =
        [fell("D1", "queued", None), fell("D2", "suppressed", Some("digitised")), fell("D3", "queued", None)];
    assert_eq!(watch.said().await, expected);
    watch.run(DeliverMail).await;
    let sealed = watch.outbox().await[0].sealed.clone().expect("sealed");
    let sealed = parts(&String::from_utf8(sealed).expect("ASCII")).join("\n");
    assert!(sealed.contains("CHƯA SỐ HÓA KẾT QUẢ (2)") && !sealed.contains("D2"), "{sealed}");
});

both!(what_is_not_clear_is_told_the_head, |house| {
    let watch = Watch::silent(&house).await;
    let head = v1::ReminderRole::Head.into();
    watch
        .create(v1::ReminderRule { working_days: 1, role: head, ..rule(Kind::Unclear) })
        .await
        .expect("a rule");
    for code in ["U1", "U2"] {
        let request = v1::ReceiveDossierRequest { holder: String::new(), ..Office::new_dossier(code) };
        watch.office.receive(request).await;
    }
    watch.office.receive(Office::new_dossier("U3")).await;
    watch.at("2024-05-17T00:14:00Z", PlanReminders).await;
    watch.office.does("hand_over", "U2").await;
    watch.at("2024-05-17T00:16:00Z", SendReminders).await;
    let fell = |code, state, why| line(code, "unclear_head", "17/05 00:00", "head", state, why);
    let expected = [fell("U1", "queued", None), fell("U2", "suppressed", Some("made_clear"))];
    assert_eq!(watch.said().await, expected);
    let digest = watch.digest(0).await;
    let unclear = &digest.concerns[&Concern::Clarity];
    assert_eq!(unclear[0].measured.as_ref().map(|m| m.missing.clone()), Some(vec!["person".to_owned()]));
});

both!(hours_before_the_deadline_are_told_within_the_day, |house| {
    let watch = Watch::silent(&house).await;
    watch
        .create(v1::ReminderRule {
            code: "in_hours".to_owned(),
            office_minutes: 120,
            ..rule(Kind::BeforeDue)
        })
        .await
        .expect("a rule");
    let in_hours =
        v1::ReceiveDossierRequest { procedure: "procedures/P8H".to_owned(), ..Office::new_dossier("H1") };
    watch.office.receive(in_hours).await;
    watch.office.receive(Office::new_dossier("H2")).await;
    // Eight office hours end on Friday at 08:00: two before that are Thursday 16:00, too late for Thursday's runs.
    watch.at("2024-05-16T08:30:00Z", SendReminders).await;
    watch.at("2024-05-17T00:15:00Z", SendReminders).await;
    assert_eq!(watch.said().await, [line("H1", "in_hours", "16/05 16:00", "responsible", "queued", None)]);
    // Due at 17:00 of the 23rd, told in the afternoon before.
    watch.at("2024-05-23T08:30:00Z", SendReminders).await;
    assert_eq!(
        watch.said().await[1..],
        [line("H2", "in_hours", "23/05 15:00", "responsible", "queued", None)]
    );
});
