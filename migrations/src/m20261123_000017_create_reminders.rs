//! Rules of reminding, and the notices that fell due.

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Creates these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "reminder_rule")
            .id()
            .uuid_null("unit_id")
            .words("kind", &["before_due", "due_today", "overdue"])
            .words("subject_kind", &["dossier", "task", "petition"])
            .integer("working_days")
            .integer_null("repeat_working_days")
            .words("role", &["responsible", "head", "coordinator"])
            .flag("enabled")
            .big_integer("version")
            .instant("valid_from")
            .reference("unit_id", "unit", "id")
            .index(&["subject_kind", "kind"])
            .create(manager)
            .await?;
        Sheet::new(manager, "notice")
            .id()
            .words("subject_kind", &["dossier", "task", "petition"])
            .uuid("subject_id")
            .text("subject_code")
            .uuid_null("unit_id")
            .text("rule_kind")
            .instant("due_at")
            .integer("step")
            .text("role")
            .words("state", &["queued", "sent", "suppressed", "cancelled"])
            .text_null("why")
            .uuid_null("official_id")
            .instant("fell_due_at")
            .uuid_null("outbox_id")
            .instant("created_at")
            .instant_null("sent_at")
            .reference("unit_id", "unit", "id")
            .reference("official_id", "official", "id")
            .unique(&["subject_id", "rule_kind", "due_at", "step", "role"])
            .index(&["state", "fell_due_at", "id"])
            .index(&["fell_due_at", "id"])
            .index(&["official_id"])
            .index(&["outbox_id"])
            .create(manager)
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
