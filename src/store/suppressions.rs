//! Addresses that keep failing, one row each: counted first, then kept from being written to. When that is, isn't known
//! here. Addresses are folded by the caller.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel,
    QueryFilter,
};
use uuid::Uuid;

use super::entity::mail_suppression;
use super::query::{ListQuery, Page, Published, page};
use super::records::published;
use super::{Door, StoreError, Tx};
use crate::domain::filter::FieldKind::{Instant, Text};

/// An address and what is held against it.
pub type SuppressionRow = mail_suppression::Model;

/// What lists of them may be filtered and ordered by.
pub const PUBLISHED: [Published; 3] = [
    published("address", Text, false, "address"),
    published("suppress_time", Instant, false, "suppressed_at"),
    published("create_time", Instant, true, "created_at"),
];

/// Those that were kept from being written to for a time that is over.
fn over(now: DateTime<Utc>) -> Condition {
    Condition::all()
        .add(mail_suppression::Column::SuppressedAt.is_not_null())
        .add(mail_suppression::Column::UntilAt.lte(now))
}

/// Counts one more failure of an address; the row as it stands then. What was held against it for a time that is over
/// doesn't count any more.
pub async fn count(tx: &Tx, first: SuppressionRow) -> Result<SuppressionRow, StoreError> {
    mail_suppression::Entity::delete_many()
        .filter(mail_suppression::Column::Address.eq(first.address.as_str()))
        .filter(over(first.failed_at))
        .exec(tx.conn())
        .await?;
    let grown = Expr::col((mail_suppression::Entity, mail_suppression::Column::Failures)).add(1);
    let row = mail_suppression::Entity::insert(first.into_active_model().reset_all())
        .on_conflict(
            OnConflict::column(mail_suppression::Column::Address)
                .update_columns([mail_suppression::Column::Reason, mail_suppression::Column::FailedAt])
                .value(mail_suppression::Column::Failures, grown)
                .to_owned(),
        )
        .exec_with_returning(tx.conn())
        .await?;
    Ok(row)
}

/// Puts an address here by hand, in place of what stood of it.
pub async fn put(tx: &Tx, row: SuppressionRow) -> Result<SuppressionRow, StoreError> {
    let row = mail_suppression::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(
            OnConflict::column(mail_suppression::Column::Address)
                .update_columns([
                    mail_suppression::Column::Reason,
                    mail_suppression::Column::EnteredBy,
                    mail_suppression::Column::SuppressedAt,
                    mail_suppression::Column::UntilAt,
                ])
                .to_owned(),
        )
        .exec_with_returning(tx.conn())
        .await?;
    Ok(row)
}

/// Keeps an address from being written to from now on. False: it is kept so already.
pub async fn suppress(tx: &Tx, id: Uuid, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let done = mail_suppression::Entity::update_many()
        .set(mail_suppression::ActiveModel { suppressed_at: Set(Some(now)), ..Default::default() })
        .filter(mail_suppression::Column::Id.eq(id))
        .filter(mail_suppression::Column::SuppressedAt.is_null())
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected == 1)
}

/// Those of these addresses that something is held against.
pub async fn of(door: &impl Door, addresses: &[String]) -> Result<Vec<SuppressionRow>, StoreError> {
    if addresses.is_empty() {
        return Ok(Vec::new());
    }
    Ok(mail_suppression::Entity::find()
        .filter(mail_suppression::Column::Address.is_in(addresses.iter().map(String::as_str)))
        .all(door.conn())
        .await?)
}

/// Those that aren't written to now.
pub async fn standing(door: &impl Door, now: DateTime<Utc>) -> Result<Vec<SuppressionRow>, StoreError> {
    let lasting = Condition::any()
        .add(mail_suppression::Column::UntilAt.is_null())
        .add(mail_suppression::Column::UntilAt.gt(now));
    Ok(mail_suppression::Entity::find()
        .filter(mail_suppression::Column::SuppressedAt.is_not_null())
        .filter(lasting)
        .all(door.conn())
        .await?)
}

/// By identity.
pub async fn find(door: &impl Door, id: Uuid) -> Result<Option<SuppressionRow>, StoreError> {
    Ok(mail_suppression::Entity::find_by_id(id).one(door.conn()).await?)
}

/// Forgets an address that was only counted, or whose time is over: a mail went through.
pub async fn forget_count(tx: &Tx, address: &str, now: DateTime<Utc>) -> Result<(), StoreError> {
    mail_suppression::Entity::delete_many()
        .filter(mail_suppression::Column::Address.eq(address))
        .filter(Condition::any().add(mail_suppression::Column::SuppressedAt.is_null()).add(over(now)))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Forgets an address. False: there is nothing to forget.
pub async fn lift(tx: &Tx, address: &str) -> Result<bool, StoreError> {
    let done = mail_suppression::Entity::delete_many()
        .filter(mail_suppression::Column::Address.eq(address))
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected == 1)
}

/// A page of them.
pub async fn list(door: &impl Door, query: &ListQuery) -> Result<Page<SuppressionRow>, StoreError> {
    page::<mail_suppression::Entity>(door, &PUBLISHED, "id", query, None).await
}
