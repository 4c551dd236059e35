//! Backfilling: past slots of a job that were skipped or never ran are run, each once. What ran, well or not, is left.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::House;
use super::error::{ServiceError, Violation};
use super::jobs::{OFTEN, REMEMBERED, run};
use super::schedules::SlotView;
use super::slots::{Asked, bad_cron, house_calendar, schedule_of};
use crate::domain::schedule::{self, JobName};
use crate::store::slots;

/// Slots that one call runs at most.
pub const MOST: usize = 200;

/// What became of a range.
#[derive(Debug, Clone)]
pub struct Backfilled {
    /// The slots that were run, or that another replica works on, ascending.
    pub slots: Vec<SlotView>,
    /// How many slots of the range had ran before and were left.
    pub left: usize,
}

/// Runs the slots of a job's schedule in `[from, until]` that were skipped or never ran, one after the other. A slot that
/// fails is recorded as such, and the next one runs.
pub async fn backfill(
    house: &House,
    job: JobName,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Backfilled, ServiceError> {
    let look = house.look(house.own_context(job)).await?;
    let resource = format!("jobs/{}", job.as_str());
    let row =
        slots::find_job(&look.door, job.as_str()).await?.ok_or_else(|| ServiceError::NotFound(resource))?;
    check(job, from, until, look.context.now)?;
    let schedule = schedule_of(&row)?;
    let calendar = house_calendar(&look.rules);
    let found = schedule::slots(&schedule, &calendar, from - TimeDelta::microseconds(1), until)
        .map_err(|e| bad_cron(&e))?;
    let states = slots::states(&look.door, job.as_str(), from, until).await?;
    drop(look);
    let states: HashMap<DateTime<Utc>, String> = states.into_iter().collect();
    let (open, ran): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|at| states.get(at).is_none_or(|state| state == "skipped"));
    if open.len() > MOST {
        let (count, last) = (open.len(), open[MOST - 1]);
        return Err(Violation::new(
            "until",
            "TOO_MANY",
            format!("{count} lượt phải chạy bù, mỗi lần nhiều nhất {MOST}; hãy lấy until đến {last}"),
            format!("{count} slots would run, {MOST} at most in one call; take until no later than {last}"),
        )
        .into());
    }
    let mut done = Backfilled { slots: Vec::new(), left: ran.len() };
    for slot_at in open {
        // Boxed: the work of all jobs in one future is large.
        match Box::pin(run(house, job, slot_at, Asked::ToFillIn)).await {
            // Somebody was faster.
            Ok(ran) if ran.before => done.left += 1,
            Ok(ran) => done.slots.push(SlotView::of(ran.slot, row.grace_seconds)),
            Err(ServiceError::Aborted(_)) => {
                let look = house.look(house.own_context(job)).await?;
                let slot = slots::find(&look.door, job.as_str(), slot_at).await?;
                done.slots.extend(slot.map(|slot| SlotView::of(slot, row.grace_seconds)));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

fn check(
    job: JobName,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<(), ServiceError> {
    let mut wrong = Vec::new();
    if until > now {
        wrong.push(Violation::new(
            "until",
            "IN_THE_FUTURE",
            "until nằm trong tương lai; hãy lấy muộn nhất là bây giờ",
            "until lies in the future; take now at the latest",
        ));
    }
    if from > until {
        wrong.push(Violation::new(
            "from",
            "REVERSED",
            "from nằm sau until; hãy đổi chỗ hai thời điểm",
            "from lies after until; swap them",
        ));
    }
    // Whether a slot ran is known only as long as it is remembered.
    let earliest = now - REMEMBERED;
    if OFTEN.contains(&job) && from < earliest {
        wrong.push(Violation::new(
            "from",
            "TOO_EARLY",
            format!("các lượt của việc này chỉ được nhớ từ {earliest}; hãy lấy from từ lúc đó"),
            format!("slots of this job are remembered since {earliest} only; take from no earlier"),
        ));
    }
    if wrong.is_empty() { Ok(()) } else { Err(ServiceError::Invalid(wrong)) }
}
