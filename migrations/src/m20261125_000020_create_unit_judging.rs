//! Whose date judges, by unit and day of receipt.

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Creates these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "unit_judging")
            .id()
            .uuid("unit_id")
            .day("effective_on")
            .words("judge_by", &["statutory", "appointment"])
            .instant("created_at")
            .instant("updated_at")
            .reference("unit_id", "unit", "id")
            .unique(&["unit_id", "effective_on"])
            .create(manager)
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
