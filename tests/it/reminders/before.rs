//! A house from before rules had codes and versions: its rules and its ledger go on.

use migrations::{Migrator, MigratorTrait as _};
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, Statement};

use crate::support::both;

const STEP: &str = "m20261128_000070_version_reminder_rules";

async fn texts(tables: &DatabaseConnection, sql: &str) -> Vec<String> {
    let statement = Statement::from_string(tables.get_database_backend(), sql);
    let rows = tables.query_all_raw(statement).await.expect("the tables answer");
    rows.iter().map(|row| row.try_get_by_index(0).expect("one text")).collect()
}

both!(rules_and_ledger_of_before_go_on, |house| {
    let folder = tempfile::tempdir().expect("a folder");
    let options = if house.url.starts_with("sqlite") {
        ConnectOptions::new(format!("sqlite://{}?mode=rwc", folder.path().join("before.db").display()))
    } else {
        let outside = Database::connect(&house.url).await.expect("the database answers");
        outside.execute_unprepared("CREATE SCHEMA before_versions").await.expect("a schema of its own");
        ConnectOptions::new(&house.url).set_schema_search_path("before_versions").to_owned()
    };
    let tables = Database::connect(options).await.expect("the database answers");
    let steps = Migrator::migrations().iter().position(|step| step.name() == STEP).expect("it is listed");
    let before = u32::try_from(steps).expect("a few");
    Migrator::up(&tables, Some(before)).await.expect("the steps before it run");
    let id = |n: u32| format!("'00000000-0000-0000-0000-{n:012}'");
    let at = "'2024-05-02 01:00:00+00:00'";
    let rule = |n: u32, kind: &str, days: u32, role: &str, version: u32| {
        format!(
            "INSERT INTO reminder_rule (id, kind, subject_kind, working_days, role, enabled, version, valid_from) \
             VALUES ({}, '{kind}', 'dossier', {days}, '{role}', TRUE, {version}, {at})",
            id(n)
        )
    };
    let notice = format!(
        "INSERT INTO notice (id, subject_kind, subject_id, subject_code, rule_kind, due_at, step, role, state, \
         fell_due_at, created_at) VALUES ({}, 'dossier', {}, 'D', 'overdue', {at}, 1, 'head', 'sent', {at}, {at})",
        id(20),
        id(21)
    );
    for sql in [
        rule(1, "before_due", 2, "responsible", 1),
        rule(2, "before_due", 5, "responsible", 1),
        rule(3, "overdue", 0, "head", 4),
        notice,
    ] {
        tables.execute_unprepared(&sql).await.expect("a row of before");
    }
    Migrator::up(&tables, None).await.expect("the others run");
    let rules = "SELECT code || ' ' || version || ' ' || made_by || ' ' || working_days FROM reminder_rule \
                 WHERE rule_id = id AND replaced_at IS NULL ORDER BY code";
    assert_eq!(
        texts(&tables, rules).await,
        ["before_due 1 house 2", "before_due_2 1 person 5", "overdue_head 4 person 0"]
    );
    let told =
        "SELECT rule_code || ' ' || COALESCE(rule_version, 0) || ' ' || COALESCE(why, '-') FROM notice";
    assert_eq!(texts(&tables, told).await, ["overdue_head 0 sent_before"], "what had left isn't told again");
    let twice = format!(
        "INSERT INTO notice (id, subject_kind, subject_id, subject_code, rule_kind, due_at, step, role, \
         fell_due_at, created_at, rule_code) \
         VALUES ({}, 'dossier', {}, 'D', 'overdue', {at}, 1, 'head', {at}, {at}, 'overdue_head')",
        id(22),
        id(21)
    );
    assert!(tables.execute_unprepared(&twice).await.is_err(), "told once is told");
    // What can be told of has grown since, and not to anything.
    let other = |subject: &str, n: u32| twice.replace("'dossier'", subject).replace(&id(22), &id(n));
    let other = |subject: &str, n: u32| other(subject, n).replace(&id(21), &id(n + 100));
    tables.execute_unprepared(&other("'opinion'", 30)).await.expect("an opinion fits");
    assert!(tables.execute_unprepared(&other("'letter'", 31)).await.is_err());
});
