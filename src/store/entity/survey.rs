//! The table `survey`.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A satisfaction rating.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "survey")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub code: String,
    pub unit_id: Uuid,
    pub rated_at: DateTimeUtc,
    /// `very_satisfied`, `satisfied`, `neutral`, `dissatisfied` or `very_dissatisfied`.
    pub rating: String,
    /// Number of the last change; the etag.
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
