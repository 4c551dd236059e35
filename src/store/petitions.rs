//! Petitions: the projection beside the events.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::entity::petition;
use super::query::{Page, Published, page};
use super::records::{self, Asked, keyed, narrowed, published};
use super::{Door, StoreError, Tx};
use crate::domain::filter::FieldKind::{Flag, Instant, Text};
use crate::domain::permission::Scope;
use crate::domain::summary::{ON_REGULATION, PETITION_PORTAL, PetitionMarks};

/// A petition as it stands.
pub type PetitionRow = petition::Model;

/// What lists of petitions may be filtered and ordered by. `unit` is given as a resource name and resolved to
/// identities by the service.
pub const PUBLISHED: [Published; 10] = [
    published("code", Text, true, "code"),
    published("unit", Text, false, "unit_id"),
    published("state", Text, false, "state"),
    published("channel", Text, false, "channel"),
    published("kind", Text, false, "kind"),
    published("received_at", Instant, true, "received_at"),
    published("due_at", Instant, true, "due_at"),
    published("answered_at", Instant, false, "answered_at"),
    published("open", Flag, false, "open"),
    published("overdue", Flag, false, "overdue_flagged"),
];

/// No due instant sorts last.
const KEYS: [(&str, Published); 1] = [("due_at", published("due_key", Instant, true, "due_key"))];

/// Inserts new petitions. A taken code is a [`StoreError::Duplicate`].
pub async fn insert(tx: &Tx, rows: Vec<PetitionRow>) -> Result<(), StoreError> {
    records::insert::<petition::ActiveModel>(tx, rows).await
}

/// Saves a petition that stood at `version`; [`StoreError::Conflict`] if it doesn't any more.
pub async fn update(tx: &Tx, row: PetitionRow, version: i64) -> Result<(), StoreError> {
    let (id, at) = ((petition::Column::Id, row.id), (petition::Column::Version, version));
    records::update::<petition::ActiveModel>(tx, row, id, at).await
}

/// Takes away the projection of a petition that stood at `version`; its events stay. [`StoreError::Conflict`] if
/// it doesn't stand so any more.
pub async fn delete(tx: &Tx, id: Uuid, version: i64) -> Result<(), StoreError> {
    let (id, at) = ((petition::Column::Id, id), (petition::Column::Version, version));
    records::delete::<petition::Entity>(tx, id, at).await
}

/// Petitions by identity, in no order, whoever asks.
pub async fn by_ids(door: &impl Door, ids: &[Uuid]) -> Result<Vec<PetitionRow>, StoreError> {
    records::by_ids::<petition::Entity>(door, petition::Column::Id, ids).await
}

/// A petition by code, if the caller may know of it.
pub async fn find(door: &impl Door, code: &str, scope: &Scope) -> Result<Option<PetitionRow>, StoreError> {
    let mut select = petition::Entity::find().filter(petition::Column::Code.eq(code));
    if let Some(scope) = within(scope) {
        select = select.filter(scope);
    }
    Ok(select.one(door.conn()).await?)
}

/// Petitions by code, whoever asks: for imports.
pub async fn by_codes(
    door: &impl Door,
    codes: &[String],
) -> Result<HashMap<String, PetitionRow>, StoreError> {
    records::by_codes(door, petition::Entity::find(), petition::Column::Code, codes, |row| &row.code).await
}

/// Identity, rating, day of publication, kind and channel.
type Marked = (Uuid, Option<String>, Option<NaiveDate>, String, String);

/// What the records of these petitions say beside the ledger.
pub async fn marks(door: &impl Door, ids: &[Uuid]) -> Result<BTreeMap<Uuid, PetitionMarks>, StoreError> {
    let mut marks = BTreeMap::new();
    for chunk in ids.chunks(1000) {
        let rows: Vec<Marked> = petition::Entity::find()
            .select_only()
            .column(petition::Column::Id)
            .column(petition::Column::CitizenRating)
            .column(petition::Column::PublishedOn)
            .column(petition::Column::Kind)
            .column(petition::Column::Channel)
            .filter(petition::Column::Id.is_in(chunk.to_vec()))
            .into_tuple()
            .all(door.conn())
            .await?;
        marks.extend(rows.into_iter().map(|(id, rating, published_on, kind, channel)| {
            let marks = PetitionMarks {
                satisfied: rating.is_some_and(|word| word == "satisfied" || word == "very_satisfied"),
                published: published_on.is_some(),
                on_regulation: kind == ON_REGULATION,
                by_portal: channel == PETITION_PORTAL,
            };
            (id, marks)
        }));
    }
    Ok(marks)
}

/// How many codes begin so: where the house looks for the next free one.
pub async fn count_codes(door: &impl Door, prefix: &str) -> Result<u64, StoreError> {
    Ok(petition::Entity::find().filter(petition::Column::Code.starts_with(prefix)).count(door.conn()).await?)
}

/// Those that follow in the order of their identity, for the checker that recounts them all.
pub async fn after(door: &impl Door, after: Uuid, limit: u64) -> Result<Vec<PetitionRow>, StoreError> {
    records::after::<petition::Entity>(door, petition::Column::Id, after, limit).await
}

/// What a scope lets see: the unit that must answer in the subtree. Nobody holds a petition.
pub(super) fn within(scope: &Scope) -> Option<Condition> {
    Some(Condition::all().add(match scope {
        Scope::All => return None,
        Scope::Units(units) => petition::Column::UnitId.is_in(units.iter().copied()),
        Scope::Own(_) => petition::Column::Id.is_null(),
    }))
}

/// A page of petitions.
pub async fn list(door: &impl Door, asked: &Asked, scope: &Scope) -> Result<Page<PetitionRow>, StoreError> {
    let (query, narrow) = narrowed(asked, &PUBLISHED, within(scope));
    let columns: Vec<Published> = PUBLISHED.into_iter().chain(KEYS.map(|(_, key)| key)).collect();
    page::<petition::Entity>(door, &columns, "id", &keyed(query, &KEYS), Some(narrow)).await
}

/// Flags at most `limit` open petitions past their deadline at `now`; returns how many. They have no figure
/// of being overdue, so no event is needed and the version stays.
pub async fn flag_overdue(tx: &Tx, now: DateTime<Utc>, limit: u64) -> Result<u64, StoreError> {
    let some = Query::select()
        .column(petition::Column::Id)
        .from(petition::Entity)
        .and_where(petition::Column::Open.eq(true))
        .and_where(petition::Column::OverdueFlagged.eq(false))
        .and_where(petition::Column::OverdueAt.lte(now))
        .limit(limit)
        .take();
    let done = petition::Entity::update_many()
        .col_expr(petition::Column::OverdueFlagged, Expr::value(true))
        .filter(petition::Column::Id.in_subquery(some))
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected)
}
