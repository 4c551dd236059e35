//! Where in a sheet the headings stand, and which column each field has. Titles stand above them; a heading
//! may take several rows, merged or not. Of two columns that are called alike none is guessed.

use std::cmp::Reverse;
use std::ops::ControlFlow;

use super::super::book::{Book, Line, letters};
use super::super::problem::{Place, Problem};
use super::super::record::Shared;
use super::asides::{is_numbering, is_total};
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
    /// Which of them several columns are called alike, and where those are; the first is in `found`.
    pub alike: Vec<(usize, Vec<usize>)>,
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
pub(super) fn bare(text: &str) -> String {
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

    /// How well a heading of the file fits one that is looked for: 0 not at all. To the letter counts for more only
    /// where what is put around the heading is looked for, too: `Ngày hẹn trả (2)`.
    fn fit(&self, wanted: &Self) -> u8 {
        if self.tidy == wanted.tidy && wanted.tidy.to_lowercase() != wanted.lower {
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

/// How many fields a head has, how many columns it leaves alike, how many rows it has.
type Rank = (usize, Reverse<usize>, Reverse<usize>);

/// Finds the head in which the most of `wanted` (headings of each field) stand; None where not one does.
pub fn find(tops: &[Top], wanted: &[&[String]]) -> Option<Head> {
    let key = |heading: &String| Key::of(heading);
    let wanted: Vec<Vec<Key>> = wanted.iter().map(|headings| headings.iter().map(key).collect()).collect();
    let mut best: Option<(Rank, Head)> = None;
    for first in 0..tops.len() {
        for depth in 1..=DEEPEST.min(tops.len() - first) {
            let rows = &tops[first..first + depth];
            if rows.last().map(|row| row.number) != Some(rows[0].number + depth as u64 - 1) {
                break;
            }
            let head = of(rows, &wanted);
            let count = head.found.iter().flatten().count();
            // Group headings tell columns apart. Of equals the lower head: a title above the headings is none of them.
            let rank = (count, Reverse(head.alike.len()), Reverse(depth));
            if count > 0 && best.as_ref().is_none_or(|(most, _)| rank > *most) {
                best = Some((rank, head));
            }
        }
    }
    best.map(|(_, head)| head)
}

/// The head that these rows make.
fn of(rows: &[Top], wanted: &[Vec<Key>]) -> Head {
    let width = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let mut columns = Vec::new();
    let mut keys: Vec<([Key; 2], String)> = Vec::new();
    for index in 0..width {
        let (whole, last) = names(rows, index);
        if !whole.is_empty() {
            let label = format!("{} ({})", letters(index), cut(&whole));
            keys.push(([Key::of(&whole), Key::of(&last)], tidy(&label)));
            columns.push(Column { index, heading: whole, label: label.into() });
        }
    }
    let mut taken = vec![false; columns.len()];
    let mut alike = Vec::new();
    let mut found = Vec::new();
    for (number, headings) in wanted.iter().enumerate() {
        // An earlier heading comes before a better fit of a later one: the mapping's order is meant.
        let best = headings.iter().find_map(|heading| {
            let fits = |at: usize| {
                let ([whole, last], label) = &keys[at];
                // `F (Ngày hẹn trả)`, as problems name the column, means that one.
                let is_named = *label == heading.tidy;
                // What a column is called in full comes before what it is called within its group.
                let (in_full, in_group) = (2 * whole.fit(heading), 2 * last.fit(heading));
                if is_named { u8::MAX } else { in_group.max(in_full + u8::from(in_full > 0)) }
            };
            let free: Vec<(u8, usize)> =
                (0..columns.len()).filter(|at| !taken[*at]).map(|at| (fits(at), at)).collect();
            let most = free.iter().map(|(fit, _)| *fit).max().filter(|fit| *fit > 0)?;
            Some(free.into_iter().filter(|(fit, _)| *fit == most).map(|(_, at)| at).collect::<Vec<_>>())
        });
        let at = best.as_ref().and_then(|all| all.first().copied());
        if let Some(at) = at {
            taken[at] = true;
        }
        found.push(at);
        alike.extend(best.filter(|all| all.len() > 1).map(|all| (number, all)));
    }
    Head { last_row: rows.last().map_or(0, |row| row.number), columns, found, alike }
}

/// Settles which of the columns that are called alike are meant. One that holds nothing is none: a heading that is merged
/// over two columns stands above one of values. `key` is the place of what every record has in what was looked for.
pub fn settle(book: &mut Book, sheet: usize, head: &mut Head, key: usize) -> Result<(), Problem> {
    let Some(code) = head.found.get(key).copied().flatten().filter(|_| !head.alike.is_empty()) else {
        return Ok(());
    };
    let code = head.columns[code].index;
    let mut holds = vec![false; head.columns.len()];
    let is_filled =
        |line: &Line<'_>, index: usize| line.cells.get(index).is_some_and(|cell| !cell.is_blank());
    book.each(sheet, &mut |line| {
        let near = line.number <= head.last_row + 2;
        let is_record = line.number > head.last_row
            && !(near && is_numbering(line.cells))
            && !is_total(line.cells)
            && (head.alike.iter().any(|(number, _)| *number == key) || is_filled(&line, code));
        if is_record {
            for (column, holds) in head.columns.iter().zip(&mut holds) {
                *holds |= is_filled(&line, column.index);
            }
        }
        ControlFlow::Continue(())
    })?;
    for (number, columns) in &mut head.alike {
        columns.retain(|at| holds[*at]);
        if let [only] = columns[..] {
            head.found[*number] = Some(only);
        }
    }
    head.alike.retain(|(_, columns)| columns.len() > 1);
    Ok(())
}

/// What is said of columns that are called alike: each by its letters, `what` they are, and the `table` and `key` of the
/// mapping that may say which of them is meant.
pub fn ambiguous(file: &str, head: &Head, at: &[usize], what: (&str, &str), key: &str) -> Problem {
    let labels: Vec<&str> = at.iter().map(|at| &*head.columns[*at].label).collect();
    let (all, (vi, en), first) = (labels.join(", "), what, labels.first().copied().unwrap_or_default());
    Place { file, line: head.last_row, field: &all }.error(
        "AMBIGUOUS_COLUMN",
        &all,
        format!("đều có thể là {vi}; hãy ghi rõ cột nào trong tệp ánh xạ, ví dụ {key} = \"{first}\", hoặc ghi tiêu đề đủ cả nhóm"),
        format!("each may be the {en}; write which of them into the mapping, such as {key} = \"{first}\", or its heading with that of its group"),
    )
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

    #[test]
    fn of_two_columns_that_are_called_alike_none_is_guessed() {
        let alike = |tops: &[Top], wanted: &str| {
            let wanted = vec![wanted.to_owned()];
            let head = find(tops, &[wanted.as_slice()]).expect("a head");
            let labels =
                |all: &Vec<usize>| all.iter().map(|at| head.columns[*at].label.to_string()).collect();
            let alike: Option<Vec<String>> = head.alike.first().map(|(_, all)| labels(all));
            (head.found[0].map(|at| head.columns[at].index), alike.unwrap_or_default())
        };
        let one = [top(1, &["Ngày nhận", "NGÀY  NHẬN:", "Ngày trả"])];
        let both = vec!["A (Ngày nhận)".to_owned(), "B (NGÀY NHẬN:)".to_owned()];
        assert_eq!(alike(&one, "Ngày nhận"), (Some(0), both));
        // By its letters, by what is put around it, by its group.
        assert_eq!(alike(&one, "B (NGÀY NHẬN:)"), (Some(1), Vec::new()));
        let numbered = [top(1, &["Ngày nhận (1)", "Ngày nhận (2)"])];
        assert_eq!(alike(&numbered, "Ngày nhận (2)"), (Some(1), Vec::new()));
        assert_eq!(alike(&numbered, "Ngày nhận").1.len(), 2);
        let grouped = [top(1, &["Nhận", "Trả"]), top(2, &["Ngày", "Ngày"])];
        assert_eq!(alike(&grouped, "Trả Ngày"), (Some(1), Vec::new()));
        assert_eq!(alike(&grouped, "Ngày").1.len(), 2);
        // What is called so in full is meant, not what is called so within a group.
        let beside = [top(1, &["Bổ sung", "Ngày nhận"]), top(2, &["Ngày nhận", "Ngày nhận"])];
        assert_eq!(alike(&beside, "Ngày nhận"), (Some(1), Vec::new()));
    }
}
