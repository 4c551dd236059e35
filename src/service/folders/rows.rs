//! Rows as the reading room has them, as imports take them. A mapped table tells of dossiers only.

use crate::domain::record::{ClockRecord, DossierRecord, ImportRow, MoveRecord, Problem, Record, Severity};
use crate::intake;

/// The row; None for a record that no table tells of.
pub(super) fn row(row: &intake::SourceRow) -> Option<ImportRow> {
    let record = match &row.record {
        intake::Record::Dossier(told) => Record::Dossier(Box::new(dossier(told))),
        intake::Record::Unreadable(told) => Record::Unreadable {
            kind: told.kind,
            code: told.code.to_string(),
            problems: told.problems.iter().map(problem).collect(),
        },
        intake::Record::Unit(_)
        | intake::Record::Calendar(_)
        | intake::Record::Official(_)
        | intake::Record::Procedure(_)
        | intake::Record::Task(_)
        | intake::Record::Document(_)
        | intake::Record::Petition(_)
        | intake::Record::Survey(_)
        | intake::Record::Payment(_)
        | intake::Record::Target(_)
        | intake::Record::Declared(_)
        | intake::Record::Incident(_) => return None,
    };
    Some(ImportRow { file: row.file.to_string(), line: line(row.line), record })
}

/// A problem that reading found.
pub(super) fn problem(told: &intake::Problem) -> Problem {
    Problem {
        severity: match told.severity {
            intake::Severity::Error => Severity::Error,
            intake::Severity::Note => Severity::Warning,
        },
        field: told.field.to_string(),
        file: told.file.to_string(),
        line: line(told.line),
        reason: told.reason.to_owned(),
        vi: told.message_vi.to_string(),
        en: told.message_en.to_string(),
    }
}

fn line(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn dossier(told: &intake::DossierRecord) -> DossierRecord {
    DossierRecord {
        code: told.code.to_string(),
        procedure_code: told.procedure_code.to_string(),
        unit_code: told.unit_code.to_string(),
        channel: Some(told.channel),
        applicant_kind: Some(told.applicant_kind),
        received_at: Some(told.received_at),
        promised_at: told.due_at,
        closed_at: told.closed_at,
        outcome: told.outcome,
        returned_at: told.result_returned_at,
        officer_code: told.officer_code.to_string(),
        intake_digitised: told.intake_digitised,
        result_digitised: told.result_digitised,
        moves: told
            .moves
            .iter()
            .map(|moved| MoveRecord {
                file: moved.file.to_string(),
                line: line(moved.line),
                at: Some(moved.at),
                from_official: moved.from_official.to_string(),
                to_official: moved.to_official.to_string(),
                step: moved.step.to_string(),
            })
            .collect(),
        clock: told
            .clock
            .iter()
            .map(|event| ClockRecord {
                file: event.file.to_string(),
                line: line(event.line),
                at: Some(event.at),
                stopped: !event.resumed,
                reason: event.reason.to_string(),
            })
            .collect(),
        stands_as: told.stands_as,
    }
}
