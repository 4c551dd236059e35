//! Rows of an import as the contract has them.

use chrono::{DateTime, NaiveDate, Utc};
use prost_types::Timestamp;

use crate::cli::wire::{date, timestamp};
use crate::domain::dossier::{ApplicantKind, Channel, ClosedAs, State};
use crate::domain::record::{
    CalendarRecord, DeclaredRecord, DossierRecord, ImportRow, IncidentRecord, PetitionRecord, Problem,
    ProcedureRecord, Record, RecordKind, Severity, TargetRecord, TaskRecord,
};
use crate::intake;
use crate::pb::google::r#type::Date;
use crate::pb::v1 as pb;
use crate::pb::v1::import_row::Record as Wire;

/// The row for the wire.
pub fn row(row: &intake::SourceRow) -> pb::ImportRow {
    let ImportRow { file, line, record } = row.into();
    pb::ImportRow { file, line, record: Some(wire(record)) }
}

/// What a row tells of.
pub fn kind(kind: RecordKind) -> pb::RecordKind {
    match kind {
        RecordKind::Unit => pb::RecordKind::Unit,
        RecordKind::Official => pb::RecordKind::Official,
        RecordKind::Calendar => pb::RecordKind::Calendar,
        RecordKind::Procedure => pb::RecordKind::Procedure,
        RecordKind::Dossier => pb::RecordKind::Dossier,
        RecordKind::Task => pb::RecordKind::Task,
        RecordKind::Document => pb::RecordKind::Document,
        RecordKind::Petition => pb::RecordKind::Petition,
        RecordKind::Survey => pb::RecordKind::Survey,
        RecordKind::Payment => pb::RecordKind::Payment,
        RecordKind::Target => pb::RecordKind::Target,
        RecordKind::Declared => pb::RecordKind::Declared,
        RecordKind::Incident => pb::RecordKind::Incident,
    }
}

/// A problem that reading found, for the wire.
pub fn problem(found: &intake::Problem) -> pb::RowProblem {
    wire_problem(found.into())
}

fn wire_problem(problem: Problem) -> pb::RowProblem {
    let severity = match problem.severity {
        Severity::Error => pb::Severity::Error,
        Severity::Warning => pb::Severity::Warning,
    };
    pb::RowProblem {
        severity: severity.into(),
        field: problem.field,
        file: problem.file,
        line: problem.line,
        reason: problem.reason,
        message_vi: problem.vi,
        message_en: problem.en,
    }
}

fn instant(at: Option<DateTime<Utc>>) -> Option<Timestamp> {
    at.map(timestamp)
}

fn day(day: Option<NaiveDate>) -> Option<Date> {
    day.map(date)
}

/// The value of an enum of the contract that a word of ours names: `clerk` is `ROLE_CLERK`.
fn named<T: Default>(prefix: &str, word: &str, parse: fn(&str) -> Option<T>) -> T {
    parse(&format!("{prefix}_{}", word.to_uppercase())).unwrap_or_default()
}

fn wire(record: Record) -> Wire {
    match record {
        Record::Unit(r) => Wire::Unit(pb::UnitRecord {
            code: r.code,
            parent_code: r.parent_code,
            kind: r.kind,
            display_name: r.name,
            valid_from: day(r.valid_from),
        }),
        Record::Calendar(r) => Wire::Calendar(calendar(r)),
        Record::Official(r) => Wire::Official(pb::OfficialRecord {
            code: r.code,
            unit_code: r.unit_code,
            full_name: r.full_name,
            role: named("ROLE", &r.role, pb::Role::from_str_name).into(),
            email: r.email,
        }),
        Record::Procedure(r) => Wire::Procedure(procedure(r)),
        Record::Dossier(r) => Wire::Dossier(dossier(*r)),
        Record::Task(r) => Wire::Task(task(r)),
        Record::Document(r) => Wire::Document(pb::DocumentRecord {
            number: r.number,
            kind: r.kind,
            issued_on: day(r.issued_on),
            issuer: r.issuer,
            subject: r.subject,
        }),
        Record::Petition(r) => Wire::Petition(petition(r)),
        Record::Survey(r) => Wire::Survey(pb::SurveyRecord {
            code: r.code,
            unit_code: r.unit_code,
            rated_at: instant(r.rated_at),
            rating: r.rating,
        }),
        Record::Payment(r) => Wire::Payment(pb::PaymentRecord {
            code: r.code,
            unit_code: r.unit_code,
            paid_at: instant(r.paid_at),
            kind: r.kind,
            amount_vnd: r.amount_vnd,
            online: r.online,
            dossier_code: r.dossier_code,
        }),
        Record::Target(r) => Wire::Target(target(r)),
        Record::Declared(r) => Wire::Declared(declared(*r)),
        Record::Incident(r) => Wire::Incident(incident(*r)),
        Record::Unreadable { kind: of, code, problems } => Wire::Unreadable(pb::UnreadableRecord {
            kind: kind(of).into(),
            code,
            problems: problems.into_iter().map(wire_problem).collect(),
        }),
    }
}

fn calendar(r: CalendarRecord) -> pb::CalendarRecord {
    let days = r.days.into_iter().map(|entry| pb::CalendarDayRecord {
        file: entry.file,
        line: entry.line,
        day: Some(pb::CalendarDay {
            day: day(entry.day),
            kind: named("CALENDAR_DAY_KIND", &entry.kind, pb::CalendarDayKind::from_str_name).into(),
            display_name: entry.name,
            swapped_with: day(entry.swapped_with),
            legal_basis: entry.legal_basis,
        }),
    });
    pb::CalendarRecord {
        days: days.collect(),
        unit_code: r.unit_code,
        time_zone: r.time_zone,
        working_weekdays: r.working_weekdays,
        office_hours: r
            .office_hours
            .into_iter()
            .map(|(opens, closes)| pb::OfficeHours { opens, closes })
            .collect(),
        same_day_cutoff: r.same_day_cutoff,
        first_year: r.first_year.unwrap_or(0),
        last_year: r.last_year.unwrap_or(0),
    }
}

fn procedure(r: ProcedureRecord) -> pb::ProcedureRecord {
    let term = pb::Term {
        unit: named("TERM_UNIT", &r.term_unit, pb::TermUnit::from_str_name).into(),
        count: i32::try_from(r.term).expect("a term is at most some thousand units"),
    };
    pb::ProcedureRecord {
        code: r.code,
        display_name: r.name,
        field: r.field,
        level: r.level,
        unit_code: r.unit_code,
        term: Some(term),
        online_level: named("ONLINE_LEVEL", &r.online_level, pb::OnlineLevel::from_str_name).into(),
        effective_on: day(r.effective_on),
        watched_list: r.watched_list,
    }
}

fn dossier(r: DossierRecord) -> pb::DossierRecord {
    let channel = r.channel.map_or("", Channel::as_str);
    let applicant_kind = r.applicant_kind.map_or("", ApplicantKind::as_str);
    let outcome = r.outcome.map_or("", ClosedAs::as_str);
    let stands_as = r.stands_as.map_or("", State::as_str);
    pb::DossierRecord {
        stands_as: named("DOSSIER_STATE", stands_as, pb::DossierState::from_str_name).into(),
        channel: named("CHANNEL", channel, pb::Channel::from_str_name).into(),
        applicant_kind: named("APPLICANT_KIND", applicant_kind, pb::ApplicantKind::from_str_name).into(),
        outcome: named("OUTCOME", outcome, pb::Outcome::from_str_name).into(),
        code: r.code,
        procedure_code: r.procedure_code,
        unit_code: r.unit_code,
        received_at: instant(r.received_at),
        promised_at: instant(r.promised_at),
        closed_at: instant(r.closed_at),
        result_returned_at: instant(r.returned_at),
        officer_code: r.officer_code,
        intake_digitised: r.intake_digitised,
        result_digitised: r.result_digitised,
        moves: r
            .moves
            .into_iter()
            .map(|moved| pb::MoveRecord {
                file: moved.file,
                line: moved.line,
                at: instant(moved.at),
                from_official: moved.from_official,
                to_official: moved.to_official,
                step: moved.step,
            })
            .collect(),
        clock: r
            .clock
            .into_iter()
            .map(|event| pb::ClockRecord {
                kind: if event.stopped { pb::ClockEventKind::Paused } else { pb::ClockEventKind::Resumed }
                    .into(),
                file: event.file,
                line: event.line,
                at: instant(event.at),
                reason: event.reason,
            })
            .collect(),
    }
}

fn task(r: TaskRecord) -> pb::TaskRecord {
    pb::TaskRecord {
        code: r.code,
        title: r.title,
        assigned_by: r.assigned_by,
        source_document: r.source_document,
        assigned_on: day(r.assigned_on),
        lead_unit_code: r.lead_unit_code,
        responsible_official: r.responsible_official,
        cooperating_unit_codes: r.cooperating_unit_codes,
        due_on: day(r.due_on),
        completed_at: instant(r.completed_at),
        product: r.product,
    }
}

fn petition(r: PetitionRecord) -> pb::PetitionRecord {
    pb::PetitionRecord {
        code: r.code,
        received_at: instant(r.received_at),
        channel: r.channel,
        kind: r.kind,
        due_at: instant(r.due_at),
        answered_at: instant(r.answered_at),
        published_on: day(r.published_on),
        citizen_rating: r.citizen_rating,
        unit_code: r.unit_code,
        subject: r.subject,
    }
}

fn target(r: TargetRecord) -> pb::TargetRecord {
    pb::TargetRecord {
        comparison: named("TARGET_COMPARISON", &r.comparison, pb::TargetComparison::from_str_name).into(),
        code: r.code,
        display_name: r.name,
        unit_code: r.unit_code,
        indicator: r.indicator,
        value_hundredths: r.value_hundredths,
        from_on: day(r.from_on),
        to_on: day(r.to_on),
        basis: r.basis,
    }
}

fn declared(r: DeclaredRecord) -> pb::DeclaredRecord {
    pb::DeclaredRecord {
        measure: named("DECLARED_MEASURE", &r.measure, pb::DeclaredMeasure::from_str_name).into(),
        code: r.code,
        indicator: r.indicator,
        value: r.value,
        numerator: r.numerator,
        denominator: r.denominator,
        unit_code: r.unit_code,
        group: r.group,
        from_on: day(r.from_on),
        to_on: day(r.to_on),
        source: r.source,
        file_name: r.file_name,
        file_sha256: r.file_sha256,
        declared_by: r.declared_by,
        declared_on: day(r.declared_on),
    }
}

fn incident(r: IncidentRecord) -> pb::IncidentRecord {
    pb::IncidentRecord {
        kind: named("INCIDENT_KIND", &r.kind, pb::IncidentKind::from_str_name).into(),
        hits: named("INCIDENT_HITS", &r.hits, pb::IncidentHits::from_str_name).into(),
        code: r.code,
        system: r.system,
        failure: r.failure,
        from_at: instant(r.from_at),
        to_at: instant(r.to_at),
        unit_code: r.unit_code,
        hit_unit_codes: r.hit_unit_codes,
        dossier_codes: r.dossier_codes,
        reported_by: r.reported_by,
        reference: r.reference,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::declared::Measure;
    use crate::domain::incident::{HitRule, IncidentKind};
    use crate::domain::official::OfficialRole;
    use crate::domain::procedure::OnlineLevel;

    /// A word that the contract doesn't know would be sent as not said.
    #[test]
    fn every_word_of_ours_is_one_of_the_contract() {
        fn all<T: Default + PartialEq>(
            prefix: &str,
            parse: fn(&str) -> Option<T>,
            words: impl IntoIterator<Item = &'static str>,
        ) {
            for word in words {
                assert!(named(prefix, word, parse) != T::default(), "{prefix} {word}");
            }
        }
        macro_rules! words {
            ($of:ty) => {
                <$of>::ALL.iter().map(|word| word.as_str())
            };
        }
        all("ROLE", pb::Role::from_str_name, words!(OfficialRole));
        all("ONLINE_LEVEL", pb::OnlineLevel::from_str_name, words!(OnlineLevel));
        all("DOSSIER_STATE", pb::DossierState::from_str_name, words!(State));
        all("CHANNEL", pb::Channel::from_str_name, words!(Channel));
        all("APPLICANT_KIND", pb::ApplicantKind::from_str_name, words!(ApplicantKind));
        all("OUTCOME", pb::Outcome::from_str_name, words!(ClosedAs));
        all("DECLARED_MEASURE", pb::DeclaredMeasure::from_str_name, words!(Measure));
        all("INCIDENT_KIND", pb::IncidentKind::from_str_name, words!(IncidentKind));
        all("INCIDENT_HITS", pb::IncidentHits::from_str_name, words!(HitRule));
        let days = ["day_off", "working_day"];
        all("CALENDAR_DAY_KIND", pb::CalendarDayKind::from_str_name, days);
        all("TARGET_COMPARISON", pb::TargetComparison::from_str_name, ["at_least", "at_most"]);
        let units = ["same_day", "working_hours", "working_days", "calendar_days", "months"];
        all("TERM_UNIT", pb::TermUnit::from_str_name, units);
    }
}
