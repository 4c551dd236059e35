//! Assigned tasks (nhiệm vụ được giao): work given by a higher authority with a due date and an
//! expected product. Every task must name the four clears; one that doesn't is registered and
//! flagged. Completion is confirmed by a person, never inferred from a deadline.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::calendar::Calendar;
use super::dossier::Source;
use super::dossier::state::words;
use super::figure::{Contribution, Fact};

words! {
    /// Where a task stands.
    TaskState {
        /// Given, not yet taken.
        Assigned = "assigned",
        /// Taken by the responsible official.
        Accepted = "accepted",
        /// Under way, or sent back.
        InProgress = "in_progress",
        /// Said to be done; waits for confirmation.
        Submitted = "submitted",
        /// Confirmed.
        Completed = "completed",
        /// Taken back by the authority.
        Cancelled = "cancelled",
    }
}

words! {
    /// One of the four clears (4 rõ).
    Clear {
        /// Rõ người: a responsible official.
        Person = "person",
        /// Rõ việc: what is to be done.
        Work = "work",
        /// Rõ kết quả: the expected product.
        Result = "result",
        /// Rõ trách nhiệm: a lead unit and a due date to be held to.
        Responsibility = "responsibility",
    }
}

words! {
    /// Whether a confirmed result is good.
    Verdict {
        /// Tốt.
        Good = "good",
        /// Không tốt.
        NotGood = "not_good",
    }
}

/// What a task names when it is given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// What is to be done.
    pub title: String,
    /// Who gave it.
    pub assigned_by: String,
    /// By which document.
    pub source_document: String,
    /// When.
    pub assigned_on: NaiveDate,
    /// The unit that leads.
    pub lead_unit_id: Uuid,
    /// The official who is responsible.
    pub responsible_id: Option<Uuid>,
    /// Units that help.
    pub cooperating_unit_ids: Vec<Uuid>,
    /// Last day; None: never late, shown apart.
    pub due_on: Option<NaiveDate>,
    /// The expected product.
    pub product: String,
    /// The task that it is a part of.
    #[serde(default)]
    pub parent_id: Option<Uuid>,
    /// The RFC 5545 rule by which it recurs.
    #[serde(default)]
    pub recurrence: Option<String>,
    /// The commitment of the office that it is a unit's part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commitment_id: Option<Uuid>,
}

impl Assignment {
    /// Which of the four clears it doesn't name.
    pub fn missing_clears(&self) -> Vec<Clear> {
        let mut missing = Vec::new();
        if self.responsible_id.is_none() {
            missing.push(Clear::Person);
        }
        if self.title.trim().is_empty() {
            missing.push(Clear::Work);
        }
        if self.product.trim().is_empty() {
            missing.push(Clear::Result);
        }
        if self.due_on.is_none() {
            missing.push(Clear::Responsibility);
        }
        missing
    }
}

/// What happened to a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data", rename_all = "snake_case")]
pub enum TaskEventKind {
    /// Given; a later one by an import corrects the assignment.
    Assigned(Assignment),
    /// Another official answers for it from now on.
    Entrusted {
        /// The official.
        responsible_id: Uuid,
    },
    /// Taken.
    Accepted,
    /// Progress reported.
    Progressed {
        /// In the reporter's words.
        note: String,
        /// Percent, 0 to 100, if given.
        percent: Option<u8>,
    },
    /// A later due date was granted.
    Extended {
        /// The new last day.
        due_on: NaiveDate,
        /// The granting document.
        document: String,
    },
    /// Said to be done.
    Submitted {
        /// The product document.
        document: String,
        /// Its date: the date on which the task counts as finished.
        finished_at: DateTime<Utc>,
    },
    /// Confirmed by who gave it or the head.
    Confirmed {
        /// Good or not.
        verdict: Option<Verdict>,
    },
    /// Not accepted as done.
    SentBack,
    /// Taken back.
    Cancelled,
    /// Another event never was: the import that brought it was undone.
    Voided {
        /// Its number, from 1.
        number: i32,
    },
    /// The import that brought the task was undone: it never was.
    Retracted,
    /// The due date passed while open: appended by the flagging job.
    DeadlinePassed {
        /// The date that passed.
        due_on: NaiveDate,
    },
}

/// An event of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskEvent {
    /// What.
    pub kind: TaskEventKind,
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// Where it comes from.
    pub source: Source,
}

/// A task as its events tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// The assignment.
    pub assignment: Assignment,
    /// Where it stands.
    pub state: TaskState,
    /// The date it is judged by: extended if that was granted before the old one passed.
    pub judged_due_on: Option<NaiveDate>,
    /// Said to be finished at.
    pub submitted: Option<DateTime<Utc>>,
    /// Finished and confirmed.
    pub completed_at: Option<DateTime<Utc>>,
    /// Finished after the date it is judged by.
    pub late: bool,
    /// The verdict.
    pub verdict: Option<Verdict>,
    /// When it was taken back.
    pub cancelled_on: Option<NaiveDate>,
    /// The job recorded that the present due date passed.
    pub overdue_flagged: bool,
}

/// Why an event doesn't fit a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TaskRefusal {
    /// The first event is no assignment.
    #[error("the task has no assignment")]
    NotAssigned,
    /// The step isn't allowed in that state.
    #[error("not allowed in state {}", .0.as_str())]
    Forbidden(TaskState),
    /// Finished before it was given.
    #[error("finished before it was assigned")]
    FinishedBeforeAssigned,
    /// The new due date isn't later than the old one.
    #[error("the new due date isn't later than the old one")]
    NotLater,
}

/// The events that weren't voided, and no longer what voided the others.
pub fn standing(events: &[TaskEvent]) -> Vec<TaskEvent> {
    let number = |event: &TaskEvent| {
        if let TaskEventKind::Voided { number } = event.kind { Some(number) } else { None }
    };
    let voided: Vec<i32> = events.iter().filter_map(number).collect();
    let stands = |(at, event): &(i32, &TaskEvent)| number(event).is_none() && !voided.contains(at);
    (1..).zip(events).filter(stands).map(|(_, event)| event.clone()).collect()
}

/// Replays a task's events in the order of recording.
pub fn replay(events: &[TaskEvent], calendar: &Calendar) -> Result<Task, TaskRefusal> {
    let mut task: Option<Task> = None;
    let mut passed = Vec::new();
    for event in &standing(events) {
        if let (None, TaskEventKind::Assigned(assignment)) = (&task, &event.kind) {
            task = Some(fresh(assignment));
            continue;
        }
        let task = task.as_mut().ok_or(TaskRefusal::NotAssigned)?;
        let lenient = event.source != Source::Own;
        let open = !matches!(task.state, TaskState::Completed | TaskState::Cancelled);
        let allow =
            |fits: bool| if fits || lenient { Ok(()) } else { Err(TaskRefusal::Forbidden(task.state)) };
        match &event.kind {
            TaskEventKind::Assigned(assignment) => {
                allow(false)?;
                // A corrected assignment; what was done since stays done.
                task.judged_due_on = assignment.due_on;
                task.assignment = assignment.clone();
            }
            TaskEventKind::Entrusted { responsible_id } => {
                allow(open)?;
                task.assignment.responsible_id = Some(*responsible_id);
            }
            TaskEventKind::Accepted => {
                allow(task.state == TaskState::Assigned)?;
                if task.state == TaskState::Assigned {
                    task.state = TaskState::Accepted;
                }
            }
            TaskEventKind::Progressed { .. } => {
                allow(open)?;
                if open {
                    task.state = TaskState::InProgress;
                }
            }
            TaskEventKind::Extended { due_on, .. } => {
                allow(open)?;
                let on = calendar.local_date(event.occurred_at);
                if task.assignment.due_on.is_some_and(|old| *due_on <= old) {
                    return Err(TaskRefusal::NotLater);
                }
                if task.judged_due_on.is_none_or(|old| on <= old) {
                    task.judged_due_on = Some(*due_on);
                }
                task.assignment.due_on = Some(*due_on);
            }
            TaskEventKind::Submitted { finished_at, .. } => {
                allow(open && task.state != TaskState::Submitted)?;
                if calendar.local_date(*finished_at) < task.assignment.assigned_on {
                    return Err(TaskRefusal::FinishedBeforeAssigned);
                }
                // What is submitted again, by an import also after its confirmation, waits for a new one.
                task.completed_at = None;
                task.verdict = None;
                task.submitted = Some(*finished_at);
                task.state = TaskState::Submitted;
            }
            TaskEventKind::Confirmed { verdict } => {
                allow(task.state == TaskState::Submitted)?;
                let finished_at = task.submitted.unwrap_or(event.occurred_at);
                task.completed_at = Some(finished_at);
                task.verdict = *verdict;
                task.state = TaskState::Completed;
            }
            TaskEventKind::SentBack => {
                allow(task.state == TaskState::Submitted)?;
                task.submitted = None;
                task.completed_at = None;
                task.verdict = None;
                task.state = TaskState::InProgress;
            }
            TaskEventKind::Voided { .. } => {}
            TaskEventKind::Cancelled | TaskEventKind::Retracted => {
                allow(open)?;
                task.cancelled_on = Some(calendar.local_date(event.occurred_at));
                task.state = TaskState::Cancelled;
            }
            TaskEventKind::DeadlinePassed { due_on } => passed.push(*due_on),
        }
    }
    let mut task = task.ok_or(TaskRefusal::NotAssigned)?;
    let completed_on = task.completed_at.map(|at| calendar.local_date(at));
    if completed_on.is_some_and(|on| on < task.assignment.assigned_on) {
        return Err(TaskRefusal::FinishedBeforeAssigned);
    }
    task.late = completed_on.zip(task.judged_due_on).is_some_and(|(on, due)| on > due);
    task.overdue_flagged = task.judged_due_on.is_some_and(|due| passed.contains(&due));
    Ok(task)
}

fn fresh(assignment: &Assignment) -> Task {
    Task {
        assignment: assignment.clone(),
        state: TaskState::Assigned,
        judged_due_on: assignment.due_on,
        submitted: None,
        completed_at: None,
        late: false,
        verdict: None,
        cancelled_on: None,
        overdue_flagged: false,
    }
}

/// What a task adds to the figures. What the office promised by itself was given by nobody above.
pub fn contributions(task: &Task, calendar: &Calendar) -> Vec<Contribution> {
    if task.state == TaskState::Cancelled || task.assignment.commitment_id.is_some() {
        return Vec::new();
    }
    let row = |fact, on| Contribution {
        fact,
        on,
        unit_id: task.assignment.lead_unit_id,
        procedure_id: Uuid::nil(),
        quantity: 1,
    };
    let mut rows = vec![row(Fact::TaskAssigned, task.assignment.assigned_on)];
    let completed_on = task.completed_at.map(|at| calendar.local_date(at));
    if let Some(on) = completed_on {
        rows.push(row(Fact::TaskCompleted { late: task.late }, on));
    }
    let due = task.judged_due_on.filter(|_| task.late || (completed_on.is_none() && task.overdue_flagged));
    if let Some(due) = due {
        // A task given with a due date already past was never overdue before it was given.
        rows.push(row(Fact::TaskOverdue, due.max(task.assignment.assigned_on)));
        rows.extend(completed_on.map(|on| row(Fact::TaskCleared, on)));
    }
    rows
}

#[cfg(test)]
#[path = "task_tests.rs"]
mod tests;
