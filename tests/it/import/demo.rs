//! A demo that is killed at several moments, and started again with the same arguments.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Output, Stdio};

use sea_orm::{ConnectionTrait as _, Database, Statement};
use serde_json::Value;

use super::killed::{Reaped, until};
use super::office::{bonro, run, said};
use super::town::Town;

/// Two batches of an import, and many mails.
const TOWN: Town = Town { officials: 60, dossiers: 1200, faulty: false };

fn demo(data: &Path, out: &Path) -> std::process::Command {
    let mut command = bonro(&["demo", "--json", "--data"]);
    command.arg(data).arg("--out").arg(out);
    command
}

fn told(output: &Output) -> Value {
    assert_eq!(output.status.code(), Some(0), "{}", said(output));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// File name → bytes of the mails that lie there.
fn mails(out: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(out.join("mail")).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "eml"))
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read(&path).expect("a mail"))
        })
        .collect()
}

/// A header of a mail.
fn header<'m>(mail: &'m str, name: &str) -> &'m str {
    mail.lines()
        .take_while(|line| !line.is_empty())
        .find_map(|line| line.strip_prefix(name))
        .unwrap_or_default()
}

/// Who was written what, however the mails are called.
fn contents(mails: &BTreeMap<String, Vec<u8>>) -> BTreeSet<(String, String)> {
    let told = |bytes: &Vec<u8>| {
        let mail = String::from_utf8_lossy(bytes).into_owned();
        let id = header(&mail, "Message-ID: ").to_owned();
        // Identities and what separates the parts are new in every house.
        let is_own = |line: &&str| {
            let threads =
                ["In-Reply-To: ", "References: ", " <dossier."].iter().any(|head| line.starts_with(head));
            threads || line.starts_with("--") || line.contains("boundary=")
        };
        let lines = mail.lines().filter(|line| !is_own(line));
        let rest: String = lines.map(|line| line.replace(&id, "") + "\n").collect();
        (header(&mail, "To: ").to_owned(), rest)
    };
    mails.values().map(told).collect()
}

/// A number that the demo's own database tells, as soon as there is one.
async fn number(out: &Path, sql: &str) -> Option<i64> {
    let file = out.join("bonro.sqlite");
    if !file.is_file() {
        return None;
    }
    let archive = Database::connect(format!("sqlite://{}?mode=ro", file.display())).await.ok()?;
    let statement = Statement::from_string(archive.get_database_backend(), sql);
    let row = archive.query_one_raw(statement).await;
    archive.close().await.ok()?;
    row.ok()??.try_get_by_index(0).ok()
}

/// Starts the demo, and kills it as soon as `moment` has come.
async fn killed_when(data: &Path, out: &Path, moment: impl AsyncFn() -> bool) {
    let mut command = demo(data, out);
    command.stdout(Stdio::null());
    let mut demo = Reaped(command.spawn().expect("the binary runs"));
    until(async || {
        assert!(demo.0.try_wait().expect("it can be asked").is_none(), "it ended before it could be killed");
        moment().await.then_some(())
    })
    .await;
    demo.0.kill().expect("it is killed");
    demo.0.wait().expect("it is gone");
}

#[tokio::test]
async fn a_killed_demo_goes_on_and_doubles_nothing() {
    let data = tempfile::tempdir().expect("a directory");
    TOWN.write(data.path());
    let whole = tempfile::tempdir().expect("a directory");
    let expected = told(&run(demo(data.path(), whole.path())).await);
    let expected_mails = mails(whole.path());
    // A digest for each official, and the report.
    assert_eq!(expected_mails.len(), TOWN.officials + 1);

    let directory = tempfile::tempdir().expect("a directory");
    let out = directory.path();
    let rows = i64::try_from(TOWN.rows()).expect("a small number");

    // While records land.
    let landed = "SELECT committed_row FROM import";
    killed_when(data.path(), out, async || number(out, landed).await.is_some_and(|row| row > 0)).await;
    let committed = number(out, landed).await.expect("an import was begun");
    assert!((1..rows).contains(&committed), "{committed} of {rows} rows had landed");
    assert!(mails(out).is_empty());

    // While its jobs run, and before any mail.
    let jobs = "SELECT count(*) FROM slot WHERE state = 'done'";
    killed_when(data.path(), out, async || number(out, jobs).await.is_some_and(|done| done > 0)).await;
    assert!(mails(out).is_empty() && !out.join("summary.json").exists());

    // While mail leaves.
    killed_when(data.path(), out, async || mails(out).len() > 5).await;
    let sent = mails(out);
    assert!(sent.len() < expected_mails.len(), "{} mails had left", sent.len());

    let ended = told(&run(demo(data.path(), out)).await);
    assert_eq!(ended["summary"], expected["summary"]);
    let summary = |out: &Path| std::fs::read_to_string(out.join("summary.json")).expect("summary.json");
    let deadlines = |out: &Path| std::fs::read_to_string(out.join("deadlines.csv")).expect("deadlines.csv");
    assert_eq!(summary(out), summary(whole.path()));
    assert_eq!(deadlines(out), deadlines(whole.path()));
    let all = mails(out);
    assert_eq!(all.len(), expected_mails.len());
    assert!(sent.iter().all(|(name, bytes)| all.get(name) == Some(bytes)), "what was sent stays as it was");
    let ids: BTreeSet<String> =
        all.values().map(|mail| header(&String::from_utf8_lossy(mail), "Message-ID: ").to_owned()).collect();
    assert_eq!(ids.len(), all.len(), "every mail has a Message-ID of its own");
    assert_eq!(contents(&all), contents(&expected_mails));

    let again = told(&run(demo(data.path(), out)).await);
    assert_eq!(again["import"]["total"]["unchanged"], rows);
    assert_eq!(again["summary"], expected["summary"]);
    assert_eq!(mails(out), all, "nothing more is sent");
    let mut check = bonro(&["check", "figures"]);
    check.env("BONRO_DATABASE__URL", format!("sqlite://{}", out.join("bonro.sqlite").display()));
    let checked = run(check).await;
    assert!(checked.status.success(), "{}", said(&checked));
}
