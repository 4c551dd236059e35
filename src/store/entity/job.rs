//! The table `job`.

use sea_orm::entity::prelude::*;

/// A schedule.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// Five fields, in `time_zone`.
    pub cron: String,
    pub time_zone: String,
    pub working_days_only: bool,
    /// `latest`, `all` or `skip`.
    pub misfire: String,
    pub grace_seconds: i64,
    pub paused: bool,
    pub paused_note: Option<String>,
    /// No slot lies before it.
    pub created_at: DateTimeUtc,
    /// Who let it rest.
    pub paused_by: Option<String>,
    pub paused_at: Option<DateTimeUtc>,
    /// When it last was let work again; what lies before wasn't missed.
    pub resumed_at: Option<DateTimeUtc>,
    /// Since when it has its schedule: no slot lies before, but on record. None: since the beginning.
    pub scheduled_at: Option<DateTimeUtc>,
    /// Its schedule is somebody's; the settings' doesn't count.
    pub changed_by_hand: bool,
}

impl ActiveModelBehavior for ActiveModel {}
