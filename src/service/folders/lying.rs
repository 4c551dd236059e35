//! What lies in a folder: complete files in the order in which they speak, and those that may still be written.

use std::io;
use std::path::PathBuf;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use chrono_tz::Tz;
use tokio::io::AsyncReadExt as _;

use super::Folder;
use crate::intake::FILE_BYTES;

/// A file whose last change lies no further ahead was changed now.
const SKEW: TimeDelta = TimeDelta::minutes(10);
/// Files of one run; the others wait for the next.
const MOST: usize = 100;
/// Endings of files that are still on their way, as the programs that bring them name them.
const UNDER_WAY: [&str; 6] = [".part", ".partial", ".filepart", ".tmp", ".crdownload", ".writing"];
/// What desktops leave behind.
const STRAY: [&str; 2] = ["thumbs.db", "desktop.ini"];

/// A complete file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct File {
    /// Where it lies.
    pub path: PathBuf,
    /// Its name.
    pub name: String,
    /// When it was changed last.
    pub changed_at: DateTime<Utc>,
    /// Its length in bytes.
    pub length: u64,
    /// Up to when it speaks; None: its name doesn't say it as the folder's names do.
    pub as_of: Option<DateTime<Utc>>,
    /// The marker beside it.
    pub marker: Option<PathBuf>,
}

/// The time of two clocks, and of the wall.
#[derive(Debug, Clone, Copy)]
pub(super) struct Now {
    /// The machine's: that of files.
    pub machine: DateTime<Utc>,
    /// The office's: nothing may be known beyond it.
    pub office: DateTime<Utc>,
    /// In which names of files tell it.
    pub zone: Tz,
}

/// What lies there.
#[derive(Debug, Default)]
pub(super) struct Lying {
    /// Complete, the earliest first.
    pub complete: Vec<File>,
    /// How many may still be written.
    pub waiting: usize,
}

/// Looks at a folder.
pub(super) async fn files(folder: &Folder, now: Now) -> io::Result<Lying> {
    let mut lying = Lying::default();
    let mut entries = tokio::fs::read_dir(&folder.path).await?;
    while let Some(entry) = entries.next_entry().await? {
        let Ok(name) = entry.file_name().into_string() else { continue };
        // Not followed: a link could lead out of the folder. Who moved it meanwhile has it.
        let Ok(about) = tokio::fs::symlink_metadata(entry.path()).await else { continue };
        if !about.is_file() || is_stray(&name) || folder.marker.as_deref().is_some_and(|m| name.ends_with(m))
        {
            continue;
        }
        let changed_at = DateTime::<Utc>::from(about.modified()?).trunc_subsecs(6);
        let marker = folder.marker.as_deref().map(|ending| folder.path.join(format!("{name}{ending}")));
        let settled = |at: DateTime<Utc>| (now.machine - at).abs() >= folder.settle;
        let complete = if let Some(marker) = &marker {
            tokio::fs::try_exists(marker).await?
        } else {
            settled(changed_at) && touched(&about).is_none_or(settled)
        };
        if !complete || lying.complete.len() >= MOST {
            lying.waiting += 1;
            continue;
        }
        let as_of = match &folder.name_time {
            Some(pattern) => pattern.find(&name, now.zone),
            None => Some(changed_by(changed_at, now.office)),
        };
        let length = about.len();
        lying.complete.push(File { path: entry.path(), name, changed_at, length, as_of, marker });
    }
    lying.complete.sort_by(|a, b| (a.as_of, &a.name).cmp(&(b.as_of, &b.name)));
    Ok(lying)
}

/// The last change as the office sees it: clocks of two machines differ a little.
fn changed_by(changed_at: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    if changed_at > now && changed_at - now <= SKEW { now } else { changed_at }
}

fn is_stray(name: &str) -> bool {
    let lower = name.to_lowercase();
    lower.starts_with(['.', '~'])
        || STRAY.contains(&lower.as_str())
        || UNDER_WAY.iter().any(|ending| lower.ends_with(ending))
}

/// When it was last touched at all: a program that copies may set the time of the last change to that of the original
/// while it still writes; this one nobody can set.
#[cfg(unix)]
fn touched(about: &impl std::os::unix::fs::MetadataExt) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp(about.ctime(), 0)
}

/// Elsewhere the last change is all that is known.
#[cfg(not(unix))]
fn touched<T>(_: &T) -> Option<DateTime<Utc>> {
    None
}

/// The bytes of a file, one more than a reader takes at most. None: it is gone, or it was written meanwhile.
pub(super) async fn bytes(file: &File) -> io::Result<Option<Vec<u8>>> {
    let opened = match tokio::fs::File::open(&file.path).await {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let mut bytes = Vec::new();
    opened.take(FILE_BYTES as u64 + 1).read_to_end(&mut bytes).await?;
    let about = match tokio::fs::symlink_metadata(&file.path).await {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        about => about?,
    };
    let same = about.len() == file.length
        && DateTime::<Utc>::from(about.modified()?).trunc_subsecs(6) == file.changed_at;
    Ok(same.then_some(bytes))
}
