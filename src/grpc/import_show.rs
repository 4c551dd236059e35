//! Imports, their outcomes and problems, sources and their names, as the contract shows them.

use uuid::Uuid;

use super::convert::{code_of, timestamp};
use super::import_convert::wire_kind;
use crate::domain::record::RecordKind;
use crate::pb::v1;
use crate::service::imports::names::{self, NameRow};
use crate::service::imports::{Freshness, ImportRun, OutcomeRow, ProblemRow, moment};
use crate::service::{Rules, Violation};

/// An import.
pub fn shown(run: &ImportRun) -> v1::Import {
    let state = match (run.undone_at, run.undo_begun_at) {
        (Some(_), _) => v1::ImportState::Undone,
        (None, Some(_)) => v1::ImportState::Undoing,
        (None, None) if run.state == "finished" => v1::ImportState::Finished,
        (None, None) => v1::ImportState::Open,
    };
    v1::Import {
        name: format!("imports/{}", run.id),
        uid: run.id.to_string(),
        source: run.source.clone(),
        kind: if run.kind == "full" { v1::ImportKind::Full.into() } else { v1::ImportKind::Partial.into() },
        state: state.into(),
        committed_row: run.committed_row,
        landed: run.landed,
        unchanged: run.unchanged,
        changed: run.changed,
        refused: run.refused,
        warned: run.warned,
        create_time: Some(timestamp(run.started_at)),
        update_time: Some(timestamp(run.updated_at)),
        finished_at: run.finished_at.map(timestamp),
        etag: run.committed_row.to_string(),
        file_name: run.file_name.clone().unwrap_or_default(),
        sha256: run.sha256.clone().unwrap_or_default(),
        watermark: run.watermark.map(timestamp),
        sender: run.caller_label.clone().unwrap_or_default(),
        absent: run.absent,
        undo_time: run.undone_at.map(timestamp),
        undo_reason: run.undo_reason.clone().unwrap_or_default(),
    }
}

fn record_kind(word: &str) -> v1::RecordKind {
    let kind = RecordKind::ALL.iter().copied().find(|kind| kind.as_str() == word);
    kind.map_or(v1::RecordKind::Unspecified, wire_kind)
}

/// A problem that was kept.
pub fn problem(row: ProblemRow) -> v1::ImportProblem {
    let severity = if row.severity == "warning" { v1::Severity::Warning } else { v1::Severity::Error };
    v1::ImportProblem {
        row: row.row_number,
        kind: record_kind(&row.kind).into(),
        code: row.code.unwrap_or_default(),
        problem: Some(v1::RowProblem {
            severity: severity.into(),
            field: row.field.unwrap_or_default(),
            file: row.file.unwrap_or_default(),
            line: row.line.unwrap_or_default(),
            reason: row.reason,
            message_vi: row.message_vi,
            message_en: row.message_en,
        }),
        recorded_at: Some(timestamp(row.recorded_at)),
    }
}

/// An outcome that was kept.
pub fn kept_outcome(row: OutcomeRow) -> v1::ImportOutcome {
    let result = match row.result.as_str() {
        "landed" => v1::RowResult::Landed,
        "changed" => v1::RowResult::Changed,
        "refused" => v1::RowResult::Refused,
        _ => v1::RowResult::Absent,
    };
    v1::ImportOutcome {
        row: row.number,
        file: row.file,
        line: row.line,
        kind: record_kind(&row.kind).into(),
        code: row.code,
        result: result.into(),
        undone: row.undone,
    }
}

/// A source.
pub fn source(rules: &Rules, fresh: Freshness) -> v1::Source {
    let stale = fresh.is_stale();
    let (watermark_vi, watermark_en) = fresh.watermark.map(|at| moment(rules, at)).unwrap_or_default();
    v1::Source {
        name: format!("sources/{}", fresh.row.name),
        display_name: fresh.row.name,
        watermark: fresh.watermark.map(timestamp),
        newest_import: fresh.row.import_id.map(|id| format!("imports/{id}")).unwrap_or_default(),
        stale_after_hours: fresh.row.stale_after_hours,
        stale,
        age_minutes: fresh.age_minutes,
        update_time: Some(timestamp(fresh.row.updated_at)),
        etag: fresh.row.version.to_string(),
        watermark_vi,
        watermark_en,
    }
}

/// A name of a source.
pub fn source_name(rules: &Rules, row: NameRow) -> v1::SourceName {
    let means = row.subject_id.map(|id| match row.kind.as_str() {
        "unit" => format!("units/{}", rules.unit_key(id)),
        "official" => format!("officials/{}", rules.official_code(Some(id))),
        _ => format!("procedures/{}", rules.procedure_code(id)),
    });
    v1::SourceName {
        name: format!("sourceNames/{}", row.id),
        source: row.source,
        kind: record_kind(&row.kind).into(),
        candidates: names::candidates(rules, &row.kind, &row.text),
        text: row.text,
        means: means.unwrap_or_default(),
        decided_by: row.decided_by.unwrap_or_default(),
        decide_time: row.decided_at.map(timestamp),
        create_time: Some(timestamp(row.first_seen_at)),
        etag: row.version.to_string(),
    }
}

/// The identity in a name such as `imports/UUID`.
pub fn uid_of(field: &str, name: &str, collection: &str) -> Result<Uuid, Violation> {
    let id = code_of(field, name, collection)?;
    Uuid::parse_str(&id).map_err(|_| {
        Violation::new(
            field,
            "BAD_NAME",
            format!("{field}: viết dạng {collection}/UUID"),
            format!("{field}: write it as {collection}/UUID"),
        )
    })
}

/// The identity of an import.
pub fn import_id(field: &str, name: &str) -> Result<Uuid, Violation> {
    uid_of(field, name, "imports")
}
