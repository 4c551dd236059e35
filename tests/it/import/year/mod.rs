//! The sample's history as a one-stop software would have sent it night by night: each file tells only how things
//! stand, some come twice, some never, two the wrong way round, one is cut off and one breaks half-way. After each the
//! figures must be those of the whole history as far as it was known, counted from the sample itself.
//!
//! The short form runs with the tests; the whole year of 180 nights is a benchmark of its own.

pub mod files;
pub mod software;
pub mod town;
pub mod truth;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bonro::domain::record::{ImportRow, Record};
use bonro::domain::schedule::JobName;
use bonro::service::ServiceError;
use bonro::service::imports::Start;
use bonro::service::landing::LandedResult;
use bonro::service::settings::OfficeSettings;
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use uuid::Uuid;

use software::{Software, evening};
use town::Town;
use truth::{Figures, figures};

/// Rows of a batch.
const BATCH: usize = 500;

/// What goes wrong in a run of nights, each by its number from 0.
#[derive(Debug, Clone, Copy)]
pub struct Mishaps {
    /// The file comes after the next night's.
    pub swapped: usize,
    /// Only the first three of five rows are there.
    pub cut: usize,
    /// The connection breaks after half of the batches, and the import goes on the next day.
    pub broken: usize,
}

/// What a run did.
#[derive(Debug, Default)]
pub struct Ran {
    /// Nights whose file was taken.
    pub taken: usize,
    /// Files that were refused since a newer one was known.
    pub refused: usize,
    /// Rows that were sent.
    pub rows: usize,
    /// Rows that changed something.
    pub moved: usize,
    /// Comparisons with the truth.
    pub compared: usize,
    /// How long each night took, with its comparisons.
    pub times: Vec<std::time::Duration>,
    /// How long the house took the rows in.
    pub sent: std::time::Duration,
}

/// A run of nights in a town.
pub struct Run<'s> {
    town: Town,
    /// Where the files lie; None: their rows are sent as a client does.
    folder: Option<PathBuf>,
    software: &'s Software,
    /// Up to when the house knows each dossier.
    known: Vec<Option<DateTime<Utc>>>,
    ran: Ran,
    imports: u128,
}

impl<'s> Run<'s> {
    /// A town that knows its units, officials, procedures and calendar, and no dossier.
    pub async fn open(url: &str, software: &'s Software) -> Self {
        let town = Town::open(url, software).await;
        Self::of(town, None, software)
    }

    /// The same whose software leaves its files in a folder.
    pub async fn by_files(url: &str, software: &'s Software, folder: PathBuf) -> Self {
        let folders = vec![files::folder(&folder)];
        let settings = OfficeSettings { folders, ..OfficeSettings::default() };
        Self::of(Town::with_settings(url, software, settings).await, Some(folder), software)
    }

    fn of(town: Town, folder: Option<PathBuf>, software: &'s Software) -> Self {
        let known = vec![None; software.dossiers.len()];
        Self { town, folder, software, known, ran: Ran::default(), imports: 1 }
    }

    /// Feeds the nights and compares after each.
    pub async fn feed(mut self, first: NaiveDate, nights: usize, mishaps: Mishaps) -> Ran {
        let day = |n: usize| first + Days::new(n as u64);
        for n in 0..nights {
            let began = std::time::Instant::now();
            if n == mishaps.swapped + 1 {
                // It came yesterday.
            } else if n == mishaps.swapped {
                self.night(day(n + 1), day(n + 1), 1.0).await;
                self.town.clock.set(evening(day(n + 1)) + TimeDelta::hours(7));
                self.older(day(n)).await;
            } else if n == mishaps.broken {
                self.broken(day(n)).await;
            } else if n % 11 != 5 {
                let part = if n == mishaps.cut { self.cut(day(n)).await } else { 1.0 };
                self.night(day(n), day(n), part).await;
                if n % 17 == 3 {
                    let moved = self.ran.moved;
                    self.night(day(n), day(n), 1.0).await;
                    assert_eq!(self.ran.moved, moved, "the same file twice changes nothing");
                }
            }
            self.ran.times.push(began.elapsed());
        }
        self.town.checker_agrees().await;
        self.ran
    }

    /// A file of the evening of `day`, taken the next morning; then the figures up to `last`.
    async fn night(&mut self, day: NaiveDate, last: NaiveDate, part: f64) {
        self.town.clock.set(evening(day) + TimeDelta::hours(7));
        if let Some(folder) = self.folder.clone() {
            self.leave(&folder, day, false).await;
        } else {
            self.send(day, part, None).await.expect("the file is taken");
        }
        self.ran.taken += 1;
        if self.ran.taken.is_multiple_of(3) {
            // Flags become events, and a later file may show that they were wrong.
            self.town.job(JobName::FlagOverdue).await;
        }
        self.compare(last).await;
    }

    /// A file that comes after a newer one.
    async fn older(&mut self, day: NaiveDate) {
        if let Some(folder) = &self.folder {
            let bytes = files::export(self.software, &self.software.there(evening(day)), evening(day));
            let file = files::leave(folder, &format!("{day}.xlsx"), &bytes, evening(day));
            assert_eq!(
                files::take(&self.town, &file, None).await,
                files::Fate::Refused,
                "an older file was taken"
            );
        } else {
            assert!(self.send(day, 1.0, None).await.is_err(), "an older file was taken");
        }
        self.ran.refused += 1;
    }

    /// A file that is cut off: of a spreadsheet nothing can be read, and the whole comes later. Of rows that are sent
    /// the first part lands.
    async fn cut(&mut self, day: NaiveDate) -> f64 {
        let Some(folder) = &self.folder else { return 0.6 };
        self.town.clock.set(evening(day) + TimeDelta::hours(6));
        let bytes = files::export(self.software, &self.software.there(evening(day)), evening(day));
        let file =
            files::leave(folder, &format!("{day}-cut.xlsx"), &bytes[..bytes.len() * 3 / 5], evening(day));
        assert_eq!(files::take(&self.town, &file, None).await, files::Fate::Refused, "a cut file was taken");
        self.ran.refused += 1;
        1.0
    }

    /// Leaves a night's file and has it taken, at first by a job that dies.
    async fn leave(&mut self, folder: &Path, day: NaiveDate, dies: bool) {
        let as_of = evening(day);
        let there = self.software.there(as_of);
        let bytes = files::export(self.software, &there, as_of);
        self.imports += 1;
        let file = files::leave(folder, &format!("{day}.{}.xlsx", self.imports), &bytes, as_of);
        let began = std::time::Instant::now();
        let patience = dies.then(|| std::time::Duration::from_millis(150));
        let files::Fate::Taken(rows, moved) = files::take(&self.town, &file, patience).await else {
            panic!("the file of {day} was refused")
        };
        self.ran.sent += began.elapsed();
        assert_eq!(rows, there.len());
        self.ran.rows += rows;
        self.ran.moved += moved;
        for place in there {
            self.known[place] = Some(as_of);
        }
    }

    /// The import dies after half of its batches; the figures know that half; it goes on from there.
    async fn broken(&mut self, day: NaiveDate) {
        self.town.clock.set(evening(day) + TimeDelta::hours(7));
        if let Some(folder) = self.folder.clone() {
            self.leave(&folder, day, true).await;
            self.ran.taken += 1;
            return self.compare(day).await;
        }
        let id = Uuid::from_u128(1000 + self.imports);
        let half = self.software.there(evening(day)).len() / BATCH / 2;
        self.send(day, 1.0, Some((id, half))).await.expect("half of the file is taken");
        self.compare(day).await;
        self.send(day, 1.0, Some((id, usize::MAX))).await.expect("the rest is taken");
        self.ran.taken += 1;
        self.compare(day).await;
    }

    /// Sends a night's file: its first `part`; of an import that breaks at most so many batches.
    async fn send(
        &mut self,
        day: NaiveDate,
        part: f64,
        broken: Option<(Uuid, usize)>,
    ) -> Result<(), ServiceError> {
        let as_of = evening(day);
        let there = self.software.there(as_of);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a part of some thousand rows"
        )]
        let there = &there[..(there.len() as f64 * part) as usize];
        self.imports += 1;
        let (import_id, most) = broken.unwrap_or((Uuid::from_u128(self.imports), usize::MAX));
        let start = Start {
            import_id,
            source: "iGate".into(),
            kind: "full".into(),
            file_name: format!("{day}.xlsx"),
            watermark: Some(as_of),
            ..Start::default()
        };
        let run = self.town.house.start_import(self.town.context(), &start).await?;
        let before = usize::try_from(run.committed_row).expect("a count");
        let mut sent = before;
        for (batch, chunk) in there[before..].chunks(BATCH).enumerate() {
            if batch == most {
                return Ok(());
            }
            let rows = chunk.iter().map(|i| ImportRow {
                file: start.file_name.clone(),
                line: i64::try_from(*i).expect("a small number") + 2,
                record: Record::Dossier(Box::new(self.software.snapshot(*i, as_of))),
            });
            let first = i64::try_from(sent + 1).expect("a small number");
            let rows: Vec<ImportRow> = rows.collect();
            let began = std::time::Instant::now();
            let batch = self.town.house.import_batch(self.town.context(), &start, first, rows).await?;
            self.ran.sent += began.elapsed();
            for (outcome, i) in batch.0.iter().zip(chunk) {
                let result = outcome.landed.result;
                assert_ne!(result, LandedResult::Refused, "{outcome:?}");
                self.ran.moved += usize::from(result != LandedResult::Unchanged);
                self.known[*i] = Some(as_of);
            }
            sent += chunk.len();
            self.ran.rows += chunk.len();
        }
        self.town.house.finish_import(self.town.context(), &start).await
    }

    /// The house's figures of two periods that end on `last`, against the truth.
    async fn compare(&mut self, last: NaiveDate) {
        for first in ["2023-12-15", "2024-04-15"] {
            let first: NaiveDate = first.parse().expect("a date");
            if first > last {
                continue;
            }
            let said: BTreeMap<String, Figures> = self.town.figures(first, last).await;
            let calendar = self.town.calendar().await;
            let expected = figures(self.software, &calendar, &self.known, (first, last));
            assert_eq!(said, expected, "from {first} to {last}: said (left), true (right)");
            self.ran.compared += 1;
        }
    }
}
