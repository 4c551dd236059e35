//! A town with one drop folder, and what lies in it.

use std::fs;
use std::path::{Path, PathBuf};

use bonro::domain::schedule::JobName;
use bonro::intake::DossierRecord;
use bonro::mail::{Mailbox, OperatorNotice};
use bonro::pb::v1;
use bonro::pb::v1::import_service_server::ImportService as _;
use bonro::service::folders::Folder;
use bonro::service::jobs::{Asked, run};
use bonro::service::settings::OfficeSettings;
use bonro::store::entity::{import, outbox, source};
use bonro::store::slots::SlotRow;
use bonro::world::Clock as _;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use sea_orm::{Database, DatabaseConnection, EntityTrait as _, QueryOrder as _};
use tonic::Request;

use super::super::year::files::{self, record};
use super::super::year::software::{Software, evening};
use super::super::year::town::Town;
use crate::intake::export::workbook;

/// A town with one drop folder.
pub struct Stage {
    pub town: Town,
    pub software: Software,
    pub tables: DatabaseConnection,
    /// Keeps the directory.
    _kept: tempfile::TempDir,
    pub path: PathBuf,
}

fn settings(folder: Folder) -> OfficeSettings {
    let mut settings = OfficeSettings { folders: vec![folder], ..OfficeSettings::default() };
    settings.mail.operator = Some(Mailbox { name: String::new(), address: "kysu@ducpho.example".to_owned() });
    settings
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

/// The paths below a directory, relative and sorted.
pub fn below(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).expect("a directory").flatten() {
            if entry.path().is_dir() {
                open.push(entry.path());
            } else {
                let path = entry.path();
                let relative = path.strip_prefix(directory).expect("below it");
                found.push(relative.to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}

impl Stage {
    pub async fn open(url: &str, change: impl FnOnce(&mut Folder)) -> Self {
        let kept = tempfile::tempdir().expect("a directory");
        let path = kept.path().join("mot-cua");
        fs::create_dir(&path).expect("a folder");
        let mut folder = files::folder(&path);
        change(&mut folder);
        let software = Software::of_sample(200);
        let town = Town::with_settings(url, &software, settings(folder)).await;
        let tables = Database::connect(url).await.expect("the database opens");
        let stage = Self { town, software, tables, _kept: kept, path };
        stage.town.clock.set(evening(day("2024-03-20")) + TimeDelta::hours(7));
        stage
    }

    /// The dossiers of an evening as the software exports them.
    pub fn records(&self, on: &str) -> Vec<DossierRecord> {
        let as_of = evening(day(on));
        self.software.there(as_of).iter().map(|i| record(&self.software.snapshot(*i, as_of))).collect()
    }

    pub fn drop_bytes(&self, name: &str, bytes: &[u8], at: DateTime<Utc>) {
        files::leave(&self.path, name, bytes, at);
    }

    /// A file of an evening, written then.
    pub fn drop(&self, name: &str, on: &str) {
        self.drop_bytes(name, &workbook(&self.records(on)), evening(day(on)));
    }

    /// One run of the job; the slot.
    pub async fn look(&self) -> SlotRow {
        self.town.clock.advance(TimeDelta::minutes(5));
        let now = self.town.clock.now();
        run(&self.town.house, JobName::TakeFiles, now, Asked::ByHand).await.expect("it runs").slot
    }

    pub async fn imports(&self) -> Vec<import::Model> {
        let all = import::Entity::find().order_by_asc(import::Column::StartedAt).all(&self.tables).await;
        let all = all.expect("the imports are read");
        all.into_iter().filter(|run| run.source == "iGate").collect()
    }

    pub async fn letters(&self) -> Vec<OperatorNotice> {
        let all = outbox::Entity::find().order_by_asc(outbox::Column::CreatedAt).all(&self.tables).await;
        let all = all.expect("the outbox is read").into_iter().filter(|mail| mail.kind == "operator_notice");
        let mut letters: Vec<OperatorNotice> =
            all.map(|mail| serde_json::from_str(&mail.render_input).expect("a letter")).collect();
        // Those of one run have no order.
        letters.sort_by(|a, b| (a.noticed_at, &a.headline).cmp(&(b.noticed_at, &b.headline)));
        letters
    }

    /// Somebody decides which unit the software means by a name.
    pub async fn decide_unit(&self, text: &str, code: &str) {
        let front = &self.town.front;
        let ask = v1::ListSourceNamesRequest { filter: "decide_time = null".into(), ..Default::default() };
        let names = front.list_source_names(self.ask(ask)).await.expect("a list").into_inner().names;
        let found = names.into_iter().find(|name| name.text == text).expect("it was met");
        let means = format!("units/{code}");
        let decision =
            v1::DecideSourceNameRequest { name: found.name, means, etag: found.etag, ..Default::default() };
        front.decide_source_name(self.ask(decision)).await.expect("it is decided");
    }

    fn ask<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        request.extensions_mut().insert(self.town.context());
        request
    }

    /// Up to when the software speaks.
    pub async fn watermark(&self) -> Option<DateTime<Utc>> {
        let source = source::Entity::find_by_id("iGate".to_owned()).one(&self.tables).await;
        source.expect("the sources are read").and_then(|source| source.watermark)
    }

    /// Moves a file back to where it was dropped.
    pub fn put_back(&self, relative: &str) {
        let from = self.path.join(relative);
        fs::rename(&from, self.path.join(from.file_name().expect("a name"))).expect("it is moved");
    }

    pub fn read(&self, relative: &str) -> String {
        fs::read_to_string(self.path.join(relative)).expect("the file is there")
    }
}

pub fn note(slot: &SlotRow) -> &str {
    slot.note.as_deref().unwrap_or_default()
}

/// Without what differs from run to run.
pub fn stable(text: &str) -> String {
    let hidden = |word: &str| {
        let bare = word.trim_start_matches("imports/");
        let hex = bare.len() >= 32 && bare.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
        if hex { word.replace(bare, "…") } else { word.to_owned() }
    };
    text.lines()
        .map(|line| line.split(' ').map(hidden).collect::<Vec<_>>().join(" "))
        .collect::<Vec<_>>()
        .join("\n")
}
