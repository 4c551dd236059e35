//! Issued documents.

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Creates these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "document")
            .id()
            .text("number")
            .text("kind")
            .day("issued_on")
            .text("issuer")
            .text("subject")
            .big_integer("version")
            .instant("created_at")
            .instant("updated_at")
            .unique(&["number", "issuer", "issued_on"])
            .index(&["issued_on", "id"])
            .create(manager)
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
