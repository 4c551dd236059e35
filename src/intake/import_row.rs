//! Rows as files tell them, as an import takes them: the same for whoever sends them over the wire and for the house
//! that reads its own folders. Nothing is judged here; a word stays a word.

use chrono::NaiveTime;

use super::problem::{Problem, Severity};
use super::record::{
    CalendarRecord, Comparison, DeclaredRecord, DossierRecord, IncidentRecord, PetitionRecord,
    ProcedureRecord, Record, Shared, SourceRow, TaskRecord,
};
use crate::domain::record;

impl From<&SourceRow> for record::ImportRow {
    fn from(row: &SourceRow) -> Self {
        Self { file: row.file.to_string(), line: line(row.line), record: record_of(&row.record) }
    }
}

impl From<&Problem> for record::Problem {
    fn from(told: &Problem) -> Self {
        Self {
            severity: match told.severity {
                Severity::Error => record::Severity::Error,
                Severity::Note => record::Severity::Warning,
            },
            field: told.field.to_string(),
            file: told.file.to_string(),
            line: line(told.line),
            reason: told.reason.to_owned(),
            vi: told.message_vi.to_string(),
            en: told.message_en.to_string(),
        }
    }
}

fn line(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn texts(told: &[Shared]) -> Vec<String> {
    told.iter().map(ToString::to_string).collect()
}

fn record_of(told: &Record) -> record::Record {
    match told {
        Record::Unit(told) => record::Record::Unit(record::UnitRecord {
            code: told.code.to_string(),
            parent_code: told.parent_code.to_string(),
            kind: told.kind.to_string(),
            name: told.name.to_string(),
            valid_from: told.valid_from,
        }),
        Record::Calendar(told) => record::Record::Calendar(calendar(told)),
        Record::Official(told) => record::Record::Official(record::OfficialRecord {
            code: told.code.to_string(),
            unit_code: told.unit_code.to_string(),
            full_name: told.full_name.to_string(),
            role: told.role.as_str().to_owned(),
            email: told.email.to_string(),
        }),
        Record::Procedure(told) => record::Record::Procedure(procedure(told)),
        Record::Dossier(told) => record::Record::Dossier(Box::new(dossier(told))),
        Record::Task(told) => record::Record::Task(task(told)),
        Record::Document(told) => record::Record::Document(record::DocumentRecord {
            number: told.number.to_string(),
            kind: told.kind.to_string(),
            issued_on: Some(told.issued_on),
            issuer: told.issuer.to_string(),
            subject: told.subject.to_string(),
        }),
        Record::Petition(told) => record::Record::Petition(petition(told)),
        Record::Survey(told) => record::Record::Survey(record::SurveyRecord {
            code: told.code.to_string(),
            unit_code: told.unit_code.to_string(),
            rated_at: Some(told.rated_at),
            rating: told.rating.to_string(),
        }),
        Record::Payment(told) => record::Record::Payment(record::PaymentRecord {
            code: told.code.to_string(),
            unit_code: told.unit_code.to_string(),
            paid_at: Some(told.paid_at),
            kind: told.kind.to_string(),
            amount_vnd: told.amount_vnd,
            online: told.online,
            dossier_code: told.dossier_code.to_string(),
        }),
        Record::Target(told) => record::Record::Target(record::TargetRecord {
            code: told.code.to_string(),
            name: told.name.to_string(),
            unit_code: told.unit_code.to_string(),
            indicator: told.indicator.to_string(),
            comparison: match told.comparison {
                Comparison::AtLeast => "at_least",
                Comparison::AtMost => "at_most",
            }
            .to_owned(),
            value_hundredths: told.value_hundredths,
            from_on: Some(told.from_on),
            to_on: Some(told.to_on),
            basis: told.basis.to_string(),
        }),
        Record::Declared(told) => record::Record::Declared(Box::new(declared(told))),
        Record::Incident(told) => record::Record::Incident(Box::new(incident(told))),
        Record::Unreadable(told) => record::Record::Unreadable {
            kind: told.kind,
            code: told.code.to_string(),
            problems: told.problems.iter().map(Into::into).collect(),
        },
    }
}

fn calendar(told: &CalendarRecord) -> record::CalendarRecord {
    let clock = |time: NaiveTime| time.format("%H:%M").to_string();
    let days = told.days.iter().map(|day| record::CalendarDayRecord {
        file: day.file.to_string(),
        line: line(day.line),
        day: Some(day.day),
        kind: day.kind.as_str().to_owned(),
        name: day.name.to_string(),
        swapped_with: day.swapped_with,
        legal_basis: day.legal_basis.to_string(),
    });
    record::CalendarRecord {
        unit_code: told.unit_code.to_string(),
        time_zone: told.time_zone.name().to_owned(),
        working_weekdays: told.working_weekdays.iter().map(|day| i32::from(*day)).collect(),
        office_hours: told
            .office_hours
            .iter()
            .map(|(opens, closes)| (clock(*opens), clock(*closes)))
            .collect(),
        same_day_cutoff: clock(told.same_day_cutoff),
        days: days.collect(),
        first_year: told.years.map(|(first, _)| first),
        last_year: told.years.map(|(_, last)| last),
    }
}

fn procedure(told: &ProcedureRecord) -> record::ProcedureRecord {
    record::ProcedureRecord {
        code: told.code.to_string(),
        name: told.name.to_string(),
        field: told.field.to_string(),
        level: told.level.to_string(),
        unit_code: told.unit_code.to_string(),
        term_unit: told.term.unit().to_owned(),
        term: told.term.amount().into(),
        online_level: told.online_level.as_str().to_owned(),
        effective_on: told.effective_on,
        watched_list: (!told.watched_list.is_empty()).then(|| told.watched_list.to_string()),
    }
}

fn dossier(told: &DossierRecord) -> record::DossierRecord {
    let moves = told.moves.iter().map(|moved| record::MoveRecord {
        file: moved.file.to_string(),
        line: line(moved.line),
        at: Some(moved.at),
        from_official: moved.from_official.to_string(),
        to_official: moved.to_official.to_string(),
        step: moved.step.to_string(),
    });
    let clock = told.clock.iter().map(|event| record::ClockRecord {
        file: event.file.to_string(),
        line: line(event.line),
        at: Some(event.at),
        stopped: !event.resumed,
        reason: event.reason.to_string(),
    });
    record::DossierRecord {
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
        moves: moves.collect(),
        clock: clock.collect(),
        stands_as: told.stands_as,
    }
}

fn task(told: &TaskRecord) -> record::TaskRecord {
    record::TaskRecord {
        code: told.code.to_string(),
        title: told.title.to_string(),
        assigned_by: told.assigned_by.to_string(),
        source_document: told.source_document.to_string(),
        assigned_on: Some(told.assigned_on),
        lead_unit_code: told.lead_unit_code.to_string(),
        responsible_official: told.responsible_official.to_string(),
        cooperating_unit_codes: texts(&told.cooperating_unit_codes),
        due_on: told.due_on,
        completed_at: told.completed_at,
        product: told.product.to_string(),
    }
}

fn petition(told: &PetitionRecord) -> record::PetitionRecord {
    record::PetitionRecord {
        code: told.code.to_string(),
        received_at: Some(told.received_at),
        channel: told.channel.to_string(),
        kind: told.kind.to_string(),
        due_at: told.due_at,
        answered_at: told.answered_at,
        published_on: told.published_on,
        citizen_rating: told.citizen_rating.to_string(),
        unit_code: told.unit_code.to_string(),
        subject: told.subject.to_string(),
    }
}

fn declared(told: &DeclaredRecord) -> record::DeclaredRecord {
    record::DeclaredRecord {
        code: told.code.to_string(),
        indicator: told.indicator.to_string(),
        measure: told.measure.as_str().to_owned(),
        value: Some(told.value),
        numerator: told.numerator,
        denominator: told.denominator,
        unit_code: told.unit_code.to_string(),
        group: told.group.to_string(),
        from_on: Some(told.from_on),
        to_on: Some(told.to_on),
        source: told.source.to_string(),
        file_name: told.file_name.to_string(),
        file_sha256: told.file_sha256.to_string(),
        declared_by: told.declared_by.to_string(),
        declared_on: Some(told.declared_on),
    }
}

fn incident(told: &IncidentRecord) -> record::IncidentRecord {
    record::IncidentRecord {
        code: told.code.to_string(),
        system: told.system.to_string(),
        kind: told.kind.as_str().to_owned(),
        failure: told.failure.to_string(),
        from_at: Some(told.from_at),
        to_at: told.to_at,
        unit_code: told.unit_code.to_string(),
        hits: told.hits.as_str().to_owned(),
        hit_unit_codes: texts(&told.hit_unit_codes),
        dossier_codes: texts(&told.dossier_codes),
        reported_by: told.reported_by.to_string(),
        reference: told.reference.to_string(),
    }
}
