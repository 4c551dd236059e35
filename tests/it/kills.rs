//! The drill in its short form: servers die while clerks receive dossiers and mails leave, and nothing is lost.

use std::time::Duration;

use crate::drill::{Plan, Post, drill};
use crate::support::cluster::Cluster;

const PLAN: Plan = Plan {
    seed: 20_261_125,
    replicas: 1,
    kills: 12,
    falls: 0,
    pause: (150, 1400),
    clerks: (3, Duration::from_millis(120)),
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_on_sqlite() {
    println!("{}", drill(&PLAN, None, &Post::bad(PLAN.seed).await).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_with_three_replicas_on_postgres() {
    // Durable: it falls.
    if let Some(cluster) = Cluster::start("fsync = on\nsynchronous_commit = on\n") {
        let plan = Plan { replicas: 3, kills: 15, falls: 1, ..PLAN };
        println!("{}", drill(&plan, Some(&cluster), &Post::bad(plan.seed).await).await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_with_a_real_mail_server() {
    if let Some(post) = Post::real() {
        println!("{}", drill(&PLAN, None, &post).await);
    }
}
