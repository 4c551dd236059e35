//! The table `task`.

use sea_orm::entity::prelude::*;

/// An assigned task as its events tell it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "task")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub code: String,
    pub title: String,
    pub assigned_by: String,
    pub source_document: String,
    pub assigned_on: Date,
    pub lead_unit_id: Uuid,
    pub responsible_id: Option<Uuid>,
    /// Ids of units, separated by commas.
    pub cooperating_unit_ids: String,
    pub parent_id: Option<Uuid>,
    /// The expected product.
    pub product: String,
    /// The last day; None: never late.
    pub due_on: Option<Date>,
    pub due_at: Option<DateTimeUtc>,
    /// `due_at`, or the end of the year 9999 where there is none: the key to sort by.
    pub due_key: DateTimeUtc,
    /// The first instant at which it is overdue; None when closed or without a due instant.
    pub overdue_at: Option<DateTimeUtc>,
    /// The flagging job has recorded that this deadline passed.
    pub overdue_flagged: bool,
    /// `assigned`, `accepted`, `in_progress`, `submitted`, `completed` or `cancelled`.
    pub state: String,
    pub completed_at: Option<DateTimeUtc>,
    /// `early`, `on_time` or `late`.
    pub timeliness: Option<String>,
    /// `good` or `not_good`.
    pub verdict: Option<String>,
    /// Which of the four clears it doesn't name, separated by commas.
    pub missing_clears: String,
    pub recurrence: Option<String>,
    /// Neither completed nor cancelled.
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
    /// The commitment that it is a unit's part of; it counts among no given tasks.
    pub commitment_id: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}
