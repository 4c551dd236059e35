//! The table `source_row`.

use sea_orm::entity::prelude::*;

/// What a source last said of a record: the same hash is a no-op.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "source_row")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub source: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    pub content_hash: String,
    pub subject_id: Uuid,
    pub imported_at: DateTimeUtc,
    /// The last full import that named it.
    pub seen_in: Option<Uuid>,
    /// The full import that first didn't.
    pub absent_since: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}
