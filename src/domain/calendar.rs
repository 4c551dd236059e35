//! Working time: which days an office works, its hours, and the time zone (domain.md §3).
//!
//! A [`Calendar`] is one immutable version. It answers by prefix sums, so a term of a thousand days
//! costs as little as one of two. Which version is in force for a unit is the caller's business.

use std::collections::BTreeMap;

use chrono::{
    DateTime, Datelike, Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc,
};
use chrono_tz::Tz;
use uuid::Uuid;

/// What a dated override says of its day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayKind {
    /// No work although the week says so: a holiday, a day in lieu.
    DayOff,
    /// Work although the week says rest: a Saturday worked in exchange.
    WorkingDay,
}

impl DayKind {
    /// The word in tables and files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DayOff => "day_off",
            Self::WorkingDay => "working_day",
        }
    }

    /// Reads the word of a file.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "day_off" => Some(Self::DayOff),
            "working_day" => Some(Self::WorkingDay),
            _ => None,
        }
    }
}

/// A dated override of the default week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayOverride {
    /// Off or worked.
    pub kind: DayKind,
    /// The holiday's name, in Vietnamese.
    pub name: String,
    /// The day it was exchanged with, if any.
    pub swapped_with: Option<NaiveDate>,
}

/// What a calendar is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarSpec {
    /// The zone of its days and hours.
    pub time_zone: Tz,
    /// Worked weekdays, ISO numbers 1 (Monday) to 7.
    pub working_weekdays: Vec<u8>,
    /// Office hours of a working day: ascending, disjoint, each `from < to`.
    pub office_hours: Vec<(NaiveTime, NaiveTime)>,
    /// A `same_day` dossier received later than this is due the next working day.
    pub same_day_cutoff: NaiveTime,
    /// Dated overrides.
    pub days: BTreeMap<NaiveDate, DayOverride>,
    /// First and last year whose holidays are loaded; None where none is.
    pub loaded_years: Option<(i32, i32)>,
}

/// Why a specification is no calendar.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadCalendar {
    /// No weekday is worked, or a number is not in 1..=7.
    #[error("working_weekdays: name at least one of 1 (Monday) to 7 (Sunday)")]
    Weekdays,
    /// The office hours are empty, reversed or overlap.
    #[error("office_hours: give ascending, disjoint spans such as 07:00-11:30")]
    OfficeHours,
    /// The cut-off lies before the office opens or after it closes.
    #[error("same_day_cutoff: give a time within the office hours, not before they begin nor after they end")]
    Cutoff,
}

impl CalendarSpec {
    /// Whether the cut-off lies between the first opening and the last closing: after the closing it would give
    /// a deadline that lies before the receipt. Asked where calendars come in; versions that are stored are
    /// taken as they are.
    pub fn check_cutoff(&self) -> Result<(), BadCalendar> {
        let hours = self.office_hours.first().zip(self.office_hours.last());
        let fits = hours.is_none_or(|(first, last)| (first.0..=last.1).contains(&self.same_day_cutoff));
        if fits { Ok(()) } else { Err(BadCalendar::Cutoff) }
    }
}

/// Beyond what the tables hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the day lies outside {FIRST_YEAR}–{END_YEAR}")]
pub struct OutOfRange;

/// Fixed public holidays that hold in years not loaded yet: month, day, first year, name.
/// Labour Code 2019, article 112; 24/11 by Resolution 28/2026/QH16.
pub const FIXED_HOLIDAYS: [(u32, u32, i32, &str); 5] = [
    (1, 1, 0, "Tết Dương lịch"),
    (4, 30, 0, "Ngày Chiến thắng"),
    (5, 1, 0, "Ngày Quốc tế lao động"),
    (9, 2, 0, "Quốc khánh"),
    (11, 24, 2026, "Ngày Văn hóa Việt Nam"),
];

const FIRST_YEAR: i32 = 1980;
const END_YEAR: i32 = 2120;

/// Why a day is worked or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DayReason<'a> {
    /// An ordinary working weekday.
    Weekday,
    /// A day of rest of the default week.
    Weekend,
    /// A dated override.
    Override(&'a DayOverride),
    /// A fixed holiday in a year whose calendar isn't loaded.
    FixedHoliday(&'static str),
}

/// One version of a calendar, ready to be asked.
#[derive(Debug, Clone)]
pub struct Calendar {
    id: Uuid,
    spec: CalendarSpec,
    origin: NaiveDate,
    /// `worked_through[i]`: working days in `[origin, origin + i]`.
    worked_through: Vec<u32>,
    /// The k-th working day as an offset from the origin, k from 0.
    working_days: Vec<u32>,
    /// Office time of one working day, in µs.
    day_span: i64,
}

impl Calendar {
    /// Builds the tables of a version.
    pub fn new(id: Uuid, spec: CalendarSpec) -> Result<Self, BadCalendar> {
        if spec.working_weekdays.is_empty() || spec.working_weekdays.iter().any(|d| !(1..=7).contains(d)) {
            return Err(BadCalendar::Weekdays);
        }
        let ascending = spec.office_hours.windows(2).all(|pair| pair[0].1 <= pair[1].0);
        if spec.office_hours.is_empty() || !ascending || spec.office_hours.iter().any(|(a, b)| a >= b) {
            return Err(BadCalendar::OfficeHours);
        }
        let day_span = spec.office_hours.iter().map(|(a, b)| micros(*b - *a)).sum();
        let origin = NaiveDate::from_ymd_opt(FIRST_YEAR, 1, 1).expect("the first of January exists");
        let end = NaiveDate::from_ymd_opt(END_YEAR, 1, 1).expect("the first of January exists");
        let length = usize::try_from((end - origin).num_days()).expect("the end is after the origin");
        let mut calendar = Self {
            id,
            spec,
            origin,
            worked_through: Vec::with_capacity(length),
            working_days: Vec::with_capacity(length * 3 / 4),
            day_span,
        };
        for (offset, day) in (0u32..).zip(origin.iter_days().take(length)) {
            if calendar.reason(day).1 {
                calendar.working_days.push(offset);
            }
            calendar
                .worked_through
                .push(u32::try_from(calendar.working_days.len()).expect("fewer than 2^32 days"));
        }
        Ok(calendar)
    }

    /// The version's id.
    pub fn id(&self) -> Uuid {
        self.id
    }

    /// What it was made of.
    pub fn spec(&self) -> &CalendarSpec {
        &self.spec
    }

    /// Whether the holidays of that day's year are known, not guessed.
    pub fn is_loaded(&self, day: NaiveDate) -> bool {
        self.spec.loaded_years.is_some_and(|(first, last)| (first..=last).contains(&day.year()))
    }

    /// Why the day is worked or not, and whether it is.
    pub fn reason(&self, day: NaiveDate) -> (DayReason<'_>, bool) {
        if let Some(found) = self.spec.days.get(&day) {
            return (DayReason::Override(found), found.kind == DayKind::WorkingDay);
        }
        if !self.is_loaded(day) {
            let fixed = FIXED_HOLIDAYS.iter().find(|(month, date, from, _)| {
                day.month() == *month && day.day() == *date && day.year() >= *from
            });
            if let Some((.., name)) = fixed {
                return (DayReason::FixedHoliday(name), false);
            }
        }
        let weekday = u8::try_from(day.weekday().number_from_monday()).expect("1 to 7");
        if self.spec.working_weekdays.contains(&weekday) {
            (DayReason::Weekday, true)
        } else {
            (DayReason::Weekend, false)
        }
    }

    /// Whether the office works on that day. Outside the tables' years: by the rule itself.
    pub fn is_working(&self, day: NaiveDate) -> bool {
        self.reason(day).1
    }

    fn offset(&self, day: NaiveDate) -> Result<usize, OutOfRange> {
        let offset = usize::try_from((day - self.origin).num_days()).map_err(|_| OutOfRange)?;
        if offset < self.worked_through.len() { Ok(offset) } else { Err(OutOfRange) }
    }

    /// Working days from the tables' origin through `day`, both included.
    pub fn worked_through(&self, day: NaiveDate) -> Result<i64, OutOfRange> {
        Ok(i64::from(self.worked_through[self.offset(day)?]))
    }

    /// The day that is the `ordinal`-th working day since the tables' origin, from 1.
    pub fn nth_working_day(&self, ordinal: i64) -> Result<NaiveDate, OutOfRange> {
        let index = usize::try_from(ordinal - 1).map_err(|_| OutOfRange)?;
        let offset = self.working_days.get(index).ok_or(OutOfRange)?;
        Ok(self.origin + Days::new(u64::from(*offset)))
    }

    /// The first working day on or after `day`.
    pub fn on_or_after(&self, day: NaiveDate) -> Result<NaiveDate, OutOfRange> {
        if self.is_working(day) { Ok(day) } else { self.add_working_days(day, 1) }
    }

    /// The `n`-th working day strictly after `day`; for a negative `n` the `-n`-th strictly before.
    pub fn add_working_days(&self, day: NaiveDate, n: i64) -> Result<NaiveDate, OutOfRange> {
        let through = self.worked_through(day)?;
        let before = through - i64::from(self.is_working(day));
        self.nth_working_day(if n >= 0 { through + n } else { before + 1 + n })
    }

    /// Working days in `(from, to]`; negative where `to` lies before `from`.
    pub fn working_days_between(&self, from: NaiveDate, to: NaiveDate) -> Result<i64, OutOfRange> {
        Ok(self.worked_through(to)? - self.worked_through(from)?)
    }

    /// The wall-clock time in the calendar's zone.
    pub fn local(&self, at: DateTime<Utc>) -> NaiveDateTime {
        at.with_timezone(&self.spec.time_zone).naive_local()
    }

    /// The local date of an instant.
    pub fn local_date(&self, at: DateTime<Utc>) -> NaiveDate {
        self.local(at).date()
    }

    /// The instant of a wall-clock time. A time that the zone skips is taken as the end of the gap;
    /// of a time that it has twice, the first is taken.
    pub fn instant(&self, local: NaiveDateTime) -> DateTime<Utc> {
        match self.spec.time_zone.from_local_datetime(&local) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.to_utc(),
            LocalResult::None => self.end_of_gap(local),
        }
    }

    /// The second instant of a wall-clock time that the zone has twice; None of any other.
    pub fn second_instant(&self, local: NaiveDateTime) -> Option<DateTime<Utc>> {
        match self.spec.time_zone.from_local_datetime(&local) {
            LocalResult::Ambiguous(_, second) => Some(second.to_utc()),
            LocalResult::Single(_) | LocalResult::None => None,
        }
    }

    /// The first instant whose wall clock shows that skipped time or a later one. No zone is two
    /// days away from UTC, and none changes twice in so short a time.
    fn end_of_gap(&self, skipped: NaiveDateTime) -> DateTime<Utc> {
        let guess = skipped.and_utc().timestamp();
        let (mut before, mut after) = (guess - 2 * 86_400, guess + 2 * 86_400);
        let instant = |seconds| DateTime::from_timestamp(seconds, 0).expect("near an instant that exists");
        while after - before > 1 {
            let middle = before.midpoint(after);
            if self.local(instant(middle)) < skipped {
                before = middle;
            } else {
                after = middle;
            }
        }
        instant(after)
    }

    /// Local midnight at which the day begins.
    pub fn midnight(&self, day: NaiveDate) -> DateTime<Utc> {
        self.instant(day.and_time(NaiveTime::MIN))
    }

    /// When the office opens on that day, by the default hours.
    pub fn opening(&self, day: NaiveDate) -> DateTime<Utc> {
        self.instant(day.and_time(self.spec.office_hours[0].0))
    }

    /// When the office closes on that day, by the default hours.
    pub fn closing(&self, day: NaiveDate) -> DateTime<Utc> {
        let last = self.spec.office_hours.last().expect("a calendar has office hours");
        self.instant(day.and_time(last.1))
    }

    /// Whether the office is open at that instant.
    pub fn is_open(&self, at: DateTime<Utc>) -> bool {
        self.open_since(at).is_some()
    }

    /// Since when the office has been open at that instant; None: it is closed.
    pub fn open_since(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let local = self.local(at);
        let hours = self.spec.office_hours.iter().find(|(from, to)| (*from..*to).contains(&local.time()));
        let (from, _) = hours.filter(|_| self.is_working(local.date()))?;
        Some(self.instant(local.date().and_time(*from)))
    }

    /// The first instant from one on at which the office is open.
    pub fn next_open(&self, at: DateTime<Utc>) -> Result<DateTime<Utc>, OutOfRange> {
        if self.is_open(at) {
            return Ok(at);
        }
        Ok(self.at_office_micros(self.office_micros(at)? + 1)? - TimeDelta::microseconds(1))
    }

    /// Office time run since the tables' origin, in µs: the measure in which spans add up.
    pub fn office_micros(&self, at: DateTime<Utc>) -> Result<i64, OutOfRange> {
        let local = self.local(at);
        let through = self.worked_through(local.date())?;
        if !self.is_working(local.date()) {
            return Ok(through * self.day_span);
        }
        let today: i64 = self
            .spec
            .office_hours
            .iter()
            .map(|(from, to)| micros(local.time().clamp(*from, *to) - *from))
            .sum();
        Ok((through - 1) * self.day_span + today)
    }

    /// The first instant at which that much office time has run since the tables' origin: a span
    /// that ends with a session ends at its closing, not at the next opening.
    pub fn at_office_micros(&self, total: i64) -> Result<DateTime<Utc>, OutOfRange> {
        let day = self.nth_working_day((total - 1).div_euclid(self.day_span) + 1)?;
        let mut rest = (total - 1).rem_euclid(self.day_span) + 1;
        for (from, to) in &self.spec.office_hours {
            let session = micros(*to - *from);
            if rest <= session {
                return Ok(self.instant(day.and_time(*from + TimeDelta::microseconds(rest))));
            }
            rest -= session;
        }
        unreachable!("the rest is at most the sum of the sessions")
    }

    /// Office time in one working day, in µs.
    pub fn day_span(&self) -> i64 {
        self.day_span
    }
}

fn micros(span: TimeDelta) -> i64 {
    span.num_microseconds().expect("a span within a day")
}

/// The default calendar of the first user's country, without any loaded year.
pub fn default_spec() -> CalendarSpec {
    let time = |h, m| NaiveTime::from_hms_opt(h, m, 0).expect("a time of day");
    CalendarSpec {
        time_zone: chrono_tz::Asia::Ho_Chi_Minh,
        working_weekdays: vec![1, 2, 3, 4, 5],
        office_hours: vec![(time(7, 0), time(11, 30)), (time(13, 30), time(17, 0))],
        same_day_cutoff: time(15, 0),
        days: BTreeMap::new(),
        loaded_years: None,
    }
}

#[cfg(test)]
#[path = "calendar_tests.rs"]
mod tests;
