//! Requests for reports, and periods that were closed.

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Creates these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "report_request")
            .id()
            .text("number")
            .day("dated_on")
            .day("from_on")
            .day("to_on")
            .text("recipient_label")
            .text("recipient_address")
            .text("state")
            .instant("created_at")
            .index(&["created_at", "id"])
            .create(manager)
            .await?;
        Sheet::new(manager, "period_report")
            .id()
            .day("from_on")
            .day("to_on")
            .text("kind")
            .big_integer("cut_seq")
            .text("summary")
            .uuid_null("outbox_id")
            .instant("created_at")
            .unique(&["kind", "from_on", "to_on"])
            .create(manager)
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
