//! The table `unit_history`.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// The attributes of a unit in a span of days.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "unit_history")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub unit_id: Uuid,
    pub valid_from: Date,
    /// The last day; None for the present.
    pub valid_to: Option<Date>,
    pub code: String,
    pub name: String,
    /// A word of `unit.kind`.
    pub kind: String,
    pub parent_id: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}
