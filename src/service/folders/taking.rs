//! A complete file becomes an import and ends in `done` or `failed`. Every step may be the last before the house dies:
//! the import's id follows from the file, so that the next run goes on with it, tells of it once, and moves the file.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::super::House;
use super::super::error::ServiceError;
use super::super::imports::{ImportRun, MOST_ROWS, Start, moment};
use super::super::operator;
use super::super::slots::{Claim, house_calendar};
use super::lying::{self, File};
use super::telling::{Ended, Refusal};
use super::{Folder, rows};
use crate::domain::record::ImportRow;
use crate::intake::{Mapping, TableReading, read_table};
use crate::store::imports;

/// The state of an import whose last row was taken.
const FINISHED: &str = "finished";
/// Problems that a report keeps.
const MOST_PROBLEMS: u64 = 100_000;

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// Taken.
    Done,
    /// Refused.
    Failed,
    /// Somebody else has it, or it is being written after all.
    Gone,
}

/// Takes a file. An error leaves it where it lies, for the next run.
pub(super) async fn take(
    house: &House,
    claim: &Claim,
    folder: &Folder,
    file: &File,
) -> Result<Fate, ServiceError> {
    house.keep(claim).await?;
    let Some(bytes) = lying::bytes(file).await.map_err(|e| unmoved(file, &e))? else { return Ok(Fate::Gone) };
    let sha256 = hex::encode(Sha256::digest(&bytes));
    let id = identity(folder, file.as_of, &bytes);
    let mut ended = Ended {
        name: file.name.clone(),
        sha256: sha256.clone(),
        source: folder.source.clone(),
        full: folder.full,
        as_of: None,
        table: None,
        run: None,
        refusal: None,
        problems: Vec::new(),
    };
    match file.as_of {
        None => ended.refusal = Some(Refusal::no_time(folder)),
        Some(as_of) => {
            ended.as_of = Some(moment(&house.look(house.own_context(claim.job)).await?.rules, as_of));
            match read(&file.name, bytes, &folder.mapping).await? {
                Err(refusal) => ended.refusal = Some(refusal),
                Ok(table) => {
                    let start = Start {
                        import_id: id,
                        source: folder.source.clone(),
                        kind: if folder.full { "full" } else { "partial" }.to_owned(),
                        file_name: file.name.clone(),
                        sha256,
                        watermark: Some(as_of),
                        force: false,
                    };
                    match land(house, claim, &start, &table).await? {
                        Ok(run) => {
                            let all_refused = run.refused == run.committed_row;
                            ended.refusal = all_refused.then(Refusal::every_row);
                            let door = house.store.read().await?;
                            ended.problems = imports::problems(&door, id, MOST_PROBLEMS).await?;
                            ended.run = Some(run);
                        }
                        Err(refusal) => ended.refusal = Some(refusal),
                    }
                    ended.name_columns(table);
                }
            }
        }
    }
    let place = place(house, claim, folder, file, ended.refusal.is_some()).await?;
    if let Some(trouble) = ended.trouble(id, &place) {
        operator::tell(house, claim, trouble).await?;
    }
    let fate = if ended.refusal.is_some() { Fate::Failed } else { Fate::Done };
    put_away(file, &ended, &place).await.map_err(|e| unmoved(file, &e))?;
    tracing::info!(file = file.name, source = folder.source, ?fate, "a file of a drop folder was taken");
    Ok(fate)
}

fn unmoved(file: &File, error: &std::io::Error) -> ServiceError {
    let at = file.path.display();
    ServiceError::Internal(format!("{at}: không đọc hoặc chuyển được / can't be read or moved: {error}"))
}

/// The import of these bytes as of that instant, read by that mapping.
fn identity(folder: &Folder, as_of: Option<DateTime<Utc>>, bytes: &[u8]) -> Uuid {
    let mut hash = Sha256::new();
    let as_of = as_of.map_or(i64::MIN, |at| at.timestamp_micros()).to_be_bytes();
    let (source, mapping) = (folder.source.as_bytes(), folder.mapping.text.as_bytes());
    for part in [b"bonro folder".as_slice(), source, &[u8::from(folder.full)], mapping, &as_of, bytes] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut id = [0; 16];
    id.copy_from_slice(&hash.finalize()[..16]);
    // Version 5 is what says "by name", whatever the hash.
    uuid::Builder::from_sha1_bytes(id).into_uuid()
}

/// Reads it, beside the threads that serve.
async fn read(
    name: &str,
    bytes: Vec<u8>,
    mapping: &std::sync::Arc<Mapping>,
) -> Result<Result<TableReading, Refusal>, ServiceError> {
    let (name, mapping) = (name.to_owned(), mapping.clone());
    let read = tokio::task::spawn_blocking(move || read_table(&name, &bytes, &mapping)).await;
    let read = read.map_err(|e| ServiceError::Internal(format!("a file's reader ended early: {e}")))?;
    Ok(match read {
        Err(problems) => Err(Refusal::unreadable(&problems)),
        Ok(table) => Ok(table),
    })
}

/// Lands its rows from where an earlier run stopped.
async fn land(
    house: &House,
    claim: &Claim,
    start: &Start,
    table: &TableReading,
) -> Result<Result<ImportRun, Refusal>, ServiceError> {
    let context = || house.own_context(claim.job);
    let run = match house.start_import(context(), start).await {
        Ok(run) => run,
        Err(error) => return Refusal::of(error).map(Err),
    };
    let rows: Vec<ImportRow> = table.reading.rows.iter().filter_map(rows::row).collect();
    if run.state == FINISHED && run.committed_row < i64::try_from(rows.len()).unwrap_or(i64::MAX) {
        return Ok(Err(Refusal::stopped(run.id)));
    }
    if run.state != FINISHED {
        let landed = usize::try_from(run.committed_row).unwrap_or(usize::MAX).min(rows.len());
        let mut first = run.committed_row + 1;
        for batch in rows[landed..].chunks(MOST_ROWS) {
            house.keep(claim).await?;
            match house.import_batch(context(), start, first, batch.to_vec()).await {
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

/// Where a file is put: in `done` by months, or in `failed`, under a name that nobody has there.
async fn place(
    house: &House,
    claim: &Claim,
    folder: &Folder,
    file: &File,
    failed: bool,
) -> Result<PathBuf, ServiceError> {
    let directory = if failed {
        folder.path.join("failed")
    } else {
        let look = house.look(house.own_context(claim.job)).await?;
        let today = house_calendar(&look.rules).local_date(house.world.office.now());
        folder.path.join("done").join(today.format("%Y-%m").to_string())
    };
    free(&directory, &file.name).await.map_err(|e| unmoved(file, &e))
}

async fn free(directory: &Path, name: &str) -> std::io::Result<PathBuf> {
    tokio::fs::create_dir_all(directory).await?;
    let path = Path::new(name);
    let stem = path.file_stem().map(|s| s.to_string_lossy()).unwrap_or_default();
    let ending = path.extension().map(|e| format!(".{}", e.to_string_lossy())).unwrap_or_default();
    let mut to = directory.join(name);
    let mut number = 1;
    while tokio::fs::try_exists(&to).await? {
        number += 1;
        to = directory.join(format!("{stem} ({number}){ending}"));
    }
    Ok(to)
}

/// Writes the report and moves the file, which comes last: as long as it lies here, the rest is done again.
async fn put_away(file: &File, ended: &Ended, to: &Path) -> std::io::Result<()> {
    let beside = |ending: &str| {
        let mut name = to.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    tokio::fs::write(beside(".report.txt"), ended.report()).await?;
    if !ended.problems.is_empty() {
        tokio::fs::write(beside(".problems.csv"), ended.problems_csv()).await?;
    }
    match tokio::fs::rename(&file.path, to).await {
        // Another replica was faster.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        moved => moved?,
    }
    if let Some(marker) = &file.marker {
        match tokio::fs::remove_file(marker).await {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            removed => removed?,
        }
    }
    Ok(())
}
