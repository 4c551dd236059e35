//! Slots: which of them have fallen due, who works on one, and what became of it. A slot is claimed in a
//! transaction of its own; each batch of its work checks the fence, so a worker that was given up for dead
//! can't write any more. What a job does isn't known here.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::error::ServiceError;
use super::troubles;
use super::work::{Context, Work};
use super::{House, Rules};
use crate::domain::calendar::{Calendar, default_spec};
use crate::domain::permission::{Caller, Scope};
use crate::domain::schedule::{self, Decision, JobName, Misfire, Schedule};
use crate::domain::trouble::TroubleKind;
use crate::store::slots::{self, JobRow, SlotRow, Wish};
use crate::store::{Door, StoreError, outbox};

/// How far back missed slots are looked for: where each is run, and where only the latest is.
const LOOK_BACK: [TimeDelta; 2] = [TimeDelta::days(400), TimeDelta::days(40)];
/// Missed slots that are recorded one by one; earlier ones are told of in a note.
const RECORDED: usize = 60;
/// Among so many of a job's latest slots one is of its schedule, the others were chosen by hand.
const BY_HAND: u64 = 64;

/// Who asks for a slot to be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The schedule: what has ended stays so.
    Schedule,
    /// A person who fills in what wasn't run: what was skipped is run.
    ToFillIn,
    /// A person who names this slot: what failed or was skipped is run again.
    ByHand,
}

/// A slot that is ours to work on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The job.
    pub job: JobName,
    /// The slot.
    pub slot_at: DateTime<Utc>,
    /// Grows with each claim of the slot.
    pub fence: i64,
    /// The how-manieth attempt, from 1.
    pub attempt: i32,
    /// Who asks for it.
    pub asked: Asked,
}

/// How claiming a slot ended.
#[derive(Debug, Clone)]
pub enum Claimed {
    /// It is ours.
    Ours(Claim),
    /// It has ended before.
    Ended(SlotRow),
    /// Somebody else works on it.
    Held(SlotRow),
}

/// A slot that is to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The job.
    pub job: JobName,
    /// The slot.
    pub slot_at: DateTime<Utc>,
}

impl Claim {
    /// `jobs/NAME/slots/INSTANT`.
    pub fn name(&self) -> String {
        slot_name(self.job.as_str(), self.slot_at)
    }
}

/// The resource name of a slot.
pub fn slot_name(job: &str, slot_at: DateTime<Utc>) -> String {
    format!("jobs/{job}/slots/{}", slot_at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
}

/// The schedule of a job as it is kept.
pub fn schedule_of(row: &JobRow) -> Result<Schedule, ServiceError> {
    let corrupt = StoreError::Corrupt { table: "job", column: "misfire", row: row.name.clone() };
    Ok(Schedule {
        cron: row.cron.clone(),
        working_days_only: row.working_days_only,
        misfire: Misfire::parse(&row.misfire).ok_or(corrupt)?,
        grace_seconds: row.grace_seconds,
    })
}

/// The calendar that schedules go by: the house's, or the default one until it is loaded.
pub fn house_calendar(rules: &Rules) -> Arc<Calendar> {
    rules.calendar_for(None).cloned().unwrap_or_else(default_calendar)
}

/// The calendar of a house that has loaded none.
pub fn default_calendar() -> Arc<Calendar> {
    Arc::new(Calendar::new(Uuid::nil(), default_spec()).expect("the default specification is a calendar"))
}

pub(super) fn bad_cron(error: &schedule::BadCron) -> ServiceError {
    ServiceError::Internal(error.to_string())
}

impl House {
    /// Who works, where the house works by itself.
    pub fn own_context(&self, job: JobName) -> Context {
        let label = format!("jobs/{}", job.as_str());
        let caller = Caller {
            label: label.clone(),
            key_id: Uuid::nil(),
            official_id: None,
            unit_id: None,
            roles: Vec::new(),
            language: "vi".to_owned(),
        };
        Context { caller, scope: Scope::All, rpc: label, now: self.world.office.now() }
    }

    /// Ends the leases of a server that is gone: on SQLite, where no other can be alive once this one has its port.
    pub async fn free_leases(&self) -> Result<(), ServiceError> {
        if self.store.is_postgres() {
            return Ok(());
        }
        let work = self.job(self.own_context(JobName::FlagOverdue)).await?;
        slots::free_all(&work.tx, self.world.lease.now()).await?;
        outbox::free_all(&work.tx).await?;
        work.finish(&[]).await
    }

    /// What is to be run now, in the order of time and then of the jobs. What is missed for good is recorded, and what
    /// waits beyond its grace; of a job that rests all but what it will run when it works again.
    pub async fn due_slots(&self) -> Result<Vec<Due>, ServiceError> {
        let work = self.job(self.own_context(JobName::FlagOverdue)).await?;
        let now = work.now();
        let calendar = house_calendar(&work.rules);
        let mut due = Vec::new();
        let jobs = slots::jobs(&work.tx).await?;
        let mut skipped = Vec::new();
        for row in &jobs {
            let Some(job) = JobName::parse(&row.name) else { continue };
            let Decision { run, skip } = decide(&work.tx, row, &calendar, now).await?;
            let rested = |at: &DateTime<Utc>| row.paused || row.resumed_at.is_some_and(|until| *at <= until);
            let (resting, missed): (Vec<_>, Vec<_>) = skip.into_iter().partition(rested);
            let why = format!("paused: {}", row.paused_note.as_deref().unwrap_or("until it was resumed"));
            let mut recorded = record_skipped(&work, job, &resting, &why).await?;
            let new = record_skipped(&work, job, &missed, "missed").await?;
            if new > 0 {
                troubles::note(&work, TroubleKind::Skipped, job, &missed, "missed").await?;
            }
            recorded += new;
            skipped.push((job, recorded));
            if row.paused {
                continue;
            }
            let waits = |at: &&DateTime<Utc>| !rested(at) && is_late(row, **at, now);
            let waiting: Vec<_> = run.iter().filter(waits).copied().collect();
            troubles::note(&work, TroubleKind::Late, job, &waiting, "not begun in time").await?;
            due.extend(run.into_iter().map(|slot_at| Due { job, slot_at }));
        }
        let running: Vec<&str> = jobs.iter().filter(|row| !row.paused).map(|row| row.name.as_str()).collect();
        for row in slots::orphaned(&work.tx, self.world.lease.now()).await? {
            if let Some(job) = JobName::parse(&row.job).filter(|_| running.contains(&row.job.as_str())) {
                due.push(Due { job, slot_at: row.slot_at });
            }
        }
        work.finish(&[]).await?;
        for (job, count) in skipped {
            self.meter.slots(job.as_str(), "skipped", count);
        }
        due.sort_by_key(|d| (d.slot_at, d.job));
        due.dedup();
        Ok(due)
    }

    /// Claims a slot, in a transaction of its own. That it begins late is recorded with it.
    pub async fn claim(
        &self,
        job: JobName,
        slot_at: DateTime<Utc>,
        asked: Asked,
    ) -> Result<Claimed, ServiceError> {
        let lease_now = self.world.lease.now();
        let wish = Wish {
            job: job.as_str().to_owned(),
            slot_at,
            by: self.instance.to_string(),
            started_at: self.world.office.now(),
            lease_now,
            lease_until: lease_now + self.settings.jobs.lease,
            also: match asked {
                Asked::Schedule => &[],
                Asked::ToFillIn => &["skipped"],
                Asked::ByHand => &["failed", "skipped"],
            },
        };
        let work = self.job(self.own_context(job)).await?;
        if let Some(row) = slots::claim(&work.tx, &wish).await? {
            let schedule = slots::find_job(&work.tx, &wish.job).await?;
            let in_time = schedule.as_ref().is_none_or(|job| {
                !is_late(job, slot_at, wish.started_at) || job.resumed_at.is_some_and(|at| slot_at <= at)
            });
            if asked == Asked::Schedule && !in_time {
                troubles::note(&work, TroubleKind::Late, job, &[slot_at], "begun late").await?;
            }
            work.finish(&[]).await?;
            if asked == Asked::Schedule && row.attempt == 1 {
                self.meter.began(job.as_str(), wish.started_at - slot_at, !in_time);
            }
            return Ok(Claimed::Ours(Claim { job, slot_at, fence: row.fence, attempt: row.attempt, asked }));
        }
        let row = slots::find(&work.tx, &wish.job, slot_at)
            .await?
            .ok_or_else(|| ServiceError::NotFound(slot_name(&wish.job, slot_at)))?;
        Ok(if row.state == "claimed" { Claimed::Held(row) } else { Claimed::Ended(row) })
    }

    /// Begins a batch of a slot's work. An [`ServiceError::Aborted`] says that the slot is lost.
    pub async fn batch(&self, claim: &Claim) -> Result<Work, ServiceError> {
        let work = self.job(self.own_context(claim.job)).await?;
        let until = self.world.lease.now() + self.settings.jobs.lease;
        if slots::hold(&work.tx, claim.job.as_str(), claim.slot_at, claim.fence, until).await? {
            Ok(work)
        } else {
            Err(ServiceError::Aborted(claim.name()))
        }
    }

    /// Lengthens the lease of a slot while its worker does something that takes long.
    pub async fn keep(&self, claim: &Claim) -> Result<(), ServiceError> {
        self.batch(claim).await?.finish(&[]).await
    }

    /// Ends a slot with a note, or gives it back to be tried again after `again_in`.
    pub async fn end_slot(
        &self,
        claim: &Claim,
        ending: Ending,
        note: String,
    ) -> Result<SlotRow, ServiceError> {
        let (job, slot_at) = (claim.job.as_str(), claim.slot_at);
        let work = self.job(self.own_context(claim.job)).await?;
        let now = work.now();
        let (kept, outcome) = match ending {
            Ending::Done => {
                (slots::finish(&work.tx, job, slot_at, claim.fence, "done", now, note).await?, "done")
            }
            Ending::Failed => {
                let kept =
                    slots::finish(&work.tx, job, slot_at, claim.fence, "failed", now, note.clone()).await?;
                if kept {
                    troubles::note(&work, TroubleKind::Failed, claim.job, &[slot_at], &note).await?;
                }
                (kept, "failed")
            }
            Ending::Again(after) => {
                let free_at = self.world.lease.now() + after;
                (slots::give_back(&work.tx, job, slot_at, claim.fence, free_at, note).await?, "put_off")
            }
        };
        if !kept {
            return Err(ServiceError::Aborted(claim.name()));
        }
        let row =
            slots::find(&work.tx, job, slot_at).await?.ok_or_else(|| ServiceError::NotFound(claim.name()))?;
        work.finish(&[]).await?;
        self.meter.slots(job, outcome, 1);
        Ok(row)
    }
}

/// How a slot's work ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It did what it should.
    Done,
    /// It didn't, and trying again is no use.
    Failed,
    /// It didn't, but may after so long.
    Again(TimeDelta),
}

/// Whether a slot that begins now, or still waits, is beyond its grace.
fn is_late(row: &JobRow, slot_at: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    (now - slot_at).num_seconds() > row.grace_seconds
}

/// Records slots that aren't run: the latest one by one, how many others there are in their note.
async fn record_skipped(
    work: &Work,
    job: JobName,
    skip: &[DateTime<Utc>],
    why: &str,
) -> Result<u64, ServiceError> {
    let earlier = skip.len().saturating_sub(RECORDED);
    let note = if earlier == 0 { why.to_owned() } else { format!("{why}; {earlier} earlier ones too") };
    Ok(slots::skip(&work.tx, job.as_str(), &skip[earlier..], work.now(), &note).await?)
}

/// What is due of a job since the last slot of its schedule that is on record.
async fn decide(
    door: &impl Door,
    row: &JobRow,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Result<Decision, ServiceError> {
    let schedule = schedule_of(row)?;
    let mut last = row.created_at.max(row.scheduled_at.unwrap_or(row.created_at));
    for slot in slots::latest(door, &row.name, now, BY_HAND).await? {
        if schedule::is_slot(&schedule, calendar, slot.slot_at).map_err(|e| bad_cron(&e))? {
            last = last.max(slot.slot_at);
            break;
        }
    }
    let back = LOOK_BACK[usize::from(schedule.misfire != Misfire::All)];
    let found = schedule::slots(&schedule, calendar, last.max(now - back), now).map_err(|e| bad_cron(&e))?;
    Ok(schedule::decide(&schedule, found, now))
}
