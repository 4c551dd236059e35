//! The units' parts of what the office promised: tasks like others, with their deadlines and reminders, which count among
//! none that were given from above.

use chrono::NaiveDate;
use uuid::Uuid;

use super::super::error::{ServiceError, Violation};
use super::super::work::Work;
use super::TaskRow;
use super::saving::{Change, Draft, save};
use super::verbs::{house_calendar, own, refused};
use crate::domain::calendar::Calendar;
use crate::domain::code::Code;
use crate::domain::task::{Assignment, TaskEventKind, TaskState};
use crate::store::commitments::CommitmentRow;
use crate::store::events;

/// What is entrusted to units.
#[derive(Debug, Clone)]
pub struct Part {
    /// Who promised it.
    pub by: String,
    /// The document that promises it.
    pub document: String,
    /// What comes of it.
    pub product: String,
}

/// Entrusts a commitment to units: a task each.
pub async fn entrust(
    work: &Work,
    commitment: &CommitmentRow,
    part: &Part,
    units: &[Uuid],
) -> Result<(), ServiceError> {
    let calendar = house_calendar(work)?;
    let at = calendar.opening(commitment.made_on).min(work.now());
    let mut changes = Vec::with_capacity(units.len());
    for unit in units {
        let code = format!("{}-{}", commitment.code, work.rules.unit_code(*unit));
        if let Err(bad) = Code::parse(&code) {
            return Err(Violation::bad_code("units", bad).into());
        }
        let assignment = Assignment {
            title: commitment.text.clone(),
            assigned_by: part.by.clone(),
            source_document: part.document.clone(),
            assigned_on: commitment.made_on,
            lead_unit_id: *unit,
            responsible_id: None,
            cooperating_unit_ids: Vec::new(),
            due_on: Some(commitment.due_on),
            product: part.product.clone(),
            parent_id: None,
            recurrence: None,
            commitment_id: Some(commitment.id),
        };
        let draft = own(TaskEventKind::Assigned(assignment), at, String::new());
        let change = Change::fresh(work.new_id(), code.clone(), vec![draft], &calendar);
        changes.push(change.map_err(|refusal| refused(&code, refusal))?);
    }
    save(work, &calendar, &changes).await?;
    Ok(())
}

/// Notes that open parts were done on a day, by what is said of it. One that its unit said to be done is confirmed.
pub async fn settle(
    work: &Work,
    parts: Vec<TaskRow>,
    done_on: NaiveDate,
    note: &str,
) -> Result<(), ServiceError> {
    let calendar = house_calendar(work)?;
    let today = calendar.local_date(work.now());
    let finished_at = if done_on == today { work.now() } else { calendar.closing(done_on) };
    put(work, &calendar, parts, note, |row| {
        let submitted = TaskEventKind::Submitted { document: note.to_owned(), finished_at };
        let is_said = row.state == TaskState::Submitted.as_str();
        let said = (!is_said).then_some(submitted);
        said.into_iter().chain([TaskEventKind::Confirmed { verdict: None }]).collect()
    })
    .await
}

/// Takes open parts back, with the reason.
pub async fn take_off(work: &Work, parts: Vec<TaskRow>, reason: &str) -> Result<(), ServiceError> {
    let calendar = house_calendar(work)?;
    put(work, &calendar, parts, reason, |_| vec![TaskEventKind::Cancelled]).await
}

async fn put(
    work: &Work,
    calendar: &Calendar,
    parts: Vec<TaskRow>,
    reason: &str,
    kinds: impl Fn(&TaskRow) -> Vec<TaskEventKind>,
) -> Result<(), ServiceError> {
    let ids: Vec<Uuid> = parts.iter().map(|row| row.id).collect();
    let mut recorded = events::of(&work.tx, &ids).await?;
    let mut changes = Vec::with_capacity(parts.len());
    for row in parts {
        let known = events::task_events(&recorded.remove(&row.id).unwrap_or_default())?;
        let drafts: Vec<Draft> =
            kinds(&row).into_iter().map(|kind| own(kind, work.now(), reason.to_owned())).collect();
        let code = row.code.clone();
        changes.push(Change::grown(row, known, drafts, calendar).map_err(|refusal| refused(&code, refusal))?);
    }
    save(work, calendar, &changes).await?;
    Ok(())
}
