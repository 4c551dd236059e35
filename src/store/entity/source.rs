//! The table `source`.

use sea_orm::entity::prelude::*;

/// Another software that sends its records.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "source")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// Up to when its newest import speaks.
    pub watermark: Option<DateTimeUtc>,
    /// That import.
    pub import_id: Option<Uuid>,
    /// Office hours after which its word is stale; None: as the house does.
    pub stale_after_hours: Option<i32>,
    pub updated_at: DateTimeUtc,
    /// Number of the last change; the etag.
    pub version: i64,
}

impl ActiveModelBehavior for ActiveModel {}
