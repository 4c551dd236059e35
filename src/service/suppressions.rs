//! Addresses that aren't written to: those that keep failing, and those that somebody named. Mails that find no such
//! address are counted, whether the first server says so or a report that comes back; so many in a row, and nothing is
//! sent there any more, whoever runs the system is told, and the address is written to again when somebody lifts it or the
//! official has another one.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::error::ServiceError;
use super::work::{Look, Work};
use super::{House, Violation, troubles};
use crate::domain::mail::folded;
use crate::domain::schedule::JobName;
use crate::domain::text::{cut, cut_reply, tidy};
use crate::domain::trouble::TroubleKind;
use crate::mail::DeliveryError;
use crate::store::outbox::{self, Lease, MailRow};
use crate::store::query::{ListQuery, Page};
use crate::store::suppressions;
pub use crate::store::suppressions::{PUBLISHED, SuppressionRow};
use crate::store::{Door, Tx, mail_attempts};

/// Servers give a mail up after five days (RFC 5321, 4.5.4.1), and say so within the sixth: what left before that and hasn't
/// come back went through.
const COMES_BACK: TimeDelta = TimeDelta::days(6);

/// The addresses of these mails that something is held against.
pub(super) async fn failing(
    door: &impl Door,
    mails: &[(MailRow, Lease)],
) -> Result<HashSet<String>, ServiceError> {
    let addresses: Vec<String> = mails.iter().map(|(row, _)| folded(&row.to_address)).collect();
    Ok(suppressions::of(door, &addresses).await?.into_iter().map(|row| row.address).collect())
}

/// What keeps addresses, folded, from being written to now.
pub(super) async fn standing(
    door: &impl Door,
    now: DateTime<Utc>,
) -> Result<Vec<SuppressionRow>, ServiceError> {
    Ok(suppressions::standing(door, now).await?)
}

/// What keeps these addresses, folded, from being written to now, by address.
pub(super) async fn standing_against(
    door: &impl Door,
    addresses: &[String],
    now: DateTime<Utc>,
) -> Result<HashMap<String, SuppressionRow>, ServiceError> {
    let found = suppressions::of(door, addresses).await?;
    Ok(found.into_iter().filter(|row| stands(row, now)).map(|row| (row.address.clone(), row)).collect())
}

/// Why nothing is sent to it, for a mail that isn't.
pub(super) fn why(row: &SuppressionRow) -> String {
    format!("not written to ({}): {}", row.entered_by, row.reason)
}

/// Whether an address isn't written to now, and not only counted.
pub fn stands(row: &SuppressionRow, now: DateTime<Utc>) -> bool {
    row.suppressed_at.is_some() && row.until_at.is_none_or(|until| now < until)
}

/// A server took a mail: what was counted is forgotten. Where the last one came back although a server had taken it, that
/// says nothing until the time of coming back has passed.
pub(super) async fn went_through(tx: &Tx, address: &str, now: DateTime<Utc>) -> Result<(), ServiceError> {
    if suppressions::of(tx, &[folded(address)]).await?.is_empty() || !is_reached(tx, address, now).await? {
        return Ok(());
    }
    Ok(suppressions::forget_count(tx, &folded(address), now).await?)
}

/// Whether what a server takes for an address reaches it, as far as is known: no mail to it ever came back, or one has
/// stayed away since.
pub(super) async fn is_reached(
    door: &impl Door,
    address: &str,
    now: DateTime<Utc>,
) -> Result<bool, ServiceError> {
    Ok(match mail_attempts::last_return(door, address).await? {
        None => true,
        Some(at) => outbox::stayed_away(door, address, at, now - COMES_BACK).await?,
    })
}

/// Holds against an address what a server said of it for good: counted where it says that there is none, else told to
/// whoever runs the system. The mail that it was said of was tried, or left, at `tried_at`.
pub(super) async fn hold_against(
    house: &House,
    tx: &Tx,
    by: JobName,
    address: &str,
    failure: &DeliveryError,
    tried_at: DateTime<Utc>,
) -> Result<(), ServiceError> {
    let why = failure.to_string();
    if !failure.says_no_such_address() {
        return troubles::note_of(house, tx, TroubleKind::MailSetup, address, &why).await;
    }
    let now = house.world.office.now();
    let known = suppressions::of(tx, &[folded(address)]).await?.into_iter().next();
    if let Some(known) = known
        && outbox::stayed_away(tx, address, known.failed_at, tried_at).await?
    {
        // Not in a row: one went through between them.
        suppressions::forget_count(tx, &known.address, now).await?;
    }
    let first = SuppressionRow {
        id: house.world.entropy.uuid(now),
        address: folded(address),
        failures: 1,
        reason: cut_reply(&why),
        entered_by: format!("jobs/{}", by.as_str()),
        created_at: now,
        failed_at: now,
        suppressed_at: None,
        until_at: None,
    };
    let row = suppressions::count(tx, first).await?;
    let most = house.settings.mail.suppress_after;
    if most > 0 && row.failures >= most && suppressions::suppress(tx, row.id, now).await? {
        troubles::note_of(house, tx, TroubleKind::MailAddress, &row.address, &row.reason).await?;
    }
    Ok(())
}

/// A page of addresses.
pub async fn list(look: &Look, query: &ListQuery) -> Result<Page<SuppressionRow>, ServiceError> {
    let mut query = query.clone();
    for condition in query.conditions.iter_mut().filter(|condition| condition.field == "address") {
        if let crate::domain::filter::Value::Text(address) = &mut condition.value {
            *address = folded(address);
        }
    }
    Ok(suppressions::list(&look.door, &query).await?)
}

/// Keeps an address from being written to, for a reason and perhaps for a time.
pub async fn suppress(
    work: &mut Work,
    address: &str,
    reason: &str,
    until: Option<DateTime<Utc>>,
) -> Result<SuppressionRow, ServiceError> {
    let mut wrong = Vec::new();
    let (address, reason) = (folded(address), tidy(reason));
    if !address.contains('@') || address.contains(char::is_whitespace) || address.len() > 254 {
        let shown = cut(&address);
        let vi = format!("address: “{shown}” không phải địa chỉ thư; hãy viết dạng ten@coquan.vn");
        let en = format!("address: “{shown}” is no mail address; write name@office.vn");
        wrong.push(Violation::new("address", "BAD_EMAIL", vi, en));
    }
    if reason.is_empty() {
        wrong.push(Violation::missing("reason"));
    }
    if until.is_some_and(|until| until <= work.now()) {
        let vi = "until_time: đã qua; hãy ghi một thời điểm sau này hoặc để trống";
        let en = "until_time: it has passed; write a later instant or leave it out";
        wrong.push(Violation::new("until_time", "IN_THE_PAST", vi, en));
    }
    if !wrong.is_empty() {
        return Err(ServiceError::Invalid(wrong));
    }
    let row = SuppressionRow {
        id: work.new_id(),
        address,
        failures: 0,
        reason: cut_reply(&reason),
        entered_by: work.context.caller.label.clone(),
        created_at: work.now(),
        failed_at: work.now(),
        suppressed_at: Some(work.now()),
        until_at: until,
    };
    let row = suppressions::put(&work.tx, row).await?;
    if is_of_the_house(work, &row.address) {
        // Whoever did it may not know that reports or alarms go there.
        troubles::note_in(
            &work.tx,
            work.new_id(),
            work.now(),
            TroubleKind::MailAddress,
            &row.address,
            &why(&row),
        )
        .await?;
    }
    work.note(name(row.id), &serde_json::json!({ "suppressed": { "until": row.until_at } }));
    Ok(row)
}

/// Whether reports or alarms go to an address.
fn is_of_the_house(work: &Work, address: &str) -> bool {
    let report = &work.settings.report;
    let mut all = report
        .recipients
        .iter()
        .chain(&report.drafters)
        .chain(&report.alarm_recipients)
        .chain(&work.settings.mail.operator);
    all.any(|mailbox| folded(&mailbox.address) == address)
}

/// Lets an address be written to again. The mails that waited for that go at once.
pub async fn lift(work: &mut Work, id: Uuid) -> Result<SuppressionRow, ServiceError> {
    let row = suppressions::find(&work.tx, id).await?.ok_or_else(|| ServiceError::NotFound(name(id)))?;
    if !suppressions::lift(&work.tx, &row.address).await? {
        return Err(ServiceError::Aborted(name(id)));
    }
    outbox::wake_to(&work.tx, &row.address, work.world.lease.now()).await?;
    work.note(name(id), &serde_json::json!({ "lifted": { "failures": row.failures } }));
    Ok(row)
}

/// An official has another address: what was held against the old one is forgotten where nobody else has it.
pub(super) async fn replaced(work: &mut Work, official: Uuid, old: Option<&str>) -> Result<(), ServiceError> {
    let Some(old) = old.map(folded) else { return Ok(()) };
    let has_it = |email: &Option<String>| email.as_deref().map(folded).as_deref() == Some(old.as_str());
    if work.rules.officials.values().any(|other| other.id != official && has_it(&other.email)) {
        return Ok(());
    }
    if suppressions::lift(&work.tx, &old).await? {
        outbox::wake_to(&work.tx, &old, work.world.lease.now()).await?;
    }
    Ok(())
}

fn name(id: Uuid) -> String {
    format!("suppressions/{id}")
}
