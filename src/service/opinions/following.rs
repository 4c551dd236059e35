//! Requests follow their dossiers: what was asked on one that closed is moot, and is asked again once it is reopened.

use uuid::Uuid;

use super::super::error::ServiceError;
use super::super::work::Work;
use super::standing;
use crate::domain::opinion::OpinionState;
use crate::store::{notices, opinions};

/// Follows dossiers that closed or were reopened, each with whether it is open now.
pub async fn follow(work: &Work, turned: &[(Uuid, bool)]) -> Result<(), ServiceError> {
    let ways =
        [(false, OpinionState::Asked, OpinionState::Moot), (true, OpinionState::Moot, OpinionState::Asked)];
    for (open, from, to) in ways {
        let ids: Vec<Uuid> =
            turned.iter().filter(|(_, is_open)| *is_open == open).map(|(id, _)| *id).collect();
        for row in opinions::of_dossiers(&work.tx, &ids, from).await? {
            let (id, version) = (row.id, row.version);
            let subject = format!("opinions/{}", row.code);
            opinions::update(&work.tx, standing(row, to, work.now()), version).await?;
            let why = if open { "dossier_reopened" } else { "dossier_closed" };
            work.note_at_once(subject, &serde_json::json!({ to.as_str(): { "why": why } })).await?;
            if open {
                notices::revive(&work.tx, &[id], &["closed"]).await?;
            }
        }
    }
    Ok(())
}
