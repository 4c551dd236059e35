//! The table `target`.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A figure that was set as a target.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "target")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub code: String,
    pub name: String,
    pub unit_id: Option<Uuid>,
    pub indicator: String,
    /// `at_least` or `at_most`.
    pub comparison: String,
    /// The value times 100.
    pub value_hundredths: i64,
    pub from_on: Date,
    pub to_on: Date,
    /// The document that set it.
    pub basis: String,
    /// Number of the last change; the etag.
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
