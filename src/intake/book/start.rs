//! The first rows of a sheet and its merged areas, kept from the first time that the sheet is gone through: where
//! headings are looked for in many sheets, none of them is unpacked again for it.

use std::ops::ControlFlow;

use super::Take;
use super::cell::{Cell, Line};
use super::merges::{MOST, Merge};

/// Rows that are kept, a few more than heads are looked for in.
const KEPT: usize = 64;

/// What is wanted next of a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wish {
    /// Its rows.
    #[default]
    Rows,
    /// Only its merged areas.
    Merges,
    /// Nothing more at all.
    Nothing,
}

/// How a sheet begins.
#[derive(Default)]
pub struct Start {
    rows: Vec<(u64, Vec<Cell>)>,
    has_more: bool,
    pub merges: Vec<Merge>,
}

impl Start {
    /// Whether there are more rows than are kept: of those only the merged areas are of interest.
    pub fn has_more(&self) -> bool {
        self.has_more
    }

    /// Keeps a row that holds something.
    pub fn keep(&mut self, number: u64, cells: &[Cell]) {
        if self.rows.len() < KEPT {
            self.rows.push((number, cells.to_vec()));
        } else {
            self.has_more = true;
        }
    }

    pub fn merge(&mut self, merge: Merge) {
        if self.merges.len() < MOST {
            self.merges.push(merge);
        }
    }

    /// Hands out what is kept. Some: the reader goes on after the row of that number.
    pub fn give(&self, take: &mut Take<'_>) -> Option<u64> {
        for (number, cells) in &self.rows {
            if take(Line { number: *number, cells, written: None }) == ControlFlow::Break(()) {
                return None;
            }
        }
        self.has_more.then(|| self.rows.last().map_or(0, |(number, _)| *number))
    }
}
