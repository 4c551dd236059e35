//! Mails say whose fault it is that they haven't left; addresses that keep failing are on record; troubles are of mail
//! too.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::sheet::Sheet;

/// Creates this table, adds this column, and rebuilds the troubles, whose kinds SQLite can't change otherwise.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let run = |sql: String| async move { manager.get_connection().execute_unprepared(&sql).await };
        let bytewise =
            if manager.get_database_backend() == DbBackend::Postgres { r#" COLLATE "C""# } else { "" };
        run(format!(
            "ALTER TABLE outbox ADD COLUMN fault text{bytewise} \
             CHECK (fault IN ('temporary', 'recipient', 'message', 'configuration'))"
        ))
        .await?;
        run("CREATE INDEX ix_outbox_fault ON outbox (fault, state) WHERE fault IS NOT NULL".to_owned())
            .await?;
        Sheet::new(manager, "mail_suppression")
            .id()
            .text("address")
            .integer("failures")
            .text("reason")
            .text("entered_by")
            .instant("created_at")
            .instant("failed_at")
            .instant_null("suppressed_at")
            .instant_null("until_at")
            .unique(&["address"])
            .index(&["created_at", "id"])
            .create(manager)
            .await?;

        for index in ["uq_trouble_kind_subject", "ix_trouble_opened_at_id"] {
            run(format!("DROP INDEX {index}")).await?;
        }
        run("ALTER TABLE trouble RENAME TO trouble_before".to_owned()).await?;
        Sheet::new(manager, "trouble")
            .id()
            .words("kind", &["late", "skipped", "failed", "unreported", "mail_setup", "mail_address"])
            .text("subject")
            .instant("first_at")
            .instant("last_at")
            .big_integer("count")
            .text("note")
            .instant("opened_at")
            .instant("noticed_at")
            .instant_null("told_at")
            .instant_null("over_at")
            .unique_where_unset("over_at", &["kind", "subject"])
            .index(&["opened_at", "id"])
            .create(manager)
            .await?;
        let columns =
            "id, kind, subject, first_at, last_at, count, note, opened_at, noticed_at, told_at, over_at";
        run(format!("INSERT INTO trouble ({columns}) SELECT {columns} FROM trouble_before")).await?;
        run("DROP TABLE trouble_before".to_owned()).await?;
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
