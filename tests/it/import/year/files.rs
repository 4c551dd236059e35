//! A night's file as the spreadsheet that the software exports, left in a drop folder and taken from there by the job.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bonro::domain::record::DossierRecord;
use bonro::domain::schedule::JobName;
use bonro::intake::{self, Mapping};
use bonro::service::folders::{Folder, Form, Seen};
use bonro::service::jobs::{Asked, run};
use bonro::store::imports;
use bonro::world::Clock as _;
use chrono::{DateTime, TimeDelta, Utc};

use super::software::Software;
use super::town::Town;
use crate::intake::export::workbook;

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// Taken: its rows, and those that moved something.
    Taken(usize, usize),
    /// It lies in `failed`.
    Refused,
}

/// The folder of the software's files.
pub fn folder(path: &Path) -> Folder {
    Folder {
        path: path.to_owned(),
        source: "iGate".to_owned(),
        form: Form::Table(Arc::new(Mapping::load("mot-cua").expect("the binary carries it"))),
        full: true,
        // Complete as it is first seen.
        settle: TimeDelta::zero(),
        marker: None,
        name_time: None,
        seen: Seen::default(),
    }
}

/// The spreadsheet of these dossiers as they stood.
pub fn export(software: &Software, places: &[usize], as_of: DateTime<Utc>) -> Vec<u8> {
    let records: Vec<_> = places.iter().map(|place| record(&software.snapshot(*place, as_of))).collect();
    workbook(&records)
}

/// Leaves a file that was written at an instant.
pub fn leave(folder: &Path, name: &str, bytes: &[u8], at: DateTime<Utc>) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, bytes).expect("a file");
    let file = fs::File::options().write(true).open(&path).expect("it is there");
    file.set_modified(SystemTime::from(at)).expect("its time can be set");
    path
}

/// Runs the job until it comes to its end; it dies after `patience` at first, wherever it is then.
pub async fn take(town: &Town, file: &Path, patience: Option<Duration>) -> Fate {
    let mut patience = patience;
    let taking = file.parent().expect("a folder").join("taking");
    let is_begun = || fs::read_dir(&taking).is_ok_and(|mut rooms| rooms.next().is_some());
    while file.exists() || is_begun() {
        town.clock.advance(TimeDelta::seconds(1));
        let ran = run(&town.house, JobName::TakeFiles, town.clock.now(), Asked::ByHand);
        match patience.take() {
            None => assert_eq!(ran.await.expect("it runs").slot.state, "done"),
            Some(patience) => drop(tokio::time::timeout(patience, ran).await),
        }
    }
    let failed = file.parent().expect("a folder").join("failed").join(file.file_name().expect("a name"));
    if failed.exists() {
        return Fate::Refused;
    }
    let door = town.house.store.read().await.expect("a snapshot");
    let import = imports::newest(&door, "iGate").await.expect("it is read").expect("an import");
    let count = |n: i64| usize::try_from(n).expect("a count");
    assert_eq!(import.refused, 0, "{import:?}");
    Fate::Taken(count(import.committed_row), count(import.landed + import.changed))
}

/// A record as a reader would have it, for the makers of spreadsheets.
pub fn record(told: &DossierRecord) -> intake::DossierRecord {
    let clock = told.clock.iter().map(|event| intake::ClockRecord {
        at: event.at.expect("an instant"),
        resumed: !event.stopped,
        reason: event.reason.as_str().into(),
        line: 0,
        file: "".into(),
    });
    intake::DossierRecord {
        code: told.code.as_str().into(),
        procedure_code: told.procedure_code.as_str().into(),
        unit_code: told.unit_code.as_str().into(),
        channel: told.channel.expect("a channel"),
        applicant_kind: told.applicant_kind.expect("a kind"),
        received_at: told.received_at.expect("an instant"),
        due_at: told.promised_at,
        closed_at: told.closed_at,
        outcome: told.outcome,
        result_returned_at: told.returned_at,
        officer_code: told.officer_code.as_str().into(),
        intake_digitised: told.intake_digitised,
        result_digitised: told.result_digitised,
        moves: Vec::new(),
        clock: clock.collect(),
        stands_as: told.stands_as,
    }
}
