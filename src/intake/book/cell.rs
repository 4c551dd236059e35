//! A cell as its file has it, before anybody knows what its column means.

use std::borrow::Cow;

use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta};

use super::super::problem::{Place, Problem};
use super::limits::CELL_BYTES;
use crate::domain::text::cut;

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
    /// A number that isn't what it seems.
    Guised(f64, Guise),
    /// A number that the sheet shows as a date: days since 30/12/1899.
    Serial(f64),
    /// Yes or no.
    Flag(bool),
    /// An error such as `#N/A`.
    Fault(String),
    /// A formula whose value isn't saved: what it shows is known to nobody before a spreadsheet program has opened
    /// the file.
    Unsaved,
}

/// Why a number isn't what it seems.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guise {
    /// Its format shows digits or letters that the number doesn't have: `001234`.
    Dressed,
    /// It stands in a workbook that counts its days from 1904.
    From1904,
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
/// Days between the two beginnings of time that Excel knows.
pub const FROM_1904: f64 = 1462.0;

impl Cell {
    /// A text without what nobody sees, in every form of file alike: marks of direction, soft hyphens and blanks of no
    /// width fall away, hyphens that don't break are hyphens. `="0012"` and `'0012`, by which exports keep
    /// spreadsheets from making numbers of codes, are 0012.
    pub fn text(text: &str) -> Self {
        // What is too long is refused for it, and nobody looks at the rest.
        if text.len() > CELL_BYTES {
            return Self::Text(text[..text.floor_char_boundary(CELL_BYTES + 4)].to_owned());
        }
        let text = clean(text);
        let guarded = text.strip_prefix("=\"").and_then(|rest| rest.trim_end().strip_suffix('"'));
        if let Some(inner) = guarded.filter(|inner| !inner.replace("\"\"", "").contains('"')) {
            return Self::Text(inner.replace("\"\"", "\""));
        }
        // A quotation in single marks is one.
        match text.strip_prefix('\'').filter(|rest| !rest.contains('\'')) {
            Some(rest) => Self::Text(rest.to_owned()),
            None => Self::Text(text.into_owned()),
        }
    }

    /// The text of a cell, as the sheet would show it without its number format; trimmed.
    pub fn shown(&self) -> Cow<'_, str> {
        match self {
            Self::Blank => Cow::Borrowed(""),
            Self::Text(text) => Cow::Borrowed(text.trim_matches(is_blank)),
            Self::Fault(text) => Cow::Borrowed(text),
            Self::Number(number) | Self::Guised(number, _) => Cow::Owned(number.to_string()),
            Self::Unsaved => Cow::Borrowed("=…"),
            Self::Flag(flag) => Cow::Borrowed(if *flag { "true" } else { "false" }),
            Self::Serial(serial) => match moment(*serial) {
                Some(at) if at.time() == chrono::NaiveTime::MIN => {
                    Cow::Owned(at.format("%d/%m/%Y").to_string())
                }
                Some(at) => Cow::Owned(at.format("%d/%m/%Y %H:%M:%S").to_string()),
                // A time of day alone.
                None => match moment(1.0 + *serial).filter(|_| (0.0..1.0).contains(serial)) {
                    Some(at) => Cow::Owned(at.format("%H:%M:%S").to_string()),
                    None => Cow::Owned(serial.to_string()),
                },
            },
        }
    }

    /// A date of the form 2024-05-15T14:47:44 or 2024-05-15; anything else stays text.
    pub fn of_iso(text: &str) -> Self {
        let at = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok().or_else(|| {
            Some(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_time(chrono::NaiveTime::MIN))
        });
        let zero = NaiveDate::from_ymd_opt(1899, 12, 30).map(|day| day.and_time(chrono::NaiveTime::MIN));
        let seconds = at.zip(zero).map(|(at, zero)| (at - zero).num_seconds());
        #[expect(clippy::cast_precision_loss, reason = "seconds of ten thousand years fit a double")]
        seconds.map_or_else(|| Self::text(text), |seconds| Self::Serial(seconds as f64 / 86_400.0))
    }

    /// The number that it may be as a date without the format of one, as days since 30/12/1899.
    pub fn bare_serial(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Guised(number, Guise::From1904) => Some(number + FROM_1904),
            Self::Text(_) => self.shown().parse().ok(),
            Self::Blank
            | Self::Guised(_, Guise::Dressed)
            | Self::Serial(_)
            | Self::Flag(_)
            | Self::Fault(_)
            | Self::Unsaved => None,
        }
    }

    /// What keeps the cell from having a value at all.
    pub fn fault(&self, place: Place<'_>) -> Option<Problem> {
        match self {
            Self::Fault(fault) => {
                let shown = cut(fault);
                Some(place.error(
                    "CELL_ERROR",
                    fault,
                    format!("ô báo lỗi {shown}; hãy sửa công thức hoặc gõ giá trị vào ô"),
                    format!("the cell shows the error {shown}; correct the formula or type the value"),
                ))
            }
            Self::Unsaved => Some(place.error(
                "FORMULA_WITHOUT_VALUE",
                "",
                "ô có công thức nhưng tệp không lưu giá trị của nó; hãy mở tệp bằng Excel hay LibreOffice rồi lưu lại",
                "the cell has a formula whose value isn't saved; open the file in Excel or LibreOffice and save it again",
            )),
            Self::Blank
            | Self::Text(_)
            | Self::Number(_)
            | Self::Guised(..)
            | Self::Serial(_)
            | Self::Flag(_) => None,
        }
    }

    /// Whether nothing can be seen in it.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Blank => true,
            Self::Text(text) => text.chars().all(is_blank),
            Self::Number(_)
            | Self::Guised(..)
            | Self::Serial(_)
            | Self::Flag(_)
            | Self::Fault(_)
            | Self::Unsaved => false,
        }
    }
}

/// A text without characters that nobody sees.
fn clean(text: &str) -> Cow<'_, str> {
    let is_odd = |c: char| is_unseen(c) || matches!(c, '\u{2010}' | '\u{2011}');
    if !text.contains(is_odd) {
        return Cow::Borrowed(text);
    }
    let seen = text.chars().filter(|c| !is_unseen(*c));
    Cow::Owned(seen.map(|c| if is_odd(c) { '-' } else { c }).collect())
}

/// Soft hyphen, blanks of no width, marks of direction, byte order mark. U+200C and U+200D join no letters here.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
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

/// A duration of the form PT8H30M00S, in days.
pub fn of_duration(text: &str) -> Option<f64> {
    let mut rest = text.strip_prefix("PT")?;
    let mut seconds = 0.0;
    for (unit, length) in [('H', 3600.0), ('M', 60.0), ('S', 1.0)] {
        if let Some((number, after)) = rest.split_once(unit) {
            seconds += number.replace(',', ".").parse::<f64>().ok().filter(|number| *number >= 0.0)? * length;
            rest = after;
        }
    }
    rest.is_empty().then_some(seconds / 86_400.0)
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
        assert_eq!(Cell::of_iso("2024-05-15"), Cell::Serial(45427.0));
        let Cell::Serial(serial) = Cell::of_iso("2024-05-15T14:47:44") else { panic!("a date") };
        assert_eq!(moment(serial).map(|at| at.to_string()), Some("2024-05-15 14:47:44".to_owned()));
        assert_eq!(Cell::of_iso("x"), Cell::Text("x".to_owned()));
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

    #[test]
    fn what_nobody_sees_and_what_guards_codes_is_no_text() {
        for (written, meant) in [
            ("H\u{2011}240506\u{2010}1", "H-240506-1"),
            ("\u{feff}\u{200e}H\u{ad}-\u{200b}1\u{200f}", "H-1"),
            ("=\"0012\"", "0012"),
            ("=\"a \"\"b\"\"\"", "a \"b\""),
            ("=\"a\"&\"b\"", "=\"a\"&\"b\""),
            ("'0012", "0012"),
            ("'một'", "'một'"),
            ("=A1+1", "=A1+1"),
            ("“Đức\u{a0}Phổ” – 1", "“Đức\u{a0}Phổ” – 1"),
        ] {
            assert_eq!(Cell::text(written), Cell::Text(meant.to_owned()), "{written:?}");
        }
        assert!(Cell::text("\u{200e}\u{ad}").is_blank());
    }
}
