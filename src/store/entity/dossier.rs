//! The table `dossier`.

use sea_orm::entity::prelude::*;

/// A dossier as its events tell it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "dossier")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Opaque and unique; never recomputed.
    pub code: String,
    pub procedure_id: Uuid,
    /// The version under which it was accepted, for good.
    pub procedure_version_id: Uuid,
    /// The calendar version by which it is reckoned.
    pub calendar_id: Uuid,
    /// The receiving unit.
    pub unit_id: Uuid,
    /// The unit that goes on with it after a reform.
    pub continuing_unit_id: Option<Uuid>,
    pub applicant_id: Option<Uuid>,
    /// `person` or `organisation`.
    pub applicant_kind: String,
    /// `counter`, `online` or `post`.
    pub channel: String,
    /// `registered`, `received`, `not_accepted`, `in_process`, `awaiting_supplement`, `awaiting_payment`,
    /// `withdrawn`, `suspended`, `stopped`, `resolved` or `returned`.
    pub state: String,
    pub holder_id: Option<Uuid>,
    pub received_at: DateTimeUtc,
    /// The local date of the receipt.
    pub received_on: Date,
    /// The statutory deadline; None while the clock stands.
    pub due_at: Option<DateTimeUtc>,
    /// `due_at`, or the end of the year 9999 where there is none: the key to sort by.
    pub due_key: DateTimeUtc,
    /// What the citizen was promised.
    pub promised_at: Option<DateTimeUtc>,
    /// Reckoned beyond the last loaded year.
    pub provisional: bool,
    pub closed_at: Option<DateTimeUtc>,
    /// `resolved`, `refused`, `withdrawn` or `stopped`.
    pub outcome: Option<String>,
    /// `early`, `on_time` or `late`.
    pub timeliness: Option<String>,
    pub returned_at: Option<DateTimeUtc>,
    /// Papers scanned at intake.
    pub intake: String,
    /// Result scanned.
    pub result: String,
    pub clock_stopped: bool,
    /// The first instant at which it is overdue by the date that judges; None when closed or without one.
    pub overdue_at: Option<DateTimeUtc>,
    /// The flagging job has recorded that this deadline passed.
    pub overdue_flagged: bool,
    /// Received and not closed.
    pub open: bool,
    /// Recorded after its deadline as having occurred before it.
    pub late_recorded: bool,
    /// `statutory` or `appointment`: whose date is set to judge.
    pub judge_by: String,
    /// The instant that judges; None before acceptance and while the clock stands.
    pub judged_due_at: Option<DateTimeUtc>,
    /// A letter of apology went out before that instant passed.
    pub apologised: bool,
    /// `same`, `earlier` or `later`: where the promise lies against the statutory deadline.
    pub promise_way: String,
    /// By how many days, where it isn't the same.
    pub promise_days: Option<i32>,
    /// Words, separated by commas.
    pub flags: String,
    pub delay_cause: Option<String>,
    /// When the next notice falls due; only the next is stored.
    pub next_notice_at: Option<DateTimeUtc>,
    /// The kind of rule that calls for it.
    pub next_notice_rule: Option<String>,
    /// The how-manieth of that rule for this deadline, from 1.
    pub next_notice_step: Option<i32>,
    /// Number of the last change; the etag.
    pub version: i64,
    /// The system that it was imported from.
    pub source: Option<String>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    /// The last hand-over, resume or receipt; None before the acceptance.
    pub standing_since: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
