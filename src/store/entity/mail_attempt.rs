//! The table `mail_attempt`.

use sea_orm::entity::prelude::*;

/// An attempt at a mail that a server was asked to take, or a report of what became of it later.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail_attempt")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub outbox_id: Uuid,
    /// The mail's attempt, from 1; of a report the last one before it.
    pub number: i32,
    /// When it ended, or when the report was read.
    pub tried_at: DateTimeUtc,
    /// `taken`, `put_off`, `refused`, `lost`, `returned` or `reported`.
    pub outcome: String,
    /// Whose fault it is: `temporary`, `recipient`, `message` or `configuration`.
    pub fault: Option<String>,
    /// The server's reply code; None where no server replied.
    pub code: Option<i32>,
    /// The enhanced status code of RFC 3463, such as `5.1.1`.
    pub status: Option<String>,
    /// What was said, cut.
    pub reply: String,
    /// The replica that had the mail, or read the report.
    pub worker: String,
    /// Names the report: one that is read twice is one.
    pub report: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
