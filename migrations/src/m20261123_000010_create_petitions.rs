//! Petitions.

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Creates these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "petition")
            .id()
            .text("code")
            .uuid_null("unit_id")
            .instant("received_at")
            .text("channel")
            .text("kind")
            .text_null("subject")
            .instant_null("due_at")
            .instant("due_key")
            .instant_null("overdue_at")
            .flag("overdue_flagged")
            .instant_null("answered_at")
            .day_null("published_on")
            .text_null("citizen_rating")
            .words("state", &["received", "answered", "published"])
            .flag("open")
            .instant_null("next_notice_at")
            .text_null("next_notice_rule")
            .integer_null("next_notice_step")
            .big_integer("version")
            .instant("created_at")
            .instant("updated_at")
            .reference("unit_id", "unit", "id")
            .unique(&["code"])
            .index(&["received_at", "id"])
            .index(&["due_key", "id"])
            .index(&["open", "due_key", "id"])
            .index(&["unit_id", "open", "due_key", "id"])
            .index_where_set("overdue_at", &["overdue_flagged", "overdue_at", "id"])
            .index_where_set("next_notice_at", &["next_notice_at", "id"])
            .create(manager)
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
