//! The table `report_file`.

use sea_orm::entity::prelude::*;

/// A file of a report: as it was printed when the figures were frozen, or as it came back signed.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "report_file")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub report_id: Uuid,
    /// `pdf`, `docx`, `xlsx`, `html`, `signed`, `sentences`, or a form that was filled: `form/xlsx/CODE`.
    pub paper: String,
    /// Of the bytes, in hexadecimal digits.
    pub sha256: String,
    /// How many bytes.
    pub size: i64,
    pub bytes: Vec<u8>,
    pub made_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
