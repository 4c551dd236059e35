//! Opinions on dossiers that were asked of others.

use sea_orm::sea_query::{Expr, Query};
use sea_orm::{ColumnTrait, Condition, EntityTrait, ExprTrait as _, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use super::entity::{dossier, opinion};
use super::query::{Page, Published, page};
use super::records::{self, Asked, narrowed, published};
use super::{Door, StoreError, Tx, dossiers};
use crate::domain::filter::FieldKind::{Flag, Instant, Text};
use crate::domain::opinion::OpinionState;
use crate::domain::permission::Scope;

/// A request for an opinion as it stands.
pub type OpinionRow = opinion::Model;

/// What lists of them may be filtered and ordered by. `unit`, the one that was asked, is given as a resource name and
/// resolved to identities by the service, `dossier` to a code.
pub const PUBLISHED: [Published; 8] = [
    published("code", Text, true, "code"),
    published("dossier", Text, false, "dossier_code"),
    published("unit", Text, false, "asked_unit_id"),
    published("state", Text, false, "state"),
    published("asked_at", Instant, true, "asked_at"),
    published("due_at", Instant, true, "due_at"),
    published("open", Flag, false, "open"),
    published("overdue", Flag, false, "overdue_at"),
];

/// Dossiers a statement.
const CHUNK: usize = 1000;

/// Inserts a new one. A taken code is a [`StoreError::Duplicate`].
pub async fn insert(tx: &Tx, row: OpinionRow) -> Result<(), StoreError> {
    records::insert::<opinion::ActiveModel>(tx, vec![row]).await
}

/// Saves one that stood at `version`; [`StoreError::Conflict`] if it doesn't any more.
pub async fn update(tx: &Tx, row: OpinionRow, version: i64) -> Result<(), StoreError> {
    let (id, at) = ((opinion::Column::Id, row.id), (opinion::Column::Version, version));
    records::update::<opinion::ActiveModel>(tx, row, id, at).await
}

/// One by code, if the caller may know of it.
pub async fn find(door: &impl Door, code: &str, scope: &Scope) -> Result<Option<OpinionRow>, StoreError> {
    let mut select = opinion::Entity::find().filter(opinion::Column::Code.eq(code));
    if let Some(scope) = within(scope) {
        select = select.filter(scope);
    }
    Ok(select.one(door.conn()).await?)
}

/// How many were ever asked on a dossier: where the house looks for the next free code.
pub async fn count_of(door: &impl Door, dossier_id: Uuid) -> Result<u64, StoreError> {
    Ok(opinion::Entity::find().filter(opinion::Column::DossierId.eq(dossier_id)).count(door.conn()).await?)
}

/// Those on these dossiers that are in a state.
pub async fn of_dossiers(
    door: &impl Door,
    dossier_ids: &[Uuid],
    state: OpinionState,
) -> Result<Vec<OpinionRow>, StoreError> {
    let mut found = Vec::new();
    for chunk in dossier_ids.chunks(CHUNK) {
        let rows = opinion::Entity::find()
            .filter(opinion::Column::DossierId.is_in(chunk.to_vec()))
            .filter(opinion::Column::State.eq(state.as_str()))
            .all(door.conn())
            .await?;
        found.extend(rows);
    }
    Ok(found)
}

/// The unit that is asked in the stead of others from now on.
pub async fn hand_on(tx: &Tx, from: &[Uuid], to: Uuid) -> Result<u64, StoreError> {
    let done = opinion::Entity::update_many()
        .col_expr(opinion::Column::AskedUnitId, Expr::value(to))
        .col_expr(opinion::Column::Version, Expr::col(opinion::Column::Version).add(1))
        // What is moot is asked again when its dossier is reopened.
        .filter(opinion::Column::State.is_in([OpinionState::Asked.as_str(), OpinionState::Moot.as_str()]))
        .filter(opinion::Column::AskedUnitId.is_in(from.to_vec()))
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected)
}

/// What a scope lets see: those on its dossiers, and those that its units were asked for.
pub(super) fn within(scope: &Scope) -> Option<Condition> {
    let of_dossiers = dossiers::within(scope)?;
    let on = Query::select().column(dossier::Column::Id).from(dossier::Entity).cond_where(of_dossiers).take();
    let mut within = Condition::any().add(opinion::Column::DossierId.in_subquery(on));
    if let Scope::Units(units) = scope {
        within = within.add(opinion::Column::AskedUnitId.is_in(units.iter().copied()));
    }
    Some(within)
}

/// A page of them.
pub async fn list(door: &impl Door, asked: &Asked, scope: &Scope) -> Result<Page<OpinionRow>, StoreError> {
    let (query, narrow) = narrowed(asked, &PUBLISHED, within(scope));
    page::<opinion::Entity>(door, &PUBLISHED, "id", &query, Some(narrow)).await
}
