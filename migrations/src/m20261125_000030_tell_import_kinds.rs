//! Imports tell of what kinds of records they are: a file of tasks doesn't make one of payments old.

use sea_orm_migration::prelude::*;

/// Changes this table.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let kinds = ColumnDef::new("kinds").text().null().take();
        manager.alter_table(Table::alter().table("import").add_column(kinds).take()).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
