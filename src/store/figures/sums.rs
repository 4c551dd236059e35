//! Sums of a period: folded cells, and the ledger rows that no cell holds yet.

use std::collections::BTreeMap;

use chrono::{Months, NaiveDate};
use sea_orm::sea_query::{Alias, Expr, Query, SelectStatement, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait};
use uuid::Uuid;

use super::super::entity::{figure_cell, figure_entry};
use super::super::{Door, StoreError};
use super::{folded, total};
use crate::domain::period::{Period, month_of};

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

/// Part of the time line that is read from one grain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Segment {
    months: bool,
    from: Option<NaiveDate>,
    to: NaiveDate,
    within: bool,
}

/// The segments of a period: whole months from month cells, at most two part-months by day.
fn segments(period: Period) -> Vec<Segment> {
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
    summed(door, segments(*period), grain, as_of).await
}

/// Sums within a period alone: what came before isn't read, however long it goes back.
pub async fn sums_within(
    door: &impl Door,
    period: &Period,
    grain: Grain,
    as_of: Option<i64>,
) -> Result<Vec<SumRow>, StoreError> {
    let mut within = segments(*period);
    within.retain(|segment| segment.within);
    summed(door, within, grain, as_of).await
}

async fn summed(
    door: &impl Door,
    segments: Vec<Segment>,
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
    for segment in segments {
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

pub(super) fn grouped(select: &mut SelectStatement, grain: Grain) {
    let column = |name: &'static str| -> SimpleExpr { Expr::col(Alias::new(name)) };
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
            let found = segments(period);
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
