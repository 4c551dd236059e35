//! The figures by which an office is judged, side by side: the indicator set of Decision 766, targets with their lights,
//! the period before and the same one a year before; and how long dossiers took.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::error::ServiceError;
use super::members::{self, DossierFigure, Whose};
use super::report::{Ask, Breakdown, summarize};
use super::slots::house_calendar;
use super::targets;
use super::work::Look;
use crate::domain::calendar::Calendar;
use crate::domain::dossier::{EventKind, History};
use crate::domain::index_766::{OnlineCatalogue, Score, is_online, scores};
use crate::domain::period::Period;
use crate::domain::permission::Scope;
use crate::domain::report::{before, year_before};
use crate::domain::summary::{PeriodSummary, Rate, RowKey};
use crate::domain::target::{Light, Target};
use crate::store::{dossiers, events};

/// Dossiers that are read at once.
const CHUNK: usize = 500;
/// Dossiers whose times are reckoned at most.
pub const MOST_TIMED: usize = 100_000;
/// Of office time.
const MICROS_A_MINUTE: i64 = 60_000_000;

/// An indicator with what it is held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assessed {
    /// The indicator.
    pub score: Score,
    /// The same of the period before; None: not reckoned here.
    pub before: Option<Rate>,
    /// The same of the same period a year before.
    pub year_before: Option<Rate>,
    /// The target for it with its light, if there is one.
    pub target: Option<(Target, Option<Light>)>,
}

/// The indicators of a period within the caller's scope, held against targets and earlier periods.
pub async fn assess(
    look: &Look,
    period: Period,
    unit_id: Option<Uuid>,
) -> Result<Vec<Assessed>, ServiceError> {
    let (now, summary) = of_period(look, period, unit_id).await?;
    let (earlier, _) = of_period(look, before(period), unit_id).await?;
    let (last_year, _) = of_period(look, year_before(period), unit_id).await?;
    let targets = targets::of_house(look, period).await?;
    Ok(now
        .into_iter()
        .zip(earlier)
        .zip(last_year)
        .map(|((score, earlier), last_year)| {
            let target = targets.iter().find(|target| Some(target.indicator) == score.target).cloned();
            let target = target.map(|target| {
                // By the figure that the report holds against it.
                let light = target.light(target.indicator.of(&summary));
                (target, light)
            });
            Assessed { before: earlier.rate, year_before: last_year.rate, target, score }
        })
        .collect())
}

async fn of_period(
    look: &Look,
    period: Period,
    unit_id: Option<Uuid>,
) -> Result<(Vec<Score>, PeriodSummary), ServiceError> {
    let breakdowns = vec![Breakdown::Group, Breakdown::Procedure];
    let summary = summarize(look, &Ask { period, unit_id, as_of: None, breakdowns }).await?;
    // The catalogue is the house's: of a part of it there is no such rate.
    let whole = unit_id.is_none() && look.context.scope == Scope::All;
    let scores = scores(&summary, whole.then(|| catalogue(look, &summary)));
    Ok((scores, summary))
}

/// What of the catalogue counts on the period's last day.
fn catalogue(look: &Look, summary: &PeriodSummary) -> OnlineCatalogue {
    let mut counted = OnlineCatalogue::default();
    let last = summary.period.last();
    let online = |id: &Uuid| look.rules.version_on(*id, last).map(|version| is_online(version.online_level));
    for id in look.rules.versions.keys() {
        if let Some(is_online) = online(id) {
            counted.procedures += 1;
            counted.online += i64::from(is_online);
        }
    }
    for row in &summary.rows {
        let RowKey::Procedure(id) = row.key else { continue };
        let rates = [row.figures.online_partial, row.figures.online_full];
        let came = rates.into_iter().flatten().any(|rate| rate.numerator > 0);
        counted.used += i64::from(came && online(&id) == Some(true));
    }
    counted
}

/// How long the dossiers of a procedure took.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Took {
    /// How many were resolved.
    pub resolved: usize,
    /// Office minutes from receipt to result, without the time in which the clock stood: the mean.
    pub mean_minutes: i64,
    /// The same: the median.
    pub median_minutes: i64,
    /// The same: the longest.
    pub longest_minutes: i64,
}

/// How long resolved dossiers took, by procedure, and how many weren't looked at.
pub async fn handling_times(
    look: &Look,
    period: Period,
    unit_id: Option<Uuid>,
) -> Result<(BTreeMap<Uuid, Took>, usize), ServiceError> {
    let whose = Whose { unit_id, ..Whose::default() };
    let mut ids = members::ids(look, DossierFigure::Resolved, period, &whose).await?;
    let mut left_out = ids.len().saturating_sub(MOST_TIMED);
    ids.truncate(MOST_TIMED);
    let house = house_calendar(&look.rules);
    let mut minutes: BTreeMap<Uuid, Vec<i64>> = BTreeMap::new();
    for chunk in ids.chunks(CHUNK) {
        let rows = dossiers::by_ids(&look.door, chunk).await?;
        for (id, history) in events::histories(&look.door, chunk).await? {
            let Some(row) = rows.get(&id) else { continue };
            let calendar = look.rules.book.calendars.get(&row.calendar_id).unwrap_or(&house);
            match office_minutes(&history, row.received_at, calendar) {
                Some(took) => minutes.entry(row.procedure_id).or_default().push(took),
                None => left_out += 1,
            }
        }
    }
    Ok((minutes.into_iter().map(|(procedure, all)| (procedure, took(all))).collect(), left_out))
}

fn took(mut minutes: Vec<i64>) -> Took {
    minutes.sort_unstable();
    let count = i64::try_from(minutes.len()).unwrap_or(i64::MAX).max(1);
    let sum: i64 = minutes.iter().sum();
    Took {
        resolved: minutes.len(),
        mean_minutes: (2 * sum + count).div_euclid(2 * count),
        median_minutes: median(&minutes),
        longest_minutes: minutes.last().copied().unwrap_or_default(),
    }
}

/// The middle one of those in order, or the mean of the two in the middle, rounded down.
fn median(minutes: &[i64]) -> i64 {
    let at = |index: usize| minutes.get(index).copied().unwrap_or_default();
    let middle = minutes.len() / 2;
    if minutes.len() % 2 == 1 { at(middle) } else { i64::midpoint(at(middle.saturating_sub(1)), at(middle)) }
}

/// Office minutes from the receipt, as it was corrected, to closing without the stops of the clock; None where it isn't
/// closed.
fn office_minutes(history: &History, received_at: DateTime<Utc>, calendar: &Calendar) -> Option<i64> {
    let office = |at| calendar.office_micros(at).ok();
    let (mut since, mut sum) = (None, 0);
    for event in history.timeline() {
        let at = event.draft.occurred_at;
        let kind = &event.draft.kind;
        let stops = matches!(kind, EventKind::Paused { .. });
        let ends = matches!(kind, EventKind::Resolved { .. } | EventKind::Withdrawn | EventKind::Stopped);
        if matches!(kind, EventKind::Received(_)) && since.is_none() {
            since = Some(office(received_at)?);
        } else if matches!(kind, EventKind::Resumed) && since.is_none() {
            since = Some(office(at)?);
        } else if stops || ends {
            if let Some(from) = since.take() {
                sum += office(at)? - from;
            }
            if ends {
                return Some(sum / MICROS_A_MINUTE);
            }
        }
    }
    None
}
