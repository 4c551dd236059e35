//! Targets that were set.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, Condition, EntityTrait, ExprTrait, QueryFilter, QueryOrder};

use uuid::Uuid;

use super::entity::target;
use super::query::{Page, Published, page};
use super::records::{self, Asked, keyed, narrowed, published};
use super::{Door, StoreError, Tx};
use crate::domain::filter::FieldKind::{Day, Instant, Text};
use crate::domain::permission::Scope;

/// A target.
pub type TargetRow = target::Model;

/// What lists of them may be filtered and ordered by. `unit` is given as a resource name and
/// resolved to identities by the service.
pub const PUBLISHED: [Published; 6] = [
    published("code", Text, true, "code"),
    published("unit", Text, false, "unit_id"),
    published("indicator", Text, false, "indicator"),
    published("from_on", Day, false, "from_on"),
    published("to_on", Day, false, "to_on"),
    published("create_time", Instant, true, "created_at"),
];

/// Identities are minted in the order of recording.
const KEYS: [(&str, Published); 1] = [("create_time", published("id", Text, true, "id"))];

/// Inserts new ones. A taken code is a [`StoreError::Duplicate`].
pub async fn insert(tx: &Tx, rows: Vec<TargetRow>) -> Result<(), StoreError> {
    records::insert::<target::ActiveModel>(tx, rows).await
}

/// Saves one that stood at `version`; [`StoreError::Conflict`] if it doesn't any more.
pub async fn update(tx: &Tx, row: TargetRow, version: i64) -> Result<(), StoreError> {
    let (id, at) = ((target::Column::Id, row.id), (target::Column::Version, version));
    records::update::<target::ActiveModel>(tx, row, id, at).await
}

/// Takes away one that stood at `version`; [`StoreError::Conflict`] if it doesn't any more.
pub async fn delete(tx: &Tx, id: Uuid, version: i64) -> Result<(), StoreError> {
    let (id, at) = ((target::Column::Id, id), (target::Column::Version, version));
    records::delete::<target::Entity>(tx, id, at).await
}

/// Those with these identities, in no order, whoever asks.
pub async fn by_ids(door: &impl Door, ids: &[Uuid]) -> Result<Vec<TargetRow>, StoreError> {
    records::by_ids::<target::Entity>(door, target::Column::Id, ids).await
}

/// One by code, if the caller may know of it.
pub async fn find(door: &impl Door, code: &str, scope: &Scope) -> Result<Option<TargetRow>, StoreError> {
    let mut select = target::Entity::find().filter(target::Column::Code.eq(code));
    if let Some(scope) = within(scope) {
        select = select.filter(scope);
    }
    Ok(select.one(door.conn()).await?)
}

/// Those with these codes, whoever asks: for imports.
pub async fn by_codes(door: &impl Door, codes: &[String]) -> Result<HashMap<String, TargetRow>, StoreError> {
    records::by_codes(door, target::Entity::find(), target::Column::Code, codes, |row| &row.code).await
}

/// Those in force on a day, by code.
pub async fn in_force(door: &impl Door, day: NaiveDate) -> Result<Vec<TargetRow>, StoreError> {
    let select = target::Entity::find()
        .filter(target::Column::FromOn.lte(day))
        .filter(target::Column::ToOn.gte(day))
        .order_by_asc(target::Column::Code);
    Ok(select.all(door.conn()).await?)
}

/// What a scope lets see: those of the subtree, and those of the whole house.
fn within(scope: &Scope) -> Option<Condition> {
    Some(Condition::all().add(match scope {
        Scope::All => return None,
        Scope::Units(units) => {
            target::Column::UnitId.is_null().or(target::Column::UnitId.is_in(units.iter().copied()))
        }
        Scope::Own(_) => target::Column::Id.is_null(),
    }))
}

/// A page of them.
pub async fn list(door: &impl Door, asked: &Asked, scope: &Scope) -> Result<Page<TargetRow>, StoreError> {
    let (query, narrow) = narrowed(asked, &PUBLISHED, within(scope));
    let columns: Vec<Published> = PUBLISHED.into_iter().chain(KEYS.map(|(_, key)| key)).collect();
    page::<target::Entity>(door, &columns, "id", &keyed(query, &KEYS), Some(narrow)).await
}
