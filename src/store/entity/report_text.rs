//! The table `report_text`.

use sea_orm::entity::prelude::*;

/// What somebody wrote at a place of a report. Append-only: the last number stands.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "report_text")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub report_id: Uuid,
    pub place: String,
    /// Place in the order of writing, from 1.
    pub number: i32,
    /// Empty: what figures say stands there again.
    pub text: String,
    pub written_by_id: Option<Uuid>,
    /// The writer's name for the record, also where no official stands behind it.
    pub written_by: String,
    pub written_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
