//! What lies in a folder: files that were begun, complete ones in the order in which they speak, and those that may
//! still be written.

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use chrono_tz::Tz;
use tokio::io::AsyncReadExt as _;
use unicode_normalization::UnicodeNormalization as _;

use super::seen::Look;
use super::{Folder, rooms};
use crate::intake::FILE_BYTES;

/// A file whose last change lies no further ahead was changed now.
const SKEW: TimeDelta = TimeDelta::minutes(10);
/// Endings of files that are still on their way, as the programs that bring them name them.
const UNDER_WAY: [&str; 6] = [".part", ".partial", ".filepart", ".tmp", ".crdownload", ".writing"];
/// What desktops leave behind.
const STRAY: [&str; 2] = ["thumbs.db", "desktop.ini"];

/// A complete file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct File {
    /// Where it lies.
    pub path: PathBuf,
    /// Its name as people read it: some machines write letters and their marks apart, some no Unicode at all.
    pub name: String,
    /// How it was seen.
    pub look: Look,
    /// Up to when it speaks; None: its name doesn't say it as the folder's names do.
    pub as_of: Option<DateTime<Utc>>,
    /// The marker beside it.
    pub marker: Option<PathBuf>,
    /// The import that it was begun as.
    pub begun: Option<uuid::Uuid>,
}

/// The time of two clocks, and of the wall.
#[derive(Debug, Clone, Copy)]
pub(super) struct Now {
    /// The machine's.
    pub machine: DateTime<Utc>,
    /// The office's: nothing may be known beyond it.
    pub office: DateTime<Utc>,
    /// In which names of files tell it, and cells.
    pub zone: Tz,
}

/// What lies there.
#[derive(Debug, Default)]
pub(super) struct Lying {
    /// What was begun, then what is complete, each the earliest first.
    pub complete: Vec<File>,
    /// How many may still be written.
    pub waiting: usize,
}

/// Looks at a folder. All of it is seen before anything is taken: directories have no order.
pub(super) async fn files(folder: &Folder, now: Now) -> io::Result<Lying> {
    let there = all(&folder.path, folder, now).await?;
    let mut begun = Vec::new();
    for (id, room) in rooms::begun(folder).await? {
        let left = all(&room, folder, now).await?;
        begun.extend(left.into_iter().map(|file| File { begun: Some(id), ..file }));
    }
    let (markers, mut fresh) = match &folder.marker {
        None => (HashMap::new(), there),
        Some(ending) => {
            let (markers, files): (Vec<File>, Vec<File>) =
                there.into_iter().partition(|file| file.name.ends_with(ending.as_str()));
            let of = |file: File| (file.name[..file.name.len() - ending.len()].to_owned(), file);
            (markers.into_iter().map(of).collect(), files)
        }
    };
    fresh.retain(|file| !is_stray(&file.name));
    for file in begun.iter_mut().filter(|file| fresh.iter().all(|other| other.name != file.name)) {
        file.marker = markers.get(&file.name).map(|marker| marker.path.clone());
    }
    let settled = folder.seen.settled(now.machine, folder.settle, fresh.iter().map(|f| (&f.path, f.look)));
    let (mut complete, waiting): (Vec<File>, Vec<File>) = if folder.marker.is_some() {
        // A marker that is older than its file was written for the one that had this name before.
        let marker =
            |file: &File| markers.get(&file.name).filter(|m| m.look.changed_at >= file.look.changed_at);
        for file in &mut fresh {
            file.marker = marker(file).map(|marker| marker.path.clone());
        }
        fresh.into_iter().partition(|file| file.marker.is_some())
    } else {
        let (settled, waiting): (Vec<_>, Vec<_>) =
            fresh.into_iter().zip(settled).partition(|(_, settled)| *settled);
        let earliest = waiting.iter().filter_map(|(file, _)| file.as_of).min();
        // What speaks later than one that is still on its way waits for it, or that one would be refused as older.
        let is_free =
            |file: &File| earliest.is_none_or(|earliest| file.as_of.is_none_or(|at| at <= earliest));
        let files = |of: Vec<(File, bool)>| of.into_iter().map(|(file, _)| file);
        let (free, held): (Vec<File>, Vec<File>) = files(settled).partition(is_free);
        (free, held.into_iter().chain(files(waiting)).collect())
    };
    begun.sort_by(in_order);
    complete.sort_by(in_order);
    begun.append(&mut complete);
    Ok(Lying { complete: begun, waiting: waiting.len() })
}

fn in_order(one: &File, other: &File) -> std::cmp::Ordering {
    (one.as_of, &one.name).cmp(&(other.as_of, &other.name))
}

/// The files of a directory, whatever they are.
async fn all(directory: &Path, folder: &Folder, now: Now) -> io::Result<Vec<File>> {
    let mut found = Vec::new();
    let mut entries = tokio::fs::read_dir(directory).await?;
    while let Some(entry) = entries.next_entry().await? {
        let name: String = entry.file_name().to_string_lossy().nfc().collect();
        let Some(look) = look(&entry.path()).await? else { continue };
        let as_of = match &folder.name_time {
            Some(pattern) => pattern.find(&name, now.zone),
            None => Some(changed_by(look.changed_at, now.office)),
        };
        found.push(File { path: entry.path(), name, look, as_of, marker: None, begun: None });
    }
    Ok(found)
}

/// The last change as the office sees it: clocks of two machines differ a little.
fn changed_by(changed_at: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    if changed_at > now && changed_at - now <= SKEW { now } else { changed_at }
}

/// How our own reports end.
const OURS: [&str; 2] = [".report.txt", ".problems.csv"];

pub(in crate::service) fn is_stray(name: &str) -> bool {
    let lower = name.to_lowercase();
    lower.starts_with(['.', '~'])
        || STRAY.contains(&lower.as_str())
        || UNDER_WAY.iter().any(|ending| lower.ends_with(ending))
        // What lay beside a file that was put back.
        || OURS.iter().any(|ending| lower.ends_with(ending))
}

/// How a file looks now. None: it is gone, or no file. Links aren't followed: one could lead out of the folder.
pub(in crate::service) async fn look(path: &Path) -> io::Result<Option<Look>> {
    let about = match tokio::fs::symlink_metadata(path).await {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        about => about?,
    };
    if !about.is_file() {
        return Ok(None);
    }
    let changed_at = DateTime::<Utc>::from(about.modified()?).trunc_subsecs(6);
    Ok(Some(Look { length: about.len(), changed_at, touched: touched(&about) }))
}

/// When it was last touched at all, where the mount knows it: this time no program can set.
#[cfg(unix)]
fn touched(about: &impl std::os::unix::fs::MetadataExt) -> (i64, i64) {
    (about.ctime(), about.ctime_nsec())
}

/// Elsewhere the last change is all that is known.
#[cfg(not(unix))]
fn touched<T>(_: &T) -> (i64, i64) {
    (0, 0)
}

/// The bytes of a file, one more than a reader takes at most. None: it is gone, or it was written meanwhile.
pub(super) async fn bytes(file: &File) -> io::Result<Option<Vec<u8>>> {
    let opened = match tokio::fs::File::open(&file.path).await {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let mut bytes = Vec::new();
    opened.take(FILE_BYTES as u64 + 1).read_to_end(&mut bytes).await?;
    Ok((look(&file.path).await? == Some(file.look)).then_some(bytes))
}
