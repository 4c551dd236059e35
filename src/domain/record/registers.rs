//! The rows of the smaller registers: documents, petitions, ratings, payments, targets, declared figures, incidents.

use chrono::{DateTime, NaiveDate, Utc};

/// An issued document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DocumentRecord {
    /// Number.
    pub number: String,
    /// Kind, a word.
    pub kind: String,
    /// When.
    pub issued_on: Option<NaiveDate>,
    /// By whom.
    pub issuer: String,
    /// About what.
    pub subject: String,
}

/// A petition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PetitionRecord {
    /// Code.
    pub code: String,
    /// When it came in.
    pub received_at: Option<DateTime<Utc>>,
    /// Through what.
    pub channel: String,
    /// On what, a word.
    pub kind: String,
    /// Deadline.
    pub due_at: Option<DateTime<Utc>>,
    /// When answered.
    pub answered_at: Option<DateTime<Utc>>,
    /// When made public.
    pub published_on: Option<NaiveDate>,
    /// How the citizen rated it, a word.
    pub citizen_rating: String,
    /// The unit that must answer; may be empty.
    pub unit_code: String,
    /// About what.
    pub subject: String,
}

/// A rating.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SurveyRecord {
    /// Code.
    pub code: String,
    /// The rated unit.
    pub unit_code: String,
    /// When.
    pub rated_at: Option<DateTime<Utc>>,
    /// The rating, a word.
    pub rating: String,
}

/// A payment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PaymentRecord {
    /// Code.
    pub code: String,
    /// Where.
    pub unit_code: String,
    /// When.
    pub paid_at: Option<DateTime<Utc>>,
    /// Kind, a word.
    pub kind: String,
    /// How much, in đồng.
    pub amount_vnd: i64,
    /// Online.
    pub online: bool,
    /// For which dossier; may be empty.
    pub dossier_code: String,
}

/// A target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TargetRecord {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// For which unit; empty: the house.
    pub unit_code: String,
    /// The measured indicator, a word.
    pub indicator: String,
    /// `at_least` or `at_most`.
    pub comparison: String,
    /// The value in hundredths of its unit.
    pub value_hundredths: i64,
    /// First day.
    pub from_on: Option<NaiveDate>,
    /// Last day.
    pub to_on: Option<NaiveDate>,
    /// The document that sets it.
    pub basis: String,
}

/// A declared figure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeclaredRecord {
    /// Code.
    pub code: String,
    /// What is declared, a word.
    pub indicator: String,
    /// In what, a word.
    pub measure: String,
    /// Things, đồng, or hundredths of a percent.
    pub value: Option<i64>,
    /// The part of a percentage.
    pub numerator: Option<i64>,
    /// The whole of a percentage.
    pub denominator: Option<i64>,
    /// Of which unit; empty: the house or a group.
    pub unit_code: String,
    /// Of which group, a word; empty: a unit or the house.
    pub group: String,
    /// First day.
    pub from_on: Option<NaiveDate>,
    /// Last day.
    pub to_on: Option<NaiveDate>,
    /// The system or device.
    pub source: String,
    /// The file that shows it; may be empty.
    pub file_name: String,
    /// SHA-256 of that file; may be empty.
    pub file_sha256: String,
    /// The official who declares it.
    pub declared_by: String,
    /// When.
    pub declared_on: Option<NaiveDate>,
}

/// An incident of other software.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IncidentRecord {
    /// Code.
    pub code: String,
    /// The software that failed.
    pub system: String,
    /// What was the matter, a word.
    pub kind: String,
    /// What failed.
    pub failure: String,
    /// When it began.
    pub from_at: Option<DateTime<Utc>>,
    /// When it ended; None: it goes on.
    pub to_at: Option<DateTime<Utc>>,
    /// Whose; empty: the house's.
    pub unit_code: String,
    /// `all` or `named`.
    pub hits: String,
    /// Units whose dossiers were hit.
    pub hit_unit_codes: Vec<String>,
    /// Dossiers that were hit.
    pub dossier_codes: Vec<String>,
    /// The official who reported it.
    pub reported_by: String,
    /// The letter that tells of it; may be empty.
    pub reference: String,
}
