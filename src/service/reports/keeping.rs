//! The files of a report: printed beside the workers that answer requests, and kept with their hash.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::super::error::ServiceError;
use super::{FileRow, ReportRow};
use crate::report::{Paper, PrintError};

/// The word of the file that came back signed.
pub const SIGNED: &str = "signed";

/// A paper by its extension.
pub fn paper(word: &str) -> Option<Paper> {
    Paper::ALL.into_iter().find(|paper| paper.extension() == word)
}

/// In hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Prints beside the workers: some tenths of a second of nothing but reckoning.
pub async fn printed<T: Send + 'static>(
    printing: impl FnOnce() -> Result<T, PrintError> + Send + 'static,
) -> Result<T, ServiceError> {
    let done = tokio::task::spawn_blocking(printing).await;
    let done = done.map_err(|_| ServiceError::Internal("the printer panicked".to_owned()))?;
    done.map_err(|error| match error {
        PrintError::Unavailable(paper) => ServiceError::Precondition {
            reason: "NOT_IN_THIS_BUILD",
            subject: format!("papers/{paper}"),
            vi: format!(
                "bản cài đặt này không in được {paper}; hãy dùng bản có tính năng pdf, hoặc tệp khác"
            ),
            en: format!("this build prints no {paper}; take one with the feature pdf, or another paper"),
        },
        PrintError::Refused { .. } => ServiceError::Internal(error.to_string()),
    })
}

/// A file to keep.
pub fn file(id: Uuid, report: &ReportRow, paper: &str, bytes: Vec<u8>, now: DateTime<Utc>) -> FileRow {
    FileRow {
        id,
        report_id: report.id,
        paper: paper.to_owned(),
        sha256: sha256(&bytes),
        size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        bytes,
        made_at: now,
    }
}
