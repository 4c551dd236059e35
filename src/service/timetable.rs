//! The timetable: which schedule each job has, as the settings say or as somebody changed it by hand. What is due by it is
//! found in `slots`.

use chrono::{DateTime, Utc};

use super::House;
use super::error::{ServiceError, Violation};
use super::schedules::{JobView, job_etag, job_named, view};
use super::settings::JobSettings;
use super::slots::{bad_cron, house_calendar, schedule_of};
use super::work::Work;
use crate::domain::schedule::{self, JobName, Misfire, Schedule};
use crate::domain::text::cut;
use crate::store::slots::{self, JobRow};

/// The longest grace: a week, in seconds.
const MOST_GRACE: i64 = 7 * 86_400;

/// What is to be changed about a job; None stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobChange {
    /// Cron patterns, several separated by `;`.
    pub schedule: Option<String>,
    /// Whether it rests on days off.
    pub working_days_only: Option<bool>,
    /// What happens to missed slots.
    pub misfire: Option<Misfire>,
    /// How late a slot may begin, in seconds.
    pub grace_seconds: Option<i64>,
    /// Some(false): back to what the settings say.
    pub changed_by_hand: Option<bool>,
}

/// The schedule that the settings give a job.
fn of_settings(settings: &JobSettings, job: JobName) -> Schedule {
    let (working_days_only, misfire, grace_seconds) = match job {
        JobName::PlanReminders | JobName::SendReminders => (true, Misfire::Latest, 900),
        JobName::FlagOverdue | JobName::DeliverMail | JobName::TakeFiles | JobName::TakeReturnedMails => {
            (false, Misfire::Latest, 300)
        }
        JobName::FoldFigures | JobName::CheckFigures | JobName::PurgeReplays => {
            (false, Misfire::Latest, 3600)
        }
        // Each may close another period. Which day is a period's, the job knows; on others there is nothing to do.
        JobName::ReportPeriod => (true, Misfire::All, 3600),
    };
    Schedule { cron: settings.cron(job), working_days_only, misfire, grace_seconds }
}

/// A job with a schedule. Of another one than before no slot lies in the past.
fn with_schedule(row: JobRow, schedule: Schedule, zone: &str, now: DateTime<Utc>) -> JobRow {
    let times = |row: &JobRow| (row.cron.clone(), row.working_days_only, row.time_zone.clone());
    let before = times(&row);
    let row = JobRow {
        cron: schedule.cron,
        time_zone: zone.to_owned(),
        working_days_only: schedule.working_days_only,
        misfire: schedule.misfire.as_str().to_owned(),
        grace_seconds: schedule.grace_seconds,
        ..row
    };
    let scheduled_at = if times(&row) == before { row.scheduled_at } else { Some(now) };
    JobRow { scheduled_at, ..row }
}

impl House {
    /// Enters all jobs with the settings' schedules; one that somebody changed by hand keeps its own. `created_at` is
    /// written once and stays: no slot lies before it.
    pub async fn enter_jobs(&self) -> Result<(), ServiceError> {
        let work = self.job(self.own_context(JobName::FlagOverdue)).await?;
        let (calendar, now) = (house_calendar(&work.rules), work.now());
        let zone = calendar.spec().time_zone.name();
        let has_work = |job: JobName| match job {
            JobName::TakeFiles => !self.settings.folders.is_empty(),
            JobName::TakeReturnedMails => self.settings.mail.returned.is_some(),
            JobName::FlagOverdue
            | JobName::PlanReminders
            | JobName::SendReminders
            | JobName::DeliverMail
            | JobName::FoldFigures
            | JobName::ReportPeriod
            | JobName::CheckFigures
            | JobName::PurgeReplays => true,
        };
        for job in JobName::ALL.iter().filter(|job| has_work(**job)) {
            let schedule = of_settings(&self.settings.jobs, *job);
            // A pattern that can't be read stops the start, not a night.
            schedule::next_slot(&schedule, &calendar, now).map_err(|e| bad_cron(&e))?;
            let new = JobRow {
                name: job.as_str().to_owned(),
                cron: String::new(),
                time_zone: String::new(),
                working_days_only: false,
                misfire: Misfire::Latest.as_str().to_owned(),
                grace_seconds: 0,
                paused: false,
                paused_note: None,
                created_at: now,
                paused_by: None,
                paused_at: None,
                resumed_at: None,
                scheduled_at: None,
                changed_by_hand: false,
            };
            slots::enter_job(&work.tx, with_schedule(new, schedule.clone(), zone, now)).await?;
            let row = slots::hold_job(&work.tx, job.as_str()).await?;
            if let Some(row) = row.filter(|row| !row.changed_by_hand) {
                slots::put_job(&work.tx, with_schedule(row, schedule, zone, now)).await?;
            }
        }
        work.finish(&[]).await
    }
}

/// The job of a name, which nobody else changes meanwhile, if its etag is the newest. An empty etag isn't compared.
async fn held(work: &Work, name: &str, etag: &str) -> Result<JobRow, ServiceError> {
    let job = job_named(name)?;
    let resource = format!("jobs/{name}");
    let row = slots::hold_job(&work.tx, job.as_str())
        .await?
        .ok_or_else(|| ServiceError::NotFound(resource.clone()))?;
    if etag.is_empty() || etag == job_etag(&row) { Ok(row) } else { Err(ServiceError::Aborted(resource)) }
}

/// Lets a job rest, with a note why, or work again.
pub async fn set_paused(
    work: &mut Work,
    name: &str,
    etag: &str,
    paused: bool,
    note: &str,
) -> Result<JobView, ServiceError> {
    let note = note.trim();
    if paused && note.is_empty() {
        return Err(Violation::missing("note").into());
    }
    let row = held(work, name, etag).await?;
    let (now, by) = (work.now(), work.context.caller.label.clone());
    let row = JobRow {
        paused,
        paused_note: paused.then(|| note.to_owned()),
        paused_by: paused.then_some(by),
        paused_at: if paused { row.paused_at.filter(|_| row.paused).or(Some(now)) } else { None },
        resumed_at: if row.paused && !paused { Some(now) } else { row.resumed_at },
        ..row
    };
    slots::put_job(&work.tx, row.clone()).await?;
    let verb = if paused { "paused" } else { "resumed" };
    work.note(format!("jobs/{name}"), &serde_json::json!({ verb: { "note": note } }));
    view(&work.tx, &work.rules, row, work.now()).await
}

/// Changes the schedule of a job: from then on it is its own, whatever the settings say, until `changed_by_hand` is set
/// to false again.
pub async fn change_job(
    work: &mut Work,
    name: &str,
    etag: &str,
    change: JobChange,
) -> Result<JobView, ServiceError> {
    let row = held(work, name, etag).await?;
    let (job, calendar) = (job_named(name)?, house_calendar(&work.rules));
    let by_hand = change.changed_by_hand.unwrap_or(true);
    let schedule = if by_hand {
        let old = schedule_of(&row)?;
        Schedule {
            cron: change.schedule.map_or(old.cron, |cron| cron.trim().to_owned()),
            working_days_only: change.working_days_only.unwrap_or(old.working_days_only),
            misfire: change.misfire.unwrap_or(old.misfire),
            grace_seconds: change.grace_seconds.unwrap_or(old.grace_seconds),
        }
    } else {
        of_settings(&work.settings.jobs, job)
    };
    let mut wrong = Vec::new();
    match schedule::next_slot(&schedule, &calendar, work.now()) {
        Ok(Some(_)) => {}
        Ok(None) => wrong.push(Violation::new(
            "job.schedule",
            "NEVER",
            format!("lịch “{}” không có lượt nào trong một năm tới; hãy sửa lịch", cut(&schedule.cron)),
            format!("the schedule “{}” has no slot in the coming year; correct it", cut(&schedule.cron)),
        )),
        Err(bad) => wrong.push(Violation::new(
            "job.schedule",
            "BAD_CRON",
            format!(
                "lịch “{}” không đọc được; hãy viết năm trường phút giờ ngày tháng thứ như “15 7 * * *”",
                cut(&bad.0)
            ),
            format!(
                "the schedule “{}” can't be read; write minute hour day month weekday such as \"15 7 * * *\"",
                cut(&bad.0)
            ),
        )),
    }
    if !(0..=MOST_GRACE).contains(&schedule.grace_seconds) {
        wrong.push(Violation::new(
            "job.grace_seconds",
            "OUT_OF_RANGE",
            format!("grace_seconds phải từ 0 đến {MOST_GRACE} giây (một tuần); hãy sửa"),
            format!("grace_seconds must be from 0 to {MOST_GRACE} seconds (a week); correct it"),
        ));
    }
    if !wrong.is_empty() {
        return Err(ServiceError::Invalid(wrong));
    }
    work.note(
        format!("jobs/{name}"),
        &serde_json::json!({ "changed": {
            "schedule": schedule.cron, "working_days_only": schedule.working_days_only,
            "misfire_policy": schedule.misfire.as_str(), "grace_seconds": schedule.grace_seconds,
            "by_hand": by_hand,
        } }),
    );
    let zone = calendar.spec().time_zone.name();
    let row = JobRow { changed_by_hand: by_hand, ..with_schedule(row, schedule, zone, work.now()) };
    slots::put_job(&work.tx, row.clone()).await?;
    view(&work.tx, &work.rules, row, work.now()).await
}
