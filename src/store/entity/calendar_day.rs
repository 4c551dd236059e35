//! The table `calendar_day`.

use sea_orm::entity::prelude::*;

/// A dated override of the default week.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "calendar_day")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub calendar_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub day: Date,
    /// `day_off` or `working_day`.
    pub kind: String,
    pub name: String,
    /// The day that it was swapped for.
    pub swapped_with: Option<Date>,
    /// The legal basis.
    pub basis: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
