//! Documents for a word processor: paragraphs and tables in named styles, written as the parts of a DOCX file
//! (ECMA-376). What a document says is known elsewhere; here is only how it is laid out.
//!
//! The styles are those of Decree 30/2020/NĐ-CP, annex I: A4, margins of 20 mm above and below, 30 mm left, 15 mm
//! right, Times New Roman, the page's number in the middle of the top margin from the second page on. Everything that
//! is laid out is laid out by a style or a table: no blanks, no empty lines.
//!
//! The parts are templates of our own. docx-rs isn't used: it writes neither table heads that are repeated on each page
//! nor the language of a text, and brings another zip into the tree.

mod parts;
mod style;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};

pub use style::Style;

use crate::domain::text::tidy;

/// The media type of a document.
pub const DOCUMENT: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// What stands where somebody must write.
pub const BLANK: &str = "……";

/// Twentieths of a point, by which the format tells widths, in a centimetre.
const TWIPS_A_CENTIMETRE: u32 = 567;

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its title, for those who list files.
    pub title: String,
    /// Who issues it.
    pub creator: String,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// Its sections, each beginning on a new page.
    pub sections: Vec<Section>,
}

/// Pages of one orientation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Whether the pages lie on their sides, as those of an annex do: it counts its own pages.
    pub landscape: bool,
    /// What stands on them.
    pub blocks: Vec<Block>,
}

/// What follows one another on a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A paragraph.
    Paragraph(Paragraph),
    /// A table.
    Table(Table),
}

/// A paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paragraph {
    /// How it looks.
    pub style: Style,
    /// What it says.
    pub runs: Vec<Run>,
}

/// A piece of a paragraph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Run {
    /// Text in the paragraph's style.
    Plain(String),
    /// Text that stands out.
    Bold(String),
    /// A place that somebody must fill, marked.
    Draft(String),
    /// What follows begins a line.
    Break,
    /// A dotted line up to the right margin, for somebody to write on.
    Dots,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Whether it has lines; one without only places what stands beside one another.
    pub ruled: bool,
    /// What it is, for those who can't see it.
    pub caption: String,
    /// The widths of its columns in millimetres.
    pub widths: Vec<u32>,
    /// How many of its rows are its head, repeated on each page.
    pub heads: usize,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// A row, which no page breaks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Row {
    /// Its cells.
    pub cells: Vec<Cell>,
    /// It stays on the page of the next one.
    pub leads: bool,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// How many columns it covers.
    pub span: usize,
    /// Whether it goes on in the rows below.
    pub down: Down,
    /// Something is wrong with it: it is shaded.
    pub marked: bool,
    /// What stands in it.
    pub paragraphs: Vec<Paragraph>,
}

/// How a cell stands to those above and below.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Down {
    /// It covers one row.
    #[default]
    Alone,
    /// It begins one of several rows.
    Begins,
    /// It is a part of the one above.
    GoesOn,
}

impl Document {
    /// Writes the file. The same document gives the same bytes.
    pub fn docx(&self) -> Vec<u8> {
        parts::written(self)
    }
}

impl Paragraph {
    /// One of plain text.
    pub fn new(style: Style, text: impl Into<String>) -> Self {
        Self { style, runs: vec![Run::Plain(text.into())] }
    }

    /// One of several pieces.
    pub fn of(style: Style, runs: impl IntoIterator<Item = Run>) -> Self {
        Self { style, runs: runs.into_iter().collect() }
    }
}

impl From<Paragraph> for Block {
    fn from(paragraph: Paragraph) -> Self {
        Self::Paragraph(paragraph)
    }
}

impl From<Table> for Block {
    fn from(table: Table) -> Self {
        Self::Table(table)
    }
}

impl Cell {
    /// A cell of one column.
    pub fn new(paragraphs: impl IntoIterator<Item = Paragraph>) -> Self {
        let paragraphs = paragraphs.into_iter().collect();
        Self { span: 1, down: Down::Alone, marked: false, paragraphs }
    }

    /// A cell of one column and paragraph.
    pub fn text(style: Style, text: impl Into<String>) -> Self {
        Self::new([Paragraph::new(style, text)])
    }
}

/// Text as a document may hold it: single blanks, and no sign that XML forbids.
fn sayable(text: &str) -> String {
    let allowed = |c: &char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    tidy(&text.replace(['\t', '\n', '\r'], " ")).chars().filter(allowed).collect()
}

/// Millimetres in the unit of widths.
fn twips(millimetres: u32) -> u32 {
    millimetres * TWIPS_A_CENTIMETRE / 10
}
