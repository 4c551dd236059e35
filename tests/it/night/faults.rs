//! What servers hold against us, said at the wrong place or in too few words, and what they hold against one address.

use bonro::store::outbox::MailRow;
use chrono::TimeDelta;

use super::mails::ADDRESS;
use super::office::{HEAD, OFFICER, Office};
use super::server::Server;
use crate::support::both;

/// State, fault and attempts of the mail to the officer.
fn officers(mails: &[MailRow]) -> (String, String, i32) {
    let mail = mails.iter().find(|m| m.to_address == ADDRESS).expect("the officer has one");
    (mail.state.clone(), mail.fault.clone().unwrap_or_default(), mail.attempt)
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
    assert_eq!(officers(&mails), ("queued".to_owned(), "recipient".to_owned(), 1), "it has used up an attempt");
    assert!(office.suppressions().await.is_empty());
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
