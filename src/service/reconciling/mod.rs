//! Reconciling: the one-stop software's own table of a period is held against our figures, cell by cell. What differs is
//! explained by the dossiers behind it, as far as they explain it; what came of it is kept, and a report says so.

mod comparing;
mod explaining;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::Value;
use uuid::Uuid;

use super::House;
use super::error::{ServiceError, Violation};
use super::work::{Context, Look};
use crate::domain::dossier::state::words;
use crate::domain::period::Period;
use crate::domain::permission::Scope;
use crate::intake::Figure;
use crate::store::figures;
use crate::store::reconciliations;
pub use crate::store::reconciliations::ReconciliationRow;
use crate::store::sources;

use comparing::Ours;

/// The largest table.
const MOST_ROWS: usize = 5000;

/// A row of the other table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableRow {
    /// Its line in the file.
    pub line: i64,
    /// The unit's code or name, as it stands there.
    pub unit: String,
    /// Its figures.
    pub values: BTreeMap<Figure, i64>,
}

/// What to reconcile with.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The period of the table.
    pub period: Period,
    /// The source whose software made it: its decided names hold, and its dossiers are asked for.
    pub source: String,
    /// The file's name.
    pub file_name: String,
    /// Its SHA-256 in hexadecimal digits, or empty.
    pub sha256: String,
    /// A row a unit.
    pub rows: Vec<TableRow>,
    /// The table's own total, if it has one.
    pub total: Option<TableRow>,
}

words! {
    /// What may explain a difference.
    ReasonKind {
        /// The source never named these dossiers: they were recorded here.
        NotFromSource = "not_from_source",
        /// The source's latest full file no longer names them.
        Absent = "absent",
        /// Their unit was corrected here.
        OtherUnit = "other_unit",
        /// By the source's appointment they would be judged otherwise.
        OtherDue = "other_due",
        /// Withdrawn or stopped: the form counts them as resolved on time, other tables don't.
        Withdrawn = "withdrawn",
        /// The latest import refused these rows of the unit, or of a unit that isn't known.
        Refused = "refused",
        /// The table has no row of their unit.
        NotInTable = "not_in_table",
    }
}

/// What may explain a part of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// What.
    pub kind: ReasonKind,
    /// How much of ours minus theirs it explains.
    pub count: i64,
    /// Codes of the dossiers.
    pub dossiers: Vec<String>,
}

/// A cell that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Code of the unit.
    pub unit: String,
    /// Its line in the table; 0: it isn't there, though we count something.
    pub line: i64,
    /// The figure.
    pub figure: Figure,
    /// What we count.
    pub ours: i64,
    /// What stands in the table.
    pub theirs: i64,
    /// What may explain it.
    pub reasons: Vec<Reason>,
    /// Codes of the dossiers that we count and no reason names, where something of ours isn't explained.
    pub others: Vec<String>,
}

impl Cell {
    /// What of the difference no reason explains.
    pub fn unexplained(&self) -> i64 {
        self.ours - self.theirs - self.reasons.iter().map(|reason| reason.count).sum::<i64>()
    }
}

/// A row whose unit isn't known, and who might be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unmatched {
    /// Its line.
    pub line: i64,
    /// What stands there.
    pub unit: String,
    /// Resource names of the candidates.
    pub candidates: Vec<String>,
}

/// A figure whose total in the table isn't the sum of its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadTotal {
    /// The figure.
    pub figure: Figure,
    /// What the total row says.
    pub said: i64,
    /// The sum of the rows.
    pub added: i64,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconciled {
    /// As it is kept.
    pub row: ReconciliationRow,
    /// The cells that differ.
    pub cells: Vec<Cell>,
    /// Rows of unknown units.
    pub unmatched: Vec<Unmatched>,
    /// Totals of the table that aren't its sums.
    pub bad_totals: Vec<BadTotal>,
}

/// How a period stands to its last reconciliation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Every cell was the same, and is.
    Clean,
    /// Some cells differed, or the other table doesn't add up, and nothing has moved since.
    Differs,
    /// Our figures have moved since.
    Stale,
}

impl House {
    /// Holds a table against the figures as they stand now, and keeps what came of it.
    pub async fn reconcile(&self, context: Context, ask: &Ask) -> Result<Reconciled, ServiceError> {
        check(&context, ask)?;
        let look = self.look(context.clone()).await?;
        known_source(&look, &ask.source).await?;
        let (pairs, unmatched) = comparing::matched(&look, &ask.source, &ask.rows).await?;
        let named = pairs.iter().map(|(unit, _)| *unit).collect();
        let ours = Ours::count(&look, ask.period, &figures_of(ask), &named).await?;
        let mut cells = comparing::differing(&ours, &pairs);
        explaining::explain(&look, ask, &ours, &mut cells).await?;
        let sequence = figures::last_sequence(&look.door).await?;
        drop(look);
        let bad_totals = bad_totals(ask);
        let mut work = self.job(context).await?;
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let row = ReconciliationRow {
            id: work.new_id(),
            source: ask.source.clone(),
            from_on: ask.period.first(),
            to_on: ask.period.last(),
            file_name: ask.file_name.clone(),
            sha256: ask.sha256.to_lowercase(),
            sequence,
            cells: count(ours.compared(&pairs)),
            differing: count(cells.len()),
            unmatched: count(unmatched.len()),
            ours: ours.to_json(&pairs).to_string(),
            caller_label: work.context.caller.label.clone(),
            created_at: work.now(),
            bad_totals: count(bad_totals.len()),
        };
        reconciliations::insert(&work.tx, row.clone()).await?;
        let detail = serde_json::json!({
            "source": row.source, "from": row.from_on, "to": row.to_on, "sha256": row.sha256,
            "cells": row.cells, "differing": row.differing, "unmatched": row.unmatched,
        });
        work.note(format!("reconciliations/{}", row.id), &detail);
        work.finish(&[]).await?;
        Ok(Reconciled { row, cells, unmatched, bad_totals })
    }
}

/// The newest reconciliation of a period and how it stands today; None: it never was.
pub async fn standing(
    look: &Look,
    period: Period,
) -> Result<Option<(ReconciliationRow, Standing)>, ServiceError> {
    // Whoever sees a part doesn't see whether the whole moved.
    if look.context.scope != Scope::All {
        return Ok(None);
    }
    let Some(row) = reconciliations::newest(&look.door, period.first(), period.last()).await? else {
        return Ok(None);
    };
    let kept: Value = serde_json::from_str(&row.ours).map_err(|e| ServiceError::Internal(e.to_string()))?;
    let (figures, named) = (comparing::figures_in(&kept), comparing::named_in(&kept));
    let moved = Ours::count(look, period, &figures, &named).await?.moved(&kept);
    let standing = match (moved, row.differing + row.unmatched + row.bad_totals) {
        (true, _) => Standing::Stale,
        (false, 0) => Standing::Clean,
        (false, _) => Standing::Differs,
    };
    Ok(Some((row, standing)))
}

/// Every figure that the table has.
fn figures_of(ask: &Ask) -> Vec<Figure> {
    let mut all: Vec<Figure> = ask.rows.iter().flat_map(|row| row.values.keys().copied()).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn bad_totals(ask: &Ask) -> Vec<BadTotal> {
    let Some(total) = &ask.total else { return Vec::new() };
    let sums = total.values.iter().map(|(figure, said)| {
        let added = ask.rows.iter().filter_map(|row| row.values.get(figure)).sum();
        BadTotal { figure: *figure, said: *said, added }
    });
    sums.filter(|total| total.said != total.added).collect()
}

/// All that is wrong with the table at once.
fn check(context: &Context, ask: &Ask) -> Result<(), ServiceError> {
    if context.scope != Scope::All {
        return Err(ServiceError::Denied("a reconciliation of the whole house".to_owned()));
    }
    let mut wrong = Vec::new();
    if ask.source.trim().is_empty() {
        wrong.push(Violation::missing("source"));
    }
    if ask.rows.is_empty() || ask.rows.len() > MOST_ROWS {
        wrong.push(Violation::new(
            "rows",
            "OUT_OF_RANGE",
            format!("rows: bảng phải có từ 1 đến {MOST_ROWS} dòng; hãy kiểm tra tệp"),
            format!("rows: a table has 1 to {MOST_ROWS} rows; check the file"),
        ));
    }
    let sha = ask.sha256.as_str();
    if !sha.is_empty() && hex::decode(sha).map_or(true, |bytes| bytes.len() != 32) {
        wrong.push(Violation::new(
            "sha256",
            "BAD_HASH",
            "sha256: không phải là SHA-256; hãy ghi 64 chữ số thập lục phân hoặc để trống",
            "sha256 is no SHA-256; give 64 hexadecimal digits or leave it out",
        ));
    }
    let mut seen: BTreeMap<String, i64> = BTreeMap::new();
    for (number, row) in ask.rows.iter().enumerate() {
        if let Some((figure, value)) = row.values.iter().find(|(_, value)| **value < 0) {
            wrong.push(Violation::new(
                &format!("rows[{number}].cells"),
                "NEGATIVE",
                format!("dòng {}: {} là {value}; số đếm không âm, hãy sửa", row.line, figure.as_str()),
                format!(
                    "row {}: {} is {value}; a count isn't negative, correct it",
                    row.line,
                    figure.as_str()
                ),
            ));
        }
        if let Some(first) = seen.insert(row.unit.trim().to_owned(), row.line) {
            wrong.push(Violation::new(
                &format!("rows[{number}].unit"),
                "TWICE",
                format!("“{}” đã có ở dòng {first}; hãy gộp hoặc bỏ một dòng", row.unit),
                format!("“{}” stands already in row {first}; join the two or drop one", row.unit),
            ));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(ServiceError::Invalid(wrong)) }
}

/// Of another source, every dossier would count as recorded here.
async fn known_source(look: &Look, source: &str) -> Result<(), ServiceError> {
    let known: Vec<String> = sources::all(&look.door).await?.into_iter().map(|row| row.name).collect();
    if known.is_empty() || known.iter().any(|name| name == source) {
        return Ok(());
    }
    let names = known.join(", ");
    Err(Violation::new(
        "source",
        "UNKNOWN_SOURCE",
        format!("source: chưa nạp tệp nào của nguồn “{source}”; các nguồn đã có: {names}"),
        format!("source: nothing was imported from “{source}”; known sources are {names}"),
    )
    .into())
}

/// How the figures stand to the one-stop software's table: a sentence for reports and mails.
pub fn sentence(row: &ReconciliationRow, standing: Standing, on: NaiveDate) -> String {
    let day = crate::domain::text::date(on);
    let grouped = crate::domain::text::grouped;
    let table = if row.file_name.is_empty() { String::new() } else { format!(" “{}”", row.file_name) };
    let head = format!("Đã đối chiếu với bảng{table} của phần mềm một cửa ngày {day}");
    match standing {
        Standing::Clean => format!("{head}: khớp cả {} ô.", grouped(row.cells)),
        Standing::Differs if row.unmatched > 0 => format!(
            "{head}: lệch {} trong {} ô, {} dòng chưa rõ đơn vị.",
            grouped(row.differing),
            grouped(row.cells),
            grouped(row.unmatched)
        ),
        Standing::Differs if row.bad_totals > 0 => format!(
            "{head}: lệch {} trong {} ô; dòng tổng của bảng đó không bằng tổng các dòng ở {} chỉ tiêu.",
            grouped(row.differing),
            grouped(row.cells),
            grouped(row.bad_totals)
        ),
        Standing::Differs => {
            format!("{head}: lệch {} trong {} ô.", grouped(row.differing), grouped(row.cells))
        }
        Standing::Stale => format!("{head}, nhưng số liệu đã thay đổi sau đó; cần đối chiếu lại."),
    }
}

/// A unit's row in the table.
type Pair<'a> = (Uuid, &'a TableRow);
