//! The cells of one row as the values of fields. Everything wrong with a row is gathered, each with its
//! column, so that it can be mended at one go.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::super::book::Cell;
use super::super::fields::Pool;
use super::super::problem::{Place, Problem};
use super::super::record::Shared;
use super::codes;
use super::dates::NoInstant;
use super::field::Field;
use super::file::Mapping;
use super::head::Head;
use super::seen::Seen;
use super::words;
use crate::domain::text::{cut, fold, tidy};

/// Which column each field has.
pub struct Columns {
    pub head: Head,
    /// Where in the head's columns.
    pub by_field: BTreeMap<Field, usize>,
}

/// What the first filled cell of each field was, and was read as.
pub type Examples = BTreeMap<Field, (String, String)>;

/// A row on the way to a record.
pub struct Row<'r> {
    pub file: &'r Shared,
    pub line: u64,
    pub cells: &'r [Cell],
    pub columns: &'r Columns,
    pub mapping: &'r Mapping,
    pub pool: &'r mut Pool,
    pub examples: &'r mut Examples,
    pub seen: &'r mut BTreeMap<Field, Seen>,
    pub problems: Vec<Problem>,
    pub notes: Vec<Problem>,
}

static BLANK: Cell = Cell::Blank;

impl<'r> Row<'r> {
    /// The cell of a field; blank if the sheet has no such column.
    pub fn cell(&self, field: Field) -> &'r Cell {
        let at = self.columns.by_field.get(&field).map(|at| self.columns.head.columns[*at].index);
        at.and_then(|at| self.cells.get(at)).unwrap_or(&BLANK)
    }

    /// The name of a field's column for people.
    pub fn label(&self, field: Field) -> &'r str {
        let at = self.columns.by_field.get(&field);
        at.map_or(field.as_str(), |at| &self.columns.head.columns[*at].label)
    }

    pub fn place(&self, field: Field) -> Place<'r> {
        Place { file: self.file, line: self.line, field: self.label(field) }
    }

    /// The cell's text in one line and NFC; where blank, the mapping's constant.
    fn shown(&self, field: Field) -> Cow<'r, str> {
        let cell = self.cell(field);
        if cell.is_blank() {
            let mapping: &'r Mapping = self.mapping;
            Cow::Borrowed(mapping.constants.get(&field).map_or("", String::as_str))
        } else {
            Cow::Owned(tidy(&cell.shown()))
        }
    }

    fn remember(&mut self, field: Field, read_as: impl FnOnce() -> String) {
        let cell = self.cell(field);
        if !cell.is_blank() && !self.examples.contains_key(&field) {
            self.examples.insert(field, (cut(&cell.shown()), read_as()));
        }
    }

    /// A text; may be blank.
    pub fn text(&mut self, field: Field) -> Box<str> {
        let cell = self.cell(field);
        let text = self.shown(field);
        let place = self.place(field);
        if let Some(problem) = cell.fault(place).or_else(|| codes::not_its_digits(place, cell)) {
            self.problems.push(problem);
        } else if text.contains('\0') {
            self.problems.push(self.place(field).nul_character(&text));
        }
        self.remember(field, || cut(&text));
        text.into()
    }

    /// A text that other rows have too.
    pub fn shared(&mut self, field: Field) -> Shared {
        let text = self.text(field);
        self.pool.share(&text)
    }

    /// Notes that the field must be filled, if it isn't.
    pub fn need(&mut self, field: Field) {
        if self.shown(field).is_empty() {
            self.problems.push(self.place(field).missing_value());
        }
    }

    /// A word of a closed list; a blank one is none unless the mapping says what blank means.
    pub fn word<T>(&mut self, field: Field, parse: fn(&str) -> Option<T>) -> Option<T> {
        if let Some(problem) = self.cell(field).fault(self.place(field)) {
            self.problems.push(problem);
            return None;
        }
        let text = self.shown(field);
        let mapping: &'r Mapping = self.mapping;
        let said = mapping.values.get(&field).and_then(|map| map.get(&fold(&text)));
        if text.is_empty() && said.is_none() {
            return None;
        }
        let word = said.map(String::as_str).or_else(|| words::read(field, &text));
        let value = word.and_then(parse);
        if value.is_none() {
            let (shown, list, name) = (cut(&text), words::own(field).join(", "), field.as_str());
            self.problems.push(self.place(field).error(
                "UNKNOWN_WORD",
                &text,
                format!("không hiểu “{shown}”; hãy sửa ô này, hoặc thêm vào [values.{name}] của tệp ánh xạ: \"{shown}\" = một trong: {list}"),
                format!("“{shown}” isn't understood; correct the cell, or add to [values.{name}] of the mapping: \"{shown}\" = one of: {list}"),
            ));
        }
        let read_as = word.unwrap_or("?").to_owned();
        self.remember(field, || read_as);
        value
    }

    /// Yes or no; blank is neither.
    pub fn flag(&mut self, field: Field) -> Option<bool> {
        self.word(field, |word| match word {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        })
    }

    /// An instant; None where blank or, with a problem noted, where broken.
    pub fn instant(&mut self, field: Field) -> Option<DateTime<Utc>> {
        let cell = self.cell(field);
        if let Some(problem) = cell.fault(self.place(field)) {
            self.problems.push(problem);
            return None;
        }
        let read = self.mapping.dates.read(field, cell);
        let zone = self.mapping.dates.zone;
        self.remember(field, || match read {
            Ok(Some(found)) => found.at.with_timezone(&zone).to_rfc3339(),
            Ok(None) | Err(_) => "?".to_owned(),
        });
        match read {
            Ok(None) => None,
            Ok(Some(found)) => {
                self.seen.entry(field).or_default().take(self.line, &found, &cut(&cell.shown()));
                Some(found.at)
            }
            Err(why) => {
                self.problems.push(no_instant(self.place(field), &cell.shown(), why, self.mapping, field));
                None
            }
        }
    }
}

/// The reason of a cell that shows that days and months of its whole column are in another order.
pub const OTHER_ORDER: &str = "DAY_MONTH_ORDER";

/// What is said of a cell that is no instant.
pub fn no_instant(place: Place<'_>, value: &str, why: NoInstant, mapping: &Mapping, field: Field) -> Problem {
    let shown = cut(value);
    let (name, patterns) = (field.as_str(), mapping.dates.listed());
    match why {
        NoInstant::Unreadable => place.error(
            "BAD_INSTANT",
            value,
            format!("“{shown}” không phải là ngày có thật theo các mẫu {patterns}; hãy sửa ô này, hoặc thêm mẫu vào [dates] của tệp ánh xạ"),
            format!("“{shown}” is no real date of the forms {patterns}; correct the cell, or add its form to [dates] of the mapping"),
        ),
        NoInstant::OtherOrder => place.error(
            OTHER_ORDER,
            value,
            format!("“{shown}” chỉ có thật nếu đổi chỗ ngày và tháng, nên mọi ngày của cột đều có thể bị hiểu sai và cả tệp bị từ chối; hãy sửa ô này nếu gõ nhầm, hoặc sửa thứ tự trong [dates] của tệp ánh xạ (đang là {patterns})"),
            format!("“{shown}” is a date only with day and month in each other's place, so every date of the column may be meant otherwise and the whole file is refused; correct the cell if it is mistyped, or the order in [dates] of the mapping (now {patterns})"),
        ),
        NoInstant::Implausible => place.error(
            "IMPLAUSIBLE_DATE",
            value,
            format!("“{shown}” không thể là ngày của một hồ sơ (trước năm 1990 hoặc quá xa); hãy sửa năm trong ô này"),
            format!("“{shown}” can't be a date of a dossier (before 1990 or too far ahead); correct the year in the cell"),
        ),
        NoInstant::NoTime => place.error(
            "NO_TIME",
            value,
            format!("“{shown}” không ghi giờ; hãy ghi giờ vào ô, hoặc đặt giờ chung cho cột: {name} = \"17:00\" trong [dates.times] của tệp ánh xạ"),
            format!("“{shown}” has no time of day; write it, or set one for the column: {name} = \"17:00\" in [dates.times] of the mapping"),
        ),
        NoInstant::NoSuchTime => place.error(
            "BAD_INSTANT",
            value,
            format!("không có thời điểm “{shown}” trong múi giờ này; hãy sửa ô này"),
            format!("there is no “{shown}” in this time zone; correct the cell"),
        ),
    }
}
