//! What may dress up figures is found by day: stops, new promises, corrections, voidings and withdrawals. Few events are any
//! of these, so the index is small.

use sea_orm_migration::prelude::*;

/// Creates this index.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // A planner takes it only where a question has the same words.
        let odd = "kind IN ('paused', 'reappointed', 'corrected', 'voided', 'withdrawn')";
        let create =
            format!("CREATE INDEX ix_event_odd_occurred_at ON event (occurred_at, subject_id) WHERE {odd}");
        manager.get_connection().execute_unprepared(&create).await.map(|_| ())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
