//! Ratings of satisfaction.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::entity::survey;
use super::query::{Page, Published, page};
use super::records::{self, Asked, narrowed, published};
use super::{Door, StoreError, Tx};
use crate::domain::filter::FieldKind::{Instant, Text};
use crate::domain::permission::Scope;

/// A rating.
pub type SurveyRow = survey::Model;

/// What lists of them may be filtered and ordered by. `unit` is given as a resource name and
/// resolved to identities by the service.
pub const PUBLISHED: [Published; 4] = [
    published("code", Text, true, "code"),
    published("unit", Text, false, "unit_id"),
    published("rating", Text, false, "rating"),
    published("rated_at", Instant, true, "rated_at"),
];

/// Inserts new ones. A taken code is a [`StoreError::Duplicate`].
pub async fn insert(tx: &Tx, rows: Vec<SurveyRow>) -> Result<(), StoreError> {
    records::insert::<survey::ActiveModel>(tx, rows).await
}

/// Saves one that stood at `version`; [`StoreError::Conflict`] if it doesn't any more.
pub async fn update(tx: &Tx, row: SurveyRow, version: i64) -> Result<(), StoreError> {
    let (id, at) = ((survey::Column::Id, row.id), (survey::Column::Version, version));
    records::update::<survey::ActiveModel>(tx, row, id, at).await
}

/// Takes away one that stood at `version`; [`StoreError::Conflict`] if it doesn't any more.
pub async fn delete(tx: &Tx, id: Uuid, version: i64) -> Result<(), StoreError> {
    let (id, at) = ((survey::Column::Id, id), (survey::Column::Version, version));
    records::delete::<survey::Entity>(tx, id, at).await
}

/// Those with these identities, in no order, whoever asks.
pub async fn by_ids(door: &impl Door, ids: &[Uuid]) -> Result<Vec<SurveyRow>, StoreError> {
    records::by_ids::<survey::Entity>(door, survey::Column::Id, ids).await
}

/// One by code, if the caller may know of it.
pub async fn find(door: &impl Door, code: &str, scope: &Scope) -> Result<Option<SurveyRow>, StoreError> {
    let mut select = survey::Entity::find().filter(survey::Column::Code.eq(code));
    if let Some(scope) = within(scope) {
        select = select.filter(scope);
    }
    Ok(select.one(door.conn()).await?)
}

/// Those with these codes, whoever asks: for imports.
pub async fn by_codes(door: &impl Door, codes: &[String]) -> Result<HashMap<String, SurveyRow>, StoreError> {
    records::by_codes(door, survey::Entity::find(), survey::Column::Code, codes, |row| &row.code).await
}

/// Those that follow in the order of their identity, for the checker that recounts them all.
pub async fn after(door: &impl Door, after: Uuid, limit: u64) -> Result<Vec<SurveyRow>, StoreError> {
    records::after::<survey::Entity>(door, survey::Column::Id, after, limit).await
}

/// What a scope lets see: the rated unit in the subtree.
fn within(scope: &Scope) -> Option<Condition> {
    Some(Condition::all().add(match scope {
        Scope::All => return None,
        Scope::Units(units) => survey::Column::UnitId.is_in(units.iter().copied()),
        Scope::Own(_) => survey::Column::Id.is_null(),
    }))
}

/// A page of them.
pub async fn list(door: &impl Door, asked: &Asked, scope: &Scope) -> Result<Page<SurveyRow>, StoreError> {
    let (query, narrow) = narrowed(asked, &PUBLISHED, within(scope));
    page::<survey::Entity>(door, &PUBLISHED, "id", &query, Some(narrow)).await
}
