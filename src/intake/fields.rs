//! Cells as values: instants, dates, numbers, words. Everything wrong with a row is gathered, so that
//! it can be mended at one go.

use std::collections::HashSet;
use std::num::{IntErrorKind, ParseIntError};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, NaiveDateTime, SubsecRound, Utc};
use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::problem::{Place, Problem};
use super::record::{Record, Shared, SourceRow, Unreadable};
use super::sheet::Row;
use crate::domain::record::RecordKind;

/// Texts that many rows share, each kept once.
#[derive(Default)]
pub(super) struct Pool(HashSet<Shared>);

impl Pool {
    pub fn share(&mut self, text: &str) -> Shared {
        let text = normal(text);
        if let Some(found) = self.0.get(&*text) {
            return Arc::clone(found);
        }
        let shared: Shared = text.into();
        self.0.insert(Arc::clone(&shared));
        shared
    }
}

/// Text in NFC.
pub(super) fn normal(text: &str) -> Box<str> {
    if is_nfc(text) { text.into() } else { text.nfc().collect::<String>().into() }
}

/// The cells of one row, and what is wrong with them so far.
pub(super) struct Fields<'r, 'p> {
    row: &'r Row<'r>,
    pool: &'p mut Pool,
    pub problems: Vec<Problem>,
}

impl<'r, 'p> Fields<'r, 'p> {
    pub fn of(row: &'r Row<'r>, pool: &'p mut Pool) -> Self {
        Self { row, pool, problems: Vec::new() }
    }

    fn place<'c>(&self, column: &'c str) -> Place<'c>
    where
        'r: 'c,
    {
        Place { file: self.row.file, line: self.row.line, field: column }
    }

    /// The file of the row.
    pub fn file(&self) -> Shared {
        Arc::clone(self.row.file)
    }

    /// A text of its own; may be blank.
    pub fn text(&mut self, column: &str) -> Box<str> {
        self.without_nul(column);
        normal(self.row.cell(column))
    }

    /// U+0000 stands for a file that was read wrongly, and PostgreSQL can't keep it.
    fn without_nul(&mut self, column: &str) {
        let cell = self.row.cell(column);
        if cell.contains('\0') {
            self.problems.push(self.place(column).nul_character(cell));
        }
    }

    /// A text of its own that must be there.
    pub fn required_text(&mut self, column: &str) -> Box<str> {
        self.insist(column);
        self.text(column)
    }

    /// A text that other rows have too; may be blank.
    pub fn shared(&mut self, column: &str) -> Shared {
        self.without_nul(column);
        self.pool.share(self.row.cell(column))
    }

    /// A text that other rows have too and that must be there.
    pub fn required_shared(&mut self, column: &str) -> Shared {
        self.insist(column);
        self.shared(column)
    }

    /// Texts with `;`, `,` or `|` between them.
    pub fn list(&mut self, column: &str) -> Vec<Shared> {
        let parts =
            self.row.cell(column).split([';', ',', '|']).map(str::trim).filter(|part| !part.is_empty());
        parts.map(|part| self.pool.share(part)).collect()
    }

    fn insist(&mut self, column: &str) -> bool {
        let is_there = !self.row.cell(column).is_empty();
        if !is_there {
            self.problems.push(self.place(column).missing_value());
        }
        is_there
    }

    /// A cell read by `read`: None where blank or, with a problem noted, where broken.
    fn read<T>(&mut self, column: &str, read: impl Fn(Place<'_>, &str) -> Result<T, Problem>) -> Option<T> {
        let cell = self.row.cell(column);
        if cell.is_empty() {
            return None;
        }
        match read(self.place(column), cell) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.problems.push(problem);
                None
            }
        }
    }

    /// A cell that must be there. The fallback is never seen: `finish` refuses the row.
    fn require<T>(
        &mut self,
        column: &str,
        fallback: T,
        read: impl Fn(Place<'_>, &str) -> Result<T, Problem>,
    ) -> T {
        if self.insist(column) { self.read(column, read).unwrap_or(fallback) } else { fallback }
    }

    pub fn instant(&mut self, column: &str) -> Option<DateTime<Utc>> {
        self.read(column, instant)
    }

    pub fn required_instant(&mut self, column: &str) -> DateTime<Utc> {
        self.require(column, DateTime::UNIX_EPOCH, instant)
    }

    pub fn date(&mut self, column: &str) -> Option<NaiveDate> {
        self.read(column, date)
    }

    pub fn required_date(&mut self, column: &str) -> NaiveDate {
        self.require(column, NaiveDate::default(), date)
    }

    /// A number that must be there.
    pub fn number(&mut self, column: &str) -> i64 {
        self.require(column, 0, number)
    }

    /// A number; blank is None.
    pub fn number_or_none(&mut self, column: &str) -> Option<i64> {
        self.read(column, number)
    }

    /// A number of at most two decimals, in hundredths, that must be there.
    pub fn hundredths(&mut self, column: &str) -> i64 {
        self.require(column, 0, hundredths)
    }

    /// Yes or no; blank is neither.
    pub fn flag(&mut self, column: &str) -> Option<bool> {
        self.read(column, |place, cell| match cell.to_ascii_lowercase().as_str() {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err(place.unknown_word(cell, &["true", "false"])),
        })
    }

    /// Yes or no, one of which must be there.
    pub fn required_flag(&mut self, column: &str) -> bool {
        self.insist(column) && self.flag(column).unwrap_or(false)
    }

    /// A word of a closed list; blank is None.
    pub fn word<T: Copy>(&mut self, column: &str, parse: fn(&str) -> Option<T>, words: &[&str]) -> Option<T> {
        self.read(column, |place, cell| {
            parse(cell)
                .or_else(|| parse(&cell.to_ascii_lowercase()))
                .ok_or_else(|| place.unknown_word(cell, words))
        })
    }

    /// A word of a closed list that must be there.
    pub fn required_word<T: Copy>(
        &mut self,
        column: &str,
        fallback: T,
        parse: fn(&str) -> Option<T>,
        words: &[&str],
    ) -> T {
        if self.insist(column) { self.word(column, parse, words).unwrap_or(fallback) } else { fallback }
    }

    /// Notes a problem of a column.
    pub fn complain(&mut self, column: &str, problem: impl FnOnce(Place<'_>, &str) -> Problem) {
        let found = problem(self.place(column), self.row.cell(column));
        self.problems.push(found);
    }

    /// Notes that a column names a dossier that isn't among the files.
    pub fn stray(&mut self, column: &str, nameless: &[u64]) {
        let problem = self.place(column).unknown_dossier(self.row.cell(column), nameless);
        self.problems.push(problem);
    }

    /// The record, or what was wrong with it.
    pub fn finish(self, kind: RecordKind, code: &str, record: Record) -> SourceRow {
        let file = self.file();
        let record = if self.problems.is_empty() {
            record
        } else {
            Record::Unreadable(Unreadable { kind, code: code.into(), problems: self.problems })
        };
        SourceRow { file, line: self.row.line, record }
    }
}

fn number(place: Place<'_>, cell: &str) -> Result<i64, Problem> {
    cell.parse().map_err(|error: ParseIntError| {
        let is_long = matches!(error.kind(), IntErrorKind::PosOverflow | IntErrorKind::NegOverflow);
        if is_long { place.too_large(cell) } else { place.bad_number(cell) }
    })
}

fn instant(place: Place<'_>, cell: &str) -> Result<DateTime<Utc>, Problem> {
    match DateTime::parse_from_rfc3339(cell) {
        Ok(at) => Ok(at.to_utc().trunc_subsecs(6)),
        Err(_) => Err(place.bad_instant(cell, is_naive_instant(cell))),
    }
}

fn is_naive_instant(cell: &str) -> bool {
    ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
        .iter()
        .any(|form| NaiveDateTime::parse_from_str(cell, form).is_ok())
}

/// A date of the form 2024-05-15 and no other: 5/6/2024 would be read in two ways.
fn date(place: Place<'_>, cell: &str) -> Result<NaiveDate, Problem> {
    let strict = cell.len() == 10 && cell.is_ascii();
    let read = if strict { NaiveDate::parse_from_str(cell, "%Y-%m-%d").ok() } else { None };
    read.ok_or_else(|| place.bad_date(cell))
}

fn hundredths(place: Place<'_>, cell: &str) -> Result<i64, Problem> {
    let (whole, decimals) = cell.split_once('.').unwrap_or((cell, ""));
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if digits.is_empty() || decimals.len() > 2 || !is_number(digits) || !is_number(decimals) {
        return Err(place.bad_decimal(cell));
    }
    // What is left is a number; as an integer of hundredths it may still be too long.
    format!("{whole}{decimals:0<2}").parse().map_err(|_| place.too_large(cell))
}
