//! A file of tables as sheets, rows and cells, whatever its form: XLSX, XLS, ODS, CSV. Which column means what
//! isn't known here.
//!
//! Nothing in a file is trusted: every size is counted, not believed; formulas aren't computed (their saved
//! values are read), macros and links are never looked at. XLSX and ODS are unpacked and counted before anything
//! else. Each form has a small reader of its own that streams: calamine lays an XLS or ODS out whole and reserves what
//! the file claims, and of an XLSX it tells neither that a formula's value isn't saved and that a format shows zeros
//! nor reads a file in which one cell has a newer error such as #SPILL!.

mod cell;
mod cfb;
mod charset;
mod delimited;
mod formats;
mod limits;
mod merges;
mod ods;
mod start;
mod tcvn3;
#[cfg(test)]
pub(super) mod tests;
mod vni;
mod xls;
mod xlsx;
mod xml;
mod zipped;

use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::problem::{Place, Problem};
use super::record::Shared;

pub use cell::{Cell, Guise, Line, letters, moment};
pub use limits::FILE_BYTES;
use limits::{Budget, Trouble};
use merges::{Merge, Merged};

/// What a mapping may say about a file before it is opened.
#[derive(Debug, Clone, Default)]
pub struct Hints {
    /// The encoding of a text file; None: noticed.
    pub encoding: Option<String>,
    /// The delimiter of a text file; None: noticed.
    pub delimiter: Option<u8>,
}

/// Takes a row; says whether to go on.
pub(super) type Take<'t> = dyn FnMut(Line<'_>) -> ControlFlow<()> + 't;

enum Form {
    Xlsx(xlsx::Workbook),
    Xls(xls::Workbook),
    Ods(ods::Workbook),
    Text(delimited::Table),
}

/// An opened file.
pub struct Book {
    file: Shared,
    form: Form,
    sheets: Vec<String>,
    /// How many of them people see: the first ones.
    seen: usize,
    /// What was noticed on opening.
    pub notes: Vec<Problem>,
}

impl Book {
    /// Opens a file by what is in it, not by its name.
    pub fn open(file: &str, bytes: &[u8], hints: &Hints) -> Result<Self, Problem> {
        let shared: Shared = file.into();
        let failed = |trouble: Trouble| trouble.at(&shared, "");
        limits::check_file(bytes.len()).map_err(failed)?;
        let mut notes = Vec::new();
        let form = match kind(bytes) {
            Kind::Zip => {
                let parts = zipped::inspect(bytes).map_err(failed)?;
                if parts.is_ods {
                    guarded(|| ods::Workbook::open(bytes)).map(Form::Ods)
                } else if parts.is_xlsx {
                    guarded(|| xlsx::Workbook::open(bytes)).map(Form::Xlsx)
                } else {
                    Err(Trouble::not_a_table())
                }
            }
            Kind::Compound => guarded(|| xls::Workbook::open(bytes)).map(Form::Xls),
            Kind::Markup => Err(Trouble::markup()),
            Kind::Other => Err(Trouble::not_a_table()),
            Kind::Text => delimited::Table::open(bytes, hints).map(|table| {
                let place = Place { file: &shared, line: 0, field: "" };
                if let Some((vi, en)) = table.noticed() {
                    notes.push(place.note("ENCODING", vi, en));
                }
                Form::Text(table)
            }),
        }
        .map_err(failed)?;
        let sheets = match &form {
            Form::Xlsx(book) => book.sheets(),
            Form::Xls(book) => book.sheets(),
            Form::Ods(book) => book.sheets(),
            Form::Text(_) => vec![(String::new(), true)],
        };
        let seen = sheets.iter().filter(|(_, is_seen)| *is_seen).count();
        let sheets: Vec<String> = sheets.into_iter().map(|(name, _)| name).collect();
        if sheets.is_empty() {
            return Err(failed(Trouble::no_sheet()));
        }
        Ok(Self { file: shared, form, sheets, seen, notes })
    }

    /// The names of its sheets, those that people see first, else in their order; a text file has one without a name.
    pub fn sheets(&self) -> &[String] {
        &self.sheets
    }

    /// How many sheets people see: the first ones. What is hidden is read only where it is called by its name: old
    /// lists and lists of words lie there.
    pub fn seen(&self) -> usize {
        self.seen
    }

    /// The place of a sheet in words: `ho-so.xlsx › Danh sách`.
    pub fn place(&self, sheet: usize) -> Shared {
        let name = self.sheets.get(sheet).map_or("", String::as_str);
        limits::place(&self.file, name)
    }

    /// Hands out the rows of a sheet that hold something, top to bottom, until `take` has enough. Cells that are
    /// merged downwards in one column hold their value in every row.
    pub fn each(
        &mut self,
        sheet: usize,
        take: &mut dyn FnMut(Line<'_>) -> ControlFlow<()>,
    ) -> Result<(), Problem> {
        self.rows(sheet, false, take)
    }

    /// The first rows of a sheet, in which every cell of a merged area holds its value: headings stand there.
    pub fn top(
        &mut self,
        sheet: usize,
        take: &mut dyn FnMut(Line<'_>) -> ControlFlow<()>,
    ) -> Result<(), Problem> {
        self.rows(sheet, true, take)
    }

    fn rows(
        &mut self,
        sheet: usize,
        in_head: bool,
        take: &mut dyn FnMut(Line<'_>) -> ControlFlow<()>,
    ) -> Result<(), Problem> {
        let name = self.sheets.get(sheet).cloned().unwrap_or_default();
        let form = &mut self.form;
        let outcome = guarded(|| {
            let merges: Vec<Merge> = match form {
                Form::Xlsx(book) => book.merges(sheet)?,
                Form::Xls(book) => book.merges(sheet),
                Form::Ods(book) => book.merges(sheet),
                Form::Text(_) => Vec::new(),
            };
            let mut filler = Merged::new(merges, in_head);
            let mut take = |line: Line<'_>| filler.fill(line, take);
            let mut budget = Budget::default();
            match form {
                Form::Xlsx(book) => book.each(sheet, &mut budget, &mut take),
                Form::Xls(book) => book.each(sheet, &mut budget, &mut take),
                Form::Ods(book) => book.each(sheet, &mut budget, &mut take),
                Form::Text(table) => table.each(&mut budget, &mut take),
            }
        });
        outcome.map_err(|trouble| trouble.at(&self.file, &name))
    }
}

enum Kind {
    Zip,
    Compound,
    Markup,
    Text,
    Other,
}

/// Whether a file is one of text; refused if it is empty or too large for any reader.
pub fn is_text(file: &str, bytes: &[u8]) -> Result<bool, Problem> {
    limits::check_file(bytes.len()).map_err(|trouble| trouble.at(file, ""))?;
    Ok(matches!(kind(bytes), Kind::Text))
}

fn kind(bytes: &[u8]) -> Kind {
    const BINARY: [&[u8]; 9] = [
        b"%PDF",
        b"\x89PNG",
        b"\xFF\xD8\xFF",
        b"GIF8",
        b"Rar!",
        b"7z\xBC\xAF",
        b"\x1F\x8B",
        b"\x7FELF",
        b"MZ\x90",
    ];
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Kind::Zip;
    }
    if bytes.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return Kind::Compound;
    }
    if BINARY.iter().any(|magic| bytes.starts_with(magic)) {
        return Kind::Other;
    }
    let head = &bytes[..bytes.len().min(1024)];
    let text = String::from_utf8_lossy(head).replace(['\0', '\u{feff}', '\u{fffd}'], "").to_ascii_lowercase();
    let start = text.trim_start();
    let is_markup = ["<!doctype", "<html", "<?xml", "<table", "<head", "<meta", "<style", "<workbook"];
    if is_markup.iter().any(|tag| start.starts_with(tag)) { Kind::Markup } else { Kind::Text }
}

/// What a reader of a foreign file does wrong is the file's fault, never the end of the process.
fn guarded<T>(work: impl FnOnce() -> Result<T, Trouble>) -> Result<T, Trouble> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Trouble::broken("panic")))
}
