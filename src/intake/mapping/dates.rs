//! Dates as files have them: texts that fit a pattern, serials of spreadsheets, and the time of day that a date without
//! one means.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveTime, TimeZone, Timelike, Utc};
use chrono_tz::Tz;

use super::super::book::{Cell, moment};
use super::field::Field;
use super::pattern::{Pattern, is_plausible};
use crate::domain::text::fold;

/// Serials that are taken for dates where nothing else says so: 1954 to 2119.
pub const LIKELY: std::ops::Range<f64> = 20_000.0..80_000.0;

/// How dates are read.
#[derive(Debug, Clone, PartialEq)]
pub struct Dates {
    pub zone: Tz,
    pub patterns: Vec<Pattern>,
    pub times: BTreeMap<Field, NaiveTime>,
    /// Whether bare numbers may be serials.
    pub serials: bool,
    /// Texts that stand for no date, folded.
    pub blanks: Vec<String>,
}

/// Why a cell is no instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoInstant {
    /// No pattern fits, or there is no such day.
    Unreadable,
    /// No pattern fits but with day and month in each other's place: so may be every other date of its column.
    OtherOrder,
    /// A date alone, and the mapping doesn't say at what time.
    NoTime,
    /// The clock skipped it.
    NoSuchTime,
    /// A year in which nothing of an office can be.
    Implausible,
}

/// An instant as a cell had it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    pub at: DateTime<Utc>,
    /// Its date there.
    pub day: NaiveDate,
    /// What was written of its time.
    pub time: Written,
    /// It was a number, which its spreadsheet had made a date.
    pub is_serial: bool,
    /// It was a text that would be another date, or none, with day and month in each other's place.
    pub has_order: bool,
}

/// What a cell says of the time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// A time.
    Time,
    /// 00:00, in so many digits.
    Midnight,
    /// Nothing: a date in text.
    Nothing,
    /// A serial without a fraction: a date alone, or midnight.
    Whole,
}

impl Dates {
    /// The instant of a cell of that field; None where blank.
    pub fn read(&self, field: Field, cell: &Cell) -> Result<Option<Found>, NoInstant> {
        if cell.is_blank() {
            return Ok(None);
        }
        let text = cell.shown();
        if !self.blanks.is_empty() && self.blanks.contains(&fold(&text)) {
            return Ok(None);
        }
        let serial = if let Cell::Serial(serial) = cell { Some(*serial) } else { None };
        let mut patterns = self.patterns.iter().filter(|_| serial.is_none());
        let pattern = patterns.find_map(|pattern| Some((pattern, pattern.read(&text, self.zone)?)));
        let (day, time, is_serial) = if let Some((_, (day, time))) = pattern {
            (day, time, false)
        } else {
            let likely = || cell.bare_serial().filter(|number| self.serials && LIKELY.contains(number));
            let serial = serial.or_else(likely);
            let (day, time) = serial.and_then(of_serial).ok_or_else(|| self.unread(&text))?;
            (day, time, true)
        };
        if !is_plausible(day) {
            return Err(NoInstant::Implausible);
        }
        let written = match time {
            Some(NaiveTime::MIN) => Written::Midnight,
            Some(_) => Written::Time,
            None if is_serial => Written::Whole,
            None => Written::Nothing,
        };
        let time = time.or_else(|| self.times.get(&field).copied()).ok_or(NoInstant::NoTime)?;
        let local = self.zone.from_local_datetime(&day.and_time(time)).earliest();
        let at = local.ok_or(NoInstant::NoSuchTime)?.to_utc();
        let has_order = pattern.is_some_and(|(pattern, _)| pattern.swapped().is_some());
        Ok(Some(Found { at, day, time: written, is_serial, has_order }))
    }

    /// Why no pattern fits a text.
    fn unread(&self, text: &str) -> NoInstant {
        let is_other =
            self.patterns.iter().filter_map(Pattern::swapped).any(|pattern| pattern.reads(text).is_some());
        if is_other { NoInstant::OtherOrder } else { NoInstant::Unreadable }
    }

    /// The first patterns in a sentence: a mapping has many, and the mend is to look into it.
    pub fn listed(&self) -> String {
        let first = self.patterns.iter().take(3).map(|pattern| pattern.text.as_str());
        let more = if self.patterns.len() > 3 { ", …" } else { "" };
        first.collect::<Vec<_>>().join(", ") + more
    }
}

/// A serial without a fraction is a date alone.
fn of_serial(serial: f64) -> Option<(NaiveDate, Option<NaiveTime>)> {
    let at = moment(serial)?;
    let has_time = at.time().num_seconds_from_midnight() > 0;
    Some((at.date(), has_time.then(|| at.time())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dates(patterns: &[&str]) -> Dates {
        let patterns = patterns.iter().map(|text| Pattern::parse(text).expect("a pattern")).collect();
        let five = NaiveTime::from_hms_opt(17, 0, 0).expect("a time");
        let times = BTreeMap::from([(Field::DueAt, five)]);
        Dates {
            zone: chrono_tz::Asia::Ho_Chi_Minh,
            patterns,
            times,
            serials: true,
            blanks: vec!["-".to_owned()],
        }
    }

    fn told(dates: &Dates, field: Field, cell: &Cell) -> String {
        match dates.read(field, cell) {
            Ok(Some(found)) => found.at.with_timezone(&dates.zone).to_rfc3339(),
            Ok(None) => String::new(),
            Err(error) => format!("{error:?}"),
        }
    }

    #[test]
    fn dates_are_read_as_files_have_them() {
        let all = dates(&[
            "dd/MM/yyyy HH:mm:ss",
            "dd/MM/yyyy HH:mm",
            "dd/MM/yyyy",
            "yyyyMMddHHmmss",
            "HH 'giờ' mm, 'ngày' d/M/yyyy",
            "iso",
        ]);
        let text = |text: &str| told(&all, Field::DueAt, &Cell::Text(text.to_owned()));
        for same in [
            "15/05/2024 14:47:00",
            "15/5/2024 14:47",
            " 15/05/2024  14:47 ",
            "20240515144700",
            "14 giờ 47, ngày 15/5/2024",
            "2024-05-15T14:47:00+07:00",
            "2024-05-15T07:47:00Z",
            "2024-05-15 14:47",
        ] {
            assert_eq!(text(same), "2024-05-15T14:47:00+07:00", "{same}");
        }
        assert_eq!(text("15/05/2024"), "2024-05-15T17:00:00+07:00");
        assert_eq!(text("2024-05-15"), "2024-05-15T17:00:00+07:00");
        assert_eq!(text("15/05/2024 00:00"), "2024-05-15T00:00:00+07:00");
        assert_eq!(text(""), "");
        assert_eq!(text(" - "), "");
        for bad in [
            "31/02/2024",
            "15-05-2024",
            "15/05/24",
            "32/13/2024",
            "15/05/2024 25:00",
            "2024051514470",
            "x",
            "15/05/2024 x",
        ] {
            assert_eq!(text(bad), "Unreadable", "{bad}");
        }
        assert_eq!(told(&all, Field::ReceivedAt, &Cell::Text("15/05/2024".to_owned())), "NoTime");
        for other in ["05/13/2024", "5/31/2024 14:47"] {
            assert_eq!(text(other), "OtherOrder", "{other}");
        }
        for year in ["15/05/0024", "01/01/1900", "31/12/9999 17:00", "1989-12-31"] {
            assert_eq!(text(year), "Implausible", "{year}");
        }
    }

    #[test]
    fn numbers_are_serials_or_digits() {
        let all = dates(&["yyyyMMddHHmmss"]);
        assert_eq!(told(&all, Field::DueAt, &Cell::Serial(45427.0)), "2024-05-15T17:00:00+07:00");
        assert_eq!(told(&all, Field::DueAt, &Cell::Number(45427.5)), "2024-05-15T12:00:00+07:00");
        assert_eq!(told(&all, Field::DueAt, &Cell::Text("45427".to_owned())), "2024-05-15T17:00:00+07:00");
        assert_eq!(
            told(&all, Field::DueAt, &Cell::Number(20_240_515_144_744.0)),
            "2024-05-15T14:47:44+07:00"
        );
        assert_eq!(told(&all, Field::DueAt, &Cell::Number(7.0)), "Unreadable");
        assert_eq!(told(&all, Field::DueAt, &Cell::Serial(7.0)), "Implausible");
        assert_eq!(told(&all, Field::DueAt, &Cell::Number(75_000.0)), "Implausible");
        assert_eq!(told(&all, Field::DueAt, &Cell::Flag(true)), "Unreadable");
        assert_eq!(
            told(&Dates { serials: false, ..all }, Field::DueAt, &Cell::Number(45427.0)),
            "Unreadable"
        );
    }
}
