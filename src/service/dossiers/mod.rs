//! Dossiers: landing, verbs, flagging, reckoning anew, reading.

pub mod causes;
mod corrected;
mod flagging;
mod growing;
mod judging;
mod landing;
mod places;
pub mod recomputing;
pub mod saving;
mod undoing;
pub mod verbs;
mod wrong;

pub use flagging::flag_overdue;
pub use landing::land;
pub use undoing::take_back;

pub use crate::store::dossiers::{DossierRow, PUBLISHED};

use super::error::ServiceError;
use super::narrowing::{Refers, resolve};
use super::work::Look;
use crate::domain::dossier::{Channel, ClosedAs, JudgeBy, State};
use crate::store::query::{ListQuery, Page};

/// A page of the dossiers that the caller may see.
pub async fn list(look: &Look, query: ListQuery) -> Result<Page<DossierRow>, ServiceError> {
    let fields = [
        ("unit", Refers::Unit),
        ("holder", Refers::Official),
        ("procedure", Refers::Procedure),
        ("state", Refers::Word("DOSSIER_STATE_", |word| State::parse(word).is_some())),
        ("channel", Refers::Word("CHANNEL_", |word| Channel::parse(word).is_some())),
        ("outcome", Refers::Word("OUTCOME_", |word| ClosedAs::parse(word).is_some())),
        ("judge_by", Refers::Word("JUDGE_BY_", |word| JudgeBy::parse(word).is_some())),
        ("promise_way", Refers::Word("", |word| matches!(word, "same" | "earlier" | "later"))),
        ("timeliness", Refers::Word("TIMELINESS_", |word| matches!(word, "early" | "on_time" | "late"))),
    ];
    let asked = resolve(look, query, &fields)?;
    Ok(crate::store::dossiers::list(&look.door, &asked, &look.context.scope).await?)
}
