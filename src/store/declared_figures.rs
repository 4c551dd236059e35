//! Declared figures: a row a version; at most one of a code holds.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::entity::declared_figure;
use super::query::{Page, Published, page};
use super::records::{self, Asked, keyed, narrowed, published};
use super::{Door, StoreError, Tx};
use crate::domain::filter::FieldKind::{Day, Instant, Text};
use crate::domain::permission::Scope;

/// A version of a declared figure.
pub type DeclaredRow = declared_figure::Model;

/// What lists of them may be filtered and ordered by. `unit` is given as a resource name and resolved to
/// identities by the service.
pub const PUBLISHED: [Published; 10] = [
    published("code", Text, true, "code"),
    published("unit", Text, false, "unit_id"),
    published("group", Text, false, "unit_group"),
    published("indicator", Text, false, "indicator"),
    published("source", Text, false, "source"),
    published("from_on", Day, false, "from_on"),
    published("to_on", Day, false, "to_on"),
    published("declared_on", Day, false, "declared_on"),
    published("create_time", Instant, true, "created_at"),
    published("supersede_time", Instant, false, "superseded_at"),
];

/// Identities are minted in the order of recording.
const KEYS: [(&str, Published); 1] = [("create_time", published("id", Text, true, "id"))];

/// Codes a statement.
const CHUNK: usize = 1000;

/// Inserts versions. A taken code or number is a [`StoreError::Duplicate`].
pub async fn insert(tx: &Tx, rows: Vec<DeclaredRow>) -> Result<(), StoreError> {
    records::insert::<declared_figure::ActiveModel>(tx, rows).await
}

/// Ends the version that holds; [`StoreError::Conflict`] if it doesn't any more.
pub async fn supersede(tx: &Tx, id: Uuid, at: DateTime<Utc>) -> Result<(), StoreError> {
    let done = declared_figure::Entity::update_many()
        .col_expr(declared_figure::Column::SupersededAt, Expr::value(at))
        .filter(declared_figure::Column::Id.eq(id))
        .filter(declared_figure::Column::SupersededAt.is_null())
        .exec(tx.conn())
        .await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(StoreError::Conflict) }
}

/// Takes away the versions of a figure after the `revision`, which holds again; 0: all of them.
pub async fn put_back(tx: &Tx, code: &str, revision: i32) -> Result<(), StoreError> {
    declared_figure::Entity::delete_many()
        .filter(declared_figure::Column::Code.eq(code))
        .filter(declared_figure::Column::Revision.gt(revision))
        .exec(tx.conn())
        .await?;
    declared_figure::Entity::update_many()
        .col_expr(declared_figure::Column::SupersededAt, Expr::value(Option::<DateTime<Utc>>::None))
        .filter(declared_figure::Column::Code.eq(code))
        .filter(declared_figure::Column::Revision.eq(revision))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Versions by identity, in no order, whoever asks.
pub async fn by_ids(door: &impl Door, ids: &[Uuid]) -> Result<Vec<DeclaredRow>, StoreError> {
    records::by_ids::<declared_figure::Entity>(door, declared_figure::Column::Id, ids).await
}

/// A version by code and number (None: the one that holds), if the caller may know of it.
pub async fn find(
    door: &impl Door,
    code: &str,
    revision: Option<i32>,
    scope: &Scope,
) -> Result<Option<DeclaredRow>, StoreError> {
    let select = declared_figure::Entity::find().filter(declared_figure::Column::Code.eq(code));
    let select = match revision {
        Some(number) => select.filter(declared_figure::Column::Revision.eq(number)),
        None => select.filter(declared_figure::Column::SupersededAt.is_null()),
    };
    let select = if let Some(scope) = within(scope) { select.filter(scope) } else { select };
    Ok(select.one(door.conn()).await?)
}

/// The versions that hold of these codes, whoever asks: for imports.
pub async fn by_codes(
    door: &impl Door,
    codes: &[String],
) -> Result<HashMap<String, DeclaredRow>, StoreError> {
    let mut found = HashMap::new();
    for chunk in codes.chunks(CHUNK) {
        let rows = declared_figure::Entity::find()
            .filter(declared_figure::Column::Code.is_in(chunk.to_vec()))
            .filter(declared_figure::Column::SupersededAt.is_null())
            .all(door.conn())
            .await?;
        found.extend(rows.into_iter().map(|row| (row.code.clone(), row)));
    }
    Ok(found)
}

/// Those that hold for just this period, by code; `units`: only of these.
pub async fn of_period(
    door: &impl Door,
    first: NaiveDate,
    last: NaiveDate,
    units: Option<&[Uuid]>,
) -> Result<Vec<DeclaredRow>, StoreError> {
    let mut select = declared_figure::Entity::find()
        .filter(declared_figure::Column::FromOn.eq(first))
        .filter(declared_figure::Column::ToOn.eq(last))
        .filter(declared_figure::Column::SupersededAt.is_null());
    if let Some(units) = units {
        select = select.filter(declared_figure::Column::UnitId.is_in(units.to_vec()));
    }
    Ok(select.order_by_asc(declared_figure::Column::Code).all(door.conn()).await?)
}

/// What a scope lets see: those of the subtree. The house's are the house's.
fn within(scope: &Scope) -> Option<Condition> {
    Some(Condition::all().add(match scope {
        Scope::All => return None,
        Scope::Units(units) => declared_figure::Column::UnitId.is_in(units.iter().copied()),
        Scope::Own(_) => declared_figure::Column::Id.is_null(),
    }))
}

/// A page of versions.
pub async fn list(door: &impl Door, asked: &Asked, scope: &Scope) -> Result<Page<DeclaredRow>, StoreError> {
    let (query, narrow) = narrowed(asked, &PUBLISHED, within(scope));
    let columns: Vec<Published> = PUBLISHED.into_iter().chain(KEYS.map(|(_, key)| key)).collect();
    page::<declared_figure::Entity>(door, &columns, "id", &keyed(query, &KEYS), Some(narrow)).await
}
