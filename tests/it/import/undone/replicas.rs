//! Two replicas on one PostgreSQL: what they do to the imports of one source is done one after the other.

use bonro::domain::permission::Scope;
use bonro::domain::record::ImportRow;
use bonro::service::{House, ServiceError};
use bonro::store::{Pool, Store};
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, Statement};
use uuid::Uuid;

use super::records::survey;
use super::{feed, found, start};
use crate::import::killed::until;
use crate::records::town::Town;
use crate::support::{house, postgres};

/// The number of the lock at which a trigger waits.
const GATE: i64 = 42;

/// One session, so that a lock of it stays its own.
async fn session(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url.to_owned());
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.expect("the database opens")
}

/// Who writes to a table waits at the gate.
async fn gated(url: &str, on: &str) -> DatabaseConnection {
    let session = session(url).await;
    for sql in [
        &format!(
            "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN PERFORM pg_advisory_xact_lock_shared({GATE}); RETURN NULL; END $$"
        ),
        &format!("CREATE TRIGGER wait AFTER {on} FOR EACH STATEMENT EXECUTE FUNCTION wait()"),
        &format!("SELECT pg_advisory_lock({GATE})"),
    ] {
        session.execute_unprepared(sql).await.expect("whoever may write may do so");
    }
    session
}

/// Waits until so many wait for a lock of anybody's.
async fn waiting(session: &DatabaseConnection, how_many: i64) {
    counted(session, "TRUE", how_many).await;
}

/// Waits until somebody waits at the gate: on the way there it may have waited for another lock.
async fn at_the_gate(session: &DatabaseConnection) {
    counted(session, &format!("objid = {GATE}"), 1).await;
}

async fn counted(session: &DatabaseConnection, which: &str, how_many: i64) {
    until(async || {
        let sql = format!(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND {which} \
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        );
        let statement = Statement::from_string(session.get_database_backend(), sql);
        let row = session.query_one_raw(statement).await.ok()??;
        row.try_get_by_index::<i64>(0).ok().filter(|count| *count >= how_many)
    })
    .await;
}

async fn another(town: &Town, url: &str) -> House {
    let store = Store::connect(url, Pool::default()).await.expect("the archive opens");
    House::new(store, town.house.world.clone())
}

fn rows(code: &str) -> Vec<ImportRow> {
    vec![ImportRow { file: "nguon.csv".into(), line: 2, record: survey(code, "P1", "neutral") }]
}

#[tokio::test]
async fn an_undo_waits_for_the_batch_of_a_newer_import() {
    let Some(url) = postgres::fresh_url(house::migrate).await else { return };
    let town = Town::open(&url).await;
    feed(&town, 1, vec![survey("DG-1", "P1", "satisfied")]).await;
    town.clock.advance(chrono::TimeDelta::minutes(1));
    let other = another(&town, &url).await;
    let context = || town.context(Scope::All);
    town.house.start_import(context(), &start(2)).await.expect("it opens");
    let gate = gated(&url, "INSERT ON import_row").await;
    let newer = start(2);
    let (batch, undone, ()) = tokio::join!(
        town.house.import_batch(context(), &newer, 1, rows("DG-1")),
        async {
            // The batch of the newer import stands before its end, unseen.
            at_the_gate(&gate).await;
            other.undo_import(context(), Uuid::from_u128(1), "nhầm tệp").await
        },
        async {
            waiting(&gate, 2).await;
            gate.execute_unprepared(&format!("SELECT pg_advisory_unlock({GATE})")).await.expect("it opens");
        }
    );
    batch.expect("it lands");
    assert!(matches!(undone, Err(ServiceError::Precondition { reason: "NEWER_STANDS", .. })), "{undone:?}");
    assert_eq!(found(&town).await, [] as [String; 0]);
}

#[tokio::test]
async fn a_batch_and_an_end_wait_for_an_undo_and_find_it() {
    let Some(url) = postgres::fresh_url(house::migrate).await else { return };
    let town = Town::open(&url).await;
    let context = || town.context(Scope::All);
    // Open before the one that will be undone: neither is newer.
    town.house.start_import(context(), &start(7)).await.expect("it opens");
    feed(&town, 1, (0..600).map(|n| survey(&format!("DG-{n:04}"), "P1", "satisfied")).collect()).await;
    let other = another(&town, &url).await;
    let gate = gated(&url, "UPDATE ON import_row").await;
    let open = start(7);
    let (undone, batch, finished, ()) = tokio::join!(
        town.house.undo_import(context(), Uuid::from_u128(1), "nhầm tệp"),
        async {
            // The first step of the undo stands before its end, unseen.
            at_the_gate(&gate).await;
            other.import_batch(context(), &open, 1, rows("DG-0001")).await
        },
        async {
            at_the_gate(&gate).await;
            other.finish_import(context(), &open).await
        },
        async {
            waiting(&gate, 3).await;
            gate.execute_unprepared(&format!("SELECT pg_advisory_unlock({GATE})")).await.expect("it opens");
        }
    );
    undone.expect("it is undone");
    let under_way =
        |error: &ServiceError| matches!(error, ServiceError::Precondition { reason: "UNDO_UNDER_WAY", .. });
    assert!(batch.as_ref().is_err_and(under_way), "{batch:?}");
    assert!(finished.as_ref().is_err_and(under_way), "{finished:?}");
    assert_eq!(town.ledger("survey").await.len(), 0, "nothing of it is left, nothing landed between");
    assert_eq!(found(&town).await, [] as [String; 0]);
    // Over, it goes on.
    let done = other.import_batch(context(), &open, 1, rows("DG-0001")).await;
    done.expect("it lands");
    other.finish_import(context(), &open).await.expect("it ends");
    assert_eq!(town.ledger("survey").await.len(), 1);
}
