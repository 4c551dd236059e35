//! Petitions of an import that is undone: each that it changed is told again as it was, each that it brought never came
//! in: its history ends with that, and no list has it any more.

use uuid::Uuid;

use super::saving::{Change, Draft, Happened, Told, save};
use crate::domain::dossier::Source;
use crate::service::error::ServiceError;
use crate::service::undoing::WHY;
use crate::service::undoing::events::deeds;
use crate::service::work::Work;
use crate::store::imports::OutcomeRow;
use crate::store::{events, petitions};

/// Takes back what an import did to petitions, in the transaction of `work`.
pub async fn take_back(work: &mut Work, import_id: Uuid, rows: &[OutcomeRow]) -> Result<(), ServiceError> {
    let calendar = work.rules.calendar_for(None).cloned();
    let calendar = calendar.ok_or_else(|| ServiceError::Internal("the house has no calendar".to_owned()))?;
    let deeds = deeds(work, import_id, rows).await?;
    let ids: Vec<Uuid> = deeds.iter().map(|deed| deed.id).collect();
    let projections = petitions::by_ids(&work.tx, &ids).await?;
    let mut recorded = events::of(&work.tx, &ids).await?;
    let (mut changes, mut gone) = (Vec::with_capacity(deeds.len()), Vec::new());
    for deed in deeds {
        let Some(row) = projections.iter().find(|row| row.id == deed.id).cloned() else { continue };
        let known = recorded.remove(&deed.id).unwrap_or_default();
        deed.refuse_worked_on(&format!("petitions/{}", row.code), &known)?;
        let Some(now) = Told::last(&known)? else { continue };
        let (happened, told) = match known.iter().rfind(|event| event.number < deed.first()) {
            Some(event) if !deed.landed => (Happened::Corrected, Told::of(event)?),
            _ => {
                gone.push(row.id);
                (Happened::Retracted, now.clone())
            }
        };
        changes.push(Change {
            id: row.id,
            code: row.code.clone(),
            row: Some(row),
            before: Some(now),
            drafts: vec![Draft { happened, at: work.now(), told }],
            source: Source::Import,
            reason: WHY,
        });
    }
    for row in save(work, &calendar, &changes).await? {
        if gone.contains(&row.id) {
            petitions::delete(&work.tx, row.id, row.version).await?;
        }
    }
    Ok(())
}
