//! The jobs: what each does with its slot, run by the night watch or by hand. When they are due is decided in
//! `slots`; the beat is given elsewhere.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;

use super::error::ServiceError;
use super::reminders::{self, Round};
pub use super::slots::Asked;
use super::slots::{Claim, Claimed, Ending, house_calendar, slot_name};
use super::{House, checker, delivery, flagging, folders, period_report, returned};
use crate::domain::schedule::JobName;
use crate::store::slots::SlotRow;
use crate::store::{StoreError, figures, requests, slots as kept};

/// Attempts at a slot before it is left failed.
const ATTEMPTS: i32 = 5;
/// Pause before a slot is tried again.
const PAUSE: TimeDelta = TimeDelta::seconds(30);
/// How long slots of jobs that run many times a day are remembered.
pub(super) const REMEMBERED: TimeDelta = TimeDelta::days(35);
/// The jobs that run many times a day.
pub(super) const OFTEN: [JobName; 5] = [
    JobName::DeliverMail,
    JobName::FlagOverdue,
    JobName::FoldFigures,
    JobName::TakeFiles,
    JobName::TakeReturnedMails,
];
/// Differences that a failed check names.
const NAMED: usize = 5;

/// How a run ended.
#[derive(Debug, Clone)]
pub struct Ran {
    /// The slot.
    pub slot: SlotRow,
    /// It had ended before, nothing was run.
    pub before: bool,
}

/// Runs a job for a slot and waits for its end. [`ServiceError::Aborted`]: another worker has it.
pub async fn run(
    house: &House,
    job: JobName,
    slot_at: DateTime<Utc>,
    asked: Asked,
) -> Result<Ran, ServiceError> {
    if slot_at > house.world.office.now() {
        let name = slot_name(job.as_str(), slot_at);
        return Err(ServiceError::Precondition {
            reason: "SLOT_IN_THE_FUTURE",
            subject: name.clone(),
            vi: format!("{name} nằm trong tương lai; hãy chạy khi đến giờ"),
            en: format!("{name} lies in the future; run it when its time has come"),
        });
    }
    let claim = match house.claim(job, slot_at, asked).await? {
        Claimed::Ours(claim) => claim,
        Claimed::Ended(slot) => return Ok(Ran { slot, before: true }),
        Claimed::Held(slot) => return Err(ServiceError::Aborted(slot_name(&slot.job, slot.slot_at))),
    };
    let outcome = tokio::select! {
        outcome = work(house, &claim) => outcome,
        lost = watch(house, &claim) => Err(lost),
    };
    let (ending, note) = match outcome {
        Ok(note) => (Ending::Done, note),
        Err(error) if asked == Asked::Schedule && may_pass(&error) && claim.attempt < ATTEMPTS => {
            (Ending::Again(PAUSE), error.to_string())
        }
        Err(error) => (Ending::Failed, said(&error)),
    };
    if ending == Ending::Done {
        tracing::debug!(slot = claim.name(), note, "done");
    } else {
        tracing::warn!(slot = claim.name(), note, attempt = claim.attempt, "not done");
    }
    let slot = house.end_slot(&claim, ending, note).await?;
    Ok(Ran { slot, before: false })
}

/// Lengthens the lease while the work goes on. Ends only when the slot is lost.
async fn watch(house: &House, claim: &Claim) -> ServiceError {
    let pause = house.settings.jobs.lease.to_std().unwrap_or(Duration::from_mins(1)) / 3;
    loop {
        tokio::time::sleep(pause).await;
        match house.keep(claim).await {
            Ok(()) => {}
            Err(ServiceError::Aborted(name)) => return ServiceError::Aborted(name),
            Err(error) => tracing::warn!(slot = claim.name(), %error, "the lease could not be lengthened"),
        }
    }
}

/// Whether the same work may succeed in a while.
fn may_pass(error: &ServiceError) -> bool {
    match error {
        ServiceError::Aborted(_) | ServiceError::Store(StoreError::Busy(_) | StoreError::Conflict) => true,
        ServiceError::Invalid(_)
        | ServiceError::OutOfRange(_)
        | ServiceError::NotFound(_)
        | ServiceError::AlreadyExists(_)
        | ServiceError::Precondition { .. }
        | ServiceError::RequestIdReused
        | ServiceError::Denied(_)
        | ServiceError::Store(_)
        | ServiceError::Internal(_) => false,
    }
}

/// What the slot says of an error.
fn said(error: &ServiceError) -> String {
    if let ServiceError::Invalid(violations) = error {
        violations.iter().map(|v| v.en.as_str()).collect::<Vec<_>>().join("; ")
    } else {
        error.to_string()
    }
}

/// In a box: all jobs side by side, laid out in each caller, take the compiler minutes.
fn work<'a>(house: &'a House, claim: &'a Claim) -> BoxFuture<'a, Result<String, ServiceError>> {
    match claim.job {
        JobName::FlagOverdue => Box::pin(flagging::flag_overdue(house, flagging::By::Slot(claim))),
        JobName::PlanReminders => Box::pin(async move {
            let entered = reminders::plan(house, claim).await?;
            Ok(format!("ghi {entered} lời nhắc / {entered} notices entered"))
        }),
        JobName::SendReminders => Box::pin(async move {
            let round = round_of(house, claim).await?;
            Ok(reminders::send(house, claim, round).await?.note())
        }),
        JobName::DeliverMail => Box::pin(async move { Ok(delivery::deliver(house, claim).await?.note()) }),
        JobName::FoldFigures => Box::pin(fold_figures(house, claim)),
        JobName::ReportPeriod => Box::pin(period_report::close(house, claim)),
        JobName::CheckFigures => Box::pin(check_figures(house, claim)),
        JobName::TakeFiles => Box::pin(folders::take(house, claim)),
        JobName::TakeReturnedMails => Box::pin(returned::take(house, claim)),
        JobName::PurgeReplays => Box::pin(purge(house, claim)),
    }
}

/// Of what a slot reminds: of what is due today where only the afternoon's pattern names it.
async fn round_of(house: &House, claim: &Claim) -> Result<Round, ServiceError> {
    let look = house.look(house.own_context(claim.job)).await?;
    let calendar = house_calendar(&look.rules);
    Ok(Round::of(&house.settings.jobs, &calendar, claim.slot_at))
}

async fn fold_figures(house: &House, claim: &Claim) -> Result<String, ServiceError> {
    let cut = figures::cut(&house.store, house.world.office.now()).await?;
    let work = house.batch(claim).await?;
    let folded = figures::fold(&work.tx, cut).await?;
    work.finish(&[]).await?;
    Ok(format!("gộp {folded} dòng đến số {cut} / {folded} rows folded up to {cut}"))
}

async fn check_figures(house: &House, claim: &Claim) -> Result<String, ServiceError> {
    let look = house.look(house.own_context(claim.job)).await?;
    let differences = checker::check(&look).await?;
    if differences.is_empty() {
        return Ok("số liệu khớp các sự kiện / the figures equal the events".to_owned());
    }
    let named: Vec<String> = differences
        .iter()
        .take(NAMED)
        .map(|d| {
            let unit = look.rules.unit_code(d.unit_id);
            format!("{} {unit} {}: ledger {}, events {}", d.on, d.fact, d.ledger, d.events)
        })
        .collect();
    Err(ServiceError::Internal(format!("{} cells differ: {}", differences.len(), named.join("; "))))
}

async fn purge(house: &House, claim: &Claim) -> Result<String, ServiceError> {
    let work = house.batch(claim).await?;
    let now = work.now();
    let answers = requests::forget(&work.tx, now - house.settings.jobs.replays_kept).await?;
    let mut slots = 0;
    for job in OFTEN {
        slots += kept::forget(&work.tx, job.as_str(), now - REMEMBERED).await?;
    }
    work.finish(&[]).await?;
    Ok(format!(
        "xóa {answers} câu trả lời, {slots} lượt chạy / {answers} kept answers and {slots} slots forgotten"
    ))
}
