//! The table `proposal`.

use sea_orm::entity::prelude::*;

/// What the office proposes to others, carried from report to report until it is answered.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "proposal")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub code: String,
    pub text: String,
    /// To whom: `UBND tỉnh`.
    pub addressee: String,
    /// The report for which it was first recorded.
    pub report_id: Option<Uuid>,
    /// The document that made it before this house kept reports: `Báo cáo số 05/BC-VP ngày 15/5/2024`; may be empty.
    pub first_document: String,
    pub made_on: Date,
    /// `open`, `answered` or `withdrawn`.
    pub state: String,
    pub answer_document: Option<String>,
    /// When it was answered, or withdrawn.
    pub answered_on: Option<Date>,
    /// What was answered, or why it was withdrawn.
    pub answer: Option<String>,
    /// Number of the last change; the etag.
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
