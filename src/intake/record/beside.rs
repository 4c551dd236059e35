//! Records that stand beside what is counted: declared figures, and incidents of other software.

use chrono::{DateTime, NaiveDate, Utc};

use super::Shared;
use crate::domain::declared::Measure;
use crate::domain::incident::{HitRule, IncidentKind};

/// A declared figure.
#[derive(Debug, Clone, PartialEq)]
pub struct DeclaredRecord {
    /// Column `code`.
    pub code: Box<str>,
    /// Column `indicator`, as written.
    pub indicator: Shared,
    /// Column `measure`.
    pub measure: Measure,
    /// Column `value`: things, đồng, or hundredths of a percent.
    pub value: i64,
    /// Column `numerator`; None: not known.
    pub numerator: Option<i64>,
    /// Column `denominator`; None: not known.
    pub denominator: Option<i64>,
    /// Column `unit_code`; empty for the house or a group.
    pub unit_code: Shared,
    /// Column `group`; empty for a unit or the house.
    pub group: Shared,
    /// Column `from_on`.
    pub from_on: NaiveDate,
    /// Column `to_on`.
    pub to_on: NaiveDate,
    /// Column `source`.
    pub source: Shared,
    /// Column `file_name`; may be empty.
    pub file_name: Shared,
    /// Column `file_sha256`; may be empty.
    pub file_sha256: Shared,
    /// Column `declared_by`.
    pub declared_by: Shared,
    /// Column `declared_on`.
    pub declared_on: NaiveDate,
}

/// An incident of other software.
#[derive(Debug, Clone, PartialEq)]
pub struct IncidentRecord {
    /// Column `code`.
    pub code: Box<str>,
    /// Column `system`.
    pub system: Shared,
    /// Column `kind`.
    pub kind: IncidentKind,
    /// Column `failure`.
    pub failure: Box<str>,
    /// Column `from_at`.
    pub from_at: DateTime<Utc>,
    /// Column `to_at`; None: it goes on.
    pub to_at: Option<DateTime<Utc>>,
    /// Column `unit_code`; empty for the house.
    pub unit_code: Shared,
    /// Column `hits`.
    pub hits: HitRule,
    /// Column `hit_unit_codes`: none, one, or several with `;` between them.
    pub hit_unit_codes: Vec<Shared>,
    /// Column `dossier_codes`: none, one, or several with `;` between them.
    pub dossier_codes: Vec<Shared>,
    /// Column `reported_by`.
    pub reported_by: Shared,
    /// Column `reference`; may be empty.
    pub reference: Box<str>,
}
