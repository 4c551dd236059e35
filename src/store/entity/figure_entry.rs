//! The table `figure_entry`.

use sea_orm::entity::prelude::*;

/// One signed row of the ledger. Append-only.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "figure_entry")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub seq: i64,
    pub subject_kind: String,
    pub subject_id: Uuid,
    /// The local day on which it takes effect.
    pub effective_on: Date,
    /// The first of that day's month.
    pub effective_month: Date,
    /// Nil where no unit is named.
    pub unit_id: Uuid,
    /// Nil where there is none.
    pub procedure_id: Uuid,
    /// Canonical: `name:dimension:…`.
    pub fact: String,
    /// How many, or how much in đồng; negative in a correction.
    pub quantity: i64,
    pub recorded_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
