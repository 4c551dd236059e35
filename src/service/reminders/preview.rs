//! The plan ahead: what goes out up to an instant if nothing changes, to whom and by which rule. Each run to come is
//! played through with what the run itself goes by; nothing is stored.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use uuid::Uuid;

use super::super::Rules;
use super::super::error::{ServiceError, Violation};
use super::super::slots::{house_calendar, schedule_of};
use super::super::work::Look;
use super::planning::{Fallen, calendar_of, look_at, second_of_today};
use super::reach::{Reach, away};
use super::reason::{Reason, reason};
use super::sending::{Round, subjects_of};
use super::snoozing::waits_by;
use super::truth::stale;
use crate::domain::calendar::Calendar;
use crate::domain::permission::Scope;
use crate::domain::reminder::{Concern, NoticeRole, Rule, RuleKind, SubjectKind};
use crate::domain::schedule::{self, JobName};
use crate::store::notices::{self, NoticeKey, NoticeRow};
use crate::store::slots;
use crate::store::snoozes::{self, SnoozeRow};
use crate::store::subjects::{self, Subject};

/// How far ahead a plan looks.
const MOST_DAYS: i64 = 62;
/// Subjects a statement.
const STEP: u64 = 1000;

/// What to look ahead for.
#[derive(Debug, Clone)]
pub struct PreviewAsk {
    /// Up to when; None where a day is asked for.
    pub until: Option<DateTime<Utc>>,
    /// Only what goes out on that day of the house's calendar.
    pub on: Option<NaiveDate>,
    /// Code of a unit: only its subtree; empty: all that the caller sees.
    pub unit: String,
    /// Code of an official: only what goes to them; empty: everybody.
    pub recipient: String,
}

/// A notice that will go out if nothing changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PlannedNotice {
    /// When it goes out.
    pub send_at: DateTime<Utc>,
    /// Of what.
    pub subject_kind: SubjectKind,
    /// Its code.
    pub subject_code: String,
    /// The kind of its rule.
    pub kind: RuleKind,
    /// The how-manieth of that rule, from 1.
    pub step: i32,
    /// To whom, as a role.
    pub role: NoticeRole,
    /// The rule; None: it waits since before rules had versions.
    pub rule_id: Option<Uuid>,
    /// The rule's code.
    pub rule_code: String,
    /// Which version of it speaks.
    pub rule_version: Option<i64>,
    /// The unit that must act.
    pub unit_id: Option<Uuid>,
    /// The instant that the rule measures from.
    pub due_at: DateTime<Utc>,
    /// When it falls due; it goes out with the next run that takes it.
    pub falls_due_at: DateTime<Utc>,
    /// Who will be told, as of now.
    pub recipient_id: Option<Uuid>,
    /// Why, as a computation; empty where it waits since before rules had versions.
    pub reason: Reason,
}

/// The plan ahead, in the order of sending.
pub type Ahead = Vec<PlannedNotice>;

/// Makes the plan ahead for what the caller may see.
pub async fn preview(look: &Look, ask: &PreviewAsk) -> Result<Ahead, ServiceError> {
    let now = look.context.now;
    let calendar = house_calendar(&look.rules);
    let until = until(ask, &calendar, now)?;
    let scope = narrowed(look, &ask.unit)?;
    let recipient = match ask.recipient.as_str() {
        "" => None,
        code => {
            let known = look.rules.official(code);
            Some(known.ok_or_else(|| ServiceError::NotFound(format!("officials/{code}")))?.id)
        }
    };
    let runs = runs(look, until).await?;
    let away = away(&look.door, &look.rules, now).await?;
    let reaches = runs.iter().map(|(run, _)| Reach::at(&look.rules, &away, *run)).collect();
    let snoozed = snoozes::standing(&look.door, now).await?;
    let play = Play { rules: &look.rules, now, runs, reaches, snoozed };
    let mut ahead = waiting(look, &scope, &play, &Reach::at(&look.rules, &away, now)).await?;
    for kind in SubjectKind::ALL {
        let concerns = play.arriving(*kind, until);
        let today = calendar.midnight(calendar.local_date(now));
        let mut after = Uuid::nil();
        loop {
            let looked_at = (today, until, &*concerns);
            let found = subjects::planned_until(&look.door, *kind, &scope, looked_at, after, STEP).await?;
            let Some(last) = found.last() else { break };
            after = last.id;
            let ids: Vec<Uuid> = found.iter().map(|subject| subject.id).collect();
            let mut told = notices::keys_of(&look.door, &ids).await?;
            for subject in &found {
                play.through(subject, told.remove(&subject.id).unwrap_or_default(), &mut ahead);
            }
        }
    }
    ahead.retain(|notice| ask.on.is_none_or(|on| calendar.local_date(notice.send_at) == on));
    ahead.retain(|notice| recipient.is_none() || notice.recipient_id == recipient);
    ahead.sort_unstable();
    Ok(ahead)
}

/// Up to when to look: what was said, or the end of the day asked for.
fn until(ask: &PreviewAsk, calendar: &Calendar, now: DateTime<Utc>) -> Result<DateTime<Utc>, ServiceError> {
    let (field, until) = match (ask.until, ask.on) {
        (Some(until), None) => ("until", Some(until)),
        (None, Some(on)) => ("on", on.succ_opt().map(|next| calendar.midnight(next))),
        (None, None) => return Err(Violation::missing("until").into()),
        (Some(_), Some(_)) => {
            return Err(Violation::new(
                "on",
                "ONE_OF_TWO",
                "chỉ đặt một trong hai: until hoặc on",
                "give one of the two, until or on",
            )
            .into());
        }
    };
    let fits = |until: &DateTime<Utc>| *until > now && *until <= now + TimeDelta::days(MOST_DAYS);
    until.filter(fits).ok_or_else(|| {
        Violation::new(
            field,
            "OUT_OF_RANGE",
            format!("{field} phải nằm trong vòng {MOST_DAYS} ngày tới"),
            format!("{field} must lie within the next {MOST_DAYS} days"),
        )
        .into()
    })
}

/// What stands in the ledger and waits for the next run that takes it.
async fn waiting(
    look: &Look,
    scope: &Scope,
    play: &Play<'_>,
    reach: &Reach<'_>,
) -> Result<Ahead, ServiceError> {
    let mut rows = notices::waiting(&look.door).await?;
    let about = subjects_of(&look.door, &rows).await?;
    rows.retain(|row| {
        about.get(&row.subject_id).is_some_and(|subject| {
            let seen = match scope {
                Scope::All => true,
                Scope::Units(units) => {
                    let mut its = subject.unit_id.iter().chain(&subject.asked_unit_id);
                    its.any(|unit| units.contains(unit))
                }
                Scope::Own(official) => subject.holder_id == Some(*official),
            };
            seen && stale(reach, row, Some(subject), look.context.now).is_none()
        })
    });
    let planned = rows.iter().filter_map(|row| {
        let subject = about.get(&row.subject_id)?;
        let kind = RuleKind::parse(&row.rule_kind)?;
        let sent = play.taken((subject, &row.role), kind, row.fell_due_at, 0)?;
        play.of_ledger(subject, row, sent)
    });
    Ok(planned.collect())
}

/// The caller's scope, narrowed to a unit's subtree.
fn narrowed(look: &Look, unit: &str) -> Result<Scope, ServiceError> {
    let scope = &look.context.scope;
    if unit.is_empty() {
        return Ok(scope.clone());
    }
    let unknown = || ServiceError::NotFound(format!("units/{unit}"));
    let root = look.rules.units.by_code(unit).ok_or_else(unknown)?;
    let subtree = look.rules.units.subtree(root.id);
    match scope {
        Scope::All => Ok(Scope::Units(subtree)),
        Scope::Units(seen) if seen.contains(&root.id) => Ok(Scope::Units(subtree)),
        Scope::Units(_) | Scope::Own(_) => Err(unknown()),
    }
}

/// When digests go out from now on, and of what.
async fn runs(look: &Look, until: DateTime<Utc>) -> Result<Vec<(DateTime<Utc>, Round)>, ServiceError> {
    let Some(job) = slots::find_job(&look.door, JobName::SendReminders.as_str()).await? else {
        return Ok(Vec::new());
    };
    let (schedule, calendar) = (schedule_of(&job)?, house_calendar(&look.rules));
    let runs = schedule::slots(&schedule, &calendar, look.context.now, until)
        .map_err(|e| ServiceError::Internal(e.to_string()))?;
    Ok(runs.into_iter().map(|run| (run, Round::of(&look.settings.jobs, &calendar, run))).collect())
}

/// The runs to come.
struct Play<'a> {
    rules: &'a Rules,
    now: DateTime<Utc>,
    runs: Vec<(DateTime<Utc>, Round)>,
    /// Whom each of them reaches.
    reaches: Vec<Reach<'a>>,
    /// Whose reminders wait because somebody said so.
    snoozed: HashMap<Uuid, SnoozeRow>,
}

impl Play<'_> {
    /// Of what versions of rules speak that begin to count between two instants.
    fn changes(&self, kind: SubjectKind, after: DateTime<Utc>, until: DateTime<Utc>) -> Vec<Concern> {
        let rules =
            self.rules.reminders.iter().filter(|rule| {
                rule.subject_kind == kind && rule.valid_from > after && rule.valid_from <= until
            });
        rules.map(|rule| rule.kind.concern()).collect()
    }

    /// Of what versions of rules speak that begin to count up to an instant.
    fn arriving(&self, kind: SubjectKind, until: DateTime<Utc>) -> Vec<Concern> {
        self.changes(kind, self.now, until)
    }

    /// Plays the runs for a subject of which the ledger holds these notices.
    fn through(&self, subject: &Subject, mut told: HashSet<NoticeKey>, ahead: &mut Ahead) {
        let calendar = house_calendar(self.rules);
        let due_on = subject.marks.due.map(|due| calendar.local_date(due));
        let (mut next, mut before) = (subject.next_notice_at, self.now);
        for (number, (run, round)) in self.runs.iter().enumerate() {
            let mut fallen = Vec::new();
            if next.is_some_and(|at| at <= *run) || !self.changes(subject.kind, before, *run).is_empty() {
                let (seen, upcoming) = look_at(self.rules, subject, *run);
                fallen = seen;
                next = upcoming.map(|planned| planned.at);
            }
            if *round == Round::DueToday && due_on == Some(calendar.local_date(*run)) {
                fallen.extend(second_of_today(self.rules, subject, *run));
            }
            before = *run;
            for fallen in fallen {
                let key =
                    (fallen.rule.code.clone(), fallen.from, fallen.planned.step, fallen.rule.role.as_str());
                if told.insert((key.0, key.1, key.2, key.3.to_owned()))
                    && let Some(sent) = self.taken(
                        (subject, fallen.rule.role.as_str()),
                        fallen.rule.kind,
                        fallen.planned.at,
                        number,
                    )
                {
                    ahead.push(self.of_rule(subject, &fallen, sent));
                }
            }
        }
    }

    /// The number of the first run from one on that takes a notice of a subject to a role.
    fn taken(
        &self,
        (subject, role): (&Subject, &str),
        kind: RuleKind,
        fell_due_at: DateTime<Utc>,
        from: usize,
    ) -> Option<usize> {
        let by = self.snoozed.get(&subject.id).filter(|by| waits_by(by, subject, role));
        let asleep = by.map(|by| by.until_at);
        let calendar = house_calendar(self.rules);
        let takes = |(run, round): &(DateTime<Utc>, Round)| {
            let today = calendar.midnight(calendar.local_date(*run));
            asleep.is_none_or(|until| until <= *run) && round.takes((kind, role), fell_due_at, today)
        };
        (from..self.runs.len()).find(|number| takes(&self.runs[*number]))
    }

    fn of_rule(&self, subject: &Subject, fallen: &Fallen, run: usize) -> PlannedNotice {
        let Fallen { rule, planned, from } = fallen;
        let hearer = self.reaches[run].of_level(subject, rule.role);
        PlannedNotice {
            send_at: self.runs[run].0,
            subject_kind: subject.kind,
            subject_code: subject.code.clone(),
            kind: rule.kind,
            step: planned.step,
            role: rule.role,
            rule_id: Some(rule.id),
            rule_code: rule.code.clone(),
            rule_version: Some(rule.version),
            unit_id: subject.unit_id,
            due_at: *from,
            falls_due_at: planned.at,
            recipient_id: hearer.ok().map(|hearer| hearer.official.id),
            reason: self.reason(subject, rule, planned.step, (*from, planned.at)),
        }
    }

    fn reason(
        &self,
        subject: &Subject,
        rule: &Rule,
        step: i32,
        (from, falls): (DateTime<Utc>, DateTime<Utc>),
    ) -> Reason {
        let house = house_calendar(self.rules);
        let calendar = calendar_of(self.rules, subject).unwrap_or(&house);
        let unit = rule.unit_id.map(|unit| self.rules.unit_code(unit)).unwrap_or_default();
        reason(rule, step, (calendar.local(from), calendar.local(falls)), unit)
    }

    fn of_ledger(&self, subject: &Subject, row: &NoticeRow, run: usize) -> Option<PlannedNotice> {
        let role = NoticeRole::parse(&row.role)?;
        let of_row = |rule: &&Rule| Some(rule.id) == row.rule_id && Some(rule.version) == row.rule_version;
        let spoke = self.rules.reminders.iter().find(of_row);
        let why = spoke.map(|rule| self.reason(subject, rule, row.step, (row.due_at, row.fell_due_at)));
        Some(PlannedNotice {
            send_at: self.runs[run].0,
            subject_kind: subject.kind,
            subject_code: subject.code.clone(),
            kind: RuleKind::parse(&row.rule_kind)?,
            step: row.step,
            role,
            rule_id: row.rule_id,
            rule_code: row.rule_code.clone(),
            rule_version: row.rule_version,
            unit_id: row.unit_id,
            due_at: row.due_at,
            falls_due_at: row.fell_due_at,
            recipient_id: self.reaches[run].hearer(subject, row).ok().map(|hearer| hearer.official.id),
            reason: why.unwrap_or_default(),
        })
    }
}
