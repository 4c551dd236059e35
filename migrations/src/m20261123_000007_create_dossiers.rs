//! Dossiers: the projection of their events.

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Creates these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "dossier")
            .id()
            .text("code")
            .uuid("procedure_id")
            .uuid("procedure_version_id")
            .uuid("calendar_id")
            .uuid("unit_id")
            .uuid_null("continuing_unit_id")
            .uuid_null("applicant_id")
            .words("applicant_kind", &["person", "organisation"])
            .words("channel", &["counter", "online", "post"])
            .words(
                "state",
                &[
                    "registered",
                    "received",
                    "not_accepted",
                    "in_process",
                    "awaiting_supplement",
                    "awaiting_payment",
                    "withdrawn",
                    "suspended",
                    "stopped",
                    "resolved",
                    "returned",
                ],
            )
            .uuid_null("holder_id")
            .instant("received_at")
            .day("received_on")
            .instant_null("due_at")
            .instant("due_key")
            .instant_null("promised_at")
            .flag("provisional")
            .instant_null("closed_at")
            .words_null("outcome", &["resolved", "refused", "withdrawn", "stopped"])
            .words_null("timeliness", &["early", "on_time", "late"])
            .instant_null("returned_at")
            .words("intake", &["yes", "no", "untracked"])
            .words("result", &["yes", "no", "untracked"])
            .flag("clock_stopped")
            .instant_null("overdue_at")
            .flag("overdue_flagged")
            .flag("open")
            .flag("late_recorded")
            .text("flags")
            .text_null("delay_cause")
            .instant_null("next_notice_at")
            .text_null("next_notice_rule")
            .integer_null("next_notice_step")
            .big_integer("version")
            .text_null("source")
            .instant("created_at")
            .instant("updated_at")
            .reference("procedure_id", "procedure", "id")
            .reference("procedure_version_id", "procedure_version", "id")
            .reference("calendar_id", "calendar", "id")
            .reference("unit_id", "unit", "id")
            .reference("continuing_unit_id", "unit", "id")
            .reference("applicant_id", "applicant", "id")
            .reference("holder_id", "official", "id")
            .unique(&["code"])
            .index(&["received_at", "id"])
            .index(&["due_key", "id"])
            .index(&["open", "due_key", "id"])
            .index(&["unit_id", "open", "due_key", "id"])
            .index(&["holder_id", "open", "due_key", "id"])
            .index(&["procedure_id"])
            .index_where_set("continuing_unit_id", &["continuing_unit_id", "open", "due_key", "id"])
            .index_where_set("overdue_at", &["overdue_flagged", "overdue_at", "id"])
            .index_where_set("next_notice_at", &["next_notice_at", "id"])
            .create(manager)
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
