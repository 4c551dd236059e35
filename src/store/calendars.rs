//! Calendars: immutable versions with their dated overrides.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, Select,
};
use uuid::Uuid;

use super::entity::{calendar, calendar_day};
use super::query::{ListQuery, Page, Published, page};
use super::records::{self, published};
use super::{Door, StoreError, Tx};
use crate::domain::filter::FieldKind;

/// A stored version of a calendar.
pub type CalendarRow = calendar::Model;
/// A dated override of one.
pub type DayRow = calendar_day::Model;

/// What lists of calendars may be filtered and ordered by.
pub const PUBLISHED: [Published; 4] = [
    published("unit", FieldKind::Text, false, "unit_id"),
    published("state", FieldKind::Text, false, "state"),
    published("version", FieldKind::Number, false, "version"),
    published("create_time", FieldKind::Instant, true, "created_at"),
];

/// Stores a version with its days.
pub async fn insert(tx: &Tx, row: CalendarRow, days: Vec<DayRow>) -> Result<(), StoreError> {
    row.into_active_model().reset_all().insert(tx.conn()).await?;
    records::insert::<calendar_day::ActiveModel>(tx, days).await
}

fn of_unit(unit_id: Option<Uuid>) -> Select<calendar::Entity> {
    numbered(unit_id).filter(calendar::Column::WithdrawnAt.is_null())
}

/// Withdrawn ones too: their numbers are never used again.
fn numbered(unit_id: Option<Uuid>) -> Select<calendar::Entity> {
    let select = calendar::Entity::find().order_by_desc(calendar::Column::Version);
    match unit_id {
        Some(id) => select.filter(calendar::Column::UnitId.eq(id)),
        None => select.filter(calendar::Column::UnitId.is_null()),
    }
}

/// The newest number of a unit's versions (of the house's under None), whatever became of it; 0 without one.
pub async fn newest(door: &impl Door, unit_id: Option<Uuid>) -> Result<i32, StoreError> {
    let row = numbered(unit_id).limit(1).one(door.conn()).await?;
    Ok(row.map_or(0, |row| row.version))
}

/// Withdraws a unit's versions in force with numbers after `from` up to `to`.
pub async fn withdraw(
    tx: &Tx,
    unit_id: Option<Uuid>,
    (from, to): (i32, i32),
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let of = match unit_id {
        Some(id) => calendar::Column::UnitId.eq(id),
        None => calendar::Column::UnitId.is_null(),
    };
    calendar::Entity::update_many()
        .col_expr(calendar::Column::WithdrawnAt, Expr::value(at))
        .filter(of)
        .filter(calendar::Column::Version.gt(from))
        .filter(calendar::Column::Version.lte(to))
        .filter(calendar::Column::State.eq("in_force"))
        .filter(calendar::Column::WithdrawnAt.is_null())
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Versions by identity, in no order.
pub async fn by_ids(door: &impl Door, ids: &[Uuid]) -> Result<Vec<CalendarRow>, StoreError> {
    records::by_ids::<calendar::Entity>(door, calendar::Column::Id, ids).await
}

/// The newest version in force.
pub async fn in_force(door: &impl Door, unit_id: Option<Uuid>) -> Result<Option<CalendarRow>, StoreError> {
    Ok(of_unit(unit_id).filter(calendar::Column::State.eq("in_force")).limit(1).one(door.conn()).await?)
}

/// A version by number.
pub async fn find(
    door: &impl Door,
    unit_id: Option<Uuid>,
    version: i32,
) -> Result<Option<CalendarRow>, StoreError> {
    Ok(of_unit(unit_id).filter(calendar::Column::Version.eq(version)).one(door.conn()).await?)
}

/// A version by identity.
pub async fn by_id(door: &impl Door, id: Uuid) -> Result<Option<CalendarRow>, StoreError> {
    Ok(calendar::Entity::find_by_id(id).one(door.conn()).await?)
}

/// The overrides of a version, by date.
pub async fn days(door: &impl Door, id: Uuid) -> Result<Vec<DayRow>, StoreError> {
    Ok(calendar_day::Entity::find()
        .filter(calendar_day::Column::CalendarId.eq(id))
        .order_by_asc(calendar_day::Column::Day)
        .all(door.conn())
        .await?)
}

/// A page of versions.
pub async fn list(door: &impl Door, query: &ListQuery) -> Result<Page<CalendarRow>, StoreError> {
    let standing = Condition::all().add(calendar::Column::WithdrawnAt.is_null());
    page::<calendar::Entity>(door, &PUBLISHED, "id", query, Some(standing)).await
}
