//! Reminders while everything dies: `cargo bench --bench kills` kills servers of the release build some 260 times at
//! random instants, on SQLite and, where it is installed, on PostgreSQL with one and three replicas while it falls
//! itself, under a mail server on a bad day. It prints what was lost (nothing) and what was repeated on the wire, and
//! ends with an error if anything isn't as it must be. The short form is in the tests.

/// The binary.
#[path = "../it/support/binary.rs"]
pub mod binary;
/// PostgreSQL of its own.
#[path = "../it/support/cluster.rs"]
pub mod cluster;
#[path = "../it/drill/mod.rs"]
#[expect(unused_imports, dead_code, reason = "the tests of mails that come back use more of it")]
mod drill;
/// Mails as they are on the wire.
#[path = "../it/support/letters.rs"]
pub mod letters;

/// What the drill shares with the tests.
mod support {
    pub use super::{binary, cluster, letters};
}

use std::time::Duration;

use drill::{Plan, Post, drill};
use support::cluster::Cluster;

const DURABLE: &str = "fsync = on\nsynchronous_commit = on\n";

#[tokio::main]
async fn main() {
    let plan = |seed, replicas, kills, falls| Plan {
        seed,
        replicas,
        kills,
        falls,
        pause: (100, 1500),
        clerks: (4, Duration::from_millis(100)),
    };
    println!("SQLite, one server\n{}", drill(&plan(1, 1, 100, 0), None, &Post::bad(1).await).await);
    if let Some(post) = Post::real() {
        println!("SQLite, one server, Postfix\n{}", drill(&plan(3, 1, 40, 0), None, &post).await);
    }
    for (replicas, kills) in [(1, 60), (3, 100)] {
        if let Some(cluster) = Cluster::start(DURABLE) {
            let toll = drill(&plan(2, replicas, kills, 6), Some(&cluster), &Post::bad(2).await).await;
            println!("PostgreSQL, servers: {replicas}\n{toll}");
        }
    }
}
