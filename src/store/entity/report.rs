//! The table `report`.

use sea_orm::entity::prelude::*;

/// A report that people work on, or that was issued.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "report")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub code: String,
    pub from_on: Date,
    /// The last day, inclusive.
    pub to_on: Date,
    pub form_name: String,
    /// The form as it was when the report was opened: TOML.
    pub form: String,
    pub state: String,
    /// `request`, `schedule` or `correction`.
    pub origin: String,
    /// `549/PNV`.
    pub request_number: Option<String>,
    pub request_dated_on: Option<Date>,
    /// `báo cáo kết quả …`.
    pub request_matter: Option<String>,
    pub addressee: String,
    pub due_on: Option<Date>,
    /// The ledger's number at which the figures were frozen.
    pub frozen_seq: Option<i64>,
    pub frozen_at: Option<DateTimeUtc>,
    /// What the figures are read in: JSON, compressed.
    pub frame: Option<Vec<u8>>,
    /// The cells, a line each.
    pub figures: Option<String>,
    pub figures_sha256: Option<String>,
    /// `05/BC-VP`, from the office's document system.
    pub number: Option<String>,
    pub dated_on: Option<Date>,
    pub signer_name: Option<String>,
    pub signer_title: Option<String>,
    pub signed_at: Option<DateTimeUtc>,
    /// What holding the signed file against the frozen figures showed: JSON.
    pub signed_check: Option<String>,
    pub sent_at: Option<DateTimeUtc>,
    pub corrects_id: Option<Uuid>,
    pub superseded_by_id: Option<Uuid>,
    /// Why it was cancelled, or why it corrects another one.
    pub reason: Option<String>,
    /// Codes of the recipients' forms that are filled from it, separated by blanks; None: all of the house that fit.
    pub recipient_forms: Option<String>,
    /// Number of the last change; the etag.
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
