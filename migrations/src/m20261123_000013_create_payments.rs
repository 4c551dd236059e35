//! Payments.

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Creates these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "payment")
            .id()
            .text("code")
            .uuid("unit_id")
            .instant("paid_at")
            .text("kind")
            .big_integer("amount_vnd")
            .flag("online")
            .text_null("dossier_code")
            .big_integer("version")
            .instant("created_at")
            .instant("updated_at")
            .reference("unit_id", "unit", "id")
            .unique(&["code"])
            .index(&["paid_at", "id"])
            .index(&["unit_id", "paid_at", "id"])
            .create(manager)
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
