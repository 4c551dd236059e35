//! Figures by which offices are judged: what ReportService answers about them.

use tonic::{Request, Response, Status};

use super::Front;
use super::convert::{Fields, procedure_name, timestamp, unit_name, wire_date};
use super::report::unit_id;
use super::report_convert::period;
use crate::domain::age::{self, Ages, Band};
use crate::domain::irregularity::Irregularity;
use crate::domain::summary::Rate;
use crate::domain::target::Light;
use crate::pb::v1;
use crate::service::Look;
use crate::service::ageing;
use crate::service::assessing::{self, Assessed};
use crate::service::forecast::{self, Ahead};
use crate::service::irregularities;
use crate::service::members::Whose;
use crate::service::times;

type Wire<T> = Result<Response<T>, Status>;

/// Working days ahead where nothing is said.
const USUAL_DAYS: i32 = 5;

fn parts(rate: Rate) -> v1::RateParts {
    v1::RateParts {
        numerator: rate.numerator,
        denominator: rate.denominator,
        percent: rate.percent().unwrap_or_default(),
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A word in the caller's language.
fn pick(look: &Look, vi: &str, en: &str) -> String {
    if look.context.caller.language == "en" { en.to_owned() } else { vi.to_owned() }
}

fn indicator(look: &Look, of: Assessed) -> v1::ServiceIndicator {
    let light = of.target.as_ref().and_then(|(_, light)| *light);
    let target = of.target.map(|(target, _)| target);
    v1::ServiceIndicator {
        code: of.score.code.to_owned(),
        display_name: pick(look, of.score.vi, of.score.en),
        formula: of.score.formula.to_owned(),
        rate: of.score.rate.map(parts),
        missing: pick(look, of.score.missing.0, of.score.missing.1),
        before: of.before.map(parts),
        year_before: of.year_before.map(parts),
        target_hundredths: target.as_ref().map(|target| target.value_hundredths),
        target_at_most: target.as_ref().is_some_and(|target| target.at_most),
        target_basis: target.map(|target| target.basis).unwrap_or_default(),
        light: match light {
            None => v1::Light::Unspecified,
            Some(Light::Green) => v1::Light::Green,
            Some(Light::Amber) => v1::Light::Amber,
            Some(Light::Red) => v1::Light::Red,
        }
        .into(),
    }
}

fn ahead(look: &Look, unit: uuid::Uuid, of: Ahead) -> v1::UnitForecast {
    v1::UnitForecast {
        unit: unit_name(&look.rules, unit),
        overdue: of.overdue,
        falling_due: of.due.values().sum(),
        standing: of.standing,
        days: of.due.into_iter().map(|(on, count)| v1::DueOnDay { on: Some(wire_date(on)), count }).collect(),
    }
}

/// How old some are.
fn open_ages(look: &Look, of: String, ages: Ages) -> v1::OpenAges {
    let months = |months: u32| i32::try_from(months).unwrap_or(i32::MAX);
    let band = |(band, open): (&Band, i64)| v1::AgeBand {
        from_months: months(band.from),
        below_months: band.below.map(months),
        display_name: pick(look, band.vietnamese, band.english),
        open,
    };
    v1::OpenAges { of, open: ages.iter().sum(), bands: age::ALL.iter().zip(ages).map(band).collect() }
}

fn odd(kind: Irregularity) -> v1::IrregularityKind {
    match kind {
        Irregularity::DueMovedAfterBreach => v1::IrregularityKind::DueMovedAfterBreach,
        Irregularity::PausedOnDueDay => v1::IrregularityKind::PausedOnDueDay,
        Irregularity::ClosedAndReopened => v1::IrregularityKind::ClosedAndReopened,
        Irregularity::WithdrawnWhenDue => v1::IrregularityKind::WithdrawnWhenDue,
        Irregularity::WithdrawnAndResubmitted => v1::IrregularityKind::WithdrawnAndResubmitted,
        Irregularity::RecordedLateAsInTime => v1::IrregularityKind::RecordedLateAsInTime,
        Irregularity::BulkClosing => v1::IrregularityKind::BulkClosing,
    }
}

impl Front {
    pub(super) async fn assess(
        &self,
        request: Request<v1::AssessPeriodRequest>,
    ) -> Wire<v1::AssessPeriodResponse> {
        self.look(request, |look, r: v1::AssessPeriodRequest| {
            Box::pin(async move {
                let (period, unit) = (period(r.period)?, unit_id(look, &r.unit)?);
                let found = assessing::assess(look, period, unit).await?.into_iter();
                let indicators = found.map(|of| indicator(look, of)).collect();
                Ok(v1::AssessPeriodResponse { indicators })
            })
        })
        .await
    }

    pub(super) async fn forecast(
        &self,
        request: Request<v1::ForecastOverdueRequest>,
    ) -> Wire<v1::ForecastOverdueResponse> {
        self.look(request, |look, r: v1::ForecastOverdueRequest| {
            Box::pin(async move {
                let days = if r.working_days == 0 { USUAL_DAYS } else { r.working_days };
                let found = forecast::forecast(look, unit_id(look, &r.unit)?, days).await?;
                let mut units: Vec<_> =
                    found.units.into_iter().map(|(unit, of)| ahead(look, unit, of)).collect();
                units.sort_by(|a, b| a.unit.cmp(&b.unit));
                Ok(v1::ForecastOverdueResponse { until: Some(wire_date(found.until)), units })
            })
        })
        .await
    }

    pub(super) async fn handling_times(
        &self,
        request: Request<v1::ListHandlingTimesRequest>,
    ) -> Wire<v1::ListHandlingTimesResponse> {
        self.look(request, |look, r: v1::ListHandlingTimesRequest| {
            Box::pin(async move {
                let (period, unit) = (period(r.period)?, unit_id(look, &r.unit)?);
                let (found, left_out) = times::handling(look, period, unit).await?;
                let mut procedures: Vec<_> = found
                    .into_iter()
                    .map(|(id, took)| v1::HandlingTime {
                        procedure: procedure_name(&look.rules, id),
                        display_name: look
                            .rules
                            .versions
                            .get(&id)
                            .and_then(|versions| versions.last())
                            .map(|version| version.name.clone())
                            .unwrap_or_default(),
                        resolved: count(took.count),
                        mean_minutes: took.mean_minutes,
                        median_minutes: took.median_minutes,
                        longest_minutes: took.longest_minutes,
                    })
                    .collect();
                procedures.sort_by(|a, b| a.procedure.cmp(&b.procedure));
                Ok(v1::ListHandlingTimesResponse { procedures, left_out: count(left_out) })
            })
        })
        .await
    }

    pub(super) async fn hand_over_times(
        &self,
        request: Request<v1::ListHandOverTimesRequest>,
    ) -> Wire<v1::ListHandOverTimesResponse> {
        self.look(request, |look, r: v1::ListHandOverTimesRequest| {
            Box::pin(async move {
                let (period, unit) = (period(r.period)?, unit_id(look, &r.unit)?);
                let (found, left_out) = times::hand_overs(look, period, unit).await?;
                let name = |id| unit_name(&look.rules, id);
                let mut hand_overs: Vec<_> = found
                    .into_iter()
                    .map(|((from, to), took)| v1::HandOverTime {
                        from_unit: name(from),
                        to_unit: to.map(name).unwrap_or_default(),
                        count: count(took.count),
                        mean_minutes: took.mean_minutes,
                        median_minutes: took.median_minutes,
                        longest_minutes: took.longest_minutes,
                    })
                    .collect();
                hand_overs.sort_by(|a, b| (&a.from_unit, &a.to_unit).cmp(&(&b.from_unit, &b.to_unit)));
                Ok(v1::ListHandOverTimesResponse { hand_overs, left_out: count(left_out) })
            })
        })
        .await
    }

    pub(super) async fn open_ages(
        &self,
        request: Request<v1::ListOpenAgesRequest>,
    ) -> Wire<v1::ListOpenAgesResponse> {
        self.look(request, |look, r: v1::ListOpenAgesRequest| {
            Box::pin(async move {
                let mut fields = Fields::new();
                let on = fields.date_or_none("on", r.on);
                fields.done()?;
                let whose = Whose {
                    unit_id: unit_id(look, &r.unit)?,
                    as_of: r.as_of_sequence,
                    watched_list: (!r.watched_list.is_empty()).then_some(r.watched_list),
                    ..Whose::default()
                };
                let found = ageing::open(look, on, &whose).await?;
                let unit = |(id, ages)| open_ages(look, unit_name(&look.rules, id), ages);
                let mut units: Vec<_> = found.units.into_iter().map(unit).collect();
                units.sort_by(|a, b| a.of.cmp(&b.of));
                let list = |(list, ages)| open_ages(look, list, ages);
                Ok(v1::ListOpenAgesResponse {
                    on: Some(wire_date(found.on)),
                    all: Some(open_ages(look, String::new(), found.all)),
                    units,
                    watched_lists: found.lists.into_iter().map(list).collect(),
                })
            })
        })
        .await
    }

    pub(super) async fn irregularities(
        &self,
        request: Request<v1::ListIrregularitiesRequest>,
    ) -> Wire<v1::ListIrregularitiesResponse> {
        self.look(request, |look, r: v1::ListIrregularitiesRequest| {
            Box::pin(async move {
                let (period, unit) = (period(r.period)?, unit_id(look, &r.unit)?);
                let found = irregularities::find(look, period, unit).await?;
                let rules = &look.rules;
                Ok(v1::ListIrregularitiesResponse {
                    counts: found
                        .counts
                        .into_iter()
                        .map(|(kind, count)| v1::IrregularityCount {
                            kind: odd(kind).into(),
                            display_name: pick(look, kind.vietnamese(), kind.english()),
                            count: self::count(count),
                        })
                        .collect(),
                    dossiers: found
                        .dossiers
                        .into_iter()
                        .map(|of| v1::DossierIrregularity {
                            kind: odd(of.sign.kind).into(),
                            dossier: format!("dossiers/{}", of.code),
                            unit: unit_name(rules, of.unit_id),
                            occurred_at: Some(timestamp(of.sign.at)),
                            recorded_at: Some(timestamp(of.sign.recorded_at)),
                            due_at: of.sign.due_at.map(timestamp),
                            actor: of.sign.actor,
                            again: of.sign.again.map(|code| format!("dossiers/{code}")).unwrap_or_default(),
                        })
                        .collect(),
                    heaps: found
                        .heaps
                        .into_iter()
                        .map(|heap| v1::HeapedClosings {
                            unit: unit_name(rules, heap.unit_id),
                            on: Some(wire_date(heap.on)),
                            closed: heap.closed,
                        })
                        .collect(),
                    unmatched: count(found.unmatched),
                    left_out: count(found.left_out),
                })
            })
        })
        .await
    }
}
