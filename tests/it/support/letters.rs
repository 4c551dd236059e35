//! Mails as they are on the wire, and what they would say.

use std::collections::BTreeMap;

use base64::Engine as _;
use bonro::mail::Digest;
use bonro::service::House;
use bonro::service::reminders::{Moment, anew};
use bonro::store::entity::{outbox, sealed_mail};
use bonro::store::outbox::MailRow;
use sea_orm::{DatabaseConnection, EntityTrait as _, QueryOrder as _};
use uuid::Uuid;

/// The texts of a mail's parts, in their order.
pub fn parts(mail: &str) -> Vec<String> {
    let mail = mail.replace("\r\n", "\n");
    let part = |part: &str| {
        let (head, body) = part.split_once("\n\n").unwrap_or((part, ""));
        if head.to_ascii_lowercase().contains("base64") {
            let packed: String = body.split_whitespace().collect();
            let bytes = base64::engine::general_purpose::STANDARD.decode(packed).unwrap_or_default();
            workbook(&bytes).unwrap_or_else(|| String::from_utf8_lossy(&bytes).into_owned())
        } else {
            body.replace("=\n", "")
        }
    };
    mail.split("\n--").map(part).collect()
}

/// The bytes of the file in a mail whose name ends so.
pub fn enclosed(mail: &str, ending: &str) -> Option<(String, Vec<u8>)> {
    let mail = mail.replace("\r\n", "\n");
    mail.split("\n--").find_map(|part| {
        let (head, body) = part.split_once("\n\n")?;
        let name = head.split_once("filename=\"")?.1.split_once('"')?.0;
        let packed: String = body.split_whitespace().collect();
        let bytes = base64::engine::general_purpose::STANDARD.decode(packed).ok()?;
        name.ends_with(ending).then(|| (name.to_owned(), bytes))
    })
}

/// What the parts of a workbook say, as they are written; None if it is none.
fn workbook(bytes: &[u8]) -> Option<String> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).ok()?;
    let mut said = String::new();
    for number in 0..archive.len() {
        std::io::Read::read_to_string(&mut archive.by_index(number).ok()?, &mut said).ok()?;
    }
    Some(said)
}

/// The plain text of a mail that was sealed.
pub fn text_of(mail: &MailRow) -> String {
    let sealed = String::from_utf8(mail.sealed.clone().expect("it is sealed")).expect("ASCII");
    let texts: Vec<String> = parts(&sealed).iter().map(|text| text.replace("\r\n", "\n")).collect();
    let text = texts.iter().find(|text| text.contains("\n-- \n")).unwrap_or_else(|| panic!("{sealed}"));
    text.trim().to_owned()
}

/// The mails of an archive in the order of their keys, with the bytes of those that are sealed.
pub async fn mails_of(tables: &DatabaseConnection) -> Vec<MailRow> {
    let mails = outbox::Entity::find().order_by_asc(outbox::Column::Key).all(tables).await;
    let sealed = sealed_mail::Entity::find().all(tables).await.expect("bytes are read");
    let mut sealed: BTreeMap<Uuid, Vec<u8>> =
        sealed.into_iter().map(|row| (row.outbox_id, row.bytes)).collect();
    let mut mails = mails.expect("mails are read");
    for mail in &mut mails {
        mail.sealed = sealed.remove(&mail.id);
        assert_eq!(mail.sealed.is_some(), mail.is_sealed);
    }
    mails
}

/// What a digest would say if it were sealed now.
pub async fn said_of(house: &House, mail: &MailRow) -> Digest {
    let tx = house.store.begin().await.expect("a transaction");
    let moment = Moment::read(house, &tx).await.expect("the moment is read");
    let composed = anew(house, &tx, &moment, &[mail]).await.expect("it is put together").remove(0).0;
    composed.expect("it says something").digest
}
