//! Working calendars by version, and their dated overrides.

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Creates these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "calendar")
            .id()
            .uuid_null("unit_id")
            .integer("version")
            .text("time_zone")
            .text("working_weekdays")
            .text("office_hours")
            .text("same_day_cutoff")
            .integer_null("first_year")
            .integer_null("last_year")
            .instant_null("in_force_from")
            .words("state", &["draft", "in_force"])
            .instant("created_at")
            .text("content_hash")
            .reference("unit_id", "unit", "id")
            .unique(&["unit_id", "version"])
            .unique_where_unset("unit_id", &["version"])
            .create(manager)
            .await?;
        Sheet::new(manager, "calendar_day")
            .uuid("calendar_id")
            .day("day")
            .words("kind", &["day_off", "working_day"])
            .text("name")
            .day_null("swapped_with")
            .text_null("basis")
            .primary_key(&["calendar_id", "day"])
            .reference("calendar_id", "calendar", "id")
            .create(manager)
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
