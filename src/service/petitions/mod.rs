//! Petitions: verbs, landing, reading. Each change is an event that holds the whole petition as it then stood;
//! the row beside them is what lists are read from.

mod landing;
mod saving;
mod undoing;
mod verbs;

use super::error::ServiceError;
use super::narrowing::{Refers, resolve};
use super::work::{Look, Work};
use crate::domain::calendar::Calendar;
use crate::domain::figure::Contribution;
use crate::domain::petition::PetitionState;
use crate::store::events::EventRow;
use crate::store::petitions;
use crate::store::query::{ListQuery, Page};

pub use crate::store::petitions::{PUBLISHED, PetitionRow};
pub use landing::land;
pub use undoing::take_back;
pub use verbs::{Step, answer, publish, receive};

/// A petition by code, if the caller may know of it.
pub async fn get(look: &Look, code: &str) -> Result<PetitionRow, ServiceError> {
    let row = petitions::find(&look.door, code, &look.context.scope).await?;
    row.ok_or_else(|| ServiceError::NotFound(format!("petitions/{code}")))
}

/// A page of the petitions that the caller may see.
pub async fn list(look: &Look, query: ListQuery) -> Result<Page<PetitionRow>, ServiceError> {
    let known = |word: &str| PetitionState::parse(word).is_some();
    let fields = [("unit", Refers::Unit), ("state", Refers::Word("PETITION_STATE_", known))];
    let asked = resolve(look, query, &fields)?;
    Ok(petitions::list(&look.door, &asked, &look.context.scope).await?)
}

/// What the events of a petition add to the figures; nothing without events.
pub fn contributions(events: &[EventRow], calendar: &Calendar) -> Result<Vec<Contribution>, ServiceError> {
    let told = saving::Told::last(events)?;
    Ok(told.map(|told| told.petition.contributions(calendar)).unwrap_or_default())
}

/// Flags at most `limit` open petitions whose deadline passed, in the transaction of `work`; returns how many.
pub async fn flag_overdue(work: &mut Work, limit: u64) -> Result<usize, ServiceError> {
    let flagged = petitions::flag_overdue(&work.tx, work.now(), limit).await?;
    Ok(usize::try_from(flagged).unwrap_or(usize::MAX))
}
