//! The table `payment`.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A payment at a counter or online.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "payment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub code: String,
    pub unit_id: Uuid,
    pub paid_at: DateTimeUtc,
    /// A word of the source.
    pub kind: String,
    /// In đồng.
    pub amount_vnd: i64,
    pub online: bool,
    pub dossier_code: Option<String>,
    /// Number of the last change; the etag.
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
