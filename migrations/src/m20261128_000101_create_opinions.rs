//! Opinions on dossiers that were asked of others.

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Creates this table.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "opinion")
            .id()
            .text("code")
            .uuid("dossier_id")
            .text("dossier_code")
            .uuid_null("asked_unit_id")
            .text_null("agency")
            .text("matter")
            .instant("asked_at")
            .instant("due_at")
            .instant_null("given_at")
            .text_null("document_number")
            .instant_null("withdrawn_at")
            .words("state", &["asked", "given", "withdrawn", "moot"])
            .flag("open")
            .instant_null("overdue_at")
            .instant_null("next_notice_at")
            .text_null("next_notice_rule")
            .integer_null("next_notice_step")
            .big_integer("version")
            .instant("created_at")
            .instant("updated_at")
            .reference("dossier_id", "dossier", "id")
            .reference("asked_unit_id", "unit", "id")
            .unique(&["code"])
            .index(&["dossier_id"])
            .index(&["asked_unit_id"])
            .index(&["asked_at", "id"])
            .index(&["due_at", "id"])
            .index(&["open", "due_at", "id"])
            .index_where_set("next_notice_at", &["next_notice_at", "id"])
            .create(manager)
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
