//! The table `incident_hit`.

use sea_orm::entity::prelude::*;

/// A dossier that an incident hit, or a unit whose dossiers it hit.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "incident_hit")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub incident_id: Uuid,
    /// `dossier` or `unit`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_kind: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject_id: Uuid,
}

impl ActiveModelBehavior for ActiveModel {}
