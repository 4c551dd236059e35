//! The table `unit_judging`.

use sea_orm::entity::prelude::*;

/// Whose date judges the dossiers that a unit's tree receives from a day on.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "unit_judging")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub unit_id: Uuid,
    /// The first day of receipt for which it holds.
    pub effective_on: Date,
    /// `statutory` or `appointment`.
    pub judge_by: String,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
