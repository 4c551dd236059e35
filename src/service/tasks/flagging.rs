//! Flagging: a due day that passed while its task was open becomes an event, so that figures stay a function
//! of history. The cost follows the newly overdue only.

use super::super::error::ServiceError;
use super::super::work::Work;
use super::saving::{Change, Draft, save};
use super::verbs::refused;
use crate::domain::dossier::Source;
use crate::domain::task::{TaskEvent, TaskEventKind};
use crate::store::{events, tasks};

/// Flags at most `limit` newly overdue tasks in the transaction of `work`; returns how many.
pub async fn flag_overdue(work: &mut Work, limit: u64) -> Result<usize, ServiceError> {
    let now = work.now();
    // Without a calendar no task ever landed.
    let Some(calendar) = work.rules.calendar_for(None).cloned() else { return Ok(0) };
    let rows = tasks::newly_overdue(&work.tx, now, limit).await?;
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut histories = events::of(&work.tx, &ids).await?;
    let mut changes = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(due_on) = row.due_on else { continue };
        let known = events::task_events(&histories.remove(&row.id).unwrap_or_default())?;
        let event = TaskEvent {
            kind: TaskEventKind::DeadlinePassed { due_on },
            occurred_at: row.overdue_at.unwrap_or(now).min(now),
            source: Source::House,
        };
        let code = row.code.clone();
        let draft = Draft { event, reason: String::new() };
        changes.push(Change::grown(row, known, vec![draft], &calendar).map_err(|r| refused(&code, r))?);
    }
    save(work, &calendar, &changes).await?;
    Ok(changes.len())
}
