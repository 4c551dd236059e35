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
use crate::domain::reminder::{self, Concern, NoticeRole, Planned, Rule, RuleKind, SubjectKind};
use crate::store::notices::{self, NoticeRow};
use crate::store::reminder_rules;
use crate::store::rules as kept;
use crate::store::subjects::{self, About, Subject};

/// Subjects a transaction. It lasts far less than a second.
const BATCH: u64 = 2_000;

/// Notices that make the ledger another one to the engine.
const MANY: u64 = 5_000;

/// Enters what has fallen due, under the fence of a slot. Returns how many notices are new.
pub async fn plan(house: &House, claim: &Claim) -> Result<u64, ServiceError> {
    follow_arrived(house, claim).await?;
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
    if entered >= MANY {
        house.store.look_at_spread("notice").await;
    }
    Ok(entered)
}

/// What versions of rules touch that were made before they count, and count now, is looked at anew.
async fn follow_arrived(house: &House, claim: &Claim) -> Result<(), ServiceError> {
    let work = house.batch(claim).await?;
    for row in reminder_rules::arrived(&work.tx, work.now()).await? {
        replan(&work, &kept::reminder(&row)?).await?;
        reminder_rules::followed(&work.tx, row.id).await?;
    }
    work.finish(&[]).await
}

/// Has what a rule may speak of looked at anew at the next planning.
pub(super) async fn replan(work: &Work, rule: &Rule) -> Result<(), ServiceError> {
    let units: Option<Vec<Uuid>> =
        rule.unit_id.map(|unit| work.rules.units.subtree(unit).into_iter().collect());
    let concern = rule.kind.concern();
    subjects::replan(&work.tx, rule.subject_kind, concern, units.as_deref(), work.now()).await?;
    Ok(())
}

async fn enter(work: &Work, kind: SubjectKind, due: &[Subject]) -> Result<u64, ServiceError> {
    let mut rows = Vec::new();
    let mut nexts: BTreeMap<Option<Planned>, Vec<Uuid>> = BTreeMap::new();
    for subject in due {
        let (fallen, next) = look_at(&work.rules, subject, work.now());
        rows.extend(fallen.iter().map(|fallen| notice(subject, fallen, work.new_id(), work.now())));
        nexts.entry(next).or_default().push(subject.id);
    }
    let entered = notices::enter(&work.tx, rows).await?;
    for (next, ids) in nexts {
        subjects::set_next(&work.tx, kind, &ids, next).await?;
    }
    Ok(entered)
}

/// A notice that has fallen due.
#[derive(Debug, Clone)]
pub(super) struct Fallen {
    /// By which version of which rule.
    pub rule: Rule,
    /// When, and the how-manieth.
    pub planned: Planned,
    /// The instant that the rule measured from.
    pub from: DateTime<Utc>,
}

/// The ledger's row of a notice.
pub(super) fn notice(subject: &Subject, fallen: &Fallen, id: Uuid, now: DateTime<Utc>) -> NoticeRow {
    let Fallen { rule, planned, from } = fallen;
    NoticeRow {
        id,
        subject_kind: subject.kind.as_str().to_owned(),
        subject_id: subject.id,
        subject_code: subject.code.clone(),
        unit_id: subject.unit_id,
        rule_kind: rule.kind.as_str().to_owned(),
        due_at: *from,
        step: planned.step,
        role: rule.role.as_str().to_owned(),
        why: None,
        official_id: None,
        fell_due_at: planned.at,
        outbox_id: None,
        created_at: now,
        rule_code: rule.code.clone(),
        rule_id: Some(rule.id),
        rule_version: Some(rule.version),
        meant_for_id: None,
        copied_at: None,
    }
}

/// The calendar by which a subject is reminded of.
pub(super) fn calendar_of<'a>(rules: &'a Rules, subject: &Subject) -> Option<&'a Calendar> {
    rules.calendar_for(subject.unit_id).map(|calendar| &**calendar)
}

/// A rule as it holds for a subject. One about age watches what is on its list, from when it was put there on.
fn watching(rules: &Rules, subject: &Subject, rule: Rule) -> Option<Rule> {
    if rule.kind != RuleKind::Ageing {
        return Some(rule);
    }
    let (list, listed_at) = watched(rules, subject)?;
    let is_of_list = rule.watched_list.is_empty() || rule.watched_list == list;
    is_of_list.then(|| Rule { since: rule.since.max(listed_at), ..rule })
}

/// The watched list that a subject is on, and since when.
pub(super) fn watched<'a>(rules: &'a Rules, subject: &Subject) -> Option<(&'a str, DateTime<Utc>)> {
    let About::Procedure(version) = &subject.about else { return None };
    rules.watched(rules.book.versions.get(version)?.procedure_id)
}

/// For each role and concern the latest notice that has fallen due, and the earliest one to come of all.
pub(super) fn look_at(
    rules: &Rules,
    subject: &Subject,
    now: DateTime<Utc>,
) -> (Vec<Fallen>, Option<Planned>) {
    let fallback;
    let calendar = if let Some(found) = calendar_of(rules, subject) {
        found
    } else {
        fallback = house_calendar(rules);
        &*fallback
    };
    let mut of_concern: BTreeMap<(NoticeRole, Concern), Vec<Rule>> = BTreeMap::new();
    for rule in rules.reminders_for(subject.kind, subject.unit_id, now) {
        let Some(rule) = watching(rules, subject, rule) else { continue };
        of_concern.entry((rule.role, rule.kind.concern())).or_default().push(rule);
    }
    let mut fallen = Vec::new();
    let mut next: Option<Planned> = None;
    for ((_, concern), of_concern) in of_concern {
        let Some(from) = subject.marks.of(concern) else { continue };
        let next_after =
            |told| reminder::next(&of_concern, calendar, &subject.marks, told, now).ok().flatten();
        // A deadline beyond the tables of the calendar is reminded of when they reach it.
        let Some(first) = next_after(None) else { continue };
        let upcoming = if first.at <= now {
            let by = of_concern.iter().find(|rule| rule.id == first.rule_id).cloned();
            fallen.extend(by.map(|rule| Fallen { rule, planned: first, from }));
            next_after(Some(first.at))
        } else {
            Some(first)
        };
        // What a caller's clock calls fallen must never be set as the next one: it would be planned for ever.
        next = [next, upcoming.filter(|p| p.at > now)].into_iter().flatten().min();
    }
    (fallen, next)
}

/// What is told in the afternoon of a subject that is due today: the second notice of its rules.
pub(super) fn second_of_today(rules: &Rules, subject: &Subject, now: DateTime<Utc>) -> Vec<Fallen> {
    let Some(from) = subject.marks.due else { return Vec::new() };
    let rules = rules.reminders_for(subject.kind, subject.unit_id, now).into_iter();
    rules
        .filter(|rule| rule.kind == RuleKind::DueToday)
        .map(|rule| {
            let planned = Planned { at: now, kind: rule.kind, step: 2, rule_id: rule.id };
            Fallen { rule, planned, from }
        })
        .collect()
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
            let (due, last) = subjects::due_between(&work.tx, *kind, day, after, BATCH).await?;
            if last.is_none() {
                break;
            }
            after = last;
            let mut rows = Vec::new();
            for subject in &due {
                let told = second_of_today(&work.rules, subject, work.now());
                rows.extend(told.iter().map(|fallen| notice(subject, fallen, work.new_id(), work.now())));
            }
            entered += notices::enter(&work.tx, rows).await?;
            work.finish(&[]).await?;
        }
    }
    Ok(entered)
}
