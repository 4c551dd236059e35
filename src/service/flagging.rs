//! Records which deadlines passed: a job of its own, and what a period report does first.

use super::error::ServiceError;
use super::slots::Claim;
use super::{House, dossiers, petitions, tasks};
use crate::domain::reminder::SubjectKind;

/// Newly overdue subjects a transaction.
const FLAGGED: u64 = 500;

/// Flags what is overdue, batch by batch, until nothing is left. Returns the slot's note.
pub async fn flag_overdue(house: &House, claim: &Claim) -> Result<String, ServiceError> {
    let mut flagged = [0; 3];
    for (kind, sum) in SubjectKind::ALL.iter().zip(&mut flagged) {
        loop {
            let mut work = house.batch(claim).await?;
            let found = match kind {
                SubjectKind::Dossier => dossiers::flag_overdue(&mut work, FLAGGED).await?,
                SubjectKind::Task => tasks::flag_overdue(&mut work, FLAGGED).await?,
                SubjectKind::Petition => petitions::flag_overdue(&mut work, FLAGGED).await?,
            };
            work.finish(&[]).await?;
            *sum += found;
            if found == 0 {
                break;
            }
        }
    }
    let [dossiers, tasks, petitions] = flagged;
    Ok(format!(
        "đánh dấu {dossiers} hồ sơ, {tasks} nhiệm vụ, {petitions} phản ánh, kiến nghị / \
         {dossiers} dossiers, {tasks} tasks and {petitions} petitions flagged"
    ))
}
