//! Where in a sheet the headings stand, and which column each field has. Titles stand above them; a heading
//! may take several rows, merged or not.

use super::super::book::{Line, letters};
use super::super::record::Shared;
use crate::domain::text::{cut, fold, tidy};

/// Rows that are looked at.
pub const LOOKED_AT: usize = 60;
/// Rows that one head may take.
const DEEPEST: usize = 3;

/// A column of the sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// From 0.
    pub index: usize,
    /// As it stands there, in one line.
    pub heading: String,
    /// For problems: `F (Ngày hẹn trả)`.
    pub label: Shared,
}

/// The head of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The number of its last row.
    pub last_row: u64,
    /// All columns with a heading.
    pub columns: Vec<Column>,
    /// For each of what was looked for, where in `columns` it is.
    pub found: Vec<Option<usize>>,
}

/// A row near the top, kept as text.
pub struct Top {
    pub number: u64,
    pub cells: Vec<String>,
}

impl Top {
    pub fn of(line: Line<'_>) -> Self {
        Self { number: line.number, cells: line.cells.iter().map(|cell| tidy(&cell.shown())).collect() }
    }
}

/// A heading for comparison: without what is put around it.
fn bare(text: &str) -> String {
    let tidy = tidy(text);
    let bare = tidy.trim_matches(|c: char| !c.is_alphanumeric());
    // `Ngày hẹn trả (*)`, `Ngày hẹn trả (dd/MM/yyyy)`.
    let is_hint = |inside: &str| inside.chars().all(|c| "*dDmMyYhHsS/:-., ()0123456789".contains(c));
    let cut = bare
        .split_once('(')
        .filter(|(_, inside)| is_hint(inside))
        .map_or(bare, |(before, _)| before.trim_end());
    cut.to_owned()
}

/// A heading in the three forms in which it is compared, made once: a sheet has many headings to try.
struct Key {
    tidy: String,
    lower: String,
    folded: String,
}

impl Key {
    fn of(heading: &str) -> Self {
        let bare = bare(heading);
        Self { tidy: tidy(heading), lower: bare.to_lowercase(), folded: fold(&bare) }
    }

    /// How well a heading of the file fits one that is looked for: 0 not at all, 3 to the letter.
    fn fit(&self, wanted: &Self) -> u8 {
        if self.tidy == wanted.tidy {
            3
        } else if self.lower.is_empty() {
            0
        } else if self.lower == wanted.lower {
            2
        } else {
            u8::from(self.folded == wanted.folded)
        }
    }
}

/// What a column is called: by all rows of its head, and by the lowest.
fn names(tops: &[Top], column: usize) -> (String, String) {
    let mut parts: Vec<&str> = Vec::new();
    for top in tops {
        let part = top.cells.get(column).map_or("", String::as_str);
        if !part.is_empty() && parts.last() != Some(&part) {
            parts.push(part);
        }
    }
    (parts.join(" "), parts.last().copied().unwrap_or_default().to_owned())
}

/// Finds the head in which the most of `wanted` (headings of each field) stand; None where not one does.
pub fn find(tops: &[Top], wanted: &[&[String]]) -> Option<Head> {
    let key = |heading: &String| Key::of(heading);
    let wanted: Vec<Vec<Key>> = wanted.iter().map(|headings| headings.iter().map(key).collect()).collect();
    let mut best: Option<(usize, usize, Head)> = None;
    for first in 0..tops.len() {
        for depth in 1..=DEEPEST.min(tops.len() - first) {
            let rows = &tops[first..first + depth];
            if rows.last().map(|row| row.number) != Some(rows[0].number + depth as u64 - 1) {
                break;
            }
            let head = of(rows, &wanted);
            let count = head.found.iter().flatten().count();
            // Of equals the lower head: a title above the headings is none of them.
            let is_better = |most: usize, of_depth: usize| (count, of_depth) > (most, depth);
            if count > 0 && best.as_ref().is_none_or(|(most, of_depth, _)| is_better(*most, *of_depth)) {
                best = Some((count, depth, head));
            }
        }
    }
    best.map(|(.., head)| head)
}

/// The head that these rows make.
fn of(rows: &[Top], wanted: &[Vec<Key>]) -> Head {
    let width = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let mut columns = Vec::new();
    let mut keys: Vec<[Key; 2]> = Vec::new();
    for index in 0..width {
        let (whole, last) = names(rows, index);
        if !whole.is_empty() {
            let label = format!("{} ({})", letters(index), cut(&whole)).into();
            keys.push([Key::of(&whole), Key::of(&last)]);
            columns.push(Column { index, heading: whole, label });
        }
    }
    let mut taken = vec![false; columns.len()];
    let found = wanted.iter().map(|headings| {
        // An earlier heading comes before a better fit of a later one: the mapping's order is meant.
        let best = headings.iter().find_map(|heading| {
            let fits = |at: usize| keys[at].iter().map(|key| key.fit(heading)).max().unwrap_or(0);
            let free = (0..columns.len()).filter(|at| !taken[*at]);
            free.map(|at| (fits(at), at))
                .filter(|(fit, _)| *fit > 0)
                .max_by_key(|(fit, at)| (*fit, usize::MAX - at))
        });
        let at = best.map(|(_, at)| at);
        if let Some(at) = at {
            taken[at] = true;
        }
        at
    });
    let found = found.collect();
    Head { last_row: rows.last().map_or(0, |row| row.number), columns, found }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn top(number: u64, cells: &[&str]) -> Top {
        Top { number, cells: cells.iter().map(|cell| tidy(cell)).collect() }
    }

    fn found(tops: &[Top], wanted: &[&str]) -> (u64, Vec<Option<String>>) {
        let wanted: Vec<Vec<String>> = wanted.iter().map(|heading| vec![(*heading).to_owned()]).collect();
        let head = find(tops, &wanted.iter().map(Vec::as_slice).collect::<Vec<_>>()).expect("a head");
        let of = |at: &Option<usize>| at.map(|at| head.columns[at].label.to_string());
        (head.last_row, head.found.iter().map(of).collect())
    }

    #[test]
    fn headings_stand_under_titles_and_are_compared_folded() {
        let tops = [
            top(1, &["DANH SÁCH HỒ SƠ"]),
            top(2, &["Từ ngày 15/12/2023"]),
            top(4, &["STT", " MÃ  HỒ SƠ (*)", "Nga\u{300}y tiếp nhận", "Ngay hen tra:"]),
            top(5, &["1", "H-1", "15/12/2023", "16/12/2023"]),
        ];
        let (row, labels) = found(&tops, &["Mã hồ sơ", "Ngày tiếp nhận", "Ngày hẹn trả", "Đơn vị"]);
        assert_eq!(row, 4);
        let shown = ["B (MÃ HỒ SƠ (*))", "C (Ngày tiếp nhận)", "D (Ngay hen tra:)"].map(str::to_owned);
        assert_eq!(labels, shown.into_iter().map(Some).chain([None]).collect::<Vec<_>>());
    }

    #[test]
    fn a_head_of_two_rows_is_read_as_one() {
        // As merged cells arrive: the upper row fills what it covers, downwards too.
        let tops = [
            top(3, &["Mã hồ sơ", "Thời gian", "Thời gian", "Kết quả", "Kết quả"]),
            top(4, &["Mã hồ sơ", "Tiếp nhận", "Hẹn trả", "Tổng số", "Quá hạn"]),
            top(5, &["H-1", "1", "2", "3", "4"]),
        ];
        let (row, labels) = found(&tops, &["Mã hồ sơ", "Tiếp nhận", "Thời gian Hẹn trả", "Kết quả Quá hạn"]);
        assert_eq!(row, 4);
        assert_eq!(labels[2].as_deref(), Some("C (Thời gian Hẹn trả)"));
        assert!(labels.iter().all(Option::is_some), "{labels:?}");
    }

    #[test]
    fn the_letter_counts_before_the_fold() {
        // "Hạn" and "Hàn" are the same without their marks.
        let tops = [top(1, &["Hàn", "Hạn"])];
        assert_eq!(found(&tops, &["Hạn"]).1, [Some("B (Hạn)".to_owned())]);
    }
}
