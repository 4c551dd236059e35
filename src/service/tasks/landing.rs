//! Tasks of an import: a new code is assigned, a completed one also submitted and confirmed on the source's
//! word; a later state of a known one becomes the events that are missing. What was done here and the source
//! doesn't know stands: extensions, another responsible official, a completion.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::super::error::{ServiceError, Violation};
use super::super::findings::{Findings, foreign, reaches, twice};
use super::super::landing::{Landed, forbidden};
use super::super::work::Work;
use super::assigning::read;
use super::saving::{Change, Draft, save};
use super::verbs::sentence;
use super::{TaskRow, warnings};
use crate::domain::calendar::Calendar;
use crate::domain::dossier::Source;
use crate::domain::record::{Problem, Severity, TaskRecord};
use crate::domain::task::{
    Assignment, Task, TaskEvent, TaskEventKind, TaskRefusal, Verdict, replay, standing,
};
use crate::store::{events, tasks};

/// Lands a batch in the transaction of `work`. Outcomes carry the rows' numbers.
pub async fn land(
    work: &mut Work,
    rows: Vec<(usize, TaskRecord)>,
) -> Result<Vec<(usize, Landed)>, ServiceError> {
    let mut outcomes = Vec::with_capacity(rows.len());
    let mut taken = Vec::with_capacity(rows.len());
    for (number, record) in rows {
        let mut findings = Findings::of_row(work);
        let calendar = findings.calendar();
        let given = read(&mut findings, &record);
        let finished_on = calendar.as_ref().zip(record.completed_at).map(|(c, at)| c.local_date(at));
        findings.not_in_future("completed_at", record.completed_at);
        findings.order("completed_at", finished_on, "assigned_on", record.assigned_on);
        match given.filter(|_| findings.is_clean()) {
            Some((code, assignment)) => taken.push((number, code, Said { assignment, record })),
            None => outcomes.push((number, findings.refused())),
        }
    }
    let Some(calendar) = work.rules.calendar_for(None).cloned() else { return Ok(outcomes) };
    let codes: Vec<String> = taken.iter().map(|(_, code, _)| code.clone()).collect();
    let mut known = tasks::by_codes(&work.tx, &codes).await?;
    let ids: Vec<_> = known.values().map(|row| row.id).collect();
    let mut histories = events::of(&work.tx, &ids).await?;
    let (mut changes, mut seen) = (Vec::new(), HashSet::new());
    for (number, code, said) in taken {
        if !seen.insert(code.clone()) {
            outcomes.push((number, twice(&code)));
            continue;
        }
        let (is_new, change) = match known.remove(&code) {
            None => {
                (true, Change::fresh(work.new_id(), code, said.fresh(work, &calendar), &calendar).map(Some))
            }
            Some(old) if !reaches(work, Some(old.lead_unit_id)) => {
                outcomes.push((number, foreign(&code)));
                continue;
            }
            Some(old) => {
                let history = events::task_events(&histories.remove(&old.id).unwrap_or_default())?;
                (false, grown(work, old, history, &said, &calendar))
            }
        };
        let outcome = match change {
            Err(refusal) => Landed::refused(vec![refused(refusal)]),
            Ok(None) => Landed::unchanged(),
            Ok(Some(change)) => {
                let mut found: Vec<Problem> = warnings(&change.after).into_iter().map(warning).collect();
                let mut outcome = if is_new {
                    Landed::fresh(change.id, found)
                } else {
                    found.extend(corrected(&change));
                    Landed::changed(change.id, found)
                };
                outcome.events = Some(change.added());
                changes.push(change);
                outcome
            }
        };
        outcomes.push((number, outcome));
    }
    save(work, &calendar, &changes).await?;
    Ok(outcomes)
}

/// What a source says of a task.
struct Said {
    assignment: Assignment,
    record: TaskRecord,
}

impl Said {
    fn assigned(&self, assignment: Assignment, work: &Work, calendar: &Calendar) -> Draft {
        let at = calendar.opening(self.assignment.assigned_on).min(work.now());
        draft(TaskEventKind::Assigned(assignment), at)
    }

    /// The events of a completion, on the source's word.
    fn completed(&self, verdict: Option<Verdict>) -> Vec<Draft> {
        let Some(at) = self.record.completed_at else { return Vec::new() };
        let document = String::new();
        vec![
            draft(TaskEventKind::Submitted { document, finished_at: at }, at),
            draft(TaskEventKind::Confirmed { verdict }, at),
        ]
    }

    fn fresh(&self, work: &Work, calendar: &Calendar) -> Vec<Draft> {
        let mut drafts = vec![self.assigned(self.assignment.clone(), work, calendar)];
        drafts.extend(self.completed(None));
        drafts
    }
}

fn draft(kind: TaskEventKind, occurred_at: DateTime<Utc>) -> Draft {
    Draft { event: TaskEvent { kind, occurred_at, source: Source::Import }, reason: String::new() }
}

/// What a known task's history lacks; None if nothing.
fn grown(
    work: &Work,
    row: TaskRow,
    history: Vec<TaskEvent>,
    said: &Said,
    calendar: &Calendar,
) -> Result<Option<Change>, TaskRefusal> {
    let before = replay(&history, calendar)?;
    let stands = standing(&history);
    let mut drafts = reassigned(work, &stands, said, calendar);
    drafts.extend(finished(work, &stands, &before, said));
    if drafts.is_empty() { Ok(None) } else { Change::grown(row, history, drafts, calendar).map(Some) }
}

/// The corrected assignment, if the source now says another one than it did last. What was granted since
/// stands where the source doesn't speak of it.
fn reassigned(work: &Work, history: &[TaskEvent], said: &Said, calendar: &Calendar) -> Vec<Draft> {
    let last = history.iter().enumerate().rev().find_map(|(i, e)| {
        if let TaskEventKind::Assigned(assignment) = &e.kind { Some((i, assignment)) } else { None }
    });
    let Some((at, last)) = last else { return Vec::new() };
    // Sources tell none of these.
    let (parent_id, commitment_id, recurrence) =
        (last.parent_id, last.commitment_id, last.recurrence.clone());
    let next = Assignment { parent_id, recurrence, commitment_id, ..said.assignment.clone() };
    if next == *last {
        return Vec::new();
    }
    let (same_due, same_person) = (next.due_on == last.due_on, next.responsible_id == last.responsible_id);
    let mut drafts = vec![said.assigned(next, work, calendar)];
    drafts.extend(history[at..].iter().filter_map(|event| {
        let stands = (same_due && matches!(event.kind, TaskEventKind::Extended { .. }))
            || (same_person && matches!(event.kind, TaskEventKind::Entrusted { .. }));
        stands.then(|| draft(event.kind.clone(), event.occurred_at))
    }));
    drafts
}

/// The completion that the source tells of, or takes back.
fn finished(work: &Work, history: &[TaskEvent], before: &Task, said: &Said) -> Vec<Draft> {
    if said.record.completed_at.is_some() {
        let known = said.record.completed_at == before.completed_at;
        return if known { Vec::new() } else { said.completed(before.verdict) };
    }
    let submitted = history.iter().rev().find(|e| matches!(e.kind, TaskEventKind::Submitted { .. }));
    let by_source = submitted.is_some_and(|e| e.source == Source::Import);
    // A completion recorded here isn't undone by a source that hasn't heard of it.
    if before.completed_at.is_some() && by_source {
        return vec![draft(TaskEventKind::SentBack, work.now())];
    }
    Vec::new()
}

fn warning(violation: Violation) -> Problem {
    Problem { severity: Severity::Warning, ..violation.into() }
}

/// A due day that the source moved is taken on its word, and shown.
fn corrected(change: &Change) -> Option<Problem> {
    let before = change.before.as_ref()?.judged_due_on;
    (before != change.after.judged_due_on).then(|| {
        warning(Violation::new(
            "due_on",
            "DUE_CORRECTED",
            "hạn hoàn thành khác với lần nạp trước; đã lấy theo nguồn, hãy kiểm tra",
            "the due day differs from what was known; the source's is taken, look at it",
        ))
    })
}

fn refused(refusal: TaskRefusal) -> Problem {
    let (reason, vi) = sentence(refusal);
    let field = match refusal {
        TaskRefusal::FinishedBeforeAssigned => "completed_at",
        TaskRefusal::NotLater => "due_on",
        TaskRefusal::NotAssigned | TaskRefusal::Forbidden(_) => "code",
    };
    forbidden(field, reason, &vi, &refusal.to_string())
}
