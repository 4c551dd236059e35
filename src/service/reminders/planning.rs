//! Planning: subjects whose next notice has fallen due get it entered in the ledger, once, and the one after
//! it set. Several that were missed are told of by the latest alone.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::error::ServiceError;
use super::super::slots::{Claim, house_calendar};
use super::super::work::Work;
use super::super::{House, Rules};
use crate::domain::calendar::Calendar;
use crate::domain::reminder::{self, NoticeRole, Planned, Rule, RuleKind, SubjectKind};
use crate::store::notices::{self, NoticeRow};
use crate::store::subjects::{self, Subject};

/// Subjects a transaction.
const BATCH: u64 = 200;

/// Enters what has fallen due, under the fence of a slot. Returns how many notices are new.
pub async fn plan(house: &House, claim: &Claim) -> Result<u64, ServiceError> {
    let mut entered = 0;
    for kind in SubjectKind::ALL {
        loop {
            let work = house.batch(claim).await?;
            let due = subjects::notices_due(&work.tx, *kind, work.now(), BATCH).await?;
            if due.is_empty() {
                break;
            }
            entered += enter(&work, *kind, &due).await?;
            work.finish(&[]).await?;
        }
    }
    Ok(entered)
}

async fn enter(work: &Work, kind: SubjectKind, due: &[Subject]) -> Result<u64, ServiceError> {
    let mut rows = Vec::new();
    let mut nexts: BTreeMap<Option<Planned>, Vec<Uuid>> = BTreeMap::new();
    for subject in due {
        let (fallen, next) = look_at(&work.rules, subject, work.now());
        rows.extend(fallen.into_iter().map(|(role, planned)| notice(work, subject, role, planned)));
        nexts.entry(next).or_default().push(subject.id);
    }
    let entered = notices::enter(&work.tx, rows.into_iter().flatten().collect()).await?;
    for (next, ids) in nexts {
        subjects::set_next(&work.tx, kind, &ids, next).await?;
    }
    Ok(entered)
}

fn notice(work: &Work, subject: &Subject, role: NoticeRole, planned: Planned) -> Option<NoticeRow> {
    Some(row(work.new_id(), subject, role, planned, subject.due_at?, work.now()))
}

/// The ledger's row of a notice.
pub(super) fn row(
    id: Uuid,
    subject: &Subject,
    role: NoticeRole,
    planned: Planned,
    due_at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> NoticeRow {
    NoticeRow {
        id,
        subject_kind: subject.kind.as_str().to_owned(),
        subject_id: subject.id,
        subject_code: subject.code.clone(),
        unit_id: subject.unit_id,
        rule_kind: planned.kind.as_str().to_owned(),
        due_at,
        step: planned.step,
        role: role.as_str().to_owned(),
        state: "queued".to_owned(),
        why: None,
        official_id: None,
        fell_due_at: planned.at,
        outbox_id: None,
        created_at: now,
        sent_at: None,
    }
}

/// The calendar by which a subject is reminded of.
pub(super) fn calendar_of<'a>(rules: &'a Rules, subject: &Subject) -> Option<&'a Calendar> {
    rules.calendar_for(subject.unit_id).map(|calendar| &**calendar)
}

/// For each role the latest notice that has fallen due, and the earliest one to come of all roles.
pub(super) fn look_at(
    rules: &Rules,
    subject: &Subject,
    now: DateTime<Utc>,
) -> (Vec<(NoticeRole, Planned)>, Option<Planned>) {
    let Some(due_at) = subject.due_at.filter(|_| subject.open) else { return (Vec::new(), None) };
    let fallback;
    let calendar = if let Some(found) = calendar_of(rules, subject) {
        found
    } else {
        fallback = house_calendar(rules);
        &*fallback
    };
    let in_force = rules.reminders_for(subject.kind, subject.unit_id);
    let mut fallen = Vec::new();
    let mut next: Option<Planned> = None;
    for role in NoticeRole::ALL {
        let of_role: Vec<Rule> = in_force.iter().filter(|r| r.role == *role).cloned().collect();
        if of_role.is_empty() {
            continue;
        }
        // A deadline beyond the tables of the calendar is reminded of when they reach it.
        let Ok(first) = reminder::next(&of_role, calendar, due_at, None, now) else { continue };
        let told = first.filter(|p| p.at <= now);
        let upcoming = match told {
            None => first,
            Some(told) => {
                fallen.push((*role, told));
                reminder::next(&of_role, calendar, due_at, Some(told.at), now).ok().flatten()
            }
        };
        // What a caller's clock calls fallen must never be set as the next one: it would be planned for ever.
        let upcoming = upcoming.filter(|p| p.at > now);
        next = [next, upcoming].into_iter().flatten().min();
    }
    (fallen, next)
}

/// Enters, for what is due today and still open, the notice of the afternoon: the second of its rule.
pub(super) async fn remind_of_today(house: &House, claim: &Claim) -> Result<u64, ServiceError> {
    let mut entered = 0;
    for kind in SubjectKind::ALL {
        let mut after: Option<(DateTime<Utc>, Uuid)> = None;
        loop {
            let work = house.batch(claim).await?;
            let calendar = house_calendar(&work.rules);
            let today = calendar.local_date(work.now());
            let tomorrow =
                today.succ_opt().ok_or_else(|| ServiceError::Internal("the last day".to_owned()))?;
            let day = (calendar.midnight(today), calendar.midnight(tomorrow));
            let due = subjects::due_between(&work.tx, *kind, day, after, BATCH).await?;
            let Some(last) = due.last() else { break };
            after = last.due_at.map(|at| (at, last.id));
            let mut rows = Vec::new();
            for subject in &due {
                let rules = work.rules.reminders_for(*kind, subject.unit_id);
                for rule in rules.iter().filter(|r| r.kind == RuleKind::DueToday) {
                    let planned = Planned { at: work.now(), kind: RuleKind::DueToday, step: 2 };
                    rows.extend(notice(&work, subject, rule.role, planned));
                }
            }
            entered += notices::enter(&work.tx, rows).await?;
            work.finish(&[]).await?;
        }
    }
    Ok(entered)
}
