//! The table `document`.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// An issued document.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "document")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Begins anew each year with each issuer.
    pub number: String,
    pub kind: String,
    pub issued_on: Date,
    pub issuer: String,
    pub subject: String,
    /// Number of the last change; the etag.
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
