//! ODS in a stream. A row or cell that is repeated a million times is counted, not laid out. All sheets stand in one
//! part: it is gone through once for how each of them begins, and again only for a sheet that is read.

mod content;

use std::io::{BufReader, Cursor, Read as _};
use std::sync::Arc;

use zip::ZipArchive;

use super::Take;
use super::cell::Line;
use super::limits::{Budget, ROWS, SHEETS, Trouble};
use super::merges::Merge;
use super::start::{Start, Wish};
use super::xml::broken;
use content::{News, walk};

const MIMETYPE: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";

/// An opened workbook.
pub struct Workbook {
    bytes: Arc<[u8]>,
    /// Those that people see first.
    sheets: Vec<Listed>,
}

struct Listed {
    name: String,
    is_seen: bool,
    /// Where it stands in the file.
    at: usize,
    start: Start,
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
        let mut sheets: Vec<Listed> = Vec::new();
        let part = BufReader::new(archive.by_name("content.xml").map_err(broken)?);
        walk(part, &mut Budget::default(), &mut |news| {
            match news {
                News::Sheet(name, is_seen) => {
                    if sheets.len() == SHEETS {
                        return Err(Trouble::many_sheets());
                    }
                    sheets.push(Listed { name, is_seen, at: sheets.len(), start: Start::default() });
                }
                News::Row(row, times, cells, merges) => {
                    let Some(Listed { start, .. }) = sheets.last_mut() else { return Ok(Wish::Rows) };
                    for merge in merges {
                        start.merge(*merge);
                    }
                    for number in row..row.saturating_add(times).min(ROWS) {
                        if cells.is_empty() || start.has_more() {
                            break;
                        }
                        start.keep(u64::from(number) + 1, cells);
                    }
                    if start.has_more() {
                        return Ok(Wish::Merges);
                    }
                }
            }
            Ok(Wish::Rows)
        })?;
        sheets.sort_by_key(|sheet| !sheet.is_seen);
        Ok(Self { bytes: bytes.into(), sheets })
    }

    pub fn sheets(&self) -> Vec<(String, bool)> {
        self.sheets.iter().map(|sheet| (sheet.name.clone(), sheet.is_seen)).collect()
    }

    pub fn merges(&self, sheet: usize) -> Vec<Merge> {
        self.sheets.get(sheet).map(|sheet| sheet.start.merges.clone()).unwrap_or_default()
    }

    pub fn each(&mut self, sheet: usize, budget: &mut Budget, take: &mut Take<'_>) -> Result<(), Trouble> {
        let Some(listed) = self.sheets.get(sheet) else { return Ok(()) };
        let Some(after) = listed.start.give(take) else { return Ok(()) };
        let mut archive = ZipArchive::new(Cursor::new(&*self.bytes)).map_err(broken)?;
        let part = BufReader::new(archive.by_name("content.xml").map_err(broken)?);
        let mut passed = 0;
        walk(part, budget, &mut |news| {
            match news {
                News::Sheet(..) => passed += 1,
                News::Row(row, times, cells, _) if passed == listed.at + 1 && !cells.is_empty() => {
                    // Content that fills the sheet to its end is a slip of the mouse; rows of it aren't.
                    for number in row..row.saturating_add(times).min(ROWS) {
                        let number = u64::from(number) + 1;
                        if number > after && take(Line { number, cells, written: None }).is_break() {
                            return Ok(Wish::Nothing);
                        }
                    }
                }
                News::Row(..) => {}
            }
            Ok(match passed.cmp(&(listed.at + 1)) {
                std::cmp::Ordering::Less => Wish::Merges,
                std::cmp::Ordering::Equal => Wish::Rows,
                std::cmp::Ordering::Greater => Wish::Nothing,
            })
        })
    }
}
