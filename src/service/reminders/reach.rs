//! Whom a notice reaches: the one it is meant for; who stands in while that one is away; else the next level up, so that
//! what nobody at a level can be told of isn't lost, and the mail says whom it went past.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

use super::super::Rules;
use super::super::error::ServiceError;
use super::super::slots::house_calendar;
use super::super::suppressions::{self, SuppressionRow};
use crate::domain::mail::folded;
use crate::domain::official::{Official, OfficialRole};
use crate::domain::reminder::{NoticeRole, Rule, SubjectKind};
use crate::store::Door;
use crate::store::notices::NoticeRow;
use crate::store::officials::{self, AbsenceRow};
use crate::store::subjects::Subject;

/// Why nobody can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unheard<'a> {
    /// Nobody is named for it, at no level.
    NoRecipient,
    /// Of those who could be told, none has an address.
    NoAddress,
    /// The address of the first who has one isn't written to, nor is any above: it waits until one is.
    Unwritten(&'a Official),
}

/// How often a stand-in may be stood in for.
const STAND_INS: usize = 4;

/// Why another than the one whom a notice is meant for is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Past<'a> {
    /// They are away up to that day, inclusive.
    Away(&'a Official, NaiveDate),
    /// They have no address.
    Unreachable(&'a Official),
    /// Their address isn't written to.
    Unwritten(&'a Official),
    /// The level has nobody.
    Nobody(NoticeRole),
}

/// Who is told of a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hearer<'a> {
    /// The official.
    pub official: &'a Official,
    /// Where they are written to.
    pub address: &'a str,
    /// Whom the notice went past, in this order.
    pub past: Vec<Past<'a>>,
}

impl Hearer<'_> {
    /// The official who can't be told now, and gets a copy as soon as they can: on return, or once mail reaches them.
    pub fn meant_for(&self) -> Option<Uuid> {
        self.past.iter().find_map(|past| match past {
            Past::Away(official, _) | Past::Unwritten(official) => Some(official.id),
            Past::Unreachable(_) | Past::Nobody(_) => None,
        })
    }
}

/// The rules that hold, by kind of subject and unit.
type InForce = HashMap<(SubjectKind, Option<Uuid>), Vec<Rule>>;

/// The officials as they can be told at an instant.
pub(super) struct Reach<'a> {
    rules: &'a Rules,
    now: DateTime<Utc>,
    today: NaiveDate,
    hindrances: &'a Hindrances,
    /// Of each role the officials of a unit, the first by code.
    of_units: HashMap<(OfficialRole, Uuid), &'a Official>,
    /// The first coordinator by code of all, and the leader where the house has but one: of several nobody knows which
    /// leads a unit that has none above it.
    of_house: BTreeMap<OfficialRole, &'a Official>,
    in_force: Mutex<InForce>,
}

/// What keeps officials from being told.
#[derive(Debug, Clone, Default)]
pub(super) struct Hindrances {
    /// Absences that last until now or come later.
    away: HashMap<Uuid, Vec<AbsenceRow>>,
    /// What stands against addresses, by address.
    unwritten: HashMap<String, SuppressionRow>,
}

impl Hindrances {
    /// Reads what hinders at an instant, and what may later.
    pub async fn read(door: &impl Door, rules: &Rules, now: DateTime<Utc>) -> Result<Self, ServiceError> {
        let away = officials::absences_to(door, house_calendar(rules).local_date(now)).await?;
        let unwritten = suppressions::standing(door, now).await?;
        let by_address = unwritten.into_iter().map(|row| (row.address.clone(), row));
        Ok(Self { away, unwritten: by_address.collect() })
    }
}

impl<'a> Reach<'a> {
    /// Of these rules and hindrances, at an instant.
    pub fn at(rules: &'a Rules, hindrances: &'a Hindrances, now: DateTime<Utc>) -> Self {
        let mut all: Vec<&Official> = rules.officials.values().collect();
        all.sort_unstable_by(|a, b| a.code.cmp(&b.code));
        let (mut of_units, mut of_house) = (HashMap::new(), BTreeMap::new());
        for official in all {
            of_units.entry((official.role, official.unit_id)).or_insert(official);
            of_house.entry(official.role).or_insert(official);
        }
        if rules.officials.values().filter(|o| o.role == OfficialRole::Leader).count() > 1 {
            of_house.remove(&OfficialRole::Leader);
        }
        let today = house_calendar(rules).local_date(now);
        Self { rules, now, today, hindrances, of_units, of_house, in_force: Mutex::default() }
    }

    /// The rules.
    pub fn rules(&self) -> &'a Rules {
        self.rules
    }

    /// Asks something of the rules that hold for a subject.
    pub fn in_force<T>(&self, subject: &Subject, ask: impl FnOnce(&[Rule]) -> T) -> T {
        let mut known = self.in_force.lock().unwrap_or_else(PoisonError::into_inner);
        let held = known
            .entry((subject.kind, subject.unit_id))
            .or_insert_with(|| self.rules.reminders_for(subject.kind, subject.unit_id, self.now));
        ask(held)
    }

    /// Who holds a subject, at their own desk or not; of an opinion that a unit was asked for, its head.
    pub fn holder(&self, subject: &Subject) -> Option<&'a Official> {
        if let Some(asked) = subject.asked_unit_id {
            return self.nearest(OfficialRole::Head, Some(asked));
        }
        subject.holder_id.and_then(|holder| self.rules.officials.get(&holder))
    }

    /// The last day of an absence that lasts today, and who stands in.
    pub fn absence(&self, official: Uuid) -> Option<(NaiveDate, Option<&'a Official>)> {
        let absences = self.hindrances.away.get(&official)?;
        let now = absences.iter().find(|a| a.from_on <= self.today && self.today <= a.to_on)?;
        Some((now.to_on, now.stand_in_id.and_then(|id| self.rules.officials.get(&id))))
    }

    /// What keeps an official's address from being written to.
    pub fn held_against(&self, official: &Official) -> Option<&'a SuppressionRow> {
        let found = self.hindrances.unwritten.get(&folded(address(official)?))?;
        suppressions::stands(found, self.now).then_some(found)
    }

    /// The officials who can't be told now, and may be later.
    pub fn hindered(&self) -> Vec<Uuid> {
        let is_hindered = |o: &&Official| self.absence(o.id).is_some() || self.held_against(o).is_some();
        self.rules.officials.values().filter(is_hindered).map(|official| official.id).collect()
    }

    /// Who is told of a notice, or why nobody is.
    pub fn hearer(&self, subject: &Subject, notice: &NoticeRow) -> Result<Hearer<'a>, Unheard<'a>> {
        let role = NoticeRole::parse(&notice.role).ok_or(Unheard::NoRecipient)?;
        if role == NoticeRole::Returned {
            let back = notice.meant_for_id.and_then(|id| self.rules.officials.get(&id));
            let back = back.ok_or(Unheard::NoRecipient)?;
            let address = address(back).ok_or(Unheard::NoAddress)?;
            if self.held_against(back).is_some() {
                return Err(Unheard::Unwritten(back));
            }
            return Ok(Hearer { official: back, address, past: Vec::new() });
        }
        self.of_level(subject, role)
    }

    /// Who is told of what is for a level of escalation.
    pub fn of_level(&self, subject: &Subject, role: NoticeRole) -> Result<Hearer<'a>, Unheard<'a>> {
        let (mut past, mut somebody) = (Vec::new(), false);
        for level in NoticeRole::LEVELS.into_iter().filter(|level| *level >= role) {
            let Some(meant) = self.level(subject, level) else {
                past.push(Past::Nobody(level));
                continue;
            };
            somebody = true;
            if let Some((official, address)) = self.stand_in(meant, &mut past) {
                return Ok(Hearer { official, address, past });
            }
        }
        let unwritten = past.iter().find_map(|past| match past {
            Past::Unwritten(official) => Some(*official),
            Past::Away(..) | Past::Unreachable(_) | Past::Nobody(_) => None,
        });
        Err(match unwritten {
            Some(official) => Unheard::Unwritten(official),
            None if somebody => Unheard::NoAddress,
            None => Unheard::NoRecipient,
        })
    }

    /// As what an official is told of what is for a level: that one, or one above it that it fell to. None: as a stand-in.
    pub fn level_of(&self, subject: &Subject, role: NoticeRole, official: &Official) -> Option<NoticeRole> {
        let mut levels = NoticeRole::LEVELS.into_iter().filter(|level| *level >= role);
        levels.find(|level| self.level(subject, *level).is_some_and(|found| found.id == official.id))
    }

    /// That official, or who stands in while they are away; None where neither can be told.
    fn stand_in(&self, meant: &'a Official, past: &mut Vec<Past<'a>>) -> Option<(&'a Official, &'a str)> {
        let mut official = meant;
        for _ in 0..=STAND_INS {
            let Some((until, stand_in)) = self.absence(official.id) else {
                let Some(address) = address(official) else {
                    past.push(Past::Unreachable(official));
                    return None;
                };
                if self.held_against(official).is_some() {
                    past.push(Past::Unwritten(official));
                    return None;
                }
                return Some((official, address));
            };
            if past.iter().any(|past| matches!(past, Past::Away(away, _) if away.id == official.id)) {
                // They stand in for one another.
                return None;
            }
            past.push(Past::Away(official, until));
            official = stand_in?;
        }
        None
    }

    /// The official of a level: the holder; the head, coordinator or leader of the nearest unit on the way up that has
    /// one. There may be one coordinator for all, in whichever unit, and so with leaders.
    pub fn level(&self, subject: &Subject, level: NoticeRole) -> Option<&'a Official> {
        let role = match level {
            NoticeRole::Responsible => return self.holder(subject),
            NoticeRole::Head => OfficialRole::Head,
            NoticeRole::Coordinator => OfficialRole::Coordinator,
            NoticeRole::Leader => OfficialRole::Leader,
            NoticeRole::Returned => return None,
        };
        let near = self.nearest(role, subject.unit_id);
        near.or_else(|| self.of_house.get(&role).copied().filter(|_| role != OfficialRole::Head))
    }

    /// The official with a role of the nearest unit on the way up that has one.
    fn nearest(&self, role: OfficialRole, unit_id: Option<Uuid>) -> Option<&'a Official> {
        let path = unit_id.map(|id| self.rules.units.ancestry(id)).unwrap_or_default();
        path.into_iter().find_map(|unit| self.of_units.get(&(role, unit)).copied())
    }
}

/// The address of an official, if there is one.
pub(super) fn address(official: &Official) -> Option<&str> {
    official.email.as_deref().map(str::trim).filter(|email| !email.is_empty())
}
