//! Reminders that wait because somebody said so. Of one subject one stands; that it ran out is seen from its end.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter,
};
use uuid::Uuid;

use super::entity::reminder_snooze;
use super::query::{ListQuery, Page, Published, page};
use super::records::published;
use super::{Door, StoreError, Tx};
use crate::domain::filter::FieldKind::{Instant, Text};
use crate::domain::permission::Scope;

/// A stored snooze.
pub type SnoozeRow = reminder_snooze::Model;

/// What lists of them may be filtered and ordered by. `unit` and `official` are given as resource names.
pub const PUBLISHED: [Published; 5] = [
    published("subject", Text, false, "subject_code"),
    published("unit", Text, false, "unit_id"),
    published("official", Text, false, "official_id"),
    published("until", Instant, true, "until_at"),
    published("create_time", Instant, true, "created_at"),
];

/// Adds one, in place of the one that stands of its subject.
pub async fn put(tx: &Tx, row: SnoozeRow) -> Result<(), StoreError> {
    reminder_snooze::Entity::update_many()
        .set(reminder_snooze::ActiveModel { ended_at: Set(Some(row.created_at)), ..Default::default() })
        .filter(reminder_snooze::Column::SubjectId.eq(row.subject_id))
        .filter(reminder_snooze::Column::EndedAt.is_null())
        .exec(tx.conn())
        .await?;
    reminder_snooze::Entity::insert(row.into_active_model().reset_all())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// One by identity.
pub async fn find(door: &impl Door, id: Uuid) -> Result<Option<SnoozeRow>, StoreError> {
    Ok(reminder_snooze::Entity::find_by_id(id).one(door.conn()).await?)
}

/// Ends one that nobody ended. False: it is ended.
pub async fn end(tx: &Tx, id: Uuid, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let done = reminder_snooze::Entity::update_many()
        .set(reminder_snooze::ActiveModel { ended_at: Set(Some(now)), ..Default::default() })
        .filter(reminder_snooze::Column::Id.eq(id))
        .filter(reminder_snooze::Column::EndedAt.is_null())
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected == 1)
}

/// Those that last beyond an instant, by subject.
pub async fn standing(door: &impl Door, now: DateTime<Utc>) -> Result<HashMap<Uuid, SnoozeRow>, StoreError> {
    let rows = reminder_snooze::Entity::find()
        .filter(reminder_snooze::Column::UntilAt.gt(now))
        .filter(reminder_snooze::Column::EndedAt.is_null())
        .all(door.conn())
        .await?;
    Ok(rows.into_iter().map(|row| (row.subject_id, row)).collect())
}

/// A page of them, of the units in the scope or the caller's own; those that are over only where they are asked for.
pub async fn list(
    door: &impl Door,
    query: &ListQuery,
    scope: &Scope,
    standing_at: Option<DateTime<Utc>>,
) -> Result<Page<SnoozeRow>, StoreError> {
    let mut within = Condition::all();
    within = match scope {
        Scope::All => within,
        Scope::Units(units) => {
            within.add(reminder_snooze::Column::UnitId.is_in(units.iter().copied().collect::<Vec<_>>()))
        }
        Scope::Own(official) => within.add(reminder_snooze::Column::OfficialId.eq(*official)),
    };
    if let Some(now) = standing_at {
        within = within
            .add(reminder_snooze::Column::UntilAt.gt(now))
            .add(reminder_snooze::Column::EndedAt.is_null());
    }
    page::<reminder_snooze::Entity>(door, &PUBLISHED, "id", query, Some(within)).await
}
