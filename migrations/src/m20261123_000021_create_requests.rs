//! First answers, for replayed requests.

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Creates these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "request_replay")
            .text("caller")
            .text("rpc")
            .uuid("request_id")
            .text("request_hash")
            .bytes("answer")
            .instant("created_at")
            .primary_key(&["caller", "rpc", "request_id"])
            .index(&["created_at"])
            .create(manager)
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
