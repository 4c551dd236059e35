//! Flagging: a deadline that passed while its dossier was open becomes an event, so that figures stay
//! a function of history. The cost follows the newly overdue only.

use super::super::error::ServiceError;
use super::super::work::Work;
use super::saving::{Change, save};
use crate::domain::dossier::{Draft, EventKind, Source};
use crate::store::{dossiers, events};

/// Flags at most `limit` newly overdue dossiers in the transaction of `work`; returns how many.
pub async fn flag_overdue(work: &mut Work, limit: u64) -> Result<usize, ServiceError> {
    let now = work.now();
    let rows = dossiers::newly_overdue(&work.tx, now, limit).await?;
    let ids: Vec<_> = rows.iter().map(|r| r.id).collect();
    let mut histories = events::histories(&work.tx, &ids).await?;
    let mut changes = Vec::new();
    for row in rows {
        let mut history = histories.remove(&row.id).unwrap_or_default();
        let subject = format!("dossiers/{}", row.code);
        let broken = |refusal| super::super::error::refused(&subject, &refusal, work.rules.zone());
        let before = history.replay(&work.rules.book).map_err(broken)?;
        let Some(due_at) = before.judged_due_at() else { continue };
        let known = history.events().len();
        let draft = Draft {
            kind: EventKind::DeadlinePassed { due_at },
            occurred_at: row.overdue_at.unwrap_or(now).min(now),
            actor_id: None,
            actor: "flag_overdue".to_owned(),
            source: Source::House,
            reason: String::new(),
        };
        let after = history.record(vec![draft], now, &work.rules.book).map_err(broken)?;
        changes.push(Change::of_known(row, before, (history, known), after));
    }
    let flagged = changes.len();
    save(work, &changes).await?;
    Ok(flagged)
}
