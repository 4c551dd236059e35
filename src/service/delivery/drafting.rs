//! What mails need when their turn comes, read a little ahead of it for several at once, beside the transactions that others
//! wait for: the bytes of those that were sealed before, and drafts of digests. Nothing is sealed by that: a draft is kept
//! nowhere but here, until the turn of its mail.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::sync::mpsc::Sender;
use tokio::task::{JoinError, JoinHandle};
use tokio::time::Instant;
use tracing::Instrument as _;
use uuid::Uuid;

use super::super::House;
use super::super::error::ServiceError;
use super::super::reminders::{self, Composed, Moment};
use super::connection::Queue;
use super::sealing::{sealed, words};
use crate::store::outbox::{self, Lease, MailRow};

/// Mails whose facts are read at once.
const TOGETHER: usize = 16;
/// So many times that many are under way at once: on each core, and one that comes after.
const AT_ONCE: usize = 3;
/// A draft whose mail waited longer for its turn is made anew.
const FRESH: Duration = Duration::from_secs(2);

/// A mail whose turn comes.
pub(super) struct Turn {
    pub row: MailRow,
    pub lease: Lease,
    /// What it is sealed as, if nothing that it leaves out has to be written with it.
    pub draft: Option<Draft>,
}

/// What a mail would be sealed as.
pub(super) struct Draft {
    pub bytes: Vec<u8>,
    /// When its facts were read.
    read_at: Instant,
}

impl Turn {
    /// The mail as it is now that its turn has come.
    ///
    /// A draft is what `sealing::seal_now` would have made at the instant of its snapshot, two seconds ago at most. A change
    /// since then might as well have come just after the sealing: the mail says what was right then. And no notice is lost
    /// by it. The mail has been ours all the time, or the sealing finds its lease lost: so no run has given it further
    /// notices, for `outbox::join` takes only what is queued. And there is no draft of a mail that any of its notices is to
    /// be taken out of, as not true or not to be said now: that is decided and written in one transaction, at its turn.
    pub async fn now(self, house: &House) -> Self {
        if self.draft.as_ref().is_none_or(|draft| draft.read_at.elapsed() <= FRESH) {
            return self;
        }
        let again = vec![Self { draft: None, ..self }];
        let mut drafted = made_up(house, again).await;
        drafted.pop().expect("as many as were given")
    }
}

/// Hands out the mails of a queue in their order, with their bytes or drafts of them, until none is left or nobody takes
/// them any more.
pub(super) async fn hand_out(house: &House, queue: &Mutex<Queue>, turns: Sender<Turn>) {
    let take = || queue.lock().unwrap_or_else(PoisonError::into_inner).take(TOGETHER);
    let groups = std::iter::from_fn(|| Some(take()).filter(|group| !group.is_empty()));
    // Tasks of their own: rows by the hundred are read and put together while others wait at the desk.
    let drafting = |group: Vec<(MailRow, Lease)>| {
        let turns = group.into_iter().map(|(row, lease)| Turn { row, lease, draft: None }).collect();
        let house = house.clone();
        let made_up = Box::pin(async move { made_up(&house, turns).await }).in_current_span();
        Dropped(tokio::spawn(made_up))
    };
    let mut drafted = futures_util::stream::iter(groups.map(drafting)).buffered(AT_ONCE);
    while let Some(group) = drafted.next().await {
        let group = group.unwrap_or_else(|error| {
            // Its mails wait for the end of their lease, as after a crash.
            tracing::error!(%error, "mails could not be put together ahead of their turn");
            Vec::new()
        });
        for turn in group {
            if turns.send(turn).await.is_err() {
                return;
            }
        }
    }
}

/// A task that ends when nobody waits for it any more.
struct Dropped<T>(JoinHandle<T>);

impl<T> Future for Dropped<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context)
    }
}

impl<T> Drop for Dropped<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn made_up(house: &House, mut turns: Vec<Turn>) -> Vec<Turn> {
    // What keeps it from being read is met again at the turn.
    if let Err(error) = make_up(house, &mut turns).await {
        tracing::warn!(%error, "mails could not be put together ahead of their turn");
    }
    turns
}

async fn make_up(house: &House, turns: &mut [Turn]) -> Result<(), ServiceError> {
    let is_open = |turn: &Turn| !turn.row.is_sealed && turn.row.kind == "reminder_digest";
    let sealed_ids: Vec<Uuid> =
        turns.iter().filter(|turn| turn.row.is_sealed).map(|turn| turn.row.id).collect();
    let open: Vec<&MailRow> = turns.iter().filter(|turn| is_open(turn)).map(|turn| &turn.row).collect();
    if sealed_ids.is_empty() && open.is_empty() {
        return Ok(());
    }
    let read_at = Instant::now();
    let door = house.store.read().await?;
    let mut bytes = outbox::sealed_bytes(&door, &sealed_ids).await?;
    let composed = if open.is_empty() {
        Vec::new()
    } else {
        let moment = Moment::read(house, &door).await?;
        reminders::anew(house, &door, &moment, &open).await?
    };
    drop(door);
    let works: Vec<(MailRow, Composed)> = open
        .into_iter()
        .zip(composed)
        .filter(|(_, (_, left))| left.is_empty())
        .filter_map(|(row, (said, _))| Some((row.clone(), said?)))
        .collect();
    for turn in turns.iter_mut() {
        turn.row.sealed = bytes.remove(&turn.row.id);
    }
    if works.is_empty() {
        return Ok(());
    }
    let (settings, now) = (house.settings.clone(), house.world.office.now());
    let writing = move || {
        let write = |(row, composed): (MailRow, Composed)| {
            // Whatever it can't be sealed for is met again at its turn, and recorded there.
            let said = words(&row, Some(&composed), Vec::new()).ok()?;
            let bytes = sealed(&settings, &row, said, now).ok()?;
            Some((row.id, Draft { bytes, read_at }))
        };
        works.into_iter().filter_map(write).collect::<HashMap<_, _>>()
    };
    let written = tokio::task::spawn_blocking(writing).await;
    let mut written = written.map_err(|e| ServiceError::Internal(e.to_string()))?;
    for turn in turns {
        turn.draft = written.remove(&turn.row.id);
    }
    Ok(())
}
