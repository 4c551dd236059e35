//! The table `period_report`.

use sea_orm::entity::prelude::*;

/// A period that was closed and summarised.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "period_report")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub from_on: Date,
    /// The last day, inclusive.
    pub to_on: Date,
    pub kind: String,
    /// The ledger's cut that it was counted at.
    pub cut_seq: i64,
    /// JSON.
    pub summary: String,
    pub outbox_id: Option<Uuid>,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
