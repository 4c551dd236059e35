//! The proof of an issued report: its figures are reckoned anew from the ledger at its number, by the frame that was kept,
//! and held against what was kept, cell by cell; so are the dossiers behind exceptional figures, and the hash of each file.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::error::ServiceError;
use super::super::members::{DossierFigure, codes_at};
use super::super::report::ledger_of;
use super::{BREAKDOWNS, FileLine, ReportRow, corrupt, freezing, keeping, name};
use crate::domain::summary::cells::{self, CellChange, Cells};
use crate::domain::summary::{Frame, summary};
use crate::store::{Door, audit, reports};

/// What the proof showed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The ledger's number.
    pub sequence: i64,
    /// How many cells were kept.
    pub cells: usize,
    /// Cells that come out otherwise now.
    pub changes: Vec<CellChange>,
    /// The kept cells aren't those that were hashed.
    pub figures_altered: bool,
    /// How many dossiers behind exceptional figures were kept.
    pub members: usize,
    /// Figures with other dossiers behind them.
    pub member_changes: Vec<MemberChange>,
    /// How many files were kept.
    pub files: usize,
    /// Files whose bytes aren't those that were hashed.
    pub files_altered: Vec<FileLine>,
    /// What isn't as the audit trail noted it when the report was submitted and signed: `sequence`, `figures`, `frame`,
    /// `files/pdf`; `audit`: it notes nothing.
    pub unlike_audit: Vec<String>,
}

/// Dossiers behind a figure that are others now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberChange {
    /// A word of the dossier figures.
    pub figure: String,
    /// Kept, and not behind it any more.
    pub missing: Vec<String>,
    /// Behind it, and not kept.
    pub added: Vec<String>,
}

impl Checked {
    /// Everything is as it was issued.
    pub fn is_equal(&self) -> bool {
        self.changes.is_empty()
            && !self.figures_altered
            && self.member_changes.is_empty()
            && self.files_altered.is_empty()
            && self.unlike_audit.is_empty()
    }
}

/// What was kept of a report's figures.
pub struct Kept {
    /// The ledger's number.
    pub sequence: i64,
    /// What they are read in.
    pub frame: Frame,
    /// The cells.
    pub cells: Cells,
    /// The cells aren't those that were hashed.
    pub altered: bool,
}

/// What was kept of a report's figures; a report that was never frozen has none.
pub fn kept(row: &ReportRow) -> Result<Kept, ServiceError> {
    let (Some(sequence), Some(packed), Some(figures)) = (row.frozen_seq, &row.frame, &row.figures) else {
        return Err(ServiceError::Precondition {
            reason: "NOT_FROZEN",
            subject: name(&row.code),
            vi: "báo cáo chưa trình ký nên chưa có số liệu đã chốt; hãy trình ký trước".to_owned(),
            en: "the report has no frozen figures yet; submit it first".to_owned(),
        });
    };
    Ok(Kept {
        sequence,
        frame: freezing::unpacked(packed).ok_or_else(|| corrupt("frame", &row.code))?,
        cells: cells::read(figures).ok_or_else(|| corrupt("figures", &row.code))?,
        altered: row.figures_sha256.as_deref() != Some(keeping::sha256(figures.as_bytes()).as_str()),
    })
}

/// Reckons a frozen report anew.
pub async fn check(door: &impl Door, row: &ReportRow) -> Result<Checked, ServiceError> {
    let kept = kept(row)?;
    let ledger = ledger_of(door, &kept.frame, kept.sequence).await?;
    let anew = cells::cells(&summary(&kept.frame, &ledger, &BREAKDOWNS));
    let was = reports::members(door, row.id).await?;
    let mut member_changes = Vec::new();
    for figure in freezing::EXCEPTIONS {
        let is = codes_at(door, figure, &kept.frame.counted, kept.sequence).await?;
        let was = was.get(figure.as_str()).map(Vec::as_slice).unwrap_or_default();
        member_changes.extend(moved(figure, was, &is));
    }
    let files = reports::files(door, row.id).await?;
    let mut files_altered = Vec::new();
    for line in &files {
        let file = reports::file(door, row.id, &line.paper).await?;
        let is_as_kept = file.is_some_and(|file| keeping::sha256(&file.bytes) == line.sha256);
        if !is_as_kept {
            files_altered.push(line.clone());
        }
    }
    let unlike_audit = unlike_audit(&audit::of_subject(door, &name(&row.code)).await?, row, &files);
    Ok(Checked {
        unlike_audit,
        sequence: kept.sequence,
        cells: kept.cells.len(),
        changes: cells::changes(&kept.cells, &anew),
        figures_altered: kept.altered,
        members: was.values().map(Vec::len).sum(),
        member_changes,
        files: files.len(),
        files_altered,
    })
}

/// What of a report isn't as it was noted. The notes come with the newest first.
fn unlike_audit(notes: &[String], row: &ReportRow, files: &[FileLine]) -> Vec<String> {
    let notes = notes.iter().filter_map(|note| serde_json::from_str::<Value>(note).ok());
    let steps: Vec<Value> = notes.map(|note| note["step"].clone()).collect();
    let newest = |step: &str| steps.iter().map(|note| &note[step]).find(|note| note.is_object());
    let Some(frozen) = newest("frozen") else { return vec!["audit".to_owned()] };
    let mut unlike = Vec::new();
    let mut hold = |what: &str, is_alike: bool| {
        if !is_alike {
            unlike.push(what.to_owned());
        }
    };
    hold("sequence", frozen["sequence"].as_i64() == row.frozen_seq);
    hold("figures", frozen["figures_sha256"].as_str() == row.figures_sha256.as_deref());
    let frame = row.frame.as_deref().map(keeping::sha256);
    hold("frame", frozen["frame_sha256"].as_str() == frame.as_deref());
    let mut hashes: BTreeMap<String, String> =
        serde_json::from_value(frozen["files"].clone()).unwrap_or_default();
    let is_signed = row.signed_at.is_some();
    if let Some(sha256) = newest("signed").and_then(|signed| signed["sha256"].as_str()).filter(|_| is_signed)
    {
        hashes.insert(keeping::SIGNED.to_owned(), sha256.to_owned());
    }
    let there: BTreeMap<String, String> =
        files.iter().map(|file| (file.paper.clone(), file.sha256.clone())).collect();
    let papers: BTreeSet<&String> = hashes.keys().chain(there.keys()).collect();
    for paper in papers {
        hold(&format!("files/{paper}"), hashes.get(paper) == there.get(paper));
    }
    unlike
}

fn moved(figure: DossierFigure, was: &[String], is: &[String]) -> Option<MemberChange> {
    let (was, is): (BTreeSet<_>, BTreeSet<_>) = (was.iter().collect(), is.iter().collect());
    let only = |some: &BTreeSet<&String>, others: &BTreeSet<&String>| {
        some.difference(others).map(|code| (*code).clone()).collect::<Vec<_>>()
    };
    let change =
        MemberChange { figure: figure.as_str().to_owned(), missing: only(&was, &is), added: only(&is, &was) };
    (!change.missing.is_empty() || !change.added.is_empty()).then_some(change)
}
