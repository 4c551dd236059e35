//! Drafts: digests are put together a little ahead of their turn, several at once, beside the transactions that others
//! wait for. Nothing is sealed by that: a draft is kept nowhere but here, until the turn of its mail.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt as _;
use tokio::sync::mpsc::Sender;
use tokio::time::Instant;

use super::super::House;
use super::super::error::ServiceError;
use super::super::reminders::{self, Composed, Moment};
use super::connection::Queue;
use super::sealing::{sealed, words};
use crate::store::outbox::{Lease, MailRow};

/// Digests whose facts are read at once.
const TOGETHER: usize = 8;
/// So many times that many are under way at once.
const AT_ONCE: usize = 2;
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
        let mut drafted = with_drafts(house, again).await;
        drafted.pop().expect("as many as were given")
    }
}

/// Hands out the mails of a queue in their order, with drafts of those that aren't sealed, until none is left or nobody
/// takes them any more.
pub(super) async fn hand_out(house: &House, queue: &Mutex<Queue>, turns: Sender<Turn>) {
    let take = || queue.lock().unwrap_or_else(PoisonError::into_inner).take(TOGETHER);
    let groups = std::iter::from_fn(|| Some(take()).filter(|group| !group.is_empty()));
    let drafting = |group: Vec<(MailRow, Lease)>| {
        let turns = group.into_iter().map(|(row, lease)| Turn { row, lease, draft: None });
        Box::pin(with_drafts(house, turns.collect()))
    };
    let mut drafted = futures_util::stream::iter(groups).map(drafting).buffered(AT_ONCE);
    while let Some(group) = drafted.next().await {
        for turn in group {
            if turns.send(turn).await.is_err() {
                return;
            }
        }
    }
}

async fn with_drafts(house: &House, mut turns: Vec<Turn>) -> Vec<Turn> {
    match drafts(house, &turns).await {
        Ok(drafts) => {
            for (turn, draft) in turns.iter_mut().zip(drafts) {
                turn.draft = draft;
            }
        }
        // What keeps it from being read is met again when the mail is sealed.
        Err(error) => tracing::warn!(%error, "mails could not be put together ahead of their turn"),
    }
    turns
}

/// The drafts of those that there may be any of.
async fn drafts(house: &House, turns: &[Turn]) -> Result<Vec<Option<Draft>>, ServiceError> {
    let is_open = |turn: &&Turn| turn.row.sealed.is_none() && turn.row.kind == "reminder_digest";
    let open: Vec<&MailRow> = turns.iter().filter(is_open).map(|turn| &turn.row).collect();
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let read_at = Instant::now();
    let composed = {
        let door = house.store.read().await?;
        let moment = Moment::read(house, &door).await?;
        reminders::anew(house, &door, &moment, &open).await?
    };
    let mut composed = composed.into_iter();
    let works: Vec<Option<(MailRow, Composed)>> = turns
        .iter()
        .map(|turn| {
            let (said, left) = is_open(&turn).then(|| composed.next()).flatten()?;
            said.filter(|_| left.is_empty()).map(|said| (turn.row.clone(), said))
        })
        .collect();
    let (settings, now) = (house.settings.clone(), house.world.office.now());
    let writing = move || {
        let write = |(row, composed): (MailRow, Composed)| {
            // Whatever it can't be sealed for is met again at its turn, and recorded there.
            let said = words(&row, Some(&composed)).ok()?;
            let bytes = sealed(&settings, &row, said, now).ok()?;
            Some(Draft { bytes, read_at })
        };
        works.into_iter().map(|work| work.and_then(write)).collect()
    };
    let written = tokio::task::spawn_blocking(writing).await;
    written.map_err(|e| ServiceError::Internal(e.to_string()))
}
