//! The files of a report, kept with their hash.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{FileRow, ReportRow};
use crate::report::Paper;

/// The word of the file that came back signed.
pub const SIGNED: &str = "signed";

/// In which language a courtesy translation is.
const TRANSLATED: &str = "en";

/// A paper by its extension.
pub fn paper(word: &str) -> Option<Paper> {
    Paper::ALL.into_iter().find(|paper| paper.extension() == word)
}

/// The word of a paper's courtesy translation.
pub fn translated(paper: Paper) -> String {
    format!("{}.{TRANSLATED}", paper.extension())
}

/// The paper of which a file is the courtesy translation, by the file's word.
pub fn translation_of(word: &str) -> Option<Paper> {
    paper(word.strip_suffix(TRANSLATED)?.strip_suffix('.')?)
}

/// In hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
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
