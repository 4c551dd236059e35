//! Rows of each kind as subjects of reminding, and by which of their columns they are read in order.

use super::marks::missing_of_dossier;
use super::{About, Began, Subject, awaited};
use crate::domain::reminder::{Marks, SubjectKind};
use crate::store::entity::{certificate, dossier, opinion, petition, task};
use crate::store::{Door, StoreError};

impl From<dossier::Model> for Subject {
    fn from(row: dossier::Model) -> Self {
        Self {
            marks: Marks::from(&row),
            missing: missing_of_dossier(&row),
            kind: SubjectKind::Dossier,
            id: row.id,
            code: row.code,
            unit_id: row.continuing_unit_id.or(Some(row.unit_id)),
            holder_id: row.holder_id,
            asked_unit_id: None,
            state: row.state,
            open: row.open,
            clock_stopped: row.clock_stopped,
            due_at: row.judged_due_at,
            overdue_at: row.overdue_at,
            began: Began::On(row.received_on),
            about: About::Procedure(row.procedure_version_id),
            next_notice_at: row.next_notice_at,
            source: row.source,
            delay_cause: Some(row.delay_cause.unwrap_or_default()),
        }
    }
}

impl From<task::Model> for Subject {
    fn from(row: task::Model) -> Self {
        Self {
            marks: Marks::from(&row),
            missing: row.missing_clears.split(',').filter(|w| !w.is_empty()).map(str::to_owned).collect(),
            kind: SubjectKind::Task,
            id: row.id,
            code: row.code,
            unit_id: Some(row.lead_unit_id),
            holder_id: row.responsible_id,
            asked_unit_id: None,
            state: row.state,
            open: row.open,
            clock_stopped: row.due_at.is_none(),
            due_at: row.due_at,
            overdue_at: row.overdue_at,
            began: Began::On(row.assigned_on),
            about: About::Text(row.title),
            next_notice_at: row.next_notice_at,
            source: None,
            delay_cause: None,
        }
    }
}

impl From<petition::Model> for Subject {
    fn from(row: petition::Model) -> Self {
        Self {
            marks: Marks::from(&row),
            missing: Vec::new(),
            kind: SubjectKind::Petition,
            id: row.id,
            code: row.code,
            unit_id: row.unit_id,
            holder_id: None,
            asked_unit_id: None,
            state: row.state,
            open: row.open,
            clock_stopped: row.due_at.is_none(),
            due_at: row.due_at,
            overdue_at: row.overdue_at,
            began: Began::At(row.received_at),
            // Its own subject line may name persons.
            about: About::Text(row.kind),
            next_notice_at: row.next_notice_at,
            source: None,
            delay_cause: None,
        }
    }
}

/// The column by which subjects are read in the order of the date that judges.
pub(super) trait Judges: Sized {
    /// That column.
    const BY_DUE: Self;
}

impl Judges for dossier::Column {
    const BY_DUE: Self = Self::JudgedDueAt;
}

impl Judges for task::Column {
    const BY_DUE: Self = Self::DueKey;
}

impl Judges for petition::Column {
    const BY_DUE: Self = Self::DueKey;
}

impl Judges for opinion::Column {
    const BY_DUE: Self = Self::DueAt;
}

impl Judges for certificate::Column {
    const BY_DUE: Self = Self::ValidUntil;
}

/// Rows as subjects, with what they hang on.
pub(super) trait Reminded: Sized {
    /// In the order of the rows.
    async fn subjects(door: &impl Door, rows: Vec<Self>) -> Result<Vec<Subject>, StoreError>;
}

macro_rules! alone {
    ($($table:ident),+) => {$(
        impl Reminded for $table::Model {
            async fn subjects(_door: &impl Door, rows: Vec<Self>) -> Result<Vec<Subject>, StoreError> {
                Ok(rows.into_iter().map(Subject::from).collect())
            }
        }
    )+};
}

alone!(dossier, task, petition);

impl Reminded for opinion::Model {
    async fn subjects(door: &impl Door, rows: Vec<Self>) -> Result<Vec<Subject>, StoreError> {
        awaited::of_opinions(door, rows).await
    }
}

impl Reminded for certificate::Model {
    async fn subjects(door: &impl Door, rows: Vec<Self>) -> Result<Vec<Subject>, StoreError> {
        awaited::of_certificates(door, rows).await
    }
}
