//! Payments at counters and online.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::entity::payment;
use super::query::{Page, Published, page};
use super::records::{self, Asked, narrowed, published};
use super::{Door, StoreError, Tx};
use crate::domain::filter::FieldKind::{Flag, Instant, Text};
use crate::domain::permission::Scope;

/// A payment.
pub type PaymentRow = payment::Model;

/// What lists of them may be filtered and ordered by. `unit` is given as a resource name and
/// resolved to identities by the service.
pub const PUBLISHED: [Published; 6] = [
    published("code", Text, true, "code"),
    published("unit", Text, false, "unit_id"),
    published("kind", Text, false, "kind"),
    published("online", Flag, false, "online"),
    published("paid_at", Instant, true, "paid_at"),
    published("dossier", Text, false, "dossier_code"),
];

/// Inserts new ones. A taken code is a [`StoreError::Duplicate`].
pub async fn insert(tx: &Tx, rows: Vec<PaymentRow>) -> Result<(), StoreError> {
    records::insert::<payment::ActiveModel>(tx, rows).await
}

/// Saves one that stood at `version`; [`StoreError::Conflict`] if it doesn't any more.
pub async fn update(tx: &Tx, row: PaymentRow, version: i64) -> Result<(), StoreError> {
    let (id, at) = ((payment::Column::Id, row.id), (payment::Column::Version, version));
    records::update::<payment::ActiveModel>(tx, row, id, at).await
}

/// Takes away one that stood at `version`; [`StoreError::Conflict`] if it doesn't any more.
pub async fn delete(tx: &Tx, id: Uuid, version: i64) -> Result<(), StoreError> {
    let (id, at) = ((payment::Column::Id, id), (payment::Column::Version, version));
    records::delete::<payment::Entity>(tx, id, at).await
}

/// Those with these identities, in no order, whoever asks.
pub async fn by_ids(door: &impl Door, ids: &[Uuid]) -> Result<Vec<PaymentRow>, StoreError> {
    records::by_ids::<payment::Entity>(door, payment::Column::Id, ids).await
}

/// One by code, if the caller may know of it.
pub async fn find(door: &impl Door, code: &str, scope: &Scope) -> Result<Option<PaymentRow>, StoreError> {
    let mut select = payment::Entity::find().filter(payment::Column::Code.eq(code));
    if let Some(scope) = within(scope) {
        select = select.filter(scope);
    }
    Ok(select.one(door.conn()).await?)
}

/// Those with these codes, whoever asks: for imports.
pub async fn by_codes(door: &impl Door, codes: &[String]) -> Result<HashMap<String, PaymentRow>, StoreError> {
    records::by_codes(door, payment::Entity::find(), payment::Column::Code, codes, |row| &row.code).await
}

/// Those that follow in the order of their identity, for the checker that recounts them all.
pub async fn after(door: &impl Door, after: Uuid, limit: u64) -> Result<Vec<PaymentRow>, StoreError> {
    records::after::<payment::Entity>(door, payment::Column::Id, after, limit).await
}

/// What a scope lets see: the unit at which it was paid in the subtree.
fn within(scope: &Scope) -> Option<Condition> {
    Some(Condition::all().add(match scope {
        Scope::All => return None,
        Scope::Units(units) => payment::Column::UnitId.is_in(units.iter().copied()),
        Scope::Own(_) => payment::Column::Id.is_null(),
    }))
}

/// A page of them.
pub async fn list(door: &impl Door, asked: &Asked, scope: &Scope) -> Result<Page<PaymentRow>, StoreError> {
    let (query, narrow) = narrowed(asked, &PUBLISHED, within(scope));
    page::<payment::Entity>(door, &PUBLISHED, "id", &query, Some(narrow)).await
}
