//! Officials and their absences.

use chrono::NaiveDate;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};
use std::collections::HashMap;
use uuid::Uuid;

use super::entity::{official, official_absence};
use super::query::{ListQuery, Page, Published, page};
use super::records::{self, published};
use super::{Door, StoreError, Tx};
use crate::domain::filter::FieldKind;

/// A stored official.
pub type OfficialRow = official::Model;
/// A stored absence.
pub type AbsenceRow = official_absence::Model;

/// Identities a statement.
const CHUNK: usize = 1000;

/// What lists of officials may be filtered and ordered by.
pub const PUBLISHED: [Published; 5] = [
    published("code", FieldKind::Text, true, "code"),
    published("unit", FieldKind::Text, false, "unit_id"),
    published("role", FieldKind::Text, false, "role"),
    published("full_name", FieldKind::Text, false, "full_name"),
    published("create_time", FieldKind::Instant, true, "created_at"),
];

/// Inserts new officials.
pub async fn insert(tx: &Tx, rows: Vec<OfficialRow>) -> Result<(), StoreError> {
    records::insert::<official::ActiveModel>(tx, rows).await
}

/// Saves an official that stood at `version`; [`StoreError::Conflict`] if it doesn't any more.
pub async fn update(tx: &Tx, row: OfficialRow, version: i64) -> Result<(), StoreError> {
    let id = row.id;
    let (identity, version) = ((official::Column::Id, id), (official::Column::Version, version));
    records::update::<official::ActiveModel>(tx, row, identity, version).await
}

/// Officials by identity, in no order, whoever asks.
pub async fn by_ids(door: &impl Door, ids: &[Uuid]) -> Result<Vec<OfficialRow>, StoreError> {
    records::by_ids::<official::Entity>(door, official::Column::Id, ids).await
}

/// An official by code.
pub async fn find(door: &impl Door, code: &str) -> Result<Option<OfficialRow>, StoreError> {
    let standing = official::Entity::find().filter(official::Column::WithdrawnAt.is_null());
    Ok(standing.filter(official::Column::Code.eq(code)).one(door.conn()).await?)
}

/// Officials by code.
pub async fn by_codes(
    door: &impl Door,
    codes: &[String],
) -> Result<HashMap<String, OfficialRow>, StoreError> {
    let standing = official::Entity::find().filter(official::Column::WithdrawnAt.is_null());
    records::by_codes(door, standing, official::Column::Code, codes, |row| &row.code).await
}

/// A page of officials.
pub async fn list(door: &impl Door, query: &ListQuery) -> Result<Page<OfficialRow>, StoreError> {
    let standing = Condition::all().add(official::Column::WithdrawnAt.is_null());
    page::<official::Entity>(door, &PUBLISHED, "id", query, Some(standing)).await
}

/// Absences of officials, newest first, by official.
pub async fn absences(door: &impl Door, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<AbsenceRow>>, StoreError> {
    let mut found: HashMap<Uuid, Vec<AbsenceRow>> = HashMap::new();
    for chunk in ids.chunks(CHUNK) {
        let rows = official_absence::Entity::find()
            .filter(official_absence::Column::OfficialId.is_in(chunk.to_vec()))
            .order_by_desc(official_absence::Column::FromOn)
            .all(door.conn())
            .await?;
        for row in rows {
            found.entry(row.official_id).or_default().push(row);
        }
    }
    Ok(found)
}

/// Absences that end on a day or later, by official.
pub async fn absences_to(
    door: &impl Door,
    day: NaiveDate,
) -> Result<HashMap<Uuid, Vec<AbsenceRow>>, StoreError> {
    let rows = official_absence::Entity::find()
        .filter(official_absence::Column::ToOn.gte(day))
        .order_by_asc(official_absence::Column::FromOn)
        .all(door.conn())
        .await?;
    let mut found: HashMap<Uuid, Vec<AbsenceRow>> = HashMap::new();
    for row in rows {
        found.entry(row.official_id).or_default().push(row);
    }
    Ok(found)
}

/// Records an absence.
pub async fn insert_absence(tx: &Tx, row: AbsenceRow) -> Result<(), StoreError> {
    row.into_active_model().reset_all().insert(tx.conn()).await?;
    Ok(())
}
