//! Many mails at once: more are leased the faster they go, and what isn't tried is given back.

use std::sync::Arc;

use bonro::mail::OperatorNotice;
use bonro::store::entity::outbox;
use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait as _, EntityTrait as _, IntoActiveModel as _};
use uuid::Uuid;

use super::office::{Office, at};
use super::server::Server;
use crate::support::both;

const MAILS: u128 = 100;

impl Office {
    /// Puts so many mails in the outbox.
    async fn queue(&self, mails: u128) {
        let now = at("2024-05-16T00:00:00Z");
        let said = OperatorNotice {
            headline: "Một việc".to_owned(),
            noticed_at: now.naive_utc(),
            house: "Đức Phổ".to_owned(),
            details: Vec::new(),
            mend: None,
        };
        let rows = (1..=mails).map(|number| outbox::Model {
            id: Uuid::from_u128(number),
            key: format!("many/{number:04}"),
            kind: "operator_notice".to_owned(),
            recipient_official_id: None,
            to_address: format!("kysu{number}@ducpho.example"),
            language: "vi".to_owned(),
            render_input: serde_json::to_string(&said).expect("JSON"),
            state: "queued".to_owned(),
            attempt: 0,
            not_before: now,
            leased_by: None,
            leased_until: None,
            is_sealed: false,
            sealed: None,
            message_id: None,
            last_error: None,
            created_at: now,
            sent_at: None,
            fault: None,
        });
        let models: Vec<_> = rows.map(|row| row.into_active_model().reset_all()).collect();
        outbox::Entity::insert_many(models).exec_without_returning(&self.tables).await.expect("they fit");
    }
}

both!(many_mails_are_each_sent_once_and_what_a_tired_server_leaves_is_given_back, |house| {
    let office = Office::open(&house.url).await;
    office.queue(MAILS).await;
    let server = Server::answering("250 kept").await;
    server.takes(30);
    let sending = office
        .told(81, |settings| {
            settings.mail.post = Arc::new(server.post());
            settings.mail.connections = 2;
        })
        .await;
    office.deliver(&sending).await.expect("it runs");
    let mails = office.outbox().await;
    let count = |state: &str| mails.iter().filter(|m| m.state == state).count();
    assert_eq!((count("sent"), count("leased")), (server.heard(), 0));
    assert_eq!(count("sent") + count("queued"), 100, "none is lost or given up");
    let mut waiting = mails.iter().filter(|m| m.state == "queued");
    assert!(waiting.all(|m| m.attempt == 0 && m.leased_by.is_none()), "{mails:?}");

    // It went so far before its mails were sealed: now some are, and leave as they are.
    server.takes(usize::MAX);
    office.wait(TimeDelta::minutes(11));
    office.deliver(&sending).await.expect("it runs");
    let mails = office.outbox().await;
    assert!(mails.iter().all(|m| m.state == "sent"), "{mails:?}");
    let letters = server.letters();
    assert_eq!(letters.len(), 100);
    for mail in &mails {
        let id = mail.message_id.as_deref().expect("it was sealed");
        assert_eq!(letters.iter().filter(|l| l.contains(&format!("Message-ID: {id}"))).count(), 1, "{id}");
    }
});

both!(mails_that_were_sealed_before_leave_with_the_same_bytes, |house| {
    let office = Office::open(&house.url).await;
    office.queue(MAILS).await;
    let server = Server::answering("451 4.3.0 try again later").await;
    let sending = office.sending_to(82, server.post()).await;
    office.deliver(&sending).await.expect("it runs");
    let doubted = office.outbox().await;
    let sealed = |m: &outbox::Model| (m.id, m.message_id.clone(), m.sealed.clone());
    assert!(doubted.iter().all(|m| m.state == "queued" && m.sealed.is_some() && m.attempt == 1));
    server.says(".", "250 kept");
    office.wait(TimeDelta::minutes(2));
    office.deliver(&sending).await.expect("it runs");
    let sent = office.outbox().await;
    assert!(sent.iter().all(|m| m.state == "sent" && m.attempt == 2), "{sent:?}");
    assert_eq!(sent.iter().map(sealed).collect::<Vec<_>>(), doubted.iter().map(sealed).collect::<Vec<_>>());
    assert_eq!(server.heard(), 200);
});
