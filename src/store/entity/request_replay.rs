//! The table `request_replay`.

use sea_orm::entity::prelude::*;

/// The first answer to a request id, for its replays.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "request_replay")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub caller: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub rpc: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub request_id: Uuid,
    pub request_hash: String,
    /// Without applicant data.
    pub answer: Vec<u8>,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
