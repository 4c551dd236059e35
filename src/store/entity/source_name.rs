//! The table `source_name`.

use sea_orm::entity::prelude::*;

/// A name by which a source calls a unit, an official or a procedure, and whom somebody decided that it means.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "source_name")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub source: String,
    /// `unit`, `official` or `procedure`.
    pub kind: String,
    /// By which it is found.
    pub folded: String,
    /// As the source wrote it first.
    pub text: String,
    /// Whom it means; None: not decided yet.
    pub subject_id: Option<Uuid>,
    pub decided_by: Option<String>,
    pub decided_at: Option<DateTimeUtc>,
    pub first_seen_at: DateTimeUtc,
    /// Number of the last change; the etag.
    pub version: i64,
}

impl ActiveModelBehavior for ActiveModel {}
