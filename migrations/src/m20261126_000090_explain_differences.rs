//! Problems of an import know whose dossier was refused, and reconciliations whether the other table adds up.

use sea_orm_migration::prelude::*;

/// Adds the column.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, mut column) in [
            ("import_problem", ColumnDef::new("unit_code").text().null().take()),
            ("reconciliation", ColumnDef::new("bad_totals").big_integer().not_null().default(0).take()),
        ] {
            manager.alter_table(Table::alter().table(table).add_column(column.take()).take()).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
