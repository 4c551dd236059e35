//! Procedures and their versions. No version is ever deleted: histories of dossiers name it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::entity::{procedure, procedure_version};
use super::query::{ListQuery, Page, Published, page};
use super::records::{self, published};
use super::{Door, StoreError, Tx};
use crate::domain::filter::FieldKind;

/// A stored procedure.
pub type ProcedureRow = procedure::Model;
/// A stored version of one.
pub type VersionRow = procedure_version::Model;

/// Identities a statement.
const CHUNK: usize = 1000;

/// What lists of procedures may be filtered and ordered by. Of the version in force are all but `code` and
/// `create_time`: the service resolves those to procedures first.
pub const PUBLISHED: [Published; 8] = [
    published("code", FieldKind::Text, true, "code"),
    published("create_time", FieldKind::Instant, true, "created_at"),
    published("field", FieldKind::Text, false, "field"),
    published("level", FieldKind::Text, false, "level"),
    published("unit", FieldKind::Text, false, "unit_id"),
    published("online_level", FieldKind::Text, false, "online_level"),
    published("watched_list", FieldKind::Text, false, "watched_list"),
    published("display_name", FieldKind::Text, false, "name"),
];

/// Inserts new procedures.
pub async fn insert(tx: &Tx, rows: Vec<ProcedureRow>) -> Result<(), StoreError> {
    records::insert::<procedure::ActiveModel>(tx, rows).await
}

/// Inserts new versions.
pub async fn insert_versions(tx: &Tx, rows: Vec<VersionRow>) -> Result<(), StoreError> {
    records::insert::<procedure_version::ActiveModel>(tx, rows).await
}

/// Versions that a later record stands in the place of (`superseded`), or that stand again.
pub async fn supersede(tx: &Tx, ids: &[Uuid], superseded: bool) -> Result<(), StoreError> {
    for chunk in ids.chunks(CHUNK) {
        procedure_version::Entity::update_many()
            .col_expr(procedure_version::Column::Superseded, Expr::value(superseded))
            .filter(procedure_version::Column::Id.is_in(chunk.to_vec()))
            .exec(tx.conn())
            .await?;
    }
    Ok(())
}

/// Saves a procedure that stood at `version`; [`StoreError::Conflict`] if it doesn't any more.
pub async fn update(tx: &Tx, row: ProcedureRow, version: i64) -> Result<(), StoreError> {
    let (id, at) = ((procedure::Column::Id, row.id), (procedure::Column::Version, version));
    records::update::<procedure::ActiveModel>(tx, row, id, at).await
}

/// Procedures by identity, in no order, whoever asks.
pub async fn by_ids(door: &impl Door, ids: &[Uuid]) -> Result<Vec<ProcedureRow>, StoreError> {
    records::by_ids::<procedure::Entity>(door, procedure::Column::Id, ids).await
}

/// Notes that a procedure that stood at `version` changed; [`StoreError::Conflict`] if it doesn't any more.
pub async fn touch(tx: &Tx, id: Uuid, version: i64, at: DateTime<Utc>) -> Result<(), StoreError> {
    let done = procedure::Entity::update_many()
        .col_expr(procedure::Column::Version, Expr::value(version + 1))
        .col_expr(procedure::Column::UpdatedAt, Expr::value(at))
        .filter(procedure::Column::Id.eq(id))
        .filter(procedure::Column::Version.eq(version))
        .exec(tx.conn())
        .await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(StoreError::Conflict) }
}

/// A procedure by code.
pub async fn find(door: &impl Door, code: &str) -> Result<Option<ProcedureRow>, StoreError> {
    let standing = procedure::Entity::find().filter(procedure::Column::WithdrawnAt.is_null());
    Ok(standing.filter(procedure::Column::Code.eq(code)).one(door.conn()).await?)
}

/// Procedures by code.
pub async fn by_codes(
    door: &impl Door,
    codes: &[String],
) -> Result<HashMap<String, ProcedureRow>, StoreError> {
    records::by_codes(
        door,
        procedure::Entity::find().filter(procedure::Column::WithdrawnAt.is_null()),
        procedure::Column::Code,
        codes,
        |row| &row.code,
    )
    .await
}

/// The versions of procedures, superseded ones too, newest first, by procedure.
pub async fn versions(door: &impl Door, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<VersionRow>>, StoreError> {
    let mut found: HashMap<Uuid, Vec<VersionRow>> = HashMap::new();
    for chunk in ids.chunks(CHUNK) {
        let rows = procedure_version::Entity::find()
            .filter(procedure_version::Column::ProcedureId.is_in(chunk.to_vec()))
            .order_by_desc(procedure_version::Column::EffectiveOn)
            .order_by_desc(procedure_version::Column::RecordedAt)
            .all(door.conn())
            .await?;
        for row in rows {
            found.entry(row.procedure_id).or_default().push(row);
        }
    }
    Ok(found)
}

/// A page of procedures; of those in `among`, if given.
pub async fn list(
    door: &impl Door,
    query: &ListQuery,
    among: Option<Vec<Uuid>>,
) -> Result<Page<ProcedureRow>, StoreError> {
    let mut those = Condition::all().add(procedure::Column::WithdrawnAt.is_null());
    if let Some(ids) = among {
        those = those.add(procedure::Column::Id.is_in(ids));
    }
    page::<procedure::Entity>(door, &PUBLISHED, "id", query, Some(those)).await
}
