//! Applicants: apart from dossiers, so that they can be erased.

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Creates these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "applicant")
            .id()
            .words("kind", &["person", "organisation"])
            .text_null("name")
            .text_null("contact")
            .instant("created_at")
            .instant_null("erased_at")
            .create(manager)
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
