//! Open dossiers are found by the calendar version that reckons them: when another comes into force they are reckoned
//! anew.

use sea_orm_migration::prelude::*;

/// Creates this index.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let index = Index::create()
            .name("ix_dossier_calendar_id_unit_id_id")
            .table("dossier")
            .col("calendar_id")
            .col("unit_id")
            .col("id")
            .and_where(Expr::col("open"))
            .take();
        manager.create_index(index).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
