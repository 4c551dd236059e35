//! What lies where mails come back to, and where it is put: in a Maildir from `new` to `cur`, seen where it was ours and
//! unseen where a person may want to read it; in a plain directory to `done` or `unknown`.

use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use tokio::io::AsyncReadExt as _;

use super::super::folders::{Look, free_place, is_stray, look};
use super::{ReturnedMails, SETTLE};
use crate::mail::MAIL_BYTES;

/// As many names of a directory are looked at in one run: whatever lies there, it doesn't fill the memory.
const LOOKED_AT: usize = 20_000;

/// A mail that lies there complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    path: PathBuf,
    /// Its file's name, for people.
    pub name: String,
    look: Look,
}

/// What lies there.
#[derive(Debug)]
pub(super) struct Lying {
    is_maildir: bool,
    /// Complete mails, the first names first: those of a Maildir begin with the time.
    pub complete: Vec<Message>,
    /// How many may still be written.
    pub waiting: usize,
}

/// Looks what lies there.
pub(super) async fn messages(place: &ReturnedMails, now: DateTime<Utc>) -> io::Result<Lying> {
    let new = place.path.join("new");
    let is_maildir = tokio::fs::metadata(&new).await.is_ok_and(|about| about.is_dir());
    let mut found = Vec::new();
    let mut entries = tokio::fs::read_dir(if is_maildir { &new } else { &place.path }).await?;
    while found.len() < LOOKED_AT
        && let Some(entry) = entries.next_entry().await?
    {
        let name = entry.file_name().to_string_lossy().into_owned();
        // A Maildir's names end as its machine's name does.
        let is_stray = if is_maildir { name.starts_with('.') } else { is_stray(&name) };
        if !is_stray && let Some(look) = look(&entry.path()).await? {
            found.push(Message { path: entry.path(), name, look });
        }
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    if is_maildir {
        // What lies in `new` was written in `tmp`.
        return Ok(Lying { is_maildir, complete: found, waiting: 0 });
    }
    let settled = place.seen.settled(now, SETTLE, found.iter().map(|message| (&message.path, message.look)));
    let all = found.len();
    let complete: Vec<Message> =
        found.into_iter().zip(settled).filter_map(|(message, settled)| settled.then_some(message)).collect();
    Ok(Lying { is_maildir, waiting: all - complete.len(), complete })
}

/// Its bytes, one more than a reader takes at most. None: it is gone.
pub(super) async fn bytes(message: &Message) -> io::Result<Option<Vec<u8>>> {
    let opened = match tokio::fs::File::open(&message.path).await {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let mut bytes = Vec::new();
    opened.take(MAIL_BYTES as u64 + 1).read_to_end(&mut bytes).await?;
    Ok(Some(bytes))
}

/// Where those are put that were ours, or weren't.
pub(super) fn aside(place: &ReturnedMails, lying: &Lying, is_ours: bool) -> PathBuf {
    place.path.join(match (lying.is_maildir, is_ours) {
        (true, _) => "cur",
        (false, true) => "done",
        (false, false) => "unknown",
    })
}

/// Puts a mail aside. One that is gone was put there by somebody else.
pub(super) async fn put_aside(
    place: &ReturnedMails,
    lying: &Lying,
    message: &Message,
    is_ours: bool,
) -> io::Result<()> {
    // A Maildir's readers keep what they know of a mail behind the colon.
    let (stem, ending) = match (lying.is_maildir, is_ours) {
        (true, true) => (message.name.split(":2,").next().unwrap_or_default(), ":2,S"),
        (true, false) => (message.name.split(":2,").next().unwrap_or_default(), ":2,"),
        (false, _) => (message.name.as_str(), ""),
    };
    let to = free_place(&aside(place, lying, is_ours), stem, ending).await?;
    moved(&message.path, &to).await
}

async fn moved(from: &Path, to: &Path) -> io::Result<()> {
    match tokio::fs::rename(from, to).await {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        moved => moved,
    }
}
