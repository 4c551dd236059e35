//! A list as a workbook that an office opens, filters and prints: one sheet on A4 landscape, the head frozen and
//! repeated on each page, dates that are dates and numbers that are numbers. What stands in it is the caller's.
//!
//! The same list gives the same bytes: no clock is read, so that a mail that encloses it is the same at each attempt.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

/// The media type of a workbook.
pub const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The letters of all papers.
pub(super) const FONT: &str = "Times New Roman";
/// Paper of 210 × 297 mm, as the format counts papers.
const A4: u8 = 9;
/// Margins in inches: 10 mm at the sides and the top, 15 mm at the foot, where the page's number stands.
const SIDE: f64 = 10.0 / 25.4;
const FOOT: f64 = 15.0 / 25.4;
/// The most characters of a cell and of a sheet's name that the format allows.
const LONGEST_CELL: usize = 32_767;
const LONGEST_NAME: usize = 31;
/// The height of a line in points, and the most lines of a row: the format ends at 409 points.
const LINE: f64 = 14.25;
const MOST_LINES: f64 = 28.0;

/// A list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// The sheet's name at its tab.
    pub name: String,
    /// What it is, in capitals if the house likes.
    pub title: String,
    /// Whose it is, and other lines under the title, such as up to when the records are known.
    pub notes: Vec<String>,
    /// The columns.
    pub columns: Vec<Column>,
    /// Rows of as many cells.
    pub rows: Vec<Vec<Cell>>,
    /// When it was made, local time.
    pub made_at: NaiveDateTime,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its head.
    pub head: String,
    /// Its width in characters.
    pub width: u16,
}

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Blank,
    /// Text: never a formula, whatever it begins with.
    Text(String),
    /// A date.
    Day(NaiveDate),
    /// A date with the time of the day.
    Moment(NaiveDateTime),
    /// A number, with the pattern by which it is shown: `"left "0;"over "0;0`.
    Number(i64, &'static str),
}

impl Sheet {
    /// Writes the workbook.
    ///
    /// # Errors
    /// More rows or columns than the format holds: 1,048,576 and 16,384.
    pub fn xlsx(&self) -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        book.set_properties(
            &DocProperties::new().set_title(&self.title).set_creation_datetime(&moment(self.made_at)?),
        );
        let sheet = book.add_worksheet();
        sheet.set_name(self.tab())?;
        let last_column = self.columns.len().saturating_sub(1);
        let last_column = u16::try_from(last_column).map_err(|_| XlsxError::RowColumnLimitError)?;
        let head_row = self.heading(sheet, last_column)?;
        for (at, column) in (0u16..).zip(&self.columns) {
            sheet.set_column_width(at, column.width)?;
            sheet.write_string_with_format(head_row, at, &column.head, &head_format())?;
        }
        let heads = self.columns.iter().map(|column| (column.head.as_str(), column.width));
        sheet.set_row_height(head_row, height(heads))?;
        let mut row_at = head_row;
        for row in &self.rows {
            row_at += 1;
            let texts = row.iter().zip(&self.columns).map(|(cell, column)| (cell.text(), column.width));
            sheet.set_row_height(row_at, height(texts))?;
            for (at, cell) in (0u16..).zip(row) {
                write(sheet, row_at, at, cell)?;
            }
        }
        sheet.autofilter(head_row, 0, row_at, last_column)?;
        sheet.set_freeze_panes(head_row + 1, 0)?;
        sheet.set_repeat_rows(head_row, head_row)?;
        on_paper(sheet);
        book.save_to_buffer()
    }

    /// The tab's name without what the format forbids in one.
    fn tab(&self) -> String {
        let allowed = |c: &char| !c.is_control() && !r"[]:*?/\'".contains(*c);
        self.name.chars().filter(allowed).take(LONGEST_NAME).collect()
    }

    /// The lines above the head; returns the head's row.
    fn heading(&self, sheet: &mut Worksheet, last_column: u16) -> Result<u32, XlsxError> {
        let title = Format::new().set_bold().set_font_name(FONT).set_font_size(14);
        let note = Format::new().set_font_name(FONT).set_font_size(12);
        let lines = std::iter::once((&self.title, title)).chain(self.notes.iter().map(|n| (n, note.clone())));
        let mut row = 0;
        for (text, format) in lines {
            let format = format.set_align(FormatAlign::VerticalCenter).set_text_wrap();
            if last_column == 0 {
                sheet.write_string_with_format(row, 0, text, &format)?;
            } else {
                sheet.merge_range(row, 0, row, last_column, text, &format)?;
            }
            row += 1;
        }
        // A row of air, so that a filter takes the head for the head.
        Ok(row + 1)
    }
}

impl Cell {
    fn text(&self) -> &str {
        if let Self::Text(text) = self { text } else { "" }
    }
}

/// As it is printed: A4 on its side, as wide as a page, with the page's number at the foot.
pub(super) fn on_paper(sheet: &mut Worksheet) {
    sheet.set_paper_size(A4).set_landscape().set_print_fit_to_pages(1, 0);
    sheet.set_margins(SIDE, SIDE, SIDE, FOOT, 0.2, 0.3);
    sheet.set_footer(format!("&C&\"{FONT},Regular\"&10&P/&N"));
}

/// The height that a row's texts take in columns of so many characters, in points. It is told to the file, because
/// not every program reckons it when it opens one.
pub(super) fn height<'a>(texts: impl Iterator<Item = (&'a str, u16)>) -> f64 {
    // A column's width counts digits of the default letters; five letters of ours take the room of four.
    let lines = texts.map(|(text, width)| lines(text, usize::from(width) * 5 / 4)).max().unwrap_or(1);
    // And a little air.
    1.5 + LINE * f64::from(u16::try_from(lines.max(1)).unwrap_or(u16::MAX)).min(MOST_LINES)
}

/// On how many lines a text stands in a column of so many characters.
fn lines(text: &str, width: usize) -> usize {
    let (mut lines, mut used) = (1, 0);
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            lines += 1;
            used = 0;
        }
        used += if used > 0 { length + 1 } else { length };
        // A word that is longer than a line goes on in the next.
        lines += used.saturating_sub(1) / width.max(1);
        used -= used.saturating_sub(1) / width.max(1) * width;
    }
    lines
}

/// A cell with lines around it.
pub(super) fn framed() -> Format {
    Format::new()
        .set_font_name(FONT)
        .set_font_size(11)
        .set_border(FormatBorder::Thin)
        .set_align(FormatAlign::Top)
        .set_text_wrap()
}

/// The head of a column.
pub(super) fn head_format() -> Format {
    framed()
        .set_bold()
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter)
        .set_background_color(Color::RGB(0x00E7_EAE4))
}

/// As much of a text as a cell holds.
pub(super) fn cut(text: &str) -> String {
    text.chars().take(LONGEST_CELL).collect()
}

fn write(sheet: &mut Worksheet, row: u32, at: u16, cell: &Cell) -> Result<(), XlsxError> {
    let shown = |pattern| framed().set_num_format(pattern).set_align(FormatAlign::Center);
    let dated = |when: NaiveDateTime, pattern| moment(when).ok().map(|when| (when, shown(pattern)));
    let date = match cell {
        Cell::Day(day) => dated(day.and_time(NaiveTime::MIN), "dd/mm/yyyy"),
        Cell::Moment(when) => dated(*when, "dd/mm/yyyy hh:mm"),
        Cell::Blank | Cell::Text(_) | Cell::Number(..) => None,
    };
    match (cell, date) {
        (_, Some((when, format))) => sheet.write_datetime_with_format(row, at, &when, &format)?,
        (Cell::Blank, None) => sheet.write_blank(row, at, &framed())?,
        (Cell::Text(text), None) => sheet.write_string_with_format(row, at, cut(text), &framed())?,
        (Cell::Number(number, pattern), None) => {
            // The format keeps numbers as floating point; counts are far below where that is inexact.
            let number = i32::try_from(*number).map_or(f64::from(i32::MAX), f64::from);
            sheet.write_number_with_format(row, at, number, &shown(pattern))?
        }
        // Before 1900 the format has no dates: one that somebody mistyped mustn't keep the others back.
        (Cell::Day(day), None) => sheet.write_string_with_format(row, at, day.to_string(), &framed())?,
        (Cell::Moment(when), None) => sheet.write_string_with_format(row, at, when.to_string(), &framed())?,
    };
    Ok(())
}

/// A local time as the format counts it, which knows no zones.
pub(super) fn moment(at: NaiveDateTime) -> Result<ExcelDateTime, XlsxError> {
    ExcelDateTime::from_timestamp(at.and_utc().timestamp())
}
