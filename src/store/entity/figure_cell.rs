//! The table `figure_cell`.

use sea_orm::entity::prelude::*;

/// Folded rows of the ledger: a sum a day or month.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "figure_cell")]
pub struct Model {
    /// `day` or `month`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub grain: String,
    /// The day, or the first of the month.
    #[sea_orm(primary_key, auto_increment = false)]
    pub bucket_on: Date,
    #[sea_orm(primary_key, auto_increment = false)]
    pub unit_id: Uuid,
    /// Nil in the grain of days.
    #[sea_orm(primary_key, auto_increment = false)]
    pub procedure_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub fact: String,
    pub quantity: i64,
}

impl ActiveModelBehavior for ActiveModel {}
