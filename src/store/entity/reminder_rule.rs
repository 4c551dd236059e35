//! The table `reminder_rule`.

use sea_orm::entity::prelude::*;

/// A version of a rule of reminding.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "reminder_rule")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The rule, the same for all its versions.
    pub rule_id: Uuid,
    /// Which version, from 1; of the newest one the etag.
    pub version: i64,
    /// By what it is known; among the newest versions unique for a unit and a kind of subject.
    pub code: String,
    /// None: the whole house.
    pub unit_id: Option<Uuid>,
    /// A word of `RuleKind`.
    pub kind: String,
    /// `dossier`, `task`, `petition`, `opinion` or `certificate`.
    pub subject_kind: String,
    pub working_days: i32,
    /// Office time; 0: it is measured in working days.
    pub office_minutes: i32,
    /// Months of age from which on it speaks; of `ageing` only, else 0.
    pub months: i32,
    /// The watched list that it looks at; empty: any.
    pub watched_list: String,
    /// Working days between repeats; None: told once.
    pub repeat_working_days: Option<i32>,
    /// `responsible`, `head` or `coordinator`.
    pub role: String,
    pub enabled: bool,
    /// `house` (the first rules), `file` (the settings) or `person`.
    pub made_by: String,
    pub valid_from: DateTimeUtc,
    pub created_at: DateTimeUtc,
    /// When a newer version was made; None: it is the newest.
    pub replaced_at: Option<DateTimeUtc>,
    /// `valid_from` of a version that was made before it counts, until the plan has followed it.
    pub awaited_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
