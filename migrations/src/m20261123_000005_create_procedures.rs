//! Procedures and their versions by effective date.

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Creates these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "procedure")
            .id()
            .text("code")
            .big_integer("version")
            .instant("created_at")
            .instant("updated_at")
            .unique(&["code"])
            .create(manager)
            .await?;
        Sheet::new(manager, "procedure_version")
            .id()
            .uuid("procedure_id")
            .day("effective_on")
            .text("name")
            .text("name_folded")
            .text("field")
            .words("level", &["town", "commune", "province"])
            .uuid_null("unit_id")
            .words("term_unit", &["same_day", "working_hours", "working_days", "calendar_days", "months"])
            .integer("term")
            .words("online_level", &["none", "partial", "full"])
            .words("resume_policy", &["continue", "restart"])
            .flag("superseded")
            .instant("recorded_at")
            .reference("procedure_id", "procedure", "id")
            .reference("unit_id", "unit", "id")
            .unique(&["procedure_id", "effective_on", "recorded_at"])
            .index(&["unit_id"])
            .create(manager)
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
