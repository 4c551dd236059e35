//! Tasks: the projection beside the events.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::entity::task;
use super::query::{Page, Published, page};
use super::records::{self, Asked, keyed, narrowed, published};
use super::{Door, StoreError, Tx};
use crate::domain::filter::FieldKind::{Day, Flag, Instant, Text};
use crate::domain::permission::Scope;

/// A task as it stands.
pub type TaskRow = task::Model;

/// What lists of tasks may be filtered and ordered by. `lead_unit`, `responsible` and `parent` are given as
/// resource names and resolved to identities by the service.
pub const PUBLISHED: [Published; 12] = [
    published("code", Text, true, "code"),
    published("state", Text, false, "state"),
    published("lead_unit", Text, false, "lead_unit_id"),
    published("responsible", Text, false, "responsible_id"),
    published("parent", Text, false, "parent_id"),
    published("assigned_on", Day, false, "assigned_on"),
    published("due_on", Day, true, "due_on"),
    published("completed_at", Instant, false, "completed_at"),
    published("open", Flag, false, "open"),
    published("overdue", Flag, false, "overdue_flagged"),
    published("create_time", Instant, true, "created_at"),
    published("update_time", Instant, false, "updated_at"),
];

/// No due day sorts last; identities are minted in the order of recording.
const KEYS: [(&str, Published); 2] = [
    ("due_on", published("due_key", Instant, true, "due_key")),
    ("create_time", published("id", Text, true, "id")),
];

/// Inserts new tasks. A taken code is a [`StoreError::Duplicate`].
pub async fn insert(tx: &Tx, rows: Vec<TaskRow>) -> Result<(), StoreError> {
    records::insert::<task::ActiveModel>(tx, rows).await
}

/// Saves a task that stood at `version`; [`StoreError::Conflict`] if it doesn't any more.
pub async fn update(tx: &Tx, row: TaskRow, version: i64) -> Result<(), StoreError> {
    let id = row.id;
    records::update::<task::ActiveModel>(tx, row, (task::Column::Id, id), (task::Column::Version, version))
        .await
}

/// Takes away the projection of a task that stood at `version`; its events stay. [`StoreError::Conflict`] if it
/// doesn't stand so any more.
pub async fn delete(tx: &Tx, id: Uuid, version: i64) -> Result<(), StoreError> {
    let (id, at) = ((task::Column::Id, id), (task::Column::Version, version));
    records::delete::<task::Entity>(tx, id, at).await
}

/// A task by code, if the caller may know of it.
pub async fn find(door: &impl Door, code: &str, scope: &Scope) -> Result<Option<TaskRow>, StoreError> {
    let mut select = task::Entity::find().filter(task::Column::Code.eq(code));
    if let Some(scope) = within(scope) {
        select = select.filter(scope);
    }
    Ok(select.one(door.conn()).await?)
}

/// Tasks by code, whoever asks: for imports.
pub async fn by_codes(door: &impl Door, codes: &[String]) -> Result<HashMap<String, TaskRow>, StoreError> {
    records::by_codes(door, task::Entity::find(), task::Column::Code, codes, |row| &row.code).await
}

/// Tasks by identity, in no order, whoever asks.
pub async fn by_ids(door: &impl Door, ids: &[Uuid]) -> Result<Vec<TaskRow>, StoreError> {
    records::by_ids::<task::Entity>(door, task::Column::Id, ids).await
}

/// Codes of tasks by identity.
pub async fn codes(door: &impl Door, ids: Vec<Uuid>) -> Result<HashMap<Uuid, String>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, String)> = task::Entity::find()
        .select_only()
        .column(task::Column::Id)
        .column(task::Column::Code)
        .filter(task::Column::Id.is_in(ids))
        .into_tuple()
        .all(door.conn())
        .await?;
    Ok(rows.into_iter().collect())
}

/// How many codes begin so: where the house looks for the next free one.
pub async fn count_codes(door: &impl Door, prefix: &str) -> Result<u64, StoreError> {
    Ok(task::Entity::find().filter(task::Column::Code.starts_with(prefix)).count(door.conn()).await?)
}

/// Those that follow in the order of their identity, for the checker that recounts them all.
pub async fn after(door: &impl Door, after: Uuid, limit: u64) -> Result<Vec<TaskRow>, StoreError> {
    records::after::<task::Entity>(door, task::Column::Id, after, limit).await
}

/// What a scope lets see: the lead unit in the subtree, or the official responsible.
pub(super) fn within(scope: &Scope) -> Option<Condition> {
    Some(Condition::all().add(match scope {
        Scope::All => return None,
        Scope::Units(units) => task::Column::LeadUnitId.is_in(units.iter().copied()),
        Scope::Own(official) => task::Column::ResponsibleId.eq(*official),
    }))
}

/// A page of tasks.
pub async fn list(door: &impl Door, asked: &Asked, scope: &Scope) -> Result<Page<TaskRow>, StoreError> {
    let (query, narrow) = narrowed(asked, &PUBLISHED, within(scope));
    let columns: Vec<Published> = PUBLISHED.into_iter().chain(KEYS.map(|(_, key)| key)).collect();
    page::<task::Entity>(door, &columns, "id", &keyed(query, &KEYS), Some(narrow)).await
}

/// Open tasks past their deadline at `now` that aren't flagged yet: the flagging job's work list.
pub async fn newly_overdue(
    door: &impl Door,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<TaskRow>, StoreError> {
    Ok(task::Entity::find()
        .filter(task::Column::Open.eq(true))
        .filter(task::Column::OverdueFlagged.eq(false))
        .filter(task::Column::OverdueAt.lte(now))
        .order_by_asc(task::Column::OverdueAt)
        .order_by_asc(task::Column::Id)
        .limit(limit)
        .all(door.conn())
        .await?)
}
