//! A cell as its file has it, before anybody knows what its column means.

use std::borrow::Cow;

use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta};

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Cell {
    /// Nothing.
    #[default]
    Blank,
    /// Text.
    Text(String),
    /// A number.
    Number(f64),
    /// A number that the sheet shows as a date: days since 30/12/1899.
    Serial(f64),
    /// Yes or no.
    Flag(bool),
    /// An error such as `#N/A`.
    Fault(String),
}

/// A row that holds something.
#[derive(Debug, Clone, Copy)]
pub struct Line<'l> {
    /// Its number, from 1, as the spreadsheet shows it.
    pub number: u64,
    /// Its cells from column A on; what is missing at the end is blank.
    pub cells: &'l [Cell],
    /// How many cells were written, where a text file says it: a row with another number than its head is broken.
    pub written: Option<usize>,
}

/// The last serial that Excel shows as a date: 31/12/9999.
const LAST_SERIAL: f64 = 2_958_466.0;

impl Cell {
    /// The text of a cell, as the sheet would show it without its number format; trimmed.
    pub fn shown(&self) -> Cow<'_, str> {
        match self {
            Self::Blank => Cow::Borrowed(""),
            Self::Text(text) => Cow::Borrowed(text.trim_matches(is_blank)),
            Self::Fault(text) => Cow::Borrowed(text),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Flag(flag) => Cow::Borrowed(if *flag { "true" } else { "false" }),
            Self::Serial(serial) => match moment(*serial) {
                Some(at) if at.time() == chrono::NaiveTime::MIN => {
                    Cow::Owned(at.format("%d/%m/%Y").to_string())
                }
                Some(at) => Cow::Owned(at.format("%d/%m/%Y %H:%M:%S").to_string()),
                None => Cow::Owned(serial.to_string()),
            },
        }
    }

    /// A date of the form 2024-05-15T14:47:44 or 2024-05-15; anything else stays text.
    pub fn of_iso(text: String) -> Self {
        let at = NaiveDateTime::parse_from_str(&text, "%Y-%m-%dT%H:%M:%S%.f").ok().or_else(|| {
            Some(NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok()?.and_time(chrono::NaiveTime::MIN))
        });
        let zero = NaiveDate::from_ymd_opt(1899, 12, 30).map(|day| day.and_time(chrono::NaiveTime::MIN));
        let seconds = at.zip(zero).map(|(at, zero)| (at - zero).num_seconds());
        #[expect(clippy::cast_precision_loss, reason = "seconds of ten thousand years fit a double")]
        seconds.map_or(Self::Text(text), |seconds| Self::Serial(seconds as f64 / 86_400.0))
    }

    /// Whether nothing can be seen in it.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Blank => true,
            Self::Text(text) => text.chars().all(is_blank),
            Self::Number(_) | Self::Serial(_) | Self::Flag(_) | Self::Fault(_) => false,
        }
    }
}

/// White space, and what pasted texts have in its place.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200b}' | '\u{feff}' | '\u{a0}')
}

/// A serial as date and time, to the second. Excel's 29/02/1900, which never was, is taken as 28/02.
pub fn moment(serial: f64) -> Option<NaiveDateTime> {
    if !(1.0..LAST_SERIAL).contains(&serial) {
        return None;
    }
    // Of a day's fraction a double keeps microseconds; people enter seconds.
    #[expect(clippy::cast_possible_truncation, reason = "less than 3e11, as checked above")]
    let seconds = (serial * 86_400.0).round() as i64;
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let first = NaiveDate::from_ymd_opt(1899, 12, if days < 60 { 31 } else { 30 })?;
    let day = first.checked_add_days(Days::new(u64::try_from(days).ok()?))?;
    day.and_time(chrono::NaiveTime::MIN).checked_add_signed(TimeDelta::seconds(rest))
}

/// The letters of a column, from 0: A, B, …, Z, AA.
pub fn letters(column: usize) -> String {
    let mut text = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or(0);
        text.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    text.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serials_are_days_and_their_fractions() {
        let shown = |serial| moment(serial).map(|at| at.to_string()).unwrap_or_default();
        assert_eq!(shown(45427.0), "2024-05-15 00:00:00");
        assert_eq!(shown(45_427.616_481_481_48), "2024-05-15 14:47:44");
        assert_eq!(shown(1.0), "1900-01-01 00:00:00");
        assert_eq!(shown(61.0), "1900-03-01 00:00:00");
        assert_eq!([shown(59.0), shown(60.0)], ["1900-02-28 00:00:00"; 2]);
        for none in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e12, 2_958_466.0] {
            assert_eq!(moment(none), None);
        }
    }

    #[test]
    fn dates_in_words_of_iso_are_serials() {
        assert_eq!(Cell::of_iso("2024-05-15".to_owned()), Cell::Serial(45427.0));
        let Cell::Serial(serial) = Cell::of_iso("2024-05-15T14:47:44".to_owned()) else { panic!("a date") };
        assert_eq!(moment(serial).map(|at| at.to_string()), Some("2024-05-15 14:47:44".to_owned()));
        assert_eq!(Cell::of_iso("x".to_owned()), Cell::Text("x".to_owned()));
    }

    #[test]
    fn columns_have_their_letters() {
        assert_eq!([0, 25, 26, 701, 702, 16383].map(letters), ["A", "Z", "AA", "ZZ", "AAA", "XFD"]);
    }

    #[test]
    fn numbers_show_as_people_typed_them() {
        assert_eq!(Cell::Number(10.0).shown(), "10");
        assert_eq!(Cell::Number(20_240_515_144_744.0).shown(), "20240515144744");
        assert_eq!(Cell::Number(0.5).shown(), "0.5");
        assert_eq!(Cell::Text("\u{a0} a\u{200b} ".to_owned()).shown(), "a");
        assert!(Cell::Text(" \t\u{a0}\n".to_owned()).is_blank());
    }
}
