//! The migrations run on an empty database, twice over, and leave exactly the tables of the house.
//!
//! On SQLite always; on PostgreSQL where `BONRO_TEST_POSTGRES` holds the URL of a database in which a
//! schema may be created. What the columns are is held against the entities by a test of the house.

use migrations::Migrator;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectOptions, Database, DatabaseConnection};

const TABLES: &[&str] = &[
    "api_key",
    "applicant",
    "audit",
    "calendar",
    "calendar_day",
    "certificate",
    "commitment",
    "contribution",
    "declared_figure",
    "document",
    "dossier",
    "event",
    "figure_cell",
    "figure_cut",
    "figure_entry",
    "house_state",
    "import",
    "import_problem",
    "import_row",
    "incident",
    "incident_hit",
    "job",
    "mail_attempt",
    "mail_suppression",
    "notice",
    "official",
    "official_absence",
    "opinion",
    "outbox",
    "payment",
    "period_report",
    "petition",
    "procedure",
    "procedure_version",
    "proposal",
    "proposal_mention",
    "reconciliation",
    "reminder_rule",
    "reminder_snooze",
    "report",
    "report_file",
    "report_form",
    "report_form_content",
    "report_member",
    "report_text",
    "request_replay",
    "sealed_mail",
    "slot",
    "source",
    "source_name",
    "source_row",
    "survey",
    "target",
    "task",
    "trouble",
    "unit",
    "unit_edge",
    "unit_history",
    "unit_judging",
];

#[tokio::test]
async fn sqlite_gets_every_table() {
    let folder = tempfile::tempdir().expect("a folder for the database");
    let url = format!("sqlite://{}?mode=rwc", folder.path().join("bonro.db").display());
    let db = Database::connect(url).await.expect("a new file opens");
    assert_tables(&db, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        .await;
    let sql = text(&db, "SELECT sql FROM sqlite_master WHERE name = 'event'").await.join("");
    assert!(sql.contains(r#""seq" integer NOT NULL PRIMARY KEY AUTOINCREMENT"#), "{sql}");
    db.close().await.expect("the file closes");
}

#[tokio::test]
async fn postgres_gets_every_table() {
    let Ok(url) = std::env::var("BONRO_TEST_POSTGRES") else {
        return;
    };
    let schema = format!("migrations_{}", std::process::id());
    let outside = Database::connect(&url).await.expect("the database answers");
    outside.execute_unprepared(&format!("CREATE SCHEMA {schema}")).await.expect("a schema of our own");
    let db = Database::connect(ConnectOptions::new(url).set_schema_search_path(&schema).to_owned())
        .await
        .expect("the database answers");
    assert_tables(
        &db,
        "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()",
    )
    .await;
    let unsorted = "SELECT table_name || '.' || column_name AS name FROM information_schema.columns \
        WHERE table_schema = current_schema() AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'";
    assert_eq!(text(&db, unsorted).await, [""; 0], "texts sort as on SQLite");
    let cache = "SELECT max(cache_size)::text AS name FROM pg_sequences WHERE schemaname = current_schema()";
    assert_eq!(text(&db, cache).await, ["1"], "a later number is a greater one");
    db.close().await.expect("the connections close");
    outside.execute_unprepared(&format!("DROP SCHEMA {schema} CASCADE")).await.expect("the schema goes");
}

async fn assert_tables(db: &DatabaseConnection, listing: &str) {
    Migrator::up(db, None).await.expect("the migrations run");
    Migrator::up(db, None).await.expect("nothing is left to run");
    let mut tables = text(db, listing).await;
    tables.retain(|name| name != "seaql_migrations");
    tables.sort();
    assert_eq!(tables, TABLES);
}

async fn text(db: &DatabaseConnection, sql: &str) -> Vec<String> {
    let statement = sea_orm::Statement::from_string(db.get_database_backend(), sql);
    let rows = db.query_all_raw(statement).await.expect("the catalogue answers");
    rows.iter().map(|row| row.try_get_by_index(0).expect("one text")).collect()
}
