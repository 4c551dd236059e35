//! Mails that wait: what comes up while a digest waits for its server joins it, so that nobody gets one for each day.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::domain::mail::Fault;
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
        .filter(outbox::Column::IsSealed.eq(false))
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

/// Keeps a digest from being sealed until the transaction ends, and has it tried soon, as a new one would be: unless
/// whatever keeps it is the recipient's own, or keeps everybody's. False: it is under way, or gone.
pub async fn join(tx: &Tx, id: Uuid, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let waiting = || {
        Condition::all()
            .add(outbox::Column::Id.eq(id))
            .add(outbox::Column::State.eq("queued"))
            .add(outbox::Column::IsSealed.eq(false))
    };
    let done = outbox::Entity::update_many()
        .set(outbox::ActiveModel { state: Set("queued".to_owned()), ..Default::default() })
        .filter(waiting())
        .exec(tx.conn())
        .await?;
    outbox::Entity::update_many()
        .set(outbox::ActiveModel { not_before: Set(now), ..Default::default() })
        .filter(waiting())
        .filter(outbox::Column::NotBefore.gt(now))
        .filter(
            Condition::any()
                .add(outbox::Column::Fault.is_null())
                .add(outbox::Column::Fault.eq(Fault::Temporary.as_str())),
        )
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected == 1)
}

/// Mails that nobody has tried to send, and nothing is known to keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Untried<'a> {
    /// Only those of a kind.
    Only(&'a str),
    /// All mails but those of a kind.
    But(&'a str),
}

/// When the oldest mail was written that still waits or is under way.
pub async fn oldest(
    door: &impl Door,
    untried: Option<Untried<'_>>,
) -> Result<Option<DateTime<Utc>>, StoreError> {
    let of = |kind: &str| {
        Condition::all()
            .add(outbox::Column::State.eq("queued"))
            .add(outbox::Column::Kind.eq(kind))
            .add(outbox::Column::Attempt.eq(0))
            .add(outbox::Column::Fault.is_null())
    };
    let which = match untried {
        None => Condition::all(),
        Some(Untried::Only(kind)) => of(kind),
        Some(Untried::But(kind)) => of(kind).not(),
    };
    Ok(outbox::Entity::find()
        .select_only()
        .column(outbox::Column::CreatedAt)
        .filter(outbox::Column::State.is_in(["queued", "leased"]))
        .filter(which)
        .order_by_asc(outbox::Column::CreatedAt)
        .into_tuple()
        .one(door.conn())
        .await?)
}
