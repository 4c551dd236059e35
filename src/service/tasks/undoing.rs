//! Tasks of an import that is undone: each that it changed stands as before, by events that void its own; each that it
//! brought was never given: its history ends with that, and no list has it any more.

use uuid::Uuid;

use super::saving::{Change, Draft, save};
use super::verbs::refused;
use crate::domain::dossier::Source;
use crate::domain::task::{TaskEvent, TaskEventKind};
use crate::service::error::ServiceError;
use crate::service::undoing::WHY;
use crate::service::undoing::events::deeds;
use crate::service::undoing::referring::refuse_needed;
use crate::service::work::Work;
use crate::store::imports::OutcomeRow;
use crate::store::references::Referred;
use crate::store::{events, tasks};

/// Takes back what an import did to tasks, in the transaction of `work`.
pub async fn take_back(work: &mut Work, import_id: Uuid, rows: &[OutcomeRow]) -> Result<(), ServiceError> {
    let calendar = work.rules.calendar_for(None).cloned();
    let calendar = calendar.ok_or_else(|| ServiceError::Internal("the house has no calendar".to_owned()))?;
    let deeds = deeds(work, import_id, rows).await?;
    let ids: Vec<Uuid> = deeds.iter().map(|deed| deed.id).collect();
    let projections = tasks::by_ids(&work.tx, &ids).await?;
    let mut recorded = events::of(&work.tx, &ids).await?;
    let (mut changes, mut gone) = (Vec::with_capacity(deeds.len()), Vec::new());
    for deed in deeds {
        let Some(row) = projections.iter().find(|row| row.id == deed.id).cloned() else { continue };
        let known = recorded.remove(&deed.id).unwrap_or_default();
        let name = format!("tasks/{}", row.code);
        deed.refuse_worked_on(&name, &known)?;
        let known = events::task_events(&known)?;
        let own = (1..).zip(&known).filter(|(number, event)| {
            deed.is_own(*number) && !matches!(event.kind, TaskEventKind::Voided { .. })
        });
        let kinds: Vec<TaskEventKind> = if deed.landed {
            gone.push((row.id, name));
            vec![TaskEventKind::Retracted]
        } else {
            own.map(|(number, _)| TaskEventKind::Voided { number }).collect()
        };
        let draft = |kind| Draft {
            event: TaskEvent { kind, occurred_at: work.now(), source: Source::Import },
            reason: WHY.to_owned(),
        };
        let drafts = kinds.into_iter().map(draft).collect();
        changes.push(Change::grown(row, known, drafts, &calendar).map_err(|r| refused(&deed.code, r))?);
    }
    refuse_needed(work, import_id, Referred::Task, &gone).await?;
    for row in save(work, &calendar, &changes).await? {
        if gone.iter().any(|(id, _)| *id == row.id) {
            tasks::delete(&work.tx, row.id, row.version).await?;
        }
    }
    Ok(())
}
