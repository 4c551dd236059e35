//! Keys of callers.

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Creates these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "api_key")
            .id()
            .text("label")
            .text("hash")
            .uuid_null("official_id")
            .text("roles")
            .uuid_null("unit_id")
            .instant("created_at")
            .instant_null("revoked_at")
            .reference("official_id", "official", "id")
            .reference("unit_id", "unit", "id")
            .unique(&["hash"])
            .create(manager)
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
