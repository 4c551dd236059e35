//! Opinions on dossiers that are asked of other units and agencies: asked, given or withdrawn, and moot once the dossier
//! closes. They have no figures: the dossier's clock runs on, and its deadline judges.

mod asking;
mod following;
mod verbs;

use chrono::{DateTime, TimeDelta, Utc};

use super::error::ServiceError;
use super::narrowing::{Refers, resolve};
use super::work::Look;
use crate::domain::opinion::OpinionState;
use crate::store::opinions;
use crate::store::query::{ListQuery, Page};

pub use crate::store::opinions::{OpinionRow, PUBLISHED};
pub use asking::{OpinionAsk, request};
pub use following::follow;
pub use verbs::{Step, record, withdraw};

/// A request for an opinion by code, if the caller may know of it.
pub async fn get(look: &Look, code: &str) -> Result<OpinionRow, ServiceError> {
    let row = opinions::find(&look.door, code, &look.context.scope).await?;
    row.ok_or_else(|| ServiceError::NotFound(format!("opinions/{code}")))
}

/// A page of the requests that the caller may see: on its dossiers, and those that its units were asked for.
pub async fn list(look: &Look, query: ListQuery) -> Result<Page<OpinionRow>, ServiceError> {
    let known = |word: &str| OpinionState::parse(word).is_some();
    let fields = [
        ("unit", Refers::Unit),
        ("dossier", Refers::Name("dossiers")),
        ("state", Refers::Word("OPINION_STATE_", known)),
    ];
    let asked = resolve(look, query, &fields)?;
    Ok(opinions::list(&look.door, &asked, &look.context.scope).await?)
}

/// A request as it stands in a state from now on: its plan is looked at anew.
fn standing(row: OpinionRow, state: OpinionState, now: DateTime<Utc>) -> OpinionRow {
    let open = state == OpinionState::Asked;
    // It is in time up to the due instant itself.
    let overdue_at = open.then_some(row.due_at + TimeDelta::microseconds(1));
    OpinionRow {
        state: state.as_str().to_owned(),
        open,
        overdue_at,
        next_notice_at: open.then_some(now),
        next_notice_rule: None,
        next_notice_step: None,
        version: row.version + 1,
        updated_at: now,
        ..row
    }
}
