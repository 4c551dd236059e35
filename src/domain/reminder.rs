//! Which notice an open deadline calls for next (domain.md §7). Rules are data; only the *next*
//! notice of a subject is stored, recomputed whenever its deadline moves.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::calendar::{Calendar, OutOfRange};
use super::dossier::state::words;

words! {
    /// What a rule watches.
    RuleKind {
        /// So many working days before the due day.
        BeforeDue = "before_due",
        /// On the due day.
        DueToday = "due_today",
        /// Past the deadline, the first working day after it and every so many working days.
        Overdue = "overdue",
    }
}

words! {
    /// What has a deadline that can be reminded of.
    SubjectKind {
        /// A dossier.
        Dossier = "dossier",
        /// An assigned task.
        Task = "task",
        /// A petition.
        Petition = "petition",
    }
}

words! {
    /// Whom a notice is for; a person is put in when the mail is sealed.
    NoticeRole {
        /// The official who holds the work; the head of unit where nobody does.
        Responsible = "responsible",
        /// The head of the unit.
        Head = "head",
        /// The coordinator of the Office.
        Coordinator = "coordinator",
    }
}

/// A rule of reminding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its id.
    pub id: Uuid,
    /// The unit whose subtree it holds for; None: the whole house.
    pub unit_id: Option<Uuid>,
    /// Of what it reminds.
    pub subject_kind: SubjectKind,
    /// What it watches.
    pub kind: RuleKind,
    /// Working days before the due day (`before_due`).
    pub working_days: i64,
    /// Working days between repeats (`overdue`); 0: told once.
    pub repeat_working_days: i64,
    /// Whom it tells.
    pub role: NoticeRole,
    /// In force.
    pub enabled: bool,
}

/// A notice that falls due at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Planned {
    /// When it falls due.
    pub at: DateTime<Utc>,
    /// By which kind of rule.
    pub kind: RuleKind,
    /// The how-manieth of that rule for this deadline, from 1.
    pub step: i32,
}

/// Notices of one deadline that fall due up to `until`, ascending. A day's notices fall due at
/// local midnight of that day; the run of the day takes them.
pub fn plan(
    rules: &[Rule],
    calendar: &Calendar,
    due_at: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<Planned>, OutOfRange> {
    let mut planned = Vec::new();
    let due_on = calendar.local_date(due_at);
    for rule in rules.iter().filter(|r| r.enabled) {
        match rule.kind {
            RuleKind::BeforeDue => {
                let day = calendar.add_working_days(due_on, -rule.working_days)?;
                planned.push(Planned { at: calendar.midnight(day), kind: rule.kind, step: 1 });
            }
            RuleKind::DueToday => {
                planned.push(Planned { at: calendar.midnight(due_on), kind: rule.kind, step: 1 });
            }
            RuleKind::Overdue => {
                let mut day = calendar.add_working_days(due_on, 1)?;
                let mut step = 1;
                while calendar.midnight(day) <= until {
                    planned.push(Planned { at: calendar.midnight(day), kind: rule.kind, step });
                    if rule.repeat_working_days == 0 {
                        break;
                    }
                    day = calendar.add_working_days(day, rule.repeat_working_days)?;
                    step += 1;
                }
            }
        }
    }
    planned.retain(|p| p.at <= until);
    planned.sort();
    Ok(planned)
}

/// The next notice strictly after `after`: what is stored beside an open deadline. A repeat whose
/// time passed unseen (downtime, late import) is not made up for: the latest one that lies at or
/// before `now` stands for all, then the next is in the future.
pub fn next(
    rules: &[Rule],
    calendar: &Calendar,
    due_at: DateTime<Utc>,
    last_told: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<Option<Planned>, OutOfRange> {
    let fallen: Vec<Planned> = plan(rules, calendar, due_at, now)?
        .into_iter()
        .filter(|p| last_told.is_none_or(|told| p.at > told))
        .collect();
    if let Some(latest) = fallen.into_iter().next_back() {
        return Ok(Some(latest));
    }
    let after = last_told.unwrap_or(now).max(now);
    let due_on = calendar.local_date(due_at);
    let mut upcoming: Vec<Planned> = Vec::new();
    for rule in rules.iter().filter(|r| r.enabled) {
        let (day, step) = match rule.kind {
            RuleKind::BeforeDue => (calendar.add_working_days(due_on, -rule.working_days)?, 1),
            RuleKind::DueToday => (due_on, 1),
            RuleKind::Overdue => next_repeat(rule, calendar, due_on, after)?,
        };
        upcoming.push(Planned { at: calendar.midnight(day), kind: rule.kind, step });
    }
    Ok(upcoming.into_iter().filter(|p| p.at > after).min())
}

fn next_repeat(
    rule: &Rule,
    calendar: &Calendar,
    due_on: chrono::NaiveDate,
    after: DateTime<Utc>,
) -> Result<(chrono::NaiveDate, i32), OutOfRange> {
    let first = calendar.add_working_days(due_on, 1)?;
    if rule.repeat_working_days == 0 || calendar.midnight(first) > after {
        return Ok((first, 1));
    }
    let today = calendar.local_date(after);
    let passed = calendar.working_days_between(first, today)?.max(0);
    let mut steps = passed / rule.repeat_working_days;
    loop {
        let day = if steps == 0 {
            first
        } else {
            calendar.add_working_days(first, steps * rule.repeat_working_days)?
        };
        if calendar.midnight(day) > after {
            let step = i32::try_from(steps + 1).unwrap_or(i32::MAX);
            return Ok((day, step));
        }
        steps += 1;
    }
}

/// The rules that hold for a subject of a unit: of each kind and role those of the nearest unit on
/// the way up, from itself to the house. A disabled rule of a unit silences the house's.
pub fn in_force<'a>(
    rules: impl IntoIterator<Item = &'a Rule>,
    subject_kind: SubjectKind,
    ancestry: &[Uuid],
) -> Vec<Rule> {
    let depth = |rule: &Rule| match rule.unit_id {
        None => Some(ancestry.len()),
        Some(unit) => ancestry.iter().position(|above| *above == unit),
    };
    let near: Vec<(usize, &Rule)> = rules
        .into_iter()
        .filter(|r| r.subject_kind == subject_kind)
        .filter_map(|rule| Some((depth(rule)?, rule)))
        .collect();
    near.iter()
        .filter(|(depth, rule)| {
            !near.iter().any(|(other, r)| other < depth && r.kind == rule.kind && r.role == rule.role)
        })
        .filter(|(_, rule)| rule.enabled)
        .map(|(_, rule)| (*rule).clone())
        .collect()
}

/// The rules of a fresh house, the same for each kind of subject: two working days before, on the
/// day, and from the first working day after it every third working day.
pub fn default_rules() -> Vec<Rule> {
    let rule = |subject_kind, kind, working_days, repeat_working_days| Rule {
        id: Uuid::nil(),
        unit_id: None,
        subject_kind,
        kind,
        working_days,
        repeat_working_days,
        role: NoticeRole::Responsible,
        enabled: true,
    };
    let of = |subject| {
        [
            rule(subject, RuleKind::BeforeDue, 2, 0),
            rule(subject, RuleKind::DueToday, 0, 0),
            rule(subject, RuleKind::Overdue, 0, 3),
        ]
    };
    SubjectKind::ALL.iter().copied().flat_map(of).collect()
}

#[cfg(test)]
#[path = "reminder_tests.rs"]
mod plans;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_unit_decides() {
        let (town, office, other) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
        let mut rules = default_rules();
        let of = |unit_id, enabled| Rule { unit_id: Some(unit_id), enabled, ..default_rules()[0].clone() };
        rules.extend([of(town, true), of(other, true)]);
        let found = in_force(&rules, SubjectKind::Dossier, &[office, town]);
        assert_eq!(found.len(), 3);
        assert!(found.iter().any(|r| r.unit_id == Some(town) && r.kind == RuleKind::BeforeDue));
        rules.push(of(office, false));
        let found = in_force(&rules, SubjectKind::Dossier, &[office, town]);
        assert!(found.iter().all(|r| r.kind != RuleKind::BeforeDue), "silenced in the office");
        assert_eq!(in_force(&rules, SubjectKind::Task, &[office, town]).len(), 3);
    }
}
