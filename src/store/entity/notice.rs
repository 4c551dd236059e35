//! The table `notice`.

use sea_orm::entity::prelude::*;

/// A notice that fell due: recorded once, whatever crashes.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notice")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `dossier`, `task`, `petition`, `opinion` or `certificate`.
    pub subject_kind: String,
    pub subject_id: Uuid,
    pub subject_code: String,
    pub unit_id: Option<Uuid>,
    pub rule_kind: String,
    /// The instant that the rule measures from.
    pub due_at: DateTimeUtc,
    pub step: i32,
    pub role: String,
    /// Why it is never sent; None: it is, once its mail is.
    pub why: Option<String>,
    /// Put in when the mail is sealed.
    pub official_id: Option<Uuid>,
    pub fell_due_at: DateTimeUtc,
    pub outbox_id: Option<Uuid>,
    pub created_at: DateTimeUtc,
    pub rule_code: String,
    /// None: it was entered before rules had versions.
    pub rule_id: Option<Uuid>,
    pub rule_version: Option<i64>,
    /// For whom it was meant, where they are away and somebody else was told; of a copy, who came back.
    pub meant_for_id: Option<Uuid>,
    /// When that official got a copy, or needed none any more.
    pub copied_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
