//! A demo meets a database that another demo filled: the same town's is gone on with, another's is left alone.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use super::office::{bonro, run, said};
use super::town::Town;
use crate::support::both;

const TOWN: Town = Town { officials: 5, dossiers: 60, faulty: false };

async fn demo(data: &Path, out: &Path, database: &str) -> Output {
    let mut command = bonro(&["demo", "--json", "--database", database, "--data"]);
    command.arg(data).arg("--out").arg(out);
    run(command).await
}

/// Writes a town's files anew, each text changed.
fn rewritten(from: &Path, to: &Path, change: impl Fn(&str) -> String) {
    for entry in std::fs::read_dir(from).expect("a directory") {
        let path = entry.expect("an entry").path();
        let text = std::fs::read_to_string(&path).expect("a text");
        std::fs::write(to.join(path.file_name().expect("a name")), change(&text)).expect("a file");
    }
}

fn assert_refused(output: &Output, parts: &[&str]) {
    assert_eq!(output.status.code(), Some(2), "{}", said(output));
    assert!(output.stdout.is_empty(), "nothing is reported: {}", said(output));
    let text = said(output);
    for part in
        ["đang giữ dữ liệu khác", "holds other records", "hãy chọn --database khác"].iter().chain(parts)
    {
        assert!(text.contains(part), "{part}: {text}");
    }
}

both!(records_of_two_towns_are_never_added_up, |house| {
    let directory = tempfile::tempdir().expect("a directory");
    let at = |name: &str| {
        let path = directory.path().join(name);
        std::fs::create_dir(&path).expect("a directory");
        path
    };
    let (town, other, fewer, mended, out) = (at("town"), at("other"), at("fewer"), at("mended"), at("out"));
    TOWN.write(&town);
    let first = demo(&town, &out, &house.url).await;
    assert_eq!(first.status.code(), Some(0), "{}", said(&first));
    let summary = std::fs::read_to_string(out.join("summary.json")).expect("summary.json");

    // Another town, whose dossiers have other codes.
    rewritten(&town, &other, |text| text.replace("H-", "K-"));
    assert_refused(
        &demo(&other, &out, &house.url).await,
        &["60 hồ sơ (ví dụ H-0, H-1, H-10)", "60 dossiers"],
    );
    // Other units, before a single dossier is told of.
    let units = "code,parent_code,kind,name\nX,,people_committee,Ủy ban nhân dân\n";
    let strange = at("strange");
    std::fs::write(strange.join("units.csv"), units).expect("a file");
    let mut command =
        bonro(&["demo", "--from", "2024-04-01", "--to", "2024-05-01", "--database", &house.url]);
    command.arg("--data").arg(&strange).arg("--out").arg(&out);
    let output = run(command).await;
    assert_eq!(output.status.code(), Some(2), "{}", said(&output));
    assert!(said(&output).contains("6 cơ quan") && said(&output).contains("6 units"), "{}", said(&output));
    // The same town, some of whose dossiers aren't in the files any more.
    rewritten(&town, &fewer, |text| {
        let keep = |line: &&str| !line.starts_with("H-5");
        text.lines().filter(keep).map(|line| line.to_owned() + "\n").collect()
    });
    assert_refused(
        &demo(&fewer, &out, &house.url).await,
        &["11 hồ sơ (ví dụ H-5, H-50, H-51)", "11 dossiers"],
    );
    let now = std::fs::read_to_string(out.join("summary.json")).expect("summary.json");
    assert_eq!(now, summary, "nothing of it was done");

    // The same records once more, and mended ones under the same codes.
    let again = demo(&town, &out, &house.url).await;
    assert_eq!(again.status.code(), Some(0), "{}", said(&again));
    let told: Value = serde_json::from_slice(&again.stdout).expect("JSON");
    assert_eq!(told["import"]["total"]["unchanged"], told["import"]["total"]["rows"]);
    rewritten(&town, &mended, |text| text.replace("H-0,A,P1,online", "H-0,A,P1,counter"));
    let output = demo(&mended, &out, &house.url).await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(told["import"]["total"]["changed"], 1);
    assert_eq!(told["import"]["problems"][0]["reason"], "CORRECTED_FIELD");
});

#[tokio::test]
async fn the_directory_of_another_town_is_named() {
    let directory = tempfile::tempdir().expect("a directory");
    let (town, other, out) =
        (directory.path().join("town"), directory.path().join("other"), directory.path().join("out"));
    for path in [&town, &other] {
        std::fs::create_dir(path).expect("a directory");
    }
    TOWN.write(&town);
    rewritten(&town, &other, |text| text.replace("H-", "K-"));
    let demo = async |data: &Path| {
        let mut command = bonro(&["demo", "--data"]);
        command.arg(data).arg("--out").arg(&out);
        run(command).await
    };
    assert_eq!(demo(&town).await.status.code(), Some(0));
    let refused = demo(&other).await;
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    let place = out.display().to_string();
    for part in [
        format!("{place} đang giữ dữ liệu khác"),
        "hãy chọn --out khác".to_owned(),
        "choose another --out".to_owned(),
    ] {
        assert!(said(&refused).contains(&part), "{part}: {}", said(&refused));
    }
    assert_eq!(demo(&town).await.status.code(), Some(0), "the first town's goes on");
}
