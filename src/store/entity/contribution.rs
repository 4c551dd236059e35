//! The table `contribution`.

use sea_orm::entity::prelude::*;

/// What a unit is asked to give to a report.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "contribution")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub code: String,
    /// The report's code, which never changes.
    pub report_code: String,
    pub report_id: Uuid,
    pub unit_id: Uuid,
    /// Names of places, separated by commas; empty: no words are asked for.
    pub places: String,
    pub due_on: Date,
    /// `asked`, `given` or `returned`.
    pub state: String,
    /// Still awaited.
    pub open: bool,
    /// JSON: text by place.
    pub texts: String,
    /// `confirmed` or `contested`; None: nothing was said of the figures.
    pub figures: Option<String>,
    /// What of the figures is wrong; may be empty.
    pub objection: String,
    pub given_by_id: Option<Uuid>,
    pub given_by: Option<String>,
    pub given_at: Option<DateTimeUtc>,
    /// Why it was given back to the unit.
    pub returned_why: Option<String>,
    /// Number of the last change; the etag.
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
