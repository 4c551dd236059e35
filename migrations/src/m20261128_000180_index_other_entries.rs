//! Tasks and petitions are few rows of the ledger among those of dossiers, and are read one by one.

use sea_orm_migration::prelude::*;

/// Creates this index.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // A planner takes it only where a question has the same words.
        let create = "CREATE INDEX ix_figure_entry_others ON figure_entry (subject_kind, effective_on) \
                      WHERE subject_kind <> 'dossier'";
        manager.get_connection().execute_unprepared(create).await.map(|_| ())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
