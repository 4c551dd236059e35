//! How long dossiers took, from receipt to result, and how long each unit had them before it handed them on: office time,
//! without the time in which the clock stood.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::error::ServiceError;
use super::members::{self, DossierFigure, Whose};
use super::slots::house_calendar;
use super::work::Look;
use crate::domain::calendar::Calendar;
use crate::domain::dossier::{EventKind, History};
use crate::domain::period::Period;
use crate::store::dossiers::{self, DossierRow};
use crate::store::events;

/// Dossiers that are read at once.
const CHUNK: usize = 500;
/// Dossiers whose times are reckoned at most.
pub const MOST_TIMED: usize = 100_000;
/// Of office time.
const MICROS_A_MINUTE: i64 = 60_000_000;

/// How long several took.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Took {
    /// How many.
    pub count: usize,
    /// Minutes of office time: the mean, half up.
    pub mean_minutes: i64,
    /// The median.
    pub median_minutes: i64,
    /// The longest.
    pub longest_minutes: i64,
}

/// How long resolved dossiers took, from receipt to result, by procedure; and how many weren't looked at.
pub async fn handling(
    look: &Look,
    period: Period,
    unit_id: Option<Uuid>,
) -> Result<(BTreeMap<Uuid, Took>, usize), ServiceError> {
    let by_procedure = |row: &DossierRow, stays: Vec<Stay>| {
        let whole = stays.iter().map(|stay| stay.micros).sum();
        vec![(row.procedure_id, whole)]
    };
    timed(look, period, unit_id, by_procedure).await
}

/// How long each unit had dossiers that were resolved, by the unit and the one that got them from it; None: they were
/// resolved there. The stays of a dossier add up to how long it took. And how many weren't looked at.
pub async fn hand_overs(
    look: &Look,
    period: Period,
    unit_id: Option<Uuid>,
) -> Result<(BTreeMap<(Uuid, Option<Uuid>), Took>, usize), ServiceError> {
    let by_pair = |_: &DossierRow, stays: Vec<Stay>| {
        stays.into_iter().map(|stay| ((stay.unit_id, stay.to), stay.micros)).collect()
    };
    timed(look, period, unit_id, by_pair).await
}

/// The times of the dossiers that were resolved in a period, within a unit's subtree where one is named, each under what it
/// counts for.
async fn timed<K: Ord>(
    look: &Look,
    period: Period,
    unit_id: Option<Uuid>,
    counts: impl Fn(&DossierRow, Vec<Stay>) -> Vec<(K, i64)> + Sync,
) -> Result<(BTreeMap<K, Took>, usize), ServiceError> {
    let whose = Whose { unit_id, ..Whose::default() };
    let mut ids = members::ids(look, DossierFigure::Resolved, period, &whose).await?;
    let mut left_out = ids.len().saturating_sub(MOST_TIMED);
    ids.truncate(MOST_TIMED);
    let house = house_calendar(&look.rules);
    let unit_of = |official: Uuid| Some(look.rules.officials.get(&official)?.unit_id);
    let mut minutes: BTreeMap<K, Vec<i64>> = BTreeMap::new();
    for chunk in ids.chunks(CHUNK) {
        let rows = dossiers::by_ids(&look.door, chunk).await?;
        for (id, history) in events::histories(&look.door, chunk).await? {
            let Some(row) = rows.get(&id) else { continue };
            let calendar = look.rules.book.calendars.get(&row.calendar_id).unwrap_or(&house);
            let Some(stays) = stays(&history, (row.unit_id, row.received_at), calendar, unit_of) else {
                left_out += 1;
                continue;
            };
            for (key, micros) in counts(row, stays) {
                minutes.entry(key).or_default().push(micros / MICROS_A_MINUTE);
            }
        }
    }
    Ok((minutes.into_iter().map(|(key, all)| (key, took(all))).collect(), left_out))
}

fn took(mut minutes: Vec<i64>) -> Took {
    minutes.sort_unstable();
    let count = i64::try_from(minutes.len()).unwrap_or(i64::MAX).max(1);
    let sum: i64 = minutes.iter().sum();
    Took {
        count: minutes.len(),
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

/// How long a unit had a dossier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stay {
    unit_id: Uuid,
    /// Which unit got it then; None: it was closed.
    to: Option<Uuid>,
    /// Of office time while the clock ran.
    micros: i64,
}

/// Where a dossier was, from its receipt, as it was corrected, to its closing; None where it isn't closed. What is handed on
/// within a unit stays there. Units are those to which the officials belong now.
fn stays(
    history: &History,
    (unit_id, received_at): (Uuid, DateTime<Utc>),
    calendar: &Calendar,
    unit_of: impl Fn(Uuid) -> Option<Uuid>,
) -> Option<Vec<Stay>> {
    let office = |at| calendar.office_micros(at).ok();
    let (mut all, mut here, mut since, mut sum) = (Vec::new(), unit_id, None, 0);
    for event in history.timeline() {
        let (at, kind) = (event.draft.occurred_at, &event.draft.kind);
        let stops = matches!(kind, EventKind::Paused { .. });
        let ends = matches!(kind, EventKind::Resolved { .. } | EventKind::Withdrawn | EventKind::Stopped);
        if let EventKind::HandedOver { from, to, .. } = kind {
            let giver = from.and_then(&unit_of).unwrap_or(here);
            here = unit_of(*to).unwrap_or(giver);
            if here == giver {
                continue;
            }
            if let Some(from) = since {
                let now = office(at)?;
                sum += now - from;
                since = Some(now);
            }
            all.push(Stay { unit_id: giver, to: Some(here), micros: std::mem::take(&mut sum) });
        } else if matches!(kind, EventKind::Received(_)) && since.is_none() {
            since = Some(office(received_at)?);
        } else if matches!(kind, EventKind::Resumed) && since.is_none() {
            since = Some(office(at)?);
        } else if stops || ends {
            if let Some(from) = since.take() {
                sum += office(at)? - from;
            }
            if ends {
                all.push(Stay { unit_id: here, to: None, micros: sum });
                return Some(all);
            }
        }
    }
    None
}
