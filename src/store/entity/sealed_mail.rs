//! The table `sealed_mail`.

use sea_orm::entity::prelude::*;

/// The bytes of a mail that was sealed.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sealed_mail")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub outbox_id: Uuid,
    /// What goes out, so that a repeat is identical.
    pub bytes: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}
