//! Mails that are held: by what keeps everybody's back, or by what is held against their address.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, Func};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter,
};

use super::super::entity::outbox;
use super::super::{Door, StoreError, Tx};
use crate::domain::mail::Fault;

/// Lets all mails that wait, wait until then: what keeps one back keeps them all back. Those that are refused to their
/// recipient alone have a wait of their own.
pub async fn hold_all(tx: &Tx, not_before: DateTime<Utc>, why: &str) -> Result<u64, StoreError> {
    let model = outbox::ActiveModel {
        not_before: Set(not_before),
        fault: Set(Some(Fault::Configuration.as_str().to_owned())),
        last_error: Set(Some(why.to_owned())),
        ..Default::default()
    };
    let done = outbox::Entity::update_many()
        .set(model)
        .filter(outbox::Column::State.eq("queued"))
        .filter(outbox::Column::NotBefore.lt(not_before))
        .filter(
            Condition::any()
                .add(outbox::Column::Fault.is_null())
                .add(outbox::Column::Fault.ne(Fault::Recipient.as_str())),
        )
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected)
}

/// Lets those that wait for a mend be tried at once.
pub async fn wake(tx: &Tx, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let done = outbox::Entity::update_many()
        .set(outbox::ActiveModel { not_before: Set(now), ..Default::default() })
        .filter(outbox::Column::Fault.eq(Fault::Configuration.as_str()))
        .filter(outbox::Column::State.eq("queued"))
        .filter(outbox::Column::NotBefore.gt(now))
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected)
}

/// Lets those be tried at once that wait because of their address, given folded.
pub async fn wake_to(tx: &Tx, address: &str, now: DateTime<Utc>) -> Result<u64, StoreError> {
    let done = outbox::Entity::update_many()
        .set(outbox::ActiveModel { not_before: Set(now), ..Default::default() })
        .filter(outbox::Column::Fault.eq(Fault::Recipient.as_str()))
        .filter(outbox::Column::State.eq("queued"))
        .filter(outbox::Column::NotBefore.gt(now))
        .filter(Expr::expr(Func::lower(Expr::col(outbox::Column::ToAddress))).eq(address))
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected)
}

/// How many mails wait for a mend of the way out.
pub async fn misconfigured(door: &impl Door) -> Result<u64, StoreError> {
    Ok(outbox::Entity::find()
        .filter(outbox::Column::Fault.eq(Fault::Configuration.as_str()))
        .filter(outbox::Column::State.is_in(["queued", "leased"]))
        .count(door.conn())
        .await?)
}
