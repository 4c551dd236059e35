//! The real binary against a running house: a spreadsheet lands like the directory it was made from, a dry run
//! shows what each column became, and a mapping is proposed on the terminal.

use std::path::Path;

use bonro::intake::{DossierRecord, Files};
use serde_json::Value;

use super::export::{sample, workbook};
use crate::import::office::{bonro, open, run, said};
use crate::support::{house, sqlite};

fn told(output: &std::process::Output, code: i32) -> Value {
    assert_eq!(output.status.code(), Some(code), "{}", said(output));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", said(output)))
}

/// The sample's directory without its dossiers.
fn masters(directory: &Path) {
    let files = Files::sample();
    for (name, bytes) in files.records().filter(|(name, _)| !name.starts_with("dossier")) {
        std::fs::write(directory.join(name), bytes).expect("a file");
    }
}

#[tokio::test]
async fn the_samples_figures_come_from_its_spreadsheet() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path();
    let fresh = sqlite::fresh(house::migrate).await;
    let (running, address) = open(fresh.url(), path).await;
    masters(path);
    let (code, landed) = address.import(path).await;
    assert_eq!(code, 0, "{landed:#}");

    // The sample's dossiers as LibreOffice 7.4 saved them: what `workbook` writes, opened and stored as ODS.
    let file = path.join("ho-so.ods");
    std::fs::write(&file, include_bytes!("saved/ho-so.ods")).expect("a file");
    let importing = |more: &[&str]| {
        let mut command = address.importing(&file, more);
        command.args(["--map", "mot-cua", "--json", "--as-of", "2024-05-15T23:00:00+07:00"]);
        command
    };
    let first = told(&run(importing(&[])).await, 0);
    assert_eq!((&first["total"]["landed"], &first["total"]["refused"]), (&24_580.into(), &0.into()));
    assert_eq!(first["files"]["ho-so.ods › Danh sách hồ sơ"]["rows"], 24_580);
    // The same file twice changes nothing.
    let again = told(&run(importing(&[])).await, 0);
    assert_eq!((&again["total"]["unchanged"], &again["total"]["changed"]), (&24_580.into(), &0.into()));

    let mut asking = bonro(&["summary", "--from", "2023-12-15", "--to", "2024-05-15", "--json"]);
    asking.args(["--server", &address.server, "--key", &address.key]);
    let figures = told(&run(asking).await, 0);
    let files = Files::sample();
    let expected: Value =
        serde_json::from_slice(files.get("expected-summary.json").expect("it is there")).expect("JSON");
    for part in ["dossiers", "online", "digitisation", "payments", "tasks"] {
        assert_eq!(figures[part], expected[part], "{part}");
    }
    running.stop().await.expect("the house drains");
}

#[tokio::test]
async fn a_dry_run_shows_what_each_column_became() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("ho-so.xlsx");
    let mut dossiers: Vec<DossierRecord> = sample().into_iter().take(40).collect();
    // The second dossier has the code of the first.
    dossiers[1].code = dossiers[0].code.clone();
    std::fs::write(&file, workbook(&dossiers)).expect("a file");
    let importing = |more: &[&str]| {
        let mut command = bonro(&["import"]);
        command.arg(&file).args(["--map", "mot-cua", "--dry-run"]).args(more);
        command.args(["--as-of", "2024-05-15T23:00:00+07:00"]);
        command
    };
    // Without a key the file alone is judged.
    let output = run(importing(&[])).await;
    let printed = said(&output);
    assert_eq!(output.status.code(), Some(4), "{printed}");
    for line in [
        "ho-so.xlsx › Danh sách hồ sơ (dòng tiêu đề / header row: 5)",
        "ho-so.xlsx › Danh sách hồ sơ:8  000.15.25.H48-230821-0001  B (MÃ HỒ SƠ)  [DUPLICATE_CODE]",
        "Đọc được 39 dòng, 1 dòng bị từ chối",
    ] {
        assert!(printed.contains(line), "{line}\n{printed}");
    }
    let shown = printed.lines().find(|line| line.starts_with("G  ")).expect("column G");
    for part in ["Ngày tiếp nhận", "received_at", "21/08/2023 16:35:27", "2023-08-21T16:35:27+07:00"] {
        assert!(shown.contains(part), "{shown}");
    }
    assert!(printed.lines().any(|line| line.starts_with("P  ") && line.contains("không dùng")), "{printed}");

    // With one the house judges too: it knows none of the units.
    let fresh = sqlite::fresh(house::migrate).await;
    let (running, address) = open(fresh.url(), directory.path()).await;
    let checked =
        told(&run(importing(&["--json", "--server", &address.server, "--key", &address.key])).await, 4);
    assert_eq!((&checked["dry_run"], &checked["total"]["refused"]), (&true.into(), &40.into()));
    assert_eq!(checked["table"]["columns"][1]["field"], "code");
    assert_eq!(address.picture(1).await.dossiers.len(), 0);
    running.stop().await.expect("the house drains");
}

#[tokio::test]
async fn a_mapping_is_proposed_printed_and_refused_by_name() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("ho-so.xlsx");
    std::fs::write(&file, workbook(&sample()[..40])).expect("a file");
    let mut guessing = bonro(&["map", "guess"]);
    guessing.arg(&file);
    let output = run(guessing).await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let own = directory.path().join("own.toml");
    std::fs::write(&own, &output.stdout).expect("a file");
    let importing = |map: &Path| {
        let mut command = bonro(&["import"]);
        command.arg(&file).args(["--dry-run", "--json", "--map"]).arg(map);
        command
    };
    assert_eq!(told(&run(importing(&own)).await, 0)["readable"], 40);

    let ready = run(bonro(&["map", "show", "mot-cua"])).await;
    assert!(String::from_utf8_lossy(&ready.stdout).contains("[columns]"), "{}", said(&ready));
    std::fs::write(&own, "colums = 1\n").expect("a file");
    for (map, word) in [(own.as_path(), "colums"), (Path::new("nowhere"), "dong-bo-ho-so")] {
        let output = run(importing(map)).await;
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains(word), "{}", said(&output));
    }
    // A file without a mapping, a directory with one.
    let mut bare = bonro(&["import"]);
    bare.arg(&file);
    let mut wrong = bonro(&["import", "--map", "mot-cua"]);
    wrong.arg(directory.path());
    for command in [bare, wrong] {
        let output = run(command).await;
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains("--map"), "{}", said(&output));
    }
}
