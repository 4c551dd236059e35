//! The table `calendar`.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// One immutable version of a working calendar.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "calendar")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// None: the default of the house.
    pub unit_id: Option<Uuid>,
    pub version: i32,
    /// An IANA name.
    pub time_zone: String,
    /// ISO numbers, separated by commas: `1,2,3,4,5`.
    pub working_weekdays: String,
    /// Local spans, separated by commas: `07:00-11:30,13:30-17:00`.
    pub office_hours: String,
    /// Local time: `15:00`.
    pub same_day_cutoff: String,
    /// First year whose days off are loaded; None: none is.
    pub first_year: Option<i32>,
    pub last_year: Option<i32>,
    /// None while it is a draft.
    pub in_force_from: Option<DateTimeUtc>,
    /// `draft` or `in_force`.
    pub state: String,
    pub created_at: DateTimeUtc,
    /// Hash of the content: the same content is the same version.
    pub content_hash: String,
    /// Taken away by the undo of the import that brought it; kept because histories name it.
    pub withdrawn_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
