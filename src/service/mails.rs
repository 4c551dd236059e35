//! The outbox in people's hands: lists, one mail, another try, and giving up.

use uuid::Uuid;

use super::error::{ServiceError, Violation};
use super::work::{Look, Work};
use crate::domain::text::{cut, tidy};
pub use crate::store::mail_attempts::AttemptRow;
pub use crate::store::outbox::{MailRow, PUBLISHED};
use crate::store::query::{ListQuery, Page};
use crate::store::{mail_attempts, notices, outbox};

/// Attempts of a mail that are shown.
const SHOWN: u64 = 100;

/// A page of the outbox.
pub async fn list(look: &Look, query: &ListQuery) -> Result<Page<MailRow>, ServiceError> {
    Ok(outbox::list(&look.door, query).await?)
}

/// The etag of a mail: every attempt and every change of its state makes another.
pub fn mail_etag(row: &MailRow) -> String {
    format!("{}-{}", row.state, row.attempt)
}

/// A mail by identity.
pub async fn get(look: &Look, id: Uuid) -> Result<MailRow, ServiceError> {
    outbox::find(&look.door, id).await?.ok_or_else(|| ServiceError::NotFound(name(id)))
}

/// The latest attempts at a mail and reports of it, the earliest of them first.
pub async fn attempts(look: &Look, id: Uuid) -> Result<Vec<AttemptRow>, ServiceError> {
    Ok(mail_attempts::of_mail(&look.door, id, SHOWN).await?)
}

/// Queues a dead letter again.
pub async fn retry(work: &mut Work, id: Uuid, etag: &str) -> Result<MailRow, ServiceError> {
    let row = standing(work, id, etag).await?;
    if row.state != "dead" {
        return Err(unfit(
            &row,
            "NOT_DEAD",
            "chỉ thư đã bỏ mới được gửi lại",
            "only a dead letter is tried again",
        ));
    }
    let not_before = work.world.lease.now();
    if !outbox::revive(&work.tx, id, row.attempt, not_before).await? {
        return Err(ServiceError::Aborted(name(id)));
    }
    work.note(name(id), &serde_json::json!({ "retried": { "attempts": row.attempt } }));
    outbox::find(&work.tx, id).await?.ok_or_else(|| ServiceError::NotFound(name(id)))
}

/// Gives a mail up that waits or is dead: it is never sent, and neither are its notices.
pub async fn give_up(work: &mut Work, id: Uuid, etag: &str, note: &str) -> Result<MailRow, ServiceError> {
    let note = tidy(note);
    if note.is_empty() {
        return Err(Violation::missing("note").into());
    }
    let row = standing(work, id, etag).await?;
    if !matches!(row.state.as_str(), "queued" | "dead") {
        let (vi, en) =
            ("chỉ thư đang chờ hoặc đã bỏ mới hủy được", "only a mail that waits or is dead is given up");
        return Err(unfit(&row, "NOT_WAITING", vi, en));
    }
    let why = format!("given up by {}: {}", work.context.caller.label, cut(&note));
    if !outbox::give_up(&work.tx, id, row.attempt, &why).await? {
        return Err(ServiceError::Aborted(name(id)));
    }
    let about: Vec<Uuid> = notices::of_mail(&work.tx, id).await?.iter().map(|notice| notice.id).collect();
    let dropped = notices::suppress(&work.tx, Some(id), &about, "given_up").await?;
    work.note(name(id), &serde_json::json!({ "given_up": { "attempts": row.attempt, "notices": dropped } }));
    outbox::find(&work.tx, id).await?.ok_or_else(|| ServiceError::NotFound(name(id)))
}

fn name(id: Uuid) -> String {
    format!("mails/{id}")
}

/// The mail as the caller saw it.
async fn standing(work: &Work, id: Uuid, etag: &str) -> Result<MailRow, ServiceError> {
    let row = outbox::find(&work.tx, id).await?.ok_or_else(|| ServiceError::NotFound(name(id)))?;
    if etag.is_empty() || etag == mail_etag(&row) { Ok(row) } else { Err(ServiceError::Aborted(name(id))) }
}

fn unfit(row: &MailRow, reason: &'static str, vi: &str, en: &str) -> ServiceError {
    let (name, state) = (name(row.id), &row.state);
    ServiceError::Precondition {
        reason,
        vi: format!("{name} đang ở trạng thái {state}; {vi}"),
        en: format!("{name} is {state}; {en}"),
        subject: name,
    }
}
