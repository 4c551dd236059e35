//! Troubles of jobs are records; jobs know since when and by whom they rest, since when they have their schedule, and
//! whether somebody gave it to them by hand.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::sheet::Sheet;

/// Creates this table, and adds these columns.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "trouble")
            .id()
            .words("kind", &["late", "skipped", "failed", "unreported"])
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
        let (bytewise, instant) = if manager.get_database_backend() == DbBackend::Postgres {
            (r#" COLLATE "C""#, "timestamp with time zone")
        } else {
            ("", "timestamp_with_timezone_text")
        };
        for column in [
            format!("paused_by text{bytewise}"),
            format!("paused_at {instant}"),
            format!("resumed_at {instant}"),
            format!("scheduled_at {instant}"),
            "changed_by_hand boolean NOT NULL DEFAULT FALSE".to_owned(),
        ] {
            let statement = format!("ALTER TABLE job ADD COLUMN {column}");
            manager.get_connection().execute_unprepared(&statement).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
