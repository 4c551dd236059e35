//! The table `incident`.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Other software was down, out of sync, or wrong.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "incident")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub code: String,
    /// The software.
    pub system: String,
    /// `down`, `out_of_sync` or `wrong_data`.
    pub kind: String,
    /// What failed.
    pub failure: String,
    pub from_at: DateTimeUtc,
    /// None while it goes on.
    pub to_at: Option<DateTimeUtc>,
    /// None: the whole house's.
    pub unit_id: Option<Uuid>,
    /// `all` or `named`.
    pub hits: String,
    pub reported_by_id: Uuid,
    /// The letter that tells of it.
    pub reference: String,
    /// Number of the last change; the etag.
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
