//! Imports as resources: how far they came, what they did, and what was wrong with which row.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait as _};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::entity::{import, import_problem, import_row};
use super::query::{ListQuery, Page, Published, page};
use super::records::{self, published};
use super::{Door, StoreError, Tx};
use crate::domain::filter::FieldKind;

/// Subjects a statement.
const CHUNK: usize = 1000;

/// An import.
pub type ImportRun = import::Model;
/// A problem of one of its rows.
pub type ProblemRow = import_problem::Model;
/// What became of a row that changed something, or of a record that is missing.
pub type OutcomeRow = import_row::Model;

/// What lists of imports may be filtered and ordered by.
pub const PUBLISHED: [Published; 6] = [
    published("source", FieldKind::Text, false, "source"),
    published("state", FieldKind::Text, false, "state"),
    published("create_time", FieldKind::Instant, true, "started_at"),
    published("refused", FieldKind::Number, true, "refused"),
    published("watermark", FieldKind::Instant, false, "watermark"),
    published("sha256", FieldKind::Text, false, "sha256"),
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

/// What lists of outcomes may be filtered and ordered by.
pub const PUBLISHED_OUTCOMES: [Published; 5] = [
    published("row", FieldKind::Number, true, "number"),
    published("kind", FieldKind::Text, false, "kind"),
    published("code", FieldKind::Text, false, "code"),
    published("result", FieldKind::Text, false, "result"),
    published("undone", FieldKind::Flag, false, "undone"),
];

/// An import by id.
pub async fn find(door: &impl Door, id: Uuid) -> Result<Option<ImportRun>, StoreError> {
    Ok(import::Entity::find_by_id(id).one(door.conn()).await?)
}

/// Waits until nobody else moves an import of this source, until the end of this transaction: what is read then of
/// the source's imports stands until then. SQLite has one writer anyway.
pub async fn alone(tx: &Tx, source: &str) -> Result<(), StoreError> {
    tx.moves_imports_of(source).await
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
    records::insert::<import_problem::ActiveModel>(tx, rows).await
}

/// An import's problems: what was refused first, each by row; at most `limit`.
pub async fn problems(door: &impl Door, import_id: Uuid, limit: u64) -> Result<Vec<ProblemRow>, StoreError> {
    Ok(import_problem::Entity::find()
        .filter(import_problem::Column::ImportId.eq(import_id))
        // "error" stands before "warning".
        .order_by_asc(import_problem::Column::Severity)
        .order_by_asc(import_problem::Column::RowNumber)
        .order_by_asc(import_problem::Column::Id)
        .limit(limit)
        .all(door.conn())
        .await?)
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

/// How many rows of an import have a problem of that reason in that field.
pub async fn count_problems(
    door: &impl Door,
    import_id: Uuid,
    reason: &str,
    field: &str,
) -> Result<u64, StoreError> {
    Ok(import_problem::Entity::find()
        .filter(import_problem::Column::ImportId.eq(import_id))
        .filter(import_problem::Column::Reason.eq(reason))
        .filter(import_problem::Column::Field.eq(field))
        .count(door.conn())
        .await?)
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

/// A page of an import's outcomes.
pub async fn list_outcomes(
    door: &impl Door,
    import_id: Uuid,
    query: &ListQuery,
) -> Result<Page<OutcomeRow>, StoreError> {
    let of = Condition::all().add(import_row::Column::ImportId.eq(import_id));
    page::<import_row::Entity>(door, &PUBLISHED_OUTCOMES, "number", query, Some(of)).await
}

/// Keeps what became of rows.
pub async fn keep_outcomes(tx: &Tx, rows: Vec<OutcomeRow>) -> Result<(), StoreError> {
    records::insert::<import_row::ActiveModel>(tx, rows).await
}

/// An import of a source whose undoing began and hasn't ended.
pub async fn being_undone(door: &impl Door, source: &str) -> Result<Option<Uuid>, StoreError> {
    let found = import::Entity::find()
        .filter(import::Column::Source.eq(source))
        .filter(import::Column::UndoBegunAt.is_not_null())
        .filter(import::Column::UndoneAt.is_null())
        .one(door.conn())
        .await?;
    Ok(found.map(|run| run.id))
}

/// Whether a newer import of the same source changed something and stands.
pub async fn newer_stands(door: &impl Door, run: &ImportRun) -> Result<Option<Uuid>, StoreError> {
    let worked = Condition::any().add(import::Column::Landed.gt(0)).add(import::Column::Changed.gt(0));
    let found = import::Entity::find()
        .filter(import::Column::Source.eq(&run.source))
        .filter(import::Column::StartedAt.gt(run.started_at))
        .filter(import::Column::UndoneAt.is_null())
        .filter(worked)
        .one(door.conn())
        .await?;
    Ok(found.map(|newer| newer.id))
}

/// What an import did to records of a kind that isn't undone, by code and then by row: those of the codes after
/// `after` (None: of all), about `limit` of them, and all of the last code.
pub async fn done(
    door: &impl Door,
    import_id: Uuid,
    kind: &str,
    after: Option<&str>,
    limit: u64,
) -> Result<Vec<OutcomeRow>, StoreError> {
    let of_kind = import_row::Entity::find()
        .filter(import_row::Column::ImportId.eq(import_id))
        .filter(import_row::Column::Kind.eq(kind))
        .filter(import_row::Column::Undone.eq(false))
        .filter(import_row::Column::Result.is_in(["landed", "changed"]))
        .order_by_asc(import_row::Column::Code)
        .order_by_asc(import_row::Column::Number);
    let mut some = of_kind.clone();
    if let Some(code) = after {
        some = some.filter(import_row::Column::Code.gt(code));
    }
    let mut rows = some.limit(limit).all(door.conn()).await?;
    if let Some(last) = rows.last() {
        let rest = of_kind
            .filter(import_row::Column::Code.eq(&last.code))
            .filter(import_row::Column::Number.gt(last.number));
        rows.extend(rest.all(door.conn()).await?);
    }
    Ok(rows)
}

/// The events of these subjects, by their first and last number, that imports added which are undone, or that this
/// import added.
pub async fn taken_back(
    door: &impl Door,
    import_id: Uuid,
    subjects: &[Uuid],
) -> Result<HashMap<Uuid, Vec<(i32, i32)>>, StoreError> {
    let mut found: HashMap<Uuid, Vec<(i32, i32)>> = HashMap::new();
    let falls = Condition::any()
        .add(import_row::Column::Undone.eq(true))
        .add(import_row::Column::ImportId.eq(import_id));
    for chunk in subjects.chunks(CHUNK) {
        let rows: Vec<(Uuid, i32, i32)> = import_row::Entity::find()
            .select_only()
            .column(import_row::Column::SubjectId)
            .column(import_row::Column::EventsFrom)
            .column(import_row::Column::EventsTo)
            .filter(import_row::Column::SubjectId.is_in(chunk.to_vec()))
            .filter(import_row::Column::EventsFrom.is_not_null())
            .filter(import_row::Column::EventsTo.is_not_null())
            .filter(falls.clone())
            .into_tuple()
            .all(door.conn())
            .await?;
        for (subject, first, last) in rows {
            found.entry(subject).or_default().push((first, last));
        }
    }
    Ok(found)
}

/// Notes that outcomes were undone.
pub async fn mark_undone(tx: &Tx, import_id: Uuid, numbers: &[i64]) -> Result<(), StoreError> {
    import_row::Entity::update_many()
        .col_expr(import_row::Column::Undone, Expr::value(true))
        .filter(import_row::Column::ImportId.eq(import_id))
        .filter(import_row::Column::Number.is_in(numbers.iter().copied()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// The newest finished import of a source that isn't undone and says up to when it speaks.
pub async fn newest(door: &impl Door, source: &str) -> Result<Option<ImportRun>, StoreError> {
    Ok(import::Entity::find()
        .filter(standing(source))
        .filter(import::Column::FinishedAt.is_not_null())
        .order_by_desc(import::Column::Watermark)
        .order_by_desc(import::Column::StartedAt)
        .one(door.conn())
        .await?)
}

/// Up to when the newest imports of a source speak, finished or not, those aside that were undone, and one more: one of
/// each set of kinds that they tell of.
pub async fn newest_watermarks(
    door: &impl Door,
    source: &str,
    aside: Uuid,
) -> Result<Vec<(Option<String>, DateTime<Utc>)>, StoreError> {
    let rows = import::Entity::find()
        .select_only()
        .column(import::Column::Kinds)
        .column_as(import::Column::Watermark.max(), "watermark")
        .filter(standing(source))
        .filter(import::Column::Id.ne(aside))
        .group_by(import::Column::Kinds)
        .into_tuple::<(Option<String>, Option<DateTime<Utc>>)>()
        .all(door.conn())
        .await?;
    Ok(rows.into_iter().filter_map(|(kinds, at)| Some((kinds, at?))).collect())
}

/// Up to when the newest import of a source speaks that brought this very file.
pub async fn newest_of_content(
    door: &impl Door,
    source: &str,
    sha256: &str,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let newest = import::Entity::find()
        .filter(standing(source))
        .filter(import::Column::Sha256.eq(sha256))
        .order_by_desc(import::Column::Watermark)
        .one(door.conn())
        .await?;
    Ok(newest.and_then(|run| run.watermark))
}

/// When the newest finished import of a source was begun that doesn't say up to when it speaks, wasn't undone and told
/// something.
pub async fn newest_begun(door: &impl Door, source: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
    let newest = import::Entity::find()
        .filter(telling(source))
        .filter(import::Column::Watermark.is_null())
        .filter(import::Column::FinishedAt.is_not_null())
        .order_by_desc(import::Column::StartedAt)
        .one(door.conn())
        .await?;
    Ok(newest.map(|run| run.started_at))
}

/// Imports of a source that say up to when they speak, weren't undone and told something.
fn standing(source: &str) -> Condition {
    telling(source).add(import::Column::Watermark.is_not_null())
}

/// Imports of a source that weren't undone and told something: not all of their rows were refused.
fn telling(source: &str) -> Condition {
    let told = Condition::any()
        .add(import::Column::CommittedRow.eq(0))
        .add(Expr::col(import::Column::Refused).lt(Expr::col(import::Column::CommittedRow)));
    Condition::all()
        .add(told)
        .add(import::Column::Source.eq(source))
        .add(import::Column::UndoBegunAt.is_null())
}

/// Whether it is known what became of an import's rows: of those before there were outcomes it isn't.
pub async fn has_outcomes(door: &impl Door, import_id: Uuid) -> Result<bool, StoreError> {
    let one = import_row::Entity::find().filter(import_row::Column::ImportId.eq(import_id)).limit(1);
    Ok(one.one(door.conn()).await?.is_some())
}
