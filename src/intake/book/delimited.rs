//! Text files with a delimiter: which one it is, and their rows.

use super::cell::{Cell, Line};
use super::charset::{self, Undecoded};
use super::limits::{Budget, Trouble};
use super::{Hints, Take};

/// A text file whose delimiter was found.
pub struct Table {
    text: String,
    delimiter: u8,
    encoding: Option<&'static str>,
    /// Where the rows begin, after a line `sep=;`.
    from: usize,
}

impl Table {
    pub fn open(bytes: &[u8], hints: &Hints) -> Result<Self, Trouble> {
        let decoded = charset::decode(bytes, hints.encoding.as_deref());
        let (text, encoding) = decoded.map_err(|broken| undecoded(&broken, hints))?;
        let text = text.trim_start_matches('\u{feff}');
        // Excel for Mac ends lines with a carriage return alone.
        let text = if text.contains('\n') { text.to_owned() } else { text.replace('\r', "\n") };
        let first = text.lines().next().unwrap_or_default();
        let said = first.strip_prefix("sep=").and_then(|rest| rest.bytes().next()).filter(u8::is_ascii);
        let from = if said.is_some() { first.len() } else { 0 };
        let delimiter = hints.delimiter.or(said).unwrap_or_else(|| noticed(&text));
        Ok(Self { text, delimiter, encoding, from })
    }

    /// What was noticed, if it isn't UTF-8, in both languages.
    pub fn noticed(&self) -> Option<(String, String)> {
        let name = self.encoding?;
        Some((
            format!("tệp dùng bảng mã {name}, đã được chuyển sang Unicode"),
            format!("the file is in {name} and was converted to Unicode"),
        ))
    }

    pub fn each(&mut self, budget: &mut Budget, take: &mut Take<'_>) -> Result<(), Trouble> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.delimiter)
            .from_reader(&self.text.as_bytes()[self.from..]);
        let mut record = csv::StringRecord::new();
        let mut cells: Vec<Cell> = Vec::new();
        loop {
            let start = reader.position().clone();
            let goes_on =
                reader.read_record(&mut record).map_err(|error| Trouble::broken(&error.to_string()))?;
            if !goes_on {
                return Ok(());
            }
            // The reader begins before blank lines that it passes over.
            let at = self.from + usize::try_from(start.byte()).unwrap_or(0);
            let rest = &self.text.as_bytes()[at..];
            let blanks = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
            let number = start.line() + blanks.filter(|byte| **byte == b'\n').count() as u64;
            cells.clear();
            for (column, text) in record.iter().enumerate() {
                let cell = Cell::text(text);
                if cell.is_blank() {
                    continue;
                }
                budget.spend(number, column, text)?;
                cells.resize(column, Cell::Blank);
                cells.push(cell);
            }
            if !cells.is_empty()
                && take(Line { number, cells: &cells, written: Some(record.len()) }).is_break()
            {
                return Ok(());
            }
        }
    }
}

/// What is said of bytes that are no text: in which cell they stand, and which encodings were tried.
fn undecoded(broken: &Undecoded, hints: &Hints) -> Trouble {
    let (before, after) = broken.text.split_at(broken.at);
    let breaks = if broken.text.contains('\n') { '\n' } else { '\r' };
    let line = before.rsplit(breaks).next().unwrap_or_default();
    let delimiter = hints.delimiter.unwrap_or_else(|| noticed(&broken.text));
    let ends = |c: char| c == char::from(delimiter) || c == '\n' || c == '\r';
    let start = line.rsplit(ends).next().unwrap_or_default();
    let value = format!("{start}{}", after.split(ends).next().unwrap_or_default());
    let row = 1 + before.matches(breaks).count() as u64;
    let byte = &broken.byte;
    let trouble = match broken.encoding {
        Some(name) => Trouble::new(
            if name == "UTF-8" { "BAD_UTF8" } else { "BAD_CHARACTER" },
            format!(
                "{byte} không phải là ký tự của bảng mã {name}, là bảng mã của phần còn lại; hãy sửa ô này, hoặc xuất lại rồi lưu ở dạng “CSV UTF-8”"
            ),
            format!(
                "{byte} is no character of {name}, which the rest of the file is in; correct the cell, or export again and save as “CSV UTF-8”"
            ),
        ),
        None => Trouble::new(
            "UNKNOWN_ENCODING",
            format!(
                "không nhận ra bảng mã của tệp: từ {byte} không đọc được hoặc đọc được theo nhiều cách (đã thử UTF-8, UTF-16, Windows-1258, TCVN3, VNI); hãy lưu lại ở dạng “CSV UTF-8”, hoặc ghi encoding = \"windows-1258\", \"tcvn3\" hay \"vni\" trong tệp ánh xạ"
            ),
            format!(
                "the encoding of the file isn't known: {byte} and what follows can't be read, or in several ways (UTF-8, UTF-16, Windows-1258, TCVN3 and VNI were tried); save it as “CSV UTF-8”, or write encoding = \"windows-1258\", \"tcvn3\" or \"vni\" in the mapping"
            ),
        ),
    };
    trouble.cell(row, outside_quotes(line, delimiter), &value)
}

/// The delimiter that makes the most columns in the most of the first lines.
fn noticed(text: &str) -> u8 {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(40).collect();
    let strength = |delimiter: u8| {
        let counts: Vec<usize> = lines.iter().map(|line| outside_quotes(line, delimiter)).collect();
        let like = |count: usize| counts.iter().filter(|other| **other == count).count() * count;
        counts.iter().map(|count| like(*count)).max().unwrap_or(0)
    };
    let candidates = [b',', b';', b'\t', b'|'];
    // Of equals the first: `max_by_key` takes the last.
    candidates.into_iter().rev().max_by_key(|delimiter| strength(*delimiter)).unwrap_or(b',')
}

fn outside_quotes(line: &str, delimiter: u8) -> usize {
    let mut quoted = false;
    let mut count = 0;
    for byte in line.bytes() {
        quoted ^= byte == b'"';
        count += usize::from(byte == delimiter && !quoted);
    }
    count
}
