//! The table `report_form_content`.

use sea_orm::entity::prelude::*;

/// The bytes of a form, apart from what lists tell of it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "report_form_content")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub form_id: Uuid,
    pub bytes: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}
