//! Imports as resources: how far they came, what they did, and what was wrong with which row.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect,
};
use uuid::Uuid;

use super::entity::{import, import_problem, source_row};
use super::query::{ListQuery, Page, Published, page};
use super::{Door, StoreError, Tx};
use crate::domain::filter::{Field, FieldKind};

/// An import.
pub type ImportRun = import::Model;
/// A problem of one of its rows.
pub type ProblemRow = import_problem::Model;

/// Rows a statement: far below the engines' limits of bound values.
const CHUNK: usize = 1000;

const fn published(name: &'static str, kind: FieldKind, sortable: bool, column: &'static str) -> Published {
    Published { field: Field { name, kind, sortable }, column }
}

/// What lists of imports may be filtered and ordered by.
pub const PUBLISHED: [Published; 4] = [
    published("source", FieldKind::Text, false, "source"),
    published("state", FieldKind::Text, false, "state"),
    published("create_time", FieldKind::Instant, true, "started_at"),
    published("refused", FieldKind::Number, true, "refused"),
];

/// What lists of problems may be filtered and ordered by.
pub const PUBLISHED_PROBLEMS: [Published; 7] = [
    published("row", FieldKind::Number, true, "row_number"),
    published("file", FieldKind::Text, false, "file"),
    published("line", FieldKind::Number, false, "line"),
    published("code", FieldKind::Text, false, "code"),
    published("field", FieldKind::Text, false, "field"),
    published("reason", FieldKind::Text, false, "reason"),
    published("severity", FieldKind::Text, false, "severity"),
];

/// An import by id.
pub async fn find(door: &impl Door, id: Uuid) -> Result<Option<ImportRun>, StoreError> {
    Ok(import::Entity::find_by_id(id).one(door.conn()).await?)
}

/// An import by id, held until the transaction ends: who began to move it is waited for. (SQLite has one
/// writer anyway.)
pub async fn hold(tx: &Tx, id: Uuid) -> Result<Option<ImportRun>, StoreError> {
    Ok(import::Entity::find_by_id(id).lock_exclusive().one(tx.conn()).await?)
}

/// Opens an import.
pub async fn open(tx: &Tx, row: ImportRun) -> Result<(), StoreError> {
    row.into_active_model().reset_all().insert(tx.conn()).await?;
    Ok(())
}

/// Saves how far an import came, if nobody else moved it from `committed`.
pub async fn save(tx: &Tx, row: ImportRun, committed: i64) -> Result<(), StoreError> {
    let id = row.id;
    let mut model = row.into_active_model().reset_all();
    model.id = sea_orm::ActiveValue::Unchanged(id);
    let done = import::Entity::update_many()
        .set(model)
        .filter(import::Column::Id.eq(id))
        .filter(import::Column::CommittedRow.eq(committed))
        .exec(tx.conn())
        .await?;
    if done.rows_affected == 1 { Ok(()) } else { Err(StoreError::Conflict) }
}

/// Keeps the problems of a batch.
pub async fn keep_problems(tx: &Tx, rows: Vec<ProblemRow>) -> Result<(), StoreError> {
    for chunk in rows.chunks(CHUNK) {
        let models = chunk
            .iter()
            .cloned()
            .map(IntoActiveModel::into_active_model)
            .map(import_problem::ActiveModel::reset_all);
        import_problem::Entity::insert_many(models).exec_without_returning(tx.conn()).await?;
    }
    Ok(())
}

/// Whether a row of that kind was refused in an import.
pub async fn has_refused(door: &impl Door, import_id: Uuid, kind: &str) -> Result<bool, StoreError> {
    let found = import_problem::Entity::find()
        .filter(import_problem::Column::ImportId.eq(import_id))
        .filter(import_problem::Column::Kind.eq(kind))
        .filter(import_problem::Column::Severity.eq("error"))
        .limit(1)
        .one(door.conn())
        .await?;
    Ok(found.is_some())
}

/// A page of imports; `caller`: only those that this key began.
pub async fn list(
    door: &impl Door,
    query: &ListQuery,
    caller: Option<&str>,
) -> Result<Page<ImportRun>, StoreError> {
    let of = caller.map(|key| Condition::all().add(import::Column::Caller.eq(key)));
    page::<import::Entity>(door, &PUBLISHED, "id", query, of).await
}

/// A page of an import's problems.
pub async fn list_problems(
    door: &impl Door,
    import_id: Uuid,
    query: &ListQuery,
) -> Result<Page<ProblemRow>, StoreError> {
    let of = Condition::all().add(import_problem::Column::ImportId.eq(import_id));
    page::<import_problem::Entity>(door, &PUBLISHED_PROBLEMS, "id", query, Some(of)).await
}

/// What a source said last of its records: content hash and subject by code.
pub async fn source_rows(
    door: &impl Door,
    source: &str,
    kind: &str,
    codes: &[String],
) -> Result<HashMap<String, (String, Uuid)>, StoreError> {
    let mut found = HashMap::new();
    for chunk in codes.chunks(CHUNK) {
        let rows = source_row::Entity::find()
            .filter(source_row::Column::Source.eq(source))
            .filter(source_row::Column::Kind.eq(kind))
            .filter(source_row::Column::Code.is_in(chunk.to_vec()))
            .all(door.conn())
            .await?;
        found.extend(rows.into_iter().map(|row| (row.code, (row.content_hash, row.subject_id))));
    }
    Ok(found)
}

/// Remembers what a source said: (code, content hash, subject).
pub async fn remember(
    tx: &Tx,
    source: &str,
    kind: &str,
    rows: Vec<(String, String, Uuid)>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    for chunk in rows.chunks(CHUNK) {
        let models = chunk.iter().cloned().map(|(code, content_hash, subject_id)| source_row::ActiveModel {
            source: Set(source.to_owned()),
            kind: Set(kind.to_owned()),
            code: Set(code),
            content_hash: Set(content_hash),
            subject_id: Set(subject_id),
            imported_at: Set(now),
        });
        source_row::Entity::insert_many(models)
            .on_conflict(
                OnConflict::columns([
                    source_row::Column::Source,
                    source_row::Column::Kind,
                    source_row::Column::Code,
                ])
                .update_columns([
                    source_row::Column::ContentHash,
                    source_row::Column::SubjectId,
                    source_row::Column::ImportedAt,
                ])
                .to_owned(),
            )
            .exec_without_returning(tx.conn())
            .await?;
    }
    Ok(())
}
