//! The main job, end to end: the real binary loads the sample through its own API, and everything it
//! says is held against files that an independent program made.

pub mod papers;
/// The same as the unit tests of the page have.
#[path = "../../src/report/tests/sentences.rs"]
mod sentences;
mod workbook;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::postgres;

/// The sample, unpacked: file name → text.
fn sample() -> BTreeMap<String, String> {
    let packed =
        std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/sample/duc-pho-2024.tar.zst"))
            .expect("the sample lies in the tree");
    let tar = zstd::decode_all(packed.as_slice()).expect("the sample is zstd");
    let mut archive = tar::Archive::new(tar.as_slice());
    let mut files = BTreeMap::new();
    for entry in archive.entries().expect("the sample is a tar") {
        let mut entry = entry.expect("an entry");
        let path = entry.path().expect("a path").into_owned();
        let mut text = String::new();
        entry.read_to_string(&mut text).expect("UTF-8");
        files.insert(path.file_name().expect("a name").to_string_lossy().into_owned(), text);
    }
    files
}

fn demo(out: &Path, more: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bonro"))
        .arg("demo")
        .arg("--out")
        .arg(out)
        .args(more)
        .env("NO_COLOR", "1")
        .output()
        .expect("the binary runs")
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).expect("JSON")
}

fn mails(out: &Path) -> BTreeMap<PathBuf, String> {
    std::fs::read_dir(out.join("mail"))
        .expect("the mail directory")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "eml"))
        .map(|path| {
            (path.clone(), String::from_utf8_lossy(&std::fs::read(&path).expect("a mail")).into_owned())
        })
        .collect()
}

/// Addresses of the officials who hold open work that is overdue or due within two working days of
/// Thursday 16 May 2024, read from the files alone.
fn expected_recipients(files: &BTreeMap<String, String>) -> BTreeSet<String> {
    let rows = |name: &str| {
        let mut reader = csv::Reader::from_reader(files[name].as_bytes());
        let head = reader.headers().expect("a head").clone();
        reader
            .records()
            .map(|row| {
                let row = row.expect("a row");
                head.iter().map(str::to_owned).zip(row.iter().map(str::to_owned)).collect::<BTreeMap<_, _>>()
            })
            .collect::<Vec<_>>()
    };
    let address: BTreeMap<String, String> =
        rows("officials.csv").into_iter().map(|r| (r["code"].clone(), r["email"].clone())).collect();
    let mut found: BTreeSet<String> = rows("dossiers.csv")
        .into_iter()
        .filter(|r| r["closed_at"].is_empty() && &r["due_at"][..10] <= "2024-05-20")
        .map(|r| address[&r["officer_code"]].clone())
        .collect();
    found.extend(
        rows("tasks.csv")
            .into_iter()
            .filter(|r| {
                r["completed_at"].is_empty()
                    && !r["due_on"].is_empty()
                    && r["due_on"].as_str() <= "2024-05-20"
            })
            .map(|r| address[&r["responsible_official"]].clone()),
    );
    found
}

fn check(url: Option<&str>) {
    let directory = tempfile::tempdir().expect("a directory");
    let out = directory.path().join("out");
    let database: Vec<&str> = url.map(|u| vec!["--database", u]).unwrap_or_default();
    let files = sample();

    let run = demo(&out, &database);
    let said = String::from_utf8_lossy(&run.stdout).into_owned() + &String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{said}");
    let summary = json(&std::fs::read_to_string(out.join("summary.json")).expect("summary.json"));
    assert_eq!(summary, json(&files["expected-summary.json"]));

    let deadlines = std::fs::read_to_string(out.join("deadlines.csv")).expect("deadlines.csv");
    let mut lines = deadlines.lines();
    assert_eq!(lines.next(), Some("code,file_due_at,computed_due_at,equal"));
    let mut count = 0;
    for line in lines {
        assert!(line.ends_with(",true"), "{line}");
        count += 1;
    }
    assert_eq!(count, 24_580);

    let sent = mails(&out);
    let recipients: Vec<String> = sent
        .values()
        .filter_map(|mail| mail.lines().find_map(|l| l.strip_prefix("To: ")).map(str::to_owned))
        .map(|to| to.rsplit('<').next().unwrap_or(&to).trim_end_matches('>').trim().to_owned())
        .collect();
    let digests: Vec<&String> = recipients.iter().filter(|to| !to.starts_with("noivu@")).collect();
    let distinct: BTreeSet<String> = digests.iter().map(|to| (*to).clone()).collect();
    assert_eq!(digests.len(), distinct.len(), "somebody got two digests");
    assert_eq!(distinct, expected_recipients(&files));
    assert_eq!(recipients.len() - digests.len(), 1, "one summary goes to the Home Affairs office");

    let printed = papers::read(&out);
    // Once is enough: the files are the same whatever the database.
    if url.is_none() {
        papers::check(&out, &printed);
        workbook::check(&out, &printed["appendix.xlsx"]);
    }

    // Every day, unit, procedure and fact of the ledger, recounted from the events.
    let sqlite_url = format!("sqlite://{}", out.join("bonro.sqlite").display());
    let checked = Command::new(env!("CARGO_BIN_EXE_bonro"))
        .args(["check", "figures"])
        .env("BONRO_DATABASE__URL", url.unwrap_or(&sqlite_url))
        .output()
        .expect("the binary runs");
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));

    // The same, and the summaries, by a recount of the tests' own.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(crate::ledger::sample::recount(url.unwrap_or(&sqlite_url)));

    let again = demo(&out, &database);
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
    for (name, bytes) in papers::read(&out) {
        assert!(bytes == printed[name], "{name} isn't the same when it is printed again");
    }
    assert_eq!(mails(&out), sent, "running the jobs again sends nothing more");
    assert_eq!(json(&std::fs::read_to_string(out.join("summary.json")).expect("summary.json")), summary);
}

#[test]
fn the_sample_comes_out_right_on_sqlite() {
    check(None);
}

#[test]
fn the_sample_comes_out_right_on_postgres() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    if let Some(url) = runtime.block_on(postgres::fresh_url(crate::support::house::migrate)) {
        check(Some(&url));
    }
}
