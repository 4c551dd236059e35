//! Tables for terminals: columns aligned by what is seen, not by bytes; long cells broken between
//! words; headings of two lines (Vietnamese above, English below). No colours, no frames.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// On which side of its column a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

#[derive(Debug, Clone)]
struct Column {
    head: String,
    side: Side,
    limit: usize,
}

/// A table.
#[derive(Debug, Clone, Default)]
pub struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

/// What a terminal shows: letters with their marks count once.
pub fn width(text: &str) -> usize {
    text.nfc().filter(|c| !is_combining_mark(*c) && !c.is_control()).count()
}

impl Table {
    /// A table without columns.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a column; `\n` in its head begins a second line.
    #[must_use]
    pub fn column(self, head: &str, side: Side) -> Self {
        self.column_of(head, side, usize::MAX)
    }

    /// Adds a column whose cells are broken between words at that width.
    #[must_use]
    pub fn column_of(mut self, head: &str, side: Side, limit: usize) -> Self {
        self.columns.push(Column { head: head.to_owned(), side, limit });
        self
    }

    /// Adds a row: a cell a column.
    pub fn row<T: Into<String>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.rows.push(cells.into_iter().map(Into::into).collect());
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// Breaks a text between words so that no line is wider than `limit`, unless one word is.
pub fn broken(text: &str, limit: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for line in text.split('\n') {
        // The indentation of the first line holds for it alone.
        let indent = line.len() - line.trim_start_matches(' ').len();
        let mut current = line[..indent].to_owned();
        let mut has_word = false;
        for word in line.split_whitespace() {
            if has_word && width(&current) + 1 + width(word) > limit {
                lines.push(std::mem::take(&mut current));
                has_word = false;
            }
            if has_word {
                current.push(' ');
            }
            current.push_str(word);
            has_word = true;
        }
        lines.push(current);
    }
    lines
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cell = |column: &Column, text: &str| broken(text, column.limit);
        let heads: Vec<Vec<String>> = self.columns.iter().map(|column| cell(column, &column.head)).collect();
        let rows: Vec<Vec<Vec<String>>> = self
            .rows
            .iter()
            .map(|row| self.columns.iter().zip(row).map(|(column, text)| cell(column, text)).collect())
            .collect();
        let mut widths = vec![0; self.columns.len()];
        for line in std::iter::once(&heads).chain(&rows) {
            for (widest, cell) in widths.iter_mut().zip(line) {
                *widest = cell.iter().map(|text| width(text)).max().unwrap_or(0).max(*widest);
            }
        }
        self.write(f, &heads, &widths)?;
        let rule: Vec<String> = widths.iter().map(|width| "─".repeat(*width)).collect();
        write!(f, "{}", rule.join("  "))?;
        for row in &rows {
            writeln!(f)?;
            let mut text = String::new();
            self.write(&mut text, row, &widths)?;
            write!(f, "{}", text.trim_end_matches('\n'))?;
        }
        Ok(())
    }
}

impl Table {
    fn write(&self, f: &mut impl fmt::Write, cells: &[Vec<String>], widths: &[usize]) -> fmt::Result {
        let height = cells.iter().map(Vec::len).max().unwrap_or(0);
        for line in 0..height {
            let mut text = String::new();
            for (index, (column, cell)) in self.columns.iter().zip(cells).enumerate() {
                let part = cell.get(line).map_or("", String::as_str);
                let room = " ".repeat(widths[index].saturating_sub(width(part)));
                if index > 0 {
                    text.push_str("  ");
                }
                match column.side {
                    Side::Left => text.extend([part, &room]),
                    Side::Right => text.extend([room.as_str(), part]),
                }
            }
            writeln!(f, "{}", text.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align_by_what_is_seen() {
        let mut table = Table::new().column("Nhóm\nGroup", Side::Left).column("Số\nCount", Side::Right);
        // The second name is written with combining marks.
        table.row(["Xã, phường", "15.205"]);
        table.row(["Xa\u{303}, phu\u{31b}o\u{31b}\u{300}ng", "7"]);
        let expected = "\
Nhóm            Số
Group        Count
──────────  ──────
Xã, phường  15.205
Xa\u{303}, phu\u{31b}o\u{31b}\u{300}ng       7";
        assert_eq!(table.to_string(), expected);
    }

    #[test]
    fn long_cells_break_between_words() {
        let mut table = Table::new().column_of("Chữ", Side::Left, 9).column("N", Side::Right);
        table.row(["một hai ba bốn", "1"]);
        table.row(["  dịch vào", "2"]);
        assert_eq!(table.to_string(), "Chữ      N\n───────  ─\nmột hai  1\nba bốn\n  dịch   2\nvào");
    }
}
