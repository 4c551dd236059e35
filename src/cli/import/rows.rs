//! Rows as the reading room has them, as the contract has them.

use chrono::{DateTime, NaiveDate, Utc};
use prost_types::Timestamp;

use crate::cli::wire::{date, timestamp};
use crate::domain::calendar::DayKind;
use crate::domain::deadline::Term;
use crate::domain::declared::Measure;
use crate::domain::dossier::{ApplicantKind, Channel, ClosedAs, State};
use crate::domain::incident::{HitRule, IncidentKind};
use crate::domain::official::OfficialRole;
use crate::domain::procedure::OnlineLevel;
use crate::domain::record::RecordKind;
use crate::intake::{
    CalendarRecord, Comparison, DeclaredRecord, DossierRecord, IncidentRecord, PetitionRecord, Problem,
    Record, Severity, SourceRow, TaskRecord,
};
use crate::pb::google::r#type::Date;
use crate::pb::v1 as pb;
use crate::pb::v1::import_row::Record as Wire;

/// The row for the wire.
pub fn row(row: &SourceRow) -> pb::ImportRow {
    pb::ImportRow { file: row.file.to_string(), line: line(row.line), record: Some(record(&row.record)) }
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

/// A problem for the wire.
pub fn problem(problem: &Problem) -> pb::RowProblem {
    let severity = match problem.severity {
        Severity::Error => pb::Severity::Error,
        Severity::Note => pb::Severity::Warning,
    };
    pb::RowProblem {
        severity: severity.into(),
        field: problem.field.to_string(),
        file: problem.file.to_string(),
        line: line(problem.line),
        reason: problem.reason.to_owned(),
        message_vi: problem.message_vi.to_string(),
        message_en: problem.message_en.to_string(),
    }
}

fn line(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn instant(at: Option<DateTime<Utc>>) -> Option<Timestamp> {
    at.map(timestamp)
}

fn day(day: Option<NaiveDate>) -> Option<Date> {
    day.map(date)
}

fn record(record: &Record) -> Wire {
    match record {
        Record::Unit(unit) => Wire::Unit(pb::UnitRecord {
            code: unit.code.to_string(),
            parent_code: unit.parent_code.to_string(),
            kind: unit.kind.to_string(),
            display_name: unit.name.to_string(),
            valid_from: day(unit.valid_from),
        }),
        Record::Calendar(calendar) => Wire::Calendar(self::calendar(calendar)),
        Record::Official(official) => Wire::Official(pb::OfficialRecord {
            code: official.code.to_string(),
            unit_code: official.unit_code.to_string(),
            full_name: official.full_name.to_string(),
            role: role(official.role).into(),
            email: official.email.to_string(),
        }),
        Record::Procedure(procedure) => Wire::Procedure(pb::ProcedureRecord {
            code: procedure.code.to_string(),
            display_name: procedure.name.to_string(),
            field: procedure.field.to_string(),
            level: procedure.level.to_string(),
            unit_code: procedure.unit_code.to_string(),
            term: Some(term(procedure.term)),
            online_level: online_level(procedure.online_level).into(),
            effective_on: day(procedure.effective_on),
        }),
        Record::Dossier(dossier) => Wire::Dossier(self::dossier(dossier)),
        Record::Task(task) => Wire::Task(self::task(task)),
        Record::Document(document) => Wire::Document(pb::DocumentRecord {
            number: document.number.to_string(),
            kind: document.kind.to_string(),
            issued_on: Some(date(document.issued_on)),
            issuer: document.issuer.to_string(),
            subject: document.subject.to_string(),
        }),
        Record::Petition(petition) => Wire::Petition(self::petition(petition)),
        Record::Survey(survey) => Wire::Survey(pb::SurveyRecord {
            code: survey.code.to_string(),
            unit_code: survey.unit_code.to_string(),
            rated_at: Some(timestamp(survey.rated_at)),
            rating: survey.rating.to_string(),
        }),
        Record::Payment(payment) => Wire::Payment(pb::PaymentRecord {
            code: payment.code.to_string(),
            unit_code: payment.unit_code.to_string(),
            paid_at: Some(timestamp(payment.paid_at)),
            kind: payment.kind.to_string(),
            amount_vnd: payment.amount_vnd,
            online: payment.online,
            dossier_code: payment.dossier_code.to_string(),
        }),
        Record::Target(target) => Wire::Target(pb::TargetRecord {
            code: target.code.to_string(),
            display_name: target.name.to_string(),
            unit_code: target.unit_code.to_string(),
            indicator: target.indicator.to_string(),
            comparison: comparison(target.comparison).into(),
            value_hundredths: target.value_hundredths,
            from_on: Some(date(target.from_on)),
            to_on: Some(date(target.to_on)),
            basis: target.basis.to_string(),
        }),
        Record::Declared(figure) => Wire::Declared(self::declared(figure)),
        Record::Incident(incident) => Wire::Incident(self::incident(incident)),
        Record::Unreadable(row) => Wire::Unreadable(pb::UnreadableRecord {
            kind: kind(row.kind).into(),
            code: row.code.to_string(),
            problems: row.problems.iter().map(problem).collect(),
        }),
    }
}

fn calendar(calendar: &CalendarRecord) -> pb::CalendarRecord {
    let clock = |time: chrono::NaiveTime| time.format("%H:%M").to_string();
    let days = calendar.days.iter().map(|entry| pb::CalendarDayRecord {
        file: "calendar.csv".to_owned(),
        line: line(entry.line),
        day: Some(pb::CalendarDay {
            day: Some(date(entry.day)),
            kind: match entry.kind {
                DayKind::DayOff => pb::CalendarDayKind::DayOff,
                DayKind::WorkingDay => pb::CalendarDayKind::WorkingDay,
            }
            .into(),
            display_name: entry.name.to_string(),
            swapped_with: day(entry.swapped_with),
            legal_basis: entry.legal_basis.to_string(),
        }),
    });
    pb::CalendarRecord {
        unit_code: calendar.unit_code.to_string(),
        time_zone: calendar.time_zone.name().to_owned(),
        working_weekdays: calendar.working_weekdays.iter().map(|day| i32::from(*day)).collect(),
        office_hours: calendar
            .office_hours
            .iter()
            .map(|(opens, closes)| pb::OfficeHours { opens: clock(*opens), closes: clock(*closes) })
            .collect(),
        same_day_cutoff: clock(calendar.same_day_cutoff),
        days: days.collect(),
        first_year: calendar.years.map_or(0, |(first, _)| first),
        last_year: calendar.years.map_or(0, |(_, last)| last),
    }
}

fn state(state: State) -> Option<pb::DossierState> {
    pb::DossierState::from_str_name(&format!("DOSSIER_STATE_{}", state.as_str().to_uppercase()))
}

fn dossier(dossier: &DossierRecord) -> pb::DossierRecord {
    pb::DossierRecord {
        stands_as: dossier.stands_as.and_then(state).unwrap_or_default().into(),
        code: dossier.code.to_string(),
        procedure_code: dossier.procedure_code.to_string(),
        unit_code: dossier.unit_code.to_string(),
        channel: match dossier.channel {
            Channel::Counter => pb::Channel::Counter,
            Channel::Online => pb::Channel::Online,
            Channel::Post => pb::Channel::Post,
        }
        .into(),
        applicant_kind: match dossier.applicant_kind {
            ApplicantKind::Person => pb::ApplicantKind::Person,
            ApplicantKind::Organisation => pb::ApplicantKind::Organisation,
        }
        .into(),
        received_at: Some(timestamp(dossier.received_at)),
        promised_at: instant(dossier.due_at),
        closed_at: instant(dossier.closed_at),
        outcome: match dossier.outcome {
            None => pb::Outcome::Unspecified,
            Some(ClosedAs::Resolved) => pb::Outcome::Resolved,
            Some(ClosedAs::Refused) => pb::Outcome::Refused,
            Some(ClosedAs::Withdrawn) => pb::Outcome::Withdrawn,
            Some(ClosedAs::Stopped) => pb::Outcome::Stopped,
        }
        .into(),
        result_returned_at: instant(dossier.result_returned_at),
        officer_code: dossier.officer_code.to_string(),
        intake_digitised: dossier.intake_digitised,
        result_digitised: dossier.result_digitised,
        moves: dossier
            .moves
            .iter()
            .map(|moved| pb::MoveRecord {
                file: moved.file.to_string(),
                line: line(moved.line),
                at: Some(timestamp(moved.at)),
                from_official: moved.from_official.to_string(),
                to_official: moved.to_official.to_string(),
                step: moved.step.to_string(),
            })
            .collect(),
        clock: dossier
            .clock
            .iter()
            .map(|event| pb::ClockRecord {
                file: event.file.to_string(),
                line: line(event.line),
                at: Some(timestamp(event.at)),
                kind: if event.resumed { pb::ClockEventKind::Resumed } else { pb::ClockEventKind::Paused }
                    .into(),
                reason: event.reason.to_string(),
            })
            .collect(),
    }
}

fn task(task: &TaskRecord) -> pb::TaskRecord {
    pb::TaskRecord {
        code: task.code.to_string(),
        title: task.title.to_string(),
        assigned_by: task.assigned_by.to_string(),
        source_document: task.source_document.to_string(),
        assigned_on: Some(date(task.assigned_on)),
        lead_unit_code: task.lead_unit_code.to_string(),
        responsible_official: task.responsible_official.to_string(),
        cooperating_unit_codes: task.cooperating_unit_codes.iter().map(ToString::to_string).collect(),
        due_on: day(task.due_on),
        completed_at: instant(task.completed_at),
        product: task.product.to_string(),
    }
}

fn petition(petition: &PetitionRecord) -> pb::PetitionRecord {
    pb::PetitionRecord {
        code: petition.code.to_string(),
        received_at: Some(timestamp(petition.received_at)),
        channel: petition.channel.to_string(),
        kind: petition.kind.to_string(),
        due_at: instant(petition.due_at),
        answered_at: instant(petition.answered_at),
        published_on: day(petition.published_on),
        citizen_rating: petition.citizen_rating.to_string(),
        unit_code: petition.unit_code.to_string(),
        subject: petition.subject.to_string(),
    }
}

fn declared(figure: &DeclaredRecord) -> pb::DeclaredRecord {
    pb::DeclaredRecord {
        code: figure.code.to_string(),
        indicator: figure.indicator.to_string(),
        measure: match figure.measure {
            Measure::Count => pb::DeclaredMeasure::Count,
            Measure::Vnd => pb::DeclaredMeasure::Vnd,
            Measure::Percent => pb::DeclaredMeasure::Percent,
        }
        .into(),
        value: Some(figure.value),
        numerator: figure.numerator,
        denominator: figure.denominator,
        unit_code: figure.unit_code.to_string(),
        group: figure.group.to_string(),
        from_on: Some(date(figure.from_on)),
        to_on: Some(date(figure.to_on)),
        source: figure.source.to_string(),
        file_name: figure.file_name.to_string(),
        file_sha256: figure.file_sha256.to_string(),
        declared_by: figure.declared_by.to_string(),
        declared_on: Some(date(figure.declared_on)),
    }
}

fn incident(incident: &IncidentRecord) -> pb::IncidentRecord {
    pb::IncidentRecord {
        code: incident.code.to_string(),
        system: incident.system.to_string(),
        kind: match incident.kind {
            IncidentKind::Down => pb::IncidentKind::Down,
            IncidentKind::OutOfSync => pb::IncidentKind::OutOfSync,
            IncidentKind::WrongData => pb::IncidentKind::WrongData,
        }
        .into(),
        failure: incident.failure.to_string(),
        from_at: Some(timestamp(incident.from_at)),
        to_at: instant(incident.to_at),
        unit_code: incident.unit_code.to_string(),
        hits: match incident.hits {
            HitRule::All => pb::IncidentHits::All,
            HitRule::Named => pb::IncidentHits::Named,
        }
        .into(),
        hit_unit_codes: incident.hit_unit_codes.iter().map(ToString::to_string).collect(),
        dossier_codes: incident.dossier_codes.iter().map(ToString::to_string).collect(),
        reported_by: incident.reported_by.to_string(),
        reference: incident.reference.to_string(),
    }
}

fn role(role: OfficialRole) -> pb::Role {
    match role {
        OfficialRole::Head => pb::Role::Head,
        OfficialRole::Clerk => pb::Role::Clerk,
        OfficialRole::Officer => pb::Role::Officer,
        OfficialRole::Leader => pb::Role::Leader,
        OfficialRole::Coordinator => pb::Role::Coordinator,
    }
}

fn term(term: Term) -> pb::Term {
    let unit = match term {
        Term::SameDay => pb::TermUnit::SameDay,
        Term::WorkingHours(_) => pb::TermUnit::WorkingHours,
        Term::WorkingDays(_) => pb::TermUnit::WorkingDays,
        Term::CalendarDays(_) => pb::TermUnit::CalendarDays,
        Term::Months(_) => pb::TermUnit::Months,
    };
    let count = i32::try_from(term.amount()).expect("a term is at most some thousand units");
    pb::Term { unit: unit.into(), count }
}

fn online_level(level: OnlineLevel) -> pb::OnlineLevel {
    match level {
        OnlineLevel::None => pb::OnlineLevel::None,
        OnlineLevel::Partial => pb::OnlineLevel::Partial,
        OnlineLevel::Full => pb::OnlineLevel::Full,
    }
}

fn comparison(comparison: Comparison) -> pb::TargetComparison {
    match comparison {
        Comparison::AtLeast => pb::TargetComparison::AtLeast,
        Comparison::AtMost => pb::TargetComparison::AtMost,
    }
}
