//! The table `event`.

use sea_orm::entity::prelude::*;

/// What happened to a subject. Append-only; the truth of dossiers and tasks.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub seq: i64,
    pub subject_kind: String,
    pub subject_id: Uuid,
    /// Place in the order of recording, from 1.
    pub number: i32,
    pub kind: String,
    /// When it happened.
    pub occurred_at: DateTimeUtc,
    /// When the house learnt it.
    pub recorded_at: DateTimeUtc,
    pub actor_id: Option<Uuid>,
    /// The caller's name for the record, also where no official stands behind it.
    pub actor_label: String,
    /// `own`, `import` or `house`.
    pub source: String,
    /// Why, in the actor's words; may be empty.
    pub reason: String,
    /// JSON by kind; empty where the kind says all.
    pub payload: String,
}

impl ActiveModelBehavior for ActiveModel {}
