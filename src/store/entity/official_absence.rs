//! The table `official_absence`.

use sea_orm::entity::prelude::*;

/// Days on which an official is away, and who stands in.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "official_absence")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub official_id: Uuid,
    pub from_on: Date,
    /// The last day, inclusive.
    pub to_on: Date,
    pub stand_in_id: Option<Uuid>,
    pub reason: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
