//! Assigned tasks: the projection of their events.

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Creates these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "task")
            .id()
            .text("code")
            .text("title")
            .text("assigned_by")
            .text("source_document")
            .day("assigned_on")
            .uuid("lead_unit_id")
            .uuid_null("responsible_id")
            .text("cooperating_unit_ids")
            .uuid_null("parent_id")
            .text("product")
            .day_null("due_on")
            .instant_null("due_at")
            .instant("due_key")
            .instant_null("overdue_at")
            .flag("overdue_flagged")
            .words("state", &["assigned", "accepted", "in_progress", "submitted", "completed", "cancelled"])
            .instant_null("completed_at")
            .words_null("timeliness", &["early", "on_time", "late"])
            .words_null("verdict", &["good", "not_good"])
            .text("missing_clears")
            .text_null("recurrence")
            .flag("open")
            .instant_null("next_notice_at")
            .text_null("next_notice_rule")
            .integer_null("next_notice_step")
            .big_integer("version")
            .instant("created_at")
            .instant("updated_at")
            .reference("lead_unit_id", "unit", "id")
            .reference("responsible_id", "official", "id")
            .reference("parent_id", "task", "id")
            .unique(&["code"])
            .index(&["assigned_on", "id"])
            .index(&["due_key", "id"])
            .index(&["open", "due_key", "id"])
            .index(&["lead_unit_id", "open", "due_key", "id"])
            .index(&["responsible_id", "open", "due_key", "id"])
            .index_where_set("parent_id", &["parent_id"])
            .index_where_set("overdue_at", &["overdue_flagged", "overdue_at", "id"])
            .index_where_set("next_notice_at", &["next_notice_at", "id"])
            .create(manager)
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
