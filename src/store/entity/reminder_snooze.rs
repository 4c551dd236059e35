//! The table `reminder_snooze`.

use sea_orm::entity::prelude::*;

/// Reminders of something wait until an instant, because somebody said so.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reminder_snooze")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `dossier`, `task`, `petition`, `opinion` or `certificate`.
    pub subject_kind: String,
    pub subject_id: Uuid,
    pub subject_code: String,
    /// The unit that must act.
    pub unit_id: Option<Uuid>,
    /// The highest level whose reminders wait.
    pub level: String,
    pub reason: String,
    /// The label of the key.
    pub made_by: String,
    /// The official behind it.
    pub official_id: Option<Uuid>,
    pub created_at: DateTimeUtc,
    pub until_at: DateTimeUtc,
    /// When somebody ended it, or another took its place.
    pub ended_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
