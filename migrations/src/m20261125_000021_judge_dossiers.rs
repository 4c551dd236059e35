//! Dossiers say whose date judges them, and how the promise differs from the statutory deadline.
//!
//! What stands already was judged by the statutory deadline. How its promise differs is known when it next changes.
//! No release had dossiers before this one: rows of the ledger for lateness with apology and for late records are not
//! written for what stands already, and `check figures` would name them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Adds these columns.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let (bytewise, instant) = if manager.get_database_backend() == DbBackend::Postgres {
            (r#" COLLATE "C""#, "timestamp with time zone")
        } else {
            ("", "timestamp_with_timezone_text")
        };
        let words = |name: &str, first: &str, words: &str| {
            format!(
                "ALTER TABLE dossier ADD COLUMN {name} text{bytewise} NOT NULL DEFAULT '{first}' \
                 CONSTRAINT ck_dossier_{name} CHECK ({name} IN ({words}))"
            )
        };
        for statement in [
            words("judge_by", "statutory", "'statutory', 'appointment'"),
            format!("ALTER TABLE dossier ADD COLUMN judged_due_at {instant}"),
            "ALTER TABLE dossier ADD COLUMN apologised boolean NOT NULL DEFAULT FALSE".to_owned(),
            words("promise_way", "same", "'same', 'earlier', 'later'"),
            "ALTER TABLE dossier ADD COLUMN promise_days integer".to_owned(),
            "UPDATE dossier SET judged_due_at = due_at".to_owned(),
        ] {
            manager.get_connection().execute_unprepared(&statement).await?;
        }
        let index = Index::create()
            .name("ix_dossier_judged_due_at_id")
            .table("dossier")
            .col("judged_due_at")
            .col("id")
            .and_where(Expr::col("judged_due_at").is_not_null())
            .take();
        manager.create_index(index).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
