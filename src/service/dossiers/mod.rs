//! Dossiers: landing, verbs, flagging, reading.

mod flagging;
mod landing;
mod saving;
pub mod verbs;
mod wrong;

pub use flagging::flag_overdue;
pub use landing::land;
pub use saving::{Change, next_notice, save};

pub use crate::store::dossiers::{DossierRow, PUBLISHED};

use super::error::ServiceError;
use super::work::Look;
use crate::store::query::{ListQuery, Page};

/// A page of the dossiers that the caller may see.
pub async fn list(look: &Look, query: &ListQuery) -> Result<Page<DossierRow>, ServiceError> {
    Ok(crate::store::dossiers::list(&look.door, query, &look.context.scope).await?)
}
