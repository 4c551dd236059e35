//! The table `declared_figure`.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A version of a figure that somebody declared.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "declared_figure")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The same for all versions.
    pub code: String,
    /// From 1.
    pub revision: i32,
    /// None: the house's, or a group's.
    pub unit_id: Option<Uuid>,
    /// A group of the report; None: a unit's or the house's.
    pub unit_group: Option<String>,
    pub indicator: String,
    /// `count`, `vnd` or `percent`.
    pub measure: String,
    /// Things, đồng, or hundredths of a percent.
    pub value: i64,
    pub numerator: Option<i64>,
    pub denominator: Option<i64>,
    pub from_on: Date,
    pub to_on: Date,
    /// The system or device.
    pub source: String,
    pub file_name: String,
    /// 64 hexadecimal digits, or empty.
    pub file_sha256: String,
    pub declared_by_id: Uuid,
    pub declared_on: Date,
    /// Why it was corrected; empty in the first version.
    pub reason: String,
    pub created_at: DateTimeUtc,
    /// When a later version took its place; None while it holds.
    pub superseded_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
