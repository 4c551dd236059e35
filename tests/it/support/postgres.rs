//! One PostgreSQL cluster for the whole test run, and a fresh database in it for each test, copied from a
//! template that was migrated once.
//!
//! Nothing is configured: `initdb` and `pg_ctl` are looked for, and without them the PostgreSQL
//! half of each test is skipped with a loud line (or fails, with `BONRO_REQUIRE_POSTGRES=1`).

use std::future::Future;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection};

use super::cluster::Cluster;

/// No durability: the data lives as long as the run.
const SETTINGS: &str = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\n";

const TEMPLATE: &str = "bonro_template";

static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
static NUMBER: AtomicU32 = AtomicU32::new(1);

/// The URL of a fresh, migrated database, or `None` where PostgreSQL isn't installed. `migrate`
/// is called for the template only, by the first test that comes.
pub async fn fresh_url<M, F>(migrate: M) -> Option<String>
where
    M: FnOnce(String) -> F + Send + 'static,
    F: Future<Output = ()>,
{
    let cluster = CLUSTER.get_or_init(|| start(migrate)).as_ref()?;
    let name = format!("bonro_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    let admin = connect(&cluster.url("postgres")).await;
    // Copying the files of a small template beats writing its pages through the log.
    let copy = format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY");
    admin.execute_unprepared(&copy).await.expect("a database is copied from the idle template");
    admin.close().await.expect("an idle connection closes");
    Some(cluster.url(&name))
}

fn start<M, F>(migrate: M) -> Option<Cluster>
where
    M: FnOnce(String) -> F + Send + 'static,
    F: Future<Output = ()>,
{
    let cluster = Cluster::start(SETTINGS)?;
    make_template(&cluster, migrate);
    Some(cluster)
}

/// Runs in a thread with a runtime of its own: the first test's runtime is busy waiting here.
fn make_template<M, F>(cluster: &Cluster, migrate: M)
where
    M: FnOnce(String) -> F + Send + 'static,
    F: Future<Output = ()>,
{
    let (admin, template) = (cluster.url("postgres"), cluster.url(TEMPLATE));
    let work = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime can be built").block_on(async move {
            let admin = connect(&admin).await;
            let create = format!("CREATE DATABASE {TEMPLATE}");
            admin.execute_unprepared(&create).await.expect("a new cluster takes a database");
            migrate(template).await;
            admin.close().await.expect("an idle connection closes");
        });
    });
    work.join().expect("the template could be migrated");
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.expect("the cluster of this run answers")
}
