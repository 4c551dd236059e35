//! What can go wrong in the archive, by kind. No text of a driver leaves this room.

use sea_orm::{DbErr, SqlErr};

/// An error of the archive.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A unique key is taken.
    #[error("a record with that key exists already")]
    Duplicate,
    /// A reference to a record that isn't there.
    #[error("a referenced record does not exist")]
    BrokenReference,
    /// A record that must exist doesn't.
    #[error("{table} {key} not found")]
    NotFound {
        /// The table.
        table: &'static str,
        /// What was looked for.
        key: String,
    },
    /// Somebody else wrote first; run the verb again.
    #[error("the record changed meanwhile")]
    Conflict,
    /// No connection in time, or the database is locked or going down: try again.
    #[error("the archive is busy")]
    Busy(#[source] DbErr),
    /// What is stored can't be read.
    #[error("{table}.{column} of {row} can't be read")]
    Corrupt {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's key.
        row: String,
    },
    /// Anything else.
    #[error("the archive failed")]
    Other(#[source] DbErr),
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => return Self::Duplicate,
            Some(SqlErr::ForeignKeyConstraintViolation(_)) => return Self::BrokenReference,
            _ => {}
        }
        if matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_)) || is_transient(&error) {
            Self::Busy(error)
        } else {
            Self::Other(error)
        }
    }
}

/// Serialisation failures, deadlocks, shutdown and lock timeouts: the same verb may succeed anew.
fn is_transient(error: &DbErr) -> bool {
    let text = error.to_string();
    [
        "database is locked",
        "database is busy",
        "could not serialize",
        "deadlock detected",
        "terminating connection",
        "the database system is",
    ]
    .iter()
    .any(|sign| text.contains(sign))
}

/// Reads a stored word, or names where it stands.
pub(super) fn word<T>(
    parsed: Option<T>,
    table: &'static str,
    column: &'static str,
    row: impl std::fmt::Display,
) -> Result<T, StoreError> {
    parsed.ok_or_else(|| StoreError::Corrupt { table, column, row: row.to_string() })
}
