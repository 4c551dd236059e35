//! Import rows between the wire and the domain.

use chrono::{DateTime, NaiveDate, Utc};

use super::convert::{date, instant, timestamp};
use super::import_registers;
use crate::domain::dossier::{ApplicantKind, Channel, ClosedAs, State};
use crate::domain::record::{
    CalendarDayRecord, CalendarRecord, ClockRecord, DocumentRecord, DossierRecord, ImportRow, MoveRecord,
    OfficialRecord, PaymentRecord, PetitionRecord, Problem, ProcedureRecord, Record, RecordKind, Severity,
    SurveyRecord, TargetRecord, TaskRecord, UnitRecord,
};
use crate::pb::google::r#type::Date;
use crate::pb::v1;
use crate::service::imports::RowOutcome;
use crate::service::landing::LandedResult;

/// An instant that may be missing; one that can't be an instant counts as missing.
pub(super) fn at(value: Option<prost_types::Timestamp>) -> Option<DateTime<Utc>> {
    value.and_then(|t| instant(&t))
}

/// A day that may be missing; one that can't be a day counts as missing.
pub(super) fn on(value: Option<Date>) -> Option<NaiveDate> {
    value.and_then(|d| date(&d))
}

/// A row from the wire; None if it holds no record.
pub fn row(row: v1::ImportRow) -> Option<ImportRow> {
    use v1::import_row::Record as Wire;
    let record = match row.record? {
        Wire::Unit(r) => Record::Unit(UnitRecord {
            code: r.code,
            parent_code: r.parent_code,
            kind: r.kind,
            name: r.display_name,
            valid_from: on(r.valid_from),
        }),
        Wire::Official(r) => Record::Official(OfficialRecord {
            role: role_word(r.role()).to_owned(),
            code: r.code,
            unit_code: r.unit_code,
            full_name: r.full_name,
            email: r.email,
        }),
        Wire::Calendar(r) => Record::Calendar(calendar(r)),
        Wire::Procedure(r) => Record::Procedure(procedure(r)),
        Wire::Dossier(r) => Record::Dossier(Box::new(dossier(r))),
        Wire::Task(r) => Record::Task(TaskRecord {
            code: r.code,
            title: r.title,
            assigned_by: r.assigned_by,
            source_document: r.source_document,
            assigned_on: on(r.assigned_on),
            lead_unit_code: r.lead_unit_code,
            responsible_official: r.responsible_official,
            cooperating_unit_codes: r.cooperating_unit_codes,
            due_on: on(r.due_on),
            completed_at: at(r.completed_at),
            product: r.product,
        }),
        Wire::Document(r) => Record::Document(DocumentRecord {
            number: r.number,
            kind: r.kind,
            issued_on: on(r.issued_on),
            issuer: r.issuer,
            subject: r.subject,
        }),
        Wire::Petition(r) => Record::Petition(PetitionRecord {
            code: r.code,
            received_at: at(r.received_at),
            channel: r.channel,
            kind: r.kind,
            due_at: at(r.due_at),
            answered_at: at(r.answered_at),
            published_on: on(r.published_on),
            citizen_rating: r.citizen_rating,
            unit_code: r.unit_code,
            subject: r.subject,
        }),
        Wire::Survey(r) => Record::Survey(SurveyRecord {
            code: r.code,
            unit_code: r.unit_code,
            rated_at: at(r.rated_at),
            rating: r.rating,
        }),
        Wire::Payment(r) => Record::Payment(PaymentRecord {
            code: r.code,
            unit_code: r.unit_code,
            paid_at: at(r.paid_at),
            kind: r.kind,
            amount_vnd: r.amount_vnd,
            online: r.online,
            dossier_code: r.dossier_code,
        }),
        Wire::Target(r) => Record::Target(TargetRecord {
            comparison: comparison_word(r.comparison()).to_owned(),
            code: r.code,
            name: r.display_name,
            unit_code: r.unit_code,
            indicator: r.indicator,
            value_hundredths: r.value_hundredths,
            from_on: on(r.from_on),
            to_on: on(r.to_on),
            basis: r.basis,
        }),
        Wire::Declared(r) => import_registers::declared(r),
        Wire::Incident(r) => import_registers::incident(r),
        Wire::Unreadable(r) => Record::Unreadable {
            kind: kind(r.kind())?,
            code: r.code,
            problems: r.problems.into_iter().map(problem).collect(),
        },
    };
    Some(ImportRow { file: row.file, line: row.line, record })
}

fn calendar(r: v1::CalendarRecord) -> CalendarRecord {
    CalendarRecord {
        unit_code: r.unit_code,
        time_zone: r.time_zone,
        working_weekdays: r.working_weekdays,
        office_hours: r.office_hours.into_iter().map(|h| (h.opens, h.closes)).collect(),
        same_day_cutoff: r.same_day_cutoff,
        days: r
            .days
            .into_iter()
            .map(|d| {
                let day = d.day.unwrap_or_default();
                let kind = match day.kind() {
                    v1::CalendarDayKind::DayOff => "day_off",
                    v1::CalendarDayKind::WorkingDay => "working_day",
                    v1::CalendarDayKind::Unspecified => "",
                };
                CalendarDayRecord {
                    file: d.file,
                    line: d.line,
                    day: on(day.day),
                    kind: kind.to_owned(),
                    name: day.display_name,
                    swapped_with: on(day.swapped_with),
                    legal_basis: day.legal_basis,
                }
            })
            .collect(),
        first_year: (r.first_year != 0).then_some(r.first_year),
        last_year: (r.last_year != 0).then_some(r.last_year),
    }
}

fn procedure(r: v1::ProcedureRecord) -> ProcedureRecord {
    let term = r.term.unwrap_or_default();
    let term_unit = match term.unit() {
        v1::TermUnit::SameDay => "same_day",
        v1::TermUnit::WorkingHours => "working_hours",
        v1::TermUnit::WorkingDays => "working_days",
        v1::TermUnit::CalendarDays => "calendar_days",
        v1::TermUnit::Months => "months",
        v1::TermUnit::Unspecified => "",
    };
    let online_level = match r.online_level() {
        v1::OnlineLevel::None => "none",
        v1::OnlineLevel::Partial => "partial",
        v1::OnlineLevel::Full => "full",
        v1::OnlineLevel::Unspecified => "",
    };
    ProcedureRecord {
        code: r.code,
        name: r.display_name,
        field: r.field,
        level: r.level,
        unit_code: r.unit_code,
        term_unit: term_unit.to_owned(),
        term: term.count.into(),
        online_level: online_level.to_owned(),
        effective_on: on(r.effective_on),
        watched_list: r.watched_list,
    }
}

/// How a dossier stands; None where that isn't said.
fn state(state: v1::DossierState) -> Option<State> {
    State::parse(&state.as_str_name().trim_start_matches("DOSSIER_STATE_").to_lowercase())
}

fn dossier(r: v1::DossierRecord) -> DossierRecord {
    DossierRecord {
        stands_as: state(r.stands_as()),
        channel: channel(r.channel()),
        applicant_kind: applicant_kind(r.applicant_kind()),
        outcome: closed_as(r.outcome()),
        code: r.code,
        procedure_code: r.procedure_code,
        unit_code: r.unit_code,
        received_at: at(r.received_at),
        promised_at: at(r.promised_at),
        closed_at: at(r.closed_at),
        returned_at: at(r.result_returned_at),
        officer_code: r.officer_code,
        intake_digitised: r.intake_digitised,
        result_digitised: r.result_digitised,
        moves: r
            .moves
            .into_iter()
            .map(|m| MoveRecord {
                file: m.file,
                line: m.line,
                at: at(m.at),
                from_official: m.from_official,
                to_official: m.to_official,
                step: m.step,
            })
            .collect(),
        clock: r
            .clock
            .into_iter()
            .map(|c| ClockRecord {
                stopped: c.kind() == v1::ClockEventKind::Paused,
                file: c.file,
                line: c.line,
                at: at(c.at),
                reason: c.reason,
            })
            .collect(),
    }
}

/// The channel of the wire; None where it isn't said.
pub fn channel(value: v1::Channel) -> Option<Channel> {
    match value {
        v1::Channel::Unspecified => None,
        v1::Channel::Counter => Some(Channel::Counter),
        v1::Channel::Online => Some(Channel::Online),
        v1::Channel::Post => Some(Channel::Post),
    }
}

/// The kind of applicant; None where it isn't said.
pub fn applicant_kind(value: v1::ApplicantKind) -> Option<ApplicantKind> {
    match value {
        v1::ApplicantKind::Unspecified => None,
        v1::ApplicantKind::Person => Some(ApplicantKind::Person),
        v1::ApplicantKind::Organisation => Some(ApplicantKind::Organisation),
    }
}

/// How it was closed; None where it isn't said.
pub fn closed_as(value: v1::Outcome) -> Option<ClosedAs> {
    match value {
        v1::Outcome::Unspecified => None,
        v1::Outcome::Resolved => Some(ClosedAs::Resolved),
        v1::Outcome::Refused => Some(ClosedAs::Refused),
        v1::Outcome::Withdrawn => Some(ClosedAs::Withdrawn),
        v1::Outcome::Stopped => Some(ClosedAs::Stopped),
    }
}

fn role_word(role: v1::Role) -> &'static str {
    match role {
        v1::Role::Unspecified => "",
        v1::Role::Clerk => "clerk",
        v1::Role::Officer => "officer",
        v1::Role::Head => "head",
        v1::Role::Leader => "leader",
        v1::Role::Coordinator => "coordinator",
        v1::Role::Engineer => "engineer",
        v1::Role::Importer => "importer",
    }
}

fn comparison_word(comparison: v1::TargetComparison) -> &'static str {
    match comparison {
        v1::TargetComparison::Unspecified => "",
        v1::TargetComparison::AtLeast => "at_least",
        v1::TargetComparison::AtMost => "at_most",
    }
}

fn kind(kind: v1::RecordKind) -> Option<RecordKind> {
    Some(match kind {
        v1::RecordKind::Unspecified => return None,
        v1::RecordKind::Unit => RecordKind::Unit,
        v1::RecordKind::Official => RecordKind::Official,
        v1::RecordKind::Calendar => RecordKind::Calendar,
        v1::RecordKind::Procedure => RecordKind::Procedure,
        v1::RecordKind::Dossier => RecordKind::Dossier,
        v1::RecordKind::Task => RecordKind::Task,
        v1::RecordKind::Document => RecordKind::Document,
        v1::RecordKind::Petition => RecordKind::Petition,
        v1::RecordKind::Survey => RecordKind::Survey,
        v1::RecordKind::Payment => RecordKind::Payment,
        v1::RecordKind::Target => RecordKind::Target,
        v1::RecordKind::Declared => RecordKind::Declared,
        v1::RecordKind::Incident => RecordKind::Incident,
    })
}

/// The kind of a record on the wire.
pub fn wire_kind(kind: RecordKind) -> v1::RecordKind {
    match kind {
        RecordKind::Unit => v1::RecordKind::Unit,
        RecordKind::Official => v1::RecordKind::Official,
        RecordKind::Calendar => v1::RecordKind::Calendar,
        RecordKind::Procedure => v1::RecordKind::Procedure,
        RecordKind::Dossier => v1::RecordKind::Dossier,
        RecordKind::Task => v1::RecordKind::Task,
        RecordKind::Document => v1::RecordKind::Document,
        RecordKind::Petition => v1::RecordKind::Petition,
        RecordKind::Survey => v1::RecordKind::Survey,
        RecordKind::Payment => v1::RecordKind::Payment,
        RecordKind::Target => v1::RecordKind::Target,
        RecordKind::Declared => v1::RecordKind::Declared,
        RecordKind::Incident => v1::RecordKind::Incident,
    }
}

fn problem(problem: v1::RowProblem) -> Problem {
    Problem {
        severity: if problem.severity() == v1::Severity::Warning {
            Severity::Warning
        } else {
            Severity::Error
        },
        field: problem.field,
        file: problem.file,
        line: problem.line,
        reason: problem.reason,
        vi: problem.message_vi,
        en: problem.message_en,
    }
}

fn wire_severity(severity: Severity) -> v1::Severity {
    match severity {
        Severity::Error => v1::Severity::Error,
        Severity::Warning => v1::Severity::Warning,
    }
}

/// The outcome of a row for the wire. Problems without a place of their own get the row's.
pub fn outcome(outcome: RowOutcome) -> v1::RowOutcome {
    let RowOutcome { row, file, line, kind, code, landed, hash_before: _, unit: _, said_as: _ } = outcome;
    let result = match landed.result {
        LandedResult::Landed => v1::RowResult::Landed,
        LandedResult::Unchanged => v1::RowResult::Unchanged,
        LandedResult::Changed => v1::RowResult::Changed,
        LandedResult::Refused => v1::RowResult::Refused,
    };
    let problems = landed
        .problems
        .into_iter()
        .map(|p| v1::RowProblem {
            severity: wire_severity(p.severity).into(),
            field: p.field,
            file: if p.file.is_empty() { file.clone() } else { p.file },
            line: if p.line == 0 { line } else { p.line },
            reason: p.reason,
            message_vi: p.vi,
            message_en: p.en,
        })
        .collect();
    v1::RowOutcome {
        row,
        file,
        line,
        kind: wire_kind(kind).into(),
        code,
        result: result.into(),
        problems,
        due_at: landed.due_at.map(timestamp),
        provisional: landed.provisional,
    }
}
