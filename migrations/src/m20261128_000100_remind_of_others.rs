//! Rules, notices and snoozes speak of what is awaited from others too: opinions and certificates.

use sea_orm_migration::prelude::*;

use crate::sheet::widen;

/// Widens these columns.
#[derive(DeriveMigrationName)]
pub struct Migration;

const SUBJECTS: (&str, &[&str], &[&str]) =
    ("subject_kind", &["dossier", "task", "petition"], &["opinion", "certificate"]);

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
    ],
    &["undelivered"],
);

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        widen(manager, "reminder_rule", &[SUBJECTS, KINDS]).await?;
        widen(manager, "notice", &[SUBJECTS]).await?;
        widen(manager, "reminder_snooze", &[SUBJECTS]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
