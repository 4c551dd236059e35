//! Imports: batches of records, keyed by source and code, each batch one transaction with its outcomes.
//! Going on after a break means the same import from the row after the last committed one. The way of an import is
//! in `running`, how the rows of a batch land in `landing`, a dry run in `rehearsal`; `sources` keeps up to when each
//! source speaks.

mod landing;
pub mod names;
mod rehearsal;
mod reopening;
mod running;
mod sources;
mod turn;
mod undo;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::error::ServiceError;
use super::landing::Landed;
use super::work::Look;
use crate::domain::permission::Scope;
use crate::domain::record::RecordKind;
use crate::store::imports;
use crate::store::query::{ListQuery, Page};

pub use landing::Arrival;
pub use rehearsal::Rehearsal;
pub use reopening::{REOPENED, field as reopened_field};

pub use crate::store::imports::{
    ImportRun, OutcomeRow, PUBLISHED, PUBLISHED_OUTCOMES, PUBLISHED_PROBLEMS, ProblemRow,
};
pub use sources::{Freshness, data_until, freshness, known_until, list_sources, moment, set_staleness};

/// The most rows of a batch.
pub const MOST_ROWS: usize = 1000;

/// What an import is opened with.
#[derive(Debug, Clone, Default)]
pub struct Start {
    /// The client's id; the same again goes on.
    pub import_id: Uuid,
    /// The source's name: records are keyed by it.
    pub source: String,
    /// `full` or `partial`.
    pub kind: String,
    /// The file's name; may be empty.
    pub file_name: String,
    /// Its SHA-256 in hexadecimal digits; may be empty.
    pub sha256: String,
    /// Up to when the file speaks; None where nobody knows.
    pub watermark: Option<DateTime<Utc>>,
    /// What the file tells of; empty: of whatever the source has. Files that tell of other things don't make it old.
    pub kinds: BTreeSet<RecordKind>,
    /// The watermark is only when the file was written: a copy of an old file has a new one.
    pub may_be_copy: bool,
    /// Taken although a newer file of the source was taken before.
    pub force: bool,
}

/// The outcome of a row.
#[derive(Debug, Clone)]
pub struct RowOutcome {
    /// Its number in the import, from 1.
    pub row: i64,
    /// Its file.
    pub file: String,
    /// Its line.
    pub line: i64,
    /// What it is a record of.
    pub kind: RecordKind,
    /// Its code.
    pub code: String,
    /// The key under which the source's word of it is remembered, where that isn't the code.
    pub said_as: Option<String>,
    /// What the source had said of it before; None where it hadn't.
    pub hash_before: Option<String>,
    /// Code of the unit of a dossier, or what stands in its place.
    pub unit: Option<String>,
    /// What became of it.
    pub landed: Landed,
}

/// An import by id.
pub async fn get(look: &Look, id: Uuid) -> Result<ImportRun, ServiceError> {
    let found = imports::find(&look.door, id).await?;
    let mine = own(look);
    found
        .filter(|run| mine.as_ref().is_none_or(|key| run.caller == *key))
        .ok_or_else(|| ServiceError::NotFound(format!("imports/{id}")))
}

/// A page of imports.
pub async fn list(look: &Look, query: &ListQuery) -> Result<Page<ImportRun>, ServiceError> {
    Ok(imports::list(&look.door, query, own(look).as_deref()).await?)
}

/// An import brings records of many units: who doesn't reach the whole house knows of those that its own key began.
fn own(look: &Look) -> Option<String> {
    (look.context.scope != Scope::All).then(|| look.context.caller.key_id.to_string())
}

/// A page of an import's problems.
pub async fn list_problems(
    look: &Look,
    id: Uuid,
    query: &ListQuery,
) -> Result<Page<ProblemRow>, ServiceError> {
    get(look, id).await?;
    Ok(imports::list_problems(&look.door, id, query).await?)
}

/// A page of what an import did, row by row. Rows that changed nothing have no outcome.
pub async fn list_outcomes(
    look: &Look,
    id: Uuid,
    query: &ListQuery,
) -> Result<Page<OutcomeRow>, ServiceError> {
    get(look, id).await?;
    Ok(imports::list_outcomes(&look.door, id, query).await?)
}
