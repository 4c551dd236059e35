//! The table `official`.

use sea_orm::entity::prelude::*;

/// A person who works in a unit.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
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
}

impl ActiveModelBehavior for ActiveModel {}
