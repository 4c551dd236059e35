//! Slots: which of them have fallen due, who works on one, and what became of it. A slot is claimed in a
//! transaction of its own; each batch of its work checks the fence, so a worker that was given up for dead
//! can't write any more. What a job does isn't known here.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::error::ServiceError;
use super::work::{Context, Work};
use super::{House, Rules};
use crate::domain::calendar::{Calendar, default_spec};
use crate::domain::permission::{Caller, Scope};
use crate::domain::schedule::{self, Decision, JobName, Misfire, Schedule};
use crate::store::slots::{self, JobRow, SlotRow, Wish};
use crate::store::{Door, StoreError, outbox};

/// How far back missed slots are looked for: where each is run, and where only the latest is.
const LOOK_BACK: [TimeDelta; 2] = [TimeDelta::days(400), TimeDelta::days(40)];
/// Missed slots that are recorded one by one; earlier ones are told of in a note.
const RECORDED: usize = 60;
/// Among so many of a job's latest slots one is of its schedule, the others were chosen by hand.
const BY_HAND: u64 = 64;

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

fn bad_cron(error: &schedule::BadCron) -> ServiceError {
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

    /// Enters all jobs with the settings' schedules. `first_start` is written once and stays: no slot lies
    /// before it. On SQLite the leases of the instance that was here before end.
    pub async fn enter_jobs(&self) -> Result<(), ServiceError> {
        let work = self.job(self.own_context(JobName::FlagOverdue)).await?;
        let zone = house_calendar(&work.rules).spec().time_zone.name().to_owned();
        let has_folders = !self.settings.folders.is_empty();
        for job in JobName::ALL.iter().filter(|job| has_folders || **job != JobName::TakeFiles) {
            let (working_days_only, misfire, grace_seconds) = manner(*job);
            let row = JobRow {
                name: job.as_str().to_owned(),
                cron: self.settings.jobs.cron(*job),
                time_zone: zone.clone(),
                working_days_only,
                misfire: misfire.as_str().to_owned(),
                grace_seconds,
                paused: false,
                paused_note: None,
                created_at: work.now(),
            };
            // A pattern that can't be read stops the start, not a night.
            schedule::next_slot(&schedule_of(&row)?, &house_calendar(&work.rules), work.now())
                .map_err(|e| bad_cron(&e))?;
            slots::enter_job(&work.tx, row).await?;
        }
        work.finish(&[]).await
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

    /// What is to be run now, in the order of time and then of the jobs; what is missed for good is recorded.
    pub async fn due_slots(&self) -> Result<Vec<Due>, ServiceError> {
        let work = self.job(self.own_context(JobName::FlagOverdue)).await?;
        let now = work.now();
        let calendar = house_calendar(&work.rules);
        let mut due = Vec::new();
        let jobs = slots::jobs(&work.tx).await?;
        for row in jobs.iter().filter(|row| !row.paused) {
            let Some(job) = JobName::parse(&row.name) else { continue };
            let decision = decide(&work.tx, row, &calendar, now).await?;
            let earlier = decision.skip.len().saturating_sub(RECORDED);
            let note = if earlier == 0 {
                "missed".to_owned()
            } else {
                format!("missed; {earlier} earlier ones too")
            };
            slots::skip(&work.tx, &row.name, &decision.skip[earlier..], now, &note).await?;
            due.extend(decision.run.into_iter().map(|slot_at| Due { job, slot_at }));
        }
        let running: Vec<&str> = jobs.iter().filter(|row| !row.paused).map(|row| row.name.as_str()).collect();
        for row in slots::orphaned(&work.tx, self.world.lease.now()).await? {
            if let Some(job) = JobName::parse(&row.job).filter(|_| running.contains(&row.job.as_str())) {
                due.push(Due { job, slot_at: row.slot_at });
            }
        }
        work.finish(&[]).await?;
        due.sort_by_key(|d| (d.slot_at, d.job));
        due.dedup();
        Ok(due)
    }

    /// Claims a slot, in a transaction of its own. `again`: also one that failed or was skipped.
    pub async fn claim(
        &self,
        job: JobName,
        slot_at: DateTime<Utc>,
        again: bool,
    ) -> Result<Claimed, ServiceError> {
        let lease_now = self.world.lease.now();
        let wish = Wish {
            job: job.as_str().to_owned(),
            slot_at,
            by: self.instance.to_string(),
            started_at: self.world.office.now(),
            lease_now,
            lease_until: lease_now + self.settings.jobs.lease,
            again,
        };
        let tx = self.store.begin().await?;
        if let Some(row) = slots::claim(&tx, &wish).await? {
            tx.commit().await?;
            return Ok(Claimed::Ours(Claim { job, slot_at, fence: row.fence, attempt: row.attempt }));
        }
        let row = slots::find(&tx, &wish.job, slot_at)
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
        let tx = self.store.begin().await?;
        let now = self.world.office.now();
        let kept = match ending {
            Ending::Done => slots::finish(&tx, job, slot_at, claim.fence, "done", now, note).await?,
            Ending::Failed => slots::finish(&tx, job, slot_at, claim.fence, "failed", now, note).await?,
            Ending::Again(after) => {
                let free_at = self.world.lease.now() + after;
                slots::give_back(&tx, job, slot_at, claim.fence, free_at, note).await?
            }
        };
        if !kept {
            return Err(ServiceError::Aborted(claim.name()));
        }
        let row =
            slots::find(&tx, job, slot_at).await?.ok_or_else(|| ServiceError::NotFound(claim.name()))?;
        tx.commit().await?;
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

/// Working days only, what to do with missed slots, and seconds of grace.
fn manner(job: JobName) -> (bool, Misfire, i64) {
    match job {
        JobName::PlanReminders | JobName::SendReminders => (true, Misfire::Latest, 900),
        JobName::FlagOverdue | JobName::DeliverMail | JobName::TakeFiles => (false, Misfire::Latest, 300),
        JobName::FoldFigures | JobName::CheckFigures | JobName::PurgeReplays => {
            (false, Misfire::Latest, 3600)
        }
        // Each closes another period.
        JobName::ReportPeriod => (false, Misfire::All, 3600),
    }
}

/// What is due of a job since the last slot of its schedule that is on record.
async fn decide(
    door: &impl Door,
    row: &JobRow,
    calendar: &Calendar,
    now: DateTime<Utc>,
) -> Result<Decision, ServiceError> {
    let schedule = schedule_of(row)?;
    let mut last = row.created_at;
    for slot in slots::latest(door, &row.name, BY_HAND).await? {
        if schedule::is_slot(&schedule, calendar, slot.slot_at).map_err(|e| bad_cron(&e))? {
            last = last.max(slot.slot_at);
            break;
        }
    }
    let back = LOOK_BACK[usize::from(schedule.misfire != Misfire::All)];
    let found = schedule::slots(&schedule, calendar, last.max(now - back), now).map_err(|e| bad_cron(&e))?;
    Ok(schedule::decide(&schedule, found, now))
}
