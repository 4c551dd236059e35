//! The end of an attempt: what the server said, recorded under the lease, and what follows from it for the mail, its
//! address and those that wait behind it.

use chrono::TimeDelta;

use super::super::House;
use super::super::error::ServiceError;
use super::super::{suppressions, troubles};
use super::{Attempt, Batch, Fate, release};
use crate::domain::mail::{Fault, Outcome, Status, folded};
use crate::domain::schedule::JobName;
use crate::domain::text::cut_reply;
use crate::domain::trouble::TroubleKind;
use crate::mail::{DeliveryError, Taken};
use crate::store::Tx;
use crate::store::mail_attempts::{self, AttemptRow};
use crate::store::outbox::{self, Failure, Lease};
use crate::world::Entropy;

/// The longest pause between two attempts.
const MOST_PAUSE: TimeDelta = TimeDelta::hours(4);
/// How long mails wait for a mend of the way out before one of them tries it again.
const MEND_PAUSE: TimeDelta = TimeDelta::minutes(5);
/// How much longer the one waits that found it when it named a recipient: the others try it first, for if they go
/// through, it is this one's own.
const LAST: TimeDelta = TimeDelta::minutes(3);

/// An attempt that ended, and what the server said.
pub(super) type Ended<'a> = (&'a Attempt, &'a Result<Taken, DeliveryError>);

/// Records what the server said, under the lease.
pub(super) async fn finish(house: &House, batch: &Batch, ended: Ended<'_>) -> Result<Fate, ServiceError> {
    let tx = house.store.begin().await?;
    let fates = finish_in(house, &tx, batch, &[ended]).await?;
    tx.commit().await?;
    Ok(fates.into_iter().next().unwrap_or(Fate::Lost))
}

/// The same of several, in a transaction. What a server took, for an address that nothing is held against, is written
/// together. Where a lease is lost nothing is written but that it was tried.
pub(super) async fn finish_in(
    house: &House,
    tx: &Tx,
    batch: &Batch,
    ended: &[Ended<'_>],
) -> Result<Vec<Fate>, ServiceError> {
    let plain = |(attempt, outcome): &&Ended<'_>| {
        outcome.is_ok() && !batch.failing.contains(&folded(&attempt.to_address))
    };
    let taken: Vec<&Lease> = ended.iter().filter(plain).map(|(attempt, _)| &attempt.lease).collect();
    let kept = outbox::sent(tx, &taken, house.world.office.now()).await?;
    let (mut fates, mut told) = (Vec::with_capacity(ended.len()), Vec::with_capacity(ended.len()));
    for one in ended {
        let (attempt, outcome) = *one;
        let fate = if !plain(&one) {
            Box::pin(finish_one(house, tx, batch, *one)).await?
        } else if kept.contains(&attempt.lease.id) {
            Fate::Sent
        } else {
            Fate::Lost
        };
        if attempt.tried {
            told.push(record(house, attempt, outcome, fate));
        }
        fates.push(fate);
    }
    mail_attempts::enter_all(tx, told).await?;
    Ok(fates)
}

async fn finish_one(
    house: &House,
    tx: &Tx,
    batch: &Batch,
    (attempt, outcome): Ended<'_>,
) -> Result<Fate, ServiceError> {
    let lease = &attempt.lease;
    let (now, lease_now) = (house.world.office.now(), house.world.lease.now());
    let (kept, fate) = match outcome {
        Ok(_) => {
            let kept = outbox::sent(tx, &[lease], now).await?.contains(&lease.id);
            if kept && batch.failing.contains(&folded(&attempt.to_address)) {
                suppressions::went_through(tx, &attempt.to_address, now).await?;
            }
            (kept, Fate::Sent)
        }
        Err(error) => {
            let text = error.to_string();
            let failure = Failure {
                fault: error.fault(),
                text: text.clone(),
                unseal: attempt.sealed_now && !error.in_doubt(),
            };
            match error {
                DeliveryError::Recipient { .. } => {
                    let kept = bury(tx, attempt, failure).await?;
                    if kept {
                        let (by, address) = (JobName::DeliverMail, &attempt.to_address);
                        suppressions::hold_against(house, tx, by, address, error, now).await?;
                    }
                    (kept, Fate::Dead)
                }
                DeliveryError::Message { .. } => (bury(tx, attempt, failure).await?, Fate::Dead),
                DeliveryError::Configuration { everybody: true, at_recipient, .. } => {
                    let again_at = lease_now + with_jitter(MEND_PAUSE, &house.world.entropy);
                    let own = again_at + if *at_recipient { LAST } else { TimeDelta::zero() };
                    let kept = outbox::put_off(tx, lease, own, failure).await?;
                    if kept {
                        troubles::note_of(house, tx, TroubleKind::MailSetup, troubles::WAY_OUT, &text)
                            .await?;
                        outbox::hold_all(tx, again_at, &text).await?;
                    }
                    (kept, Fate::PutOff { unreachable: true })
                }
                DeliveryError::Configuration { everybody: false, .. } | DeliveryError::Temporary { .. } => {
                    let (first, most) = (house.settings.mail.retry_after, house.settings.mail.give_up_after);
                    // What joins it has it tried again at once: so many attempts may be fewer days.
                    let is_old = now - attempt.written_at >= most;
                    let (kept, fate) = if is_old && tried_for(first, lease.attempt) >= most {
                        (bury(tx, attempt, failure).await?, Fate::Dead)
                    } else {
                        let pause = with_jitter(back_off(first, lease.attempt), &house.world.entropy);
                        let kept = outbox::put_off(tx, lease, lease_now + pause, failure).await?;
                        let unreachable = matches!(error, DeliveryError::Temporary { code: None, .. });
                        (kept, Fate::PutOff { unreachable })
                    };
                    if kept && matches!(error, DeliveryError::Configuration { .. }) {
                        troubles::note_of(house, tx, TroubleKind::MailSetup, &attempt.to_address, &text)
                            .await?;
                    }
                    (kept, fate)
                }
            }
        }
    };
    Ok(if kept { fate } else { Fate::Lost })
}

/// The attempt as it goes on record.
fn record(
    house: &House,
    attempt: &Attempt,
    outcome: &Result<Taken, DeliveryError>,
    fate: Fate,
) -> AttemptRow {
    let now = house.world.office.now();
    let ended = match fate {
        Fate::Sent => Outcome::Taken,
        Fate::PutOff { .. } => Outcome::PutOff,
        Fate::Dead | Fate::Cancelled => Outcome::Refused,
        Fate::Lost => Outcome::Lost,
    };
    let (code, text, fault) = match outcome {
        Ok(taken) => (taken.code, taken.text.as_str(), None),
        Err(error) => (error.code(), error.text(), Some(error.fault())),
    };
    AttemptRow {
        id: house.world.entropy.uuid(now),
        outbox_id: attempt.lease.id,
        number: attempt.lease.attempt,
        tried_at: now,
        outcome: ended.as_str().to_owned(),
        fault: fault.map(|fault| fault.as_str().to_owned()),
        code: code.map(i32::from),
        status: code.and_then(|code| Status::of_reply(code, text)).map(|status| status.to_string()),
        reply: cut_reply(text),
        worker: attempt.lease.by.clone(),
        report: None,
    }
}

/// Gives a mail up. Where its address is to blame, or its server was away too long, its notices come in another mail: once
/// somebody tries this one again, it has nothing to say, whatever was sealed.
async fn bury(tx: &Tx, attempt: &Attempt, failure: Failure) -> Result<bool, ServiceError> {
    let away_too_long = failure.fault == Fault::Temporary && failure.unseal;
    let released = attempt.of_notices && (failure.fault == Fault::Recipient || away_too_long);
    let failure = Failure { unseal: failure.unseal || released, ..failure };
    let kept = outbox::bury(tx, &attempt.lease, failure).await?;
    if kept && released {
        release(tx, attempt.lease.id).await?;
    }
    Ok(kept)
}

/// The pause after a failed attempt, from 1: the first one doubled each time, four hours at most.
fn back_off(first: TimeDelta, attempt: i32) -> TimeDelta {
    let doublings = u32::try_from(attempt - 1).unwrap_or(0).min(14);
    first.checked_mul(1 << doublings).unwrap_or(MOST_PAUSE).min(MOST_PAUSE)
}

/// How long a mail has been tried for when that attempt fails, by the pauses alone: time during which nobody
/// tried doesn't count.
fn tried_for(first: TimeDelta, attempt: i32) -> TimeDelta {
    (1..attempt).map(|attempt| back_off(first, attempt)).sum()
}

/// A fifth more or less, so that mails put off together don't come back together.
fn with_jitter(pause: TimeDelta, entropy: &Entropy) -> TimeDelta {
    let [high, low] = entropy.bytes::<2>();
    let thousandths = 800 + i32::from(u16::from_be_bytes([high, low])) * 400 / 65_535;
    pause * thousandths / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_four_hours_and_end_after_three_days() {
        let first = TimeDelta::minutes(1);
        let minutes: Vec<i64> = (1..=10).map(|attempt| back_off(first, attempt).num_minutes()).collect();
        assert_eq!(minutes, [1, 2, 4, 8, 16, 32, 64, 128, 240, 240]);
        let last = (1..100)
            .find(|attempt| tried_for(first, *attempt) >= TimeDelta::hours(72))
            .expect("there is an end");
        assert_eq!(last, 26);
        let entropy = Entropy::seeded(1);
        for _ in 0..100 {
            let pause = with_jitter(TimeDelta::minutes(10), &entropy);
            assert!((TimeDelta::minutes(8)..=TimeDelta::minutes(12)).contains(&pause), "{pause}");
        }
    }
}
