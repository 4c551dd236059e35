//! Periods of reporting: inclusive ranges of local dates, and the presets of Decree 09/2019/NĐ-CP.

use chrono::{Datelike, Months, NaiveDate};
use serde::{Deserialize, Serialize};

/// An inclusive range of local dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "(NaiveDate, NaiveDate)", into = "(NaiveDate, NaiveDate)")]
pub struct Period {
    first: NaiveDate,
    last: NaiveDate,
}

impl TryFrom<(NaiveDate, NaiveDate)> for Period {
    type Error = BadPeriod;

    fn try_from((first, last): (NaiveDate, NaiveDate)) -> Result<Self, BadPeriod> {
        Self::new(first, last)
    }
}

impl From<Period> for (NaiveDate, NaiveDate) {
    fn from(period: Period) -> Self {
        (period.first, period.last)
    }
}

/// Why two dates or a preset make no period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadPeriod {
    /// The end lies before the beginning.
    #[error("the last day lies before the first; swap them")]
    Reversed,
    /// Not a month (1–12), quarter (1–4) or year (1900–2100).
    #[error("no such month, quarter or year")]
    Index,
}

/// A preset of Decree 09/2019/NĐ-CP, article 12: reporting years run from 15/12 to 14/12.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Preset {
    /// Day 15 of the previous month to day 14; 1 to 12.
    Month(u32),
    /// Three such months; 1 to 4.
    Quarter(u32),
    /// 15/12 to 14/6.
    FirstHalf,
    /// 15/6 to 14/12.
    SecondHalf,
    /// 15/12 to 14/9.
    NineMonths,
    /// 15/12 to 14/12.
    Year,
}

impl Period {
    /// A free range, both days included.
    pub fn new(first: NaiveDate, last: NaiveDate) -> Result<Self, BadPeriod> {
        if first > last { Err(BadPeriod::Reversed) } else { Ok(Self { first, last }) }
    }

    /// A preset of the reporting year `year`.
    pub fn preset(preset: Preset, year: i32) -> Result<Self, BadPeriod> {
        let (first_month, months) = match preset {
            Preset::Month(m @ 1..=12) => (m, 1),
            Preset::Quarter(q @ 1..=4) => (3 * q - 2, 3),
            Preset::FirstHalf => (1, 6),
            Preset::SecondHalf => (7, 6),
            Preset::NineMonths => (1, 9),
            Preset::Year => (1, 12),
            Preset::Month(_) | Preset::Quarter(_) => return Err(BadPeriod::Index),
        };
        if !(1900..=2100).contains(&year) {
            return Err(BadPeriod::Index);
        }
        let fifteenth = NaiveDate::from_ymd_opt(year, first_month, 15).ok_or(BadPeriod::Index)?;
        let first = fifteenth - Months::new(1);
        let last = (first + Months::new(months)).pred_opt().ok_or(BadPeriod::Index)?;
        Ok(Self { first, last })
    }

    /// The first day.
    pub fn first(&self) -> NaiveDate {
        self.first
    }

    /// The last day.
    pub fn last(&self) -> NaiveDate {
        self.last
    }

    /// The first day after it.
    pub fn end(&self) -> NaiveDate {
        self.last.succ_opt().expect("a period ends before the end of time")
    }

    /// The period cut at `today`, and whether it was over before. One that hasn't begun keeps its first day:
    /// nothing has happened in it yet.
    pub fn until(self, today: NaiveDate) -> (Self, bool) {
        if today > self.last {
            (self, true)
        } else {
            (Self { first: self.first, last: self.first.max(today) }, false)
        }
    }
}

/// The first day of the month of `day`.
pub fn month_of(day: NaiveDate) -> NaiveDate {
    day.with_day(1).expect("every month has a first")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_are_those_of_decree_09() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
        let cases = [
            (Preset::Month(1), "2023-12-15", "2024-01-14"),
            (Preset::Month(3), "2024-02-15", "2024-03-14"),
            (Preset::Quarter(1), "2023-12-15", "2024-03-14"),
            (Preset::Quarter(4), "2024-09-15", "2024-12-14"),
            (Preset::FirstHalf, "2023-12-15", "2024-06-14"),
            (Preset::SecondHalf, "2024-06-15", "2024-12-14"),
            (Preset::NineMonths, "2023-12-15", "2024-09-14"),
            (Preset::Year, "2023-12-15", "2024-12-14"),
        ];
        for (preset, first, last) in cases {
            let period = Period::preset(preset, 2024).expect("a preset");
            assert_eq!((period.first(), period.last()), (day(first), day(last)), "{preset:?}");
        }
        assert_eq!(Period::preset(Preset::Quarter(5), 2024), Err(BadPeriod::Index));
        assert_eq!(Period::new(day("2024-02-01"), day("2024-01-01")), Err(BadPeriod::Reversed));
    }

    #[test]
    fn a_period_is_cut_at_today_but_never_begins_earlier() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
        let july = Period::new(day("2024-07-01"), day("2024-07-31")).expect("a period");
        let cut = |today: &str| {
            let (period, over) = july.until(day(today));
            (period.first().to_string(), period.last().to_string(), over)
        };
        let is = |first: &str, last: &str, over| (first.to_owned(), last.to_owned(), over);
        assert_eq!(cut("2024-08-01"), is("2024-07-01", "2024-07-31", true));
        assert_eq!(cut("2024-07-31"), is("2024-07-01", "2024-07-31", false));
        assert_eq!(cut("2024-07-10"), is("2024-07-01", "2024-07-10", false));
        assert_eq!(cut("2024-05-20"), is("2024-07-01", "2024-07-01", false));
    }
}
