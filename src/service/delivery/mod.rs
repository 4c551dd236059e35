//! Delivery: mails of the outbox are leased, sealed, sent and finished. Bytes that a server may have are
//! never sealed anew, so a repeat is identical; a mail is sent only after the server's final word; nothing is
//! sent inside a transaction.

mod desk;
mod finishing;
mod sealing;

use std::collections::{HashSet, VecDeque};
use std::future::Future;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::House;
use super::error::ServiceError;
use super::slots::{Asked, Claim, house_calendar};
use super::suppressions;
use crate::domain::mail::{Fault, folded};
use crate::domain::schedule::JobName;
use crate::mail::{DeliveryError, Taken};
use crate::store::outbox::{self, Lease, MailRow};
use crate::store::{StoreError, Tx, notices};
use desk::Desk;
use finishing::finish;

/// Mails leased at once, for each connection.
const BATCH: usize = 4;

/// What a run of the deliverer did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Taken by the mail server.
    pub sent: u64,
    /// To be tried again.
    pub put_off: u64,
    /// Given up.
    pub dead: u64,
    /// Had nothing to say any more.
    pub cancelled: u64,
}

impl Delivered {
    /// For the slot.
    pub fn note(self) -> String {
        let Self { sent, put_off, dead, cancelled } = self;
        format!(
            "gửi {sent}, hoãn {put_off}, thôi gửi {dead}, hủy {cancelled} / \
             {sent} sent, {put_off} put off, {dead} dead, {cancelled} cancelled"
        )
    }
}

/// What became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Sent,
    PutOff {
        unreachable: bool,
    },
    Dead,
    Cancelled,
    /// Somebody else has it now.
    Lost,
}

/// How far a mail has come.
#[derive(Debug)]
enum Ended {
    /// To its fate.
    Done(Fate),
    /// The server doesn't take mail for its recipient. Whose fault that is shows when it is known what became of the others.
    Denied(Box<Attempt>, DeliveryError),
}

/// What the mails leased at once have in common.
#[derive(Debug)]
struct Batch {
    /// The addresses that something is held against.
    failing: HashSet<String>,
    /// Why nobody is let in, as soon as one has learnt it.
    barred: OnceLock<DeliveryError>,
    /// Others have gone through in this run.
    others_went_through: bool,
}

/// A mail under way.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "facts that have nothing to do with one another")]
struct Attempt {
    lease: Lease,
    to_address: String,
    /// Its bytes were sealed for this attempt: none before it can have sent them.
    sealed_now: bool,
    /// It speaks for notices, which can come in another mail.
    of_notices: bool,
    /// An attempt before was refused to its recipient alone.
    its_own: bool,
    /// A server was asked to take it.
    tried: bool,
    /// When it was written.
    written_at: DateTime<Utc>,
}

/// Sends all mails whose time has come, under the fence of a slot.
pub async fn deliver(house: &House, claim: &Claim) -> Result<Delivered, ServiceError> {
    let mut done = Delivered::default();
    let connections = house.settings.mail.connections.max(1);
    let mut denied = HashSet::new();
    loop {
        house.keep(claim).await?;
        // Where mails are paced, each one that is leased is on its way at once: none waits beyond its lease.
        let ahead = if house.settings.mail.paced { 1 } else { BATCH };
        let leased = lease(house, claim, connections * ahead).await?;
        if leased.is_empty() {
            return Ok(done);
        }
        let batch = Batch {
            failing: suppressions::failing(house, &leased).await?,
            barred: OnceLock::new(),
            others_went_through: done.sent > 0,
        };
        let ended = send(house, &batch, leased, connections).await?;
        let fates = judged(house, &batch, &mut denied, ended).await?;
        for fate in &fates {
            match fate {
                Fate::Sent => done.sent += 1,
                Fate::PutOff { .. } => done.put_off += 1,
                Fate::Dead => done.dead += 1,
                Fate::Cancelled => done.cancelled += 1,
                Fate::Lost => {}
            }
        }
        if fates.contains(&Fate::Sent) {
            wake(house).await?;
        }
        // A server that can't be reached, or lets nobody in, isn't asked again and again for each mail: the rest waits.
        if fates.iter().all(|fate| *fate == Fate::PutOff { unreachable: true }) {
            return Ok(done);
        }
    }
}

/// Sends the mails of a batch over so many connections, and records how each attempt ended.
async fn send(
    house: &House,
    batch: &Batch,
    leased: Vec<(MailRow, Lease)>,
    connections: usize,
) -> Result<Vec<(String, Ended)>, ServiceError> {
    let (desk, work) = Desk::open();
    let queue = Mutex::new(VecDeque::from(leased));
    let sending = async {
        let all = (0..connections).map(|_| Box::pin(connection(house, batch, &desk, &queue)));
        let ended = futures_util::future::join_all(all).await;
        drop(desk);
        ended
    };
    let (ended, ()) = futures_util::join!(sending, work.until_closed(house, batch));
    Ok(ended.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

/// One connection, until no mail is left: what became of a mail and the turn of the next are asked at once, so that one
/// commit has both, and waited for before that next one leaves.
async fn connection(
    house: &House,
    batch: &Batch,
    desk: &Desk,
    queue: &Mutex<VecDeque<(MailRow, Lease)>>,
) -> Result<Vec<(String, Ended)>, ServiceError> {
    let mut all = Vec::new();
    let mut before: Option<(String, Attempt, Result<Taken, DeliveryError>)> = None;
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let kind = next.as_ref().map(|(row, _)| row.kind.clone()).unwrap_or_default();
        let recording = async {
            let Some((kind, attempt, outcome)) = before.take() else { return Ok(None) };
            Ok::<_, ServiceError>(Some((kind, desk.hand_in(attempt, outcome).await?)))
        };
        let turning = async {
            let Some((row, lease)) = next else { return Ok(None) };
            turn(batch, desk, row, lease).await.map(Some)
        };
        let (recorded, turned) = futures_util::join!(recording, turning);
        all.extend(recorded?.map(|(kind, fate)| (kind, Ended::Done(fate))));
        match turned? {
            None => return Ok(all),
            Some(Turn::Ended(fate)) => all.push((kind, Ended::Done(fate))),
            Some(Turn::Ready(ready)) => match offer(house, batch, *ready).await {
                Offered::Denied(attempt, error) => all.push((kind, Ended::Denied(attempt, error))),
                Offered::Over(attempt, outcome) => before = Some((kind, attempt, outcome)),
            },
        }
    }
}

async fn lease(house: &House, claim: &Claim, limit: usize) -> Result<Vec<(MailRow, Lease)>, ServiceError> {
    let tx = house.store.begin().await?;
    let rules = house.rules(&tx).await?;
    // Nobody is reminded at night, on days off or at Tết, unless somebody runs it by hand. What else there is goes: the
    // summary has a time of its own, and a trouble can't wait.
    let quiet = house.settings.quiet_when_closed
        && claim.asked == Asked::Schedule
        && !house_calendar(&rules).is_open(house.world.office.now());
    let but_for = quiet.then_some("reminder_digest");
    let now = house.world.lease.now();
    let until = now + house.settings.jobs.lease;
    let rows = outbox::lease(&tx, &house.instance, now, until, limit as u64, but_for).await?;
    tx.commit().await?;
    let lease = |row: &MailRow| Lease { id: row.id, by: house.instance.to_string(), attempt: row.attempt };
    let with_lease = |row: MailRow| {
        let lease = lease(&row);
        (row, lease)
    };
    Ok(rows.into_iter().map(with_lease).collect())
}

/// Their fates, told to the meter. A server that denies several addresses and takes no mail at all holds nothing against
/// each of them: it doesn't send for us, and all wait for the mend. `denied` are those of the run that nothing was held
/// against before.
async fn judged(
    house: &House,
    batch: &Batch,
    denied: &mut HashSet<String>,
    ended: Vec<(String, Ended)>,
) -> Result<Vec<Fate>, ServiceError> {
    let mut taken = batch.others_went_through;
    for (_, ended) in &ended {
        match ended {
            Ended::Denied(attempt, _) if !attempt.its_own => {
                denied.insert(folded(&attempt.to_address));
            }
            Ended::Denied(..) => {}
            Ended::Done(fate) => taken = taken || *fate == Fate::Sent,
        }
    }
    let nobody = !taken && denied.len() > 1;
    let mut fates = Vec::with_capacity(ended.len());
    for (kind, ended) in ended {
        let fate = match ended {
            Ended::Done(fate) => fate,
            Ended::Denied(attempt, error) => {
                let error = if nobody && !attempt.its_own { error.of_everybody() } else { error };
                finish(house, batch, &attempt, &Err(error)).await?
            }
        };
        let outcome = match fate {
            Fate::Sent => Some("sent"),
            Fate::PutOff { .. } => Some("put_off"),
            Fate::Dead => Some("dead"),
            Fate::Cancelled => Some("cancelled"),
            Fate::Lost => None,
        };
        if let Some(outcome) = outcome {
            house.meter.mail(&kind, outcome);
        }
        fates.push(fate);
    }
    Ok(fates)
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
async fn turn(batch: &Batch, desk: &Desk, row: MailRow, lease: Lease) -> Result<Turn, ServiceError> {
    let its_own = row.fault.as_deref() == Some(Fault::Recipient.as_str()) && row.attempt > 1;
    let attempt = Attempt {
        lease,
        to_address: row.to_address.clone(),
        sealed_now: row.sealed.is_none(),
        of_notices: row.kind == "reminder_digest",
        its_own,
        tried: false,
        written_at: row.created_at,
    };
    if let Some(barred) = batch.barred.get() {
        // Another one has just learnt that nobody is let in: that isn't asked once more for each mail.
        return Ok(Turn::Ended(desk.hand_in(attempt, Err(barred.clone())).await?));
    }
    Ok(match desk.make_ready(row, attempt.lease.clone()).await? {
        Ok((message_id, bytes)) => Turn::Ready(Box::new(Ready { attempt, message_id, bytes })),
        Err(fate) => Turn::Ended(fate),
    })
}

/// What came of offering a mail.
enum Offered {
    /// The attempt is over.
    Over(Attempt, Result<Taken, DeliveryError>),
    /// See [`Ended::Denied`].
    Denied(Box<Attempt>, DeliveryError),
}

/// Offers a mail to the server.
async fn offer(house: &House, batch: &Batch, Ready { mut attempt, message_id, bytes }: Ready) -> Offered {
    attempt.tried = true;
    let from = &house.settings.mail.return_path;
    let sending = Box::pin(house.settings.mail.post.deliver(from, &attempt.to_address, &message_id, &bytes));
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

/// Takes a mail's notices out of it: they wait for an address that can be written to, and come in one mail then.
pub(super) async fn release(tx: &Tx, mail: Uuid) -> Result<(), StoreError> {
    let about: Vec<_> = notices::of_mail(tx, mail).await?.iter().map(|notice| notice.id).collect();
    notices::detach(tx, mail, &about).await
}

/// Once a mail has gone through, those that wait for a mend of the way out needn't.
async fn wake(house: &House) -> Result<(), ServiceError> {
    let look = house.look(house.own_context(JobName::DeliverMail)).await?;
    let waiting = outbox::misconfigured(&look.door).await?;
    drop(look);
    if waiting > 0 {
        let tx = house.store.begin().await?;
        outbox::wake(&tx, house.world.lease.now()).await?;
        tx.commit().await?;
    }
    Ok(())
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
