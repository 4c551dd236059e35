//! Procedures are put on lists whose dossiers are watched for their age, and rules speak of what is so many months old.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::sheet::Sheet;

/// Makes the table of rules anew, whose words SQLite can't change otherwise, and adds this column.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let run = |statement: String| async move {
            manager.get_connection().execute_unprepared(&statement).await.map(|_| ())
        };
        for index in [
            "uq_reminder_rule_rule_id_version",
            "uq_reminder_rule_unit_id_subject_kind_code",
            "ix_reminder_rule_awaited_at",
        ] {
            run(format!("DROP INDEX {index}")).await?;
        }
        run("ALTER TABLE reminder_rule RENAME TO reminder_rule_before".to_owned()).await?;
        Sheet::new(manager, "reminder_rule")
            .id()
            .uuid("rule_id")
            .big_integer("version")
            .text("code")
            .uuid_null("unit_id")
            .words(
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
                    "ageing",
                ],
            )
            .words("subject_kind", &["dossier", "task", "petition", "opinion", "certificate"])
            .integer("working_days")
            .integer("office_minutes")
            .integer_null("repeat_working_days")
            .words("role", &["responsible", "head", "coordinator", "leader"])
            .flag("enabled")
            .words("made_by", &["house", "file", "person"])
            .instant("valid_from")
            .instant("created_at")
            .instant_null("replaced_at")
            .instant_null("awaited_at")
            .integer("months")
            .text("watched_list")
            .reference("unit_id", "unit", "id")
            .unique(&["rule_id", "version"])
            .unique_where_unset("replaced_at", &["unit_id", "subject_kind", "code"])
            .index_where_set("awaited_at", &["awaited_at"])
            .create(manager)
            .await?;
        let columns = "id, rule_id, version, code, unit_id, kind, subject_kind, working_days, office_minutes, \
                       repeat_working_days, role, enabled, made_by, valid_from, created_at, replaced_at, awaited_at";
        run(format!(
            "INSERT INTO reminder_rule ({columns}, months, watched_list) \
             SELECT {columns}, 0, '' FROM reminder_rule_before"
        ))
        .await?;
        run("DROP TABLE reminder_rule_before".to_owned()).await?;
        // Texts are compared byte by byte: SQLite does so by itself.
        let bytewise =
            if manager.get_database_backend() == DbBackend::Postgres { " COLLATE \"C\"" } else { "" };
        run(format!(
            "ALTER TABLE procedure_version ADD COLUMN watched_list text{bytewise} NOT NULL DEFAULT ''"
        ))
        .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
