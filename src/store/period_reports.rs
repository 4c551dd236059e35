//! Periods that were closed and summarised: one row a period and kind, whatever runs again.

use chrono::NaiveDate;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::entity::period_report;
use super::{Door, StoreError, Tx};

/// A closed period.
pub type PeriodReportRow = period_report::Model;

/// The report of a period, if it was made.
pub async fn find(
    door: &impl Door,
    kind: &str,
    from_on: NaiveDate,
    to_on: NaiveDate,
) -> Result<Option<PeriodReportRow>, StoreError> {
    Ok(period_report::Entity::find()
        .filter(period_report::Column::Kind.eq(kind))
        .filter(period_report::Column::FromOn.eq(from_on))
        .filter(period_report::Column::ToOn.eq(to_on))
        .one(door.conn())
        .await?)
}

/// Enters a report. False: the period was closed before.
pub async fn insert(tx: &Tx, row: PeriodReportRow) -> Result<bool, StoreError> {
    let key = [period_report::Column::Kind, period_report::Column::FromOn, period_report::Column::ToOn];
    let done = period_report::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(OnConflict::columns(key).do_nothing().to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(done == 1)
}
