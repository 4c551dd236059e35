//! What units are asked to give to reports.

use chrono::NaiveDate;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::entity::contribution;
use super::query::{Page, Published, page};
use super::records::{self, Asked, narrowed, published};
use super::{Door, StoreError, Tx};
use crate::domain::filter::FieldKind::{Day, Flag, Text};
use crate::domain::permission::Scope;

/// A contribution as it stands.
pub type ContributionRow = contribution::Model;

/// What lists of them may be filtered and ordered by. `unit` is given as a resource name and resolved to identities by the
/// service.
pub const PUBLISHED: [Published; 5] = [
    published("code", Text, true, "code"),
    published("unit", Text, false, "unit_id"),
    published("state", Text, false, "state"),
    published("due_on", Day, true, "due_on"),
    published("open", Flag, false, "open"),
];

/// Enters new ones. A taken code is a [`StoreError::Duplicate`].
pub async fn insert(tx: &Tx, rows: Vec<ContributionRow>) -> Result<(), StoreError> {
    records::insert::<contribution::ActiveModel>(tx, rows).await
}

/// Saves one that stood at `version`; [`StoreError::Conflict`] if it doesn't any more.
pub async fn update(tx: &Tx, row: ContributionRow, version: i64) -> Result<(), StoreError> {
    let (id, at) = ((contribution::Column::Id, row.id), (contribution::Column::Version, version));
    records::update::<contribution::ActiveModel>(tx, row, id, at).await
}

/// One by code, if the caller may know of it.
pub async fn find(
    door: &impl Door,
    code: &str,
    scope: &Scope,
) -> Result<Option<ContributionRow>, StoreError> {
    let mut select = contribution::Entity::find().filter(contribution::Column::Code.eq(code));
    if let Some(scope) = within(scope) {
        select = select.filter(scope);
    }
    Ok(select.one(door.conn()).await?)
}

/// Those of a report, by code.
pub async fn of_report(door: &impl Door, report_id: Uuid) -> Result<Vec<ContributionRow>, StoreError> {
    Ok(contribution::Entity::find()
        .filter(contribution::Column::ReportId.eq(report_id))
        .order_by_asc(contribution::Column::Code)
        .all(door.conn())
        .await?)
}

/// Those still awaited that are due by a day, the earliest first.
pub async fn awaited(door: &impl Door, by: NaiveDate) -> Result<Vec<ContributionRow>, StoreError> {
    Ok(contribution::Entity::find()
        .filter(contribution::Column::Open.eq(true))
        .filter(contribution::Column::DueOn.lte(by))
        .order_by_asc(contribution::Column::DueOn)
        .order_by_asc(contribution::Column::Id)
        .all(door.conn())
        .await?)
}

/// Nobody waits any more for what wasn't given to a report.
pub async fn close(tx: &Tx, report_id: Uuid) -> Result<(), StoreError> {
    contribution::Entity::update_many()
        .col_expr(contribution::Column::Open, Expr::value(false))
        .filter(contribution::Column::ReportId.eq(report_id))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// What wasn't given to a report is awaited again.
pub async fn reopen(tx: &Tx, report_id: Uuid) -> Result<(), StoreError> {
    contribution::Entity::update_many()
        .col_expr(contribution::Column::Open, Expr::value(true))
        .filter(contribution::Column::ReportId.eq(report_id))
        .filter(contribution::Column::State.ne("given"))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// What a scope lets see: those of its units.
fn within(scope: &Scope) -> Option<Condition> {
    Some(Condition::all().add(match scope {
        Scope::All => return None,
        Scope::Units(units) => contribution::Column::UnitId.is_in(units.iter().copied()),
        Scope::Own(_) => contribution::Column::Id.is_null(),
    }))
}

/// A page of them.
pub async fn list(
    door: &impl Door,
    asked: &Asked,
    scope: &Scope,
) -> Result<Page<ContributionRow>, StoreError> {
    let (query, narrow) = narrowed(asked, &PUBLISHED, within(scope));
    page::<contribution::Entity>(door, &PUBLISHED, "id", &query, Some(narrow)).await
}
