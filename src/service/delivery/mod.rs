//! Delivery: mails of the outbox are leased, sealed, sent and finished. Bytes that a server may have are
//! never sealed anew, so a repeat is identical; a mail is sent only after the server's final word; nothing is
//! sent inside a transaction.

mod connection;
mod desk;
mod drafting;
mod finishing;
mod leasing;
mod sealing;

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::House;
use super::error::ServiceError;
use super::slots::Claim;
use crate::domain::mail::folded;
use crate::mail::DeliveryError;
use crate::store::outbox::Lease;
use crate::store::{StoreError, Tx, notices};
use connection::{Sent, send};
use finishing::finish;
use leasing::{Ahead, give_back, lease};

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
    let mut denied = HashSet::new();
    let mut ahead = Ahead::at_first(house);
    let mut next = None;
    loop {
        let went_through = done.sent > 0;
        let leased = match next.take() {
            Some(leased) => leased,
            None => lease(house, claim, ahead.mails(), went_through).await?,
        };
        if leased.mails.is_empty() {
            return Ok(done);
        }
        let began = house.world.lease.now();
        let batch = Arc::new(Batch {
            failing: leased.failing,
            barred: OnceLock::new(),
            others_went_through: went_through,
        });
        let sending = send(house, &batch, leased.mails, ahead.connections);
        // While all goes well, those that come next are fetched meanwhile, so that no connection waits between.
        let fetching = async {
            if ahead.is_trusted() { Some(lease(house, claim, ahead.mails(), true).await) } else { None }
        };
        let (sent, fetched) = futures_util::join!(sending, fetching);
        let Sent { ended, left } = sent?;
        let mut idle = left;
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
        let is_well = idle.is_empty() && fates.iter().all(|fate| *fate == Fate::Sent);
        ahead.learn(is_well, house.world.lease.now() - began);
        match fetched.transpose()? {
            Some(fetched) if is_well && !fetched.mails.is_empty() => next = Some(fetched),
            Some(fetched) => idle.extend(fetched.mails.into_iter().map(|(_, lease)| lease)),
            None => {}
        }
        give_back(house, &idle).await?;
        // A server that can't be reached, or lets nobody in, isn't asked again and again for each mail: the rest waits.
        if fates.iter().all(|fate| *fate == Fate::PutOff { unreachable: true }) {
            return Ok(done);
        }
    }
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
                finish(house, batch, (&attempt, &Err(error))).await?
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

/// Takes a mail's notices out of it: they wait for an address that can be written to, and come in one mail then.
pub(super) async fn release(tx: &Tx, mail: Uuid) -> Result<(), StoreError> {
    let about: Vec<_> = notices::of_mail(tx, mail).await?.iter().map(|notice| notice.id).collect();
    notices::detach(tx, mail, &about).await
}
