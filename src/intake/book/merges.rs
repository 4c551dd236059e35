//! Merged cells: only the first holds a value, and readers of the other cells mean that one.

use std::ops::ControlFlow;

use super::Take;
use super::cell::{Cell, Line};
use super::limits::COLUMNS;

/// Rows in which headings may stand.
const HEAD_ROWS: u32 = 60;
/// Merged areas of a sheet that are kept.
pub const MOST: usize = 200_000;

/// A merged area, rows and columns from 0, both ends within.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Merge {
    pub top: u32,
    pub bottom: u32,
    pub left: usize,
    pub right: usize,
}

/// The merged areas of a sheet on the way down.
pub struct Merged {
    /// By top row, the last first.
    waiting: Vec<Merge>,
    in_head: bool,
    open: Vec<(Merge, Cell)>,
    cells: Vec<Cell>,
}

impl Merged {
    /// `in_head`: headings are looked for, so that a merged cell fills all that it covers.
    pub fn new(mut merges: Vec<Merge>, in_head: bool) -> Self {
        merges.retain(|merge| {
            let near_top = in_head && merge.top < HEAD_ROWS;
            let is_column = merge.left == merge.right && merge.bottom > merge.top;
            merge.top <= merge.bottom
                && merge.left <= merge.right
                && merge.left < COLUMNS
                && (near_top || is_column)
        });
        merges.truncate(MOST);
        merges.sort_unstable_by(|one, other| other.cmp(one));
        Self { waiting: merges, in_head, open: Vec::new(), cells: Vec::new() }
    }

    /// Hands on the row with its merged cells filled.
    pub fn fill(&mut self, line: Line<'_>, take: &mut Take<'_>) -> ControlFlow<()> {
        if self.waiting.is_empty() && self.open.is_empty() {
            return take(line);
        }
        let row = u32::try_from(line.number - 1).unwrap_or(u32::MAX);
        self.open.retain(|(merge, _)| merge.bottom >= row);
        while let Some(merge) = self.waiting.pop_if(|merge| merge.top <= row) {
            // Of an area whose first row is blank there is nothing to fill.
            let first = if merge.top == row { line.cells.get(merge.left) } else { None };
            if let Some(cell) = first.filter(|cell| !cell.is_blank() && self.open.len() < COLUMNS) {
                self.open.push((merge, cell.clone()));
            }
        }
        if self.open.is_empty() {
            return take(line);
        }
        self.cells.clear();
        self.cells.extend_from_slice(line.cells);
        for (merge, cell) in &self.open {
            // A title across a hundred columns is no reason for a hundred cells.
            let right =
                if self.in_head && row < HEAD_ROWS { merge.right.min(COLUMNS - 1) } else { merge.left };
            if self.cells.len() <= right {
                self.cells.resize(right + 1, Cell::Blank);
            }
            for target in &mut self.cells[merge.left..=right] {
                if target.is_blank() {
                    target.clone_from(cell);
                }
            }
        }
        take(Line { cells: &self.cells, ..line })
    }
}
