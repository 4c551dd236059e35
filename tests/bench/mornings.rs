//! A morning on which much is overdue: `cargo bench --bench mornings` enters 100,000 notices for 2,000 officials, makes
//! their digests, and sends these, on SQLite and, where it is installed, on PostgreSQL. Beside each it prints the limit
//! that was measured in the same run: the same rows written in bulk, durable inserts one by one, and what a sender
//! without any records (Postfix's `smtp-source`) puts into the same mail server (`smtp-sink`) over as many connections.

/// The binary.
#[path = "../it/support/binary.rs"]
pub mod binary;
/// PostgreSQL of its own.
#[path = "../it/support/cluster.rs"]
pub mod cluster;
/// A mail server that throws mails away.
mod sink;

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bonro::domain::schedule::JobName;
use bonro::mail::{Mailbox, Post};
use bonro::service::House;
use bonro::service::jobs::{Asked, run};
use bonro::service::settings::OfficeSettings;
use bonro::store::entity::{notice, outbox};
use bonro::store::{Pool, Store};
use bonro::world::{Clock as _, Entropy, RealClock, StandingClock, World};
use chrono::{DateTime, SubsecRound as _, Utc};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait as _, Database, DatabaseConnection,
    EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _, TransactionTrait as _,
};

use binary::bonro;
use cluster::Cluster;
use sink::Sink;

const UNITS: usize = 200;
const OFFICIALS: usize = 2_000;
/// A number on the command line makes it shorter, the name of an engine leaves the other one out:
/// `cargo bench --bench mornings -- 10000 sqlite`.
const DOSSIERS: usize = 100_000;
/// Connections to the mail server, over which each limit is measured as well: a commune's, and a province's that has more
/// mails under way to write down at once.
const CONNECTIONS: [usize; 2] = [4, 16];
/// Runs of what is over in half a second, of which the one in the middle counts.
const RUNS: usize = 3;
/// Bytes of a mail that is sent for comparison; a digest of fifty lines has about as many.
const BYTES: usize = 20_000;
/// Rows of a bulk insert.
const BULK: usize = 500;
/// Inserts that are committed one by one.
const SINGLE: u32 = 500;

const CALENDAR: &str = r#"{"office_hours":[["07:00","11:30"],["13:30","17:00"]],"working_weekdays":[1,2,3,4,5],
    "time_zone":"Asia/Ho_Chi_Minh","same_day_cutoff":"15:00"}"#;
const PROCEDURES: &str = "code,name,field,level,unit_code,term_unit,term,online_level\n\
    A,Cấp bản sao trích lục hộ tịch,Hộ tịch,town,,working_days,5,full\n";

fn per_second(count: usize, time: Duration) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / time.as_secs_f64()
}

/// Dossiers of long ago, all overdue, each held by an official.
fn write(records: &Path, dossiers: usize) {
    let put = |name: &str, text: &str| std::fs::write(records.join(name), text).expect("a file");
    let mut units = "code,parent_code,kind,name\nGOC,,people_committee,Ủy ban nhân dân\n".to_owned();
    for unit in 0..UNITS {
        let _ = writeln!(units, "U{unit},GOC,commune,Xã số {unit}");
    }
    let mut officials = "code,unit_code,full_name,role,email\n".to_owned();
    for number in 0..OFFICIALS {
        let unit = number % UNITS;
        let _ = writeln!(officials, "C{number},U{unit},Công chức {number},officer,c{number}@tinh.example");
    }
    let mut rows =
        "code,procedure_code,unit_code,channel,applicant_kind,received_at,due_at,closed_at,outcome,\
                    result_returned_at,officer_code,intake_digitised,result_digitised\n"
            .to_owned();
    for number in 0..dossiers {
        let (official, unit) = (number % OFFICIALS, number % UNITS);
        let _ =
            writeln!(rows, "H-{number},A,U{unit},counter,person,2024-05-06T08:00:00+07:00,,,,,C{official},,");
    }
    put("units.csv", &units);
    put("officials.csv", &officials);
    put("procedures.csv", PROCEDURES);
    put("calendar.json", CALENDAR);
    put("calendar.csv", "day,kind,name\n");
    put("dossiers.csv", &rows);
}

/// Founds an archive with them, through the door.
async fn found(url: &str, directory: &Path, dossiers: usize) {
    let records = directory.join("records");
    std::fs::create_dir_all(&records).expect("a directory");
    write(&records, dossiers);
    let told = |mut command: Command| {
        let output = command
            .env("BONRO_DATABASE__URL", url)
            .env("BONRO_MAIL__URL", "file:/dev/null")
            .output()
            .expect("the binary runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let minted = told(bonro(&["key", "create", "--label", "bench", "--role", "importer", "--json"]));
    let minted: serde_json::Value = serde_json::from_slice(&minted).expect("JSON");
    let mut settings = bonro::config::Settings::default();
    settings.server.listen = ([127, 0, 0, 1], 0).into();
    settings.database.url = bonro::config::Secret::new(url.to_owned());
    settings.mail.url = bonro::config::Secret::new(format!("file:{}", directory.display()));
    settings.jobs.enabled = false;
    let running = bonro::app::start(settings, None).await.expect("the house starts");
    let mut importing = bonro(&["import"]);
    importing.arg(&records).args(["--server", &format!("http://{}", running.address())]);
    importing.args(["--key", minted["secret"].as_str().expect("a secret")]);
    tokio::task::block_in_place(|| told(importing));
    running.stop().await.expect("the house drains");
}

/// The house as of now: all of it has long been overdue.
async fn house(url: &str, post: Post, connections: usize) -> (House, DateTime<Utc>) {
    // Not before what has just been entered.
    let now = RealClock.now().trunc_subsecs(0) + chrono::TimeDelta::seconds(1);
    let clock = Arc::new(StandingClock::at(now));
    let world = World { office: clock.clone(), lease: clock, entropy: Arc::new(Entropy::seeded(7)) };
    let mut settings = OfficeSettings::default();
    settings.mail.post = Arc::new(post);
    settings.mail.connections = connections;
    "tinh.example".clone_into(&mut settings.mail.domain);
    settings.mail.from = Mailbox { name: "Bonro".to_owned(), address: "bonro@tinh.example".to_owned() };
    let store = Store::connect(url, Pool::default()).await.expect("the archive opens");
    (House::with_settings(store, world, settings), now)
}

async fn timed(house: &House, job: JobName, at: DateTime<Utc>) -> Duration {
    let house = house.clone();
    let began = Instant::now();
    // As in a server, in a task of its own: the main one is woken from another thread.
    let working = tokio::spawn(async move { run(&house, job, at, Asked::ByHand).await });
    let ran = working.await.expect("the job doesn't panic").expect("the job runs");
    assert_eq!(ran.slot.state, "done", "{:?}", ran.slot.note);
    began.elapsed()
}

/// How long the rows of the ledger take to be written in bulk, into a table like theirs.
async fn bulk(tables: &DatabaseConnection) -> Duration {
    let rows = notice::Entity::find().all(tables).await.expect("notices are read");
    notice::Entity::delete_many().exec(tables).await.expect("the ledger is emptied");
    let began = Instant::now();
    for chunk in rows.chunks(BULK) {
        let models = chunk.iter().cloned().map(|row| row.into_active_model().reset_all());
        let work = tables.begin().await.expect("a transaction");
        notice::Entity::insert_many(models).exec_without_returning(&work).await.expect("rows are written");
        work.commit().await.expect("it commits");
    }
    began.elapsed()
}

/// Durable inserts a second, each committed by itself.
async fn single(tables: &DatabaseConnection) -> f64 {
    let run = async |sql: &str| tables.execute_unprepared(sql).await.expect("the table is ours");
    run("CREATE TABLE bench_single (id INTEGER PRIMARY KEY, said TEXT NOT NULL)").await;
    let began = Instant::now();
    for id in 0..SINGLE {
        run(&format!("INSERT INTO bench_single VALUES ({id}, 'one')")).await;
    }
    f64::from(SINGLE) / began.elapsed().as_secs_f64()
}

async fn morning(engine: &str, url: &str, dossiers: usize) {
    let directory = tempfile::tempdir().expect("a directory");
    found(url, directory.path(), dossiers).await;
    let sink = Sink::start();
    let post = || match &sink {
        Some(sink) => Post::from_url(&sink.url()).expect("an address"),
        None => Post::Directory(directory.path().join("mail")),
    };
    let [few, ..] = CONNECTIONS;
    let (first, at) = house(url, post(), few).await;
    first.enter_default_rules().await.expect("rules are entered");
    first.enter_jobs().await.expect("jobs are entered");
    println!("{engine}");

    let planned = timed(&first, JobName::PlanReminders, at).await;
    let sent = timed(&first, JobName::SendReminders, at).await;
    let tables = Database::connect(url).await.expect("the archive opens");
    let mails = outbox::Entity::find().count(&tables).await.expect("the outbox is read");
    let mails = usize::try_from(mails).expect("a count");
    let notices = notice::Entity::find().count(&tables).await.expect("the ledger is read");
    assert_eq!((notices, mails), (dossiers as u64, OFFICIALS.min(dossiers)));
    let delivered = timed(&first, JobName::DeliverMail, at).await;
    let all_left = async || {
        let left = outbox::Entity::find().filter(outbox::Column::State.ne("sent")).count(&tables).await;
        assert_eq!(left.expect("the outbox is read"), 0);
    };
    all_left().await;
    let (mut sealed, mut slot) = (Vec::new(), at);
    for connections in CONNECTIONS {
        let (house, _) = house(url, post(), connections).await;
        let mut times = Vec::new();
        for _ in 0..RUNS {
            // As after a server that was away: they were put together and sealed before.
            let again = "UPDATE outbox SET state = 'queued', sent_at = NULL";
            tables.execute_unprepared(again).await.expect("they wait again");
            slot -= chrono::TimeDelta::seconds(1);
            times.push(timed(&house, JobName::DeliverMail, slot).await);
            all_left().await;
        }
        sealed.push((connections, per_second(mails, middle(times))));
    }

    let digests = planned + sent;
    let bulk = bulk(&tables).await;
    println!(
        "  {notices} notices → {mails} digests in {:.1} s (ledger {:.1} s, digests {:.1} s); its rows in bulk {:.1} s; ratio {:.2}",
        digests.as_secs_f64(),
        planned.as_secs_f64(),
        sent.as_secs_f64(),
        bulk.as_secs_f64(),
        bulk.as_secs_f64() / digests.as_secs_f64(),
    );
    let single = single(&tables).await;
    println!("  durable inserts one by one: {single:.0}/s");
    let put_together = per_second(mails, delivered);
    println!("  mails put together, sealed, sent and recorded over {few} connections: {put_together:.0}/s");
    for (connections, rate) in sealed {
        print!(
            "  mails sent and recorded over {connections} connections: {rate:.0}/s, of inserts {:.2}",
            rate / single
        );
        if let Some(sink) = &sink {
            let bare = (0..RUNS).map(|_| sink.flood(mails, connections, BYTES)).collect();
            let bare = per_second(mails, middle(bare));
            print!("; a sender without records {bare:.0}/s, of that {:.2}", rate / bare);
        }
        println!();
    }
}

fn middle(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

#[tokio::main]
async fn main() {
    let dossiers = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(DOSSIERS);
    let asked: Vec<String> = std::env::args().map(|word| word.to_lowercase()).collect();
    let only = |engine: &str| asked.iter().any(|word| word == engine);
    if !only("postgresql") {
        let directory = tempfile::tempdir().expect("a directory");
        let url = format!("sqlite://{}", directory.path().join("morning.sqlite").display());
        morning("SQLite", &url, dossiers).await;
    }
    if !only("sqlite")
        && let Some(cluster) = Cluster::start("fsync = on\nsynchronous_commit = on\n")
    {
        morning("PostgreSQL", &cluster.url("postgres"), dossiers).await;
    }
}
