//! What reports and plans promise, with the tasks that carry it.

use chrono::NaiveDate;
use sea_orm::sea_query::Query;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait as _, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::entity::{commitment, task};
use super::query::{Page, Published, page};
use super::records::{self, Asked, keyed, narrowed, published};
use super::tasks::{self, TaskRow};
use super::{Door, StoreError, Tx};
use crate::domain::filter::FieldKind::{Day, Instant, Text};
use crate::domain::permission::Scope;

/// A commitment as it stands.
pub type CommitmentRow = commitment::Model;

/// What lists of them may be filtered and ordered by.
pub const PUBLISHED: [Published; 6] = [
    published("code", Text, true, "code"),
    published("document", Text, false, "document"),
    published("state", Text, false, "state"),
    published("made_on", Day, false, "made_on"),
    published("due_on", Day, true, "due_on"),
    published("create_time", Instant, true, "created_at"),
];

/// Identities are minted in the order of recording.
const KEYS: [(&str, Published); 1] = [("create_time", published("id", Text, true, "id"))];

/// Commitments a statement.
const CHUNK: usize = 500;

/// Enters a new one. A taken code is a [`StoreError::Duplicate`].
pub async fn insert(tx: &Tx, row: CommitmentRow) -> Result<(), StoreError> {
    records::insert::<commitment::ActiveModel>(tx, vec![row]).await
}

/// Saves one that stood at `version`; [`StoreError::Conflict`] if it doesn't any more.
pub async fn update(tx: &Tx, row: CommitmentRow, version: i64) -> Result<(), StoreError> {
    let (id, at) = ((commitment::Column::Id, row.id), (commitment::Column::Version, version));
    records::update::<commitment::ActiveModel>(tx, row, id, at).await
}

/// One by code.
pub async fn find(door: &impl Door, code: &str) -> Result<Option<CommitmentRow>, StoreError> {
    Ok(commitment::Entity::find().filter(commitment::Column::Code.eq(code)).one(door.conn()).await?)
}

/// The newest states of some, held until the end of the transaction, so that of two who change their parts at once the second
/// sees what the first did.
pub async fn hold(tx: &Tx, ids: &[Uuid]) -> Result<Vec<CommitmentRow>, StoreError> {
    let mut found = Vec::new();
    for chunk in ids.chunks(CHUNK) {
        let rows = commitment::Entity::find()
            .filter(commitment::Column::Id.is_in(chunk.to_vec()))
            .order_by_asc(commitment::Column::Id)
            .lock_exclusive()
            .all(tx.conn())
            .await?;
        found.extend(rows);
    }
    Ok(found)
}

/// Those with these identities, in no order.
pub async fn by_ids(door: &impl Door, ids: &[Uuid]) -> Result<Vec<CommitmentRow>, StoreError> {
    records::by_ids::<commitment::Entity>(door, commitment::Column::Id, ids).await
}

/// How many codes begin so: where the house looks for the next free one.
pub async fn count_codes(door: &impl Door, prefix: &str) -> Result<u64, StoreError> {
    let found = commitment::Entity::find().filter(commitment::Column::Code.starts_with(prefix));
    Ok(found.count(door.conn()).await?)
}

/// Those that were not over before a day, the earliest due first.
pub async fn not_over_before(door: &impl Door, day: NaiveDate) -> Result<Vec<CommitmentRow>, StoreError> {
    let ended = commitment::Column::EndedOn;
    Ok(commitment::Entity::find()
        .filter(ended.is_null().or(ended.gte(day)))
        .order_by_asc(commitment::Column::DueOn)
        .order_by_asc(commitment::Column::Id)
        .all(door.conn())
        .await?)
}

/// The units' parts of some, by code.
pub async fn parts(door: &impl Door, ids: &[Uuid]) -> Result<Vec<TaskRow>, StoreError> {
    let mut found = Vec::new();
    for chunk in ids.chunks(CHUNK) {
        let rows = task::Entity::find()
            .filter(task::Column::CommitmentId.is_in(chunk.to_vec()))
            .order_by_asc(task::Column::Code)
            .all(door.conn())
            .await?;
        found.extend(rows);
    }
    Ok(found)
}

/// What a scope lets see: those with a part that it lets see.
fn within(scope: &Scope) -> Option<Condition> {
    let parts = Query::select()
        .column(task::Column::CommitmentId)
        .from(task::Entity)
        .cond_where(tasks::within(scope)?)
        .and_where(task::Column::CommitmentId.is_not_null())
        .to_owned();
    Some(Condition::all().add(commitment::Column::Id.in_subquery(parts)))
}

/// A page of those that a scope lets see.
pub async fn list(door: &impl Door, asked: &Asked, scope: &Scope) -> Result<Page<CommitmentRow>, StoreError> {
    let (query, narrow) = narrowed(asked, &PUBLISHED, within(scope));
    let columns: Vec<Published> = PUBLISHED.iter().copied().chain(KEYS.iter().map(|(_, key)| *key)).collect();
    page::<commitment::Entity>(door, &columns, "id", &keyed(query, &KEYS), Some(narrow)).await
}
