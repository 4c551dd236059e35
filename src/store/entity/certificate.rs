//! The table `certificate`.

use sea_orm::entity::prelude::*;

/// A digital-signing certificate of an official.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "certificate")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub code: String,
    pub official_id: Uuid,
    /// `new` or `replacement`.
    pub kind: String,
    /// Who makes it.
    pub provider: String,
    /// The code of the certificate whose place it takes.
    pub replaces: Option<String>,
    /// The code of the certificate that takes its place, asked for or delivered.
    pub replaced_by: Option<String>,
    pub asked_at: DateTimeUtc,
    pub delivered_at: Option<DateTimeUtc>,
    /// The last instant at which it is good.
    pub valid_until: Option<DateTimeUtc>,
    pub ended_at: Option<DateTimeUtc>,
    /// Why it ended.
    pub end_reason: Option<String>,
    /// `requested`, `delivered`, `replaced` or `ended`.
    pub state: String,
    /// Awaited, or in use.
    pub open: bool,
    /// When the next notice falls due; only the next is stored.
    pub next_notice_at: Option<DateTimeUtc>,
    /// The kind of rule that calls for it.
    pub next_notice_rule: Option<String>,
    /// The how-manieth of that rule, from 1.
    pub next_notice_step: Option<i32>,
    /// Number of the last change; the etag.
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
