//! What reports and plans promise until a day, carried by a task for each unit, and what they propose to others, carried
//! until it is answered.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::sheet::Sheet;

/// Creates these tables, and says of a task which commitment it is a part of.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Sheet::new(manager, "commitment")
            .id()
            .text("code")
            .text("text")
            .text("document")
            .uuid_null("report_id")
            .day("made_on")
            .day("due_on")
            .words("state", &["open", "done", "dropped"])
            .day_null("ended_on")
            .text_null("dropped_why")
            .big_integer("version")
            .instant("created_at")
            .instant("updated_at")
            .reference("report_id", "report", "id")
            .unique(&["code"])
            .index(&["due_on", "id"])
            .index(&["state", "due_on", "id"])
            .create(manager)
            .await?;
        Sheet::new(manager, "proposal")
            .id()
            .text("code")
            .text("text")
            .text("addressee")
            .uuid_null("report_id")
            .text("first_document")
            .day("made_on")
            .words("state", &["open", "answered", "withdrawn"])
            .text_null("answer_document")
            .day_null("answered_on")
            .text_null("answer")
            .big_integer("version")
            .instant("created_at")
            .instant("updated_at")
            .reference("report_id", "report", "id")
            .unique(&["code"])
            .index(&["made_on", "id"])
            .index(&["state", "made_on", "id"])
            .create(manager)
            .await?;
        Sheet::new(manager, "proposal_mention")
            .uuid("proposal_id")
            .uuid("report_id")
            .primary_key(&["proposal_id", "report_id"])
            .reference("proposal_id", "proposal", "id")
            .reference("report_id", "report", "id")
            .index(&["report_id"])
            .create(manager)
            .await?;
        let uuid = if manager.get_database_backend() == DbBackend::Postgres { "uuid" } else { "uuid_text" };
        for statement in [
            format!("ALTER TABLE task ADD COLUMN commitment_id {uuid}"),
            "CREATE INDEX ix_task_commitment_id ON task (commitment_id) WHERE commitment_id IS NOT NULL"
                .to_owned(),
        ] {
            manager.get_connection().execute_unprepared(&statement).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
