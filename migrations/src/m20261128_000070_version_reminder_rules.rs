//! Rules of reminding have codes and versions, and watch more than deadlines; the ledger says which version spoke, and
//! dossiers say since when they lie with their holder.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

use crate::sheet::Sheet;

/// Makes the table of rules anew, one row a version, and adds these columns.
#[derive(DeriveMigrationName)]
pub struct Migration;

/// The code of a rule that had none: its kind, with the role where that isn't the usual one.
fn usual_code(kind: &str) -> String {
    format!("CASE WHEN role = 'responsible' THEN {kind} ELSE {kind} || '_' || role END")
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let run = |statement: String| async move {
            manager.get_connection().execute_unprepared(&statement).await.map(|_| ())
        };
        // SQLite changes no CHECK of a table that stands.
        run("ALTER TABLE reminder_rule RENAME TO reminder_rule_before".to_owned()).await?;
        run("DROP INDEX ix_reminder_rule_subject_kind_kind".to_owned()).await?;
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
                ],
            )
            .words("subject_kind", &["dossier", "task", "petition"])
            .integer("working_days")
            .integer("office_minutes")
            .integer_null("repeat_working_days")
            .words("role", &["responsible", "head", "coordinator"])
            .flag("enabled")
            .words("made_by", &["house", "file", "person"])
            .instant("valid_from")
            .instant("created_at")
            .instant_null("replaced_at")
            .instant_null("awaited_at")
            .reference("unit_id", "unit", "id")
            .unique(&["rule_id", "version"])
            .unique_where_unset("replaced_at", &["unit_id", "subject_kind", "code"])
            .index_where_set("awaited_at", &["awaited_at"])
            .create(manager)
            .await?;
        // Two alike in one place were one to the ledger; now both speak, under codes of their own. What isn't exactly as a
        // fresh house has it, a person made: the settings don't replace it.
        let code = usual_code("kind");
        run(format!(
            "INSERT INTO reminder_rule (id, rule_id, version, code, unit_id, kind, subject_kind, working_days, \
             office_minutes, repeat_working_days, role, enabled, made_by, valid_from, created_at) \
             SELECT id, id, version, CASE WHEN twin = 1 THEN {code} ELSE {code} || '_' || twin END, unit_id, kind, \
             subject_kind, working_days, 0, repeat_working_days, role, enabled, \
             CASE WHEN version = 1 AND twin = 1 AND unit_id IS NULL AND role = 'responsible' AND enabled AND \
             (kind, working_days, COALESCE(repeat_working_days, 0)) IN \
             (VALUES ('before_due', 2, 0), ('due_today', 0, 0), ('overdue', 0, 3)) \
             THEN 'house' ELSE 'person' END, valid_from, valid_from \
             FROM (SELECT reminder_rule_before.*, row_number() OVER \
             (PARTITION BY unit_id, subject_kind, kind, role ORDER BY valid_from, id) AS twin \
             FROM reminder_rule_before) AS numbered"
        ))
        .await?;
        run("DROP TABLE reminder_rule_before".to_owned()).await?;
        let (bytewise, uuid, number, instant) = if manager.get_database_backend() == DbBackend::Postgres {
            (r#" COLLATE "C""#, "uuid", "bigint", "timestamp with time zone")
        } else {
            ("", "uuid_text", "integer", "timestamp_with_timezone_text")
        };
        for statement in [
            format!("ALTER TABLE notice ADD COLUMN rule_code text{bytewise} NOT NULL DEFAULT ''"),
            format!("ALTER TABLE notice ADD COLUMN rule_id {uuid}"),
            format!("ALTER TABLE notice ADD COLUMN rule_version {number}"),
            format!("UPDATE notice SET rule_code = {}", usual_code("rule_kind")),
            "DROP INDEX uq_notice_subject_id_rule_kind_due_at_step_role".to_owned(),
            format!("ALTER TABLE dossier ADD COLUMN standing_since {instant}"),
            "UPDATE dossier SET standing_since = COALESCE((SELECT max(occurred_at) FROM event \
             WHERE event.subject_id = dossier.id AND event.kind IN ('handed_over', 'resumed')), received_at) \
             WHERE open"
                .to_owned(),
        ] {
            run(statement).await?;
        }
        let once = Index::create()
            .name("uq_notice_subject_id_rule_code_due_at_step_role")
            .table("notice")
            .col("subject_id")
            .col("rule_code")
            .col("due_at")
            .col("step")
            .col("role")
            .unique()
            .take();
        manager.create_index(once).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
