//! An office whose mails come back into a Maildir, and reports written by hand.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bonro::domain::schedule::JobName;
use bonro::mail::Mailbox;
use bonro::service::House;
use bonro::service::folders::Seen;
use bonro::service::jobs::{Asked, Ran, run};
use bonro::service::returned::ReturnedMails;
use bonro::store::entity::{mail_attempt, outbox};
use bonro::world::Clock as _;
use chrono::TimeDelta;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
use uuid::Uuid;

use super::super::office::Office;
use super::super::server::Server;
use crate::support::letters::parts;

pub struct Stage {
    pub office: Office,
    pub server: Server,
    /// The replica that delivers and takes.
    pub sending: House,
    pub path: PathBuf,
    _kept: tempfile::TempDir,
}

impl Stage {
    /// With a Maildir, whose `new` is there.
    pub async fn open(url: &str) -> Self {
        let stage = Self::plain(url).await;
        fs::create_dir(stage.path.join("new")).expect("a directory");
        stage
    }

    /// With a plain directory.
    pub async fn plain(url: &str) -> Self {
        let office = Office::open(url).await;
        let server = Server::answering("250 kept").await;
        let kept = tempfile::tempdir().expect("a directory");
        let path = kept.path().join("tra-lai");
        fs::create_dir(&path).expect("a directory");
        let (post, returned) = (server.post(), ReturnedMails { path: path.clone(), seen: Seen::default() });
        let sending = office
            .told(91, |settings| {
                settings.mail.post = Arc::new(post);
                settings.mail.returned = Some(returned);
                "tra-lai@ducpho.example".clone_into(&mut settings.mail.return_path);
                settings.mail.operator =
                    Some(Mailbox { name: String::new(), address: "kysu@ducpho.example".to_owned() });
            })
            .await;
        sending.enter_jobs().await.expect("jobs are entered");
        Self { office, server, sending, path, _kept: kept }
    }

    /// Puts a file where mails come back to.
    pub fn leave(&self, name: &str, bytes: &[u8]) {
        let new = self.path.join("new");
        let directory = if new.is_dir() { new } else { self.path.clone() };
        fs::write(directory.join(name), bytes).expect("a file");
    }

    /// A report that brings back a mail.
    pub fn comes_back(&self, name: &str, mail: &outbox::Model, fields: &str) {
        let id = mail.message_id.as_deref().expect("it was sealed");
        self.leave(name, report(name, &format!("Message-ID: {id}\n"), fields).as_bytes());
    }

    /// Puts a copy of a file there, wherever it lies now, with a line before it.
    pub fn copy(&self, of: &str, name: &str, before: &str) {
        let files = self.files();
        let found = files.iter().find(|file| file.ends_with(of) || file.contains(&format!("/{of}:")));
        let bytes = fs::read(self.path.join(found.expect("it is there"))).expect("it is read");
        self.leave(name, &[before.as_bytes(), &bytes].concat());
    }

    /// What lies below the directory, sorted.
    pub fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        for entry in entries(&self.path) {
            let name = entry.file_name().expect("a name").to_string_lossy().into_owned();
            if entry.is_dir() {
                let inside =
                    entries(&entry).into_iter().filter_map(|path| Some(path.file_name()?.to_owned()));
                found.extend(inside.map(|file| format!("{name}/{}", file.to_string_lossy())));
            } else {
                found.push(name);
            }
        }
        found.sort();
        found
    }

    /// One run of the job, a minute later.
    pub async fn run(&self) -> Ran {
        self.office.wait(TimeDelta::minutes(1));
        let now = self.office.clock.now();
        run(&self.sending, JobName::TakeReturnedMails, now, Asked::ByHand).await.expect("it runs")
    }

    /// What a run that went well says.
    pub async fn take(&self) -> String {
        let slot = self.run().await.slot;
        assert_eq!(slot.state, "done", "{slot:?}");
        slot.note.unwrap_or_default()
    }

    /// The newest mail to an address.
    pub async fn mail_to(&self, address: &str) -> outbox::Model {
        let mails = self.office.outbox().await.into_iter().filter(|mail| mail.to_address == address);
        mails.max_by_key(|mail| mail.created_at).expect("there is one")
    }

    /// The text of the last letter to an address.
    pub fn letter_to(&self, address: &str) -> String {
        let to = format!("To: {address}");
        let last = self.server.letters().into_iter().rfind(|letter| letter.contains(&to));
        parts(&last.expect("there is one")).concat()
    }

    pub async fn attempts(&self, mail: Uuid) -> Vec<mail_attempt::Model> {
        mail_attempt::Entity::find()
            .filter(mail_attempt::Column::OutboxId.eq(mail))
            .order_by_asc(mail_attempt::Column::TriedAt)
            .order_by_asc(mail_attempt::Column::Id)
            .all(&self.office.tables)
            .await
            .expect("attempts are read")
    }
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let read = fs::read_dir(directory).expect("a directory");
    read.map(|entry| entry.expect("an entry").path()).collect()
}

/// A report with these fields of its recipients, and these headers of the mail that it brings back.
pub fn report(id: &str, headers: &str, fields: &str) -> String {
    format!(
        "From: MAILER-DAEMON@post.example\nTo: tra-lai@ducpho.example\nAuto-Submitted: auto-replied\n\
         Message-Id: <{id}@post.example>\nContent-Type: multipart/report; report-type=delivery-status;\n\
         \tboundary=\"b/{id}\"\n\n--b/{id}\nContent-Type: text/plain\n\nIt could not be delivered.\n\n--b/{id}\n\
         Content-Type: message/delivery-status\n\nReporting-MTA: dns; post.example\n\n{fields}\n--b/{id}\n\
         Content-Type: message/rfc822\n\nReturn-Path: <tra-lai@ducpho.example>\n{headers}Subject: x\n\nx\n\n\
         --b/{id}--\n"
    )
}
