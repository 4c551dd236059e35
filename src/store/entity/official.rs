//! The table `official`.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A person who works in a unit.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "official")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub code: String,
    pub unit_id: Uuid,
    pub full_name: String,
    /// The name without case and accents, to search by.
    pub name_folded: String,
    /// `head`, `clerk`, `officer`, `leader` or `coordinator`.
    pub role: String,
    pub email: Option<String>,
    /// `vi` or `en`.
    pub language: String,
    pub valid_from: Option<Date>,
    pub valid_to: Option<Date>,
    /// Number of the last change; the etag.
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    /// Taken away by the undo of the import that brought it; kept because histories name it.
    pub withdrawn_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
