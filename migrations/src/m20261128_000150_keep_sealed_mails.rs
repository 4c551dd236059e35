//! The bytes of mails lie in a table of their own: whenever a mail is leased or has left, its row is written anew, and on
//! SQLite all of its pages with it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::sheet::Sheet;

/// Creates this table, and moves the bytes there.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let run = |statement: &'static str| async move {
            manager.get_connection().execute_unprepared(statement).await.map(|_| ())
        };
        Sheet::new(manager, "sealed_mail")
            .uuid("outbox_id")
            .bytes("bytes")
            .primary_key(&["outbox_id"])
            .reference("outbox_id", "outbox", "id")
            .create(manager)
            .await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            // Most of a mail is base64 of what is compressed: that isn't tried once more.
            run("ALTER TABLE sealed_mail ALTER COLUMN bytes SET STORAGE EXTERNAL").await?;
        }
        run("ALTER TABLE outbox ADD COLUMN is_sealed boolean NOT NULL DEFAULT FALSE").await?;
        run("INSERT INTO sealed_mail (outbox_id, bytes) SELECT id, sealed FROM outbox WHERE sealed IS NOT NULL")
            .await?;
        run("UPDATE outbox SET is_sealed = TRUE WHERE sealed IS NOT NULL").await?;
        run("ALTER TABLE outbox DROP COLUMN sealed").await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
