//! What a report costs to print: `cargo bench --bench papers` prints the sample's report on its four papers, then the same
//! report in a house with five million dossiers, and says time and growth of memory as ratios to the limits: 0.5 s and
//! 150 MB. The many dossiers are the sample's closed ones copied into the years before, ledger and all, so that the
//! report of the sample's period is the same: what it costs must be the same too. A number on the command line makes it
//! shorter: `cargo bench --bench papers -- 100000`.

/// The binary.
#[path = "../it/support/binary.rs"]
pub mod binary;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bonro::domain::period::Period;
use bonro::domain::schedule::JobName;
use bonro::report::Paper;
use bonro::service::House;
use bonro::service::jobs::{Asked, run};
use bonro::service::printing::{Draft, Printing};
use bonro::service::report::{Ask, summarize};
use bonro::service::reports::BREAKDOWNS;
use bonro::service::settings::OfficeSettings;
use bonro::store::{Pool, Store};
use bonro::world::{Entropy, StandingClock, World};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement};

use binary::bonro;

/// Dossiers of the large house.
const DOSSIERS: u64 = 5_000_000;
/// What printing may take.
const MOST_TIME: Duration = Duration::from_millis(500);
/// What it may need, in megabytes.
const MOST_MEMORY: f64 = 150.0;
/// Each is printed so many times; the quickest counts, as machines are shared.
const TIMES: usize = 3;
/// Days by which copies lie before one another: the sample's period has 153.
const APART: u64 = 160;
/// Copies that lie before one another, about five years; further ones lie upon these. Figures are read by months, so that
/// a house of more years has more of them to read, but one of more dossiers hasn't.
const LAYERS: u64 = 12;

/// Megabytes that the process has held at most since it was last asked to forget. None: this system doesn't say.
fn peak() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kilobytes: u32 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(f64::from(kilobytes) / 1024.0)
}

/// Makes the peak what is held now.
fn forget_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// The house of the sample, on the morning after its period.
async fn house(url: &str) -> (House, Period) {
    let at: DateTime<Utc> = "2024-05-16T00:15:00Z".parse().expect("an instant");
    let clock = Arc::new(StandingClock::at(at));
    let world = World { office: clock.clone(), lease: clock, entropy: Arc::new(Entropy::seeded(11)) };
    let store = Store::connect(url, Pool::default()).await.expect("the archive opens");
    let day = |text: &str| text.parse().expect("a date");
    let period = Period::new(day("2023-12-15"), day("2024-05-15")).expect("in order");
    (House::with_settings(store, world, OfficeSettings::default()), period)
}

/// The parts of a printing: figures, what else stands in it, the papers.
struct Took {
    figures: Duration,
    gathered: Duration,
    printed: Duration,
    grown: Option<f64>,
    bytes: Vec<usize>,
}

impl Took {
    fn all(&self) -> Duration {
        self.figures + self.gathered + self.printed
    }
}

async fn print(house: &House, period: Period) -> Took {
    forget_peak();
    let before = peak();
    let began = Instant::now();
    let look = house.look(house.own_context(JobName::ReportPeriod)).await.expect("a snapshot");
    let ask = Ask { period, unit_id: None, as_of: None, breakdowns: BREAKDOWNS.to_vec() };
    let summary = summarize(&look, &ask).await.expect("figures");
    let figures = began.elapsed();
    let began = Instant::now();
    let printing = Printing::gather(&look, summary, &house.settings.report, Draft::default()).await;
    let printing = printing.expect("all of it");
    let gathered = began.elapsed();
    drop(look);
    let papers: Vec<Paper> = Paper::ALL.into_iter().filter(|paper| paper.is_available()).collect();
    let began = Instant::now();
    let files = printing.print(&papers).await.expect("papers");
    let printed = began.elapsed();
    let grown = peak().zip(before).map(|(after, before)| after - before);
    Took { figures, gathered, printed, grown, bytes: files.iter().map(Vec::len).collect() }
}

async fn measured(name: &str, house: &House, period: Period) -> Took {
    // The quickest counts for time, the hungriest for memory.
    let mut best = print(house, period).await;
    for _ in 1..TIMES {
        let next = print(house, period).await;
        let grown = best.grown.zip(next.grown).map(|(one, other)| one.max(other));
        best = if next.all() < best.all() { next } else { best };
        best.grown = grown;
    }
    let seconds = best.all().as_secs_f64();
    println!(
        "{name}: {seconds:.2} s (figures {:.2}, lists and charts {:.2}, papers {:.2}); ratio to {} s {:.2}",
        best.figures.as_secs_f64(),
        best.gathered.as_secs_f64(),
        best.printed.as_secs_f64(),
        MOST_TIME.as_secs_f64(),
        seconds / MOST_TIME.as_secs_f64()
    );
    match best.grown {
        Some(grown) => println!(
            "  memory grew by {grown:.0} MB at most; ratio to {MOST_MEMORY} MB {:.2}",
            grown / MOST_MEMORY
        ),
        None => println!("  this system doesn't say how much memory it took"),
    }
    println!("  bytes of the papers: {:?}", best.bytes);
    best
}

async fn number(tables: &DatabaseConnection, sql: &str) -> u64 {
    let statement = Statement::from_string(DbBackend::Sqlite, sql.to_owned());
    let row = tables.query_one_raw(statement).await.expect("it is read").expect("a row");
    let number: i64 = row.try_get_by_index(0).expect("a number");
    u64::try_from(number).unwrap_or_default()
}

/// The columns of a table, each as it stands or with what changes in a copy.
async fn columns(tables: &DatabaseConnection, table: &str, changed: &[(&str, String)]) -> (String, String) {
    let sql = format!("SELECT name FROM pragma_table_info('{table}')");
    let rows = tables.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await.expect("columns");
    let names: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0).expect("a name")).collect();
    let names: Vec<&String> = names.iter().filter(|name| table != "figure_entry" || *name != "seq").collect();
    let value = |name: &&String| {
        let found = changed.iter().find(|(column, _)| column == name);
        found.map_or_else(|| format!("\"{name}\""), |(_, sql)| sql.clone())
    };
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    (quoted.join(", "), names.iter().map(value).collect::<Vec<_>>().join(", "))
}

/// Copies the sample's closed dossiers into earlier years until there are so many.
async fn grow(url: &str, dossiers: u64) {
    let tables = Database::connect(url).await.expect("the archive opens");
    let run = async |sql: String| tables.execute_unprepared(&sql).await.map(|done| done.rows_affected());
    let there = number(&tables, "SELECT COUNT(*) FROM dossier").await;
    let closed = number(&tables, "SELECT COUNT(*) FROM dossier WHERE open = 0").await;
    let copies = dossiers.saturating_sub(there).div_ceil(closed.max(1));
    run("PRAGMA synchronous = OFF".to_owned()).await.expect("a scratch archive");
    run("CREATE TEMP TABLE first_ones AS SELECT * FROM dossier WHERE open = 0".to_owned())
        .await
        .expect("copied");
    let entries = "CREATE TEMP TABLE first_entries AS SELECT figure_entry.* FROM figure_entry \
                   JOIN first_ones ON first_ones.id = figure_entry.subject_id";
    run(entries.to_owned()).await.expect("copied");
    for copy in 1..=copies {
        let days = ((copy - 1) % LAYERS + 1) * APART;
        // The first thirteen bytes of an identity are its own; the last three say which copy it is.
        let identity = |column: &str| format!("CAST(substr({column}, 1, 13) || x'{copy:06x}' AS BLOB)");
        let earlier = |column: &str| format!("date({column}, '-{days} days')");
        let (names, values) = columns(
            &tables,
            "dossier",
            &[
                ("id", identity("id")),
                ("code", format!("code || '-{copy}'")),
                ("received_on", earlier("received_on")),
                ("next_notice_at", "NULL".to_owned()),
                ("applicant_id", "NULL".to_owned()),
            ],
        )
        .await;
        run("BEGIN".to_owned()).await.expect("it begins");
        run(format!("INSERT INTO dossier ({names}) SELECT {values} FROM first_ones")).await.expect("copied");
        let (names, values) = columns(
            &tables,
            "figure_entry",
            &[
                ("subject_id", identity("subject_id")),
                ("effective_on", earlier("effective_on")),
                ("effective_month", format!("date(effective_on, '-{days} days', 'start of month')")),
            ],
        )
        .await;
        run(format!("INSERT INTO figure_entry ({names}) SELECT {values} FROM first_entries"))
            .await
            .expect("copied");
        run("COMMIT".to_owned()).await.expect("it ends");
    }
    tables.close().await.expect("it closes");
}

fn demo(out: &Path) {
    let mut command = bonro(&["demo", "--json", "--out"]);
    let output = tokio::task::block_in_place(|| command.arg(out).output()).expect("the binary runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::main]
async fn main() {
    let dossiers = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(DOSSIERS);
    let directory = tempfile::tempdir().expect("a directory");
    demo(directory.path());
    let url = format!("sqlite://{}", directory.path().join("bonro.sqlite").display());
    let (small, period) = house(&url).await;
    let of_sample = measured("the sample's report", &small, period).await;
    small.store.close().await.expect("it closes");

    let began = Instant::now();
    grow(&url, dossiers).await;
    let (large, _) = house(&url).await;
    let at = "2024-05-16T00:14:00Z".parse().expect("an instant");
    let folded = run(&large, JobName::FoldFigures, at, Asked::ByHand).await.expect("figures are folded");
    assert_eq!(folded.slot.state, "done", "{:?}", folded.slot.note);
    println!("{}", folded.slot.note.unwrap_or_default());
    println!("made {dossiers} dossiers in {:.0} s", began.elapsed().as_secs_f64());
    let of_many = measured("the same among all of these", &large, period).await;
    println!(
        "time {:.2} times that of the sample; figures {:.2}, lists and charts {:.2}, papers {:.2}",
        of_many.all().as_secs_f64() / of_sample.all().as_secs_f64(),
        of_many.figures.as_secs_f64() / of_sample.figures.as_secs_f64(),
        of_many.gathered.as_secs_f64() / of_sample.gathered.as_secs_f64(),
        of_many.printed.as_secs_f64() / of_sample.printed.as_secs_f64()
    );
}
