//! The table `report_member`.

use sea_orm::entity::prelude::*;

/// A dossier behind an exceptional figure of a report, as it was when the figures were frozen.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "report_member")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub report_id: Uuid,
    /// A word of the dossier figures.
    #[sea_orm(primary_key, auto_increment = false)]
    pub figure: String,
    /// The dossier's code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: String,
}

impl ActiveModelBehavior for ActiveModel {}
