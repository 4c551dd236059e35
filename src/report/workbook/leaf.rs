//! A sheet of the workbook: its heading, and tables of numbers, words, dates and formulas below one another.

use chrono::{NaiveDate, NaiveTime};
use rust_xlsxwriter::{Format, FormatAlign, Formula, Workbook, Worksheet, XlsxError};

use super::super::sheet::{self, framed, head_format, height, moment};
use super::{Cover, NOTHING};

/// A column: its head, and its width in characters.
pub type Column = (&'static str, u16);

/// What stands in a cell.
#[derive(Debug, Clone)]
pub enum Value {
    /// Words; never a formula, whatever they begin with.
    Text(String),
    /// A short word in the middle.
    Word(String),
    /// A count or an amount.
    Count(i64),
    /// A date, or nothing.
    Day(Option<NaiveDate>),
    /// What is reckoned from other cells. `{r}` is the row, `{first}` and `{last}` those of the table.
    Sum(String, i64),
    /// A share that is reckoned so; no result where it is of nothing.
    Share(String, Option<(i64, i64)>),
    /// `khớp` or `lệch`, by whether something holds.
    Check(String, bool),
}

/// A table.
#[derive(Debug)]
pub struct Grid {
    /// Its columns.
    pub columns: Vec<Column>,
    /// Its rows.
    pub rows: Vec<Vec<Value>>,
    /// What stands below them.
    pub total: Option<Vec<Value>>,
}

/// Where a table came to lie: rows from 0.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Its first row.
    pub first: u32,
    /// Its last one, without the total.
    pub last: u32,
    /// The first free row below.
    pub next: u32,
}

/// A sheet that is being written.
pub struct Leaf<'b> {
    /// The sheet.
    pub sheet: &'b mut Worksheet,
    /// The next free row.
    pub row: u32,
}

impl<'b> Leaf<'b> {
    /// Begins one: A4 on its side, as wide as a page. `widths` in characters.
    pub fn begin(
        book: &'b mut Workbook,
        (name, title): (&str, &str),
        cover: &Cover,
        widths: &[u16],
    ) -> Result<Self, XlsxError> {
        let sheet = book.add_worksheet();
        sheet.set_name(name)?;
        for (at, width) in (0u16..).zip(widths) {
            sheet.set_column_width(at, *width)?;
        }
        sheet::on_paper(sheet);
        let last =
            u16::try_from(widths.len().saturating_sub(1)).map_err(|_| XlsxError::RowColumnLimitError)?;
        let plain =
            Format::new().set_font_name(sheet::FONT).set_align(FormatAlign::VerticalCenter).set_text_wrap();
        let bold = plain.clone().set_bold().set_font_size(14);
        let note = plain.set_italic().set_font_size(11);
        let mut row = 0;
        let whole = widths.iter().sum();
        let notes = cover.notes.iter().map(|said| (said.as_str(), &note));
        for (text, format) in std::iter::once((title, &bold)).chain(notes) {
            sheet.merge_range(row, 0, row, last, text, format)?;
            sheet.set_row_height(row, height([(text, whole)].into_iter()) + 3.0)?;
            row += 1;
        }
        Ok(Self { sheet, row: row + 1 })
    }

    /// Writes a table with its head, and moves below it.
    pub fn grid(&mut self, grid: &Grid) -> Result<Place, XlsxError> {
        for (at, (head, _)) in (0u16..).zip(&grid.columns) {
            self.sheet.write_string_with_format(self.row, at, *head, &head_format())?;
        }
        self.sheet.set_row_height(self.row, height(grid.columns.iter().copied()))?;
        self.row += 1;
        self.body(grid)
    }

    /// Writes the rows of a table whose head stands already.
    pub fn body(&mut self, grid: &Grid) -> Result<Place, XlsxError> {
        let first = self.row;
        let count = u32::try_from(grid.rows.len()).map_err(|_| XlsxError::RowColumnLimitError)?;
        let mut place = Place { first, last: (first + count).saturating_sub(1), next: first };
        if grid.rows.is_empty() {
            self.sheet.write_string_with_format(first, 0, NOTHING, &framed().set_italic())?;
            place.next += 1;
        }
        let total = grid.total.iter().filter(|_| !grid.rows.is_empty());
        for cells in grid.rows.iter().chain(total) {
            let texts = cells.iter().zip(&grid.columns).map(|(cell, (_, width))| (cell.text(), *width));
            self.sheet.set_row_height(place.next, height(texts))?;
            let strong = place.next > place.last;
            for (at, cell) in (0u16..).zip(cells) {
                cell.write(self.sheet, (place.next, at), place, strong)?;
            }
            place.next += 1;
        }
        self.row = place.next + 1;
        Ok(place)
    }

    /// The head stays in sight and on every page; lists can be filtered by it. `heads`: how many rows it has.
    pub fn keep(&mut self, place: Place, heads: u32, filtered: Option<&Grid>) -> Result<(), XlsxError> {
        self.sheet.set_freeze_panes(place.first, 0)?;
        self.sheet.set_repeat_rows(place.first - heads, place.first - 1)?;
        if let Some(grid) = filtered.filter(|grid| !grid.rows.is_empty()) {
            let last = u16::try_from(grid.columns.len().saturating_sub(1))
                .map_err(|_| XlsxError::RowColumnLimitError)?;
            self.sheet.autofilter(place.first - 1, 0, place.last, last)?;
        }
        Ok(())
    }
}

impl Value {
    fn text(&self) -> &str {
        if let Self::Text(text) | Self::Word(text) = self { text } else { "" }
    }

    fn write(
        &self,
        sheet: &mut Worksheet,
        (row, at): (u32, u16),
        place: Place,
        strong: bool,
    ) -> Result<(), XlsxError> {
        let framed = || if strong { framed().set_bold() } else { framed() };
        let middle = || framed().set_align(FormatAlign::Center);
        let right = |pattern: &str| framed().set_align(FormatAlign::Right).set_num_format(pattern);
        let formula = |text: &str, result: String| Formula::new(placed(text, row, place)).set_result(result);
        match self {
            Self::Text(text) => {
                sheet.write_string_with_format(row, at, sheet::cut(text), &framed())?;
            }
            Self::Word(text) => {
                sheet.write_string_with_format(row, at, sheet::cut(text), &middle())?;
            }
            Self::Count(number) => {
                sheet.write_number_with_format(row, at, float(*number), &right("#,##0"))?;
            }
            Self::Day(day) => {
                // Before 1900 the format has no dates.
                let written = day.and_then(|day| moment(day.and_time(NaiveTime::MIN)).ok());
                if let Some(day) = written {
                    let shown = middle().set_num_format("dd/mm/yyyy");
                    sheet.write_datetime_with_format(row, at, &day, &shown)?;
                } else {
                    let text = day.map(|day| day.to_string()).unwrap_or_default();
                    sheet.write_string_with_format(row, at, text, &middle())?;
                }
            }
            Self::Sum(text, result) => {
                let formula = formula(text, result.to_string());
                sheet.write_formula_with_format(row, at, formula, &right("#,##0"))?;
            }
            Self::Share(text, parts) => {
                let share = parts.filter(|(_, whole)| *whole != 0);
                let result = share.map(|(part, whole)| (float(part) / float(whole)).to_string());
                let formula = formula(text, result.unwrap_or_default());
                sheet.write_formula_with_format(row, at, formula, &right("0.00%"))?;
            }
            Self::Check(text, holds) => {
                let formula = formula(
                    &format!("IF({text},\"{}\",\"{}\")", said(true), said(false)),
                    said(*holds).to_owned(),
                );
                sheet.write_formula_with_format(row, at, formula, &middle())?;
            }
        }
        Ok(())
    }
}

/// What a check says.
fn said(holds: bool) -> &'static str {
    if holds { "khớp" } else { "lệch" }
}

/// A formula in its place: rows are counted from 1 there.
fn placed(text: &str, row: u32, place: Place) -> String {
    text.replace("{r}", &(row + 1).to_string())
        .replace("{first}", &(place.first + 1).to_string())
        .replace("{last}", &(place.last + 1).to_string())
}

/// The format keeps numbers as floating point: exact up to nine million billions.
fn float(number: i64) -> f64 {
    number.to_string().parse().unwrap_or(f64::MAX)
}
