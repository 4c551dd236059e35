//! The history of mails: each attempt that a server was asked to take one, and each report of what became of it later.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{OnConflict, Query};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::entity::{mail_attempt, outbox};
use super::{Door, StoreError, Tx};
use crate::domain::mail::Outcome;

/// An attempt, or a report.
pub type AttemptRow = mail_attempt::Model;

/// Rows of a statement.
const CHUNK: usize = 100;

/// Enters attempts.
pub async fn enter_all(tx: &Tx, rows: Vec<AttemptRow>) -> Result<(), StoreError> {
    for chunk in rows.chunks(CHUNK) {
        let models = chunk.iter().cloned().map(|row| row.into_active_model().reset_all());
        mail_attempt::Entity::insert_many(models).exec_without_returning(tx.conn()).await?;
    }
    Ok(())
}

/// Enters one. False: this report was entered before.
pub async fn enter(tx: &Tx, row: AttemptRow) -> Result<bool, StoreError> {
    let once = OnConflict::columns([mail_attempt::Column::OutboxId, mail_attempt::Column::Report])
        .do_nothing()
        .to_owned();
    let done = mail_attempt::Entity::insert(row.into_active_model().reset_all())
        .on_conflict(once)
        .exec_without_returning(tx.conn())
        .await?;
    Ok(done == 1)
}

/// The latest of a mail, at most `most`, the earliest of them first.
pub async fn of_mail(door: &impl Door, outbox_id: Uuid, most: u64) -> Result<Vec<AttemptRow>, StoreError> {
    let mut rows = mail_attempt::Entity::find()
        .filter(mail_attempt::Column::OutboxId.eq(outbox_id))
        .order_by_desc(mail_attempt::Column::TriedAt)
        .order_by_desc(mail_attempt::Column::Id)
        .limit(most)
        .all(door.conn())
        .await?;
    rows.reverse();
    Ok(rows)
}

/// When a mail to an address came back last.
pub async fn last_return(door: &impl Door, address: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
    let to_it = Query::select()
        .column(outbox::Column::Id)
        .from(outbox::Entity)
        .and_where(outbox::Column::ToAddress.eq(address))
        .take();
    Ok(mail_attempt::Entity::find()
        .select_only()
        .column(mail_attempt::Column::TriedAt)
        .filter(mail_attempt::Column::OutboxId.in_subquery(to_it))
        .filter(mail_attempt::Column::Outcome.eq(Outcome::Returned.as_str()))
        .order_by_desc(mail_attempt::Column::TriedAt)
        .into_tuple()
        .one(door.conn())
        .await?)
}
