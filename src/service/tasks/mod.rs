//! Assigned tasks: verbs, landing, flagging, reading. The events are the truth; the row beside them is what
//! lists are read from.

mod assigning;
mod flagging;
mod landing;
pub mod promising;
mod saving;
mod undoing;
pub mod verbs;

use chrono::NaiveDate;
use uuid::Uuid;

use super::error::{ServiceError, Violation};
use super::narrowing::{Refers, resolve};
use super::work::Look;
use crate::domain::calendar::Calendar;
use crate::domain::figure::Contribution;
use crate::domain::filter::Value;
use crate::domain::task::{self, Clear, Task, TaskEvent, TaskEventKind, TaskState, replay};
use crate::store::events::{self, EventRow};
use crate::store::query::{ListQuery, Page};
use crate::store::{commitments, tasks};

pub use crate::store::tasks::{PUBLISHED, TaskRow};
pub use assigning::{NewTask, assign};
pub use flagging::flag_overdue;
pub use landing::land;
pub use undoing::take_back;

/// A task with what only its events tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The projection.
    pub row: TaskRow,
    /// Code of the task that it is a part of; empty at the top.
    pub parent_code: String,
    /// The last day before any extension; None if it was never extended.
    pub original_due_on: Option<NaiveDate>,
    /// As reported last, 0 to 100.
    pub progress_percent: Option<u8>,
    /// As reported last.
    pub progress_note: String,
    /// Code of the commitment that it is a part of; empty: it was given.
    pub commitment_code: String,
}

impl Told {
    fn new(row: TaskRow, (parent_code, commitment_code): (String, String), events: &[TaskEvent]) -> Self {
        let events = &task::standing(events);
        let given =
            events.iter().rposition(|e| matches!(e.kind, TaskEventKind::Assigned(_))).unwrap_or_default();
        let since = &events[given.min(events.len())..];
        let extended = since.iter().any(|e| matches!(e.kind, TaskEventKind::Extended { .. }));
        let original_due_on = since.iter().filter(|_| extended).find_map(|e| {
            if let TaskEventKind::Assigned(assignment) = &e.kind { assignment.due_on } else { None }
        });
        let progress = events.iter().rev().find_map(|e| {
            if let TaskEventKind::Progressed { note, percent } = &e.kind {
                Some((note.clone(), *percent))
            } else {
                None
            }
        });
        let (progress_note, progress_percent) = progress.unwrap_or_default();
        Self { row, parent_code, original_due_on, progress_percent, progress_note, commitment_code }
    }
}

/// A task by code, if the caller may know of it.
pub async fn get(look: &Look, code: &str) -> Result<Told, ServiceError> {
    let row = tasks::find(&look.door, code, &look.context.scope).await?;
    let row = row.ok_or_else(|| ServiceError::NotFound(format!("tasks/{code}")))?;
    let mut told = tell(look, vec![row]).await?;
    told.pop().ok_or_else(|| ServiceError::Internal("one row, one task".to_owned()))
}

/// A page of the tasks that the caller may see.
pub async fn list(look: &Look, query: ListQuery) -> Result<Page<Told>, ServiceError> {
    let known = |word: &str| TaskState::parse(word).is_some();
    let fields = [
        ("lead_unit", Refers::Unit),
        ("responsible", Refers::Official),
        ("parent", Refers::Name("tasks")),
        ("state", Refers::Word("TASK_STATE_", known)),
    ];
    let mut asked = resolve(look, query, &fields)?;
    for condition in &mut asked.query.conditions {
        if let ("parent", Value::Text(code)) = (condition.field, &condition.value) {
            let parent = tasks::find(&look.door, code, &look.context.scope).await?;
            let parent = parent.ok_or_else(|| Violation::unknown("filter", code, "nhiệm vụ", "task"))?;
            condition.value = Value::Text(parent.id.to_string());
        }
    }
    let page = tasks::list(&look.door, &asked, &look.context.scope).await?;
    Ok(Page { rows: tell(look, page.rows).await?, next: page.next })
}

async fn tell(look: &Look, rows: Vec<TaskRow>) -> Result<Vec<Told>, ServiceError> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let histories = events::of(&look.door, &ids).await?;
    let parents = rows.iter().filter_map(|row| row.parent_id).collect();
    let codes = tasks::codes(&look.door, parents).await?;
    let promised: Vec<Uuid> = rows.iter().filter_map(|row| row.commitment_id).collect();
    let promised = commitments::by_ids(&look.door, &promised).await?;
    let mut told = Vec::with_capacity(rows.len());
    for row in rows {
        let events =
            histories.get(&row.id).map(|rows| events::task_events(rows)).transpose()?.unwrap_or_default();
        let parent = row.parent_id.and_then(|id| codes.get(&id)).cloned().unwrap_or_default();
        let commitment = promised.iter().find(|commitment| Some(commitment.id) == row.commitment_id);
        let commitment = commitment.map(|commitment| commitment.code.clone()).unwrap_or_default();
        told.push(Told::new(row, (parent, commitment), &events));
    }
    Ok(told)
}

/// What the events of a task add to the figures.
pub fn contributions(
    name: &str,
    events: &[EventRow],
    calendar: &Calendar,
) -> Result<Vec<Contribution>, ServiceError> {
    let told = replay(&events::task_events(events)?, calendar)
        .map_err(|refusal| ServiceError::Internal(format!("{name} can't be replayed: {refusal}")))?;
    Ok(task::contributions(&told, calendar))
}

/// Names of the missing clears, in Vietnamese and English.
fn clears(missing: &[Clear]) -> (String, String) {
    let vi: Vec<&str> = missing
        .iter()
        .map(|clear| match clear {
            Clear::Person => "rõ người",
            Clear::Work => "rõ việc",
            Clear::Result => "rõ kết quả",
            Clear::Responsibility => "rõ trách nhiệm",
        })
        .collect();
    let en: Vec<&str> = missing.iter().map(|clear| clear.as_str()).collect();
    (vi.join(", "), en.join(", "))
}

/// What should be looked at although it was taken.
fn warnings(task: &Task) -> Vec<Violation> {
    let mut found = Vec::new();
    let missing = task.assignment.missing_clears();
    if !missing.is_empty() {
        let (vi, en) = clears(&missing);
        found.push(Violation::new(
            "task",
            "MISSING_CLEARS",
            format!("nhiệm vụ chưa đủ 4 rõ, còn thiếu: {vi}; hãy bổ sung"),
            format!("the task lacks some of the four clears: {en}; complete it"),
        ));
    }
    if task.assignment.due_on.is_some_and(|due| due < task.assignment.assigned_on) {
        found.push(Violation::new(
            "due_on",
            "DUE_BEFORE_ASSIGNED",
            "hạn hoàn thành trước ngày giao; hãy kiểm tra lại hai ngày",
            "the due day lies before the day of assignment; look at both days",
        ));
    }
    found
}
