//! Imports as people make them: with faults in the files, mended and repeated, killed and begun again. The
//! real binary speaks to a running house, and what landed is read back through gRPC.

mod asked;
mod beside;
mod between;
mod corrections;
mod demo;
mod faults;
mod folder;
mod killed;
mod mends;
mod nights;
pub mod office;
mod overtaken;
mod post;
mod reconciled;
mod reconciled_said;
mod rehearsed;
mod reopened;
mod silence;
mod strangers;
mod town;
mod undone;
mod year;

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::support::both;
use faults::{Fault, MENDS_A_LANDED_ONE, faults};
use office::{bonro, open, run, said, undisturbed};

/// Rows of the mended directory: with the calendar, and without moves and clock events.
const ROWS: usize = 6 + 1 + 6 + 5 + 19 + 5 + 2 + 3 + 3;

/// (file, line, field, reason) of every problem.
fn places(told: &Value) -> BTreeSet<(String, u64, String, String)> {
    let text = |problem: &Value, key: &str| problem[key].as_str().expect("a text").to_owned();
    let place = |problem: &Value| {
        let line = problem["line"].as_u64().expect("a line");
        (text(problem, "file"), line, text(problem, "field"), text(problem, "reason"))
    };
    told["problems"].as_array().expect("problems").iter().map(place).collect()
}

/// Exactly the faults are told, each at its place.
fn assert_places(told: &Value, faults: &[Fault]) {
    let place = |f: &Fault| (f.file.to_owned(), f.line as u64, f.field.to_owned(), f.reason.to_owned());
    let (told, expected) = (places(told), faults.iter().map(place).collect::<BTreeSet<_>>());
    let missing: Vec<_> = expected.difference(&told).collect();
    let more: Vec<_> = told.difference(&expected).collect();
    assert!(missing.is_empty() && more.is_empty(), "not told: {missing:#?}, told as well: {more:#?}");
}

fn counts(told: &Value, names: [&str; 4]) -> [usize; 4] {
    names.map(|name| usize::try_from(told["total"][name].as_u64().expect("a count")).expect("a small number"))
}

/// Every problem is said in both languages, and each sentence names the column and what to do about it.
fn assert_mends(told: &Value) {
    for problem in told["problems"].as_array().expect("problems") {
        let of = |key: &str| problem[key].as_str().expect("a text");
        let (field, vi, en) = (of("field"), of("message_vi"), of("message_en"));
        assert!(vi.contains(field), "the column isn't named in Vietnamese: {problem:#}");
        assert!(en.contains(field), "the column isn't named in English: {problem:#}");
        assert!(vi.contains("hãy "), "no mend in Vietnamese: {problem:#}");
        // What is wrong; what to do.
        let mend = en.rsplit_once("; ").map(|(_, mend)| mend.split(' ').next().unwrap_or_default());
        let verbs =
            ["add", "correct", "drop", "fill", "give", "put", "take", "use", "write", "import", "delete"];
        assert!(mend.is_some_and(|verb| verbs.contains(&verb)), "no mend in English: {problem:#}");
        assert!(vi.chars().any(|c| "ạảấầẩậắặẵẹẽếềểệịỉọỏốồổộớờợụủứừữựỳỷỹđ".contains(c)), "{problem:#}");
        assert!(!en.contains("hãy"), "{problem:#}");
    }
}

/// What people read on the terminal: the place, both sentences, the counts.
fn assert_readable(printed: &str, told: &Value) {
    for problem in told["problems"].as_array().expect("problems") {
        let of = |key: &str| problem[key].as_str().expect("a text");
        let place = format!("{}:{}", of("file"), problem["line"]);
        let told = printed.lines().position(|line| {
            line.starts_with(&place) && line.contains(of("field")) && line.contains(of("reason"))
        });
        let at = told.unwrap_or_else(|| panic!("{place} isn't told:\n{printed}"));
        let sentences: Vec<&str> = printed.lines().skip(at + 1).take(2).map(str::trim).collect();
        assert_eq!(sentences, [of("message_vi"), of("message_en")]);
    }
    for word in ["Từ chối", "Refused", "Tổng / total", "petitions.csv", "187 cột", "187 columns"] {
        assert!(printed.contains(word), "{word} isn't told:\n{printed}");
    }
}

both!(bad_rows_are_named_good_rows_land_and_the_mended_rest_follows, |house| {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path();
    let (running, address) = open(&house.url, path).await;
    let all = faults();
    faults::write(path, false);

    // Checked only: the same is said, and nothing is kept.
    let output = run(address.importing(path, &["--json", "--dry-run"])).await;
    let checked: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert_places(&checked, &all);
    assert_eq!(address.picture(1).await.dossiers.len(), 0);

    let (code, told) = address.import(path).await;
    assert_eq!(code, 4, "{told:#}");
    assert_places(&told, &all);
    assert_mends(&told);
    let said_of_files: BTreeSet<(&str, &str)> = told["notes"]
        .as_array()
        .expect("notes")
        .iter()
        .filter_map(|note| Some((note["file"].as_str()?, note["reason"].as_str()?)))
        .collect();
    assert_eq!(
        said_of_files,
        BTreeSet::from([("dossiers.csv", "UNKNOWN_COLUMN"), ("petitions.csv", "EMPTY_FILE")])
    );
    // The stray clock event is a row of its own; the calendar takes the place of the founding one.
    let names = ["landed", "changed", "unchanged", "refused"];
    assert_eq!(counts(&told, names), [ROWS + 1 - all.len() - 1, 1, 0, all.len()], "{told:#}");
    let landed = address.picture(1).await;
    let codes: Vec<&str> = landed.dossiers.keys().map(String::as_str).collect();
    assert_eq!(codes, ["D-01", "D-14", "D-15", "D-16"]);
    assert_eq!(landed.events["D-14"].len(), 6, "received, handed over, paused, resumed, resolved, returned");

    // The same again, as people do: nothing moves, and the same is said, now for people.
    let output = run(address.importing(path, &[])).await;
    assert_eq!(output.status.code(), Some(4), "{}", said(&output));
    assert_readable(&String::from_utf8_lossy(&output.stdout), &told);
    assert_eq!(address.picture(1).await, landed);

    faults::write(path, true);
    let (code, mended) = address.import(path).await;
    assert_eq!(code, 0, "{mended:#}");
    assert_eq!(mended["problems"], Value::Array(Vec::new()));
    let into_known = all.iter().filter(|fault| fault.reason == MENDS_A_LANDED_ONE).count();
    let new = all.len() - into_known;
    assert_eq!(counts(&mended, names), [new, into_known, ROWS - new - into_known, 0], "{mended:#}");
    let picture = address.picture(1).await;
    assert_eq!(picture, undisturbed(path, 1).await);

    let (code, again) = address.import(path).await;
    assert_eq!((code, counts(&again, names)), (0, [0, 0, ROWS, 0]), "{again:#}");
    assert_eq!(address.picture(1).await, picture);
    assert_other_ends(&address, path).await;
    running.stop().await.expect("the house drains");
});

both!(each_night_the_figures_are_those_of_the_history_as_known, |house| {
    let software = year::software::Software::of_sample(14);
    let run = year::Run::open(&house.url, &software).await;
    let first = "2024-04-01".parse().expect("a date");
    let ran = run.feed(first, 45, year::Mishaps { swapped: 7, cut: 19, broken: 32 }).await;
    assert!(ran.taken > 40 && ran.refused == 1 && ran.compared > 60, "{ran:?}");
    assert!(ran.moved > software.dossiers.len() && ran.rows > 20 * ran.moved, "{ran:?}");
});

both!(each_nights_file_is_taken_from_a_folder_and_its_figures_are_right, |house| {
    let folder = tempfile::tempdir().expect("a directory");
    let software = year::software::Software::of_sample(28);
    let run = year::Run::by_files(&house.url, &software, folder.path().to_owned()).await;
    let first = "2024-04-01".parse().expect("a date");
    let ran = run.feed(first, 45, year::Mishaps { swapped: 7, cut: 19, broken: 32 }).await;
    assert!(ran.taken > 40 && ran.refused == 2 && ran.compared > 60, "{ran:?}");
    assert!(ran.moved > software.dossiers.len() && ran.rows > 20 * ran.moved, "{ran:?}");
});

/// How an import ends that never began.
async fn assert_other_ends(address: &office::Address, directory: &Path) {
    let ends = async |server: &str, key: Option<&str>, directory: &Path| {
        let mut command = bonro(&["import"]);
        command.arg(directory).args(["--server", server]);
        command.args(key.into_iter().flat_map(|key| ["--key", key]));
        let output = run(command).await;
        assert!(String::from_utf8_lossy(&output.stderr).contains("Lỗi / error"), "{}", said(&output));
        output.status.code()
    };
    let (server, key) = (address.server.as_str(), Some(address.key.as_str()));
    assert_eq!(ends(server, key, &directory.join("nowhere")).await, Some(2), "no such directory");
    assert_eq!(ends("ftp://127.0.0.1", key, directory).await, Some(2), "no address");
    assert_eq!(ends("http://127.0.0.1:1", key, directory).await, Some(3), "nobody listens");
    assert_eq!(ends(server, Some("nobody"), directory).await, Some(5), "an unknown key");
    assert_eq!(ends(server, None, directory).await, Some(5), "no key");
}
