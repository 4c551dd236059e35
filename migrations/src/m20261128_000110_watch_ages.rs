//! Procedures are put on lists whose dossiers are watched for their age, and rules speak of what is so many months old.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::sheet::widen;

/// Adds a kind of rule, and these columns.
#[derive(DeriveMigrationName)]
pub struct Migration;

const KINDS: (&str, &[&str], &[&str]) = (
    "kind",
    &[
        "before_due",
        "due_today",
        "overdue",
        "apology_due",
        "unaccepted",
        "standing",
        "unclear",
        "undigitised",
        "undelivered",
    ],
    &["ageing"],
);

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        widen(manager, "reminder_rule", &[KINDS]).await?;
        let run = |statement: String| async move {
            manager.get_connection().execute_unprepared(&statement).await.map(|_| ())
        };
        // Texts are compared byte by byte: SQLite does so by itself.
        let bytewise =
            if manager.get_database_backend() == DbBackend::Postgres { " COLLATE \"C\"" } else { "" };
        run("ALTER TABLE reminder_rule ADD COLUMN months integer NOT NULL DEFAULT 0".to_owned()).await?;
        for table in ["reminder_rule", "procedure_version"] {
            run(format!("ALTER TABLE {table} ADD COLUMN watched_list text{bytewise} NOT NULL DEFAULT ''"))
                .await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
