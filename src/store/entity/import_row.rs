//! The table `import_row`.

use sea_orm::entity::prelude::*;

/// What became of a row of an import. Rows that changed nothing have none; records that are missing have one after
/// the last row.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_row")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub import_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    pub file: String,
    pub line: i64,
    pub kind: String,
    pub code: String,
    /// `landed`, `changed`, `refused` or `absent`.
    pub result: String,
    pub subject_id: Option<Uuid>,
    /// What the source had said of it before; None where it hadn't.
    pub hash_before: Option<String>,
    /// The first event that it added to its subject.
    pub events_from: Option<i32>,
    /// The last one.
    pub events_to: Option<i32>,
    pub undone: bool,
    /// The record as it stood before the batch, as JSON; None: there was none, or it has events.
    pub before: Option<String>,
    /// Hash of the record as the batch left it: another one means that somebody worked on it since. None where it has
    /// events.
    pub left_hash: Option<String>,
    /// The key under which the source's word of it is remembered, where that isn't the code.
    pub said_as: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
