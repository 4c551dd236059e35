//! A complete file becomes an import and ends in `done` or `failed`. Every step may be the last before the house dies:
//! once a file is begun it lies in a room that is named after its import, so that the next run goes on with it, tells
//! of it once, and moves it.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::super::House;
use super::super::error::ServiceError;
use super::super::imports::{ImportRun, MOST_ROWS, Start, moment};
use super::super::operator::Trouble;
use super::super::slots::{Claim, house_calendar};
use super::lying::{self, File, Now};
use super::reading::{FileReading, read};
use super::telling::{Ended, Refusal};
use super::{Folder, Form, rooms};
use crate::domain::record::ImportRow;
use crate::intake::OWN_FORMAT;
use crate::store::imports;

/// The state of an import whose last row was taken.
const FINISHED: &str = "finished";
/// Problems that a report keeps.
const MOST_PROBLEMS: u64 = 100_000;

/// A file that came to its end and has to be put away, after somebody was told of it.
#[derive(Debug)]
pub(super) struct Taken {
    file: File,
    ended: Ended,
    place: PathBuf,
    /// What the one who runs the system must hear.
    pub trouble: Option<Trouble>,
}

impl Taken {
    /// Whether it was refused.
    pub fn is_refused(&self) -> bool {
        self.ended.refusal.is_some()
    }

    /// Puts it where it belongs.
    pub async fn put_away(self, folder: &Folder) -> Result<(), ServiceError> {
        let Self { file, ended, place, .. } = self;
        rooms::put_away(folder, &file, &ended, &place).await.map_err(|e| unmoved(&file, &e))?;
        let refused = ended.refusal.is_some();
        tracing::info!(
            file = file.name,
            source = folder.source,
            refused,
            "a file of a drop folder was taken"
        );
        Ok(())
    }
}

/// Takes a file. An error leaves it where it lies, for the next run. None: somebody else has it, or it is being
/// written after all.
pub(super) async fn take(
    house: &House,
    claim: &Claim,
    folder: &Folder,
    file: &File,
    now: Now,
) -> Result<Option<Taken>, ServiceError> {
    house.keep(claim).await?;
    let Some(bytes) = lying::bytes(file).await.map_err(|e| unmoved(file, &e))? else { return Ok(None) };
    let sha256 = hex::encode(Sha256::digest(&bytes));
    let (id, file) = if let Some(id) = file.begun {
        (id, file.clone())
    } else {
        let id = new_id(house, folder, file.as_of, &bytes).await?;
        let begun = rooms::begin(folder, file, id).await.map_err(|e| unmoved(file, &e))?;
        let Some(path) = begun else { return Ok(None) };
        (id, File { path, begun: Some(id), ..file.clone() })
    };
    let mut ended = Ended {
        name: file.name.clone(),
        sha256: sha256.clone(),
        source: folder.source.clone(),
        full: folder.full,
        as_of: None,
        read: None,
        run: None,
        refusal: None,
        problems: Vec::new(),
    };
    let rules = house.look(house.own_context(claim.job)).await?.rules.clone();
    match file.as_of {
        None => ended.refusal = Some(Refusal::no_time(folder)),
        Some(as_of) => {
            ended.as_of = Some(moment(&rules, as_of));
            match read(&file.name, bytes, &folder.form, now.zone).await? {
                Err(refusal) => ended.refusal = Some(refusal),
                Ok(read) => {
                    let start = Start {
                        import_id: id,
                        source: folder.source.clone(),
                        kind: if folder.full { "full" } else { "partial" }.to_owned(),
                        file_name: file.name.clone(),
                        sha256,
                        watermark: Some(as_of),
                        kinds: read.kinds(),
                        // Its time is that of the file, which a copy has anew.
                        may_be_copy: folder.name_time.is_none(),
                        force: false,
                    };
                    match land(house, claim, &start, &read).await? {
                        Ok(run) => {
                            let all_refused = run.refused > 0 && run.refused == run.committed_row;
                            ended.refusal = all_refused.then(Refusal::every_row);
                            let door = house.store.read().await?;
                            ended.problems = imports::problems(&door, id, MOST_PROBLEMS).await?;
                            ended.run = Some(run);
                        }
                        Err(refusal) => ended.refusal = Some(refusal),
                    }
                    ended.name_columns(read);
                }
            }
        }
    }
    let month = house_calendar(&rules).local_date(now.office).format("%Y-%m").to_string();
    let month = ended.refusal.is_none().then_some(month.as_str());
    let place = rooms::place(folder, &file.name, month).await.map_err(|e| unmoved(&file, &e))?;
    let trouble = ended.trouble(id, &place);
    Ok(Some(Taken { file, ended, place, trouble }))
}

fn unmoved(file: &File, error: &std::io::Error) -> ServiceError {
    let at = file.path.display();
    ServiceError::Internal(format!("{at}: không đọc hoặc chuyển được / can't be read or moved: {error}"))
}

/// The id of a file that isn't begun: the first of its ids that no import has. A file that was put back after its
/// import ended is tried again; one whose import never began has the id that it had.
async fn new_id(
    house: &House,
    folder: &Folder,
    as_of: Option<DateTime<Utc>>,
    bytes: &[u8],
) -> Result<Uuid, ServiceError> {
    let door = house.store.read().await?;
    let mut round = 0;
    loop {
        let id = identity(folder, as_of, bytes, round);
        if imports::find(&door, id).await?.is_none() {
            return Ok(id);
        }
        round += 1;
    }
}

/// The `round`-th import of these bytes as of that instant, read in that form.
fn identity(folder: &Folder, as_of: Option<DateTime<Utc>>, bytes: &[u8], round: u32) -> Uuid {
    let mut hash = Sha256::new();
    let as_of = as_of.map_or(i64::MIN, |at| at.timestamp_micros()).to_be_bytes();
    let source = folder.source.as_bytes();
    let form = match &folder.form {
        Form::Table(mapping) => mapping.text.as_bytes(),
        Form::Own => OWN_FORMAT.as_bytes(),
    };
    let round = round.to_be_bytes();
    for part in [b"bonro folder".as_slice(), source, &[u8::from(folder.full)], form, &as_of, bytes, &round] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut id = [0; 16];
    id.copy_from_slice(&hash.finalize()[..16]);
    // Version 5 is what says "by name", whatever the hash.
    uuid::Builder::from_sha1_bytes(id).into_uuid()
}

/// Lands its rows from where an earlier run stopped.
async fn land(
    house: &House,
    claim: &Claim,
    start: &Start,
    read: &FileReading,
) -> Result<Result<ImportRun, Refusal>, ServiceError> {
    let context = || house.own_context(claim.job);
    let run = match house.start_import(context(), start).await {
        Ok(run) => run,
        Err(error) => return Refusal::of(error).map(Err),
    };
    let rows = &read.of().rows;
    if run.state == FINISHED && run.committed_row < i64::try_from(rows.len()).unwrap_or(i64::MAX) {
        return Ok(Err(Refusal::stopped(run.id)));
    }
    if run.state != FINISHED {
        let landed = usize::try_from(run.committed_row).unwrap_or(usize::MAX).min(rows.len());
        let mut first = run.committed_row + 1;
        for batch in rows[landed..].chunks(MOST_ROWS) {
            house.keep(claim).await?;
            let batch: Vec<ImportRow> = batch.iter().map(Into::into).collect();
            match house.import_batch(context(), start, first, batch).await {
                Ok((_, last)) => first = last + 1,
                Err(error) => return Refusal::of(error).map(Err),
            }
        }
        house.finish_import(context(), start).await?;
    }
    let door = house.store.read().await?;
    let ended = imports::find(&door, start.import_id).await?;
    ended.map(Ok).ok_or_else(|| ServiceError::NotFound(format!("imports/{}", start.import_id)))
}
