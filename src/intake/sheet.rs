//! A CSV file, or a sheet of a workbook, as rows of named cells: byte order mark, line ends, columns in any order,
//! quoted line breaks, broken UTF-8 and quotes that nobody closed. What a cell means is in `fields`.

use std::str;

use super::book::Cell;
use super::mapping::not_its_digits;
use super::problem::{Place, Problem};
use super::record::Shared;

/// The reason of a column that a file can't do without.
pub(super) const MISSING_COLUMN: &str = "MISSING_COLUMN";

/// A table before its header is understood.
pub(super) enum Source<'b> {
    /// The bytes of a CSV file.
    Text(&'b [u8]),
    /// The rows of a workbook's sheet that hold something.
    Rows(Vec<Filled>),
}

/// A row of a workbook's sheet.
pub(super) struct Filled {
    /// As the spreadsheet counts, from 1.
    pub number: u64,
    pub cells: csv::ByteRecord,
    /// Cells that have no value, such as `#N/A`, or would lose digits in a code, by their places.
    pub odd: Vec<(usize, Cell)>,
}

/// A table whose header was understood.
pub(super) struct Sheet<'b> {
    file: Shared,
    /// Column names of the header, lower case; empty for those that nobody knows.
    columns: Vec<Box<str>>,
    body: Body<'b>,
}

/// What stands below the header.
enum Body<'b> {
    Text(Text<'b>),
    Rows(&'b [Filled]),
}

/// The bytes of a CSV file whose header ends somewhere.
struct Text<'b> {
    bytes: &'b [u8],
    delimiter: u8,
    from: usize,
}

/// One row of a sheet.
pub(super) struct Row<'r> {
    pub file: &'r Shared,
    pub line: u64,
    columns: &'r [Box<str>],
    cells: &'r csv::ByteRecord,
}

impl Row<'_> {
    /// The trimmed cell of a column; empty if the file has no such column or the cell isn't UTF-8.
    pub fn cell(&self, column: &str) -> &str {
        let index = self.columns.iter().position(|name| **name == *column);
        let bytes = index.and_then(|index| self.cells.get(index)).unwrap_or_default();
        str::from_utf8(bytes).unwrap_or_default().trim()
    }
}

/// A row, or what keeps it from being read and those of its cells that still can be.
pub(super) type Attempt<'r> = Result<&'r Row<'r>, (Problem, &'r Row<'r>)>;

/// Counts lines on the way through the bytes, so that every row knows its own. Never goes back.
struct Lines {
    offset: usize,
    line: u64,
}

impl Lines {
    fn at(&mut self, bytes: &[u8], offset: usize) -> u64 {
        self.line += breaks(&bytes[self.offset..offset], bytes.get(offset).copied());
        self.offset = offset;
        self.line
    }
}

/// Line ends in `bytes`: `\n`, `\r\n` and a lone `\r` are one each. `next` is the byte after them.
fn breaks(bytes: &[u8], next: Option<u8>) -> u64 {
    let mut count = 0;
    for (index, byte) in bytes.iter().enumerate() {
        let follower = bytes.get(index + 1).copied().or(next);
        count += u64::from(*byte == b'\n' || (*byte == b'\r' && follower != Some(b'\n')));
    }
    count
}

impl<'b> Sheet<'b> {
    /// Reads the header. `known` are all columns of such a file, `required` those it can't do
    /// without. None for an empty file; what is only worth knowing goes to `notes`.
    pub fn open(
        file: &Shared,
        source: &'b Source<'b>,
        known: &[&str],
        required: &[&str],
        notes: &mut Vec<Problem>,
    ) -> Result<Option<Self>, Vec<Problem>> {
        let place = |line, field| Place { file, line, field };
        let (header, header_line, body) = match source {
            Source::Text(bytes) => {
                if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
                    return Err(vec![place(1, "").error(
                        "BAD_UTF8",
                        "",
                        "tệp được lưu ở dạng UTF-16; hãy lưu lại ở dạng “CSV UTF-8”",
                        "the file is saved as UTF-16; save it again as “CSV UTF-8”",
                    )]);
                }
                let start = if bytes.starts_with("\u{feff}".as_bytes()) { 3 } else { 0 };
                let header_at = skip_breaks(bytes, start);
                let line = 1 + breaks(&bytes[..header_at], bytes.get(header_at).copied());
                let (header, from, delimiter) = read_header(bytes, header_at);
                (header, line, Body::Text(Text { bytes, delimiter, from }))
            }
            Source::Rows(rows) => {
                let (first, rest) =
                    rows.split_first().map_or((None, &[][..]), |(first, rest)| (Some(first), rest));
                let header = first.map(|row| row.cells.clone()).unwrap_or_default();
                (header, first.map_or(1, |row| row.number), Body::Rows(rest))
            }
        };
        if header.iter().all(|cell| cell.trim_ascii().is_empty()) {
            notes.push(place(0, "").note(
                "EMPTY_FILE",
                "tệp trống, không có dòng tiêu đề; được xem như không có dữ liệu",
                "the file is empty, without a header; it is taken as having no rows",
            ));
            return Ok(None);
        }
        let mut columns: Vec<Box<str>> = Vec::with_capacity(header.len());
        let mut strange: Vec<String> = Vec::new();
        for cell in &header {
            let name = String::from_utf8_lossy(cell).trim().to_lowercase();
            let is_new = !columns.iter().any(|column| **column == *name);
            if known.contains(&name.as_str()) && is_new {
                columns.push(name.into());
            } else {
                if !name.is_empty() {
                    strange.push(name);
                }
                columns.push("".into());
            }
        }
        let missing: Vec<Problem> = required
            .iter()
            .filter(|name| !columns.iter().any(|column| **column == ***name))
            .map(|name| {
                place(header_line, name).error(
                    MISSING_COLUMN,
                    "",
                    format!(
                        "thiếu cột “{name}” nên không đọc được dòng nào; hãy thêm cột này vào dòng tiêu đề"
                    ),
                    format!("column “{name}” is missing, so no row can be read; add it to the header"),
                )
            })
            .collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        if !strange.is_empty() {
            notes.push(strange_columns(place(header_line, ""), &strange));
        }
        Ok(Some(Self { file: file.clone(), columns, body }))
    }

    /// Hands out every row. Blank rows are left out.
    pub fn each(&self, mut take: impl FnMut(Attempt<'_>)) {
        match &self.body {
            Body::Text(text) => self.each_line(text, &mut take),
            Body::Rows(rows) => {
                for filled in *rows {
                    let Filled { number: line, cells, .. } = filled;
                    let row = Row { file: &self.file, line: *line, columns: &self.columns, cells };
                    match self.fault(filled) {
                        None => take(Ok(&row)),
                        Some(problem) => take(Err((problem, &row))),
                    }
                }
            }
        }
    }

    /// What keeps the first cell of a known column from being what it shows.
    fn fault(&self, row: &Filled) -> Option<Problem> {
        row.odd.iter().find_map(|(at, cell)| {
            let name = self.columns.get(*at).filter(|name| !name.is_empty())?;
            let place = Place { file: &self.file, line: row.number, field: name };
            let code =
                || not_its_digits(place, cell).filter(|_| name.ends_with("code") || &**name == "number");
            cell.fault(place).or_else(code)
        })
    }

    fn each_line(&self, text: &Text<'_>, take: &mut impl FnMut(Attempt<'_>)) {
        let before = breaks(&text.bytes[..text.from], text.bytes.get(text.from).copied());
        let mut lines = Lines { offset: text.from, line: 1 + before };
        let mut next = Some(text.from);
        while let Some(from) = next {
            next = self.run(text, from, &mut lines, take);
        }
    }

    /// Reads on from `from`. Some: begin anew there, after a row whose quotes swallowed others.
    fn run(
        &self,
        table: &Text<'_>,
        from: usize,
        lines: &mut Lines,
        take: &mut impl FnMut(Attempt<'_>),
    ) -> Option<usize> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(table.delimiter)
            .from_reader(&table.bytes[from..]);
        let mut cells = csv::ByteRecord::new();
        loop {
            let start = skip_breaks(table.bytes, from + place_of(&reader));
            if !reader.read_byte_record(&mut cells).expect("reading from memory can't fail") {
                return None;
            }
            if cells.iter().all(|cell| cell.trim_ascii().is_empty()) {
                continue;
            }
            let text = trim_breaks(&table.bytes[start..from + place_of(&reader)]);
            let line = lines.at(table.bytes, start);
            let row = Row { file: &self.file, line, columns: &self.columns, cells: &cells };
            match self.judge(&row, text) {
                None => take(Ok(&row)),
                Some((problem, swallows)) => {
                    take(Err((problem, &row)));
                    if swallows {
                        return Some(start + text.iter().position(|byte| is_break(*byte))? + 1);
                    }
                }
            }
        }
    }

    /// What keeps a row from being read, and whether its quotes swallowed the lines after it.
    fn judge(&self, row: &Row<'_>, text: &[u8]) -> Option<(Problem, bool)> {
        let place = Place { file: &self.file, line: row.line, field: "" };
        let (found, width) = (row.cells.len(), self.columns.len());
        let excess = row.cells.iter().skip(width).any(|cell| !cell.trim_ascii().is_empty());
        let fits = found >= width && !excess;
        let odd_quotes = text.iter().fold(false, |odd, byte| odd ^ (*byte == b'"'));
        if text.iter().any(|byte| is_break(*byte)) && (!fits || odd_quotes) {
            let problem = place.error(
                "UNCLOSED_QUOTE",
                &String::from_utf8_lossy(text),
                "có dấu ngoặc kép \" mở mà không đóng; hãy đóng lại, hoặc viết \"\" nếu là một phần của chữ",
                "a quotation mark \" opens and doesn't close; close it, or write \"\" if it is part of the text",
            );
            return Some((problem, true));
        }
        if !fits {
            let problem = place.error(
                "CELL_COUNT",
                &String::from_utf8_lossy(text),
                format!(
                    "dòng có {found} ô nhưng tiêu đề có {width} cột; hãy đặt chữ có dấu phẩy trong ngoặc kép \"…\""
                ),
                format!(
                    "the row has {found} cells, the header {width} columns; put text with commas in quotes \"…\""
                ),
            );
            return Some((problem, false));
        }
        let (index, up_to) = self.broken_cell(row.cells)?;
        let line = row.line + breaks(&text[..up_to.min(text.len())], None);
        let problem = Place { line, field: &self.columns[index], ..place }.error(
            "BAD_UTF8",
            &String::from_utf8_lossy(&row.cells[index]),
            "có ký tự không đúng mã UTF-8; hãy lưu lại tệp ở dạng “CSV UTF-8”",
            "a character isn't valid UTF-8; save the file again as “CSV UTF-8”",
        );
        Some((problem, false))
    }

    /// The first cell of a known column that isn't UTF-8, and roughly where in the row it breaks.
    fn broken_cell(&self, cells: &csv::ByteRecord) -> Option<(usize, usize)> {
        let mut before = 0;
        for (index, cell) in cells.iter().enumerate() {
            let known = self.columns.get(index).is_some_and(|name| !name.is_empty());
            match str::from_utf8(cell) {
                Err(error) if known => return Some((index, before + error.valid_up_to())),
                Ok(_) | Err(_) => before += cell.len() + 1,
            }
        }
        None
    }
}

fn strange_columns(place: Place<'_>, strange: &[String]) -> Problem {
    let some = strange.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = if strange.len() > 5 { ", …" } else { "" };
    let count = strange.len();
    place.note(
        "UNKNOWN_COLUMN",
        format!("bỏ qua {count} cột không dùng đến: {some}{more}"),
        format!("{count} columns that aren't used were ignored: {some}{more}"),
    )
}

fn place_of(reader: &csv::Reader<&[u8]>) -> usize {
    usize::try_from(reader.position().byte()).expect("a position in memory")
}

fn is_break(byte: u8) -> bool {
    byte == b'\n' || byte == b'\r'
}

fn skip_breaks(bytes: &[u8], from: usize) -> usize {
    from + bytes[from..].iter().take_while(|byte| is_break(**byte)).count()
}

fn trim_breaks(bytes: &[u8]) -> &[u8] {
    let tail = bytes.iter().rev().take_while(|byte| is_break(**byte)).count();
    &bytes[..bytes.len() - tail]
}

/// The header's cells, where the body begins, and the delimiter: a comma, or what spreadsheets in
/// other languages put in its place.
fn read_header(bytes: &[u8], start: usize) -> (csv::ByteRecord, usize, u8) {
    let read = |delimiter| {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(&bytes[start..]);
        let mut header = csv::ByteRecord::new();
        reader.read_byte_record(&mut header).expect("reading from memory can't fail");
        (header, start + place_of(&reader), delimiter)
    };
    let by_comma = read(b',');
    if by_comma.0.len() > 1 {
        return by_comma;
    }
    [read(b';'), read(b'\t')].into_iter().find(|(header, ..)| header.len() > 1).unwrap_or(by_comma)
}
