//! The plan ahead: what goes out up to an instant if nothing changes, to whom and by which rule. A pure
//! reading of the rules; nothing is stored.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::super::Rules;
use super::super::error::{ServiceError, Violation};
use super::super::slots::{default_calendar, house_calendar, schedule_of};
use super::super::work::Look;
use super::planning::calendar_of;
use super::truth::person;
use crate::domain::calendar::Calendar;
use crate::domain::permission::Scope;
use crate::domain::reminder::{self, NoticeRole, RuleKind, SubjectKind};
use crate::domain::schedule::{self, JobName, Schedule};
use crate::store::slots;
use crate::store::subjects::{self, Subject};

/// How far ahead a plan looks.
const MOST_DAYS: i64 = 62;
/// Subjects a statement.
const STEP: u64 = 1000;

/// What to look ahead for.
#[derive(Debug, Clone)]
pub struct PreviewAsk {
    /// Up to when.
    pub until: DateTime<Utc>,
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
    /// The rule.
    pub rule_id: Uuid,
    /// The unit that must act.
    pub unit_id: Option<Uuid>,
    /// The due instant of which it speaks.
    pub due_at: DateTime<Utc>,
    /// Who will be told, as of now.
    pub recipient_id: Option<Uuid>,
}

/// The plan ahead, in the order of sending.
pub type Ahead = Vec<PlannedNotice>;

/// Makes the plan ahead for what the caller may see.
pub async fn preview(look: &Look, ask: &PreviewAsk) -> Result<Ahead, ServiceError> {
    let now = look.context.now;
    if ask.until <= now || ask.until > now + TimeDelta::days(MOST_DAYS) {
        return Err(Violation::new(
            "until",
            "OUT_OF_RANGE",
            format!("until phải nằm trong vòng {MOST_DAYS} ngày tới"),
            format!("until must lie within the next {MOST_DAYS} days"),
        )
        .into());
    }
    let scope = narrowed(look, &ask.unit)?;
    let recipient = match ask.recipient.as_str() {
        "" => None,
        code => {
            let known = look.rules.official(code);
            Some(known.ok_or_else(|| ServiceError::NotFound(format!("officials/{code}")))?.id)
        }
    };
    let runs = runs(look, ask.until).await?;
    let fallback = default_calendar();
    let mut ahead = Vec::new();
    for kind in SubjectKind::ALL {
        let mut after = Uuid::nil();
        loop {
            let found = subjects::open_after(&look.door, *kind, &scope, after, STEP).await?;
            let Some(last) = found.last() else { break };
            after = last.id;
            for subject in &found {
                let calendar = calendar_of(&look.rules, subject).unwrap_or(&fallback);
                notices_of(&look.rules, calendar, subject, now, &runs, &mut ahead);
            }
        }
    }
    ahead.retain(|notice| recipient.is_none() || notice.recipient_id == recipient);
    ahead.sort_unstable();
    Ok(ahead)
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

/// When digests go out from now on, and the first time after the horizon.
async fn runs(look: &Look, until: DateTime<Utc>) -> Result<Vec<DateTime<Utc>>, ServiceError> {
    let Some(job) = slots::find_job(&look.door, JobName::SendReminders.as_str()).await? else {
        return Ok(Vec::new());
    };
    // Of the patterns the first reminds of everything.
    let schedule = schedule_of(&job)?;
    let all = schedule.cron.split(';').next().unwrap_or_default().to_owned();
    let schedule = Schedule { cron: all, ..schedule };
    let calendar = house_calendar(&look.rules);
    schedule::slots(&schedule, &calendar, look.context.now, until)
        .map_err(|e| ServiceError::Internal(e.to_string()))
}

fn notices_of(
    rules: &Rules,
    calendar: &Calendar,
    subject: &Subject,
    now: DateTime<Utc>,
    runs: &[DateTime<Utc>],
    ahead: &mut Ahead,
) {
    let (Some(due_at), Some(horizon)) = (subject.due_at, runs.last()) else { return };
    for rule in rules.reminders_for(subject.kind, subject.unit_id) {
        let Ok(planned) = reminder::plan(std::slice::from_ref(&rule), calendar, due_at, *horizon) else {
            continue;
        };
        // What fell due before now is told already, unless it still waits: then it is the next notice.
        let waits = subject.next_notice_at.filter(|at| *at <= now);
        for notice in planned.into_iter().filter(|p| p.at > now || waits.is_some_and(|at| p.at >= at)) {
            let Some(send_at) = runs.iter().find(|run| **run >= notice.at) else { continue };
            ahead.push(PlannedNotice {
                send_at: *send_at,
                subject_kind: subject.kind,
                subject_code: subject.code.clone(),
                kind: notice.kind,
                step: notice.step,
                role: rule.role,
                rule_id: rule.id,
                unit_id: subject.unit_id,
                due_at,
                recipient_id: person(rules, subject, rule.role).map(|official| official.id),
            });
        }
    }
}
