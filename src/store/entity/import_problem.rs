//! The table `import_problem`.

use sea_orm::entity::prelude::*;

/// What was wrong with a row, and how to mend it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_problem")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub import_id: Uuid,
    pub row_number: i64,
    pub file: Option<String>,
    pub line: Option<i64>,
    /// The word of the record's kind.
    pub kind: String,
    pub code: Option<String>,
    pub field: Option<String>,
    /// A stable word in `UPPER_SNAKE`.
    pub reason: String,
    /// `warning` or `error`.
    pub severity: String,
    pub message_vi: String,
    pub message_en: String,
    pub recorded_at: DateTimeUtc,
    /// Code of the unit that a refused dossier names, as far as it was understood.
    pub unit_code: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
