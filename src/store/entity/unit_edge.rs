//! The table `unit_edge`.

use sea_orm::entity::prelude::*;

/// From a unit to its successor.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "unit_edge")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub from_unit_id: Uuid,
    pub to_unit_id: Uuid,
    pub effective_on: Date,
    /// `rename`, `merge`, `split` or `abolish`.
    pub kind: String,
}

impl ActiveModelBehavior for ActiveModel {}
