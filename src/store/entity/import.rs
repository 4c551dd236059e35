//! The table `import`.

use sea_orm::entity::prelude::*;

/// A run of an import: a resource that can be gone on with.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub source: String,
    /// `full` or `partial`.
    pub kind: String,
    pub dry_run: bool,
    /// `open` or `finished`.
    pub state: String,
    /// All rows up to this number are committed.
    pub committed_row: i64,
    pub landed: i64,
    pub unchanged: i64,
    pub changed: i64,
    pub refused: i64,
    pub warned: i64,
    /// Identity of the key that began it.
    pub caller: String,
    pub started_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub finished_at: Option<DateTimeUtc>,
}

impl ActiveModelBehavior for ActiveModel {}
