//! Schedules and their slots.

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Creates these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "job")
            .text("name")
            .text("cron")
            .text("time_zone")
            .flag("working_days_only")
            .words("misfire", &["latest", "all", "skip"])
            .big_integer("grace_seconds")
            .flag("paused")
            .text_null("paused_note")
            .instant("created_at")
            .primary_key(&["name"])
            .create(manager)
            .await?;
        Sheet::new(manager, "slot")
            .text("job")
            .instant("slot_at")
            .words("state", &["claimed", "done", "failed", "skipped"])
            .big_integer("fence")
            .text_null("leased_by")
            .instant_null("leased_until")
            .integer("attempt")
            .instant_null("started_at")
            .instant_null("finished_at")
            .text_null("note")
            .primary_key(&["job", "slot_at"])
            .reference("job", "job", "name")
            .index(&["state", "leased_until"])
            .index(&["slot_at"])
            .create(manager)
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
