//! What became of a row of an import: shared by all that lands records.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::error::Violation;
use crate::domain::record::{Problem, Severity};

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LandedResult {
    /// New to the house.
    Landed,
    /// The same as before.
    Unchanged,
    /// Known, with other content.
    Changed,
    /// Refused; nothing of it was kept.
    Refused,
}

/// A row's outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landed {
    /// What became of it.
    pub result: LandedResult,
    /// The record's identity, where it has one now.
    pub subject_id: Option<Uuid>,
    /// Errors of a refused row, warnings of others.
    pub problems: Vec<Problem>,
    /// The computed deadline of a dossier.
    pub due_at: Option<DateTime<Utc>>,
    /// The deadline lies in a year whose holidays aren't loaded.
    pub provisional: bool,
    /// The first and the last event that it added to its subject, where it has events.
    pub events: Option<(i32, i32)>,
    /// How the record stood before the batch, as JSON; None: it wasn't there, or it has events.
    pub before: Option<String>,
    /// Hash of how the batch left it, where it has no events.
    pub left_hash: Option<String>,
}

impl Landed {
    fn of(result: LandedResult, subject_id: Option<Uuid>, problems: Vec<Problem>) -> Self {
        Self {
            result,
            subject_id,
            problems,
            due_at: None,
            provisional: false,
            events: None,
            before: None,
            left_hash: None,
        }
    }

    /// New to the house.
    pub fn fresh(subject_id: Uuid, warnings: Vec<Problem>) -> Self {
        Self::of(LandedResult::Landed, Some(subject_id), warnings)
    }

    /// Known, with other content.
    pub fn changed(subject_id: Uuid, warnings: Vec<Problem>) -> Self {
        Self::of(LandedResult::Changed, Some(subject_id), warnings)
    }

    /// The same as before.
    pub fn unchanged() -> Self {
        Self::of(LandedResult::Unchanged, None, Vec::new())
    }

    /// Refused.
    pub fn refused(problems: Vec<Problem>) -> Self {
        Self::of(LandedResult::Refused, None, problems)
    }
}

/// A problem of the row itself that refuses it.
pub fn problem(field: &str, reason: &str, vi: impl Into<String>, en: impl Into<String>) -> Problem {
    Problem {
        severity: Severity::Error,
        field: field.to_owned(),
        file: String::new(),
        line: 0,
        reason: reason.to_owned(),
        vi: vi.into(),
        en: en.into(),
    }
}

/// What the rules of the trade forbid, as a problem of the row: the column first, the mend last. The rules
/// say only what is wrong; in an import the mend is always in the source.
pub fn forbidden(field: &str, reason: &str, vi: &str, en: &str) -> Problem {
    let mend = if vi.contains("hãy ") { "" } else { "; hãy sửa dòng này" };
    problem(field, reason, format!("{field}: {vi}{mend}"), format!("{field}: {en}; correct the row"))
}

impl From<Violation> for Problem {
    fn from(violation: Violation) -> Self {
        problem(&violation.field, violation.reason, violation.vi, violation.en)
    }
}
