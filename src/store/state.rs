//! Values that the house remembers under a name.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, EntityTrait};

use super::entity::house_state;
use super::{Door, StoreError, Tx};

/// A remembered value.
pub async fn find(door: &impl Door, key: &str) -> Result<Option<String>, StoreError> {
    Ok(house_state::Entity::find_by_id(key.to_owned()).one(door.conn()).await?.map(|row| row.value))
}

/// Remembers a value unless there is one; the one that stands then.
pub async fn keep(tx: &Tx, key: &str, value: &str) -> Result<String, StoreError> {
    let row = house_state::ActiveModel { key: Set(key.to_owned()), value: Set(value.to_owned()) };
    // Sets the column to itself where a replica was faster: an insert that does nothing returns no row.
    house_state::Entity::insert(row)
        .on_conflict(
            OnConflict::column(house_state::Column::Key).update_column(house_state::Column::Key).to_owned(),
        )
        .exec_without_returning(tx.conn())
        .await?;
    find(tx, key).await?.ok_or(StoreError::NotFound { table: "house_state", key: key.to_owned() })
}
