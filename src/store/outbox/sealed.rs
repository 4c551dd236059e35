//! The bytes of mails that were sealed, in a table of their own.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::super::entity::{outbox, sealed_mail};
use super::super::{Door, StoreError, Tx};
use super::{Lease, change};

/// Says that a mail is sealed, for this attempt and all later ones, and lengthens its lease; its bytes are kept with
/// [`keep_bytes`]. False: the lease is lost.
pub async fn seal(
    tx: &Tx,
    lease: &Lease,
    lease_until: DateTime<Utc>,
    message_id: String,
) -> Result<bool, StoreError> {
    let model = outbox::ActiveModel {
        is_sealed: Set(true),
        message_id: Set(Some(message_id)),
        leased_until: Set(Some(lease_until)),
        ..Default::default()
    };
    change(tx, lease, model).await
}

/// Keeps the bytes of mails that are sealed.
pub async fn keep_bytes(tx: &Tx, sealed: Vec<(Uuid, Vec<u8>)>) -> Result<(), StoreError> {
    if sealed.is_empty() {
        return Ok(());
    }
    let models = sealed
        .into_iter()
        .map(|(id, bytes)| sealed_mail::ActiveModel { outbox_id: Set(id), bytes: Set(bytes) });
    let anew = OnConflict::column(sealed_mail::Column::OutboxId)
        .update_column(sealed_mail::Column::Bytes)
        .to_owned();
    sealed_mail::Entity::insert_many(models).on_conflict(anew).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// The bytes of mails, of those that are sealed.
pub async fn sealed_bytes(door: &impl Door, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<u8>>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sealed_mail::Entity::find()
        .filter(sealed_mail::Column::OutboxId.is_in(ids.iter().copied()))
        .all(door.conn())
        .await?;
    Ok(rows.into_iter().map(|row| (row.outbox_id, row.bytes)).collect())
}

/// Forgets the bytes of a mail that no server can have.
pub(super) async fn forget(tx: &Tx, id: Uuid) -> Result<(), StoreError> {
    sealed_mail::Entity::delete_by_id(id).exec(tx.conn()).await?;
    Ok(())
}
