//! The same against a mail server that this project didn't write: it takes every mail, and returns what it can't deliver.

use std::sync::Arc;
use std::time::Duration;

use bonro::domain::schedule::JobName;
use bonro::mail::{Mailbox, Post};
use bonro::service::folders::Seen;
use bonro::service::jobs::{Asked, run};
use bonro::service::returned::ReturnedMails;
use bonro::store::entity::official;
use bonro::store::rules;
use bonro::world::Clock as _;
use chrono::TimeDelta;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use uuid::Uuid;

use super::super::office::{HEAD, OFFICER, Office};
use crate::drill::{Postfix, SENDER};
use crate::support::both;

/// The server knows it.
const KNOWN: &str = "c1@tinh.example";
/// The server's domain, but nobody.
const NOBODY: &str = "khong-co@tinh.example";

async fn has(office: &Office, id: Uuid, address: &str) {
    official::Entity::update_many()
        .col_expr(official::Column::Email, Expr::value(address))
        .filter(official::Column::Id.eq(id))
        .exec(&office.tables)
        .await
        .expect("it is set");
    // Whoever has read the officials reads them anew.
    let tx = office.house.store.begin().await.expect("a transaction");
    rules::bump(&tx).await.expect("it is said");
    tx.commit().await.expect("it commits");
}

both!(a_real_server_returns_a_mail_to_nobody_and_its_address_is_suppressed, |house| {
    let Some(postfix) = Postfix::start() else { return };
    let office = Office::open(&house.url).await;
    has(&office, HEAD, KNOWN).await;
    has(&office, OFFICER, NOBODY).await;
    let sending = office
        .told(92, |settings| {
            settings.mail.post = Arc::new(Post::from_url(&postfix.url()).expect("a mail URL"));
            SENDER.clone_into(&mut settings.mail.return_path);
            settings.mail.returned = Some(ReturnedMails { path: postfix.bounces(), seen: Seen::default() });
            settings.mail.operator =
                Some(Mailbox { name: String::new(), address: "c9@tinh.example".to_owned() });
        })
        .await;
    sending.enter_jobs().await.expect("jobs are entered");
    office.assign("NV-1", Some(OFFICER), "2024-05-10").await;
    office.assign("NV-2", Some(HEAD), "2024-05-10").await;
    for (day, failures) in [("2024-05-16", 1), ("2024-05-17", 2)] {
        office.morning_of(&sending, day).await;
        let mails = office.outbox().await;
        let of =
            |address: &str| mails.iter().rfind(|m| m.to_address == address && m.key.contains(day)).cloned();
        assert_eq!(
            of(NOBODY).expect("it was written").state,
            "sent",
            "the server takes what it can't deliver"
        );
        came_back(&postfix).await;
        office.wait(TimeDelta::minutes(1));
        let ran = run(&sending, JobName::TakeReturnedMails, office.clock.now(), Asked::ByHand).await;
        let note = ran.expect("it runs").slot.note.unwrap_or_default();
        assert!(note.contains("1 mails came back, 0 other reports, 0 of no mail of ours"), "{note}");
        let held = office.suppressions().await.remove(0);
        assert_eq!((held.address.as_str(), held.failures), (NOBODY, failures), "{held:?}");
        assert!(held.reason.contains("5.1.1"), "{held:?}");
    }
    assert!(office.suppressions().await[0].suppressed_at.is_some());
    let mails = office.outbox().await;
    let states = |address: &str| {
        mails.iter().filter(|m| m.to_address == address).map(|m| m.state.clone()).collect::<Vec<_>>()
    };
    assert_eq!(states(NOBODY), ["dead", "dead"]);
    assert!(states(KNOWN).iter().all(|state| state == "sent"));
    let delivered: Vec<_> = postfix.taken().into_iter().filter(|mail| mail.to == KNOWN).collect();
    assert_eq!(delivered.len(), states(KNOWN).len());

    // What it says goes to the head; whoever runs the system hears of the address, in the same server's mailbox.
    office.morning_of(&sending, "2024-05-21").await;
    sending.watch_troubles().await.expect("it is watched");
    office.wait(TimeDelta::minutes(2));
    sending.watch_troubles().await.expect("it is watched");
    office.deliver(&sending).await.expect("it runs");
    assert_eq!(office.outbox().await.iter().filter(|m| m.to_address == NOBODY).count(), 2);
    assert!(
        office
            .notices()
            .await
            .iter()
            .any(|n| n.subject_code == "NV-1" && n.state == "sent" && n.official_id == Some(HEAD))
    );
    let letters = office.letters().await;
    assert_eq!(letters.len(), 1, "{letters:?}");
    assert_eq!(letters[0].1.headline, format!("Địa chỉ {NOBODY}: không gửi thư được nữa"));
    settled(&postfix).await;
    assert_eq!(postfix.taken().iter().filter(|mail| mail.to == "c9@tinh.example").count(), 1);
});

/// Waits until a report lies there.
async fn came_back(postfix: &Postfix) {
    settled(postfix).await;
    let new = postfix.bounces().join("new");
    assert!(std::fs::read_dir(&new).is_ok_and(|mut entries| entries.next().is_some()), "{}", new.display());
}

/// Waits until the server has nothing in its hands.
async fn settled(postfix: &Postfix) {
    for _ in 0..300 {
        if postfix.waiting() == 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the server still has mails in its hands after 30 s");
}
