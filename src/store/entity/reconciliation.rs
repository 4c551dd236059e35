//! The table `reconciliation`.

use sea_orm::entity::prelude::*;

/// What came of holding a period's figures against the table of other software.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reconciliation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub source: String,
    pub from_on: Date,
    pub to_on: Date,
    pub file_name: String,
    /// 64 hexadecimal digits, or empty.
    pub sha256: String,
    /// The ledger's last number when it was counted.
    pub sequence: i64,
    /// Cells that were compared.
    pub cells: i64,
    /// Of them, those that differ.
    pub differing: i64,
    /// Rows whose unit isn't known.
    pub unmatched: i64,
    /// Our figures in these cells, so that it is seen when they move.
    pub ours: String,
    pub caller_label: String,
    pub created_at: DateTimeUtc,
    /// Totals of the other table that aren't the sums of its rows.
    pub bad_totals: i64,
}

impl ActiveModelBehavior for ActiveModel {}
