//! The table `slot`.

use sea_orm::entity::prelude::*;

/// A due time of a job and what became of it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "slot")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub job: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub slot_at: DateTimeUtc,
    /// `claimed`, `done`, `failed` or `skipped`.
    pub state: String,
    /// Grows with each claim; who holds a smaller one has lost.
    pub fence: i64,
    pub leased_by: Option<String>,
    pub leased_until: Option<DateTimeUtc>,
    pub attempt: i32,
    pub started_at: Option<DateTimeUtc>,
    pub finished_at: Option<DateTimeUtc>,
    pub note: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
