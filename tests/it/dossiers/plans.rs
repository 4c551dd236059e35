//! How the engines read lists: every published order comes from an index, first pages and later ones, and nothing
//! is sorted.

use bonro::domain::filter::{Condition, Op, Order, Value};
use bonro::domain::permission::Scope;
use bonro::service::dossiers::PUBLISHED;
use bonro::store::dossiers::list_statement;
use bonro::store::query::{Cursor, ListQuery};
use bonro::store::records::Asked;
use sea_orm::{ConnectionTrait as _, DatabaseBackend, DatabaseConnection, Statement};

use super::filters::fill;
use super::office::Office;
use crate::support::both;

const ID: &str = "01900000-0000-7000-8000-000000000000";

fn asked(order: &'static str, descending: bool, paged: bool, conditions: Vec<Condition>) -> Asked {
    let now = "2024-06-03T01:00:00Z".parse().expect("an instant");
    let key = if order == "code" { Value::Text("A-3".to_owned()) } else { Value::Instant(now) };
    let after = paged.then(|| Cursor { key, id: ID.to_owned() });
    let query = ListQuery { conditions, order: Order { field: order, descending }, after, limit: 50 };
    Asked { query, among: Vec::new(), now }
}

async fn plan(database: &DatabaseConnection, asked: &Asked) -> String {
    let statement = list_statement(database.get_database_backend(), asked, &Scope::All).expect("a statement");
    explained(database, statement).await
}

/// How the engine would carry out a statement.
pub async fn explained(database: &DatabaseConnection, statement: Statement) -> String {
    let engine = database.get_database_backend();
    let explain = if engine == DatabaseBackend::Postgres { "EXPLAIN" } else { "EXPLAIN QUERY PLAN" };
    let sql = format!("{explain} {}", statement.sql);
    let explained = match statement.values {
        Some(values) => Statement::from_sql_and_values(engine, sql, values),
        None => Statement::from_string(engine, sql),
    };
    let column = if engine == DatabaseBackend::Postgres { "QUERY PLAN" } else { "detail" };
    let rows = database.query_all_raw(explained).await.expect("a plan");
    let lines: Vec<String> = rows.iter().map(|row| row.try_get("", column).expect("a line")).collect();
    lines.join("\n")
}

fn goes_by_an_index(plan: &str, question: &str) {
    let by_index = if plan.contains("QUERY PLAN") || plan.contains("cost=") {
        plan.contains("Index Scan") && !plan.contains("Seq Scan") && !plan.contains("Bitmap")
    } else {
        plan.contains("USING INDEX")
    };
    assert!(by_index, "{question}:\n{plan}");
    assert!(!plan.contains("Sort") && !plan.contains("TEMP B-TREE"), "{question} is sorted:\n{plan}");
}

both!(every_order_comes_from_an_index, |house| {
    let office = Office::open(&house).await;
    fill(&office).await;
    let database = one_connection(&house.url).await;
    let orders: Vec<&'static str> =
        PUBLISHED.iter().filter(|p| p.field.sortable).map(|p| p.field.name).collect();
    assert_eq!(orders, ["code", "received_at", "due_at"]);
    for order in orders {
        for descending in [false, true] {
            for paged in [false, true] {
                let plan = plan(&database, &asked(order, descending, paged, Vec::new())).await;
                let question = format!("{order}, descending {descending}, later page {paged}");
                goes_by_an_index(&plan, &question);
                let bound = plan.contains("Index Cond") || plan.contains("SEARCH");
                assert_eq!(bound, paged, "{question}: a later page begins where it begins:\n{plan}");
            }
        }
    }
    // What is asked most: the open ones by due date.
    let open = Condition { field: "open", op: Op::Eq, value: Value::Flag(true) };
    for descending in [false, true] {
        for paged in [false, true] {
            let plan = plan(&database, &asked("due_at", descending, paged, vec![open.clone()])).await;
            goes_by_an_index(&plan, "open by due date");
        }
    }
    database.close().await.expect("an idle connection closes");
});

/// One connection, so that its settings hold for every question. Small tables are read whole by choice.
pub async fn one_connection(url: &str) -> DatabaseConnection {
    let mut options = sea_orm::ConnectOptions::new(url.to_owned());
    options.max_connections(1).sqlx_logging(false);
    let database = sea_orm::Database::connect(options).await.expect("the database opens");
    if database.get_database_backend() == DatabaseBackend::Postgres {
        database.execute_unprepared("SET enable_seqscan = off").await.expect("it is set");
        database.execute_unprepared("ANALYZE dossier").await.expect("it is analysed");
    }
    database
}
