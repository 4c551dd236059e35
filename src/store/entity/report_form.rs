//! The table `report_form`.

use sea_orm::entity::prelude::*;

/// A form that a recipient of reports sent, which the house fills.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "report_form")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub code: String,
    pub name: String,
    /// `docx` or `xlsx`.
    pub kind: String,
    /// The unit that it belongs to: it is filled only where a report names it. None: it is the house's.
    pub unit_id: Option<Uuid>,
    /// The form of the reports from which it is filled; empty: of any.
    pub report_form: String,
    /// How many places in it are filled.
    pub places: i32,
    /// Of its bytes, in hexadecimal digits.
    pub sha256: String,
    /// How many bytes.
    pub size: i64,
    /// The caller's name for whoever put it.
    pub put_by: String,
    /// Since when it isn't filled any more.
    pub withdrawn_at: Option<DateTimeUtc>,
    /// Number of the last change; the etag.
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
