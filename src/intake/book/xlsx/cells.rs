//! The sheet of an XLSX in a stream: rows of cells, then merged areas.

use std::io::BufRead;

use quick_xml::events::{BytesStart, Event};

use super::super::cell::Cell;
use super::super::formats::Shows;
use super::super::limits::{Budget, COLUMNS, ROWS, Trouble};
use super::super::merges::Merge;
use super::super::start::Wish;
use super::super::xml::{broken, character, local, reader, value};
use super::tables::{Rich, Strings, unescaped};

/// Columns of a sheet, as Excel has them.
const LAST_COLUMN: usize = 16_384;

/// What cells refer to.
#[derive(Default)]
pub struct Shared {
    pub strings: Strings,
    pub formats: Vec<Shows>,
    pub is_1904: bool,
}

/// What is in a sheet.
pub enum News<'n> {
    /// A row that holds something; its number from 1.
    Row(u32, &'n [Cell]),
    /// A merged area.
    Merge(Merge),
}

/// Goes through a sheet until `tell` has enough.
pub fn walk(
    part: impl BufRead,
    shared: &Shared,
    budget: &mut Budget,
    tell: &mut dyn FnMut(News<'_>) -> Wish,
) -> Result<(), Trouble> {
    let mut xml = reader(part);
    let mut sheet = Sheet::new(shared);
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let at = |error: quick_xml::Error| Trouble { row: u64::from(sheet.row), ..broken(error) };
        match xml.read_event_into(&mut buffer).map_err(at)? {
            Event::Start(element) => sheet.start(&element, tell)?,
            Event::End(element) => sheet.end(element.local_name().as_ref(), budget, tell)?,
            Event::Text(text) => sheet.text(&text.xml10_content()),
            Event::CData(text) => sheet.text(&text.xml10_content()),
            Event::GeneralRef(entity) if sheet.cell.is_some() => sheet.text(&character(&entity)?),
            Event::Eof => return sheet.done(),
            Event::GeneralRef(_)
            | Event::Empty(_)
            | Event::Comment(_)
            | Event::Decl(_)
            | Event::PI(_)
            | Event::DocType(_) => {}
        }
        if sheet.wish == Wish::Nothing {
            return Ok(());
        }
    }
}

struct Sheet<'s> {
    shared: &'s Shared,
    wish: Wish,
    is_open: bool,
    is_whole: bool,
    /// From 1; 0 before the first.
    row: u32,
    /// Whether the row says its number itself.
    is_numbered: bool,
    /// Where the next cell stands that doesn't say it.
    column: usize,
    cells: Vec<Cell>,
    cell: Option<Pending>,
}

#[derive(Default)]
struct Pending {
    column: usize,
    kind: Option<String>,
    format: usize,
    has_formula: bool,
    /// What stands in `v`; None: there is none.
    value: Option<String>,
    in_value: bool,
    inline: Option<Rich>,
}

impl<'s> Sheet<'s> {
    fn new(shared: &'s Shared) -> Self {
        Self {
            shared,
            wish: Wish::Rows,
            is_open: false,
            is_whole: false,
            row: 0,
            is_numbered: false,
            column: 0,
            cells: Vec::new(),
            cell: None,
        }
    }

    fn broken(&self, said: &str) -> Trouble {
        Trouble { row: u64::from(self.row), ..Trouble::broken(said) }
    }

    fn done(&self) -> Result<(), Trouble> {
        if self.is_whole { Ok(()) } else { Err(self.broken("the sheet ends early")) }
    }

    fn start(
        &mut self,
        element: &BytesStart<'_>,
        tell: &mut dyn FnMut(News<'_>) -> Wish,
    ) -> Result<(), Trouble> {
        let name = element.local_name();
        match name.as_ref() {
            "sheetData" => self.is_open = true,
            "mergeCell" if self.is_whole => {
                let merge = local(element, "ref")?.and_then(|area| merge(&area));
                if let Some(merge) = merge {
                    self.wish = tell(News::Merge(merge));
                }
            }
            _ if !self.is_open || self.wish != Wish::Rows => {}
            "row" => self.begin_row(element)?,
            "c" => self.begin(element)?,
            name => {
                if let Some(cell) = &mut self.cell {
                    match (name, &mut cell.inline) {
                        ("f", _) => cell.has_formula = true,
                        ("v", _) => {
                            cell.in_value = true;
                            cell.value.get_or_insert_default();
                        }
                        ("is", inline) => *inline = Some(Rich::default()),
                        (name, Some(rich)) => rich.start(name),
                        (_, None) => {}
                    }
                }
            }
        }
        Ok(())
    }

    fn begin_row(&mut self, element: &BytesStart<'_>) -> Result<(), Trouble> {
        let said = local(element, "r")?;
        self.is_numbered = said.is_some();
        let number = match said {
            Some(text) => text.trim().parse().ok(),
            None => self.row.checked_add(1),
        };
        let number = number.filter(|number| *number <= ROWS && *number > self.row);
        self.row = number.ok_or_else(|| self.broken("rows out of order"))?;
        self.column = 0;
        self.cells.clear();
        Ok(())
    }

    fn begin(&mut self, element: &BytesStart<'_>) -> Result<(), Trouble> {
        let mut cell = Pending::default();
        let mut place = None;
        for found in element.attributes().with_checks(false) {
            let found = found.map_err(broken)?;
            match found.key.as_ref() {
                "r" => place = Some(reference(&found.value)),
                "s" => cell.format = found.value.parse().unwrap_or(0),
                "t" => cell.kind = Some(value(&found.value)?),
                _ => {}
            }
        }
        if let Some(place) = place {
            let (row, column) = place.ok_or_else(|| self.broken("a cell at no place"))?;
            if !self.is_numbered && row > self.row {
                self.row = row;
            }
            if row != self.row {
                return Err(self.broken("a cell outside its row"));
            }
            self.column = column;
        }
        cell.column = self.column;
        self.cell = Some(cell);
        Ok(())
    }

    fn text(&mut self, text: &str) {
        if let Some(cell) = &mut self.cell {
            if let (true, Some(value)) = (cell.in_value, &mut cell.value) {
                value.push_str(text);
            } else if let Some(rich) = &mut cell.inline {
                rich.text(text);
            }
        }
    }

    fn end(
        &mut self,
        name: &str,
        budget: &mut Budget,
        tell: &mut dyn FnMut(News<'_>) -> Wish,
    ) -> Result<(), Trouble> {
        match name {
            "sheetData" => {
                self.is_whole = self.is_open;
                self.is_open = false;
            }
            _ if !self.is_open || self.wish != Wish::Rows => {}
            "row" if !self.cells.is_empty() => {
                self.wish = tell(News::Row(self.row, &self.cells));
                self.cells.clear();
            }
            "c" => {
                if let Some(pending) = self.cell.take() {
                    self.column = pending.column + 1;
                    let column = pending.column;
                    let cell = self.read(pending)?;
                    self.put(column, cell, budget)?;
                }
            }
            name => {
                if let Some(cell) = &mut self.cell {
                    match (name, &mut cell.inline) {
                        ("v", _) => cell.in_value = false,
                        (name, Some(rich)) => rich.end(name),
                        (_, None) => {}
                    }
                }
            }
        }
        Ok(())
    }

    fn put(&mut self, column: usize, cell: Cell, budget: &mut Budget) -> Result<(), Trouble> {
        // Formatted cells without content may reach to the last column.
        if cell.is_blank() {
            return Ok(());
        }
        budget.spend(u64::from(self.row), column, if let Cell::Text(text) = &cell { text } else { "" })?;
        if column < COLUMNS {
            if self.cells.len() <= column {
                self.cells.resize(column + 1, Cell::Blank);
            }
            self.cells[column] = cell;
        }
        Ok(())
    }

    /// The cell that its parts make.
    fn read(&self, mut pending: Pending) -> Result<Cell, Trouble> {
        let inline = pending.inline.as_mut().map(Rich::take);
        let kind = pending.kind.as_deref();
        let value = pending.value.as_deref();
        // A formula whose result is an empty text says so: `t="str"` and an empty `v`.
        let is_empty_text = kind == Some("str") && value.is_some();
        if pending.has_formula && value.is_none_or(str::is_empty) && inline.is_none() && !is_empty_text {
            return Ok(Cell::Unsaved);
        }
        let value = value.unwrap_or_default();
        let bare = value.trim();
        match kind {
            Some("inlineStr" | "is") => Ok(Cell::text(&unescaped(inline.as_deref().unwrap_or(value)))),
            None if inline.is_some() => Ok(Cell::text(&unescaped(&inline.unwrap_or_default()))),
            Some("str") => Ok(Cell::text(&unescaped(value))),
            _ if bare.is_empty() => Ok(Cell::Blank),
            Some("s") => {
                let text = bare.parse().ok().and_then(|index| self.shared.strings.get(index));
                text.map(Cell::text).ok_or_else(|| self.broken("a cell refers to no shared text"))
            }
            Some("b") => match bare.to_ascii_lowercase().as_str() {
                "0" | "false" => Ok(Cell::Flag(false)),
                "1" | "true" => Ok(Cell::Flag(true)),
                _ => Err(self.broken("a yes or no that is neither")),
            },
            Some("e") => Ok(Cell::Fault(bare.to_owned())),
            Some("d") => Ok(Cell::of_iso(bare)),
            Some("n") | None => match bare.parse::<f64>().ok().filter(|number| number.is_finite()) {
                Some(number) => {
                    let shows = self.shared.formats.get(pending.format).copied().unwrap_or_default();
                    Ok(shows.cell(number, self.shared.is_1904))
                }
                None => Ok(Cell::text(bare)),
            },
            Some(_) => Err(self.broken("a cell of an unknown kind")),
        }
    }
}

/// Row from 1 and column from 0 of `B7`.
fn reference(text: &str) -> Option<(u32, usize)> {
    let digits = text.find(|c: char| c.is_ascii_digit())?;
    let (letters, row) = text.split_at(digits);
    let mut column = 0_usize;
    for byte in letters.bytes() {
        let letter = byte.to_ascii_uppercase().checked_sub(b'A').filter(|letter| *letter < 26)?;
        column = column * 26 + usize::from(letter) + 1;
        if column > LAST_COLUMN {
            return None;
        }
    }
    let row = row.parse().ok().filter(|row| (1..=ROWS).contains(row))?;
    Some((row, column.checked_sub(1)?))
}

/// `B7:D9`.
fn merge(area: &str) -> Option<Merge> {
    let (first, last) = area.split_once(':').unwrap_or((area, area));
    let ((top, left), (bottom, right)) = (reference(first)?, reference(last)?);
    Some(Merge { top: top - 1, bottom: bottom - 1, left, right })
}
