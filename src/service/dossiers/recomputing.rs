//! Reckoning anew: where another calendar version counts for a unit than the one by which its open dossiers are
//! reckoned, each of them gets an event that names the new one, and with it its deadline from the receipt on.
//!
//! The deadline stays a pure function of history and calendar. So a day off moves only what it lies in, however long
//! ago that was: what was overdue stays overdue unless the law's day off lies before its due day, and then it wasn't.
//! Also what doesn't move gets its event: the next stop of its clock is reckoned by the new calendar too. Closed
//! dossiers keep the calendar by which they were judged.

use uuid::Uuid;

use super::super::calendars;
use super::super::error::{ServiceError, refused};
use super::super::work::Work;
use super::saving::{Change, save};
use crate::domain::deadline::deadline;
use crate::domain::dossier::{Draft, EventKind, Refusal, Source};
use crate::store::{dossiers, events};

/// How far a run has come: the calendar version that was left, and the last dossier.
pub type Reached = Option<(Uuid, dossiers::Place)>;

/// Which way deadlines went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moved {
    /// To a later instant.
    pub later: u64,
    /// To an earlier one.
    pub earlier: u64,
    /// Nowhere, or the clock stands.
    pub unmoved: u64,
}

impl Moved {
    /// How many dossiers were looked at.
    pub fn all(&self) -> u64 {
        self.later + self.earlier + self.unmoved
    }

    /// Counts one by its due instants, before and after.
    pub fn count<T: Ord>(&mut self, old: Option<T>, new: Option<T>) {
        match old.zip(new) {
            Some((old, new)) if new > old => self.later += 1,
            Some((old, new)) if new < old => self.earlier += 1,
            Some(_) | None => self.unmoved += 1,
        }
    }

    /// Adds others.
    pub fn add(&mut self, other: Self) {
        self.later += other.later;
        self.earlier += other.earlier;
        self.unmoved += other.unmoved;
    }
}

/// Reckons at most `limit` open dossiers anew in the transaction of `work`, from `reached` on, which goes along. All
/// zero: nothing is left. What a run that broke off has done isn't found again.
pub async fn recompute(work: &mut Work, reached: &mut Reached, limit: u64) -> Result<Moved, ServiceError> {
    for (calendar_id, units) in work.rules.superseded_calendars() {
        let after = match *reached {
            Some((left, _)) if calendar_id < left => continue,
            Some((left, place)) if calendar_id == left => Some(place),
            Some(_) | None => None,
        };
        let rows = dossiers::to_reckon_anew(&work.tx, calendar_id, units.as_deref(), after, limit).await?;
        if let Some(last) = rows.last() {
            *reached = Some((calendar_id, (last.unit_id, last.id)));
            return anew(work, rows).await;
        }
    }
    Ok(Moved::default())
}

async fn anew(work: &mut Work, rows: Vec<dossiers::DossierRow>) -> Result<Moved, ServiceError> {
    let (now, rules) = (work.now(), work.rules.clone());
    let ids: Vec<_> = rows.iter().map(|r| r.id).collect();
    let mut histories = events::histories(&work.tx, &ids).await?;
    let mut moved = Moved::default();
    let mut changes = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(calendar) = rules.calendar_for(Some(row.unit_id)) else { continue };
        let mut history = histories.remove(&row.id).unwrap_or_default();
        let subject = format!("dossiers/{}", row.code);
        let broken = |refusal| refused(&subject, &refusal, rules.zone());
        let before = history.replay(&rules.book).map_err(broken)?;
        let known = history.events().len();
        let new = deadline(calendar, before.term_from, before.term, &before.pauses)
            .map_err(|beyond| broken(Refusal::from(beyond)))?;
        let (old_due_at, new_due_at) = (before.due_at(), new.due_at());
        moved.count(old_due_at, new_due_at);
        let name = |id| calendars::name_of(&rules, id).unwrap_or_default();
        let draft = Draft {
            kind: EventKind::Recalculated { calendar_id: calendar.id(), old_due_at, new_due_at },
            occurred_at: now,
            actor_id: None,
            actor: work.context.caller.label.clone(),
            source: Source::House,
            reason: format!("lịch {} thay cho {}", name(calendar.id()), name(row.calendar_id)),
        };
        let after = history.record(vec![draft], now, &rules.book).map_err(broken)?;
        changes.push(Change::of_known(row, before, (history, known), after));
    }
    save(work, &changes).await?;
    Ok(moved)
}
