//! Dossiers of an import that is undone: each that it received never came in, each that it changed stands as before,
//! by new events that void its own.

use uuid::Uuid;

use super::saving::{Change, save};
use crate::domain::dossier::{Draft, EventKind, History, Source};
use crate::service::error::{ServiceError, refused};
use crate::service::undoing::WHY;
use crate::service::undoing::events::{Deed, deeds};
use crate::service::work::Work;
use crate::store::events::{self, EventRow};
use crate::store::imports::OutcomeRow;
use crate::store::{StoreError, dossiers};

/// Takes back what an import did to dossiers, in the transaction of `work`.
pub async fn take_back(work: &mut Work, import_id: Uuid, rows: &[OutcomeRow]) -> Result<(), ServiceError> {
    let deeds = deeds(work, import_id, rows).await?;
    let ids: Vec<Uuid> = deeds.iter().map(|deed| deed.id).collect();
    let mut projections = dossiers::by_ids(&work.tx, &ids).await?;
    let mut recorded = events::of(&work.tx, &ids).await?;
    let mut changes = Vec::with_capacity(deeds.len());
    for deed in deeds {
        let Some(row) = projections.remove(&deed.id) else { continue };
        let known: Vec<EventRow> = recorded.remove(&deed.id).unwrap_or_default();
        let subject = format!("dossiers/{}", row.code);
        let of_row = known.iter().cloned().map(events::dossier_event);
        let mut history = History::new(of_row.collect::<Result<Vec<_>, StoreError>>()?);
        let refuse = |r| refused(&subject, &r, work.rules.zone());
        let before = history.replay(&work.rules.book).map_err(refuse)?;
        if brought(&deed, &history) {
            deed.refuse_worked_on(&subject, &known)?;
        }
        let drafts = voiding(work, &deed, &history);
        if drafts.is_empty() {
            continue;
        }
        let known = history.events().len();
        let after = history.record(drafts, work.now(), &work.rules.book).map_err(refuse)?;
        changes.push(Change::of_known(row, before, (history, known), after));
    }
    save(work, &changes).await?;
    Ok(())
}

/// Whether the import brought the dossier in, for the first time or once more.
fn brought(deed: &Deed, history: &History) -> bool {
    let retracted = |number: i32| {
        history.events().iter().any(|e| e.number == number && e.draft.kind == EventKind::Retracted)
    };
    let mut own = history.events().iter().filter(|e| deed.is_own(e.number));
    deed.landed || own.any(|e| matches!(e.draft.kind, EventKind::Voided { number } if retracted(number)))
}

/// What voids the events that it added, and brings again those that it voided.
fn voiding(work: &Work, deed: &Deed, history: &History) -> Vec<Draft> {
    let now = work.now();
    let draft = |kind| Draft {
        kind,
        occurred_at: now,
        actor_id: work.context.caller.official_id,
        actor: work.context.caller.label.clone(),
        source: Source::Import,
        reason: WHY.to_owned(),
    };
    if deed.landed {
        let gone = history.retraction().is_some();
        return if gone { Vec::new() } else { vec![draft(EventKind::Retracted)] };
    }
    let voided = history.voided();
    let mut drafts = Vec::new();
    for event in history.events().iter().filter(|e| deed.is_own(e.number)) {
        if let EventKind::Voided { number } = event.draft.kind {
            // What it added itself and took back falls with it.
            let again = history.events().iter().find(|e| e.number == number && !deed.is_own(number));
            drafts.extend(again.map(|e| e.draft.clone()));
        } else if !voided.contains(&event.number) {
            drafts.push(draft(EventKind::Voided { number: event.number }));
        }
    }
    drafts
}
