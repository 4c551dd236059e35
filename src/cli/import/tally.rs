//! What became of the rows of an import: counts a file, and every problem.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;
use std::ops::RangeInclusive;

use serde_json::{Value, json};

use super::rows;
use super::sending::News;
use crate::cli::tables::{Side, Table};
use crate::intake::{Problem, Shared, SourceRow, TableReading};
use crate::pb::v1 as pb;

/// The rows of one file by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// All rows.
    pub rows: usize,
    /// New ones.
    pub landed: usize,
    /// Known ones that changed.
    pub changed: usize,
    /// Known ones with the same content.
    pub unchanged: usize,
    /// Refused ones.
    pub refused: usize,
    /// Those that landed with a warning.
    pub warned: usize,
    /// Taken by the same import before this run began or while the line was broken.
    pub before: usize,
}

/// A problem with its row.
#[derive(Debug, Clone)]
pub struct Found {
    /// The row in the import, from 1.
    pub row: i64,
    /// The code of the record.
    pub code: String,
    /// What is wrong.
    pub problem: pb::RowProblem,
}

/// What became of all rows.
#[derive(Debug, Default)]
pub struct Tally {
    files: BTreeMap<Shared, Counts>,
    /// Every problem, by row.
    pub found: Vec<Found>,
    /// Rows of which the house said a problem that it had kept.
    recalled: HashSet<i64>,
    /// Rows whose outcome wasn't seen in this run.
    pub unseen: Vec<RangeInclusive<usize>>,
    /// The deadlines that the house computed for what landed or changed, by code.
    pub due: HashMap<Box<str>, Option<prost_types::Timestamp>>,
}

impl Tally {
    /// What reading a file alone tells: problems by the code of their record.
    pub fn of<'p>(problems: impl IntoIterator<Item = (&'p str, &'p Problem)>) -> Self {
        let found = problems.into_iter().zip(1..).map(|((code, problem), row)| Found {
            row,
            code: code.to_owned(),
            problem: rows::problem(problem),
        });
        Self { found: found.collect(), ..Self::default() }
    }

    /// Takes in what happened.
    pub fn take(&mut self, rows: &[SourceRow], news: News<'_>) {
        match news {
            News::Outcome(row, outcome) => self.outcome(row, outcome),
            News::Before(range) => {
                for row in &rows[range.start() - 1..*range.end()] {
                    let counts = self.counts(row);
                    counts.rows += 1;
                    counts.before += 1;
                }
                self.unseen.push(range);
            }
            News::Anew => *self = Self::default(),
            News::Broken(_) => {}
        }
    }

    fn counts(&mut self, row: &SourceRow) -> &mut Counts {
        self.files.entry(row.file.clone()).or_default()
    }

    fn outcome(&mut self, row: &SourceRow, outcome: pb::RowOutcome) {
        let result = outcome.result();
        let is_warned = result != pb::RowResult::Refused && !outcome.problems.is_empty();
        let counts = self.counts(row);
        counts.rows += 1;
        counts.warned += usize::from(is_warned);
        match result {
            pb::RowResult::Landed => counts.landed += 1,
            pb::RowResult::Changed => counts.changed += 1,
            pb::RowResult::Unchanged => counts.unchanged += 1,
            pb::RowResult::Refused | pb::RowResult::Absent | pb::RowResult::Unspecified => {
                counts.refused += 1;
            }
        }
        let is_dossier = outcome.kind() == pb::RecordKind::Dossier;
        if is_dossier && matches!(result, pb::RowResult::Landed | pb::RowResult::Changed) {
            self.due.insert(outcome.code.clone().into(), outcome.due_at);
        }
        for problem in outcome.problems {
            self.found.push(Found {
                row: outcome.row,
                code: outcome.code.clone(),
                problem: placed(problem, row),
            });
        }
    }

    /// Takes in a problem of a row whose outcome wasn't seen, as the house kept it.
    pub fn recall(&mut self, rows: &[SourceRow], kept: pb::ImportProblem) {
        let Some(problem) = kept.problem else { return };
        let Some(row) = usize::try_from(kept.row).ok().and_then(|number| rows.get(number.checked_sub(1)?))
        else {
            return;
        };
        let is_error = problem.severity() == pb::Severity::Error;
        let is_first = self.recalled.insert(kept.row);
        let counts = self.counts(row);
        if is_first && is_error {
            counts.before -= 1;
            counts.refused += 1;
        } else if is_first {
            counts.warned += 1;
        }
        self.found.push(Found { row: kept.row, code: kept.code, problem: placed(problem, row) });
    }

    /// Names columns as they stand in the table that the rows came from, where the house names fields.
    pub fn name_columns(&mut self, table: &TableReading) {
        for problem in self.found.iter_mut().map(|found| &mut found.problem) {
            if problem.file != *table.place {
                continue;
            }
            let field = std::mem::take(&mut problem.field);
            problem.message_vi = table.in_columns(&field, &problem.message_vi);
            problem.message_en = table.in_columns(&field, &problem.message_en);
            problem.field = table.column(&field).unwrap_or(field);
        }
    }

    /// The problems, errors before warnings, each by file and line: a few refused rows aren't drowned in warnings.
    pub fn by_gravity(&self) -> Vec<&Found> {
        let mut sorted: Vec<&Found> = self.found.iter().collect();
        let is_warning = |found: &Found| found.problem.severity() != pb::Severity::Error;
        let place = |found: &Found| (found.problem.file.clone(), found.problem.line);
        sorted.sort_by_key(|found| (is_warning(found), place(found)));
        sorted
    }

    /// The sums over all files.
    pub fn total(&self) -> Counts {
        self.files.values().fold(Counts::default(), |sum, counts| Counts {
            rows: sum.rows + counts.rows,
            landed: sum.landed + counts.landed,
            changed: sum.changed + counts.changed,
            unchanged: sum.unchanged + counts.unchanged,
            refused: sum.refused + counts.refused,
            warned: sum.warned + counts.warned,
            before: sum.before + counts.before,
        })
    }

    /// A line a file.
    pub fn table(&self) -> Table {
        let has_before = self.total().before > 0;
        let mut table = Table::new().column("Tệp\nFile", Side::Left);
        for head in [
            "Dòng\nRows",
            "Mới\nLanded",
            "Đổi\nChanged",
            "Như cũ\nUnchanged",
            "Từ chối\nRefused",
            "Lưu ý\nWarned",
        ] {
            table = table.column(head, Side::Right);
        }
        if has_before {
            table = table.column("Lượt trước\nBefore", Side::Right);
        }
        let total = self.total();
        for (name, counts) in
            self.files.iter().map(|(name, counts)| (&**name, counts)).chain([("Tổng / total", &total)])
        {
            let numbers =
                [counts.rows, counts.landed, counts.changed, counts.unchanged, counts.refused, counts.warned];
            let mut cells: Vec<String> = vec![name.to_owned()];
            cells.extend(numbers.iter().map(ToString::to_string));
            cells.extend(has_before.then(|| counts.before.to_string()));
            table.row(cells);
        }
        table
    }

    /// Everything, for programs.
    pub fn to_json(&self, notes: &[Problem]) -> Value {
        let counts = |counts: &Counts| {
            json!({
                "rows": counts.rows,
                "landed": counts.landed,
                "changed": counts.changed,
                "unchanged": counts.unchanged,
                "refused": counts.refused,
                "warned": counts.warned,
                "before": counts.before,
            })
        };
        let files: serde_json::Map<String, Value> =
            self.files.iter().map(|(name, of)| (name.to_string(), counts(of))).collect();
        json!({
            "total": counts(&self.total()),
            "files": files,
            "problems": self.found.iter().map(Found::to_json).collect::<Vec<_>>(),
            "notes": notes.iter().map(|note| as_json(&rows::problem(note))).collect::<Vec<_>>(),
        })
    }
}

/// A problem without a place of its own is one of its row.
fn placed(mut problem: pb::RowProblem, row: &SourceRow) -> pb::RowProblem {
    if problem.file.is_empty() {
        problem.file = row.file.to_string();
    }
    if problem.line == 0 {
        problem.line = i64::try_from(row.line).unwrap_or(i64::MAX);
    }
    problem
}

/// The word of its severity.
pub fn severity(problem: &pb::RowProblem) -> String {
    problem.severity().as_str_name().trim_start_matches("SEVERITY_").to_lowercase()
}

pub fn as_json(problem: &pb::RowProblem) -> Value {
    json!({
        "file": problem.file,
        "line": problem.line,
        "field": problem.field,
        "severity": severity(problem),
        "reason": problem.reason,
        "message_vi": problem.message_vi,
        "message_en": problem.message_en,
    })
}

impl Found {
    fn to_json(&self) -> Value {
        let mut value = as_json(&self.problem);
        value["row"] = self.row.into();
        value["code"] = self.code.as_str().into();
        value
    }
}

/// Three lines for people: the place, then Vietnamese, then English.
pub fn told(code: &str, problem: &pb::RowProblem) -> String {
    let mut place = problem.file.clone();
    if problem.line > 0 {
        let _ = write!(place, ":{}", problem.line);
    }
    for part in [code, problem.field.as_str()] {
        if !part.is_empty() {
            place.push_str("  ");
            place.push_str(part);
        }
    }
    format!("{place}  [{}]\n    {}\n    {}", problem.reason, problem.message_vi, problem.message_en)
}
