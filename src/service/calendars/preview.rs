//! What a calendar would move if it came into force now. Nothing is stored.

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use super::{Finding, Look, NewCalendar, ServiceError, given, rows, unit_of};
use crate::domain::calendar::Calendar;
use crate::domain::deadline::{deadline, overdue_at};
use crate::domain::dossier::{JudgeBy, Refusal};
use crate::service::dossiers::recomputing::Moved;
use crate::service::error::refused;
use crate::store::rules::tables;
use crate::store::{dossiers, events};

/// Dossiers a reading: bounds the memory, not the work.
const STEP: u64 = 1000;

/// What would become of open dossiers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Effect {
    /// Which way their deadlines would go.
    pub moved: Moved,
    /// Of those unmoved: whose clock stands, so that there is no due instant now.
    pub stopped: u64,
    /// In due now, and overdue then.
    pub newly_overdue: u64,
    /// Overdue now, and in due then.
    pub no_longer_overdue: u64,
}

impl Effect {
    fn add(&mut self, other: Self) {
        self.moved.add(other.moved);
        self.stopped += other.stopped;
        self.newly_overdue += other.newly_overdue;
        self.no_longer_overdue += other.no_longer_overdue;
    }
}

/// What a calendar would do.
#[derive(Debug, Clone, Default)]
pub struct Preview {
    /// In all.
    pub total: Effect,
    /// By unit, in the order of their codes; those without open dossiers are left out.
    pub units: Vec<(Uuid, Effect)>,
    /// What is to be said of the calendar.
    pub warnings: Vec<Finding>,
}

/// What a calendar would do to the open dossiers of the units for which it would count.
pub async fn preview(look: &Look, new: &NewCalendar) -> Result<Preview, ServiceError> {
    let unit = unit_of(&look.rules, &look.context.scope, "calendar.unit", new.unit.trim());
    let (unit_id, content, warnings) = given(new, unit)?;
    let now = look.context.now;
    let (row, days) = rows(Uuid::nil(), (unit_id, 0), content, true, now);
    let calendar = Arc::new(tables(&row, days)?);
    let mut rules = (*look.rules).clone();
    rules.calendars.insert(unit_id, calendar.clone());
    let counts = |id: Uuid| rules.calendar_for(Some(id)).is_some_and(|found| found.id() == calendar.id());
    let units: Vec<Uuid> = rules.units.all().map(|unit| unit.id).filter(|id| counts(*id)).collect();
    let mut effects: BTreeMap<(&str, Uuid), Effect> = BTreeMap::new();
    for left in look.rules.book.calendars.keys() {
        let mut after = None;
        loop {
            let rows = dossiers::reckoned_by(&look.door, *left, &units, after, STEP).await?;
            let Some(last) = rows.last() else { break };
            after = Some((last.unit_id, last.id));
            for (unit_id, effect) in of_each(look, &calendar, rows).await? {
                effects.entry((rules.unit_code(unit_id), unit_id)).or_default().add(effect);
            }
        }
    }
    let mut told = Preview { warnings, ..Preview::default() };
    for ((_, unit_id), effect) in effects {
        told.total.add(effect);
        told.units.push((unit_id, effect));
    }
    Ok(told)
}

async fn of_each(
    look: &Look,
    calendar: &Calendar,
    rows: Vec<dossiers::DossierRow>,
) -> Result<Vec<(Uuid, Effect)>, ServiceError> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let histories = events::histories(&look.door, &ids).await?;
    let (book, now) = (&look.rules.book, look.context.now);
    let mut effects = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(history) = histories.get(&row.id) else { continue };
        let subject = format!("dossiers/{}", row.code);
        let broken = |refusal| refused(&subject, &refusal, look.rules.zone());
        let told = history.replay(book).map_err(broken)?;
        let new = deadline(calendar, told.term_from, told.term, &told.pauses)
            .map_err(|beyond| broken(Refusal::from(beyond)))?;
        let mut effect = Effect { stopped: new.due_at().is_none().into(), ..Effect::default() };
        effect.moved.count(told.due_at(), new.due_at());
        // A promise stays: whom it judges, no calendar makes late.
        if told.judged.is_some_and(|judged| judged.by == JudgeBy::Statutory) {
            let passed = row.overdue_at.is_some_and(|at| at <= now);
            let is_late = new.due_at().is_some_and(|due| overdue_at(calendar, told.term, due) <= now);
            effect.newly_overdue = (is_late && !passed).into();
            effect.no_longer_overdue = (passed && !is_late).into();
        }
        effects.push((row.unit_id, effect));
    }
    Ok(effects)
}
