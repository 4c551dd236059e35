//! XLSX: sheets in a stream, saved values only. Everything in the package was unpacked and counted by `zipped`
//! before.

mod cells;
mod package;
mod tables;

use std::collections::BTreeMap;

use super::Take;
use super::cell::Line;
use super::limits::{Budget, Trouble};
use super::merges::Merge;
use super::start::{Start, Wish};
use cells::{News, Shared, walk};
use package::{Listed, Package};
use tables::Strings;

/// An opened workbook.
pub struct Workbook {
    package: Package,
    shared: Shared,
    /// Those that people see first.
    sheets: Vec<Listed>,
    starts: BTreeMap<usize, Start>,
}

impl Workbook {
    pub fn open(bytes: &[u8]) -> Result<Self, Trouble> {
        let mut package = Package::open(bytes)?;
        let contents = package.contents()?;
        let mut shared = Shared { is_1904: contents.is_1904, ..Shared::default() };
        // Relations to parts that aren't there are common: a workbook without texts, or without formats.
        if let Some(part) = contents.strings.filter(|part| package.has(part)) {
            shared.strings = Strings::read(package.part(&part)?)?;
        }
        if let Some(part) = contents.styles.filter(|part| package.has(part)) {
            shared.formats = tables::formats(package.part(&part)?)?;
        }
        let mut sheets = contents.sheets;
        sheets.sort_by_key(|sheet| !sheet.is_seen);
        Ok(Self { package, shared, sheets, starts: BTreeMap::new() })
    }

    pub fn sheets(&self) -> Vec<(String, bool)> {
        self.sheets.iter().map(|sheet| (sheet.name.clone(), sheet.is_seen)).collect()
    }

    pub fn merges(&mut self, sheet: usize) -> Result<Vec<Merge>, Trouble> {
        Ok(self.start(sheet)?.merges.clone())
    }

    pub fn each(&mut self, sheet: usize, budget: &mut Budget, take: &mut Take<'_>) -> Result<(), Trouble> {
        let Some(after) = self.start(sheet)?.give(take) else { return Ok(()) };
        let Some(listed) = self.sheets.get(sheet) else { return Ok(()) };
        walk(self.package.part(&listed.part)?, &self.shared, budget, &mut |news| match news {
            News::Row(number, cells) => {
                let number = u64::from(number);
                if number > after && take(Line { number, cells, written: None }).is_break() {
                    Wish::Nothing
                } else {
                    Wish::Rows
                }
            }
            News::Merge(_) => Wish::Nothing,
        })
    }

    /// How a sheet begins; read once.
    fn start(&mut self, sheet: usize) -> Result<&Start, Trouble> {
        if !self.starts.contains_key(&sheet) {
            let mut start = Start::default();
            if let Some(listed) = self.sheets.get(sheet) {
                let mut budget = Budget::default();
                walk(self.package.part(&listed.part)?, &self.shared, &mut budget, &mut |news| {
                    match news {
                        News::Row(number, cells) => start.keep(u64::from(number), cells),
                        News::Merge(merge) => start.merge(merge),
                    }
                    if start.has_more() { Wish::Merges } else { Wish::Rows }
                })?;
            }
            self.starts.insert(sheet, start);
        }
        Ok(&self.starts[&sheet])
    }
}
