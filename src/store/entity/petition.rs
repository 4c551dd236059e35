//! The table `petition`.

use sea_orm::entity::prelude::*;

/// A petition with its deadline and its answer.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "petition")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub code: String,
    /// The unit that must answer.
    pub unit_id: Option<Uuid>,
    pub received_at: DateTimeUtc,
    pub channel: String,
    pub kind: String,
    pub subject: Option<String>,
    pub due_at: Option<DateTimeUtc>,
    /// `due_at`, or the end of the year 9999 where there is none: the key to sort by.
    pub due_key: DateTimeUtc,
    /// The first instant at which it is overdue; None when closed or without a due instant.
    pub overdue_at: Option<DateTimeUtc>,
    /// The flagging job has recorded that this deadline passed.
    pub overdue_flagged: bool,
    pub answered_at: Option<DateTimeUtc>,
    pub published_on: Option<Date>,
    pub citizen_rating: Option<String>,
    /// `received`, `answered` or `published`.
    pub state: String,
    /// Not yet answered.
    pub open: bool,
    /// When the next notice falls due; only the next is stored.
    pub next_notice_at: Option<DateTimeUtc>,
    /// The kind of rule that calls for it.
    pub next_notice_rule: Option<String>,
    /// The how-manieth of that rule for this deadline, from 1.
    pub next_notice_step: Option<i32>,
    /// Number of the last change; the etag.
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
