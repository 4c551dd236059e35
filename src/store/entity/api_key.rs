//! The table `api_key`.

use sea_orm::entity::prelude::*;

/// A key of a caller; only its hash is kept.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub label: String,
    pub hash: String,
    pub official_id: Option<Uuid>,
    /// Words of roles, separated by commas.
    pub roles: String,
    /// The root of its scope; None: the whole house.
    pub unit_id: Option<Uuid>,
    pub created_at: DateTimeUtc,
    pub revoked_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
