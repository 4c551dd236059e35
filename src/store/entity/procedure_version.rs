//! The table `procedure_version`.

use sea_orm::entity::prelude::*;

/// What a procedure says from a day on.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "procedure_version")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub procedure_id: Uuid,
    pub effective_on: Date,
    pub name: String,
    /// The name without case and accents, to search by.
    pub name_folded: String,
    pub field: String,
    /// `town`, `commune` or `province`.
    pub level: String,
    /// The owning unit; None: every commune.
    pub unit_id: Option<Uuid>,
    /// `same_day`, `working_hours`, `working_days`, `calendar_days` or `months`.
    pub term_unit: String,
    /// The number beside the unit; 0 for `same_day`.
    pub term: i32,
    /// `none`, `partial` or `full`.
    pub online_level: String,
    /// `continue` or `restart`.
    pub resume_policy: String,
    /// The list on which its dossiers are watched for their age; empty: none.
    pub watched_list: String,
    /// A later record for the same day stands in its place.
    pub superseded: bool,
    pub recorded_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
