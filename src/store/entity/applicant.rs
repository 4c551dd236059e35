//! The table `applicant`.

use sea_orm::entity::prelude::*;

/// Whose a dossier is: apart from it, minimal and erasable.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "applicant")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `person` or `organisation`.
    pub kind: String,
    pub name: Option<String>,
    /// JSON; None when erased or never given.
    pub contact: Option<String>,
    pub created_at: DateTimeUtc,
    pub erased_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
