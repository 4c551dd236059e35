//! Whether the rows of a text file have as many cells as its head. A comma that isn't quoted moves every later cell to
//! the right, and a cut file ends within a row: such rows are refused. Programs that end every row, but not the head,
//! with one delimiter too many move nothing; that it is so is known only once all rows were seen.

use super::super::book::{Cell, Line};
use super::super::problem::{Place, Problem};
use super::super::record::{Record, Shared, SourceRow};
use super::super::table::unreadable;
use crate::domain::record::RecordKind;

/// How many cells a row has, beside its head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// As many; or the file isn't text.
    Same,
    /// More, the further ones blank: so many. Whether it is taken, [`Width::settle`] says.
    Longer(usize),
    /// So many: its cells may stand in the wrong columns.
    Off(usize),
}

/// A row that is longer by blanks.
struct Long {
    /// Where it stands among the rows.
    at: usize,
    cells: usize,
    code: String,
}

/// The widths of a table's rows.
#[derive(Default)]
pub struct Width {
    /// The cells of the head, where a text file says how many there are.
    head: Option<usize>,
    /// A row is as long as the head.
    is_same: bool,
    longer: Vec<Long>,
}

impl Width {
    /// Takes the head.
    pub fn of_head(&mut self, line: Line<'_>) {
        self.head = line.written;
    }

    /// How a row fits.
    pub fn fit(&mut self, line: Line<'_>) -> Fit {
        let (Some(found), Some(head)) = (line.written, self.head) else { return Fit::Same };
        if found == head {
            self.is_same = true;
            return Fit::Same;
        }
        let is_blank_beyond = line.cells.iter().skip(head).all(Cell::is_blank);
        if found > head && is_blank_beyond { Fit::Longer(found) } else { Fit::Off(found) }
    }

    /// Remembers the row at `at` that is longer by blanks.
    pub fn keep(&mut self, at: usize, cells: usize, code: String) {
        self.longer.push(Long { at, cells, code });
    }

    /// What is said of a row that has `cells` cells.
    pub fn problem(&self, file: &Shared, line: u64, code: &str, cells: usize) -> Problem {
        let head = self.head.unwrap_or_default();
        Place { file, line, field: "" }.error(
            "CELL_COUNT",
            code,
            format!(
                "dòng có {cells} ô nhưng tiêu đề có {head} cột; hãy đặt chữ có dấu phân cách trong ngoặc kép \"…\", hoặc xuất lại nếu tệp bị cắt"
            ),
            format!(
                "the row has {cells} cells, the header {head}; put text with the delimiter in quotes \"…\", or export again if the file was cut"
            ),
        )
    }

    /// Once all rows were seen: the longer ones are taken if most of several are longer by the same, the least, and
    /// none is as long as the head. Whatever is longer else is refused in its place among `rows`.
    pub fn settle(self, file: &Shared, rows: &mut [SourceRow], notes: &mut Vec<Problem>) {
        let least = self.longer.iter().map(|row| row.cells).min().unwrap_or_default();
        let alike = self.longer.iter().filter(|row| row.cells == least).count();
        let is_habit = !self.is_same && alike >= 2 && alike * 2 > rows.len();
        for long in self.longer.iter().filter(|row| !is_habit || row.cells != least) {
            let row = &mut rows[long.at];
            if matches!(row.record, Record::Unreadable(_)) {
                continue;
            }
            let problem = self.problem(file, row.line, &long.code, long.cells);
            *row = unreadable(file, row.line, RecordKind::Dossier, &long.code, vec![problem]);
        }
        if is_habit {
            let more = least - self.head.unwrap_or_default();
            notes.push(Place { file, line: 0, field: "" }.note(
                "SURPLUS_DELIMITER",
                format!("{alike} dòng đều dài hơn tiêu đề {more} ô trống ở cuối; các ô này được bỏ qua"),
                format!(
                    "{alike} rows are all {more} blank cells longer than the head; these are passed over"
                ),
            ));
        }
    }
}
