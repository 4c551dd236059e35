//! Incidents of other software, and what they hit.

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Creates these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "incident")
            .id()
            .text("code")
            .text("system")
            .words("kind", &["down", "out_of_sync", "wrong_data"])
            .text("failure")
            .instant("from_at")
            .instant_null("to_at")
            .uuid_null("unit_id")
            .words("hits", &["all", "named"])
            .uuid("reported_by_id")
            .text("reference")
            .big_integer("version")
            .instant("created_at")
            .instant("updated_at")
            .reference("unit_id", "unit", "id")
            .reference("reported_by_id", "official", "id")
            .unique(&["code"])
            .index(&["from_at", "id"])
            .create(manager)
            .await?;
        Sheet::new(manager, "incident_hit")
            .uuid("incident_id")
            .words("subject_kind", &["dossier", "unit"])
            .uuid("subject_id")
            .primary_key(&["incident_id", "subject_kind", "subject_id"])
            .reference("incident_id", "incident", "id")
            .index(&["subject_id"])
            .clustered()
            .create(manager)
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
