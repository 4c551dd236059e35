//! The table `commitment`.

use sea_orm::entity::prelude::*;

/// What a report or a plan promises until a day. What each unit does for it is a task.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "commitment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub code: String,
    pub text: String,
    /// Number of the document that promises it: `52/KH-UBND`; empty: a report does.
    pub document: String,
    /// The report that promises it.
    pub report_id: Option<Uuid>,
    pub made_on: Date,
    /// The last day.
    pub due_on: Date,
    /// `open`, `done` or `dropped`.
    pub state: String,
    /// When the last unit was done, or when it was dropped.
    pub ended_on: Option<Date>,
    pub dropped_why: Option<String>,
    /// Number of the last change; the etag.
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
