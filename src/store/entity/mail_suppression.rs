//! The table `mail_suppression`.

use sea_orm::entity::prelude::*;

/// An address that keeps failing, or that somebody keeps from being written to.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail_suppression")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Folded, so that one address is one row.
    #[sea_orm(unique)]
    pub address: String,
    /// Mails in a row that came back or were refused because there is no such address.
    pub failures: i32,
    /// What the last server, or whoever put it here, said.
    pub reason: String,
    /// Who put it here: a key's label, or a job.
    pub entered_by: String,
    pub created_at: DateTimeUtc,
    pub failed_at: DateTimeUtc,
    /// Since when nothing is sent to it; None: it is only counted.
    pub suppressed_at: Option<DateTimeUtc>,
    /// When it is written to again by itself; None: when somebody lifts it.
    pub until_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
