//! The trail of a deadline, day by day: why each day counted or not.
//!
//! Written independently of the prefix sums of [`super::deadline`]: it walks. The law in `laws.rs`
//! holds the two against each other, so that what an official reads is what the machine obeyed.

use chrono::{DateTime, Days, Months, NaiveDate, TimeDelta, Utc};

use super::calendar::{Calendar, DayReason, OutOfRange};
use super::deadline::{Pause, Term};

/// Why a day of the trail counted or didn't.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The day of receipt; counting begins after it (for hours: within it).
    Receipt,
    /// Counted.
    Counted,
    /// Counted: a rest day worked in exchange (the override's name).
    SwappedIn(String),
    /// A rest day of the default week.
    Weekend,
    /// A holiday or day in lieu (its name).
    Holiday(String),
    /// The clock was stopped on it.
    Stopped,
    /// The term's last day was no working day: rolled forward.
    RollForward,
    /// Received after the same-day cut-off.
    AfterCutoff,
}

/// One day of the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailDay {
    /// The local date.
    pub day: NaiveDate,
    /// Why it counted or not.
    pub why: Why,
    /// What it added: whole days, or µs of office time for a term in hours.
    pub counted: i64,
    /// The running sum after it.
    pub sum: i64,
}

/// The trail and where it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The days from receipt to the due day, or to the day on which the clock stands.
    pub trail: Vec<TrailDay>,
    /// The due instant; None while the clock stands.
    pub due_at: Option<DateTime<Utc>>,
    /// What the term asks for: days, or µs of office time.
    pub needed: i64,
}

struct Walk<'a> {
    calendar: &'a Calendar,
    pauses: &'a [Pause],
    trail: Vec<TrailDay>,
    sum: i64,
}

impl Walk<'_> {
    fn stopped(&self, day: NaiveDate) -> bool {
        self.pauses.iter().any(|p| {
            self.calendar.local_date(p.from) <= day
                && p.to.is_none_or(|to| day < self.calendar.local_date(to))
        })
    }

    /// The clock stands on that day and nothing will ever start it again.
    fn stopped_for_good(&self, day: NaiveDate) -> bool {
        self.pauses.last().is_some_and(|p| p.to.is_none() && self.calendar.local_date(p.from) <= day)
    }

    fn note(&mut self, day: NaiveDate, why: Why, counted: i64) {
        self.sum += counted;
        self.trail.push(TrailDay { day, why, counted, sum: self.sum });
    }

    /// What the calendar itself says of the day.
    fn plain(&self, day: NaiveDate) -> (Why, bool) {
        match self.calendar.reason(day) {
            (DayReason::Weekday, _) => (Why::Counted, true),
            (DayReason::Weekend, _) => (Why::Weekend, false),
            (DayReason::FixedHoliday(name), _) => (Why::Holiday(name.to_owned()), false),
            (DayReason::Override(day), true) => (Why::SwappedIn(day.name.clone()), true),
            (DayReason::Override(day), false) => (Why::Holiday(day.name.clone()), false),
        }
    }

    fn roll(&mut self, mut day: NaiveDate) -> Result<NaiveDate, OutOfRange> {
        while !self.calendar.is_working(day) {
            day = day.succ_opt().ok_or(OutOfRange)?;
            self.note(day, Why::RollForward, 0);
        }
        Ok(day)
    }

    fn end(self, needed: i64, due_at: Option<DateTime<Utc>>) -> Explanation {
        Explanation { trail: self.trail, due_at, needed }
    }
}

/// Walks from the receipt to the deadline.
pub fn explain(
    calendar: &Calendar,
    received_at: DateTime<Utc>,
    term: Term,
    pauses: &[Pause],
) -> Result<Explanation, OutOfRange> {
    let receipt = calendar.local_date(received_at);
    let mut walk = Walk { calendar, pauses, trail: Vec::new(), sum: 0 };
    match term {
        Term::WorkingHours(hours) => explain_hours(walk, received_at, i64::from(hours) * 3_600_000_000),
        Term::SameDay => explain_same_day(walk, received_at),
        Term::WorkingDays(days) => {
            walk.note(receipt, Why::Receipt, 0);
            let mut day = receipt;
            while walk.sum < i64::from(days) {
                day = next(day)?;
                let (why, works) = walk.plain(day);
                if walk.stopped(day) {
                    walk.note(day, Why::Stopped, 0);
                    if walk.stopped_for_good(day) {
                        return Ok(walk.end(i64::from(days), None));
                    }
                } else {
                    walk.note(day, why, i64::from(works));
                }
            }
            Ok(walk.end(i64::from(days), Some(calendar.closing(day))))
        }
        Term::CalendarDays(days) => explain_dates(walk, receipt, i64::from(days)),
        Term::Months(months) => {
            let target = receipt.checked_add_months(Months::new(months)).ok_or(OutOfRange)?;
            // A pause that begins on the day of receipt adds that date too.
            let receipt_stopped = walk.stopped(receipt);
            explain_dates(walk, receipt, (target - receipt).num_days() + i64::from(receipt_stopped))
        }
    }
}

fn next(day: NaiveDate) -> Result<NaiveDate, OutOfRange> {
    day.checked_add_days(Days::new(1)).ok_or(OutOfRange)
}

fn explain_dates(mut walk: Walk<'_>, receipt: NaiveDate, needed: i64) -> Result<Explanation, OutOfRange> {
    walk.note(receipt, Why::Receipt, 0);
    let mut day = receipt;
    while walk.sum < needed {
        day = next(day)?;
        if walk.stopped(day) {
            walk.note(day, Why::Stopped, 0);
            if walk.stopped_for_good(day) {
                return Ok(walk.end(needed, None));
            }
        } else {
            walk.note(day, Why::Counted, 1);
        }
    }
    let due = walk.roll(day)?;
    let due_at = walk.calendar.closing(due);
    Ok(walk.end(needed, Some(due_at)))
}

fn explain_same_day(mut walk: Walk<'_>, received_at: DateTime<Utc>) -> Result<Explanation, OutOfRange> {
    let local = walk.calendar.local(received_at);
    let mut day = local.date();
    if walk.calendar.is_working(day) && local.time() > walk.calendar.spec().same_day_cutoff {
        walk.note(day, Why::AfterCutoff, 0);
        day = next(day)?;
    }
    loop {
        let (why, works) = walk.plain(day);
        if walk.stopped(day) {
            walk.note(day, Why::Stopped, 0);
            if walk.stopped_for_good(day) {
                return Ok(walk.end(1, None));
            }
        } else {
            walk.note(day, why, i64::from(works));
            if works {
                let due_at = walk.calendar.closing(day);
                return Ok(walk.end(1, Some(due_at)));
            }
        }
        day = next(day)?;
    }
}

fn explain_hours(
    mut walk: Walk<'_>,
    received_at: DateTime<Utc>,
    needed: i64,
) -> Result<Explanation, OutOfRange> {
    let calendar = walk.calendar;
    let mut day = calendar.local_date(received_at);
    loop {
        let (why, works) = walk.plain(day);
        let mut today = 0;
        let mut lost = 0;
        for (from, to) in calendar.spec().office_hours.iter().filter(|_| works) {
            let mut at = calendar.instant(day.and_time(*from)).max(received_at);
            let close = calendar.instant(day.and_time(*to));
            while at < close {
                let pause = walk.pauses.iter().find(|p| p.from <= at && p.to.is_none_or(|to| at < to));
                if let Some(pause) = pause {
                    let until = pause.to.map_or(close, |to| to.min(close));
                    lost += (until - at).num_microseconds().expect("within a day");
                    at = until;
                    continue;
                }
                let until = walk
                    .pauses
                    .iter()
                    .map(|p| p.from)
                    .filter(|p| *p > at)
                    .min()
                    .map_or(close, |p| p.min(close));
                let span = (until - at).num_microseconds().expect("within a day");
                if walk.sum + today + span >= needed {
                    let due_at = at + TimeDelta::microseconds(needed - walk.sum - today);
                    walk.note(day, why, needed - walk.sum);
                    return Ok(walk.end(needed, Some(due_at)));
                }
                today += span;
                at = until;
            }
        }
        let nothing = today == 0 && lost > 0;
        walk.note(day, if nothing { Why::Stopped } else { why }, today);
        if walk.stopped_for_good(day) {
            return Ok(walk.end(needed, None));
        }
        day = next(day)?;
    }
}
