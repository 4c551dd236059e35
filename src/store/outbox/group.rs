//! What is said of several mails that are held, in one statement.

use std::collections::{BTreeMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryTrait};
use uuid::Uuid;

use super::super::entity::outbox;
use super::super::{Door, StoreError, Tx};
use super::{Lease, ended, leased_by};

/// Marks mails as taken by the mail server: those whose leases aren't lost, which it names.
pub async fn sent(tx: &Tx, leases: &[&Lease], now: DateTime<Utc>) -> Result<HashSet<Uuid>, StoreError> {
    let model = outbox::ActiveModel {
        sent_at: Set(Some(now)),
        last_error: Set(None),
        fault: Set(None),
        ..ended("sent")
    };
    let mut kept = HashSet::new();
    for (by, attempt, ids) in alike(leases) {
        let mut update = outbox::Entity::update_many()
            .set(model.clone())
            .filter(leased_by(by, attempt))
            .filter(outbox::Column::Id.is_in(ids))
            .into_query();
        // Nothing but the identities: the bytes aren't read once more.
        update.returning_col(outbox::Column::Id);
        for row in tx.conn().query_all(&update).await? {
            kept.insert(row.try_get::<Uuid>("", "id")?);
        }
    }
    Ok(kept)
}

/// Gives back mails that were leased and not tried.
pub async fn give_back(tx: &Tx, leases: &[&Lease]) -> Result<(), StoreError> {
    for (by, attempt, ids) in alike(leases) {
        outbox::Entity::update_many()
            .set(outbox::ActiveModel { attempt: Set(attempt - 1), ..ended("queued") })
            .filter(leased_by(by, attempt))
            .filter(outbox::Column::Id.is_in(ids))
            .exec(tx.conn())
            .await?;
    }
    Ok(())
}

/// Leases by worker and attempt: what is said of several in one statement.
fn alike<'l>(leases: &[&'l Lease]) -> impl Iterator<Item = (&'l str, i32, Vec<Uuid>)> {
    let mut alike: BTreeMap<(&str, i32), Vec<Uuid>> = BTreeMap::new();
    for lease in leases {
        alike.entry((lease.by.as_str(), lease.attempt)).or_default().push(lease.id);
    }
    alike.into_iter().map(|((by, attempt), ids)| (by, attempt, ids))
}
