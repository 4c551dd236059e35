//! Dates as files have them: patterns such as `dd/MM/yyyy HH:mm`, serials of spreadsheets, and the time of
//! day that a date without one means.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, SubsecRound, TimeZone, Timelike, Utc};
use chrono_tz::Tz;

use super::super::book::{Cell, moment};
use super::field::Field;

/// Serials that are taken for dates where nothing else says so: 1954 to 2119.
const LIKELY: std::ops::Range<f64> = 20_000.0..80_000.0;

/// How dates are read.
#[derive(Debug, Clone, PartialEq)]
pub struct Dates {
    pub zone: Tz,
    pub patterns: Vec<Pattern>,
    pub times: BTreeMap<Field, NaiveTime>,
    /// Whether bare numbers may be serials.
    pub serials: bool,
}

/// A pattern of a date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// As it was written.
    pub text: String,
    parts: Vec<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Number(Unit, usize),
    Blank,
    Literal(char),
    Iso,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

/// Why a cell is no instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoInstant {
    /// No pattern fits, or there is no such day.
    Unreadable,
    /// A date alone, and the mapping doesn't say at what time.
    NoTime,
    /// The clock skipped it.
    NoSuchTime,
}

impl Pattern {
    /// Reads a pattern; the error is the letter that isn't known.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("iso") {
            return Ok(Self { text: text.to_owned(), parts: vec![Part::Iso] });
        }
        let mut parts = Vec::new();
        let mut rest = text.chars().peekable();
        let mut quoted = false;
        while let Some(c) = rest.next() {
            if c == '\'' {
                quoted = !quoted;
                continue;
            }
            let unit = match c {
                'y' => Unit::Year,
                'M' => Unit::Month,
                'd' => Unit::Day,
                'H' | 'h' => Unit::Hour,
                'm' => Unit::Minute,
                's' => Unit::Second,
                _ if c.is_whitespace() => {
                    parts.push(Part::Blank);
                    continue;
                }
                _ if quoted || !c.is_ascii_alphabetic() => {
                    parts.push(Part::Literal(c));
                    continue;
                }
                _ => return Err(c.to_string()),
            };
            if quoted {
                parts.push(Part::Literal(c));
                continue;
            }
            let mut width = 1;
            while rest.next_if_eq(&c).is_some() {
                width += 1;
            }
            if width > if unit == Unit::Year { 4 } else { 2 } || (unit == Unit::Year && width % 2 == 1) {
                return Err(c.to_string().repeat(width));
            }
            parts.push(Part::Number(unit, width));
        }
        let has = |unit| parts.iter().any(|part| matches!(part, Part::Number(of, _) if *of == unit));
        if has(Unit::Year) && has(Unit::Month) && has(Unit::Day) && has(Unit::Hour) >= has(Unit::Minute) {
            Ok(Self { text: text.to_owned(), parts })
        } else {
            Err(text.to_owned())
        }
    }

    /// Whether a text fits, and whether the pattern gives it a time.
    pub fn reads(&self, text: &str) -> Option<bool> {
        self.read(text, chrono_tz::UTC).map(|(_, time)| time.is_some())
    }

    /// The date of a text, and its time where the pattern has one. None: it doesn't fit.
    fn read(&self, text: &str, zone: Tz) -> Option<(NaiveDate, Option<NaiveTime>)> {
        if self.parts == [Part::Iso] {
            return iso(text, zone);
        }
        let mut units: BTreeMap<u8, u32> = BTreeMap::new();
        let mut rest = text;
        for (index, part) in self.parts.iter().enumerate() {
            match part {
                Part::Blank => {
                    let trimmed = rest.trim_start();
                    if trimmed.len() == rest.len() {
                        return None;
                    }
                    rest = trimmed;
                }
                Part::Literal(c) => rest = rest.strip_prefix(*c)?,
                Part::Number(unit, width) => {
                    // Digits without anything between them have their full width.
                    let is_number = |at: Option<usize>| {
                        at.and_then(|at| self.parts.get(at))
                            .is_some_and(|part| matches!(part, Part::Number(..)))
                    };
                    let is_exact =
                        *unit == Unit::Year || is_number(Some(index + 1)) || is_number(index.checked_sub(1));
                    let most = if *unit == Unit::Year { *width } else { 2 };
                    let digits = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
                    if digits == 0 || (is_exact && digits != *width) {
                        return None;
                    }
                    let mut number: u32 = rest[..digits].parse().ok()?;
                    if *unit == Unit::Year && *width == 2 {
                        number += 2000;
                    }
                    units.insert(*unit as u8, number);
                    rest = &rest[digits..];
                }
                Part::Iso => return None,
            }
        }
        if !rest.is_empty() {
            return None;
        }
        let get = |unit: Unit| units.get(&(unit as u8)).copied();
        let year = i32::try_from(get(Unit::Year)?).ok().filter(|year| (1900..=9999).contains(year))?;
        let day = NaiveDate::from_ymd_opt(year, get(Unit::Month)?, get(Unit::Day)?)?;
        let time = match get(Unit::Hour) {
            None => None,
            Some(hour) => Some(NaiveTime::from_hms_opt(
                hour,
                get(Unit::Minute).unwrap_or(0),
                get(Unit::Second).unwrap_or(0),
            )?),
        };
        Some((day, time))
    }
}

/// Where in its name a file says when it was made: a pattern such as `yyyyMMdd_HHmm`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameTime(Pattern);

impl NameTime {
    /// Reads a pattern. It must have a time of day: two files of one day have an order.
    pub fn parse(text: &str) -> Option<Self> {
        let pattern = Pattern::parse(text).ok()?;
        let has_time = pattern.parts.iter().any(|part| matches!(part, Part::Number(Unit::Hour, _)));
        has_time.then_some(Self(pattern))
    }

    /// The pattern.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The instant in a name, in the wall time of a zone; None: it has none that fits, or the clock skipped it.
    pub fn find(&self, name: &str, zone: Tz) -> Option<DateTime<Utc>> {
        let is_digit = |at: usize| name.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
        // A number is taken whole: `12024…` doesn't begin with a year after its first digit.
        let edges =
            |at: &usize| name.is_char_boundary(*at) && !(*at > 0 && is_digit(*at - 1) && is_digit(*at));
        let all: Vec<usize> = (0..=name.len()).filter(edges).collect();
        let read = all.iter().enumerate().find_map(|(index, from)| {
            all[index..].iter().rev().find_map(|to| self.0.read(&name[*from..*to], zone))
        });
        let (day, time) = read?;
        Some(zone.from_local_datetime(&day.and_time(time?)).earliest()?.to_utc())
    }
}

fn iso(text: &str, zone: Tz) -> Option<(NaiveDate, Option<NaiveTime>)> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        let local = at.with_timezone(&zone).naive_local().trunc_subsecs(6);
        return Some((local.date(), Some(local.time())));
    }
    let forms = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
    let with_time = forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    if let Some(at) = with_time {
        return Some((at.date(), Some(at.time())));
    }
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10).map(|day| (day, None))
}

impl Dates {
    /// The instant of a cell of that field; None where blank.
    pub fn read(&self, field: Field, cell: &Cell) -> Result<Option<DateTime<Utc>>, NoInstant> {
        if cell.is_blank() {
            return Ok(None);
        }
        let text = cell.shown();
        let (day, time) = match cell {
            Cell::Serial(serial) => of_serial(*serial).ok_or(NoInstant::Unreadable)?,
            Cell::Blank
            | Cell::Text(_)
            | Cell::Number(_)
            | Cell::Guised(..)
            | Cell::Flag(_)
            | Cell::Fault(_)
            | Cell::Unsaved => {
                let by_pattern = self.patterns.iter().find_map(|pattern| pattern.read(&text, self.zone));
                let number = if self.serials { cell.bare_serial() } else { None };
                let by_serial = || number.filter(|number| LIKELY.contains(number)).and_then(of_serial);
                by_pattern.or_else(by_serial).ok_or(NoInstant::Unreadable)?
            }
        };
        let time = time.or_else(|| self.times.get(&field).copied()).ok_or(NoInstant::NoTime)?;
        let local = self.zone.from_local_datetime(&day.and_time(time)).earliest();
        local.map(|at| Some(at.to_utc())).ok_or(NoInstant::NoSuchTime)
    }

    /// The patterns in a sentence.
    pub fn listed(&self) -> String {
        self.patterns.iter().map(|pattern| pattern.text.as_str()).collect::<Vec<_>>().join(", ")
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
        Dates { zone: chrono_tz::Asia::Ho_Chi_Minh, patterns, times, serials: true }
    }

    fn told(dates: &Dates, field: Field, cell: &Cell) -> String {
        match dates.read(field, cell) {
            Ok(Some(at)) => at.with_timezone(&dates.zone).to_rfc3339(),
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
        for bad in [
            "31/02/2024",
            "15-05-2024",
            "15/05/24",
            "15/13/2024",
            "15/05/2024 25:00",
            "2024051514470",
            "x",
            "15/05/2024 x",
        ] {
            assert_eq!(text(bad), "Unreadable", "{bad}");
        }
        assert_eq!(told(&all, Field::ReceivedAt, &Cell::Text("15/05/2024".to_owned())), "NoTime");
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
        assert_eq!(told(&all, Field::DueAt, &Cell::Flag(true)), "Unreadable");
        assert_eq!(
            told(&Dates { serials: false, ..all }, Field::DueAt, &Cell::Number(45427.0)),
            "Unreadable"
        );
    }

    #[test]
    fn a_name_says_when_its_file_was_made() {
        let zone = chrono_tz::Asia::Ho_Chi_Minh;
        let found = |pattern: &str, name: &str| {
            NameTime::parse(pattern).expect("a pattern").find(name, zone).map(|at| at.to_rfc3339())
        };
        let at = Some("2024-05-15T16:30:00+00:00".to_owned());
        assert_eq!(found("yyyyMMdd_HHmm", "hồ sơ_20240515_2330.xlsx"), at);
        assert_eq!(found("yyyyMMddHHmmss", "20240515233000.csv"), at);
        assert_eq!(found("yyyy-MM-dd HH.mm", "Hồ sơ 2024-05-15 23.30 (2).xlsx"), at);
        assert_eq!(found("dd-MM-yyyy-HHmm", "hs 15-05-2024-2330.xlsx"), at);
        for other in [
            "hs_20240515.xlsx",
            "hs_120240515_2330.xlsx",
            "hs_20240515_23301.xlsx",
            "hs_20241315_2330.xlsx",
            "",
        ] {
            assert_eq!(found("yyyyMMdd_HHmm", other), None, "{other}");
        }
        assert_eq!(NameTime::parse("yyyyMMdd"), None);
    }

    #[test]
    fn patterns_that_say_too_little_are_refused() {
        for bad in ["dd/MM", "dd/MM/yyy", "ddd/MM/yyyy", "dd/MM/yyyy mm", "dd/MM/yyyy tt", ""] {
            assert!(Pattern::parse(bad).is_err(), "{bad}");
        }
    }
}
