//! Patterns of dates such as `dd/MM/yyyy HH:mm` or `hh:mm a`: how they are written in a mapping, which text fits
//! them, and where the name of a file says when it was made. What a date then means is in `dates`.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, SubsecRound, TimeZone, Utc};
use chrono_tz::Tz;

use crate::domain::text::fold;

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
    /// SA or CH, AM or PM.
    Half,
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

impl Pattern {
    /// Reads a pattern; the error is the letter that isn't known.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("iso") {
            return Ok(Self { text: text.to_owned(), parts: vec![Part::Iso] });
        }
        let mut parts = Vec::new();
        let mut rest = text.chars().peekable();
        let (mut quoted, mut of_half) = (false, false);
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
                'a' if !quoted => {
                    // The blank before it may lack: `02:30CH`.
                    if parts.last() == Some(&Part::Blank) {
                        parts.pop();
                    }
                    parts.push(Part::Half);
                    continue;
                }
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
            of_half |= c == 'h';
            parts.push(Part::Number(unit, width));
        }
        let has = |unit| parts.iter().any(|part| matches!(part, Part::Number(of, _) if *of == unit));
        let halves = parts.iter().filter(|part| **part == Part::Half).count();
        // An hour of twelve without its half of the day would be read in the morning.
        if of_half && halves == 0 {
            return Err("h".to_owned());
        }
        if has(Unit::Year)
            && has(Unit::Month)
            && has(Unit::Day)
            && has(Unit::Hour) >= has(Unit::Minute)
            && halves <= usize::from(has(Unit::Hour))
        {
            Ok(Self { text: text.to_owned(), parts })
        } else {
            Err(text.to_owned())
        }
    }

    /// Whether a text fits, and whether the pattern gives it a time.
    pub fn reads(&self, text: &str) -> Option<bool> {
        self.read(text, chrono_tz::UTC).map(|(_, time)| time.is_some())
    }

    /// The same with day and month in each other's place, where a text may be taken for either: `MM/dd/yyyy` for
    /// `dd/MM/yyyy`.
    pub fn swapped(&self) -> Option<Self> {
        let at = |unit| self.parts.iter().position(|part| matches!(part, Part::Number(of, _) if *of == unit));
        let (day, month, year) = (at(Unit::Day)?, at(Unit::Month)?, at(Unit::Year)?);
        if day.abs_diff(month) < 2 || year < day || year < month {
            return None;
        }
        let mut parts = self.parts.clone();
        parts.swap(day, month);
        Some(Self { text: self.text.replace('d', "\u{1}").replace('M', "d").replace('\u{1}', "M"), parts })
    }

    /// Whether both fit the same texts.
    pub fn is_like(&self, other: &Self) -> bool {
        let bare = |part: &Part| {
            if let Part::Number(unit, _) = part
                && *unit != Unit::Year
            {
                Part::Number(*unit, 0)
            } else {
                *part
            }
        };
        self.parts.iter().map(bare).eq(other.parts.iter().map(bare))
    }

    /// The date of a text, and its time where the pattern has one. None: it doesn't fit.
    pub fn read(&self, text: &str, zone: Tz) -> Option<(NaiveDate, Option<NaiveTime>)> {
        if self.parts == [Part::Iso] {
            return iso(text, zone);
        }
        let mut units: BTreeMap<u8, u32> = BTreeMap::new();
        let mut is_afternoon: Option<bool> = None;
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
                Part::Half => {
                    let (afternoon, after) = half(rest)?;
                    is_afternoon = Some(afternoon);
                    rest = after;
                }
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
        let year = i32::try_from(get(Unit::Year)?).ok()?;
        let day = NaiveDate::from_ymd_opt(year, get(Unit::Month)?, get(Unit::Day)?)?;
        let time = match get(Unit::Hour) {
            None => None,
            Some(hour) => Some(NaiveTime::from_hms_opt(
                of_day(hour, is_afternoon)?,
                get(Unit::Minute).unwrap_or(0),
                get(Unit::Second).unwrap_or(0),
            )?),
        };
        Some((day, time))
    }
}

/// Which half of the day a text begins with, true for the afternoon, and what follows.
fn half(text: &str) -> Option<(bool, &str)> {
    let text = text.trim_start();
    let is_end = |c: char| c.is_whitespace() || c.is_ascii_digit() || ",;/-|".contains(c);
    let (word, rest) = text.split_at(text.find(is_end).unwrap_or(text.len()));
    match fold(word).replace('.', "").as_str() {
        "sa" | "sang" | "am" => Some((false, rest)),
        "ch" | "chieu" | "pm" => Some((true, rest)),
        _ => None,
    }
}

/// The hour of the day. `14:30 CH` can only be one; `14:30 SA` and `0:30 CH` contradict themselves.
fn of_day(hour: u32, is_afternoon: Option<bool>) -> Option<u32> {
    match (is_afternoon, hour) {
        (None, _) | (Some(false), 0..=11) | (Some(true), 12..=23) => Some(hour),
        (Some(false), 12) => Some(0),
        (Some(true), 1..=11) => Some(hour + 12),
        (Some(_), _) => None,
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
            let found = all[index..].iter().rev().find_map(|to| self.0.read(&name[*from..*to], zone));
            found.filter(|(day, _)| is_plausible(*day))
        });
        let (day, time) = read?;
        Some(zone.from_local_datetime(&day.and_time(time?)).earliest()?.to_utc())
    }
}

/// Years in which anything of an office can have happened or be due, as far as a file alone can tell. Nearer to today the
/// house looks, which knows the day.
const YEARS: std::ops::Range<i32> = 1990..2100;

/// Whether a day lies in such a year.
pub fn is_plausible(day: NaiveDate) -> bool {
    YEARS.contains(&day.year())
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

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn the_half_of_the_day_is_read_in_both_languages() {
        let read = |pattern: &str, text: &str| {
            let pattern = Pattern::parse(pattern).expect("a pattern");
            let (_, time) = pattern.read(text, chrono_tz::UTC)?;
            time.map(|time| time.format("%H:%M").to_string())
        };
        for (text, time) in [
            ("15/05/2024 2:30 CH", "14:30"),
            ("15/05/2024 02:30 SA", "02:30"),
            ("15/05/2024 02:30CH", "14:30"),
            ("15/05/2024 12:05 sa", "00:05"),
            ("15/05/2024 12:05 ch", "12:05"),
            ("15/05/2024 11:59 p.m.", "23:59"),
            ("15/05/2024 07:00 AM", "07:00"),
            ("15/05/2024 07:00 Chie\u{302}\u{300}u", "19:00"),
            ("15/05/2024 14:30 CH", "14:30"),
        ] {
            assert_eq!(read("dd/MM/yyyy hh:mm a", text).as_deref(), Some(time), "{text}");
        }
        for bad in ["15/05/2024 02:30", "15/05/2024 14:30 SA", "15/05/2024 00:30 CH", "15/05/2024 02:30 XX"] {
            assert_eq!(read("dd/MM/yyyy hh:mm a", bad), None, "{bad}");
        }
        assert_eq!(read("hh:mm a, dd/MM/yyyy", "02:30 CH, 15/05/2024").as_deref(), Some("14:30"));
        // An hour of twelve without its half.
        assert!(Pattern::parse("dd/MM/yyyy hh:mm").is_err());
        assert!(Pattern::parse("dd/MM/yyyy a").is_err());
    }

    #[test]
    fn day_and_month_change_places_where_a_text_may_be_either() {
        let swapped = |text: &str| Pattern::parse(text).expect("a pattern").swapped().map(|other| other.text);
        assert_eq!(swapped("dd/MM/yyyy HH:mm").as_deref(), Some("MM/dd/yyyy HH:mm"));
        assert_eq!(swapped("M-d-yyyy").as_deref(), Some("d-M-yyyy"));
        for none in ["iso", "yyyyMMddHHmmss", "yyyy-MM-dd", "ddMMyyyy"] {
            assert_eq!(swapped(none), None, "{none}");
        }
    }
}
