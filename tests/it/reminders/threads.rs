//! The threads of digests: a reader's digests are one, and those of a dossier are one across its readers.

use bonro::domain::schedule::JobName::{DeliverMail, SendReminders};
use bonro::pb::v1;
use bonro::store::entity::dossier;
use sea_orm::{EntityTrait as _, QueryOrder as _};

use super::watch::{Watch, rule};
use crate::dossiers::office::Office;
use crate::support::both;

/// The two header fields as they stand in the bytes that went out.
fn fields(sealed: &[u8]) -> String {
    let text = String::from_utf8(sealed.to_vec()).expect("ASCII");
    let head = text.split("\r\n\r\n").next().expect("a head");
    assert!(head.lines().all(|line| line.len() <= 78), "{head}");
    let mut found = String::new();
    let mut is_in = false;
    for line in head.split("\r\n") {
        is_in = ["In-Reply-To:", "References:"].iter().any(|name| line.starts_with(name))
            || (is_in && line.starts_with(' '));
        if is_in {
            found.push_str(line);
            found.push_str("\r\n");
        }
    }
    found
}

both!(a_digest_of_a_few_dossiers_belongs_to_their_threads, |house| {
    let watch = Watch::silent(&house).await;
    let code = "soon".to_owned();
    let soon = v1::ReminderRule { code, working_days: 2, ..rule(v1::ReminderKind::BeforeDue) };
    watch.create(soon).await.expect("a rule");
    let receive = async |at: &str, codes: &[String]| {
        watch.office.set(at);
        for code in codes {
            watch.office.receive(Office::new_dossier(code)).await;
        }
    };
    let named = |letter: &str, count: usize| (1..=count).map(|n| format!("{letter}{n:02}")).collect();
    let (ten, many): (Vec<String>, Vec<String>) = (named("T", 10), named("M", 11));
    receive("2024-05-16T01:00:00Z", &["D1".to_owned()]).await;
    receive("2024-05-17T01:00:00Z", &["E1".to_owned(), "E2".to_owned()]).await;
    receive("2024-05-20T01:00:00Z", &ten).await;
    receive("2024-05-21T00:30:00Z", &many).await;
    for day in ["21", "22", "23", "24"] {
        watch.at(&format!("2024-05-{day}T01:15:00Z"), SendReminders).await;
        watch.run(DeliverMail).await;
    }
    let dossiers = dossier::Entity::find()
        .order_by_asc(dossier::Column::Code)
        .all(&watch.tables)
        .await
        .expect("they are read");
    let root = |code: &str| {
        let id = dossiers.iter().find(|row| row.code == code).expect("it is there").id;
        format!("<dossier.{id}@localhost>")
    };
    let mails = watch.outbox().await;
    let person = format!("<reminders.{}@localhost>", mails[0].recipient_official_id.expect("an official"));
    let sealed: Vec<String> =
        mails.iter().map(|mail| fields(mail.sealed.as_deref().expect("it went out"))).collect();
    let ten = ten.iter().map(|code| format!("\r\n {}", root(code))).collect::<Vec<_>>().concat();
    assert_eq!(
        sealed,
        [
            format!("In-Reply-To: {0}\r\nReferences: {person}\r\n {0}\r\n", root("D1")),
            format!(
                "In-Reply-To: {person}\r\nReferences: {person}\r\n {}\r\n {}\r\n",
                root("E1"),
                root("E2")
            ),
            format!("In-Reply-To: {person}\r\nReferences: {person}{ten}\r\n"),
            format!("In-Reply-To: {person}\r\nReferences: {person}\r\n"),
        ]
    );
});
