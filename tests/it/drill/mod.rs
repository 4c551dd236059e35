//! The drill: clerks receive overdue dossiers, jobs remind of them every few seconds, the mail server has a bad day,
//! and servers are killed at random instants, with PostgreSQL falling in between. At the end everything must be there
//! once. `kills` runs it short; `cargo bench --bench kills` runs it long.

mod archive;
mod clerks;
mod mta;
mod post;
mod replicas;
mod toll;

use std::path::Path;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::support::cluster::Cluster;
pub use archive::SENDER;
use clerks::Office;
pub use mta::Postfix;
use post::{BadPost, Taken};
use replicas::{Replica, Setting};
pub use toll::Toll;

/// What a drill is made of.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Everything random follows from it, save the machine's own timing.
    pub seed: u64,
    /// Servers on the one archive; more than one only with PostgreSQL.
    pub replicas: usize,
    /// Servers killed.
    pub kills: usize,
    /// How often PostgreSQL falls.
    pub falls: usize,
    /// Milliseconds between a server's being ready and its death: between these.
    pub pause: (u64, u64),
    /// Counters, and the pause between two customers of one.
    pub clerks: (usize, Duration),
}

/// Where the mails go.
pub enum Post {
    /// A server on a bad day.
    Bad(BadPost),
    /// Postfix.
    Real(Postfix),
}

/// Connections of each server to the mail server.
const CONNECTIONS: u32 = 3;

/// The longest wait for the last mail.
const PATIENCE: Duration = Duration::from_mins(4);

impl Post {
    /// A server on a bad day.
    pub async fn bad(seed: u64) -> Self {
        Self::Bad(BadPost::open(seed).await)
    }

    /// Postfix, where it is installed.
    pub fn real() -> Option<Self> {
        Postfix::start().map(Self::Real)
    }

    fn url(&self) -> String {
        match self {
            Self::Bad(post) => post.url(),
            Self::Real(post) => post.url(),
        }
    }

    /// Every mail that it took, and how often it took none.
    fn taken(&self) -> (Vec<Taken>, u64) {
        match self {
            Self::Bad(post) => (post.taken(), post.refused()),
            Self::Real(post) => (post.taken(), 0),
        }
    }

    /// It takes everything at once.
    fn calm_down(&self) {
        if let Self::Bad(post) = self {
            post.calm_down();
        }
    }

    /// It has nothing in its hands any more.
    fn is_done(&self) -> bool {
        match self {
            Self::Bad(_) => true,
            Self::Real(post) => post.waiting() == 0,
        }
    }
}

/// Runs it on SQLite, or on a cluster.
pub async fn drill(plan: &Plan, cluster: Option<&Cluster>, post: &Post) -> Toll {
    let directory = tempfile::tempdir().expect("a directory");
    let database = match cluster {
        Some(cluster) => cluster.url("postgres"),
        None => format!("sqlite://{}", directory.path().join("house.sqlite").display()),
    };
    let key = archive::found(&database, directory.path()).await;
    let setting = Setting { database: database.clone(), mail: post.url(), connections: CONNECTIONS };
    let log = directory.path().join("log");
    let mut replicas: Vec<Replica> = (0..plan.replicas).map(|_| Replica::new(setting.clone())).collect();
    let office = Office::new(replicas.iter().map(|replica| replica.address.clone()).collect(), key);
    for replica in &mut replicas {
        replica.start(&log);
        replica.ready().await;
    }
    let began = clerks::now();
    let mut at_work = office.open(plan.clerks.0, plan.clerks.1);
    kill_again_and_again(plan, cluster, &mut replicas, &log).await;
    office.close();
    while let Some(ended) = at_work.join_next().await {
        if let Err(error) = ended {
            panic!("{error}\n{}", written(&log));
        }
    }
    post.calm_down();
    let quiet = wait_until_quiet(&office, post).await;
    let toll = toll::count(plan, CONNECTIONS, &office, post, began).await;
    drop(replicas);
    let different = archive::differences(&database).await;
    let ends_well = quiet && different.is_empty() && toll.faults.is_empty();
    assert!(ends_well, "quiet: {quiet}; figures: {different}\n{toll}\n{}", written(&log));
    toll
}

fn written(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().rev().take(60).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}

async fn kill_again_and_again(plan: &Plan, cluster: Option<&Cluster>, replicas: &mut [Replica], log: &Path) {
    let mut luck = StdRng::seed_from_u64(plan.seed);
    let mut falls = 0;
    for kill in 0..plan.kills {
        tokio::time::sleep(Duration::from_millis(luck.random_range(plan.pause.0..plan.pause.1))).await;
        if let Some(cluster) = cluster
            && falls < plan.falls
            && kill * (plan.falls + 1) >= (falls + 1) * plan.kills
        {
            tokio::task::block_in_place(|| cluster.fall_and_rise());
            falls += 1;
        }
        let victim = luck.random_range(0..replicas.len());
        replicas[victim].kill();
        // Sometimes it stays away long enough for others to take up what it left.
        let away = if luck.random_range(0..4) == 0 { luck.random_range(0..2500) } else { 0 };
        tokio::time::sleep(Duration::from_millis(away)).await;
        replicas[victim].start(log);
        replicas[victim].ready().await;
    }
}

/// Waits for the last mail, with the dead letters tried again. False: it didn't come.
async fn wait_until_quiet(office: &Office, post: &Post) -> bool {
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        office.run_job("send_reminders").await;
        office.run_job("deliver_mail").await;
        if toll::is_quiet(office).await && post.is_done() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    false
}
