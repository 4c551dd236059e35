//! The connections to the mail server: each takes one mail after the other from those that were leased, and offers the
//! next only once what became of the last is written.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt as _, StreamExt as _};
use tokio::sync::mpsc::{self, Receiver};
use tokio::sync::oneshot;

use super::super::House;
use super::super::error::ServiceError;
use super::desk::Desk;
use super::drafting::{self, hand_out};
use super::leasing::FIRST;
use super::{Attempt, Batch, Ended, Fate};
use crate::domain::mail::Fault;
use crate::mail::{DeliveryError, Taken};
use crate::store::StoreError;
use crate::store::outbox::{self, Lease, MailRow};

/// What became of mails that were leased at once.
pub(super) struct Sent {
    /// How far each has come, by its kind.
    pub ended: Vec<(String, Ended)>,
    /// Those that weren't tried.
    pub left: Vec<Lease>,
}

/// What the connections share.
#[derive(Clone)]
struct Shared {
    house: House,
    batch: Arc<Batch>,
    desk: Desk,
    queue: Arc<Mutex<Queue>>,
    turns: Arc<tokio::sync::Mutex<Receiver<drafting::Turn>>>,
}

/// What was leased at once.
pub(super) struct Queue {
    waiting: VecDeque<(MailRow, Lease)>,
    taken: usize,
    left: Vec<Lease>,
}

impl Queue {
    /// The next ones, so many at most.
    pub fn take(&mut self, most: usize) -> Vec<(MailRow, Lease)> {
        let taken: Vec<_> = self.waiting.drain(..most.min(self.waiting.len())).collect();
        self.taken += taken.len();
        taken
    }

    /// Leaves all but the first of what was leased.
    fn leave_but(&mut self, first: usize) {
        let few = first.saturating_sub(self.taken).min(self.waiting.len());
        let rest = self.waiting.split_off(few);
        self.left.extend(rest.into_iter().map(|(_, lease)| lease));
    }
}

/// Sends the mails of a batch over so many connections, and records how each attempt ended.
pub(super) async fn send(
    house: &House,
    batch: &Arc<Batch>,
    leased: Vec<(MailRow, Lease)>,
    connections: usize,
) -> Result<Sent, ServiceError> {
    let (desk, work) = Desk::open();
    let queue = Arc::new(Mutex::new(Queue { waiting: leased.into(), taken: 0, left: Vec::new() }));
    let (hand, turns) = mpsc::channel(connections);
    let turns = Arc::new(tokio::sync::Mutex::new(turns));
    let shared = Shared { house: house.clone(), batch: batch.clone(), desk, queue: queue.clone(), turns };
    // In one task with the desk: each mail goes to and fro between them some ten times, and to wake another thread takes
    // longer than what it is woken for.
    let at_work: FuturesUnordered<_> =
        (0..connections).map(|_| Box::pin(connection(shared.clone(), connections))).collect();
    drop(shared);
    let handing = hand_out(house, &queue, hand);
    let (ended, (), ()) =
        futures_util::join!(at_work.collect::<Vec<_>>(), handing, work.until_closed(house, batch));
    let ended = ended.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    let left = std::mem::take(&mut queue.lock().unwrap_or_else(PoisonError::into_inner).left);
    Ok(Sent { ended, left })
}

/// An attempt that ended and isn't written yet.
struct Unwritten {
    kind: String,
    attempt: Attempt,
    outcome: Result<Taken, DeliveryError>,
}

/// One connection, until no mail is left. What became of a mail is asked to be written at once with the turn of the next.
/// That next one may be announced meanwhile, but leaves only once what became of the last is written: so what a crash makes
/// leave twice is at most one mail.
async fn connection(shared: Shared, connections: usize) -> Result<Vec<(String, Ended)>, ServiceError> {
    let Shared { house, batch, desk, .. } = &shared;
    let mut all = Vec::new();
    let mut before: Option<Unwritten> = None;
    loop {
        let (written, has_been) = oneshot::channel();
        let recording = async {
            let fate = match before.take() {
                Some(Unwritten { kind, attempt, outcome }) => {
                    Some((kind, Ended::Done(desk.hand_in(attempt, outcome).await?)))
                }
                None => None,
            };
            // Nobody may wait for it.
            let _ = written.send(());
            Ok::<_, ServiceError>(fate)
        };
        let offering = async {
            let next = shared.turns.lock().await.recv().await;
            let Some(next) = next else { return Ok(None) };
            let kind = next.row.kind.clone();
            let turned = turn(house, batch, desk, next).await?;
            Ok::<_, ServiceError>(Some((
                kind,
                match turned {
                    Turn::Ended(fate) => Offered::Ended(fate),
                    Turn::Ready(ready) => {
                        offer(house, batch, *ready, has_been.map(|said| said.is_ok())).await
                    }
                },
            )))
        };
        let (recorded, offered) = futures_util::join!(recording, offering);
        // Where it couldn't be written, the next one hasn't left.
        all.extend(recorded?);
        let Some((kind, offered)) = offered? else { return Ok(all) };
        match offered {
            Offered::Ended(fate) => all.push((kind, Ended::Done(fate))),
            Offered::Denied(attempt, error) => all.push((kind, Ended::Denied(attempt, error))),
            Offered::Over(attempt, outcome) => {
                if batch.barred.get().is_some() || outcome.as_ref().is_err_and(is_unreachable) {
                    // Of what was leased for a quick server, only a few are tried.
                    let mut queue = shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
                    queue.leave_but(connections * FIRST);
                }
                before = Some(Unwritten { kind, attempt, outcome });
            }
        }
    }
}

/// Whether no server answered.
fn is_unreachable(error: &DeliveryError) -> bool {
    matches!(error, DeliveryError::Temporary { code: None, .. })
}

/// A mail whose turn has come.
enum Turn {
    /// It isn't sent.
    Ended(Fate),
    /// It is.
    Ready(Box<Ready>),
}

/// A mail that goes out.
struct Ready {
    attempt: Attempt,
    message_id: String,
    bytes: Vec<u8>,
}

/// The turn of a mail: it is held and has its bytes, or its fate.
async fn turn(
    house: &House,
    batch: &Batch,
    desk: &Desk,
    mut next: drafting::Turn,
) -> Result<Turn, ServiceError> {
    let row = &next.row;
    let its_own = row.fault.as_deref() == Some(Fault::Recipient.as_str()) && row.attempt > 1;
    let attempt = Attempt {
        lease: next.lease.clone(),
        to_address: row.to_address.clone(),
        sealed_now: !row.is_sealed,
        of_notices: row.kind == "reminder_digest",
        its_own,
        tried: false,
        written_at: row.created_at,
    };
    if let Some(barred) = batch.barred.get() {
        // Another one has just learnt that nobody is let in: that isn't asked once more for each mail.
        return Ok(Turn::Ended(desk.hand_in(attempt, Err(barred.clone())).await?));
    }
    let ready = |attempt, message_id, bytes| Turn::Ready(Box::new(Ready { attempt, message_id, bytes }));
    if is_held_for_long(house, row)
        && row.sealed.is_some()
        && let (Some(message_id), Some(bytes)) = (next.row.message_id.take(), next.row.sealed.take())
    {
        return Ok(ready(attempt, message_id, bytes));
    }
    Ok(match desk.make_ready(next.now(house).await).await? {
        Ok((message_id, bytes)) => ready(attempt, message_id, bytes),
        Err(fate) => Turn::Ended(fate),
    })
}

/// Whether more than half of a mail's lease is left, so that nothing need be written before it leaves, if it is sealed.
///
/// It is ours until the lease ends: `outbox::lease` takes a leased mail from nobody before that instant, which was reckoned
/// before the lease was written, by this same clock; what is changed by hand is queued or dead; and SQLite, where a start
/// ends all leases, has one server. Before that half is over [`held`] lengthens it (after a third of a lease), as it does
/// for a mail whose lease was lengthened at its turn. Its bytes were written before, by a commit that was waited for, and
/// stay as they are while it is leased. How it ends is written under the lease as always: had it been lost nonetheless,
/// nothing but that.
fn is_held_for_long(house: &House, row: &MailRow) -> bool {
    let left = row.leased_until.map(|until| until - house.world.lease.now());
    left.is_some_and(|left| left * 2 > house.settings.jobs.lease)
}

/// What came of offering a mail.
enum Offered {
    /// It isn't sent.
    Ended(Fate),
    /// The attempt is over.
    Over(Attempt, Result<Taken, DeliveryError>),
    /// See [`Ended::Denied`].
    Denied(Box<Attempt>, DeliveryError),
}

/// Offers a mail to the server. It is announced at once, and leaves when it may.
async fn offer(
    house: &House,
    batch: &Batch,
    Ready { mut attempt, message_id, bytes }: Ready,
    may_leave: impl Future<Output = bool> + Send,
) -> Offered {
    attempt.tried = true;
    let envelope = (house.settings.mail.return_path.as_str(), attempt.to_address.as_str());
    let sending = Box::pin(house.settings.mail.post.deliver_when(envelope, &message_id, &bytes, may_leave));
    let mut outcome = held(house, &attempt.lease, sending).await;
    if let Err(error @ DeliveryError::Configuration { everybody: false, at_recipient: true, .. }) = outcome {
        return Offered::Denied(Box::new(attempt), error);
    }
    if let Err(DeliveryError::Configuration { code, text, everybody: everybody @ true, at_recipient }) =
        &mut outcome
    {
        // What is said of one recipient, while others are let through, is no fault of the setup.
        *everybody = !(*at_recipient && (batch.others_went_through || attempt.its_own));
        if *everybody {
            // The first one is as good as any. Those that are kept back by it haven't found it themselves.
            let barred = DeliveryError::set_up_wrongly(*code, text.clone());
            let _ = batch.barred.set(barred);
        }
    }
    Offered::Over(attempt, outcome)
}

/// Waits for a delivery and lengthens its lease meanwhile, so that a slow server's mail isn't sent twice.
async fn held<T>(house: &House, lease: &Lease, sending: impl Future<Output = T>) -> T {
    let pause = house.settings.jobs.lease.to_std().unwrap_or(Duration::from_mins(1)) / 3;
    let mut sending = std::pin::pin!(sending);
    loop {
        match tokio::time::timeout(pause, &mut sending).await {
            Ok(outcome) => return outcome,
            Err(_) => {
                // Whether it is lost is seen when the mail is finished; what is under way isn't broken off.
                if let Err(error) = hold(house, lease).await {
                    tracing::warn!(mail = %lease.id, %error, "a mail's lease could not be lengthened");
                }
            }
        }
    }
}

async fn hold(house: &House, lease: &Lease) -> Result<bool, StoreError> {
    let tx = house.store.begin().await?;
    let ours = outbox::hold(&tx, lease, house.world.lease.now() + house.settings.jobs.lease).await?;
    tx.commit().await?;
    Ok(ours)
}
