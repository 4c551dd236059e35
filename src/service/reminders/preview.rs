//! The plan ahead: what goes out up to an instant if nothing changes, to whom and by which rule, and what waits.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use uuid::Uuid;

use super::super::error::{ServiceError, Violation};
use super::super::slots::{house_calendar, schedule_of};
use super::super::work::Look;
use super::older::older;
use super::playing::{Ahead, Play, Stage};
use super::reach::Hindrances;
use super::reason::Reason;
use super::sending::{Round, subjects_of};
use super::sources::Sources;
use crate::domain::calendar::Calendar;
use crate::domain::permission::Scope;
use crate::domain::reminder::{Concern, NoticeRole, RuleKind, SubjectKind};
use crate::domain::schedule::{self, JobName};
use crate::store::notices::{self, ToldNotice};
use crate::store::slots;
use crate::store::snoozes;
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
    /// When it goes out: with its run, or where the office is closed then, as it opens.
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
    /// Who will be told, as of now; None: nobody can be.
    pub recipient_id: Option<Uuid>,
    /// Why, as a computation; empty where it waits since before rules had versions.
    pub reason: Reason,
}

/// Makes the plan ahead for what the caller may see.
pub async fn preview(look: &Look, ask: &PreviewAsk) -> Result<Ahead, ServiceError> {
    let now = look.context.now;
    let (rules, settings) = (&*look.rules, &look.settings);
    let calendar = house_calendar(rules);
    let until = until(ask, &calendar, now)?;
    let scope = narrowed(look, &ask.unit)?;
    let recipient = match ask.recipient.as_str() {
        "" => None,
        code => {
            let known = rules.official(code);
            Some(known.ok_or_else(|| ServiceError::NotFound(format!("officials/{code}")))?.id)
        }
    };
    let hindrances = Hindrances::read(&look.door, rules, now).await?;
    let sources = Sources::read(&look.door, rules, settings.stale_after_hours, now).await?;
    let snoozed = snoozes::standing(&look.door, now).await?;
    let stage = Stage {
        rules,
        hindrances: &hindrances,
        sources: &sources,
        snoozed: &snoozed,
        calendar: &calendar,
        now,
        grace_minutes: i64::from(settings.leader_grace_hours) * 60,
        only_when_open: settings.quiet_when_closed,
    };
    let play = Play::of(stage, runs(look, until).await?);
    let mut ahead = Ahead::default();
    let mut played = HashSet::new();
    for kind in SubjectKind::ALL {
        let concerns: Vec<Concern> = play.changes(*kind, now, until).collect();
        let today = calendar.midnight(calendar.local_date(now));
        let mut after = Uuid::nil();
        loop {
            let looked_at = (today, until, &*concerns);
            let found = subjects::planned_until(&look.door, *kind, &scope, looked_at, after, STEP).await?;
            let Some(last) = found.last() else { break };
            after = last.id;
            through(look, &play, &found, &mut ahead).await?;
            played.extend(found.into_iter().map(|subject| subject.id));
        }
    }
    // What the ledger knows of besides: it waits for a run, or for who is to get a copy.
    let mut rows = notices::waiting(&look.door).await?;
    rows.extend(notices::uncopied(&look.door, None, &[]).await?.into_iter().map(|told| told.notice));
    rows.retain(|row| !played.contains(&row.subject_id));
    let others: Vec<Subject> = subjects_of(&look.door, &rows).await?.into_values().collect();
    let seen = |subject: &&Subject| match &scope {
        Scope::All => true,
        Scope::Units(units) => {
            let mut its = subject.unit_id.iter().chain(&subject.asked_unit_id);
            its.any(|unit| units.contains(unit))
        }
        Scope::Own(official) => subject.holder_id == Some(*official),
    };
    let others: Vec<Subject> = others.iter().filter(seen).cloned().collect();
    for some in others.chunks(usize::try_from(STEP).unwrap_or(usize::MAX)) {
        through(look, &play, some, &mut ahead).await?;
    }
    ahead.older = older(look, &scope, until).await?;
    ahead.notices.retain(|notice| ask.on.is_none_or(|on| calendar.local_date(notice.send_at) == on));
    ahead.notices.retain(|notice| recipient.is_none() || notice.recipient_id == recipient);
    ahead.notices.sort_unstable();
    Ok(ahead)
}

async fn through(
    look: &Look,
    play: &Play<'_>,
    subjects: &[Subject],
    ahead: &mut Ahead,
) -> Result<(), ServiceError> {
    let ids: Vec<Uuid> = subjects.iter().map(|subject| subject.id).collect();
    let mut ledger: HashMap<Uuid, Vec<ToldNotice>> = HashMap::new();
    for told in notices::all_of(&look.door, &ids).await? {
        ledger.entry(told.notice.subject_id).or_default().push(told);
    }
    for subject in subjects {
        play.through(subject, ledger.remove(&subject.id).unwrap_or_default(), ahead);
    }
    Ok(())
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
