//! The deadline: a pure function of receipt, term, pauses and calendar (domain.md §4).
//!
//! Computed from scratch each time by prefix sums over the calendar, never patched by counters.
//! [`super::explain`] walks the same rules day by day; a law says that both agree.

use chrono::{DateTime, Days, Months, NaiveDate, Utc};

use super::calendar::{Calendar, OutOfRange};

/// The handling term of a procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Term {
    /// The day of receipt, or the next working day after the cut-off.
    SameDay,
    /// So many hours of office time.
    WorkingHours(u32),
    /// So many working days after the day of receipt.
    WorkingDays(u32),
    /// So many days of the calendar after the day of receipt, rolled to a working day.
    CalendarDays(u32),
    /// The same day so many months later, rolled to a working day.
    Months(u32),
}

impl Term {
    /// Reads `term_unit` and `term`. The longest term is ten years of its unit.
    pub fn parse(unit: &str, amount: i64) -> Result<Self, BadTerm> {
        let amount = |most: i64| match amount {
            n if (1..=most).contains(&n) => Ok(u32::try_from(n).expect("checked to be small")),
            _ => Err(BadTerm::Amount { most }),
        };
        match unit {
            "same_day" => Ok(Self::SameDay),
            "working_hours" => Ok(Self::WorkingHours(amount(20_000)?)),
            "working_days" => Ok(Self::WorkingDays(amount(2_600)?)),
            "calendar_days" => Ok(Self::CalendarDays(amount(3_660)?)),
            "months" => Ok(Self::Months(amount(120)?)),
            _ => Err(BadTerm::Unit),
        }
    }

    /// The word of `term_unit`.
    pub fn unit(self) -> &'static str {
        match self {
            Self::SameDay => "same_day",
            Self::WorkingHours(_) => "working_hours",
            Self::WorkingDays(_) => "working_days",
            Self::CalendarDays(_) => "calendar_days",
            Self::Months(_) => "months",
        }
    }

    /// The number beside the unit; 0 for `same_day`.
    pub fn amount(self) -> u32 {
        match self {
            Self::SameDay => 0,
            Self::WorkingHours(n) | Self::WorkingDays(n) | Self::CalendarDays(n) | Self::Months(n) => n,
        }
    }

    /// Whether lateness is judged by the instant; by the local date otherwise (domain.md §5).
    pub fn is_judged_by_instant(self) -> bool {
        matches!(self, Self::WorkingHours(_))
    }
}

/// Why a text is no term.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadTerm {
    /// An unknown unit.
    #[error("term_unit: one of same_day, working_hours, working_days, calendar_days, months")]
    Unit,
    /// Not a positive number in range.
    #[error("term: a whole number from 1 to {most}")]
    Amount {
        /// The longest term of that unit.
        most: i64,
    },
}

/// The clock stood from `from` to `to`; `to` is None while it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// When the clock stopped.
    pub from: DateTime<Utc>,
    /// When it ran again.
    pub to: Option<DateTime<Utc>>,
}

/// Where the deadline stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// There is a due instant.
    At(DateTime<Utc>),
    /// The clock stands and the term hadn't run out: no due instant. The rest of the term in its
    /// own unit: µs of office time for hours, days otherwise.
    Stopped {
        /// What is left of the term.
        rest: i64,
    },
}

/// A computed deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// The due instant, or the rest of the term.
    pub due: Due,
    /// A day of it lies in a year whose holidays aren't loaded: computed with the default week and
    /// the fixed holidays, to be recomputed by the next calendar version.
    pub provisional: bool,
    /// How many of the pauses, from the first, began before the term had run out.
    pub moving_pauses: usize,
}

impl Deadline {
    /// The due instant, if there is one.
    pub fn due_at(&self) -> Option<DateTime<Utc>> {
        match self.due {
            Due::At(at) => Some(at),
            Due::Stopped { .. } => None,
        }
    }
}

/// The deadline of a dossier received at `received_at`. The pauses are ascending and disjoint;
/// only the last may be open.
pub fn deadline(
    calendar: &Calendar,
    received_at: DateTime<Utc>,
    term: Term,
    pauses: &[Pause],
) -> Result<Deadline, OutOfRange> {
    let receipt = calendar.local_date(received_at);
    let (due, moving_pauses) = match term {
        Term::WorkingHours(hours) => by_hours(calendar, received_at, hours, pauses)?,
        Term::WorkingDays(days) => {
            let (last, moving) = by_working_days(calendar, receipt, days, pauses)?;
            (last.map(|day| calendar.closing(day)), moving)
        }
        Term::SameDay => {
            let (last, moving) = by_same_day(calendar, received_at, pauses)?;
            (last.map(|day| calendar.closing(day)), moving)
        }
        Term::CalendarDays(days) => {
            let end = receipt.checked_add_days(Days::new(u64::from(days))).ok_or(OutOfRange)?;
            let first = receipt.succ_opt().ok_or(OutOfRange)?;
            by_shifting(calendar, end, first, pauses)?
        }
        Term::Months(months) => {
            let end = receipt.checked_add_months(Months::new(months)).ok_or(OutOfRange)?;
            by_shifting(calendar, end, receipt, pauses)?
        }
    };
    let seen_until = match due {
        Ran::Until(at) => calendar.local_date(at),
        Ran::Short(_) => receipt,
    };
    Ok(Deadline {
        due: match due {
            Ran::Until(at) => Due::At(at),
            Ran::Short(rest) => Due::Stopped { rest },
        },
        provisional: !calendar.is_loaded(receipt) || !calendar.is_loaded(seen_until),
        moving_pauses,
    })
}

/// The term ran until a point, or was stopped for good with a rest.
enum Ran<T> {
    Until(T),
    Short(i64),
}

impl<T> Ran<T> {
    fn map<U>(self, f: impl FnOnce(T) -> U) -> Ran<U> {
        match self {
            Self::Until(x) => Ran::Until(f(x)),
            Self::Short(rest) => Ran::Short(rest),
        }
    }
}

fn by_working_days(
    calendar: &Calendar,
    receipt: NaiveDate,
    days: u32,
    pauses: &[Pause],
) -> Result<(Ran<NaiveDate>, usize), OutOfRange> {
    let mut target = calendar.worked_through(receipt)? + i64::from(days);
    let mut last = calendar.nth_working_day(target)?;
    for (i, pause) in pauses.iter().enumerate() {
        let stopped = calendar.local_date(pause.from);
        if stopped > last {
            return Ok((Ran::Until(last), i));
        }
        let first = stopped.max(receipt.succ_opt().ok_or(OutOfRange)?);
        let worked_before = calendar.worked_through(first.pred_opt().ok_or(OutOfRange)?)?;
        let Some(to) = pause.to else {
            return Ok((Ran::Short(target - worked_before), i + 1));
        };
        let ran_again = calendar.local_date(to);
        if first < ran_again {
            target += calendar.worked_through(ran_again.pred_opt().ok_or(OutOfRange)?)? - worked_before;
            last = calendar.nth_working_day(target)?;
        }
    }
    Ok((Ran::Until(last), pauses.len()))
}

/// Terms of the calendar: the end moves by the stopped dates (those before `first` don't count),
/// each pause tested against the end as moved by the earlier ones; rolled forward at last.
fn by_shifting(
    calendar: &Calendar,
    mut end: NaiveDate,
    first: NaiveDate,
    pauses: &[Pause],
) -> Result<(Ran<DateTime<Utc>>, usize), OutOfRange> {
    let mut moving = pauses.len();
    for (i, pause) in pauses.iter().enumerate() {
        let stopped = calendar.local_date(pause.from);
        if stopped > end {
            moving = i;
            break;
        }
        let from = stopped.max(first);
        let Some(to) = pause.to else {
            return Ok((Ran::Short((end - from).num_days() + 1), i + 1));
        };
        let dates = (calendar.local_date(to) - from).num_days().max(0);
        end = end.checked_add_days(Days::new(dates.unsigned_abs())).ok_or(OutOfRange)?;
    }
    Ok((Ran::Until(calendar.closing(calendar.on_or_after(end)?)), moving))
}

fn by_same_day(
    calendar: &Calendar,
    received_at: DateTime<Utc>,
    pauses: &[Pause],
) -> Result<(Ran<NaiveDate>, usize), OutOfRange> {
    let local = calendar.local(received_at);
    let in_time = calendar.is_working(local.date()) && local.time() <= calendar.spec().same_day_cutoff;
    let mut day = if in_time {
        local.date()
    } else {
        calendar.on_or_after(local.date().succ_opt().ok_or(OutOfRange)?)?
    };
    for (i, pause) in pauses.iter().enumerate() {
        if calendar.local_date(pause.from) > day {
            return Ok((Ran::Until(day), i));
        }
        let Some(to) = pause.to else {
            return Ok((Ran::Short(1), i + 1));
        };
        let ran_again = calendar.local_date(to);
        if ran_again > day {
            day = calendar.on_or_after(ran_again)?;
        }
    }
    Ok((Ran::Until(day), pauses.len()))
}

fn by_hours(
    calendar: &Calendar,
    received_at: DateTime<Utc>,
    hours: u32,
    pauses: &[Pause],
) -> Result<(Ran<DateTime<Utc>>, usize), OutOfRange> {
    let mut target = calendar.office_micros(received_at)? + i64::from(hours) * 3_600_000_000;
    let mut end = calendar.at_office_micros(target)?;
    for (i, pause) in pauses.iter().enumerate() {
        if pause.from >= end {
            return Ok((Ran::Until(end), i));
        }
        let stopped = calendar.office_micros(pause.from)?;
        let Some(to) = pause.to else {
            return Ok((Ran::Short(target - stopped), i + 1));
        };
        target += calendar.office_micros(to)? - stopped;
        end = calendar.at_office_micros(target)?;
    }
    Ok((Ran::Until(end), pauses.len()))
}

/// How finished work compares with its deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timeliness {
    /// Before it (trước hạn).
    Early,
    /// On it (đúng hạn).
    OnTime,
    /// After it (trễ hạn).
    Late,
}

impl Timeliness {
    /// The word in tables and on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Early => "early",
            Self::OnTime => "on_time",
            Self::Late => "late",
        }
    }
}

/// Judges work finished at `finished_at` against `due_at` at the term's own granularity.
pub fn judge(
    calendar: &Calendar,
    term: Term,
    due_at: DateTime<Utc>,
    finished_at: DateTime<Utc>,
) -> Timeliness {
    let order = if term.is_judged_by_instant() {
        finished_at.cmp(&due_at)
    } else {
        calendar.local_date(finished_at).cmp(&calendar.local_date(due_at))
    };
    match order {
        std::cmp::Ordering::Less => Timeliness::Early,
        std::cmp::Ordering::Equal => Timeliness::OnTime,
        std::cmp::Ordering::Greater => Timeliness::Late,
    }
}

/// The first instant at which open work with that deadline is overdue: the next local midnight,
/// or a µs later for a term in hours.
pub fn overdue_at(calendar: &Calendar, term: Term, due_at: DateTime<Utc>) -> DateTime<Utc> {
    if term.is_judged_by_instant() {
        due_at + chrono::TimeDelta::microseconds(1)
    } else {
        calendar.midnight(calendar.local_date(due_at) + Days::new(1))
    }
}

#[cfg(test)]
#[path = "deadline_tests.rs"]
pub(crate) mod tests;
