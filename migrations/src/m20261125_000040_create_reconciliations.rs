//! Reconciliations of a period's figures with the table of other software.

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Creates these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "reconciliation")
            .id()
            .text("source")
            .day("from_on")
            .day("to_on")
            .text("file_name")
            .text("sha256")
            .big_integer("sequence")
            .big_integer("cells")
            .big_integer("differing")
            .big_integer("unmatched")
            .text("ours")
            .text("caller_label")
            .instant("created_at")
            .index(&["from_on", "to_on", "created_at"])
            .create(manager)
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
