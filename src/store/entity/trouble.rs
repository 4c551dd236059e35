//! The table `trouble`.

use sea_orm::entity::prelude::*;

/// Something that didn't go as it should, from its beginning to its end.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "trouble")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `late`, `skipped`, `failed` or `unreported`.
    pub kind: String,
    /// A job's name; of an unreported period its kind and days.
    pub subject: String,
    /// The first and the last slot that it is about.
    pub first_at: DateTimeUtc,
    pub last_at: DateTimeUtc,
    /// How many slots.
    pub count: i64,
    /// What the last one says.
    pub note: String,
    pub opened_at: DateTimeUtc,
    /// When it last grew.
    pub noticed_at: DateTimeUtc,
    /// When its mail was written.
    pub told_at: Option<DateTimeUtc>,
    /// None while it goes on.
    pub over_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
