//! Who did what.

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Creates these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "audit")
            .sequence()
            .instant("at")
            .text("caller")
            .uuid_null("official_id")
            .text("rpc")
            .text("subject")
            .text("detail")
            .text_null("prev_hash")
            .text_null("hash")
            .index(&["at"])
            .index(&["official_id", "at"])
            .index(&["subject", "at"])
            .create(manager)
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
