//! The table `opinion`.

use sea_orm::entity::prelude::*;

/// An opinion on a dossier that was asked of another.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "opinion")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub code: String,
    pub dossier_id: Uuid,
    /// The dossier's code, which never changes.
    pub dossier_code: String,
    /// The unit that was asked; None where an agency beyond the house was.
    pub asked_unit_id: Option<Uuid>,
    /// The agency beyond the house.
    pub agency: Option<String>,
    /// What was asked, in short.
    pub matter: String,
    pub asked_at: DateTimeUtc,
    pub due_at: DateTimeUtc,
    pub given_at: Option<DateTimeUtc>,
    /// The document of the answer.
    pub document_number: Option<String>,
    pub withdrawn_at: Option<DateTimeUtc>,
    /// `asked`, `given`, `withdrawn` or `moot`.
    pub state: String,
    /// Still awaited.
    pub open: bool,
    /// The first instant at which it is overdue; None when it isn't awaited any more.
    pub overdue_at: Option<DateTimeUtc>,
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
