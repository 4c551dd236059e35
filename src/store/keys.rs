//! Keys of callers. Secrets never come here, only their hashes.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, Condition, EntityTrait, IntoActiveModel, QueryFilter};
use uuid::Uuid;

use super::entity::api_key;
use super::query::{ListQuery, Page, Published, page};
use super::{Door, StoreError, Tx};
use crate::domain::filter::{Field, FieldKind, Value};

/// A stored key.
pub type KeyRow = api_key::Model;

/// What lists of keys may be filtered and ordered by. `revoked` has no column: see [`list`].
pub const PUBLISHED: [Published; 4] = [
    Published {
        field: Field { name: "official", kind: FieldKind::Text, sortable: false },
        column: "official_id",
    },
    Published { field: Field { name: "unit", kind: FieldKind::Text, sortable: false }, column: "unit_id" },
    Published {
        field: Field { name: "revoked", kind: FieldKind::Flag, sortable: false },
        column: "revoked_at",
    },
    Published {
        field: Field { name: "create_time", kind: FieldKind::Instant, sortable: true },
        column: "created_at",
    },
];

/// Stores a new key.
pub async fn insert(tx: &Tx, row: KeyRow) -> Result<(), StoreError> {
    row.into_active_model().reset_all().insert(tx.conn()).await?;
    Ok(())
}

/// The key of a hash, revoked or not.
pub async fn by_hash(door: &impl Door, hash: &str) -> Result<Option<KeyRow>, StoreError> {
    Ok(api_key::Entity::find().filter(api_key::Column::Hash.eq(hash)).one(door.conn()).await?)
}

/// A key.
pub async fn find(door: &impl Door, id: Uuid) -> Result<Option<KeyRow>, StoreError> {
    Ok(api_key::Entity::find_by_id(id).one(door.conn()).await?)
}

/// Revokes a key that isn't revoked yet.
pub async fn revoke(tx: &Tx, id: Uuid, at: DateTime<Utc>) -> Result<(), StoreError> {
    api_key::Entity::update_many()
        .col_expr(api_key::Column::RevokedAt, Expr::value(at))
        .filter(api_key::Column::Id.eq(id))
        .filter(api_key::Column::RevokedAt.is_null())
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Revokes all keys of a label.
pub async fn revoke_labelled(tx: &Tx, label: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
    api_key::Entity::update_many()
        .col_expr(api_key::Column::RevokedAt, Expr::value(at))
        .filter(api_key::Column::Label.eq(label))
        .filter(api_key::Column::RevokedAt.is_null())
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// A page of keys. `revoked` compares with whether there is a day of revocation.
pub async fn list(door: &impl Door, query: &ListQuery) -> Result<Page<KeyRow>, StoreError> {
    let (flags, conditions) = query.conditions.iter().cloned().partition(|c| c.field == "revoked");
    let mut within = Condition::all();
    for condition in Vec::from_iter(flags as Vec<crate::domain::filter::Condition>) {
        let revoked =
            (condition.value == Value::Flag(true)) == (condition.op == crate::domain::filter::Op::Eq);
        let column = api_key::Column::RevokedAt;
        within = within.add(if revoked { column.is_not_null() } else { column.is_null() });
    }
    let query = ListQuery { conditions, ..query.clone() };
    page::<api_key::Entity>(door, &PUBLISHED, "id", &query, Some(within)).await
}
