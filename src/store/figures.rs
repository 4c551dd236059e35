//! The figure ledger: rows that are only ever added, cells folded from them, and sums over both.

use std::collections::BTreeMap;

use chrono::{DateTime, Months, NaiveDate, Utc};
use sea_orm::sea_query::{Alias, Expr, OnConflict, Query, SelectStatement, SimpleExpr};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, Iterable, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::entity::{dossier, figure_cell, figure_cut, figure_entry, house_state, task};
use super::{Door, Store, StoreError, Tx};
use crate::domain::figure::Contribution;
use crate::domain::period::{Period, month_of};

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

/// A sum over the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SumRow {
    /// The unit.
    pub unit_id: Uuid,
    /// The procedure; nil where the sum is by unit only.
    pub procedure_id: Uuid,
    /// Canonical text of the fact.
    pub fact: String,
    /// Effective before the period.
    pub before: i64,
    /// Effective within it.
    pub within: i64,
}

/// How fine sums are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grain {
    /// By unit and fact.
    Unit,
    /// By unit, procedure and fact.
    Procedure,
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
    let entry = |column: &'static str| -> SimpleExpr { Expr::col(Alias::new(column)).into() };
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

/// Part of the time line that is read from one grain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Segment {
    months: bool,
    from: Option<NaiveDate>,
    to: NaiveDate,
    within: bool,
}

/// The segments of a period: whole months from month cells, at most two part-months by day.
fn segments(period: &Period) -> Vec<Segment> {
    let (a, e) = (period.first(), period.end());
    let (month_a, month_e) = (month_of(a), month_of(e));
    let next = if a == month_a { a } else { month_a + Months::new(1) };
    let mut found = vec![
        Segment { months: true, from: None, to: month_a, within: false },
        Segment { months: false, from: Some(month_a), to: a, within: false },
    ];
    if next <= month_e {
        found.push(Segment { months: false, from: Some(a), to: next, within: true });
        found.push(Segment { months: true, from: Some(next), to: month_e, within: true });
        found.push(Segment { months: false, from: Some(month_e), to: e, within: true });
    } else {
        found.push(Segment { months: false, from: Some(a), to: e, within: true });
    }
    found.retain(|s| s.from != Some(s.to));
    found
}

type SumKey = (Uuid, Uuid, String);

/// Sums before and within a period, as known at ledger number `as_of` (None: all that is visible).
pub async fn sums(
    door: &impl Door,
    period: &Period,
    grain: Grain,
    as_of: Option<i64>,
) -> Result<Vec<SumRow>, StoreError> {
    let folded = folded(door).await?;
    let mut sums: BTreeMap<SumKey, (i64, i64)> = BTreeMap::new();
    let mut add = |key: SumKey, within: bool, quantity: i64| {
        let sum = sums.entry(key).or_default();
        if within {
            sum.1 += quantity;
        } else {
            sum.0 += quantity;
        }
    };
    for segment in segments(period) {
        if grain == Grain::Procedure && !segment.months {
            // Day cells know no procedure: at most two part-months are read from the rows.
            for (key, quantity) in entry_sums(door, grain, &segment, None, as_of).await? {
                add(key, segment.within, quantity);
            }
            continue;
        }
        for (key, quantity) in cell_sums(door, grain, &segment).await? {
            add(key, segment.within, quantity);
        }
        let (sign, after, until) = match as_of {
            Some(seq) if seq < folded => (-1, seq, Some(folded)),
            other => (1, folded, other),
        };
        for (key, quantity) in entry_sums(door, grain, &segment, Some(after), until).await? {
            add(key, segment.within, sign * quantity);
        }
    }
    Ok(sums
        .into_iter()
        .map(|((unit_id, procedure_id, fact), (before, within))| SumRow {
            unit_id,
            procedure_id,
            fact,
            before,
            within,
        })
        .collect())
}

fn grouped(select: &mut SelectStatement, grain: Grain) {
    let column = |name: &'static str| -> SimpleExpr { Expr::col(Alias::new(name)).into() };
    select
        .expr_as(column("unit_id"), Alias::new("unit_id"))
        .expr_as(column("fact"), Alias::new("fact"))
        .expr_as(total(column("quantity")), Alias::new("quantity"))
        .add_group_by([column("unit_id"), column("fact")]);
    if grain == Grain::Procedure {
        select
            .expr_as(column("procedure_id"), Alias::new("procedure_id"))
            .add_group_by([column("procedure_id")]);
    }
}

async fn read_sums(
    door: &impl Door,
    select: &SelectStatement,
    grain: Grain,
) -> Result<Vec<(SumKey, i64)>, StoreError> {
    let mut found = Vec::new();
    for row in door.conn().query_all(select).await? {
        let procedure_id =
            if grain == Grain::Procedure { row.try_get("", "procedure_id")? } else { Uuid::nil() };
        found.push((
            (row.try_get("", "unit_id")?, procedure_id, row.try_get("", "fact")?),
            row.try_get("", "quantity")?,
        ));
    }
    Ok(found)
}

async fn cell_sums(
    door: &impl Door,
    grain: Grain,
    segment: &Segment,
) -> Result<Vec<(SumKey, i64)>, StoreError> {
    let mut select = Query::select();
    grouped(&mut select, grain);
    select
        .from(figure_cell::Entity)
        .and_where(figure_cell::Column::Grain.eq(if segment.months { "month" } else { "day" }))
        .and_where(figure_cell::Column::BucketOn.lt(segment.to));
    if let Some(from) = segment.from {
        select.and_where(figure_cell::Column::BucketOn.gte(from));
    }
    read_sums(door, &select, grain).await
}

async fn entry_sums(
    door: &impl Door,
    grain: Grain,
    segment: &Segment,
    after: Option<i64>,
    until: Option<i64>,
) -> Result<Vec<(SumKey, i64)>, StoreError> {
    let mut select = Query::select();
    grouped(&mut select, grain);
    select.from(figure_entry::Entity).and_where(figure_entry::Column::EffectiveOn.lt(segment.to));
    if let Some(from) = segment.from {
        select.and_where(figure_entry::Column::EffectiveOn.gte(from));
    }
    if let Some(after) = after {
        select.and_where(figure_entry::Column::Seq.gt(after));
    }
    if let Some(until) = until {
        select.and_where(figure_entry::Column::Seq.lte(until));
    }
    read_sums(door, &select, grain).await
}

/// A count by unit and procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountRow {
    /// The unit.
    pub unit_id: Uuid,
    /// The procedure; nil for tasks.
    pub procedure_id: Uuid,
    /// How many.
    pub count: i64,
}

/// Open dossiers past their deadline at `until` that the flagging job hasn't recorded yet.
pub async fn unflagged_dossiers(door: &impl Door, until: DateTime<Utc>) -> Result<Vec<CountRow>, StoreError> {
    let rows: Vec<(Uuid, Uuid, i64)> = dossier::Entity::find()
        .select_only()
        .column(dossier::Column::UnitId)
        .column(dossier::Column::ProcedureId)
        .column_as(dossier::Column::Id.count(), "count")
        .filter(dossier::Column::Open.eq(true))
        .filter(dossier::Column::OverdueFlagged.eq(false))
        .filter(dossier::Column::OverdueAt.lte(until))
        .group_by(dossier::Column::UnitId)
        .group_by(dossier::Column::ProcedureId)
        .into_tuple()
        .all(door.conn())
        .await?;
    Ok(rows
        .into_iter()
        .map(|(unit_id, procedure_id, count)| CountRow { unit_id, procedure_id, count })
        .collect())
}

/// Open tasks likewise.
pub async fn unflagged_tasks(door: &impl Door, until: DateTime<Utc>) -> Result<Vec<CountRow>, StoreError> {
    let rows: Vec<(Uuid, i64)> = task::Entity::find()
        .select_only()
        .column(task::Column::LeadUnitId)
        .column_as(task::Column::Id.count(), "count")
        .filter(task::Column::Open.eq(true))
        .filter(task::Column::OverdueFlagged.eq(false))
        .filter(task::Column::OverdueAt.lte(until))
        .group_by(task::Column::LeadUnitId)
        .into_tuple()
        .all(door.conn())
        .await?;
    Ok(rows
        .into_iter()
        .map(|(unit_id, count)| CountRow { unit_id, procedure_id: Uuid::nil(), count })
        .collect())
}

/// Units and procedures with a dossier of whatever time.
pub async fn with_dossiers(door: &impl Door) -> Result<Vec<(Uuid, Uuid)>, StoreError> {
    let mut pairs: Vec<(Uuid, Uuid)> = figure_cell::Entity::find()
        .select_only()
        .column(figure_cell::Column::UnitId)
        .column(figure_cell::Column::ProcedureId)
        .distinct()
        .filter(figure_cell::Column::Grain.eq("month"))
        .filter(figure_cell::Column::Fact.starts_with("received:"))
        .filter(figure_cell::Column::Quantity.ne(0))
        .into_tuple()
        .all(door.conn())
        .await?;
    let tail: Vec<(Uuid, Uuid)> = figure_entry::Entity::find()
        .select_only()
        .column(figure_entry::Column::UnitId)
        .column(figure_entry::Column::ProcedureId)
        .distinct()
        .filter(figure_entry::Column::Seq.gt(folded(door).await?))
        .filter(figure_entry::Column::Fact.starts_with("received:"))
        .into_tuple()
        .all(door.conn())
        .await?;
    pairs.extend(tail);
    pairs.sort_unstable();
    pairs.dedup();
    Ok(pairs)
}

/// Net rows of single subjects of a kind, effective before `end`: for measures that look at two
/// days of one subject, such as petitions received in a period and answered before its end.
pub async fn subject_rows(
    door: &impl Door,
    subject_kind: &str,
    end: NaiveDate,
    as_of: Option<i64>,
) -> Result<Vec<(Uuid, Uuid, String, NaiveDate)>, StoreError> {
    let quantity = figure_entry::Column::Quantity;
    let mut select = Query::select();
    select
        .column(figure_entry::Column::SubjectId)
        .column(figure_entry::Column::UnitId)
        .column(figure_entry::Column::Fact)
        .column(figure_entry::Column::EffectiveOn)
        .from(figure_entry::Entity)
        .and_where(figure_entry::Column::SubjectKind.eq(subject_kind))
        .and_where(figure_entry::Column::EffectiveOn.lt(end))
        .add_group_by([
            Expr::col(figure_entry::Column::SubjectId).into(),
            Expr::col(figure_entry::Column::UnitId).into(),
            Expr::col(figure_entry::Column::Fact).into(),
            Expr::col(figure_entry::Column::EffectiveOn).into(),
        ])
        .and_having(quantity.sum().gt(0));
    if let Some(as_of) = as_of {
        select.and_where(figure_entry::Column::Seq.lte(as_of));
    }
    let mut found = Vec::new();
    for row in door.conn().query_all(&select).await? {
        found.push((
            row.try_get("", "subject_id")?,
            row.try_get("", "unit_id")?,
            row.try_get("", "fact")?,
            row.try_get("", "effective_on")?,
        ));
    }
    Ok(found)
}

/// Sums of a kind's rows by day, unit, procedure and fact: what the checker compares.
pub async fn by_day(
    door: &impl Door,
    subject_kind: &str,
) -> Result<BTreeMap<(NaiveDate, Uuid, Uuid, String), i64>, StoreError> {
    let mut select = Query::select();
    grouped(&mut select, Grain::Procedure);
    select
        .column(figure_entry::Column::EffectiveOn)
        .from(figure_entry::Entity)
        .and_where(figure_entry::Column::SubjectKind.eq(subject_kind))
        .add_group_by([Expr::col(figure_entry::Column::EffectiveOn).into()]);
    let mut found = BTreeMap::new();
    for row in door.conn().query_all(&select).await? {
        let key = (
            row.try_get("", "effective_on")?,
            row.try_get("", "unit_id")?,
            row.try_get("", "procedure_id")?,
            row.try_get("", "fact")?,
        );
        found.insert(key, row.try_get("", "quantity")?);
    }
    Ok(found)
}

/// Cells that don't equal the rows folded into them: (bucket, unit, procedure, fact, cell, rows).
pub async fn cells_against_entries(
    door: &impl Door,
) -> Result<Vec<(NaiveDate, Uuid, Uuid, String, i64, i64)>, StoreError> {
    let until = folded(door).await?;
    let mut differing = Vec::new();
    for (grain, bucket) in [("day", "effective_on"), ("month", "effective_month")] {
        let mut sums: BTreeMap<(NaiveDate, Uuid, Uuid, String), (i64, i64)> = BTreeMap::new();
        let cells =
            figure_cell::Entity::find().filter(figure_cell::Column::Grain.eq(grain)).all(door.conn()).await?;
        for cell in cells {
            sums.entry((cell.bucket_on, cell.unit_id, cell.procedure_id, cell.fact)).or_default().0 +=
                cell.quantity;
        }
        let mut select = Query::select();
        grouped(&mut select, Grain::Procedure);
        let bucket_expr = || -> SimpleExpr { Expr::col(Alias::new(bucket)).into() };
        select
            .expr_as(bucket_expr(), Alias::new("bucket_on"))
            .from(figure_entry::Entity)
            .and_where(figure_entry::Column::Seq.lte(until))
            .add_group_by([bucket_expr()]);
        for row in door.conn().query_all(&select).await? {
            let procedure: Uuid = if grain == "day" { Uuid::nil() } else { row.try_get("", "procedure_id")? };
            let key = (
                row.try_get("", "bucket_on")?,
                row.try_get("", "unit_id")?,
                procedure,
                row.try_get("", "fact")?,
            );
            let quantity: i64 = row.try_get("", "quantity")?;
            sums.entry(key).or_default().1 += quantity;
        }
        differing.extend(
            sums.into_iter()
                .filter(|(_, (cell, rows))| cell != rows)
                .map(|((on, unit, procedure, fact), (cell, rows))| (on, unit, procedure, fact, cell, rows)),
        );
    }
    Ok(differing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_cover_each_day_once() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
        for (a, z) in [
            ("2023-12-15", "2024-05-15"),
            ("2024-01-01", "2024-01-31"),
            ("2024-01-05", "2024-01-09"),
            ("2024-01-05", "2024-01-31"),
            ("2024-01-01", "2024-02-01"),
            ("2024-01-31", "2024-02-01"),
        ] {
            let period = Period::new(day(a), day(z)).expect("a period");
            let found = segments(&period);
            let mut covered = found[0].to;
            assert_eq!(found[0].from, None);
            for segment in &found[1..] {
                assert_eq!(segment.from, Some(covered), "{a}..{z}: {found:?}");
                assert_eq!(segment.within, covered >= period.first());
                assert!(
                    !segment.months || (covered == month_of(covered) && segment.to == month_of(segment.to))
                );
                covered = segment.to;
            }
            assert_eq!(covered, period.end());
        }
    }
}
