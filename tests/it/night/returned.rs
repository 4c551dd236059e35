//! Mails that come back: what a report says is followed once, whatever crashes, and what is no report does no harm.

mod postfix;
mod stage;
mod strange;

use bonro::domain::schedule::JobName;
use bonro::service::ServiceError;
use bonro::store::entity::outbox;
use chrono::TimeDelta;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use super::mails::ADDRESS;
use super::office::{HEAD, OFFICER};
use crate::support::both;
use stage::Stage;

const UNKNOWN: &str = "Final-Recipient: rfc822; yt-02@ducpho.example\nAction: failed\nStatus: 5.1.1\n\
    Diagnostic-Code: smtp; 550 5.1.1 <yt-02@ducpho.example>: no such user\n";

both!(an_address_that_mails_come_back_from_is_not_written_to_for_ever, |house| {
    let stage = Stage::open(&house.url).await;
    let office = &stage.office;
    office.assign("NV-1", Some(OFFICER), "2024-05-10").await;
    office.assign("NV-2", Some(OFFICER), "2024-05-20").await;
    office.assign("NV-3", Some(HEAD), "2024-05-10").await;
    office.morning_of(&stage.sending, "2024-05-16").await;
    let mail = stage.mail_to(ADDRESS).await;
    assert_eq!(mail.state, "sent");
    stage.comes_back("a", &mail, UNKNOWN);
    let note = stage.take().await;
    assert!(note.contains("1 mails came back, 0 other reports, 0 of no mail of ours, 0 broken"), "{note}");

    let dead = stage.mail_to(ADDRESS).await;
    assert_eq!(
        (dead.state.as_str(), dead.fault.as_deref(), &dead.sealed),
        ("dead", Some("recipient"), &None)
    );
    assert!(
        dead.last_error.as_deref().is_some_and(|e| e.starts_with("it came back: ") && e.contains("5.1.1"))
    );
    assert_eq!((dead.sent_at, dead.message_id), (mail.sent_at, mail.message_id), "it had left all the same");
    let attempts = stage.attempts(dead.id).await;
    let ends: Vec<_> = attempts
        .iter()
        .map(|a| (a.number, a.outcome.as_str(), a.fault.as_deref(), a.code, a.status.as_deref()))
        .collect();
    assert_eq!(
        ends,
        [(1, "taken", None, Some(250), None), (1, "returned", Some("recipient"), Some(550), Some("5.1.1"))]
    );
    let (theirs, others): (Vec<_>, Vec<_>) =
        office.notices().await.into_iter().partition(|n| n.subject_code != "NV-3");
    assert!(
        !theirs.is_empty()
            && theirs.iter().all(|n| n.state == "queued" && n.outbox_id.is_none() && n.sent_at.is_none())
    );
    assert!(others.iter().all(|n| n.state == "sent"), "{others:?}");
    let counted = office.suppressions().await.remove(0);
    assert_eq!(
        (counted.address.as_str(), counted.failures, counted.suppressed_at, counted.entered_by.as_str()),
        (ADDRESS, 1, None, "jobs/take_returned_mails")
    );
    assert_eq!(stage.files(), ["cur/a:2,S"]);

    // It comes again with the next run. That the server takes it says nothing: it took the one that came back.
    office.morning_of(&stage.sending, "2024-05-17").await;
    let again = stage.mail_to(ADDRESS).await;
    assert!(again.id != dead.id && again.state == "sent");
    assert!(stage.letter_to(ADDRESS).contains("NV-1"), "what wasn't heard is said again");
    assert_eq!(office.suppressions().await[0].failures, 1);
    stage.comes_back("b", &again, UNKNOWN);
    stage.take().await;
    let held = office.suppressions().await.remove(0);
    assert!(held.failures == 2 && held.suppressed_at.is_some(), "{held:?}");

    // Nothing is sent there any more: the head is told, and whoever runs the system, once.
    for day in ["2024-05-20", "2024-05-21"] {
        office.morning_of(&stage.sending, day).await;
        stage.take().await;
        stage.sending.watch_troubles().await.expect("it is watched");
    }
    assert_eq!(stage.mail_to(ADDRESS).await.id, again.id);
    assert!(stage.letter_to("yt-01@ducpho.example").contains("NV-1"));
    let letters = office.letters().await;
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert_eq!(letters[0].1.headline, format!("Địa chỉ {ADDRESS}: không gửi thư được nữa"));
});

both!(the_same_report_has_one_effect_whatever_crashes, |house| {
    let stage = Stage::open(&house.url).await;
    let office = &stage.office;
    office.run(JobName::ReportPeriod).await;
    office.deliver(&stage.sending).await.expect("it runs");
    let report = stage.mail_to("noivu@ducpho.example").await;
    assert_eq!((report.kind.as_str(), report.state.as_str()), ("period_summary", "sent"));
    let fields = UNKNOWN.replace(ADDRESS, "noivu@ducpho.example");
    stage.comes_back("a", &report, &fields);
    // It can't be moved: the house dies between the two, or the disk is full.
    std::fs::write(stage.path.join("cur"), "in the way").expect("a file");
    let failed = stage.run().await.slot;
    assert_eq!(failed.state, "failed", "{failed:?}");
    assert_eq!(stage.files(), ["cur", "new/a"]);
    assert_eq!(stage.mail_to("noivu@ducpho.example").await.state, "dead");

    // It was the address's, and is mended there: somebody sends the report again.
    let mut work = stage.sending.job(stage.sending.own_context(JobName::DeliverMail)).await.expect("a work");
    bonro::service::mails::retry(&mut work, report.id, "").await.expect("it is dead");
    work.finish(&[]).await.expect("it commits");
    office.wait(TimeDelta::minutes(1));
    office.deliver(&stage.sending).await.expect("it runs");
    std::fs::remove_file(stage.path.join("cur")).expect("it goes");
    // Another copy went over another server, with other bytes.
    stage.copy("a", "b", "Received: by another\n");
    let note = stage.take().await;
    assert!(note.contains("2 mails came back"), "{note}");
    assert_eq!(stage.files(), ["cur/a:2,S", "cur/b:2,S"]);
    let sent = stage.mail_to("noivu@ducpho.example").await;
    assert_eq!((sent.state.as_str(), sent.fault), ("sent", None));
    assert_eq!(office.suppressions().await[0].failures, 1);
    let attempts = stage.attempts(report.id).await;
    assert_eq!(
        attempts.iter().map(|a| a.outcome.as_str()).collect::<Vec<_>>(),
        ["taken", "returned", "taken"]
    );
    // Put back by somebody, under a name that is taken.
    stage.copy("a", "c", "");
    std::fs::rename(stage.path.join("new/c"), stage.path.join("new/a")).expect("it is renamed");
    stage.take().await;
    assert_eq!(stage.files(), ["cur/a (2):2,S", "cur/a:2,S", "cur/b:2,S"], "nothing is overwritten");
});

both!(what_was_tried_for_long_enough_comes_again_and_is_not_held_against_the_address, |house| {
    let stage = Stage::open(&house.url).await;
    let office = &stage.office;
    office.assign("NV-1", Some(OFFICER), "2024-05-10").await;
    office.morning_of(&stage.sending, "2024-05-16").await;
    let mail = stage.mail_to(ADDRESS).await;
    let late = "Final-Recipient: rfc822; yt-02@ducpho.example\nAction: delayed\nStatus: 4.4.1\n";
    stage.comes_back("a", &mail, late);
    let note = stage.take().await;
    assert!(note.contains("0 mails came back, 1 other reports"), "{note}");
    assert_eq!(stage.mail_to(ADDRESS).await.state, "sent", "it is on its way");
    assert!(office.troubles().await.is_empty());

    office.set("2024-05-21T00:10:00Z");
    let expired = "Final-Recipient: rfc822; yt-02@ducpho.example\nAction: failed\nStatus: 4.4.7\n\
        Diagnostic-Code: X-Postfix; delivery temporarily suspended: connection timed out\n";
    stage.comes_back("b", &mail, expired);
    stage.take().await;
    let dead = stage.mail_to(ADDRESS).await;
    assert_eq!((dead.state.as_str(), dead.fault.as_deref()), ("dead", Some("temporary")));
    assert!(office.suppressions().await.is_empty());
    let told = office.troubles().await.remove(0);
    assert_eq!((told.kind.as_str(), told.subject.as_str()), ("mail_setup", ADDRESS));
    let outcomes: Vec<_> = stage.attempts(mail.id).await.into_iter().map(|a| (a.outcome, a.status)).collect();
    let word =
        |outcome: &str, status: &str| (outcome.to_owned(), (!status.is_empty()).then(|| status.to_owned()));
    assert_eq!(outcomes, [word("taken", ""), word("reported", "4.4.1"), word("returned", "4.4.7")]);
    office.wait(TimeDelta::minutes(2));
    stage.sending.watch_troubles().await.expect("it is watched");
    assert_eq!(office.letters().await.len(), 1);

    // It is said again, and taken; whether it arrives shows when six days have passed without a word.
    office.morning_of(&stage.sending, "2024-05-22").await;
    assert!(stage.letter_to(ADDRESS).contains("NV-1"));
    let over = async || {
        stage.sending.watch_troubles().await.expect("it is watched");
        office.troubles().await[0].over_at.is_some()
    };
    assert!(!over().await);
    office.set("2024-05-27T00:20:00Z");
    assert!(!over().await);
    office.set("2024-05-28T00:20:00Z");
    assert!(over().await);
});

both!(what_is_refused_for_what_it_says_waits_for_a_hand, |house| {
    let stage = Stage::open(&house.url).await;
    let office = &stage.office;
    office.assign("NV-1", Some(OFFICER), "2024-05-16").await;
    office.morning_of(&stage.sending, "2024-05-16").await;
    let mail = stage.mail_to(ADDRESS).await;
    let large = "Final-Recipient: rfc822; YT-02@ducpho.example\nAction: failed\nStatus: 5.3.4\n";
    stage.comes_back("a", &mail, large);
    stage.take().await;
    let dead = stage.mail_to(ADDRESS).await;
    assert_eq!((dead.state.as_str(), dead.fault.as_deref()), ("dead", Some("message")));
    assert_eq!(dead.sealed, mail.sealed, "the same bytes go out when somebody tries it again");
    let notices = office.notices().await;
    assert!(notices.iter().all(|n| n.state == "queued" && n.outbox_id == Some(mail.id)), "{notices:?}");
    assert_eq!(office.troubles().await[0].subject, ADDRESS);
    let mut work = stage.sending.job(stage.sending.own_context(JobName::DeliverMail)).await.expect("a work");
    bonro::service::mails::retry(&mut work, mail.id, "").await.expect("it is dead");
    work.finish(&[]).await.expect("it commits");
    office.wait(TimeDelta::minutes(1));
    office.deliver(&stage.sending).await.expect("it runs");
    assert_eq!(stage.mail_to(ADDRESS).await.state, "sent");
    assert!(office.notices().await.iter().all(|n| n.state == "sent"));
});

both!(two_that_come_back_are_not_in_a_row_where_one_went_through_between_them, |house| {
    let stage = Stage::open(&house.url).await;
    let office = &stage.office;
    office.assign("NV-1", Some(OFFICER), "2024-05-10").await;
    office.assign("NV-2", Some(OFFICER), "2024-05-20").await;
    for (day, comes_back, failures) in
        [("2024-05-16", true, 1), ("2024-05-17", false, 1), ("2024-05-20", true, 1), ("2024-05-21", true, 2)]
    {
        office.morning_of(&stage.sending, day).await;
        if comes_back {
            stage.comes_back(day, &stage.mail_to(ADDRESS).await, UNKNOWN);
            stage.take().await;
        }
        assert_eq!(office.suppressions().await[0].failures, failures, "{day}");
    }
});

both!(a_mail_under_way_is_not_taken_back_and_a_dead_one_does_not_die_twice, |house| {
    let stage = Stage::open(&house.url).await;
    let office = &stage.office;
    office.assign("NV-1", Some(OFFICER), "2024-05-16").await;
    office.morning_of(&stage.sending, "2024-05-16").await;
    let mail = stage.mail_to(ADDRESS).await;
    let stands = async |state: &str| {
        outbox::Entity::update_many()
            .col_expr(outbox::Column::State, Expr::value(state))
            .filter(outbox::Column::Id.eq(mail.id))
            .exec(&office.tables)
            .await
            .expect("it is set");
    };
    // The report is faster than the deliverer's last word.
    stands("leased").await;
    stage.comes_back("a", &mail, UNKNOWN);
    let note = stage.take().await;
    assert!(note.contains("0 mails came back") && note.contains("1 wait"), "{note}");
    assert_eq!((stage.files(), stage.attempts(mail.id).await.len()), (vec!["new/a".to_owned()], 1));
    stands("sent").await;
    stage.take().await;
    assert_eq!(
        (stage.mail_to(ADDRESS).await.state.as_str(), office.suppressions().await[0].failures),
        ("dead", 1)
    );
    // It was sent twice, and came back twice.
    stage.comes_back("b", &mail, UNKNOWN);
    stage.take().await;
    assert_eq!(office.suppressions().await[0].failures, 1);
    assert_eq!(stage.attempts(mail.id).await.len(), 3);
});

both!(the_sender_on_the_envelope_is_where_mails_come_back_to, |house| {
    let stage = Stage::open(&house.url).await;
    let office = &stage.office;
    office.assign("NV-1", Some(OFFICER), "2024-05-16").await;
    stage.server.says("MAIL FROM:<tra-lai@ducpho.example>", "451 4.3.0 heard");
    office.morning_of(&stage.sending, "2024-05-16").await;
    let mail = stage.mail_to(ADDRESS).await;
    assert_eq!(mail.state, "queued");
    let attempt = stage.attempts(mail.id).await.remove(0);
    assert_eq!(
        (attempt.outcome.as_str(), attempt.fault.as_deref(), attempt.code, attempt.status.as_deref()),
        ("put_off", Some("temporary"), Some(451), Some("4.3.0"))
    );
    assert_eq!(attempt.worker, stage.sending.instance.to_string());
    let sealed = String::from_utf8(mail.sealed.unwrap_or_default()).expect("ASCII");
    assert!(sealed.is_empty() || sealed.contains("From: Bonro <bonro@ducpho.example>"), "{sealed}");
});

both!(an_attempt_whose_lease_was_lost_is_on_record, |house| {
    let stage = Stage::open(&house.url).await;
    let office = &stage.office;
    office.assign("NV-1", Some(OFFICER), "2024-05-16").await;
    office.run(JobName::SendReminders).await;
    let hold = stage.server.hold();
    let (sending, now) = (stage.sending.clone(), stage.office.lease.clone());
    let delivering = tokio::spawn(async move {
        let at = bonro::world::Clock::now(&*now);
        bonro::service::jobs::run(&sending, JobName::DeliverMail, at, bonro::service::jobs::Asked::ByHand)
            .await
    });
    stage.server.heard_so_many(1).await;
    // It stands still for so long that another one takes the mail.
    outbox::Entity::update_many()
        .col_expr(outbox::Column::LeasedBy, Expr::value("another"))
        .exec(&office.tables)
        .await
        .expect("it is taken");
    drop(hold);
    let ended = delivering.await.expect("it ends");
    assert!(!matches!(ended, Err(ServiceError::Internal(_))), "{ended:?}");
    let mail = stage.mail_to(ADDRESS).await;
    assert_eq!((mail.state.as_str(), mail.leased_by.as_deref()), ("leased", Some("another")));
    let attempts = stage.attempts(mail.id).await;
    let lost: Vec<_> = attempts.iter().map(|a| (a.outcome.as_str(), a.code, a.reply.as_str())).collect();
    assert_eq!(lost, [("lost", Some(250), "kept")]);
});
