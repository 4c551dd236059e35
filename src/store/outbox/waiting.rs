//! Digests that wait for their server: what comes up meanwhile joins them, so that nobody gets one for each day.

use std::collections::HashMap;

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::store::entity::outbox;
use crate::store::{Door, StoreError, Tx};

/// The digests that no server can have received yet, by official and address: of several the first.
pub async fn open_digests(door: &impl Door) -> Result<HashMap<(Uuid, String), Uuid>, StoreError> {
    let rows = outbox::Entity::find()
        .select_only()
        .column(outbox::Column::RecipientOfficialId)
        .column(outbox::Column::ToAddress)
        .column(outbox::Column::Id)
        .filter(outbox::Column::State.eq("queued"))
        .filter(outbox::Column::Kind.eq("reminder_digest"))
        .filter(outbox::Column::Sealed.is_null())
        .order_by_asc(outbox::Column::Id)
        .into_tuple::<(Option<Uuid>, String, Uuid)>()
        .all(door.conn())
        .await?;
    let mut open = HashMap::new();
    for (official, address, id) in rows {
        if let Some(official) = official {
            open.entry((official, address)).or_insert(id);
        }
    }
    Ok(open)
}

/// Keeps a digest from being sealed until the transaction ends. False: it is under way, or gone.
pub async fn join(tx: &Tx, id: Uuid) -> Result<bool, StoreError> {
    let done = outbox::Entity::update_many()
        .set(outbox::ActiveModel { state: Set("queued".to_owned()), ..Default::default() })
        .filter(outbox::Column::Id.eq(id))
        .filter(outbox::Column::State.eq("queued"))
        .filter(outbox::Column::Sealed.is_null())
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected == 1)
}
