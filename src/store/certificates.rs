//! Digital-signing certificates of officials.

use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use super::entity::{certificate, official};
use super::query::{Page, Published, page};
use super::records::{self, Asked, narrowed, published};
use super::{Door, StoreError, Tx};
use crate::domain::filter::FieldKind::{Flag, Instant, Text};
use crate::domain::permission::Scope;

/// A certificate as it stands.
pub type CertificateRow = certificate::Model;

/// What lists of them may be filtered and ordered by. `official` is given as a resource name and resolved to an identity
/// by the service.
pub const PUBLISHED: [Published; 7] = [
    published("code", Text, true, "code"),
    published("official", Text, false, "official_id"),
    published("state", Text, false, "state"),
    published("kind", Text, false, "kind"),
    published("asked_at", Instant, true, "asked_at"),
    published("valid_until", Instant, false, "valid_until"),
    published("open", Flag, false, "open"),
];

/// Inserts a new one. A taken code is a [`StoreError::Duplicate`].
pub async fn insert(tx: &Tx, row: CertificateRow) -> Result<(), StoreError> {
    records::insert::<certificate::ActiveModel>(tx, vec![row]).await
}

/// Saves one that stood at `version`; [`StoreError::Conflict`] if it doesn't any more.
pub async fn update(tx: &Tx, row: CertificateRow, version: i64) -> Result<(), StoreError> {
    let (id, at) = ((certificate::Column::Id, row.id), (certificate::Column::Version, version));
    records::update::<certificate::ActiveModel>(tx, row, id, at).await
}

/// One by code, if the caller may know of it.
pub async fn find(door: &impl Door, code: &str, scope: &Scope) -> Result<Option<CertificateRow>, StoreError> {
    let mut select = certificate::Entity::find().filter(certificate::Column::Code.eq(code));
    if let Some(scope) = within(scope) {
        select = select.filter(scope);
    }
    Ok(select.one(door.conn()).await?)
}

/// How many an official ever had or asked for: where the house looks for the next free code.
pub async fn count_of(door: &impl Door, official_id: Uuid) -> Result<u64, StoreError> {
    Ok(certificate::Entity::find()
        .filter(certificate::Column::OfficialId.eq(official_id))
        .count(door.conn())
        .await?)
}

/// What a scope lets see: those of its units' officials.
pub(super) fn within(scope: &Scope) -> Option<Condition> {
    let of_officials = match scope {
        Scope::All => return None,
        Scope::Own(official) => {
            return Some(Condition::all().add(certificate::Column::OfficialId.eq(*official)));
        }
        Scope::Units(units) => official::Column::UnitId.is_in(units.iter().copied()),
    };
    let some =
        Query::select().column(official::Column::Id).from(official::Entity).and_where(of_officials).take();
    Some(Condition::all().add(certificate::Column::OfficialId.in_subquery(some)))
}

/// A page of them.
pub async fn list(
    door: &impl Door,
    asked: &Asked,
    scope: &Scope,
) -> Result<Page<CertificateRow>, StoreError> {
    let (query, narrow) = narrowed(asked, &PUBLISHED, within(scope));
    page::<certificate::Entity>(door, &PUBLISHED, "id", &query, Some(narrow)).await
}
