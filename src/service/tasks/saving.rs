//! Saving: new events of tasks with the projection, the next notice and the ledger's difference beside them,
//! in one transaction.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::super::commitments::follow;
use super::super::error::ServiceError;
use super::super::work::Work;
use super::TaskRow;
use crate::domain::calendar::Calendar;
use crate::domain::deadline::Timeliness;
use crate::domain::dossier::Source;
use crate::domain::figure;
use crate::domain::reminder::{Marks, SubjectKind};
use crate::domain::task::{
    Clear, Task, TaskEvent, TaskEventKind, TaskRefusal, TaskState, contributions, replay,
};
use crate::store::events::{self, NewEvent};
use crate::store::figures::{self, Entry};
use crate::store::rules::Rules;
use crate::store::{commitments, tasks};

/// An event that is put to a task.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    /// What, when, and where from.
    pub event: TaskEvent,
    /// Why, in the actor's words.
    pub reason: String,
}

/// A task with its grown history.
#[derive(Debug)]
pub(super) struct Change {
    /// Identity.
    pub id: Uuid,
    /// Code.
    pub code: String,
    /// The projection before; None for a new one.
    pub row: Option<TaskRow>,
    /// What the events told before.
    pub before: Option<Task>,
    /// All events.
    pub events: Vec<TaskEvent>,
    /// The reasons of the new ones, which come last.
    pub reasons: Vec<String>,
    /// What they tell now.
    pub after: Task,
}

impl Change {
    /// A new task.
    pub(super) fn fresh(
        id: Uuid,
        code: String,
        drafts: Vec<Draft>,
        calendar: &Calendar,
    ) -> Result<Self, TaskRefusal> {
        let (events, reasons): (Vec<_>, Vec<_>) = drafts.into_iter().map(|d| (d.event, d.reason)).unzip();
        let after = replay(&events, calendar)?;
        Ok(Self { id, code, row: None, before: None, events, reasons, after })
    }

    /// The first and the last of the new events.
    pub(super) fn added(&self) -> (i32, i32) {
        let number = |at: usize| i32::try_from(at).unwrap_or(i32::MAX);
        (number(self.events.len() - self.reasons.len() + 1), number(self.events.len()))
    }

    /// A known task with more events; refuses what its history doesn't take.
    pub(super) fn grown(
        row: TaskRow,
        mut events: Vec<TaskEvent>,
        drafts: Vec<Draft>,
        calendar: &Calendar,
    ) -> Result<Self, TaskRefusal> {
        let before = replay(&events, calendar)?;
        let mut reasons = Vec::with_capacity(drafts.len());
        for draft in drafts {
            events.push(draft.event);
            reasons.push(draft.reason);
        }
        let after = replay(&events, calendar)?;
        Ok(Self {
            id: row.id,
            code: row.code.clone(),
            row: Some(row),
            before: Some(before),
            events,
            reasons,
            after,
        })
    }
}

/// Kind and payload of an event as `store::events::task_events` reads them.
fn words(kind: &TaskEventKind) -> Result<(String, String), ServiceError> {
    let unwritable = || ServiceError::Internal("a task's event can't be written".to_owned());
    let mut value = serde_json::to_value(kind).map_err(|_| unwritable())?;
    let payload = value.get_mut("data").map(serde_json::Value::take);
    let word = value.get("kind").and_then(serde_json::Value::as_str).ok_or_else(unwritable)?;
    Ok((word.to_owned(), payload.map(|data| data.to_string()).unwrap_or_default()))
}

/// The far end of time: the sort key of tasks without a due instant.
fn never() -> DateTime<Utc> {
    DateTime::from_timestamp(253_402_214_400, 0).expect("the year 9999 is in range")
}

/// The projection of a history.
fn project(rules: &Rules, calendar: &Calendar, change: &Change, now: DateTime<Utc>) -> TaskRow {
    let task = &change.after;
    let assignment = &task.assignment;
    let open = !matches!(task.state, TaskState::Completed | TaskState::Cancelled);
    let due_on = task.judged_due_on;
    let due_at = due_on.map(|day| calendar.closing(day));
    let passed = due_on.and_then(|day| day.succ_opt()).filter(|_| open);
    let finished_on = task.completed_at.map(|at| calendar.local_date(at));
    let timeliness = finished_on.zip(due_on).map(|(on, due)| match on.cmp(&due) {
        std::cmp::Ordering::Less => Timeliness::Early,
        std::cmp::Ordering::Equal => Timeliness::OnTime,
        std::cmp::Ordering::Greater => Timeliness::Late,
    });
    let cooperating: Vec<String> = assignment.cooperating_unit_ids.iter().map(Uuid::to_string).collect();
    let missing: Vec<&str> = assignment.missing_clears().into_iter().map(Clear::as_str).collect();
    let mut row = TaskRow {
        id: change.id,
        code: change.code.clone(),
        title: assignment.title.clone(),
        assigned_by: assignment.assigned_by.clone(),
        source_document: assignment.source_document.clone(),
        assigned_on: assignment.assigned_on,
        lead_unit_id: assignment.lead_unit_id,
        responsible_id: assignment.responsible_id,
        cooperating_unit_ids: cooperating.join(","),
        parent_id: assignment.parent_id,
        product: assignment.product.clone(),
        due_on,
        due_at,
        due_key: due_at.unwrap_or_else(never),
        overdue_at: passed.map(|day| calendar.midnight(day)),
        overdue_flagged: open && task.overdue_flagged,
        state: task.state.as_str().to_owned(),
        completed_at: task.completed_at,
        timeliness: timeliness.map(|t| t.as_str().to_owned()),
        verdict: task.verdict.map(|v| v.as_str().to_owned()),
        missing_clears: missing.join(","),
        recurrence: assignment.recurrence.clone(),
        open,
        next_notice_at: None,
        next_notice_rule: None,
        next_notice_step: None,
        version: i64::try_from(change.events.len()).unwrap_or(i64::MAX),
        created_at: change.row.as_ref().map_or(now, |row| row.created_at),
        updated_at: now,
        commitment_id: assignment.commitment_id,
    };
    let of = (SubjectKind::Task, Some(row.lead_unit_id));
    let notice = rules.next_notice(of, calendar, &Marks::from(&row), now);
    row.next_notice_at = notice.map(|n| n.at);
    row.next_notice_rule = notice.map(|n| n.kind.as_str().to_owned());
    row.next_notice_step = notice.map(|n| n.step);
    row
}

/// Saves changes: new tasks in bulk, known ones where they still stand at their version. Returns the
/// projections in the order of the changes.
pub(super) async fn save(
    work: &Work,
    calendar: &Calendar,
    changes: &[Change],
) -> Result<Vec<TaskRow>, ServiceError> {
    let now = work.now();
    // Before their parts, as whoever drops one does: two that take them in another order would wait for each other.
    let promised: BTreeSet<Uuid> =
        changes.iter().filter_map(|change| change.after.assignment.commitment_id).collect();
    let promised: Vec<Uuid> = promised.into_iter().collect();
    commitments::hold(&work.tx, &promised).await?;
    let mut rows = Vec::with_capacity(changes.len());
    let (mut fresh, mut recorded, mut entries) = (Vec::new(), Vec::new(), Vec::new());
    for change in changes {
        let row = project(&work.rules, calendar, change, now);
        let known = change.events.len() - change.reasons.len();
        for (i, (event, reason)) in change.events[known..].iter().zip(&change.reasons).enumerate() {
            let (kind, payload) = words(&event.kind)?;
            let by_house = event.source == Source::House;
            recorded.push(NewEvent {
                subject_kind: "task",
                subject_id: change.id,
                number: i32::try_from(known + i + 1).unwrap_or(i32::MAX),
                kind,
                payload,
                occurred_at: event.occurred_at,
                recorded_at: now,
                actor_id: work.context.caller.official_id.filter(|_| !by_house),
                actor: if by_house { "flag_overdue".to_owned() } else { work.context.caller.label.clone() },
                source: event.source,
                reason: reason.clone(),
            });
        }
        let before = change.before.as_ref().map(|task| contributions(task, calendar)).unwrap_or_default();
        let difference = figure::difference(&before, &contributions(&change.after, calendar));
        entries.extend(difference.into_iter().map(|contribution| Entry {
            subject_kind: "task",
            subject_id: change.id,
            contribution,
        }));
        match &change.row {
            None => fresh.push(row.clone()),
            Some(old) => tasks::update(&work.tx, row.clone(), old.version).await?,
        }
        rows.push(row);
    }
    tasks::insert(&work.tx, fresh).await?;
    events::append(&work.tx, &recorded).await?;
    figures::append(&work.tx, &entries, now).await?;
    if !promised.is_empty() {
        follow(work, &promised).await?;
    }
    Ok(rows)
}
