//! Units, their successors and their attributes over time (a code is an attribute, not an identity).

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Creates these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "unit")
            .id()
            .text("code")
            .text("name")
            .text("name_folded")
            .words(
                "kind",
                &[
                    "people_committee",
                    "office",
                    "one_stop_shop",
                    "specialised_agency",
                    "commune",
                    "land_registry_branch",
                    "public_service_unit",
                    "other",
                ],
            )
            .uuid_null("parent_id")
            .day("valid_from")
            .day_null("valid_to")
            .big_integer("version")
            .instant("created_at")
            .instant("updated_at")
            .reference("parent_id", "unit", "id")
            .unique_where_unset("valid_to", &["code"])
            .index(&["parent_id"])
            .index(&["code", "id"])
            .create(manager)
            .await?;
        Sheet::new(manager, "unit_edge")
            .id()
            .uuid("from_unit_id")
            .uuid("to_unit_id")
            .day("effective_on")
            .words("kind", &["rename", "merge", "split", "abolish"])
            .reference("from_unit_id", "unit", "id")
            .reference("to_unit_id", "unit", "id")
            .index(&["from_unit_id"])
            .index(&["to_unit_id"])
            .create(manager)
            .await?;
        Sheet::new(manager, "unit_history")
            .id()
            .uuid("unit_id")
            .day("valid_from")
            .day_null("valid_to")
            .text("code")
            .text("name")
            .text("kind")
            .uuid_null("parent_id")
            .reference("unit_id", "unit", "id")
            .index(&["unit_id", "valid_from"])
            .index(&["code", "valid_from"])
            .create(manager)
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
