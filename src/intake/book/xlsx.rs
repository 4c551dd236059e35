//! XLSX through calamine: cells in a stream, saved values only. Everything in the package was unpacked and
//! counted by `zipped` before.

use std::collections::BTreeSet;
use std::io::Cursor;

use calamine::{DataRef, Reader as _, SheetType, SheetVisible, Xlsx, XlsxError};

use super::Take;
use super::cell::{Cell, Line};
use super::limits::{Budget, COLUMNS, ROWS, Trouble};
use super::merges::Merge;

/// Days between the two beginnings of time that Excel knows.
const FROM_1904: f64 = 1462.0;

/// An opened workbook.
pub struct Workbook(Xlsx<Cursor<Vec<u8>>>);

fn broken(error: &XlsxError) -> Trouble {
    if matches!(error, XlsxError::Password) {
        Trouble::encrypted()
    } else {
        Trouble::broken(&error.to_string())
    }
}

impl Workbook {
    pub fn open(bytes: &[u8]) -> Result<Self, Trouble> {
        Xlsx::new(Cursor::new(bytes.to_vec())).map(Self).map_err(|error| broken(&error))
    }

    /// Sheets that people see, then hidden ones; charts and macro sheets are none.
    pub fn sheets(&self) -> Vec<String> {
        let of = |visible: bool| {
            let sheets = self.0.sheets_metadata().iter();
            sheets
                .filter(move |sheet| sheet.typ == SheetType::WorkSheet)
                .filter(move |sheet| (sheet.visible == SheetVisible::Visible) == visible)
                .map(|sheet| sheet.name.clone())
        };
        let mut seen = BTreeSet::new();
        of(true).chain(of(false)).filter(|name| seen.insert(name.clone())).collect()
    }

    pub fn merges(&mut self, sheet: &str) -> Result<Vec<Merge>, Trouble> {
        let found = self.0.merge_cells_by_sheet_name(sheet).map_err(|error| broken(&error))?;
        let of = |area: calamine::Dimensions| Merge {
            top: area.start.0,
            bottom: area.end.0,
            left: area.start.1 as usize,
            right: area.end.1 as usize,
        };
        Ok(found.into_iter().map(of).collect())
    }

    pub fn each(&mut self, sheet: &str, budget: &mut Budget, take: &mut Take<'_>) -> Result<(), Trouble> {
        let shift = if self.0.has_1904_epoch() { FROM_1904 } else { 0.0 };
        let mut reader = self.0.worksheet_cells_reader(sheet).map_err(|error| broken(&error))?;
        let mut row = 0;
        let mut cells: Vec<Cell> = Vec::new();
        loop {
            let next =
                reader.next_cell().map_err(|error| Trouble { row: u64::from(row), ..broken(&error) })?;
            let at = next.as_ref().map(calamine::Cell::get_position);
            if at.is_none_or(|(next_row, _)| next_row + 1 != row) {
                let is_done = !cells.is_empty()
                    && take(Line { number: u64::from(row), cells: &cells, written: None }).is_break();
                cells.clear();
                match at {
                    Some((next_row, _)) if !is_done => {
                        if next_row >= ROWS || next_row < row {
                            return Err(Trouble {
                                row: u64::from(row),
                                ..Trouble::broken("rows out of order")
                            });
                        }
                        row = next_row + 1;
                    }
                    Some(_) | None => return Ok(()),
                }
            }
            let Some((cell, (_, column))) =
                next.map(|cell| (read(cell.get_value(), shift), cell.get_position()))
            else {
                return Ok(());
            };
            put(&mut cells, u64::from(row), column as usize, cell, budget)?;
        }
    }
}

fn put(
    cells: &mut Vec<Cell>,
    row: u64,
    column: usize,
    cell: Cell,
    budget: &mut Budget,
) -> Result<(), Trouble> {
    // Formatted cells without content may reach to the last column.
    if cell.is_blank() {
        return Ok(());
    }
    let text = if let Cell::Text(text) = &cell { text.as_str() } else { "" };
    budget.spend(row, column, text)?;
    if column < COLUMNS {
        if cells.len() <= column {
            cells.resize(column + 1, Cell::Blank);
        }
        cells[column] = cell;
    }
    Ok(())
}

fn read(value: &DataRef<'_>, shift: f64) -> Cell {
    match value {
        DataRef::Empty => Cell::Blank,
        #[expect(clippy::cast_precision_loss, reason = "XLSX keeps all its numbers as doubles")]
        DataRef::Int(number) => Cell::Number(*number as f64),
        DataRef::Float(number) => Cell::Number(*number),
        DataRef::String(text) | DataRef::DurationIso(text) => Cell::Text(text.clone()),
        DataRef::DateTimeIso(text) => Cell::of_iso(text.clone()),
        DataRef::SharedString(text) => Cell::Text((*text).to_owned()),
        DataRef::Bool(flag) => Cell::Flag(*flag),
        DataRef::DateTime(at) => Cell::Serial(at.as_f64() + shift),
        DataRef::Error(error) => Cell::Fault(error.to_string()),
    }
}
