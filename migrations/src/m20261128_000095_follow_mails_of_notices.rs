//! Whether a notice was sent is told by its mail alone. Written beside each notice too, it cost a page a notice for every
//! mail that left: the fifty of a person lie on fifty pages. What a notice gets only later is indexed only where it has it.

use sea_orm_migration::prelude::*;

use crate::sheet::Sheet;

/// Makes the ledger anew, without the state of its notices.
#[derive(DeriveMigrationName)]
pub struct Migration;

const COLUMNS: &str = "id, subject_kind, subject_id, subject_code, unit_id, rule_kind, rule_code, rule_id, rule_version, \
                       due_at, step, role, official_id, meant_for_id, fell_due_at, outbox_id, created_at, copied_at";

/// What had left stays told, whatever became of its mail.
const WHY: &str = "CASE WHEN state IN ('suppressed', 'cancelled') THEN COALESCE(why, state) \
                   WHEN state = 'sent' AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.id = outbox_id \
                   AND outbox.state = 'sent') THEN 'sent_before' END";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let run = |statement: String| async move {
            manager.get_connection().execute_unprepared(&statement).await.map(|_| ())
        };
        for index in [
            "uq_notice_subject_id_rule_code_due_at_step_role",
            "ix_notice_state_fell_due_at_id",
            "ix_notice_fell_due_at_id",
            "ix_notice_official_id",
            "ix_notice_outbox_id",
            "ix_notice_meant_for_id",
        ] {
            run(format!("DROP INDEX {index}")).await?;
        }
        run("ALTER TABLE notice RENAME TO notice_before".to_owned()).await?;
        Sheet::new(manager, "notice")
            .id()
            .words("subject_kind", &["dossier", "task", "petition"])
            .uuid("subject_id")
            .text("subject_code")
            .uuid_null("unit_id")
            .text("rule_kind")
            .text("rule_code")
            .uuid_null("rule_id")
            .big_integer_null("rule_version")
            .instant("due_at")
            .integer("step")
            .text("role")
            .text_null("why")
            .uuid_null("official_id")
            .uuid_null("meant_for_id")
            .instant("fell_due_at")
            .uuid_null("outbox_id")
            .instant("created_at")
            .instant_null("copied_at")
            .reference("unit_id", "unit", "id")
            .reference("official_id", "official", "id")
            .reference("meant_for_id", "official", "id")
            .unique(&["subject_id", "rule_code", "due_at", "step", "role"])
            .index(&["fell_due_at", "id"])
            .index_where_set("official_id", &["official_id"])
            .index_where_set("outbox_id", &["outbox_id"])
            .create(manager)
            .await?;
        for index in [
            // What waits for a mail.
            "ix_notice_waiting ON notice (fell_due_at, id) WHERE outbox_id IS NULL AND why IS NULL",
            "ix_notice_suppressed ON notice (fell_due_at, id) WHERE why IS NOT NULL",
            // What somebody is still to get a copy of.
            "ix_notice_meant_for_id ON notice (meant_for_id) WHERE meant_for_id IS NOT NULL AND copied_at IS NULL",
        ] {
            run(format!("CREATE INDEX {index}")).await?;
        }
        run(format!("INSERT INTO notice ({COLUMNS}, why) SELECT {COLUMNS}, {WHY} FROM notice_before"))
            .await?;
        run("DROP TABLE notice_before".to_owned()).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
