//! What is counted beside the ledger: present states, and the subjects behind a figure.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::{Expr, Query, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::super::entity::{dossier, figure_cell, figure_entry, task};
use super::super::{Door, StoreError};
use super::folded;
use crate::domain::period::Period;

/// A count by unit and procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CountRow {
    /// The unit.
    pub unit_id: Uuid,
    /// The procedure; nil for tasks.
    pub procedure_id: Uuid,
    /// How many.
    pub count: i64,
    /// Of those, with apology; 0 for tasks.
    pub apologised: i64,
}

/// Open dossiers past their deadline at `until` that the flagging job hasn't recorded yet.
pub async fn unflagged_dossiers(door: &impl Door, until: DateTime<Utc>) -> Result<Vec<CountRow>, StoreError> {
    let rows: Vec<(Uuid, Uuid, bool, i64)> = dossier::Entity::find()
        .select_only()
        .column(dossier::Column::UnitId)
        .column(dossier::Column::ProcedureId)
        .column(dossier::Column::Apologised)
        .column_as(dossier::Column::Id.count(), "count")
        .filter(dossier::Column::Open.eq(true))
        .filter(dossier::Column::OverdueFlagged.eq(false))
        .filter(dossier::Column::OverdueAt.lte(until))
        .group_by(dossier::Column::UnitId)
        .group_by(dossier::Column::ProcedureId)
        .group_by(dossier::Column::Apologised)
        .into_tuple()
        .all(door.conn())
        .await?;
    Ok(rows
        .into_iter()
        .map(|(unit_id, procedure_id, with, count)| CountRow {
            unit_id,
            procedure_id,
            count,
            apologised: if with { count } else { 0 },
        })
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
        .filter(task::Column::CommitmentId.is_null())
        .group_by(task::Column::LeadUnitId)
        .into_tuple()
        .all(door.conn())
        .await?;
    Ok(rows
        .into_iter()
        .map(|(unit_id, count)| CountRow { unit_id, procedure_id: Uuid::nil(), count, apologised: 0 })
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

/// Rows of a kind of subjects. Of others than dossiers, word for word as their index has it.
pub(in crate::store) fn of_kind(subject_kind: &str) -> SimpleExpr {
    let of_kind = figure_entry::Column::SubjectKind.eq(subject_kind);
    if subject_kind == "dossier" { of_kind } else { of_kind.and(Expr::cust("subject_kind <> 'dossier'")) }
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
        .and_where(of_kind(subject_kind))
        .and_where(figure_entry::Column::EffectiveOn.lt(end))
        .add_group_by([
            Expr::col(figure_entry::Column::SubjectId),
            Expr::col(figure_entry::Column::UnitId),
            Expr::col(figure_entry::Column::Fact),
            Expr::col(figure_entry::Column::EffectiveOn),
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

/// Closings by unit and day within a period: folded days, and what no cell holds yet.
pub async fn closings_by_day(
    door: &impl Door,
    period: &Period,
) -> Result<BTreeMap<(Uuid, NaiveDate), i64>, StoreError> {
    let cells: Vec<(Uuid, NaiveDate, i64)> = figure_cell::Entity::find()
        .select_only()
        .column(figure_cell::Column::UnitId)
        .column(figure_cell::Column::BucketOn)
        .column(figure_cell::Column::Quantity)
        .filter(figure_cell::Column::Grain.eq("day"))
        .filter(figure_cell::Column::Fact.starts_with("closed:"))
        .filter(figure_cell::Column::BucketOn.gte(period.first()))
        .filter(figure_cell::Column::BucketOn.lt(period.end()))
        .into_tuple()
        .all(door.conn())
        .await?;
    let tail: Vec<(Uuid, NaiveDate, i64)> = figure_entry::Entity::find()
        .select_only()
        .column(figure_entry::Column::UnitId)
        .column(figure_entry::Column::EffectiveOn)
        .column(figure_entry::Column::Quantity)
        .filter(figure_entry::Column::Seq.gt(folded(door).await?))
        .filter(figure_entry::Column::Fact.starts_with("closed:"))
        .filter(figure_entry::Column::EffectiveOn.gte(period.first()))
        .filter(figure_entry::Column::EffectiveOn.lt(period.end()))
        .into_tuple()
        .all(door.conn())
        .await?;
    let mut found = BTreeMap::new();
    for (unit_id, day, quantity) in cells.into_iter().chain(tail) {
        *found.entry((unit_id, day)).or_default() += quantity;
    }
    Ok(found)
}
