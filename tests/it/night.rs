//! The night watch: slots have one worker, nothing that fell due is told twice, nobody gets an empty digest,
//! and mail survives servers that refuse, fail and come back.

mod backfill;
mod door;
mod faults;
mod hands;
mod heads;
mod line;
mod mails;
mod many;
mod office;
mod quiet;
mod readings;
mod reports;
mod returned;
pub mod server;
mod troubles;
mod unwritten;

use bonro::domain::mail::Fault;
use bonro::domain::reminder::SubjectKind;
use bonro::domain::schedule::JobName;
use bonro::mail::Post;
use bonro::service::ServiceError;
use bonro::service::jobs::{Asked, run};
use bonro::service::slots::{Claimed, Ending};
use bonro::store::{outbox, subjects};
use bonro::world::Clock as _;
use chrono::TimeDelta;

use crate::support::both;
use crate::support::letters::text_of;
use office::{HEAD, OFFICER, Office, at};
use server::Server;

both!(a_slot_has_one_worker, |house| {
    let office = Office::open(&house.url).await;
    let other = office.replica(2, Post::Directory(office.mails().into())).await;
    let slot_at = office.clock.now();
    let Claimed::Ours(first) =
        office.house.claim(JobName::FoldFigures, slot_at, Asked::Schedule).await.expect("claimed")
    else {
        panic!("a fresh slot is free");
    };
    assert_eq!((first.fence, first.attempt), (1, 1));
    assert!(matches!(other.claim(JobName::FoldFigures, slot_at, Asked::ByHand).await, Ok(Claimed::Held(_))));

    // The first worker falls silent, and its lease runs out.
    office.lease.advance(TimeDelta::seconds(60));
    let Claimed::Ours(second) =
        other.claim(JobName::FoldFigures, slot_at, Asked::Schedule).await.expect("claimed")
    else {
        panic!("a dead worker's slot is free");
    };
    assert_eq!((second.fence, second.attempt), (2, 2));
    assert!(
        matches!(office.house.batch(&first).await, Err(ServiceError::Aborted(_))),
        "its batches are refused"
    );
    let late = office.house.end_slot(&first, Ending::Done, "late".to_owned()).await;
    assert!(matches!(late, Err(ServiceError::Aborted(_))), "its end comes too late");
    let ended = other.end_slot(&second, Ending::Done, "in time".to_owned()).await.expect("it is ours");
    assert_eq!((ended.state.as_str(), ended.note.as_deref()), ("done", Some("in time")));
    let again = office.house.claim(JobName::FoldFigures, slot_at, Asked::ByHand).await;
    assert!(matches!(again, Ok(Claimed::Ended(_))), "what is done stays done");
});

both!(claims_at_once_have_one_winner, |house| {
    let office = Office::open(&house.url).await;
    let slot_at = office.clock.now();
    let mut claims = Vec::new();
    for seed in 10..16 {
        let replica = office.replica(seed, Post::Directory(office.mails().into())).await;
        claims.push(tokio::spawn(async move {
            replica.claim(JobName::DeliverMail, slot_at, Asked::Schedule).await
        }));
    }
    let mut won = 0;
    for claim in claims {
        won +=
            usize::from(matches!(claim.await.expect("it ends").expect("it is answered"), Claimed::Ours(_)));
    }
    assert_eq!(won, 1);
});

both!(a_week_of_downtime_is_one_morning, |house| {
    let office = Office::open(&house.url).await;
    assert_eq!(
        office.house.due_slots().await.expect("schedules are read"),
        [],
        "nothing lies before the start"
    );
    office.set("2024-05-23T01:00:00Z");
    let due = office.house.due_slots().await.expect("schedules are read");
    let of = |job: JobName| due.iter().filter(|d| d.job == job).map(|d| d.slot_at).collect::<Vec<_>>();
    assert_eq!(of(JobName::SendReminders), [at("2024-05-23T00:15:00Z")], "the latest stands for all");
    assert_eq!(of(JobName::DeliverMail), [at("2024-05-23T01:00:00Z")]);
    // Each may close another period: none stands for the others.
    assert_eq!(of(JobName::ReportPeriod).len(), 6);
    let skipped = office.slots(JobName::SendReminders).await;
    // Two slots on each working day since, but for the morning that began it and the one that is run.
    assert_eq!(skipped.len(), 9);
    assert!(skipped.iter().all(|s| s.state == "skipped" && s.note.as_deref() == Some("missed")));
    assert_eq!(office.slots(JobName::DeliverMail).await.len(), 60, "not every minute is told of");

    // Found again until somebody runs it; then never.
    let again = office.house.due_slots().await.expect("schedules are read");
    assert_eq!(again, due);
    for slot in due {
        run(&office.house, slot.job, slot.slot_at, Asked::Schedule).await.expect("it runs");
    }
    assert_eq!(office.house.due_slots().await.expect("schedules are read"), []);
    // A run by hand hides no slot of the schedule.
    office.wait(TimeDelta::seconds(30));
    office.run(JobName::FlagOverdue).await;
    office.wait(TimeDelta::minutes(15));
    let due = office.house.due_slots().await.expect("schedules are read");
    assert!(
        due.iter().any(|d| d.job == JobName::FlagOverdue && d.slot_at == at("2024-05-23T01:15:00Z")),
        "{due:?}"
    );
});

both!(each_person_gets_one_digest, |house| {
    let office = Office::open(&house.url).await;
    office.assign("NV-OVERDUE", Some(OFFICER), "2024-05-10").await;
    office.assign("NV-TODAY", Some(OFFICER), "2024-05-16").await;
    office.assign("NV-SOON", Some(OFFICER), "2024-05-20").await;
    office.assign("NV-FAR", Some(OFFICER), "2024-07-01").await;
    office.assign("NV-NOBODY", None, "2024-05-17").await;
    office.petition("PAKN-1", "2024-05-15").await;
    office.morning().await;
    let mails = office.outbox().await;
    let to: Vec<_> = mails.iter().map(|m| (m.recipient_official_id, m.state.as_str())).collect();
    assert_eq!(to, [(Some(HEAD), "sent"), (Some(OFFICER), "sent")], "nobody gets an empty one");
    let codes = |mail: usize| -> Vec<String> {
        let text = text_of(&mails[mail]);
        assert!(!text.contains("names a person"), "{text}");
        let line = |line: &str| Some(line.strip_prefix("* ")?.split(' ').next()?.to_owned());
        text.lines()
            .filter_map(|said| {
                line(said).or_else(|| said.split_once(" (1)").map(|(head, _)| head.to_owned()))
            })
            .collect()
    };
    assert_eq!(codes(0), ["QUÁ HẠN", "PAKN-1", "SẮP ĐẾN HẠN", "NV-NOBODY"]);
    let officer = ["QUÁ HẠN", "NV-OVERDUE", "ĐẾN HẠN HÔM NAY", "NV-TODAY", "SẮP ĐẾN HẠN", "NV-SOON"];
    assert_eq!(codes(1), officer);
    assert_eq!(office.files().len(), 2);
    assert!(office.notices().await.iter().all(|n| n.state == "sent" && n.sent_at.is_some()));

    // The same slot again: done before. Another slot of the same day: nothing new to tell.
    assert!(office.run(JobName::SendReminders).await.before);
    office.wait(TimeDelta::minutes(5));
    office.morning().await;
    assert_eq!((office.outbox().await.len(), office.files().len()), (2, 2));

    // The afternoon reminds once more of what is due today, and of nothing else.
    office.set("2024-05-16T08:30:00Z");
    office.morning().await;
    let mails = office.outbox().await;
    assert_eq!(mails.len(), 3);
    let afternoon = office
        .notices()
        .await
        .into_iter()
        .filter(|n| n.rule_kind == "due_today" && n.step == 2)
        .collect::<Vec<_>>();
    assert_eq!(afternoon.iter().map(|n| n.subject_code.as_str()).collect::<Vec<_>>(), ["NV-TODAY"]);

    // Overdue is told on the first working day after the deadline, and on every third after that.
    let overdue_days = async |day: &str| {
        office.set(&format!("{day}T00:15:00Z"));
        office.morning().await;
        let told = office.notices().await;
        told.iter().filter(|n| n.subject_code == "NV-OVERDUE").map(|n| n.step).collect::<Vec<_>>()
    };
    assert_eq!(overdue_days("2024-05-17").await, [4], "13 May was the first, 16 May the second");
    assert_eq!(overdue_days("2024-05-21").await, [4, 7]);
});

both!(what_is_no_longer_true_is_not_sent, |house| {
    let office = Office::open(&house.url).await;
    let gone = office.assign("NV-1", Some(OFFICER), "2024-05-16").await;
    office.run(JobName::SendReminders).await;
    office.complete(gone).await;
    let ran = office.run(JobName::DeliverMail).await;
    assert_eq!(
        ran.slot.note.as_deref(),
        Some("gửi 0, hoãn 0, thôi gửi 0, hủy 1 / 0 sent, 0 put off, 0 dead, 1 cancelled")
    );
    assert_eq!(office.files(), Vec::<String>::new());
    let notices = office.notices().await;
    assert_eq!((notices[0].state.as_str(), notices[0].why.as_deref()), ("suppressed", Some("closed")));
    assert_eq!(office.outbox().await[0].state, "cancelled");
});

both!(a_failing_server_is_asked_again, |house| {
    let office = Office::open(&house.url).await;
    office.assign("NV-1", Some(OFFICER), "2024-05-16").await;
    office.run(JobName::SendReminders).await;
    let failing = Server::answering("451 4.3.0 try again later").await;
    let through_failing = office.through(failing.post()).await;
    office.deliver(&through_failing).await.expect("it runs");
    let first = office.outbox().await.remove(0);
    assert_eq!((first.state.as_str(), first.attempt, failing.heard()), ("queued", 1, 1));
    assert!(first.last_error.as_deref().is_some_and(|e| e.contains("451")), "{:?}", first.last_error);
    let pause = first.not_before - office.lease.now();
    assert!((TimeDelta::seconds(48)..=TimeDelta::seconds(72)).contains(&pause), "{pause}");
    assert_eq!(office.notices().await[0].state, "queued", "sent only after the final 250");

    // Too early: it isn't even tried. Later it is, with the same bytes.
    office.wait(TimeDelta::seconds(10));
    office.deliver(&through_failing).await.expect("it runs");
    assert_eq!(failing.heard(), 1);
    office.wait(TimeDelta::minutes(2));
    office.run(JobName::DeliverMail).await;
    let sent = office.outbox().await.remove(0);
    assert_eq!((sent.state.as_str(), sent.attempt), ("sent", 2));
    assert_eq!((&sent.sealed, &sent.message_id), (&first.sealed, &first.message_id));
    assert_eq!(sent.message_id, Some(format!("<{}@ducpho.example>", sent.id)));
    assert!(office.files()[0].contains(sent.message_id.as_deref().expect("it is sealed")));
    assert_eq!(office.notices().await[0].state, "sent");
});

both!(after_three_days_mail_is_given_up, |house| {
    let office = Office::open(&house.url).await;
    office.assign("NV-1", Some(OFFICER), "2024-05-16").await;
    office.run(JobName::SendReminders).await;
    // Nobody listens there.
    let nowhere = office.through(Post::from_url("smtp://127.0.0.1:1").expect("a mail URL")).await;
    let began = office.lease.now();
    let mut tries = 0;
    while office.outbox().await[0].state != "dead" {
        tries += 1;
        assert!(tries < 40, "it ends");
        office.deliver(&nowhere).await.expect("it runs");
        office.wait(TimeDelta::hours(5));
    }
    assert!(tries >= 20 && office.lease.now() - began > TimeDelta::days(3), "{tries}");
});

both!(a_refused_mail_is_dead_until_somebody_retries_it, |house| {
    let office = Office::open(&house.url).await;
    office.assign("NV-1", Some(OFFICER), "2024-05-16").await;
    office.run(JobName::SendReminders).await;
    let refusing = Server::answering("550 5.1.1 no such user").await;
    office.deliver(&office.through(refusing.post()).await).await.expect("it runs");
    let dead = office.outbox().await.remove(0);
    assert_eq!((dead.state.as_str(), dead.attempt), ("dead", 1));
    office.wait(TimeDelta::days(1));
    office.run(JobName::DeliverMail).await;
    assert_eq!(office.outbox().await[0].state, "dead");

    let mut work =
        office.house.job(office.house.own_context(JobName::DeliverMail)).await.expect("a work begins");
    let stale = bonro::service::mails::retry(&mut work, dead.id, "queued-0").await;
    assert!(matches!(stale, Err(ServiceError::Aborted(_))));
    bonro::service::mails::retry(&mut work, dead.id, "dead-1").await.expect("it is dead");
    work.finish(&[]).await.expect("it commits");
    office.wait(TimeDelta::seconds(1));
    office.run(JobName::DeliverMail).await;
    assert_eq!(office.outbox().await[0].state, "sent");
    assert_eq!(office.files().len(), 1);
});

both!(a_dead_deliverers_mail_is_taken_over, |house| {
    let office = Office::open(&house.url).await;
    office.assign("NV-1", Some(OFFICER), "2024-05-16").await;
    office.run(JobName::SendReminders).await;
    let now = office.lease.now();
    let until = now + TimeDelta::seconds(60);
    let tx = office.house.store.begin().await.expect("a transaction");
    let leased = outbox::lease(&tx, "a worker that dies", now, until, 10, None).await.expect("leased");
    tx.commit().await.expect("committed");
    assert_eq!(leased.len(), 1);
    office.run(JobName::DeliverMail).await;
    assert_eq!(office.files().len(), 0, "it isn't ours");

    office.wait(TimeDelta::seconds(60));
    office.run(JobName::DeliverMail).await;
    assert_eq!(office.outbox().await[0].state, "sent");
    let lease = outbox::Lease { id: leased[0].id, by: "a worker that dies".to_owned(), attempt: 1 };
    let tx = office.house.store.begin().await.expect("a transaction");
    let failure = outbox::Failure { fault: Fault::Message, text: "late".to_owned(), unseal: false };
    assert!(!outbox::bury(&tx, &lease, failure).await.expect("answered"), "its finish loses");
    tx.commit().await.expect("committed");
    assert_eq!(office.outbox().await[0].state, "sent");
});

both!(a_changed_rule_is_looked_at_anew, |house| {
    use bonro::domain::reminder::{NoticeRole, RuleKind};
    use bonro::service::reminders::{RuleDraft, create_rule};
    let office = Office::open(&house.url).await;
    office.assign("NV-1", Some(OFFICER), "2024-05-23").await;
    office.morning().await;
    assert!(office.notices().await.is_empty(), "five working days are far");
    let mut work =
        office.house.job(office.house.own_context(JobName::PlanReminders)).await.expect("a work begins");
    let draft = RuleDraft {
        unit: "YT".to_owned(),
        code: String::new(),
        subject_kind: SubjectKind::Task,
        kind: RuleKind::BeforeDue,
        working_days: 5,
        office_minutes: 0,
        months: 0,
        watched_list: String::new(),
        repeat_working_days: None,
        role: NoticeRole::Head,
        enabled: true,
        valid_from: None,
    };
    create_rule(&mut work, draft).await.expect("a rule");
    let waiting = subjects::notices_due(&work.tx, SubjectKind::Task, work.now(), 10).await.expect("read");
    assert_eq!(waiting.len(), 1);
    work.finish(&[]).await.expect("it commits");
    office.wait(TimeDelta::minutes(1));
    office.morning().await;
    let told: Vec<_> = office
        .notices()
        .await
        .into_iter()
        .map(|n| (n.notice.official_id, n.notice.role, n.notice.step))
        .collect();
    assert_eq!(told, [(Some(HEAD), "head".to_owned(), 1)]);
});

both!(a_period_is_closed_once, |house| {
    let office = Office::open(&house.url).await;
    let ran = office.run(JobName::ReportPeriod).await;
    assert_eq!(ran.slot.state, "done", "{:?}", ran.slot.note);
    office.wait(TimeDelta::hours(1));
    let again = office.run(JobName::ReportPeriod).await;
    assert!(
        again.slot.note.as_deref().is_some_and(|n| n.ends_with("closed before, nothing sent")),
        "{again:?}"
    );
    office.run(JobName::DeliverMail).await;
    let mails = office.outbox().await;
    assert_eq!(mails.len(), 1);
    assert_eq!((mails[0].to_address.as_str(), mails[0].state.as_str()), ("noivu@ducpho.example", "sent"));
    assert_eq!(office.files().len(), 1);
});
