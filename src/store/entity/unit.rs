//! The table `unit`.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// A unit with its present attributes.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "unit")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Its present code; an attribute, codes are reused.
    pub code: String,
    pub name: String,
    /// The name without case and accents, to search by.
    pub name_folded: String,
    /// `people_committee`, `office`, `one_stop_shop`, `specialised_agency`, `commune`,
    /// `land_registry_branch`, `public_service_unit` or `other`.
    pub kind: String,
    pub parent_id: Option<Uuid>,
    pub valid_from: Date,
    /// The last day of its life; None while it lives.
    pub valid_to: Option<Date>,
    /// Number of the last change; the etag.
    pub version: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    /// Taken away by the undo of the import that brought it; kept because histories name it.
    pub withdrawn_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
