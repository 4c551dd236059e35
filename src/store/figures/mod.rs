//! The figure ledger: rows that are only ever added, cells folded from them, and sums over both.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::{Alias, Expr, OnConflict, Query, SimpleExpr};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, Iterable, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::entity::{figure_cell, figure_cut, figure_entry, house_state};
use super::{Door, FOLD_LOCK, Store, StoreError, Tx, hold_alone};
use crate::domain::figure::Contribution;
use crate::domain::period::month_of;

mod counts;
mod recount;
mod sums;

pub(super) use counts::of_kind;
pub use counts::{
    CountRow, closings_by_day, subject_rows, unflagged_dossiers, unflagged_tasks, with_dossiers,
};
pub use recount::{by_day, cells_against_entries};
pub use sums::{Grain, SumRow, sums, sums_within};

/// Key of the last folded number in the house's state.
const FOLDED: &str = "folded_seq";
/// Rows a statement: far below the engines' limits of bound values.
const CHUNK: usize = 1000;

/// Contributions of one subject.
#[derive(Debug, Clone)]
pub struct Entry {
    /// `dossier`, `task`, `petition`, `survey` or `payment`.
    pub subject_kind: &'static str,
    /// The subject.
    pub subject_id: Uuid,
    /// What it adds.
    pub contribution: Contribution,
}

/// Adds rows to the ledger.
pub async fn append(tx: &Tx, entries: &[Entry], now: DateTime<Utc>) -> Result<(), StoreError> {
    for chunk in entries.chunks(CHUNK) {
        let rows = chunk.iter().map(|entry| figure_entry::ActiveModel {
            subject_kind: Set(entry.subject_kind.to_owned()),
            subject_id: Set(entry.subject_id),
            effective_on: Set(entry.contribution.on),
            effective_month: Set(month_of(entry.contribution.on)),
            unit_id: Set(entry.contribution.unit_id),
            procedure_id: Set(entry.contribution.procedure_id),
            fact: Set(entry.contribution.fact.to_string()),
            quantity: Set(entry.contribution.quantity),
            recorded_at: Set(now),
            ..Default::default()
        });
        figure_entry::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
    }
    Ok(())
}

/// The number up to which cells were folded.
pub async fn folded(door: &impl Door) -> Result<i64, StoreError> {
    let row = house_state::Entity::find_by_id(FOLDED.to_owned()).one(door.conn()).await?;
    row.map_or(Ok(0), |r| {
        r.value.parse().map_err(|_| StoreError::Corrupt {
            table: "house_state",
            column: "value",
            row: FOLDED.into(),
        })
    })
}

/// The last number that is visible.
pub async fn last_sequence(door: &impl Door) -> Result<i64, StoreError> {
    let last: Option<i64> = figure_entry::Entity::find()
        .select_only()
        .column(figure_entry::Column::Seq)
        .order_by_desc(figure_entry::Column::Seq)
        .into_tuple()
        .one(door.conn())
        .await?;
    Ok(last.unwrap_or(0))
}

/// A row of the ledger that came after a number of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaterEntry {
    /// `dossier`, `task`, `petition`, `survey` or `payment`.
    pub subject_kind: String,
    /// The record.
    pub subject_id: Uuid,
    /// When it takes effect.
    pub effective_on: NaiveDate,
    /// The unit.
    pub unit_id: Uuid,
    /// The procedure; nil where there is none.
    pub procedure_id: Uuid,
    /// Canonical text of the fact.
    pub fact: String,
    /// How many, or how much in đồng.
    pub quantity: i64,
    /// When it was written.
    pub recorded_at: DateTime<Utc>,
}

/// The rows after one number up to another that take effect before a day, in their order.
pub async fn between(
    door: &impl Door,
    after: i64,
    until: i64,
    end: NaiveDate,
) -> Result<Vec<LaterEntry>, StoreError> {
    let rows = figure_entry::Entity::find()
        .filter(figure_entry::Column::Seq.gt(after))
        .filter(figure_entry::Column::Seq.lte(until))
        .filter(figure_entry::Column::EffectiveOn.lt(end))
        .order_by_asc(figure_entry::Column::Seq)
        .all(door.conn())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| LaterEntry {
            subject_kind: row.subject_kind,
            subject_id: row.subject_id,
            effective_on: row.effective_on,
            unit_id: row.unit_id,
            procedure_id: row.procedure_id,
            fact: row.fact,
            quantity: row.quantity,
            recorded_at: row.recorded_at,
        })
        .collect())
}

/// Makes a cut: a number S such that all rows ≤ S are committed and all later ones are greater.
pub async fn cut(store: &Store, now: DateTime<Utc>) -> Result<i64, StoreError> {
    let tx = store.begin_alone().await?;
    let seq = last_sequence(&tx).await?;
    let row = figure_cut::ActiveModel { seq: Set(seq), cut_at: Set(now) };
    figure_cut::Entity::insert(row)
        .on_conflict(OnConflict::column(figure_cut::Column::Seq).do_nothing().to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(seq)
}

/// Folds the rows up to a cut into cells. Returns how many rows were folded.
pub async fn fold(tx: &Tx, cut: i64) -> Result<u64, StoreError> {
    // Two folds at once would both add the same rows.
    hold_alone(tx, FOLD_LOCK).await?;
    let from = folded(tx).await?;
    if cut <= from {
        return Ok(0);
    }
    let rows = figure_entry::Entity::find()
        .filter(figure_entry::Column::Seq.gt(from))
        .filter(figure_entry::Column::Seq.lte(cut))
        .count(tx.conn())
        .await?;
    fold_grain(tx, "day", "effective_on", from, cut).await?;
    fold_grain(tx, "month", "effective_month", from, cut).await?;
    let state = house_state::ActiveModel { key: Set(FOLDED.to_owned()), value: Set(cut.to_string()) };
    house_state::Entity::insert(state)
        .on_conflict(
            OnConflict::column(house_state::Column::Key).update_column(house_state::Column::Value).to_owned(),
        )
        .exec_without_returning(tx.conn())
        .await?;
    Ok(rows)
}

/// One grain: sums by bucket are read, then added to their cells.
async fn fold_grain(
    tx: &Tx,
    grain: &str,
    bucket: &'static str,
    from: i64,
    cut: i64,
) -> Result<(), StoreError> {
    let entry = |column: &'static str| -> SimpleExpr { Expr::col(Alias::new(column)) };
    let procedure: SimpleExpr = if grain == "day" { Expr::value(Uuid::nil()) } else { entry("procedure_id") };
    let mut sums = Query::select();
    sums.expr_as(entry(bucket), Alias::new("bucket_on"))
        .expr_as(entry("unit_id"), Alias::new("unit_id"))
        .expr_as(entry("fact"), Alias::new("fact"))
        .expr_as(total(entry("quantity")), Alias::new("quantity"))
        .from(figure_entry::Entity)
        .and_where(entry("seq").gt(from))
        .and_where(entry("seq").lte(cut))
        .add_group_by([entry(bucket), entry("unit_id"), entry("fact")]);
    if grain == "month" {
        sums.expr_as(procedure, Alias::new("procedure_id")).add_group_by([entry("procedure_id")]);
    }
    let mut cells = Vec::new();
    for row in tx.conn().query_all(&sums).await? {
        cells.push(figure_cell::ActiveModel {
            grain: Set(grain.to_owned()),
            bucket_on: Set(row.try_get("", "bucket_on")?),
            unit_id: Set(row.try_get("", "unit_id")?),
            procedure_id: Set(if grain == "month" { row.try_get("", "procedure_id")? } else { Uuid::nil() }),
            fact: Set(row.try_get("", "fact")?),
            quantity: Set(row.try_get("", "quantity")?),
        });
    }
    let key: Vec<_> = figure_cell::PrimaryKey::iter().collect();
    debug_assert_eq!(key.len(), 5, "a cell's key is all but its quantity");
    for chunk in cells.chunks(CHUNK) {
        let added = Expr::col((figure_cell::Entity, figure_cell::Column::Quantity))
            .add(Expr::col((Alias::new("excluded"), figure_cell::Column::Quantity)));
        figure_cell::Entity::insert_many(chunk.to_vec())
            .on_conflict(
                OnConflict::columns([
                    figure_cell::Column::Grain,
                    figure_cell::Column::BucketOn,
                    figure_cell::Column::UnitId,
                    figure_cell::Column::ProcedureId,
                    figure_cell::Column::Fact,
                ])
                .value(figure_cell::Column::Quantity, added)
                .to_owned(),
            )
            .exec_without_returning(tx.conn())
            .await?;
    }
    Ok(())
}

/// SUM as bigint on both engines: PostgreSQL makes NUMERIC of it.
fn total(of: SimpleExpr) -> SimpleExpr {
    of.sum().cast_as(Alias::new("bigint"))
}
