//! Procedures (TTHC): what may be requested, under which term. Versioned by effective date: an
//! accepted dossier keeps the version it was accepted under (domain.md §10).

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::deadline::Term;
use super::dossier::state::words;

words! {
    /// How far a procedure is served online (mức độ 3/4; một phần/toàn trình since Decree 42/2022).
    OnlineLevel {
        /// Not online.
        None = "none",
        /// Partly (mức độ 3, một phần).
        Partial = "partial",
        /// Wholly (mức độ 4, toàn trình).
        Full = "full",
    }
}

words! {
    /// Whose competence a procedure is.
    ProcedureLevel {
        /// The town's (district level before 1/7/2025).
        Town = "town",
        /// The commune's.
        Commune = "commune",
        /// The province's.
        Province = "province",
    }
}

words! {
    /// What a resume does to the term.
    ResumePolicy {
        /// The term goes on where it stood.
        Continue = "continue",
        /// The term begins anew with the resume as its receipt.
        Restart = "restart",
    }
}

/// One version of a procedure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcedureVersion {
    /// The version's id.
    pub id: Uuid,
    /// The procedure's id.
    pub procedure_id: Uuid,
    /// First day on which it holds.
    pub effective_on: NaiveDate,
    /// Name in Vietnamese.
    pub name: String,
    /// Field (lĩnh vực).
    pub field: String,
    /// Whose competence.
    pub level: ProcedureLevel,
    /// The owning unit; None: every commune.
    pub unit_id: Option<Uuid>,
    /// The handling term.
    pub term: Term,
    /// How far online.
    pub online_level: OnlineLevel,
    /// What a resume does.
    pub resume_policy: ResumePolicy,
    /// The list on which its dossiers are watched for their age; empty: none.
    pub watched_list: String,
    /// When the house learnt it.
    pub recorded_at: DateTime<Utc>,
}
