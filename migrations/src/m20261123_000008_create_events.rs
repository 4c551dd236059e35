//! The events of all subjects.

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Creates these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "event")
            .sequence()
            .text("subject_kind")
            .uuid("subject_id")
            .integer("number")
            .text("kind")
            .instant("occurred_at")
            .instant("recorded_at")
            .uuid_null("actor_id")
            .text("actor_label")
            .words("source", &["own", "import", "house"])
            .text("reason")
            .text("payload")
            .reference("actor_id", "official", "id")
            .unique(&["subject_id", "number"])
            .create(manager)
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
