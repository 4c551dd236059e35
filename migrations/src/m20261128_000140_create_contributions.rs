//! What units are asked to give to a report: words for its places, and whether their figures are right.

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Creates this table.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "contribution")
            .id()
            .text("code")
            .text("report_code")
            .uuid("report_id")
            .uuid("unit_id")
            .text("places")
            .day("due_on")
            .words("state", &["asked", "given", "returned"])
            .flag("open")
            .text("texts")
            .text_null("figures")
            .text("objection")
            .uuid_null("given_by_id")
            .text_null("given_by")
            .instant_null("given_at")
            .text_null("returned_why")
            .big_integer("version")
            .instant("created_at")
            .instant("updated_at")
            .reference("report_id", "report", "id")
            .reference("unit_id", "unit", "id")
            .unique(&["code"])
            .unique(&["report_id", "unit_id"])
            .index(&["open", "due_on", "id"])
            .index(&["unit_id"])
            .create(manager)
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
