//! The table `report_request`.

use sea_orm::entity::prelude::*;

/// A letter that asks for a report.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "report_request")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub number: String,
    pub dated_on: Date,
    pub from_on: Date,
    pub to_on: Date,
    pub recipient_label: String,
    pub recipient_address: String,
    pub state: String,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
