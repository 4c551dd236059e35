//! The table `audit`.

use sea_orm::entity::prelude::*;

/// Who did what. Append-only; a chainer fills the hashes in later.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub seq: i64,
    pub at: DateTimeUtc,
    pub caller: String,
    pub official_id: Option<Uuid>,
    pub rpc: String,
    pub subject: String,
    pub detail: String,
    pub prev_hash: Option<String>,
    pub hash: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
