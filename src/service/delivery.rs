//! Delivery: mails of the outbox are leased, sealed, sent and finished. The bytes are sealed once, so a
//! repeat is identical; a mail is sent only after the server's final word; nothing is sent inside a
//! transaction.

use std::future::Future;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt;
use uuid::Uuid;

use super::House;
use super::error::ServiceError;
use super::reminders::{Sources, digest_of, stale, still_true, subjects_of};
use super::slots::Claim;
use super::work::{Look, Work};
use crate::domain::reminder::{Concern, RuleKind, SubjectKind};
use crate::mail::{DeliveryError, Language, Letter, Mailbox, OperatorNotice, Rendered, SummaryMail, seal};
use crate::store::outbox::{self, Lease};
pub use crate::store::outbox::{MailRow, PUBLISHED};
use crate::store::query::{ListQuery, Page};
use crate::store::{StoreError, Tx, notices};
use crate::world::Entropy;

/// Mails leased at once, for each connection.
const BATCH: usize = 4;
/// The longest pause between two attempts.
const MOST_PAUSE: TimeDelta = TimeDelta::hours(4);

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

/// Sends all mails whose time has come, under the fence of a slot.
pub async fn deliver(house: &House, claim: &Claim) -> Result<Delivered, ServiceError> {
    let mut done = Delivered::default();
    let connections = house.settings.mail.connections.max(1);
    loop {
        house.keep(claim).await?;
        let leased = lease(house, connections * BATCH).await?;
        if leased.is_empty() {
            return Ok(done);
        }
        let fates: Vec<Fate> = futures_util::stream::iter(leased)
            .map(|(row, lease)| Box::pin(counted(house, row, lease)))
            .buffer_unordered(connections)
            .collect::<Vec<Result<Fate, ServiceError>>>()
            .await
            .into_iter()
            .collect::<Result<_, _>>()?;
        for fate in &fates {
            match fate {
                Fate::Sent => done.sent += 1,
                Fate::PutOff { .. } => done.put_off += 1,
                Fate::Dead => done.dead += 1,
                Fate::Cancelled => done.cancelled += 1,
                Fate::Lost => {}
            }
        }
        // A server that can't be reached isn't asked again and again for each mail: the rest waits.
        if fates.iter().all(|fate| *fate == Fate::PutOff { unreachable: true }) {
            return Ok(done);
        }
    }
}

async fn lease(house: &House, limit: usize) -> Result<Vec<(MailRow, Lease)>, ServiceError> {
    let tx = house.store.begin().await?;
    let now = house.world.lease.now();
    let rows =
        outbox::lease(&tx, &house.instance, now, now + house.settings.jobs.lease, limit as u64).await?;
    tx.commit().await?;
    let lease = |row: &MailRow| Lease { id: row.id, by: house.instance.to_string(), attempt: row.attempt };
    let with_lease = |row: MailRow| {
        let lease = lease(&row);
        (row, lease)
    };
    Ok(rows.into_iter().map(with_lease).collect())
}

/// One mail, told to the meter.
async fn counted(house: &House, row: MailRow, lease: Lease) -> Result<Fate, ServiceError> {
    let kind = row.kind.clone();
    let fate = one(house, row, lease).await?;
    let outcome = match fate {
        Fate::Sent => "sent",
        Fate::PutOff { .. } => "put_off",
        Fate::Dead => "dead",
        Fate::Cancelled => "cancelled",
        Fate::Lost => return Ok(fate),
    };
    house.meter.mail(&kind, outcome);
    Ok(fate)
}

/// One mail, from its lease to its fate.
async fn one(house: &House, row: MailRow, lease: Lease) -> Result<Fate, ServiceError> {
    // It may have waited for its turn beyond its lease: only what is still ours is sent.
    if !hold(house, &lease).await? {
        return Ok(Fate::Lost);
    }
    let sealed = match (row.message_id.clone(), row.sealed.clone()) {
        (Some(message_id), Some(bytes)) => Ok((message_id, bytes)),
        (Some(_) | None, Some(_) | None) => seal_now(house, &row, &lease).await?,
    };
    let (message_id, bytes) = match sealed {
        Ok(sealed) => sealed,
        Err(fate) => return Ok(fate),
    };
    let from = &house.settings.mail.from.address;
    let sending = Box::pin(house.settings.mail.post.deliver(from, &row.to_address, &message_id, &bytes));
    let outcome = held(house, &lease, sending).await;
    finish(house, &lease, outcome).await
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

/// Message-ID and bytes of a sealed mail, or the fate of one that isn't sent.
type Sealed = Result<(String, Vec<u8>), Fate>;

/// The short transaction of the first lease: what isn't true any more is taken out, the rest is rendered and
/// sealed.
async fn seal_now(house: &House, row: &MailRow, lease: &Lease) -> Result<Sealed, ServiceError> {
    let tx = house.store.begin().await?;
    let rendered = match row.kind.as_str() {
        "reminder_digest" => digest(house, &tx, row).await?,
        "period_summary" => parse::<SummaryMail>(row).map(|mail| mail.render(Language::of(&row.language))),
        "operator_notice" => {
            parse::<OperatorNotice>(row).map(|mail| mail.render(Language::of(&row.language)))
        }
        other => Err(Unsaid::Broken(format!("a mail of unknown kind {other}"))),
    };
    let mail = &house.settings.mail;
    let message_id = format!("<{}@{}>", row.id, mail.domain);
    let sealed = rendered.and_then(|rendered| {
        let letter =
            letter(row, rendered, message_id.clone(), &mail.from, &mail.domain, house.world.office.now());
        seal(&letter).map_err(|e| Unsaid::Broken(e.to_string()))
    });
    let outcome = match sealed {
        Ok(bytes) => {
            let kept = outbox::seal(&tx, lease, message_id.clone(), bytes.clone()).await?;
            if kept { Ok((message_id, bytes)) } else { Err(Fate::Lost) }
        }
        Err(Unsaid::Empty) => {
            let kept = outbox::cancel(&tx, lease, "nothing to say any more".to_owned()).await?;
            Err(if kept { Fate::Cancelled } else { Fate::Lost })
        }
        Err(Unsaid::Broken(why)) => {
            let kept = outbox::bury(&tx, lease, why).await?;
            Err(if kept { Fate::Dead } else { Fate::Lost })
        }
    };
    if matches!(outcome, Err(Fate::Lost)) {
        return Ok(outcome);
    }
    tx.commit().await?;
    Ok(outcome)
}

/// Why a mail can't be sealed.
enum Unsaid {
    /// Nothing of it is true any more.
    Empty,
    /// It will never be a mail.
    Broken(String),
}

fn parse<T: serde::de::DeserializeOwned>(row: &MailRow) -> Result<T, Unsaid> {
    serde_json::from_str(&row.render_input)
        .map_err(|e| Unsaid::Broken(format!("the render input can't be read: {e}")))
}

/// A digest, checked against the newest state of what it speaks of.
async fn digest(house: &House, tx: &Tx, row: &MailRow) -> Result<Result<Rendered, Unsaid>, ServiceError> {
    let Some(digest) = digest_of(&row.render_input) else {
        return Ok(Err(Unsaid::Broken("the render input can't be read".to_owned())));
    };
    let about = notices::of_mail(tx, row.id).await?;
    let subjects = subjects_of(tx, &about).await?;
    let (rules, now) = (house.rules(tx).await?, house.world.office.now());
    let sources = Sources::read(tx, &rules, house.settings.stale_after_hours, now).await?;
    let mut kept: Vec<(SubjectKind, Concern, String)> = Vec::new();
    for notice in about {
        if subjects.get(&notice.subject_id).is_some_and(|subject| sources.waits(subject)) {
            // The mail waited so long that its source fell silent: the notice waits for the next run.
            notices::detach(tx, &[notice.id]).await?;
            continue;
        }
        let of = SubjectKind::parse(&notice.subject_kind)
            .zip(RuleKind::parse(&notice.rule_kind).map(RuleKind::concern));
        match (stale(&notice, subjects.get(&notice.subject_id)), of) {
            (Some(why), _) => {
                notices::suppress(tx, &[notice.id], why).await?;
            }
            (None, Some((kind, concern))) => kept.push((kind, concern, notice.subject_code)),
            (None, None) => {}
        }
    }
    let digest = still_true(digest, &kept);
    Ok(if digest.is_empty() { Err(Unsaid::Empty) } else { Ok(digest.render(Language::of(&row.language))) })
}

fn letter(
    row: &MailRow,
    rendered: Rendered,
    message_id: String,
    from: &Mailbox,
    domain: &str,
    date: DateTime<Utc>,
) -> Letter {
    let list = if row.kind == "reminder_digest" { "reminders" } else { "reports" };
    Letter {
        message_id,
        from: from.clone(),
        to: Mailbox { name: String::new(), address: row.to_address.clone() },
        subject: rendered.subject,
        text: rendered.text,
        html: rendered.html,
        attachments: rendered.attachments,
        date,
        list_id: Some(format!("<{list}.{domain}>")),
        in_reply_to: None,
    }
}

/// Records what the server said, under the lease.
async fn finish(
    house: &House,
    lease: &Lease,
    outcome: Result<(), DeliveryError>,
) -> Result<Fate, ServiceError> {
    let tx = house.store.begin().await?;
    let (kept, fate) = match outcome {
        Ok(()) => {
            let now = house.world.office.now();
            let kept = outbox::sent(&tx, lease, now).await?;
            if kept {
                notices::sent(&tx, &[lease.id], now).await?;
            }
            (kept, Fate::Sent)
        }
        Err(error @ DeliveryError::Permanent { .. }) => {
            (outbox::bury(&tx, lease, error.to_string()).await?, Fate::Dead)
        }
        Err(error @ DeliveryError::Temporary { code, .. }) => {
            let (first, most) = (house.settings.mail.retry_after, house.settings.mail.give_up_after);
            if tried_for(first, lease.attempt) >= most {
                (outbox::bury(&tx, lease, error.to_string()).await?, Fate::Dead)
            } else {
                let pause = with_jitter(back_off(first, lease.attempt), &house.world.entropy);
                let again_at = house.world.lease.now() + pause;
                let unreachable = code.is_none();
                (
                    outbox::put_off(&tx, lease, again_at, error.to_string()).await?,
                    Fate::PutOff { unreachable },
                )
            }
        }
    };
    if !kept {
        return Ok(Fate::Lost);
    }
    tx.commit().await?;
    Ok(fate)
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

/// A page of the outbox.
pub async fn list_mails(look: &Look, query: &ListQuery) -> Result<Page<MailRow>, ServiceError> {
    Ok(outbox::list(&look.door, query).await?)
}

/// The etag of a mail: every attempt and every change of its state makes another.
pub fn mail_etag(row: &MailRow) -> String {
    format!("{}-{}", row.state, row.attempt)
}

/// Queues a dead letter again.
pub async fn retry(work: &mut Work, id: Uuid, etag: &str) -> Result<MailRow, ServiceError> {
    let name = format!("mails/{id}");
    let row = outbox::find(&work.tx, id).await?.ok_or_else(|| ServiceError::NotFound(name.clone()))?;
    if !etag.is_empty() && etag != mail_etag(&row) {
        return Err(ServiceError::Aborted(name));
    }
    if row.state != "dead" {
        return Err(ServiceError::Precondition {
            reason: "NOT_DEAD",
            subject: name.clone(),
            vi: format!("{name} đang ở trạng thái {}; chỉ thư đã bỏ mới được gửi lại", row.state),
            en: format!("{name} is {}; only a dead letter is tried again", row.state),
        });
    }
    let not_before = work.world.lease.now();
    if !outbox::revive(&work.tx, id, row.attempt, not_before).await? {
        return Err(ServiceError::Aborted(name));
    }
    work.note(&name, &serde_json::json!({ "retried": { "attempts": row.attempt } }));
    outbox::find(&work.tx, id).await?.ok_or(ServiceError::NotFound(name))
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
