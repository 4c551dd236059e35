//! The table `reminder_rule`.

use sea_orm::entity::prelude::*;

/// A rule of reminding.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reminder_rule")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// None: the whole house.
    pub unit_id: Option<Uuid>,
    /// `before_due`, `due_today` or `overdue`.
    pub kind: String,
    /// `dossier`, `task` or `petition`.
    pub subject_kind: String,
    pub working_days: i32,
    /// Working days between repeats; None: told once.
    pub repeat_working_days: Option<i32>,
    /// `responsible`, `head` or `coordinator`.
    pub role: String,
    pub enabled: bool,
    /// Number of the last change; the etag.
    pub version: i64,
    pub valid_from: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
