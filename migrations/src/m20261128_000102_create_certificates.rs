//! Digital-signing certificates of officials.

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Creates this table.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "certificate")
            .id()
            .text("code")
            .uuid("official_id")
            .words("kind", &["new", "replacement"])
            .text("provider")
            .text_null("replaces")
            .text_null("replaced_by")
            .instant("asked_at")
            .instant_null("delivered_at")
            .instant_null("valid_until")
            .instant_null("ended_at")
            .text_null("end_reason")
            .words("state", &["requested", "delivered", "replaced", "ended"])
            .flag("open")
            .instant_null("next_notice_at")
            .text_null("next_notice_rule")
            .integer_null("next_notice_step")
            .big_integer("version")
            .instant("created_at")
            .instant("updated_at")
            .reference("official_id", "official", "id")
            .unique(&["code"])
            .index(&["official_id"])
            .index(&["asked_at", "id"])
            .index(&["open", "valid_until", "id"])
            .index_where_set("next_notice_at", &["next_notice_at", "id"])
            .create(manager)
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
