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
        /// Forgets what was kept for replays, and old slots.
        PurgeReplays = "purge_replays",
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

/// The most slots that one look back yields: a month of minutes.
const MOST: usize = 45_000;

/// The slots in `(after, until]`, ascending.
pub fn slots(
    schedule: &Schedule,
    calendar: &Calendar,
    after: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<DateTime<Utc>>, BadCron> {
    let zone = calendar.spec().time_zone;
    let mut found = Vec::new();
    for cron in patterns(&schedule.cron)? {
        let mut at = whole_second(after).with_timezone(&zone);
        let end = found.len() + MOST;
        while found.len() < end {
            let Ok(next) = cron.find_next_occurrence(&at, false) else { break };
            if next.to_utc() > until {
                break;
            }
            if !schedule.working_days_only || calendar.is_working(next.date_naive()) {
                found.push(next.to_utc());
            }
            at = next;
        }
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}

/// Slots lie on whole seconds, but the search carries a fraction of its start into what it finds.
fn whole_second(at: DateTime<Utc>) -> DateTime<Utc> {
    at.trunc_subsecs(0)
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
    let zone = calendar.spec().time_zone;
    let end = after + TimeDelta::days(366);
    let mut first: Option<DateTime<Utc>> = None;
    for cron in patterns(&schedule.cron)? {
        let mut at = whole_second(after).with_timezone(&zone);
        while let Ok(next) = cron.find_next_occurrence(&at, false) {
            let wanted = !schedule.working_days_only || calendar.is_working(next.date_naive());
            if wanted && next.to_utc() <= end {
                first = Some(first.map_or(next.to_utc(), |f| f.min(next.to_utc())));
            }
            if wanted || next.to_utc() > end {
                break;
            }
            at = next;
        }
    }
    Ok(first)
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
mod tests {
    use super::*;
    use crate::domain::calendar::{Calendar, default_spec};
    use uuid::Uuid;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    #[test]
    fn slots_are_in_the_zone_and_on_working_days() {
        let calendar = Calendar::new(Uuid::nil(), default_spec()).expect("the default is a calendar");
        let schedule = Schedule {
            cron: "15 7 * * *".into(),
            working_days_only: true,
            misfire: Misfire::Latest,
            grace_seconds: 3600,
        };
        // Friday evening to Tuesday morning: Monday and Tuesday 07:15 in Ho Chi Minh City.
        let found = slots(&schedule, &calendar, at("2024-05-17T12:00:00Z"), at("2024-05-21T02:00:00Z"))
            .expect("the pattern is read");
        assert_eq!(found, [at("2024-05-20T00:15:00Z"), at("2024-05-21T00:15:00Z")]);
        let decision = decide(&schedule, found.clone(), at("2024-05-21T02:00:00Z"));
        assert_eq!((decision.run, decision.skip), (vec![found[1]], vec![found[0]]));
        let skipping = Schedule { misfire: Misfire::Skip, ..schedule };
        let decision = decide(&skipping, found.clone(), at("2024-05-21T02:00:00Z"));
        assert_eq!((decision.run, decision.skip), (vec![], found));
    }

    #[test]
    fn several_patterns_make_one_schedule() {
        let calendar = Calendar::new(Uuid::nil(), default_spec()).expect("the default is a calendar");
        let schedule = Schedule {
            cron: "15 7 * * *; 30 15 * * *".into(),
            working_days_only: true,
            misfire: Misfire::Latest,
            grace_seconds: 3600,
        };
        let friday = at("2024-05-17T00:00:00Z");
        let found =
            slots(&schedule, &calendar, friday, at("2024-05-20T01:00:00Z")).expect("the patterns are read");
        let morning = at("2024-05-17T00:15:00Z");
        assert_eq!(found, [morning, at("2024-05-17T08:30:00Z"), at("2024-05-20T00:15:00Z")]);
        assert_eq!(is_slot(&schedule, &calendar, morning), Ok(true));
        assert_eq!(is_slot(&schedule, &calendar, morning + TimeDelta::microseconds(1)), Ok(false));
        assert_eq!(next_slot(&schedule, &calendar, found[1]), Ok(Some(found[2])), "the week-end is left out");
    }

    #[test]
    fn a_beat_between_seconds_finds_the_same_slot() {
        let calendar = Calendar::new(Uuid::nil(), default_spec()).expect("the default is a calendar");
        let schedule = Schedule {
            cron: "15 7 * * *".into(),
            working_days_only: false,
            misfire: Misfire::All,
            grace_seconds: 0,
        };
        let slot = at("2024-05-17T00:15:00Z");
        let found = |after: &str, until: &str| slots(&schedule, &calendar, at(after), at(until));
        assert_eq!(found("2024-05-17T00:14:30.5Z", "2024-05-17T00:15:00.25Z"), Ok(vec![slot]));
        assert_eq!(found("2024-05-17T00:15:00Z", "2024-05-17T00:15:30Z"), Ok(vec![]));
        assert_eq!(found("2024-05-17T00:15:00.5Z", "2024-05-17T00:15:30Z"), Ok(vec![]));
        assert_eq!(next_slot(&schedule, &calendar, at("2024-05-17T00:14:59.999999Z")), Ok(Some(slot)));
    }

    #[test]
    fn a_broken_pattern_is_named() {
        let calendar = Calendar::new(Uuid::nil(), default_spec()).expect("the default is a calendar");
        let schedule = Schedule {
            cron: "soon".into(),
            working_days_only: false,
            misfire: Misfire::All,
            grace_seconds: 0,
        };
        let now = at("2024-05-17T12:00:00Z");
        assert_eq!(slots(&schedule, &calendar, now, now), Err(BadCron("soon".into())));
    }
}
