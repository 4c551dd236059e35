//! Declared figures: a row a version.

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Creates these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "declared_figure")
            .id()
            .text("code")
            .integer("revision")
            .uuid_null("unit_id")
            .text_null("unit_group")
            .text("indicator")
            .words("measure", &["count", "vnd", "percent"])
            .big_integer("value")
            .big_integer_null("numerator")
            .big_integer_null("denominator")
            .day("from_on")
            .day("to_on")
            .text("source")
            .text("file_name")
            .text("file_sha256")
            .uuid("declared_by_id")
            .day("declared_on")
            .text("reason")
            .instant("created_at")
            .instant_null("superseded_at")
            .reference("unit_id", "unit", "id")
            .reference("declared_by_id", "official", "id")
            .unique(&["code", "revision"])
            .unique_where_unset("superseded_at", &["code"])
            .index(&["code", "id"])
            .index(&["from_on", "to_on"])
            .create(manager)
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
