//! Officials, their absences and stand-ins.

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Creates these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "official")
            .id()
            .text("code")
            .uuid("unit_id")
            .text("full_name")
            .text("name_folded")
            .words("role", &["head", "clerk", "officer", "leader", "coordinator"])
            .text_null("email")
            .words("language", &["vi", "en"])
            .day_null("valid_from")
            .day_null("valid_to")
            .big_integer("version")
            .instant("created_at")
            .instant("updated_at")
            .reference("unit_id", "unit", "id")
            .unique(&["code"])
            .index(&["unit_id", "role"])
            .create(manager)
            .await?;
        Sheet::new(manager, "official_absence")
            .id()
            .uuid("official_id")
            .day("from_on")
            .day("to_on")
            .uuid_null("stand_in_id")
            .text_null("reason")
            .reference("official_id", "official", "id")
            .reference("stand_in_id", "official", "id")
            .index(&["official_id", "from_on"])
            .create(manager)
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
