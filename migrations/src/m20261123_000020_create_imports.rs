//! Runs of imports, their problems, and what each source last said.

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Creates these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "import")
            .id()
            .text("source")
            .words("kind", &["full", "partial"])
            .flag("dry_run")
            .words("state", &["open", "finished"])
            .big_integer("committed_row")
            .big_integer("landed")
            .big_integer("unchanged")
            .big_integer("changed")
            .big_integer("refused")
            .big_integer("warned")
            .text("caller")
            .instant("started_at")
            .instant("updated_at")
            .instant_null("finished_at")
            .index(&["started_at", "id"])
            .create(manager)
            .await?;
        Sheet::new(manager, "import_problem")
            .id()
            .uuid("import_id")
            .big_integer("row_number")
            .text_null("file")
            .big_integer_null("line")
            .text("kind")
            .text_null("code")
            .text_null("field")
            .text("reason")
            .words("severity", &["warning", "error"])
            .text("message_vi")
            .text("message_en")
            .instant("recorded_at")
            .reference("import_id", "import", "id")
            .index(&["import_id", "row_number", "id"])
            .create(manager)
            .await?;
        Sheet::new(manager, "source_row")
            .text("source")
            .text("kind")
            .text("code")
            .text("content_hash")
            .uuid("subject_id")
            .instant("imported_at")
            .primary_key(&["source", "kind", "code"])
            .index(&["subject_id"])
            .clustered()
            .create(manager)
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
