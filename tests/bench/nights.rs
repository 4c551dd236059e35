//! The whole sample fed as 180 nightly files, with their mishaps, and its figures compared after each with those of the
//! history as it was known: `cargo bench --bench nights`. Once as rows that a client sends, once as spreadsheets that
//! are left in a drop folder. It prints how fast rows are taken in, most of which say what
//! they said the night before, beside the least that such a comparison needs: reading what the source said last.

/// The maker of spreadsheets.
#[path = "../it/intake/export.rs"]
pub mod export;
#[path = "../it/import/year/mod.rs"]
mod year;

/// What the nights share with the tests.
mod intake {
    pub use super::export;
}

use std::time::{Duration, Instant};

use bonro::domain::record::RecordKind;
use bonro::store::{Pool, Store, sources};

use year::software::Software;
use year::{Mishaps, Run};

/// A number of nights on the command line makes it shorter: `cargo bench --bench nights -- 30`.
const NIGHTS: usize = 180;

fn rate(rows: usize, time: Duration) -> f64 {
    f64::from(u32::try_from(rows).unwrap_or(u32::MAX)) / time.as_secs_f64()
}

/// How long it takes to read what the source said last of so many rows.
async fn floor(url: &str, codes: &[String], rows: usize) -> Duration {
    let store = Store::connect(url, Pool::default()).await.expect("the archive opens");
    let began = Instant::now();
    let mut read = 0;
    while read < rows {
        let door = store.read().await.expect("a snapshot");
        for chunk in codes.chunks(500) {
            let said = sources::said(&door, "iGate", RecordKind::Dossier.as_str(), chunk).await;
            read += said.expect("it is read").len();
            if read >= rows {
                break;
            }
        }
    }
    began.elapsed()
}

#[tokio::main]
async fn main() {
    let software = Software::of_sample(1);
    let first = "2023-11-18".parse().expect("a date");
    let nights = std::env::args().find_map(|word| word.parse().ok()).unwrap_or(NIGHTS);
    let mishaps = Mishaps { swapped: nights * 2 / 9, cut: nights / 2, broken: nights * 2 / 3 };
    for as_files in [false, true] {
        let directory = tempfile::tempdir().expect("a directory");
        let url = format!("sqlite://{}", directory.path().join("nights.sqlite").display());
        let store = Store::connect(&url, Pool::default()).await.expect("a fresh archive");
        store.migrate().await.expect("its tables");
        store.close().await.expect("it closes");
        let run = if as_files {
            println!("\nas spreadsheets in a drop folder, read and taken in:");
            let folder = directory.path().join("files");
            std::fs::create_dir(&folder).expect("a folder");
            Run::by_files(&url, &software, folder).await
        } else {
            println!("as rows that a client sends:");
            Run::open(&url, &software).await
        };
        let began = Instant::now();
        let ran = run.feed(first, nights, mishaps).await;
        let (all, longest) = (began.elapsed(), ran.times.iter().max().copied().unwrap_or_default());
        let codes: Vec<String> = software.dossiers.iter().map(|whole| whole.code.clone()).collect();
        let least = floor(&url, &codes, ran.rows).await;
        println!(
            "{} nights taken, {} refused, {} comparisons: all equal",
            ran.taken, ran.refused, ran.compared
        );
        println!("{} rows sent, {} of them moved something", ran.rows, ran.moved);
        println!(
            "all with its comparisons {:.1} s, the longest night {:.1} s",
            all.as_secs_f64(),
            longest.as_secs_f64()
        );
        println!(
            "taken in at {:.0} rows/s; reading what was said last {:.0} rows/s; ratio {:.2}",
            rate(ran.rows, ran.sent),
            rate(ran.rows, least),
            least.as_secs_f64() / ran.sent.as_secs_f64()
        );
    }
}
