//! Signs of dressed-up figures in a period: by dossier, from histories, and by unit, from the ledger.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use uuid::Uuid;

use super::error::ServiceError;
use super::members::{self, DossierFigure, Whose};
use super::resubmission::{Withdrawn, handed_in_again};
use super::slots::house_calendar;
use super::work::Look;
use crate::domain::dossier::{Event, EventKind};
use crate::domain::irregularity::{Irregularity, Sign, heaped, signs};
use crate::domain::period::Period;
use crate::store::dossiers::{self, DossierRow};
use crate::store::{events, figures};

/// Dossiers that are read at once.
const CHUNK: usize = 500;
/// Signs that are named at most; the others are counted.
pub const MOST_NAMED: usize = 5_000;
/// Dossiers whose histories are looked at, at most.
pub const MOST_LOOKED_AT: usize = 100_000;
/// Working days that are the end of a period.
const LAST_DAYS: i64 = 2;

/// A sign in a dossier's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OddDossier {
    /// Its code.
    pub code: String,
    /// Its unit.
    pub unit_id: Uuid,
    /// What is odd.
    pub sign: Sign,
}

/// A day on which a unit closed far more than it usually does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heap {
    /// The unit.
    pub unit_id: Uuid,
    /// The day.
    pub on: NaiveDate,
    /// Dossiers closed on it.
    pub closed: i64,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// How often, by what is odd.
    pub counts: BTreeMap<Irregularity, usize>,
    /// The signs by unit and code; [`MOST_NAMED`] at most.
    pub dossiers: Vec<OddDossier>,
    /// Closings heaped at the period's end.
    pub heaps: Vec<Heap>,
    /// Withdrawn dossiers without an applicant on record: whether they were handed in again can't be seen.
    pub unmatched: usize,
    /// Dossiers that weren't looked at, beyond [`MOST_LOOKED_AT`].
    pub left_out: usize,
}

/// Looks for them, within a unit's subtree where one is named. A sign counts where it happened in the period.
pub async fn find(look: &Look, period: Period, unit_id: Option<Uuid>) -> Result<Found, ServiceError> {
    let calendar = house_calendar(&look.rules);
    let (period, complete) = period.until(calendar.local_date(look.context.now));
    let (from, to) = (calendar.midnight(period.first()), calendar.midnight(period.end()));
    let seen = look.counting(unit_id);
    let mut ids = events::odd_between(&look.door, from, to).await?;
    let whose = Whose { unit_id, ..Whose::default() };
    let late = members::ids(look, DossierFigure::LateRecorded, period, &whose).await?;
    ids.extend(late);
    ids.sort_unstable();
    ids.dedup();
    let left_out = ids.len().saturating_sub(MOST_LOOKED_AT);
    ids.truncate(MOST_LOOKED_AT);
    let mut found = Found { left_out, ..Found::default() };
    let mut withdrawn = Vec::new();
    for chunk in ids.chunks(CHUNK) {
        let rows = dossiers::by_ids(&look.door, chunk).await?;
        let visible: Vec<Uuid> = rows.values().filter(|row| seen(row.unit_id)).map(|row| row.id).collect();
        for (id, history) in events::histories(&look.door, &visible).await? {
            let Some(row) = rows.get(&id) else { continue };
            let calendar = look.rules.book.calendars.get(&row.calendar_id).unwrap_or(&calendar);
            let gone = history.timeline().into_iter().rfind(|event| event.draft.kind == EventKind::Withdrawn);
            if let Some(gone) = gone.filter(|event| (from..to).contains(&event.draft.occurred_at)) {
                withdrawn.push((row.clone(), gone.clone()));
            }
            for sign in signs(&history, &look.rules.book, calendar) {
                if (from..to).contains(&sign.at) {
                    *found.counts.entry(sign.kind).or_default() += 1;
                    found.dossiers.push(OddDossier { code: row.code.clone(), unit_id: row.unit_id, sign });
                }
            }
        }
    }
    let resubmitted = resubmitted(look, withdrawn, &seen, &mut found.unmatched).await?;
    if !resubmitted.is_empty() {
        found.counts.insert(Irregularity::WithdrawnAndResubmitted, resubmitted.len());
        found.dossiers.extend(resubmitted);
    }
    let unit = |id| look.rules.unit_code(id);
    found.dossiers.sort_by(|a, b| {
        (unit(a.unit_id), &a.code, a.sign.at, a.sign.kind).cmp(&(
            unit(b.unit_id),
            &b.code,
            b.sign.at,
            b.sign.kind,
        ))
    });
    found.dossiers.truncate(MOST_NAMED);
    // A period that isn't over has no end to heap at.
    found.heaps = if complete { heaps(look, period, &seen).await? } else { Vec::new() };
    if !found.heaps.is_empty() {
        found.counts.insert(Irregularity::BulkClosing, found.heaps.len());
    }
    Ok(found)
}

/// Of what was withdrawn, what was handed in again.
async fn resubmitted(
    look: &Look,
    withdrawn: Vec<(DossierRow, Event)>,
    seen: &(dyn Fn(Uuid) -> bool + Sync),
    unmatched: &mut usize,
) -> Result<Vec<OddDossier>, ServiceError> {
    let known: Vec<Withdrawn> = withdrawn
        .iter()
        .filter_map(|(row, gone)| {
            let (id, procedure_id, at) = (row.id, row.procedure_id, gone.draft.occurred_at);
            Some(Withdrawn { id, procedure_id, applicant_id: row.applicant_id?, at })
        })
        .collect();
    *unmatched = withdrawn.len() - known.len();
    let mut again = handed_in_again(look, &known, seen).await?;
    let sign = |(row, gone): (DossierRow, Event)| {
        let sign = Sign {
            kind: Irregularity::WithdrawnAndResubmitted,
            at: gone.draft.occurred_at,
            recorded_at: gone.recorded_at,
            due_at: row.judged_due_at,
            actor: gone.draft.actor,
            again: Some(again.remove(&row.id)?),
        };
        Some(OddDossier { code: row.code, unit_id: row.unit_id, sign })
    };
    Ok(withdrawn.into_iter().filter_map(sign).collect())
}

async fn heaps(
    look: &Look,
    period: Period,
    seen: &(dyn Fn(Uuid) -> bool + Sync),
) -> Result<Vec<Heap>, ServiceError> {
    let calendar = house_calendar(&look.rules);
    let mut last = Vec::new();
    let mut day = period.end();
    for _ in 0..LAST_DAYS {
        let Ok(worked) = calendar.add_working_days(day, -1) else { break };
        if worked < period.first() {
            break;
        }
        last.push(worked);
        day = worked;
    }
    // Days after the first one given, up to the last.
    let before = period.first().pred_opt().unwrap_or(period.first());
    let working = calendar.working_days_between(before, period.last()).unwrap_or_default();
    let mut by_unit: BTreeMap<Uuid, Vec<(NaiveDate, i64)>> = BTreeMap::new();
    for ((unit_id, on), count) in figures::closings_by_day(&look.door, &period).await? {
        if seen(unit_id) {
            by_unit.entry(unit_id).or_default().push((on, count));
        }
    }
    Ok(by_unit
        .into_iter()
        .flat_map(|(unit_id, by_day)| {
            let heaped = heaped(&by_day, working, &last).into_iter();
            heaped.map(move |(on, closed)| Heap { unit_id, on, closed })
        })
        .collect())
}
