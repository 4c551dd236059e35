//! Period summaries for the wire.

use super::convert::{date, timestamp, wire_date};
use crate::domain::figure::Rating;
use crate::domain::period::{Period, Preset};
use crate::domain::summary::{DossierFigures, Figures, PeriodSummary, Rate, Row, RowKey};
use crate::pb::v1;
use crate::service::Violation;
use crate::service::members::DossierFigure;
use crate::service::report::Breakdown;

/// The period of a request.
pub fn period(period: Option<v1::Period>) -> Result<Period, Violation> {
    use v1::period::Choice;
    let bad = |vi: &str, en: &str| Violation::new("period", "BAD_PERIOD", vi, en);
    let choice = period.and_then(|p| p.choice).ok_or_else(|| Violation::missing("period"))?;
    match choice {
        Choice::Range(range) => {
            let first = range
                .from_on
                .and_then(|d| date(&d))
                .ok_or_else(|| Violation::missing("period.range.from_on"))?;
            let last =
                range.to_on.and_then(|d| date(&d)).ok_or_else(|| Violation::missing("period.range.to_on"))?;
            Period::new(first, last)
                .map_err(|e| bad("ngày cuối trước ngày đầu; hãy đổi chỗ hai ngày", &e.to_string()))
        }
        Choice::Preset(preset) => {
            let index = u32::try_from(preset.index).unwrap_or(0);
            let kind = match preset.preset() {
                v1::PeriodPreset::Unspecified => return Err(Violation::missing("period.preset.preset")),
                v1::PeriodPreset::Month => Preset::Month(index),
                v1::PeriodPreset::Quarter => Preset::Quarter(index),
                v1::PeriodPreset::FirstHalfYear => Preset::FirstHalf,
                v1::PeriodPreset::SecondHalfYear => Preset::SecondHalf,
                v1::PeriodPreset::NineMonths => Preset::NineMonths,
                v1::PeriodPreset::Year => Preset::Year,
            };
            Period::preset(kind, preset.year)
                .map_err(|e| bad("không có tháng, quý hoặc năm đó; hãy sửa index hoặc year", &e.to_string()))
        }
    }
}

/// The breakdowns of a request.
pub fn breakdowns(asked: &[i32]) -> Result<Vec<Breakdown>, Violation> {
    asked
        .iter()
        .map(|b| match v1::Breakdown::try_from(*b) {
            Ok(v1::Breakdown::Group) => Ok(Breakdown::Group),
            Ok(v1::Breakdown::Unit) => Ok(Breakdown::Unit),
            Ok(v1::Breakdown::Procedure) => Ok(Breakdown::Procedure),
            Ok(v1::Breakdown::Field) => Ok(Breakdown::Field),
            Ok(v1::Breakdown::Unspecified) | Err(_) => Err(Violation::new(
                "breakdowns",
                "UNKNOWN_BREAKDOWN",
                "cách chia không có; hãy dùng GROUP, UNIT, PROCEDURE hoặc FIELD",
                "no such breakdown; use GROUP, UNIT, PROCEDURE or FIELD",
            )),
        })
        .collect()
}

/// The figure of a request.
pub fn figure(figure: v1::DossierFigure) -> Result<DossierFigure, Violation> {
    Ok(match figure {
        v1::DossierFigure::Unspecified => return Err(Violation::missing("figure")),
        v1::DossierFigure::ReceivedTotal => DossierFigure::ReceivedTotal,
        v1::DossierFigure::ReceivedInPeriod => DossierFigure::ReceivedInPeriod,
        v1::DossierFigure::CarriedOver => DossierFigure::CarriedOver,
        v1::DossierFigure::Resolved => DossierFigure::Resolved,
        v1::DossierFigure::ResolvedEarly => DossierFigure::ResolvedEarly,
        v1::DossierFigure::ResolvedOnTime => DossierFigure::ResolvedOnTime,
        v1::DossierFigure::ResolvedLate => DossierFigure::ResolvedLate,
        v1::DossierFigure::InProcess => DossierFigure::InProcess,
        v1::DossierFigure::InProcessInDue => DossierFigure::InDue,
        v1::DossierFigure::InProcessPaused => DossierFigure::Paused,
        v1::DossierFigure::InProcessOverdue => DossierFigure::Overdue,
        v1::DossierFigure::Withdrawn => DossierFigure::Withdrawn,
        v1::DossierFigure::Stopped => DossierFigure::Stopped,
        v1::DossierFigure::ResolvedLateApologised => DossierFigure::LateApologised,
        v1::DossierFigure::InProcessOverdueApologised => DossierFigure::OverdueApologised,
        v1::DossierFigure::ResolvedLateRecorded => DossierFigure::LateRecorded,
    })
}

fn rate(rate: Rate) -> v1::Rate {
    v1::Rate { numerator: rate.numerator, denominator: rate.denominator, percent: rate.percent() }
}

fn online(of: Rate) -> v1::OnlineFigures {
    v1::OnlineFigures { received: of.denominator, online: of.numerator, rate: Some(rate(of)) }
}

fn digitised(of: Rate) -> v1::DigitisationFigures {
    v1::DigitisationFigures { digitised: of.numerator, of: of.denominator, rate: Some(rate(of)) }
}

fn counts(f: &DossierFigures) -> v1::DossierFigures {
    v1::DossierFigures {
        received_total: f.received_total,
        received_in_period: f.received_in_period,
        carried_over: f.carried_over,
        resolved: f.resolved,
        resolved_early: f.resolved_early,
        resolved_on_time: f.resolved_on_time,
        resolved_late: f.resolved_late,
        in_process: f.in_process,
        in_process_in_due: f.in_process_in_due,
        in_process_paused: f.in_process_paused,
        in_process_overdue: f.in_process_overdue,
        withdrawn: f.withdrawn,
        stopped: f.stopped,
        not_late_rate: Some(rate(f.not_late_rate())),
        late_rate: Some(rate(f.late_rate())),
        resolved_late_apologised: f.resolved_late_apologised,
        in_process_overdue_apologised: f.in_process_overdue_apologised,
        resolved_late_recorded: f.resolved_late_recorded,
    }
}

fn figures(figures: &Figures, breakdown: v1::Breakdown, key: &str, label: &str) -> v1::FigureRow {
    let word = |rating: &Rating| rating.as_str().to_owned();
    v1::FigureRow {
        breakdown: breakdown.into(),
        key: key.to_owned(),
        label: label.to_owned(),
        dossiers: (figures.has_dossiers || !figures.dossiers.is_empty()).then(|| counts(&figures.dossiers)),
        online_partial: figures.online_partial.map(online),
        online_full: figures.online_full.map(online),
        intake_digitisation: figures.intake.map(digitised),
        result_digitisation: figures.result.map(digitised),
        surveys: figures.ratings.iter().map(|(rating, count)| (word(rating), *count)).collect(),
        surveys_total: figures.ratings.values().sum(),
    }
}

fn row(row: &Row) -> v1::FigureRow {
    let breakdown = match row.key {
        RowKey::Group(_) => v1::Breakdown::Group,
        RowKey::Unit(_) => v1::Breakdown::Unit,
        RowKey::Procedure(_) => v1::Breakdown::Procedure,
        RowKey::Field(_) => v1::Breakdown::Field,
    };
    figures(&row.figures, breakdown, &row.code, &row.label)
}

/// A summary for the wire.
pub fn summary(s: &PeriodSummary) -> v1::PeriodSummary {
    v1::PeriodSummary {
        sources: Vec::new(),
        period: Some(v1::DateRange {
            from_on: Some(wire_date(s.period.first())),
            to_on: Some(wire_date(s.period.last())),
        }),
        as_of_sequence: s.sequence,
        computed_until: Some(timestamp(s.computed_until)),
        complete: s.complete,
        total: Some(figures(&s.total, v1::Breakdown::Unspecified, "", "Tất cả")),
        rows: s.rows.iter().map(row).collect(),
        online_overall: (s.online_overall.denominator != 0).then(|| online(s.online_overall)),
        surveys_total: s.ratings_total,
        tasks: Some(v1::TaskFigures {
            completed: s.tasks.completed,
            completed_on_time: s.tasks.completed_on_time,
            completed_late: s.tasks.completed_late,
            in_progress: s.tasks.in_progress,
            in_progress_in_due: s.tasks.in_progress_in_due,
            in_progress_overdue: s.tasks.in_progress_overdue,
        }),
        procedures_by_level: s.procedures.iter().map(|(level, size)| (level.clone(), *size)).collect(),
        petitions: Some(v1::PetitionFigures {
            received: s.petitions.received,
            answered: s.petitions.answered,
            answered_on_time: s.petitions.answered_on_time,
        }),
        payments: Some(v1::PaymentFigures {
            rows: s
                .payments
                .by_place
                .iter()
                .map(|((place, kind), f)| v1::PaymentRow {
                    key: format!("{place}.{kind}"),
                    transactions: f.transactions,
                    amount_vnd: f.amount_vnd,
                })
                .collect(),
            online: s.payments.online.numerator,
            all: s.payments.online.denominator,
            rate: Some(rate(s.payments.online)),
        }),
        document_numbers: s.documents.iter().map(|d| d.number.clone()).collect(),
        identities: s
            .identities
            .iter()
            .map(|i| v1::Identity {
                name: i.name.to_owned(),
                name_vi: i.name_vi.to_owned(),
                row: i.row.clone(),
                holds: i.holds(),
                left: i.left,
                right: i.right,
            })
            .collect(),
    }
}
