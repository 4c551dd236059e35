//! Reports that people work on: from the letter that asks for one to the issue that was sent, with what was written, the
//! figures that were frozen, and the files. The requests that nobody ever wrote go.

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Creates these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("DROP TABLE report_request").await?;
        Sheet::new(manager, "report")
            .id()
            .text("code")
            .day("from_on")
            .day("to_on")
            .text("form_name")
            .text("form")
            .words("state", &["draft", "submitted", "signed", "sent", "superseded", "cancelled"])
            .words("origin", &["request", "schedule", "correction"])
            .text_null("request_number")
            .day_null("request_dated_on")
            .text_null("request_matter")
            .text("addressee")
            .day_null("due_on")
            .big_integer_null("frozen_seq")
            .instant_null("frozen_at")
            .bytes_null("frame")
            .text_null("figures")
            .text_null("figures_sha256")
            .text_null("number")
            .day_null("dated_on")
            .text_null("signer_name")
            .text_null("signer_title")
            .instant_null("signed_at")
            .text_null("signed_check")
            .instant_null("sent_at")
            .uuid_null("corrects_id")
            .uuid_null("superseded_by_id")
            .text_null("reason")
            .big_integer("version")
            .instant("created_at")
            .instant("updated_at")
            .unique(&["code"])
            .index(&["number"])
            .index(&["to_on", "id"])
            .index(&["created_at", "id"])
            .create(manager)
            .await?;
        Sheet::new(manager, "report_text")
            .id()
            .uuid("report_id")
            .text("place")
            .integer("number")
            .text("text")
            .uuid_null("written_by_id")
            .text("written_by")
            .instant("written_at")
            .reference("report_id", "report", "id")
            .unique(&["report_id", "place", "number"])
            .create(manager)
            .await?;
        Sheet::new(manager, "report_file")
            .id()
            .uuid("report_id")
            .text("paper")
            .text("sha256")
            .big_integer("size")
            .bytes("bytes")
            .instant("made_at")
            .reference("report_id", "report", "id")
            .unique(&["report_id", "paper"])
            .create(manager)
            .await?;
        Sheet::new(manager, "report_member")
            .uuid("report_id")
            .text("figure")
            .text("subject")
            .reference("report_id", "report", "id")
            .primary_key(&["report_id", "figure", "subject"])
            .create(manager)
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
