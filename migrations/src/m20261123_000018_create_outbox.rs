//! Mails to be sent.

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Creates these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "outbox")
            .id()
            .text("key")
            .text("kind")
            .uuid_null("recipient_official_id")
            .text("to_address")
            .words("language", &["vi", "en"])
            .text("render_input")
            .words("state", &["queued", "leased", "sent", "dead", "cancelled"])
            .integer("attempt")
            .instant("not_before")
            .text_null("leased_by")
            .instant_null("leased_until")
            .bytes_null("sealed")
            .text_null("message_id")
            .text_null("last_error")
            .instant("created_at")
            .instant_null("sent_at")
            .reference("recipient_official_id", "official", "id")
            .unique(&["key"])
            .unique(&["message_id"])
            .index(&["state", "not_before", "id"])
            .index(&["state", "leased_until"])
            .index(&["created_at", "id"])
            .create(manager)
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
