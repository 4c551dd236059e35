//! XLS (BIFF8, Excel 97–2003): records in a row, of which the values of cells, merged areas and the formats
//! that make a number a date are read. Formulas have their saved value beside them.

mod records;
mod strings;

use super::Take;
use super::cell::{Cell, Line};
use super::cfb::{Compound, double_word, word};
use super::limits::{Budget, COLUMNS, SHEETS, Trouble};
use super::merges::{MOST, Merge};
use records::{Formats, Records, rk};
use strings::{Strings, text_of};

/// An opened workbook.
pub struct Workbook {
    stream: Vec<u8>,
    strings: Strings,
    formats: Formats,
    is_1904: bool,
    /// Those that people see first.
    sheets: Vec<Listed>,
    /// The sheet that was read last.
    loaded: Option<(usize, Sheet)>,
}

/// A sheet with cells.
struct Listed {
    name: String,
    /// Where its records begin, and where those of the next sheet do.
    from: usize,
    to: usize,
    is_seen: bool,
}

#[derive(Default)]
struct Sheet {
    slots: Vec<(u16, u16, Value)>,
    merges: Vec<Merge>,
}

enum Value {
    Shared(u32),
    Cell(Cell),
}

impl Workbook {
    pub fn open(bytes: &[u8]) -> Result<Self, Trouble> {
        let file = Compound::open(bytes)?;
        if file.has("EncryptedPackage") || file.has("EncryptionInfo") {
            return Err(Trouble::encrypted());
        }
        let stream =
            file.stream("Workbook").or_else(|| file.stream("Book")).ok_or_else(Trouble::not_a_table)?;
        let mut book = Self {
            strings: Strings::default(),
            formats: Formats::default(),
            is_1904: false,
            sheets: Vec::new(),
            loaded: None,
            stream: Vec::new(),
        };
        for record in Records::of(&stream, 0) {
            match record.kind {
                0x0809 if word(record.data(), 0) != Some(0x0600) => return Err(old_form()),
                0x002F => return Err(Trouble::encrypted()),
                0x0022 if word(record.data(), 0) == Some(1) => book.is_1904 = true,
                0x00E0 => book.formats.take_cell(record.data()),
                0x041E => book.formats.take_number(record.data()),
                0x00FC => book.strings = Strings::read(&record)?,
                0x0085 => {
                    let Some(sheet) = bound_sheet(record.data()) else { continue };
                    if book.sheets.len() == SHEETS {
                        return Err(Trouble::many_sheets());
                    }
                    if book.sheets.iter().all(|other| other.from != sheet.from) {
                        book.sheets.push(sheet);
                    }
                }
                0x000A => break,
                _ => {}
            }
        }
        let mut begins: Vec<usize> = book.sheets.iter().map(|sheet| sheet.from).collect();
        begins.sort_unstable();
        for sheet in &mut book.sheets {
            let next = begins.iter().find(|begin| **begin > sheet.from);
            sheet.to = next.map_or(stream.len(), |next| stream.len().min(*next));
        }
        book.sheets.sort_by_key(|sheet| !sheet.is_seen);
        book.stream = stream;
        Ok(book)
    }

    pub fn sheets(&self) -> Vec<(String, bool)> {
        self.sheets.iter().map(|sheet| (sheet.name.clone(), sheet.is_seen)).collect()
    }

    pub fn merges(&mut self, sheet: usize) -> Vec<Merge> {
        self.load(sheet).merges.clone()
    }

    pub fn each(&mut self, sheet: usize, budget: &mut Budget, take: &mut Take<'_>) -> Result<(), Trouble> {
        self.load(sheet);
        let Some((_, loaded)) = &self.loaded else { return Ok(()) };
        let mut cells: Vec<Cell> = Vec::new();
        for row in loaded.slots.chunk_by(|one, other| one.0 == other.0) {
            let number = row.first().map_or(1, |slot| u64::from(slot.0) + 1);
            cells.clear();
            for (_, column, value) in row {
                let column = usize::from(*column);
                let cell = match value {
                    Value::Shared(index) => self.strings.get(*index).map_or(Cell::Blank, Cell::text),
                    Value::Cell(cell) => cell.clone(),
                };
                if cell.is_blank() || column >= COLUMNS {
                    continue;
                }
                budget.spend(number, column, if let Cell::Text(text) = &cell { text } else { "" })?;
                if cells.len() <= column {
                    cells.resize(column + 1, Cell::Blank);
                }
                cells[column] = cell;
            }
            if !cells.is_empty() && take(Line { number, cells: &cells, written: None }).is_break() {
                return Ok(());
            }
        }
        Ok(())
    }

    fn load(&mut self, sheet: usize) -> &Sheet {
        if self.loaded.as_ref().is_none_or(|(of, _)| *of != sheet) {
            let (from, to) = self.sheets.get(sheet).map_or((0, 0), |sheet| (sheet.from, sheet.to));
            self.loaded = Some((sheet, self.read(from, to)));
        }
        &self.loaded.get_or_insert_with(Default::default).1
    }

    fn read(&self, from: usize, to: usize) -> Sheet {
        let mut sheet = Sheet::default();
        // Charts in a sheet are sheets within it.
        let mut depth = 0;
        let mut formula = None;
        for record in Records::of(&self.stream[..to], from) {
            match record.kind {
                0x0809 => depth += 1,
                0x000A => {
                    depth -= 1;
                    if depth == 0 {
                        break;
                    }
                }
                0x00E5 if depth == 1 => merged(record.data(), &mut sheet.merges),
                0x0207 => {
                    if let (Some((row, column)), Some(text)) = (formula.take(), text_of(&record, 0)) {
                        sheet.slots.push((row, column, Value::Cell(Cell::text(&text))));
                    }
                }
                kind if depth == 1 => {
                    if kind == 0x0006 {
                        formula = position(record.data());
                    }
                    self.cells(&record, &mut sheet.slots);
                }
                _ => {}
            }
        }
        // A formula's text comes after its place; a value that stands twice counts as written last.
        sheet.slots.sort_by_key(|slot| (slot.0, slot.1));
        sheet
    }

    fn number(&self, format: Option<u16>, value: f64) -> Value {
        let shows = format.map(|format| self.formats.shows(format)).unwrap_or_default();
        Value::Cell(shows.cell(value, self.is_1904))
    }

    fn cells(&self, record: &records::Record<'_>, slots: &mut Vec<(u16, u16, Value)>) {
        let data = record.data();
        let Some((row, column)) = position(data) else { return };
        let format = word(data, 4);
        let double = |at: usize| data.get(at..at + 8)?.try_into().ok().map(f64::from_le_bytes);
        let value = match record.kind {
            0x00FD => double_word(data, 6).map(Value::Shared),
            0x0204 | 0x00D6 => text_of(record, 6).map(|text| Value::Cell(Cell::text(&text))),
            0x0203 => double(6).map(|value| self.number(format, value)),
            0x027E => double_word(data, 6).map(|value| self.number(format, rk(value))),
            0x0205 => flag(data.get(6).copied(), data.get(7).copied()),
            0x0006 if word(data, 12) == Some(0xFFFF) => match data.get(6) {
                Some(1) => flag(data.get(8).copied(), Some(0)),
                Some(2) => flag(data.get(8).copied(), Some(1)),
                // A text, which follows in a record of its own.
                Some(0) => Some(Value::Cell(Cell::Unsaved)),
                Some(_) | None => None,
            },
            0x0006 => double(6).map(|value| self.number(format, value)),
            0x00BD => {
                for (index, pair) in data.get(4..).unwrap_or_default().chunks_exact(6).enumerate() {
                    let place = u16::try_from(index).ok().and_then(|index| column.checked_add(index));
                    if let (Some(place), Some(value)) = (place, double_word(pair, 2)) {
                        slots.push((row, place, self.number(word(pair, 0), rk(value))));
                    }
                }
                None
            }
            _ => None,
        };
        slots.extend(value.map(|value| (row, column, value)));
    }
}

fn position(data: &[u8]) -> Option<(u16, u16)> {
    Some((word(data, 0)?, word(data, 2)?))
}

fn flag(value: Option<u8>, is_error: Option<u8>) -> Option<Value> {
    let value = value?;
    Some(Value::Cell(if is_error? == 0 {
        Cell::Flag(value != 0)
    } else {
        let name = match value {
            0x00 => "#NULL!",
            0x07 => "#DIV/0!",
            0x0F => "#VALUE!",
            0x17 => "#REF!",
            0x1D => "#NAME?",
            0x24 => "#NUM!",
            0x2B => "#GETTING_DATA",
            _ => "#N/A",
        };
        Cell::Fault(name.to_owned())
    }))
}

/// A sheet of the list. Charts and macro sheets are none.
fn bound_sheet(data: &[u8]) -> Option<Listed> {
    let from = double_word(data, 0)? as usize;
    if data.get(5)? & 0x0F != 0 {
        return None;
    }
    let length = usize::from(*data.get(6)?);
    let (name, _) = strings::decode(data.get(8..)?, length, data.get(7)? & 1 != 0);
    Some(Listed { name, from, to: from, is_seen: matches!(data.get(4)? & 3, 0) })
}

fn merged(data: &[u8], merges: &mut Vec<Merge>) {
    for area in data.get(2..).unwrap_or_default().chunks_exact(8) {
        let [top, bottom, left, right] = [0, 2, 4, 6].map(|at| word(area, at).unwrap_or(0));
        if merges.len() < MOST {
            let (top, bottom) = (u32::from(top), u32::from(bottom));
            merges.push(Merge { top, bottom, left: usize::from(left), right: usize::from(right) });
        }
    }
}

fn old_form() -> Trouble {
    Trouble::new(
        "OLD_FORM",
        "tệp .xls của Excel 95 hoặc cũ hơn; hãy mở bằng Excel hay LibreOffice rồi lưu lại thành .xlsx",
        "the .xls file is of Excel 95 or older; open it in Excel or LibreOffice and save it as .xlsx",
    )
}
