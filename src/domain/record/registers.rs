//! The rows of the smaller registers: documents, petitions, ratings, payments, targets.

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
