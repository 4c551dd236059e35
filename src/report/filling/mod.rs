//! Forms that recipients of reports send: Word or Excel files of their own, which the house fills from a report. Here is
//! how a form is read, checked and filled; what there is to fill it with is known in `names`.
//!
//! A document has placeholders `{{total/dossiers/resolved}}` wherever text may stand: in paragraphs, tables, headers and
//! footers. Word splits them over runs as it likes; the first run's looks are those of the value. `| raw` gives a number
//! as programs write it (`1320`), `| 00` as running text does (`09`). A table row that names an item of a list
//! (`{{unit.name}}`) is repeated for each.
//!
//! A workbook has cells with names: `bonro_total_dossiers_resolved`, the same name with `bonro_` before it and `_` for all
//! that is neither a letter nor a digit, since Excel allows no other sign in every language. Numbers come as numbers, a
//! cell keeps its style, formulas are reckoned anew by whoever opens the file. Names of a list's items
//! (`bonro_unit_name`) stand for the rows that are kept free for it; rows that the list doesn't need are hidden. Rows are
//! never put in: what refers to a place in the sheet would then refer to another one.
//!
//! The parts of the packages are edited one by one, and whatever isn't touched stays as it came. A crate that reads a
//! workbook into a model of its own and writes that (umya-spreadsheet) loses what the model doesn't know, which for
//! another office's form is the wrong bargain; for documents there is none at all.

mod acting;
mod archive;
mod docx;
mod figures;
mod names;
#[cfg(test)]
mod tests;
mod tree;
mod values;
mod xlsx;

pub use names::{Line, Names, Registers};
pub use values::{blank, names_of};

use archive::Package;

/// What a form is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormKind {
    /// A document of Word.
    Docx,
    /// A workbook of Excel.
    Xlsx,
}

impl FormKind {
    /// What a file's name ends with, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Docx => "docx",
            Self::Xlsx => "xlsx",
        }
    }

    /// By its extension.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Docx, Self::Xlsx].into_iter().find(|kind| kind.extension() == word)
    }

    /// The media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Docx => super::DOCUMENT,
            Self::Xlsx => super::WORKBOOK,
        }
    }
}

/// What is wrong with a form, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// A word for programs.
    pub reason: &'static str,
    /// For people, with the mend.
    pub vi: String,
    /// The same in English.
    pub en: String,
}

impl Fault {
    fn new(reason: &'static str, vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { reason, vi: vi.into(), en: en.into() }
    }

    fn too_much() -> Self {
        Self::new(
            "TOO_LARGE",
            "biểu mẫu quá lớn: quá nhiều phần tử, ô hoặc chỗ điền, kể cả các dòng lặp lại; hãy rút gọn biểu mẫu, bớt dòng và cột trống",
            "is too large: too many elements, cells or places to fill, with the rows that are repeated; make it smaller, with fewer empty rows and columns",
        )
    }

    fn broken(what: &str) -> Self {
        Self::new(
            "NOT_A_FORM",
            format!("tệp không phải .docx hoặc .xlsx, hoặc đã hỏng ({what}); hãy lưu lại từ Word hoặc Excel"),
            format!("is no .docx or .xlsx, or is damaged ({what}); save it again from Word or Excel"),
        )
    }
}

/// What is told of a bad form at once, at most.
const MOST_FAULTS: usize = 50;
/// Bytes that copies of rows and what is filled in may take in memory, about.
const ROOM: usize = 256 * 1024 * 1024;
/// Items for which a form must have room when it is looked at, before any list is known.
const FORESEEN: usize = 300;

/// What is left of the room that a form may take.
struct Room(usize);

impl Room {
    /// Takes of it.
    fn take(&mut self, bytes: usize) -> Result<(), Fault> {
        self.0 = self.0.checked_sub(bytes).ok_or_else(Fault::too_much)?;
        Ok(())
    }
}

/// Looks at a form: what it is, and how many places in it are filled.
///
/// # Errors
/// All that is wrong with it.
pub fn check(bytes: &[u8], names: &Names) -> Result<(FormKind, usize), Vec<Fault>> {
    let (kind, filled, _) = run(bytes, names)?;
    if filled == 0 {
        return Err(vec![Fault::new(
            "NOTHING_TO_FILL",
            "biểu mẫu không có chỗ nào để điền; hãy ghi {{tên}} trong Word, hoặc đặt tên ô bonro_… trong Excel (xem `bonro reports names`)",
            "has no place to fill; write {{name}} in Word, or name cells bonro_… in Excel (see `bonro reports names`)",
        )]);
    }
    Ok((kind, filled))
}

/// Fills a form. The same form and values give the same bytes.
///
/// # Errors
/// All that keeps it from being filled.
pub fn fill(bytes: &[u8], names: &Names) -> Result<Vec<u8>, Vec<Fault>> {
    run(bytes, names).map(|(_, _, package)| package.packed())
}

fn run(bytes: &[u8], names: &Names) -> Result<(FormKind, usize, Package), Vec<Fault>> {
    let mut package = Package::open(bytes).map_err(|fault| vec![fault])?;
    let kind = package.kind();
    let (mut faults, mut room) = (Vec::new(), Room(ROOM));
    let filled = match kind {
        FormKind::Docx => docx::fill(&mut package, names, &mut faults, &mut room),
        FormKind::Xlsx => xlsx::fill(&mut package, names, &mut faults, &mut room),
    };
    let filled = filled.map_err(|fault| vec![fault])?;
    if faults.is_empty() { Ok((kind, filled, package)) } else { Err(faults) }
}
