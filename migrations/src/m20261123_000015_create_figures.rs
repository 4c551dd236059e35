//! The ledger of figures, its folded cells and its cuts.

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Creates these tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "figure_entry")
            .sequence()
            .text("subject_kind")
            .uuid("subject_id")
            .day("effective_on")
            .day("effective_month")
            .uuid("unit_id")
            .uuid("procedure_id")
            .text("fact")
            .big_integer("quantity")
            .instant("recorded_at")
            .index(&["effective_on"])
            .index(&["subject_id"])
            .index(&["effective_month"])
            .create(manager)
            .await?;
        Sheet::new(manager, "figure_cell")
            .words("grain", &["day", "month"])
            .day("bucket_on")
            .uuid("unit_id")
            .uuid("procedure_id")
            .text("fact")
            .big_integer("quantity")
            .primary_key(&["grain", "bucket_on", "unit_id", "procedure_id", "fact"])
            .clustered()
            .create(manager)
            .await?;
        Sheet::new(manager, "figure_cut")
            .big_integer("seq")
            .instant("cut_at")
            .primary_key(&["seq"])
            .create(manager)
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
