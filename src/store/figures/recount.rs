//! The ledger against itself: day by day, and cells against rows.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use sea_orm::sea_query::{Alias, Expr, Query, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::super::entity::{figure_cell, figure_entry};
use super::super::{Door, StoreError};
use super::folded;
use super::sums::{Grain, grouped};

/// Sums of the rows by day, unit, procedure and fact: what the checker compares. `subject_kind`: only its rows.
pub async fn by_day(
    door: &impl Door,
    subject_kind: Option<&str>,
) -> Result<BTreeMap<(NaiveDate, Uuid, Uuid, String), i64>, StoreError> {
    let mut select = Query::select();
    grouped(&mut select, Grain::Procedure);
    select
        .column(figure_entry::Column::EffectiveOn)
        .from(figure_entry::Entity)
        .add_group_by([Expr::col(figure_entry::Column::EffectiveOn)]);
    if let Some(kind) = subject_kind {
        select.and_where(figure_entry::Column::SubjectKind.eq(kind));
    }
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
        let bucket_expr = || -> SimpleExpr { Expr::col(Alias::new(bucket)) };
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
