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
    /// As the sender names it.
    pub file_name: Option<String>,
    /// Of the file, in hexadecimal digits.
    pub sha256: Option<String>,
    /// Up to when the file speaks.
    pub watermark: Option<DateTimeUtc>,
    /// The caller's name for the record.
    pub caller_label: Option<String>,
    /// Records of the source that this import, a full one, no longer names and the one before did.
    pub absent: i64,
    pub undo_begun_at: Option<DateTimeUtc>,
    pub undone_at: Option<DateTimeUtc>,
    pub undo_reason: Option<String>,
    /// The kinds that the file tells of, with commas between them; None: whatever the source has.
    pub kinds: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
