//! Reminders of something wait until an instant, because somebody said so and why.

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Creates this table.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "reminder_snooze")
            .id()
            .words("subject_kind", &["dossier", "task", "petition"])
            .uuid("subject_id")
            .text("subject_code")
            .uuid_null("unit_id")
            .words("level", &["responsible", "head", "coordinator"])
            .text("reason")
            .text("made_by")
            .uuid_null("official_id")
            .instant("created_at")
            .instant("until_at")
            .instant_null("ended_at")
            .reference("unit_id", "unit", "id")
            .reference("official_id", "official", "id")
            .unique_where_unset("ended_at", &["subject_id"])
            .index(&["until_at", "id"])
            .index(&["created_at", "id"])
            .create(manager)
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
