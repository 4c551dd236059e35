//! Schedules as data: which slots lie between two instants, in the calendar's zone and, where
//! wanted, on working days only. The house's metronome only beats; what is due is decided here.

use std::str::FromStr;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use croner::Cron;

use super::calendar::Calendar;
use super::dossier::state::words;

words! {
    /// What to do with slots that were missed.
    Misfire {
        /// Run the latest once; the earlier ones are recorded as skipped.
        Latest = "latest",
        /// Run each.
        All = "all",
        /// Run none; record them as skipped.
        Skip = "skip",
    }
}

words! {
    /// A job of the house.
    JobName {
        /// Records which deadlines passed.
        FlagOverdue = "flag_overdue",
        /// Enters the notices that fell due.
        PlanReminders = "plan_reminders",
        /// Makes one digest a person of them.
        SendReminders = "send_reminders",
        /// Sends what lies in the outbox.
        DeliverMail = "deliver_mail",
        /// Folds the figure ledger into cells.
        FoldFigures = "fold_figures",
        /// Closes a period and sends its summary.
        ReportPeriod = "report_period",
        /// Recounts the figures from the events.
        CheckFigures = "check_figures",
        /// Takes the files of drop folders.
        TakeFiles = "take_files",
        /// Takes what comes back of mails.
        TakeReturnedMails = "take_returned_mails",
        /// Forgets what was kept for replays, and old slots.
        PurgeReplays = "purge_replays",
    }
}

impl JobName {
    /// What it does, for people, in Vietnamese.
    pub fn vietnamese(self) -> &'static str {
        match self {
            Self::FlagOverdue => "đánh dấu quá hạn",
            Self::PlanReminders => "lập lời nhắc",
            Self::SendReminders => "soạn thư nhắc",
            Self::DeliverMail => "gửi thư",
            Self::FoldFigures => "gộp số liệu",
            Self::ReportPeriod => "báo cáo kỳ",
            Self::CheckFigures => "kiểm tra số liệu",
            Self::TakeFiles => "nhận tệp",
            Self::TakeReturnedMails => "nhận thư bị trả lại",
            Self::PurgeReplays => "dọn dữ liệu cũ",
        }
    }
}

/// A schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// Five-field cron patterns in the calendar's zone, several separated by `;`.
    pub cron: String,
    /// Only slots on working days count.
    pub working_days_only: bool,
    /// What to do with missed slots.
    pub misfire: Misfire,
    /// A slot older than this is missed, in seconds.
    pub grace_seconds: i64,
}

/// A pattern that can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cron pattern “{0}” can't be read; write five fields such as \"15 7 * * *\"")]
pub struct BadCron(pub String);

/// The most slots of a pattern that one look back yields: forty days of minutes.
const MOST: usize = 60_000;
/// Longer than any hour that a zone has twice, shorter than the time between two of its changes.
const CHANGE: TimeDelta = TimeDelta::hours(3);

/// The slots in `(after, until]`, ascending.
///
/// A pattern speaks of the clock on the wall. A slot in an hour that the zone skips is at the first instant after it,
/// together with whatever else falls there. A slot in an hour that the zone has twice is in the first of the two; only a
/// pattern of every hour goes on through both, or mail would rest for an hour. The day that must be a working one is the
/// pattern's.
pub fn slots(
    schedule: &Schedule,
    calendar: &Calendar,
    after: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<DateTime<Utc>>, BadCron> {
    // Near a change of the zone's clock, times on the wall don't come in the order of the instants that they mean.
    let from = if is_steady(calendar, after) { after } else { after - CHANGE };
    let to = if is_steady(calendar, until) { until } else { until + CHANGE };
    let last = calendar.local(to).and_utc();
    let mut found = Vec::new();
    for cron in patterns(&schedule.cron)? {
        let every_hour = (0..24).all(|hour| cron.pattern.hour_match(hour).unwrap_or(false));
        // Slots lie on whole seconds, but the search carries a fraction of its start into what it finds. It goes by the
        // wall clock alone, which is "UTC" here: its own idea of changes misses slots.
        let mut wall = calendar.local(from).and_utc().trunc_subsecs(0);
        let end = found.len() + MOST;
        while found.len() < end {
            let Ok(next) = cron.find_next_occurrence(&wall, false) else { break };
            if next > last {
                break;
            }
            wall = next;
            let local = next.naive_utc();
            if schedule.working_days_only && !calendar.is_working(local.date()) {
                continue;
            }
            let first = calendar.instant(local);
            let second = if every_hour { calendar.second_instant(local) } else { None };
            found
                .extend([Some(first), second].into_iter().flatten().filter(|at| after < *at && *at <= until));
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Whether the zone's clock runs evenly about an instant.
fn is_steady(calendar: &Calendar, at: DateTime<Utc>) -> bool {
    calendar.local(at + CHANGE) - calendar.local(at - CHANGE) == CHANGE * 2
}

fn patterns(text: &str) -> Result<Vec<Cron>, BadCron> {
    text.split(';').map(|p| Cron::from_str(p.trim()).map_err(|_| BadCron(p.trim().to_owned()))).collect()
}

/// Whether an instant is a slot of the schedule, not one that somebody chose by hand.
pub fn is_slot(schedule: &Schedule, calendar: &Calendar, at: DateTime<Utc>) -> Result<bool, BadCron> {
    let moment = TimeDelta::seconds(1);
    Ok(slots(schedule, calendar, at - moment, at)?.contains(&at))
}

/// The first slot after an instant; None where the coming year has none.
pub fn next_slot(
    schedule: &Schedule,
    calendar: &Calendar,
    after: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, BadCron> {
    // Most have one today: a year of minutes isn't looked through for the first of them.
    for days in [1, 8, 64, 366] {
        if let Some(first) = slots(schedule, calendar, after, after + TimeDelta::days(days))?.first() {
            return Ok(Some(*first));
        }
    }
    Ok(None)
}

/// What a beat must do with the slots it found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// To run, ascending.
    pub run: Vec<DateTime<Utc>>,
    /// To record as skipped, ascending.
    pub skip: Vec<DateTime<Utc>>,
}

/// Divides found slots by the misfire policy. Slots within the grace always run, save that under
/// `latest` only the last of all runs.
pub fn decide(schedule: &Schedule, mut found: Vec<DateTime<Utc>>, now: DateTime<Utc>) -> Decision {
    let fresh = |at: &DateTime<Utc>| (now - *at).num_seconds() <= schedule.grace_seconds;
    match schedule.misfire {
        Misfire::All => Decision { run: found, skip: Vec::new() },
        Misfire::Latest => {
            let run = found.pop().into_iter().collect();
            Decision { run, skip: found }
        }
        Misfire::Skip => {
            let (run, skip) = found.into_iter().partition(fresh);
            Decision { run, skip }
        }
    }
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;
