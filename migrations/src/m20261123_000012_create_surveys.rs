//! Satisfaction ratings.

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Creates these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "survey")
            .id()
            .text("code")
            .uuid("unit_id")
            .instant("rated_at")
            .words("rating", &["very_satisfied", "satisfied", "neutral", "dissatisfied", "very_dissatisfied"])
            .big_integer("version")
            .instant("created_at")
            .instant("updated_at")
            .reference("unit_id", "unit", "id")
            .unique(&["code"])
            .index(&["rated_at", "id"])
            .index(&["unit_id", "rated_at", "id"])
            .create(manager)
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
