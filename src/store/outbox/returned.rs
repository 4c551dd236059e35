//! Mails that a server took and that came back, and those that stayed away.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};

use super::super::entity::outbox;
use super::super::{Door, StoreError, Tx};
use super::{Failure, MailRow, sealed};

/// The mail of a Message-ID, `<local@domain>`, which nobody else changes meanwhile.
pub async fn hold_message(tx: &Tx, message_id: &str) -> Result<Option<MailRow>, StoreError> {
    Ok(outbox::Entity::find()
        .filter(outbox::Column::MessageId.eq(message_id))
        .lock_exclusive()
        .one(tx.conn())
        .await?)
}

/// Gives up a mail that came back, which is held and not under way: a dead letter, to be tried again by hand.
pub async fn bury_returned(tx: &Tx, held: &MailRow, failure: Failure) -> Result<(), StoreError> {
    let unseal = failure.unseal;
    outbox::Entity::update_many()
        .set(failure.model("dead"))
        .filter(outbox::Column::Id.eq(held.id))
        .exec(tx.conn())
        .await?;
    if unseal {
        sealed::forget(tx, held.id).await?;
    }
    Ok(())
}

/// Whether a mail to an address left after an instant, not later than another, and hasn't come back.
pub async fn stayed_away(
    door: &impl Door,
    address: &str,
    after: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let found = outbox::Entity::find()
        .filter(outbox::Column::ToAddress.eq(address))
        .filter(outbox::Column::State.eq("sent"))
        .filter(outbox::Column::SentAt.gt(after))
        .filter(outbox::Column::SentAt.lte(until))
        .limit(1)
        .count(door.conn())
        .await?;
    Ok(found > 0)
}
