//! Targets.

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Creates these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "target")
            .id()
            .text("code")
            .text("name")
            .uuid_null("unit_id")
            .text("indicator")
            .words("comparison", &["at_least", "at_most"])
            .big_integer("value_hundredths")
            .day("from_on")
            .day("to_on")
            .text("basis")
            .big_integer("version")
            .instant("created_at")
            .instant("updated_at")
            .reference("unit_id", "unit", "id")
            .unique(&["code"])
            .index(&["from_on", "id"])
            .create(manager)
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
