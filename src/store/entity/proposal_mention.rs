//! The table `proposal_mention`.

use sea_orm::entity::prelude::*;

/// A report that was submitted with a proposal in its words.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "proposal_mention")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub proposal_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub report_id: Uuid,
}

impl ActiveModelBehavior for ActiveModel {}
