//! How a commitment follows its units' parts: it is done once all of them are.

use chrono::NaiveDate;
use uuid::Uuid;

use super::{CommitmentRow, CommitmentState};
use crate::domain::task::TaskState;
use crate::service::error::ServiceError;
use crate::service::slots::house_calendar;
use crate::service::work::Work;
use crate::store::commitments;
use crate::store::tasks::TaskRow;

/// Brings commitments after their parts changed, in the same transaction. What was dropped stays dropped. Each is held before
/// its parts are read: two transactions that each end one of the last two parts would see the other's as open.
pub async fn follow(work: &Work, ids: &[Uuid]) -> Result<(), ServiceError> {
    let rows = commitments::hold(&work.tx, ids).await?;
    let parts = commitments::parts(&work.tx, ids).await?;
    let calendar = house_calendar(&work.rules);
    for row in rows {
        let own = parts.iter().filter(|part| part.commitment_id == Some(row.id));
        let own = own.filter(|part| part.state != TaskState::Cancelled.as_str());
        let (state, ended_on) = stands(own, |part| part.completed_at.map(|at| calendar.local_date(at)));
        let is_same = row.state == state.as_str() && row.ended_on == ended_on;
        if row.state == CommitmentState::Dropped.as_str() || is_same {
            continue;
        }
        let version = row.version;
        let row = CommitmentRow {
            state: state.as_str().to_owned(),
            ended_on,
            version: version + 1,
            updated_at: work.now(),
            ..row
        };
        commitments::update(&work.tx, row, version).await?;
    }
    Ok(())
}

/// Where it stands by its parts that weren't taken back, and when the last of them was done.
fn stands<'p>(
    parts: impl Iterator<Item = &'p TaskRow>,
    done_on: impl Fn(&TaskRow) -> Option<NaiveDate>,
) -> (CommitmentState, Option<NaiveDate>) {
    let done: Option<Vec<NaiveDate>> = parts.map(done_on).collect();
    match done.and_then(|days| days.into_iter().max()) {
        Some(last) => (CommitmentState::Done, Some(last)),
        None => (CommitmentState::Open, None),
    }
}
