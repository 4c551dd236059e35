//! Answers kept for replays, and the audit rows: what every mutation writes beside its work.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::entity::{audit, request_replay};
use super::{Door, StoreError, Tx};

/// A kept answer.
pub type ReplayRow = request_replay::Model;
/// An audit row.
pub type AuditRow = audit::Model;

/// The answer kept for a request, if any. Waits for a twin that is under way: what it does isn't done twice, and
/// isn't refused for having been done.
pub async fn find(
    tx: &Tx,
    caller: &str,
    rpc: &str,
    request_id: Uuid,
) -> Result<Option<ReplayRow>, StoreError> {
    tx.no_twin_of(request_id).await?;
    let key = (caller.to_owned(), rpc.to_owned(), request_id);
    Ok(request_replay::Entity::find_by_id(key).one(tx.conn()).await?)
}

/// Keeps an answer. A [`StoreError::Duplicate`] means that a twin was faster.
pub async fn keep(tx: &Tx, row: ReplayRow) -> Result<(), StoreError> {
    let model = request_replay::ActiveModel {
        caller: Set(row.caller),
        rpc: Set(row.rpc),
        request_id: Set(row.request_id),
        request_hash: Set(row.request_hash),
        answer: Set(row.answer),
        created_at: Set(row.created_at),
    };
    request_replay::Entity::insert(model).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Forgets answers kept before `until`.
pub async fn forget(tx: &Tx, until: DateTime<Utc>) -> Result<u64, StoreError> {
    let done = request_replay::Entity::delete_many()
        .filter(request_replay::Column::CreatedAt.lt(until))
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected)
}

/// What was done, by whom.
#[derive(Debug, Clone)]
pub struct NewAudit {
    /// When.
    pub at: DateTime<Utc>,
    /// The caller's label.
    pub caller: String,
    /// The official behind it.
    pub official_id: Option<Uuid>,
    /// The RPC or job.
    pub rpc: String,
    /// Name of the resource.
    pub subject: String,
    /// JSON without personal data.
    pub detail: String,
}

/// Writes an audit row. The hashes of the chain are filled by the chainer, by cuts.
pub async fn audit(tx: &Tx, row: NewAudit) -> Result<(), StoreError> {
    let model = audit::ActiveModel {
        at: Set(row.at),
        caller: Set(row.caller),
        official_id: Set(row.official_id),
        rpc: Set(row.rpc),
        subject: Set(row.subject),
        detail: Set(row.detail),
        prev_hash: Set(None),
        hash: Set(None),
        ..Default::default()
    };
    audit::Entity::insert(model).exec_without_returning(tx.conn()).await?;
    Ok(())
}
