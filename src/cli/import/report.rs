//! Every problem of an import in a file: of the demo in OUT/problems.csv, of `bonro import` where `--report` says.

use std::fmt::Write as _;
use std::path::Path;
use std::{fs, io};

use anyhow::Context as _;
use serde_json::Value;

use super::tally::{Tally, severity};
use crate::cli::output;

/// Writes the report: a `.csv` file holds the problems, any other the whole outcome as JSON.
pub fn write(path: &Path, tally: &Tally, whole: &Value) -> anyhow::Result<()> {
    let is_csv = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
    let text = if is_csv { csv(tally) } else { format!("{whole:#}\n") };
    fs::write(path, text).with_context(|| path.display().to_string())
}

/// Writes the problems if there are any; where there are none, no file of an earlier run is left.
pub fn keep_problems(tally: &Tally, path: &Path) -> anyhow::Result<()> {
    let done = if tally.found.is_empty() { removed(path) } else { fs::write(path, csv(tally)) };
    done.with_context(|| path.display().to_string())
}

fn removed(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// `file,line,field,severity,reason,vi,en`: errors before warnings, each by file and line.
fn csv(tally: &Tally) -> String {
    let mut text = String::from("file,line,field,severity,reason,vi,en\n");
    for found in tally.by_gravity() {
        let problem = &found.problem;
        let line = problem.line.to_string();
        let severity = severity(problem);
        let cells = [
            problem.file.as_str(),
            &line,
            &problem.field,
            &severity,
            &problem.reason,
            &problem.message_vi,
            &problem.message_en,
        ];
        let _ = writeln!(text, "{}", cells.map(output::csv_cell).join(","));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::import::tally::Found;
    use crate::pb::v1 as pb;

    fn found(row: i64, severity: pb::Severity) -> Found {
        let problem = pb::RowProblem {
            severity: severity.into(),
            file: "dossiers.csv".to_owned(),
            line: row + 1,
            field: "due_at".to_owned(),
            reason: "WRONG_ORDER".to_owned(),
            message_vi: "due_at: trước \"x\", hãy sửa".to_owned(),
            message_en: "due_at lies before; correct it".to_owned(),
        };
        Found { row, code: String::new(), problem }
    }

    #[test]
    fn every_problem_is_in_the_file_and_a_stale_file_goes() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("problems.csv");
        let mut tally = Tally::default();
        tally.found = (1..=60).map(|row| found(row, pb::Severity::Warning)).collect();
        tally.found.push(found(61, pb::Severity::Error));
        keep_problems(&tally, &path).expect("it is written");
        let text = fs::read_to_string(&path).expect("it is there");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 62);
        assert_eq!(lines[0], "file,line,field,severity,reason,vi,en");
        assert_eq!(
            lines[1],
            "dossiers.csv,62,due_at,error,WRONG_ORDER,\"due_at: trước \"\"x\"\", hãy sửa\",due_at lies before; correct it"
        );
        assert!(lines[2].starts_with("dossiers.csv,2,due_at,warning,"), "{}", lines[2]);

        let asked = directory.path().join("asked.CSV");
        write(&asked, &tally, &Value::Null).expect("it is written");
        assert_eq!(fs::read_to_string(&asked).expect("it is there"), text);
        write(&asked.with_extension("json"), &tally, &Value::Null).expect("it is written");
        assert_eq!(fs::read_to_string(asked.with_extension("json")).expect("it is there"), "null\n");

        keep_problems(&Tally::default(), &path).expect("it is removed");
        assert!(!path.exists());
        keep_problems(&Tally::default(), &path).expect("there is nothing to remove");
    }
}
