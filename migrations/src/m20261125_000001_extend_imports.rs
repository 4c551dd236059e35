//! Imports tell of which file they are and up to when it speaks, what became of each row, and what they no longer
//! found; they can be undone.

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Changes these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // A dry run leaves nothing.
        manager.alter_table(Table::alter().table("import").drop_column("dry_run").take()).await?;
        for column in [
            ColumnDef::new("file_name").text().null(),
            ColumnDef::new("sha256").text().null(),
            ColumnDef::new("watermark").timestamp_with_time_zone().null(),
            ColumnDef::new("caller_label").text().null(),
            ColumnDef::new("absent").big_integer().not_null().default(0),
            ColumnDef::new("undo_begun_at").timestamp_with_time_zone().null(),
            ColumnDef::new("undone_at").timestamp_with_time_zone().null(),
            ColumnDef::new("undo_reason").text().null(),
        ] {
            // SQLite takes one change at a time.
            manager.alter_table(Table::alter().table("import").add_column(column.take()).take()).await?;
        }
        for column in [ColumnDef::new("seen_in").uuid().null(), ColumnDef::new("absent_since").uuid().null()]
        {
            manager.alter_table(Table::alter().table("source_row").add_column(column.take()).take()).await?;
        }
        Sheet::new(manager, "import_row")
            .uuid("import_id")
            .big_integer("number")
            .text("file")
            .big_integer("line")
            .text("kind")
            .text("code")
            .words("result", &["landed", "changed", "refused", "absent"])
            .uuid_null("subject_id")
            .text_null("hash_before")
            .integer_null("events_from")
            .integer_null("events_to")
            .flag("undone")
            .primary_key(&["import_id", "number"])
            .reference("import_id", "import", "id")
            .index(&["subject_id"])
            .create(manager)
            .await?;
        Sheet::new(manager, "source")
            .text("name")
            .instant_null("watermark")
            .uuid_null("import_id")
            .integer_null("stale_after_hours")
            .instant("updated_at")
            .big_integer("version")
            .primary_key(&["name"])
            .create(manager)
            .await?;
        Sheet::new(manager, "source_name")
            .id()
            .text("source")
            .words("kind", &["unit", "official", "procedure"])
            .text("folded")
            .text("text")
            .uuid_null("subject_id")
            .text_null("decided_by")
            .instant_null("decided_at")
            .instant("first_seen_at")
            .big_integer("version")
            .unique(&["source", "kind", "folded"])
            .create(manager)
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
