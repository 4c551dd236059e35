//! Every attempt at a mail is on record with what the server said, and so is every report of what became of it later.
//! Mails to one address are found without reading them all.

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Creates this table and this index.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "mail_attempt")
            .id()
            .uuid("outbox_id")
            .integer("number")
            .instant("tried_at")
            .words("outcome", &["taken", "put_off", "refused", "lost", "returned", "reported"])
            .words_null("fault", &["temporary", "recipient", "message", "configuration"])
            .integer_null("code")
            .text_null("status")
            .text("reply")
            .text("worker")
            .text_null("report")
            .reference("outbox_id", "outbox", "id")
            .unique(&["outbox_id", "report"])
            .index(&["outbox_id", "tried_at", "id"])
            .create(manager)
            .await?;
        let by_address = Index::create()
            .name("ix_outbox_to_address_created_at_id")
            .table("outbox")
            .col("to_address")
            .col("created_at")
            .col("id")
            .take();
        manager.create_index(by_address).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
