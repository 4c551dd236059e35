//! Forms that recipients of reports send, kept as templates, and which of them a report fills.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::sheet::Sheet;

/// Creates the tables, and adds the column.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "report_form")
            .id()
            .text("code")
            .text("name")
            .words("kind", &["docx", "xlsx"])
            .uuid_null("unit_id")
            .text("report_form")
            .integer("places")
            .text("sha256")
            .big_integer("size")
            .text("put_by")
            .instant_null("withdrawn_at")
            .big_integer("version")
            .instant("created_at")
            .instant("updated_at")
            .reference("unit_id", "unit", "id")
            .unique(&["code"])
            .create(manager)
            .await?;
        Sheet::new(manager, "report_form_content")
            .uuid("form_id")
            .bytes("bytes")
            .reference("form_id", "report_form", "id")
            .primary_key(&["form_id"])
            .create(manager)
            .await?;
        // Texts are compared byte by byte: SQLite does so by itself.
        let bytewise =
            if manager.get_database_backend() == DbBackend::Postgres { " COLLATE \"C\"" } else { "" };
        let statement = format!("ALTER TABLE report ADD COLUMN recipient_forms text{bytewise}");
        manager.get_connection().execute_unprepared(&statement).await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
