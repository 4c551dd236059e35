//! What servers hold against us, said at the wrong place or in too few words, and what they hold against one address.

use bonro::domain::schedule::JobName;
use bonro::service::House;
use bonro::store::outbox::MailRow;
use chrono::TimeDelta;

use super::mails::ADDRESS;
use super::office::{HEAD, OFFICER, Office, at};
use super::server::Server;
use crate::support::both;
use crate::support::letters::parts;

/// State, fault and attempts of the mail to the officer.
fn officers(mails: &[MailRow]) -> (String, String, i32) {
    let mail = mails.iter().find(|m| m.to_address == ADDRESS).expect("the officer has one");
    (mail.state.clone(), mail.fault.clone().unwrap_or_default(), mail.attempt)
}

/// How the newest of them stands that has something to say.
fn newest(mails: &[MailRow]) -> String {
    let mut theirs = mails.iter().filter(|m| m.to_address == ADDRESS && m.state != "cancelled");
    theirs.next_back().expect("the officer has one").state.clone()
}

both!(what_is_held_against_us_at_the_recipient_is_nobodys_fault, |house| {
    let office = Office::open(&house.url).await;
    office.assign("NV-1", Some(OFFICER), "2024-05-16").await;
    office.assign("NV-2", Some(HEAD), "2024-05-16").await;
    let server = Server::answering("250 kept").await;
    let sending = office.sending_to(71, server.post()).await;
    server.says("RCPT", "504 5.5.2 <bonro>: Helo command rejected: need fully-qualified hostname");
    office.morning_of(&sending, "2024-05-16").await;
    for reply in [
        "504 5.5.2 <bonro>: Helo command rejected: need fully-qualified hostname",
        "550 5.1.8 <bonro@ducpho.example>: Sender address rejected: Domain not found",
        "550 5.1.0 <bonro@ducpho.example>: Sender address rejected",
    ] {
        server.says("RCPT", reply);
        for _ in 0..3 {
            office.wait(TimeDelta::minutes(11));
            office.deliver(&sending).await.expect("it runs");
        }
        let mails = office.outbox().await;
        assert_eq!(mails.len(), 2);
        let waits = |m: &MailRow| {
            (m.state.as_str(), m.fault.as_deref(), m.attempt) == ("queued", Some("configuration"), 0)
        };
        assert!(mails.iter().all(waits), "{mails:?}");
    }
    assert!(office.suppressions().await.is_empty(), "no address is to blame");
    let troubles = office.troubles().await;
    assert!(troubles.iter().any(|t| (t.kind.as_str(), t.subject.as_str()) == ("mail_setup", "mail")));

    server.says(".", "250 kept");
    office.wait(TimeDelta::minutes(11));
    office.deliver(&sending).await.expect("it runs");
    assert!(office.outbox().await.iter().all(|m| m.state == "sent"));
});

both!(what_looks_like_the_setup_but_is_of_one_recipient_keeps_nobody_back, |house| {
    let office = Office::open(&house.url).await;
    office.assign("NV-1", Some(OFFICER), "2024-05-16").await;
    office.assign("NV-2", Some(HEAD), "2024-05-16").await;
    let server = Server::answering("250 kept").await;
    server.says("RCPT TO:<yt-02", "550 5.1.0 address rejected");
    let sending = office
        .told(73, |settings| {
            settings.mail.post = std::sync::Arc::new(server.post());
            settings.mail.connections = 1;
        })
        .await;
    office.morning_of(&sending, "2024-05-16").await;
    office.wait(TimeDelta::minutes(11));
    office.deliver(&sending).await.expect("it runs");
    let mails = office.outbox().await;
    assert_eq!(mails.iter().filter(|m| m.state == "sent").count(), 1, "{mails:?}");
    assert_eq!(
        officers(&mails),
        ("queued".to_owned(), "recipient".to_owned(), 1),
        "it has used up an attempt"
    );
    assert!(office.suppressions().await.is_empty());
});

both!(a_server_that_sends_for_nobody_keeps_all_mails_back_and_kills_none, |house| {
    let office = Office::open(&house.url).await;
    for (code, holder) in [("NV-1", OFFICER), ("NV-2", HEAD), ("NV-3", super::office::OTHER)] {
        office.assign(code, Some(holder), "2024-05-16").await;
    }
    let server = Server::answering("250 kept").await;
    server.says("RCPT", "554 5.7.1 relay access denied");
    let sending = office.sending_to(80, server.post()).await;
    office.morning_of(&sending, "2024-05-16").await;
    // Longer than mail that nobody takes is kept.
    for _ in 0..100 {
        office.wait(TimeDelta::minutes(51));
        office.deliver(&sending).await.expect("it runs");
        sending.watch_troubles().await.expect("it is watched");
    }
    let mails = office.outbox().await;
    let digests: Vec<_> = mails.iter().filter(|m| m.kind == "reminder_digest").collect();
    assert_eq!(digests.len(), 3);
    let waits = |m: &&MailRow| {
        (m.state.as_str(), m.fault.as_deref(), m.attempt) == ("queued", Some("configuration"), 0)
    };
    assert!(digests.iter().all(waits), "{digests:?}");
    let troubles = office.troubles().await;
    let of: Vec<_> = troubles.iter().map(|t| (t.kind.as_str(), t.subject.as_str())).collect();
    assert_eq!(of, [("mail_setup", "mail")], "told once, and of no address");
    assert!(troubles[0].note.contains("relay access denied"), "{troubles:?}");
    assert!(office.suppressions().await.is_empty());

    // It sends for us again, but not to one of them: that is that one's own.
    server.says("RCPT TO:<yt-02", "554 5.7.1 restricted");
    office.wait(TimeDelta::minutes(51));
    office.deliver(&sending).await.expect("it runs");
    let mails = office.outbox().await;
    assert_eq!(officers(&mails), ("queued".to_owned(), "recipient".to_owned(), 1), "{mails:?}");
    assert!(mails.iter().filter(|m| m.to_address != ADDRESS).all(|m| m.state == "sent"), "{mails:?}");
    sending.watch_troubles().await.expect("it is watched");
    let over: Vec<_> =
        office.troubles().await.into_iter().map(|t| (t.subject, t.over_at.is_some())).collect();
    assert_eq!(over, [("mail".to_owned(), true), (ADDRESS.to_owned(), false)]);
});

both!(a_bare_refusal_kills_a_mail_but_is_not_held_against_its_address, |house| {
    let office = Office::open(&house.url).await;
    let server = Server::answering("250 kept").await;
    server.says("RCPT", "550 relay not permitted");
    let sending = office.sending_to(74, server.post()).await;
    office.assign("NV-1", Some(OFFICER), "2024-05-10").await;
    office.assign("NV-2", Some(OFFICER), "2024-05-20").await;
    for day in ["2024-05-16", "2024-05-20", "2024-05-21"] {
        office.morning_of(&sending, day).await;
    }
    let mails = office.outbox().await;
    let digests: Vec<_> = mails.iter().filter(|m| m.kind == "reminder_digest").collect();
    assert!(digests.len() >= 2 && digests.iter().all(|m| m.state == "dead"), "{digests:?}");
    assert!(office.suppressions().await.is_empty());
});

both!(one_who_may_not_be_written_to_uses_up_attempts_and_hides_no_fault_of_the_setup, |house| {
    let office = Office::open(&house.url).await;
    let server = Server::answering("250 kept").await;
    server.says("RCPT TO:<yt-02", "550 5.7.1 restricted");
    let sending = office.sending_to(75, server.post()).await;
    office.assign("NV-1", Some(OFFICER), "2024-05-16").await;
    office.assign("NV-2", Some(HEAD), "2024-05-16").await;
    office.morning_of(&sending, "2024-05-16").await;
    assert_eq!(officers(&office.outbox().await), ("queued".to_owned(), "recipient".to_owned(), 1));
    office.wait(TimeDelta::minutes(2));
    sending.watch_troubles().await.expect("it is watched");
    let letters = office.letters().await;
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert_eq!(letters[0].1.headline, "Thư gửi yt-02@ducpho.example: máy chủ thư từ chối");
    assert!(letters[0].1.details[0].contains("(của YT-02)"), "{letters:?}");

    // It is tried ever more seldom, and no other mail that goes through wakes it.
    for _ in 0..10 {
        office.deliver(&sending).await.expect("it runs");
        office.wait(TimeDelta::hours(5));
    }
    office.deliver(&sending).await.expect("it runs");
    let tried = officers(&office.outbox().await);
    assert!(tried.0 == "queued" && tried.2 >= 10, "{tried:?}");
    office.wait(TimeDelta::minutes(10));
    office.assign("NV-3", Some(HEAD), "2024-05-16").await;
    office.run(JobName::SendReminders).await;
    let before = server.heard();
    office.deliver(&sending).await.expect("it runs");
    assert!(server.heard() > before, "another one goes through");
    assert_eq!(officers(&office.outbox().await), tried);

    // A fault for everybody is told though that trouble goes on.
    server.says("MAIL", "550 5.7.1 you may not send as that");
    office.assign("NV-4", Some(HEAD), "2024-05-16").await;
    office.wait(TimeDelta::minutes(10));
    office.run(JobName::SendReminders).await;
    office.deliver(&sending).await.expect("it runs");
    office.wait(TimeDelta::minutes(2));
    sending.watch_troubles().await.expect("it is watched");
    let told: Vec<_> = office.troubles().await.into_iter().filter(|t| t.kind == "mail_setup").collect();
    assert!(told.len() == 2 && told.iter().all(|t| t.told_at.is_some() && t.over_at.is_none()), "{told:?}");

    // Mended for everybody: that one is over. The other ends with a dead letter, and stays a trouble.
    server.says("RCPT TO:<yt-02", "550 5.7.1 restricted");
    let mut rounds = 0;
    while newest(&office.outbox().await) != "dead" {
        rounds += 1;
        assert!(rounds < 40, "it ends");
        office.wait(TimeDelta::hours(5));
        office.deliver(&sending).await.expect("it runs");
    }
    sending.watch_troubles().await.expect("it is watched");
    let over = async || {
        let troubles = office.troubles().await.into_iter().filter(|t| t.kind == "mail_setup");
        troubles.map(|t| (t.subject, t.over_at.is_some())).collect::<Vec<_>>()
    };
    assert_eq!(over().await, [("mail".to_owned(), true), (ADDRESS.to_owned(), false)]);

    // Once they may be written to, what was to be said comes, and it is over.
    server.says(".", "250 kept");
    office.morning_of(&sending, "2024-05-27").await;
    let comes = server.letters().into_iter().rfind(|l| l.contains(ADDRESS)).expect("one comes");
    assert!(parts(&comes).concat().contains("NV-1"), "{comes}");
    sending.watch_troubles().await.expect("it is watched");
    assert_eq!(over().await, [("mail".to_owned(), true), (ADDRESS.to_owned(), true)]);
});

both!(what_a_digest_said_that_its_address_killed_comes_in_the_next, |house| {
    let office = Office::open(&house.url).await;
    let server = Server::answering("250 kept").await;
    let sending = office.sending_to(76, server.post()).await;
    office.assign("NV-1", Some(OFFICER), "2024-05-16").await;
    office.run(JobName::SendReminders).await;
    // Its bytes may have been taken: they are kept. Then its address is refused.
    server.says(".", "451 later");
    office.deliver(&sending).await.expect("it runs");
    assert!(office.outbox().await[0].sealed.is_some());
    server.says("RCPT", "550 5.1.1 no such user");
    office.wait(TimeDelta::minutes(2));
    office.deliver(&sending).await.expect("it runs");
    let dead = office.outbox().await.remove(0);
    assert_eq!((dead.state.as_str(), &dead.sealed), ("dead", &None));
    let notices = office.notices().await;
    assert!(!notices.is_empty() && notices.iter().all(|n| n.state == "queued" && n.outbox_id.is_none()));

    // Tried again by hand, it has nothing to say; the next run says it once.
    server.says(".", "250 kept");
    let heard = server.heard();
    let mut work = sending.job(sending.own_context(JobName::DeliverMail)).await.expect("a work begins");
    bonro::service::mails::retry(&mut work, dead.id, "").await.expect("it is dead");
    work.finish(&[]).await.expect("it commits");
    office.wait(TimeDelta::seconds(1));
    office.deliver(&sending).await.expect("it runs");
    assert_eq!((office.outbox().await[0].state.as_str(), server.heard()), ("cancelled", heard));
    office.morning_of(&sending, "2024-05-17").await;
    office.morning_of(&sending, "2024-05-20").await;
    let said = server.letters().split_off(heard).iter().map(|l| parts(l).concat()).collect::<Vec<_>>();
    assert!(said.first().is_some_and(|l| l.contains("NV-1")), "{said:?}");
    // The later of the two speaks for both.
    let why = |n: &bonro::store::notices::NoticeRow| n.why.clone().unwrap_or_default();
    assert!(office.notices().await.iter().all(|n| n.state == "sent" || why(n) == "told_later"));
});

both!(an_address_whose_time_is_over_counts_anew, |house| {
    let office = Office::open(&house.url).await;
    let server = Server::answering("250 kept").await;
    let sending = office.sending_to(77, server.post()).await;
    server.says("RCPT TO:<yt-02", "550 5.1.1 no such user");
    suppress(&sending, ADDRESS, Some("2024-05-19T00:00:00Z")).await;
    office.assign("NV-1", Some(OFFICER), "2024-05-10").await;
    office.morning_of(&sending, "2024-05-16").await;
    let standing = office.suppressions().await.remove(0);
    assert_eq!((standing.failures, standing.until_at), (0, Some(at("2024-05-19T00:00:00Z"))));
    for (day, expected) in
        [("2024-05-20", (1, None, None)), ("2024-05-21", (2, Some(at("2024-05-21T00:15:00Z")), None))]
    {
        office.morning_of(&sending, day).await;
        let row = office.suppressions().await.remove(0);
        assert_eq!((row.failures, row.suppressed_at, row.until_at), expected, "{day}");
    }
    let told = office.troubles().await;
    assert!(told.iter().any(|t| (t.kind.as_str(), t.subject.as_str()) == ("mail_address", ADDRESS)));

    // One that goes through after its time is forgiven at once.
    suppress(&sending, ADDRESS, Some("2024-05-21T01:00:00Z")).await;
    server.says(".", "250 kept");
    office.morning_of(&sending, "2024-05-22").await;
    assert!(office.suppressions().await.is_empty());
});

/// Keeps an address from being written to, by hand.
async fn suppress(house: &House, address: &str, until: Option<&str>) {
    let mut work = house.job(house.own_context(JobName::DeliverMail)).await.expect("a work begins");
    bonro::service::suppressions::suppress(&mut work, address, "nghỉ phép", until.map(at))
        .await
        .expect("it is put");
    work.finish(&[]).await.expect("it commits");
}

both!(a_report_waits_for_its_address_to_be_written_to_again, |house| {
    let office = Office::open(&house.url).await;
    let server = Server::answering("250 kept").await;
    let sending = office.sending_to(78, server.post()).await;
    suppress(&sending, "NoiVu@ducpho.example", None).await;
    let told = office.troubles().await;
    assert!(
        told.iter()
            .any(|t| (t.kind.as_str(), t.subject.as_str()) == ("mail_address", "noivu@ducpho.example")),
        "reports go there: {told:?}"
    );
    office.run(JobName::ReportPeriod).await;
    for _ in 0..3 {
        office.deliver(&sending).await.expect("it runs");
        let report = office.outbox().await.into_iter().find(|m| m.kind == "period_summary").expect("made");
        assert_eq!((report.state.as_str(), report.attempt, report.sealed), ("queued", 0, None));
        assert!(report.last_error.as_deref().is_some_and(|e| e.contains("nghỉ phép")));
        office.wait(TimeDelta::minutes(61));
    }
    office.deliver(&sending).await.expect("it runs");
    let id = office.suppressions().await.remove(0).id;
    let mut work = sending.job(sending.own_context(JobName::DeliverMail)).await.expect("a work begins");
    bonro::service::suppressions::lift(&mut work, id).await.expect("it is lifted");
    work.finish(&[]).await.expect("it commits");
    office.wait(TimeDelta::seconds(1));
    office.deliver(&sending).await.expect("it runs");
    let report = office.outbox().await.into_iter().find(|m| m.kind == "period_summary").expect("made");
    assert_eq!((report.state.as_str(), report.fault), ("sent", None));
    assert!(server.letters().iter().any(|l| l.contains("noivu@ducpho.example")));
});

both!(an_alarm_goes_when_its_address_has_had_its_time, |house| {
    let office = Office::open(&house.url).await;
    let server = Server::answering("250 kept").await;
    let sending = office.sending_to(79, server.post()).await;
    suppress(&sending, "kysu@ducpho.example", Some("2024-05-16T00:45:00Z")).await;
    office.wait(TimeDelta::minutes(2));
    sending.watch_troubles().await.expect("it is watched");
    office.deliver(&sending).await.expect("it runs");
    let alarm = office.outbox().await.remove(0);
    assert_eq!((alarm.kind.as_str(), alarm.state.as_str(), alarm.attempt), ("operator_notice", "queued", 0));
    assert_eq!(alarm.not_before, at("2024-05-16T00:45:00Z"), "its time is known");
    office.set("2024-05-16T00:45:00Z");
    office.deliver(&sending).await.expect("it runs");
    assert_eq!((office.outbox().await[0].state.as_str(), server.heard()), ("sent", 1));
});
