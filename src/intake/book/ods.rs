//! ODS in a stream. A row or cell that is repeated a million times is counted, not laid out.

use std::io::{BufReader, Cursor, Read as _};
use std::sync::Arc;

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use zip::ZipArchive;

use super::Take;
use super::cell::{Cell, Line};
use super::limits::{Budget, CELL_BYTES, COLUMNS, ROWS, Trouble};
use super::merges::{MOST, Merge};

const MIMETYPE: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";
/// Sheets of a file.
const SHEETS: usize = 256;

/// An opened workbook.
pub struct Workbook {
    bytes: Arc<[u8]>,
    sheets: Vec<(String, Vec<Merge>)>,
}

fn broken(error: impl std::fmt::Display) -> Trouble {
    Trouble::broken(&error.to_string())
}

/// What goes on inside a table.
enum News<'n> {
    Sheet(String),
    /// A row, from 0, how often it is repeated, and its merged cells.
    Row(u32, u32, &'n [Cell], &'n [Merge]),
}

impl Workbook {
    pub fn open(bytes: &[u8]) -> Result<Self, Trouble> {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
        if let Ok(mut part) = archive.by_name("mimetype") {
            let mut kind = Vec::new();
            (&mut part).take(100).read_to_end(&mut kind).map_err(broken)?;
            if !kind.starts_with(MIMETYPE) {
                return Err(Trouble::not_a_table());
            }
        }
        if let Ok(mut part) = archive.by_name("META-INF/manifest.xml") {
            let mut text = Vec::new();
            (&mut part).take(1 << 20).read_to_end(&mut text).map_err(broken)?;
            if String::from_utf8_lossy(&text).contains("encryption-data") {
                return Err(Trouble::encrypted());
            }
        }
        let bytes: Arc<[u8]> = bytes.into();
        let mut sheets: Vec<(String, Vec<Merge>)> = Vec::new();
        let mut budget = Budget::default();
        walk(&bytes, &mut budget, &mut |news| {
            match news {
                News::Sheet(name) => {
                    if sheets.len() == SHEETS {
                        return Err(Trouble::bomb(
                            "tệp có quá nhiều trang tính",
                            "the file has too many sheets",
                        ));
                    }
                    sheets.push((name, Vec::new()));
                }
                News::Row(.., found) => {
                    if let Some((_, merges)) = sheets.last_mut() {
                        merges.extend(found.iter().take(MOST.saturating_sub(merges.len())));
                    }
                }
            }
            Ok(true)
        })?;
        Ok(Self { bytes, sheets })
    }

    pub fn sheets(&self) -> Vec<String> {
        self.sheets.iter().map(|(name, _)| name.clone()).collect()
    }

    pub fn merges(&self, sheet: usize) -> Vec<Merge> {
        self.sheets.get(sheet).map(|(_, merges)| merges.clone()).unwrap_or_default()
    }

    pub fn each(&mut self, sheet: usize, budget: &mut Budget, take: &mut Take<'_>) -> Result<(), Trouble> {
        let mut at = 0;
        walk(&self.bytes, budget, &mut |news| {
            match news {
                News::Sheet(_) => at += 1,
                News::Row(row, times, cells, _) if at == sheet + 1 && !cells.is_empty() => {
                    // Content that fills the sheet to its end is a slip of the mouse; rows of it aren't.
                    for number in row..row.saturating_add(times).min(ROWS) {
                        if take(Line { number: u64::from(number) + 1, cells, written: None }).is_break() {
                            return Ok(false);
                        }
                    }
                }
                News::Row(..) => {}
            }
            Ok(at <= sheet + 1)
        })
    }
}

/// Goes through all tables until `tell` has enough.
fn walk(
    bytes: &[u8],
    budget: &mut Budget,
    tell: &mut dyn FnMut(News<'_>) -> Result<bool, Trouble>,
) -> Result<(), Trouble> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    let part = archive.by_name("content.xml").map_err(broken)?;
    let mut reader = Reader::from_reader(BufReader::new(part));
    let config = reader.config_mut();
    config.expand_empty_elements = true;
    config.check_end_names = false;
    let mut table = Table::default();
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer).map_err(broken)?;
        let goes_on = match event {
            Event::Start(element) => table.start(&element, tell)?,
            Event::End(element) => table.end(element.name().as_ref(), budget, tell)?,
            Event::Text(text) => table.text(&text.xml10_content()),
            Event::CData(text) => table.text(&text.xml10_content()),
            Event::GeneralRef(entity) => table.text(&character(&entity)?),
            Event::Eof if table.depth == 0 => return Ok(()),
            Event::Eof => return Err(Trouble::broken("content.xml ends early")),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => true,
        };
        if !goes_on {
            return Ok(());
        }
    }
}

fn character(entity: &BytesRef<'_>) -> Result<String, Trouble> {
    if let Some(c) = entity.resolve_char_ref().map_err(broken)? {
        return Ok(c.to_string());
    }
    let known = quick_xml::escape::resolve_xml_entity(entity.as_ref());
    known.map(str::to_owned).ok_or_else(|| Trouble::broken("an unknown entity"))
}

/// The table that is being read.
#[derive(Default)]
struct Table {
    /// Open elements.
    depth: usize,
    is_open: bool,
    row: u32,
    row_times: u32,
    column: usize,
    cells: Vec<Cell>,
    merges: Vec<Merge>,
    cell: Option<Pending>,
    /// Depth of notes, whose text is none of the cell's.
    aside: usize,
}

struct Pending {
    value: Option<Cell>,
    text: String,
    paragraphs: usize,
    times: usize,
    too_long: bool,
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, Trouble> {
    let Some(found) = element.try_get_attribute(name).map_err(broken)? else {
        return Ok(None);
    };
    quick_xml::escape::unescape(&found.value).map(|value| Some(value.into_owned())).map_err(broken)
}

fn times(element: &BytesStart<'_>, name: &str) -> Result<u32, Trouble> {
    Ok(attribute(element, name)?.and_then(|text| text.parse().ok()).unwrap_or(1).clamp(1, ROWS))
}

impl Table {
    fn start(
        &mut self,
        element: &BytesStart<'_>,
        tell: &mut dyn FnMut(News<'_>) -> Result<bool, Trouble>,
    ) -> Result<bool, Trouble> {
        self.depth += 1;
        match element.name().as_ref() {
            "table:table" if !self.is_open => {
                *self = Self { depth: self.depth, is_open: true, ..Self::default() };
                return tell(News::Sheet(attribute(element, "table:name")?.unwrap_or_default()));
            }
            "table:table-row" if self.is_open => {
                self.row_times = times(element, "table:number-rows-repeated")?;
                self.column = 0;
                self.cells.clear();
                self.merges.clear();
            }
            "table:table-cell" | "table:covered-table-cell" if self.is_open && self.cell.is_none() => {
                self.begin(element)?;
            }
            "office:annotation" if self.cell.is_some() => self.aside += 1,
            "text:p" | "text:line-break" => {
                let is_next = self.cell.as_mut().is_some_and(|cell| {
                    cell.paragraphs += 1;
                    cell.paragraphs > 1
                });
                if is_next {
                    self.text("\n");
                }
            }
            "text:s" => {
                let count = times(element, "text:c")?.min(1000);
                self.text(&" ".repeat(count as usize));
            }
            "text:tab" => _ = self.text("\t"),
            _ => {}
        }
        Ok(true)
    }

    fn begin(&mut self, element: &BytesStart<'_>) -> Result<(), Trouble> {
        let value = attribute(element, "office:value")?.and_then(|text| text.parse::<f64>().ok());
        let is_fault = attribute(element, "calcext:value-type")?.as_deref() == Some("error");
        let value = match attribute(element, "office:value-type")?.as_deref() {
            // What LibreOffice shows of a failed formula is no text of the cell.
            _ if is_fault => Some(Cell::Fault("#N/A".to_owned())),
            Some("float" | "currency" | "percentage") => value.map(Cell::Number),
            Some("boolean") => attribute(element, "office:boolean-value")?
                .map(|text| Cell::Flag(text.eq_ignore_ascii_case("true"))),
            Some("date") => attribute(element, "office:date-value")?.map(Cell::of_iso),
            Some("time") => attribute(element, "office:time-value")?.map(Cell::Text),
            Some("string") => attribute(element, "office:string-value")?.map(Cell::Text),
            Some(_) | None => None,
        };
        let (across, down) =
            (times(element, "table:number-columns-spanned")?, times(element, "table:number-rows-spanned")?);
        if across > 1 || down > 1 {
            self.merges.push(Merge {
                top: self.row,
                bottom: self.row.saturating_add(down - 1),
                left: self.column,
                right: self.column.saturating_add(across as usize - 1),
            });
        }
        let repeated = times(element, "table:number-columns-repeated")? as usize;
        self.cell =
            Some(Pending { value, text: String::new(), paragraphs: 0, times: repeated, too_long: false });
        Ok(())
    }

    /// Text of a cell, as far as it isn't a note. What is too long is refused when the cell ends.
    fn text(&mut self, text: &str) -> bool {
        if let Some(cell) = self.cell.as_mut().filter(|cell| self.aside == 0 && cell.paragraphs > 0) {
            if cell.text.len() + text.len() <= CELL_BYTES + 1 {
                cell.text.push_str(text);
            } else {
                cell.too_long = true;
            }
        }
        true
    }

    fn end(
        &mut self,
        name: &str,
        budget: &mut Budget,
        tell: &mut dyn FnMut(News<'_>) -> Result<bool, Trouble>,
    ) -> Result<bool, Trouble> {
        self.depth = self.depth.saturating_sub(1);
        match name {
            "table:table-cell" | "table:covered-table-cell" => self.put(budget)?,
            "office:annotation" => self.aside = self.aside.saturating_sub(1),
            "table:table" => self.is_open = false,
            "table:table-row" if self.is_open => {
                let (row, repeated) = (self.row, self.row_times);
                self.row = row.saturating_add(repeated);
                if !self.cells.is_empty() {
                    if row >= ROWS {
                        return Err(Trouble::bomb(
                            "trang tính có quá nhiều dòng",
                            "the sheet has too many rows",
                        ));
                    }
                    for (column, cell) in self.cells.iter().enumerate().take(COLUMNS) {
                        // A repeated row costs what its rows would.
                        for _ in 1..repeated.min(ROWS - row) {
                            budget.spend(u64::from(row) + 1, column, &cell.shown())?;
                        }
                    }
                }
                return tell(News::Row(row, repeated, &self.cells, &self.merges));
            }
            _ => {}
        }
        Ok(true)
    }

    fn put(&mut self, budget: &mut Budget) -> Result<(), Trouble> {
        let Some(pending) = self.cell.take() else { return Ok(()) };
        let cell = pending.value.unwrap_or(Cell::Text(pending.text));
        let last = self.column.saturating_add(pending.times);
        let row = u64::from(self.row) + 1;
        if pending.too_long {
            budget.spend(row, self.column, &"…".repeat(CELL_BYTES))?;
        }
        if !cell.is_blank() {
            self.cells.resize(self.column.min(COLUMNS), Cell::Blank);
            for column in self.column..last {
                budget.spend(row, column, &cell.shown())?;
                self.cells.push(cell.clone());
            }
        }
        self.column = last;
        Ok(())
    }
}
