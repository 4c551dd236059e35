//! The table `figure_cut`.

use sea_orm::entity::prelude::*;

/// A number up to which all of the ledger is committed.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "figure_cut")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    pub cut_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
