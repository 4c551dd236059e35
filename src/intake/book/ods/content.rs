//! The one part of an ODS that holds all its sheets, in a stream.

use std::collections::HashSet;
use std::io::BufRead;

use quick_xml::events::{BytesStart, Event};

use super::super::cell::{Cell, Guise, of_duration};
use super::super::formats::Shows;
use super::super::limits::{Budget, CELL_BYTES, COLUMNS, ROWS, Trouble};
use super::super::merges::Merge;
use super::super::start::Wish;
use super::super::xml::{attribute, broken, character, reader};

/// What goes on inside the document.
pub enum News<'n> {
    /// A sheet begins; whether people see it.
    Sheet(String, bool),
    /// A row, from 0, how often it is repeated, its cells if they were wished for, and its merged cells.
    Row(u32, u32, &'n [Cell], &'n [Merge]),
}

type Tell<'t> = dyn FnMut(News<'_>) -> Result<Wish, Trouble> + 't;

/// Goes through all sheets until `tell` has enough.
pub fn walk(part: impl BufRead, budget: &mut Budget, tell: &mut Tell<'_>) -> Result<(), Trouble> {
    let mut xml = reader(part);
    let mut document = Document::default();
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer).map_err(broken)? {
            Event::Start(element) => document.start(&element, tell)?,
            Event::End(element) => document.end(element.name().as_ref(), budget, tell)?,
            Event::Text(text) => document.table.text(&text.xml10_content()),
            Event::CData(text) => document.table.text(&text.xml10_content()),
            Event::GeneralRef(entity) => document.table.text(&character(&entity)?),
            Event::Eof if document.depth == 0 => return Ok(()),
            Event::Eof => return Err(Trouble::broken("content.xml ends early")),
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
        if document.wish == Wish::Nothing {
            return Ok(());
        }
    }
}

#[derive(Default)]
struct Document {
    /// Open elements.
    depth: usize,
    /// Depth of the element whose children are the sheets: tables elsewhere are links, shapes or old versions.
    body: Option<usize>,
    /// The style that is open, and those of sheets that aren't shown.
    style: String,
    hidden: HashSet<String>,
    is_1904: bool,
    wish: Wish,
    is_open: bool,
    table: Table,
}

/// The table that is being read.
#[derive(Default)]
struct Table {
    row: u32,
    row_times: u32,
    column: usize,
    cells: Vec<Cell>,
    merges: Vec<Merge>,
    cell: Option<Pending>,
    /// Depth of notes, shapes and text boxes, whose text is none of the cell's.
    aside: usize,
}

struct Pending {
    /// Depth of its element.
    depth: usize,
    value: Option<Cell>,
    has_formula: bool,
    is_fault: bool,
    /// Cut a little after what a cell may have.
    text: String,
    paragraphs: usize,
    in_paragraph: bool,
    times: usize,
}

fn times(element: &BytesStart<'_>, name: &str) -> Result<u32, Trouble> {
    Ok(attribute(element, name)?.and_then(|text| text.parse().ok()).unwrap_or(1).clamp(1, ROWS))
}

/// Elements in a cell whose text isn't the cell's.
fn is_aside(name: &str) -> bool {
    name.starts_with("draw:")
        || matches!(name, "office:annotation" | "text:note" | "text:ruby-text" | "table:shapes")
}

impl Document {
    fn start(&mut self, element: &BytesStart<'_>, tell: &mut Tell<'_>) -> Result<(), Trouble> {
        self.depth += 1;
        let name = element.name();
        match name.as_ref() {
            "office:spreadsheet" if self.body.is_none() => self.body = Some(self.depth),
            "style:style" => self.style = attribute(element, "style:name")?.unwrap_or_default(),
            "style:table-properties" if attribute(element, "table:display")?.as_deref() == Some("false") => {
                self.hidden.insert(self.style.clone());
            }
            "table:null-date" => {
                let day = attribute(element, "table:date-value")?;
                self.is_1904 = day.is_some_and(|day| day.starts_with("1904"));
            }
            "table:table" if self.body.is_some_and(|body| self.depth == body + 1) => {
                self.table = Table::default();
                self.is_open = true;
                let style = attribute(element, "table:style-name")?;
                let is_seen = style.is_none_or(|style| !self.hidden.contains(&style));
                self.wish =
                    tell(News::Sheet(attribute(element, "table:name")?.unwrap_or_default(), is_seen))?;
            }
            name if self.is_open => self.table.start(name, element, self.depth, self.is_1904)?,
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, name: &str, budget: &mut Budget, tell: &mut Tell<'_>) -> Result<(), Trouble> {
        let depth = self.depth;
        self.depth = depth.saturating_sub(1);
        let wants_cells = self.wish == Wish::Rows;
        match name {
            _ if !self.is_open => {}
            "table:table" if self.body.is_some_and(|body| depth == body + 1) => self.is_open = false,
            "table:table-row" if self.table.cell.is_none() => {
                let table = &mut self.table;
                let (row, repeated) = (table.row, table.row_times);
                table.row = row.saturating_add(repeated);
                if !table.cells.is_empty() {
                    table.spend(row, repeated, budget)?;
                }
                self.wish = tell(News::Row(row, repeated, &table.cells, &table.merges))?;
            }
            name => self.table.end(name, depth, wants_cells, budget)?,
        }
        Ok(())
    }
}

impl Table {
    fn start(
        &mut self,
        name: &str,
        element: &BytesStart<'_>,
        depth: usize,
        is_1904: bool,
    ) -> Result<(), Trouble> {
        match name {
            name if is_aside(name) => self.aside += 1,
            _ if self.aside > 0 => {}
            "table:table-row" if self.cell.is_none() => {
                self.row_times = times(element, "table:number-rows-repeated")?;
                self.column = 0;
                self.cells.clear();
                self.merges.clear();
            }
            "table:table-cell" | "table:covered-table-cell" if self.cell.is_none() => {
                self.begin(element, depth, is_1904)?;
            }
            "text:p" | "text:h" => {
                if let Some(cell) = &mut self.cell {
                    cell.in_paragraph = true;
                    cell.paragraphs += 1;
                    if cell.paragraphs > 1 {
                        self.text("\n");
                    }
                }
            }
            "text:line-break" => self.text("\n"),
            "text:s" => {
                let count = times(element, "text:c")?.min(1000);
                self.text(&" ".repeat(count as usize));
            }
            "text:tab" => self.text("\t"),
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, element: &BytesStart<'_>, depth: usize, is_1904: bool) -> Result<(), Trouble> {
        let get = |name: &str| attribute(element, name);
        let value = get("office:value")?.and_then(|text| text.parse::<f64>().ok());
        let is_fault = get("calcext:value-type")?.as_deref() == Some("error");
        let value = match get("office:value-type")?.as_deref() {
            Some("float" | "currency" | "percentage") => {
                value.filter(|value| value.is_finite()).map(|value| Shows::Number.cell(value, is_1904))
            }
            Some("boolean") => {
                get("office:boolean-value")?.map(|text| Cell::Flag(text.eq_ignore_ascii_case("true")))
            }
            Some("date") => get("office:date-value")?.map(|text| Cell::of_iso(&text)),
            Some("time") => get("office:time-value")?.and_then(|text| of_duration(&text)).map(Cell::Serial),
            Some("string") => get("office:string-value")?.map(|text| Cell::text(&text)),
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
        self.cell = Some(Pending {
            depth,
            value,
            has_formula: get("table:formula")?.is_some(),
            is_fault,
            text: String::new(),
            paragraphs: 0,
            in_paragraph: false,
            times: times(element, "table:number-columns-repeated")? as usize,
        });
        Ok(())
    }

    /// Text of a cell, as far as it stands in its paragraphs. What is too long is refused when the cell ends.
    fn text(&mut self, text: &str) {
        if let Some(cell) = self.cell.as_mut().filter(|cell| self.aside == 0 && cell.in_paragraph) {
            cell.text.push_str(
                &text[..text.floor_char_boundary((CELL_BYTES + 4).saturating_sub(cell.text.len()))],
            );
        }
    }

    fn end(
        &mut self,
        name: &str,
        depth: usize,
        wants_cells: bool,
        budget: &mut Budget,
    ) -> Result<(), Trouble> {
        match name {
            name if is_aside(name) => self.aside = self.aside.saturating_sub(1),
            "text:p" | "text:h" if self.aside == 0 => {
                if let Some(cell) = &mut self.cell {
                    cell.in_paragraph = false;
                }
            }
            "table:table-cell" | "table:covered-table-cell" => {
                let ended = self.cell.take_if(|cell| cell.depth == depth);
                if let Some(pending) = ended {
                    let (from, times) = (self.column, pending.times);
                    self.column = from.saturating_add(times);
                    if wants_cells {
                        self.put(pending, from, budget)?;
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn put(&mut self, pending: Pending, from: usize, budget: &mut Budget) -> Result<(), Trouble> {
        let row = u64::from(self.row) + 1;
        if pending.text.len() > CELL_BYTES {
            budget.spend(row, from, &pending.text)?;
        }
        let times = pending.times;
        let cell = pending.read();
        if !cell.is_blank() {
            self.cells.resize(from.min(COLUMNS), Cell::Blank);
            for column in from..from.saturating_add(times) {
                budget.spend(row, column, &cell.shown())?;
                self.cells.push(cell.clone());
            }
        }
        Ok(())
    }

    /// A repeated row costs what its rows would.
    fn spend(&self, row: u32, repeated: u32, budget: &mut Budget) -> Result<(), Trouble> {
        if row >= ROWS {
            return Err(Trouble::bomb("trang tính có quá nhiều dòng", "the sheet has too many rows"));
        }
        for (column, cell) in self.cells.iter().enumerate().take(COLUMNS) {
            for _ in 1..repeated.min(ROWS - row) {
                budget.spend(u64::from(row) + 1, column, &cell.shown())?;
            }
        }
        Ok(())
    }
}

impl Pending {
    fn read(self) -> Cell {
        let shown = self.text.trim();
        match self.value {
            // What LibreOffice shows of a failed formula is no text of the cell.
            _ if self.is_fault || self.has_formula && is_error(shown) => {
                Cell::Fault(if shown.is_empty() { "#N/A" } else { shown }.to_owned())
            }
            Some(Cell::Number(value)) if is_dressed(shown) => Cell::Guised(value, Guise::Dressed),
            Some(value) => value,
            // LibreOffice writes an empty text as an empty paragraph.
            None if self.has_formula && self.paragraphs == 0 => Cell::Unsaved,
            None => Cell::text(&self.text),
        }
    }
}

/// Whether a formula's text is an error. Programs other than LibreOffice say it by nothing else: the value is 0.
fn is_error(shown: &str) -> bool {
    shown.starts_with("Err:") || (shown.starts_with('#') && shown.ends_with(['!', '?']) || shown == "#N/A")
}

/// Whether a number's text has zeros or letters that the number doesn't have.
fn is_dressed(shown: &str) -> bool {
    let bytes = shown.as_bytes();
    let has_zeros = bytes.first() == Some(&b'0') && bytes.get(1).is_some_and(u8::is_ascii_digit);
    let is_scientific = shown.contains("E+");
    has_zeros
        || !is_scientific
            && (shown.contains(char::is_alphabetic) || shown.rfind('-').is_some_and(|at| at > 0))
}
