//! The one-stop software's own table of a period: a row a unit, a column a figure, under titles and merged
//! heads, with a total row (form II.06a and its relatives). It becomes units, keys and numbers; what they are
//! compared with isn't known here.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use serde::Deserialize;

use super::book::{Book, Cell, Hints, Line, letters};
use super::mapping::{BadMapping, Top, is_numbering, is_total, named, tops};
use super::problem::{Place, Problem};
use super::record::Shared;
use crate::domain::table_figure::TableFigure as Figure;
use crate::domain::text::{cut, fold, tidy};

/// Rows that a head may take.
const DEEPEST: usize = 4;

/// Which headings are which figures: paths from the upper to the lowest heading, `>` between them. Each step
/// must be a part of its heading, marks and case aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SummaryMapping {
    /// The sheet, if it says one.
    pub sheet: Option<String>,
    unit: Vec<Vec<String>>,
    columns: BTreeMap<Figure, Vec<Vec<String>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    sheet: Option<String>,
    unit: Vec<String>,
    columns: BTreeMap<Figure, Vec<String>>,
}

/// Form II.06a/VPCP/KSTT and what one-stop software makes of it.
const FORM: &str = r#"
unit = ["Đơn vị", "Cơ quan", "Tên đơn vị", "Lĩnh vực"]

[columns]
received_total = ["nhận giải quyết > Tổng", "tiếp nhận > Tổng", "Tổng tiếp nhận", "Tổng số tiếp nhận"]
received_in_period = ["nhận giải quyết > trong kỳ > Tổng", "tiếp nhận > trong kỳ > Tổng", "tiếp nhận > trong kỳ", "nhận giải quyết > trong kỳ", "Tiếp nhận trong kỳ", "Mới tiếp nhận"]
received_online = ["trong kỳ > Trực tuyến", "tiếp nhận > Trực tuyến", "nhận giải quyết > Trực tuyến", "> Trực tuyến"]
received_counter = ["trong kỳ > Trực tiếp", "tiếp nhận > Trực tiếp", "nhận giải quyết > Trực tiếp", "> Trực tiếp"]
carried_over = ["kỳ trước", "tồn trước", "chuyển qua"]
resolved = ["đã giải quyết > Tổng", "đã xử lý > Tổng", "Tổng đã giải quyết"]
resolved_early = ["đã giải quyết > Trước hạn", "đã xử lý > Trước hạn", "> Trước hạn"]
resolved_on_time = ["đã giải quyết > Đúng hạn", "đã xử lý > Đúng hạn", "> Đúng hạn"]
resolved_not_late = ["Trước và đúng hạn", "Trước hạn và đúng hạn", "Trước, đúng hạn", "Trước hạn, đúng hạn", "Đúng và trước hạn", "Đúng hạn và trước hạn", "Sớm và đúng hạn", "Sớm hạn và đúng hạn", "đã giải quyết > Trong hạn"]
resolved_late = ["đã giải quyết > Quá hạn", "đã giải quyết > Trễ hạn", "đã xử lý > Quá hạn", "đã xử lý > Trễ hạn"]
in_process = ["đang giải quyết > Tổng", "đang xử lý > Tổng"]
in_process_in_due = ["đang giải quyết > Trong hạn", "đang giải quyết > Chưa đến hạn", "đang xử lý > Trong hạn", "đang xử lý > Chưa đến hạn"]
in_process_overdue = ["đang giải quyết > Quá hạn", "đang xử lý > Quá hạn", "đang giải quyết > Trễ hạn"]
withdrawn = ["Hồ sơ rút", "rút", "Trả lại"]
stopped = ["Dừng xử lý", "Dừng giải quyết"]
"#;

impl Default for SummaryMapping {
    fn default() -> Self {
        Self::parse("II.06a", FORM).expect("the form above is read in every test")
    }
}

impl SummaryMapping {
    /// Reads a mapping of headings.
    pub fn parse(name: &str, text: &str) -> Result<Self, BadMapping> {
        let raw: Raw = toml::from_str(text).map_err(|error| BadMapping::Toml {
            name: name.to_owned(),
            said: error.to_string().trim_end().to_owned(),
        })?;
        let paths = |list: Vec<String>| -> Vec<Vec<String>> {
            // `> Trực tuyến` is a heading with nothing above it: under another group it would be another figure.
            let path = |text: String| {
                let steps = text.split('>').map(fold).enumerate();
                steps.filter(|(at, step)| *at == 0 || !step.is_empty()).map(|(_, step)| step).collect()
            };
            list.into_iter()
                .map(path)
                .filter(|path: &Vec<String>| path.last().is_some_and(|s| !s.is_empty()))
                .collect()
        };
        Ok(Self {
            sheet: raw.sheet,
            unit: paths(raw.unit),
            columns: raw.columns.into_iter().map(|(figure, list)| (figure, paths(list))).collect(),
        })
    }
}

/// A unit's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SummaryRow {
    /// The row in the sheet.
    pub line: u64,
    /// The unit's name or code, as it stands there.
    pub unit: String,
    /// Its figures; a blank cell has none.
    pub values: BTreeMap<Figure, i64>,
}

/// A table that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SummaryTable {
    /// The file, with the sheet where it has several.
    pub place: Shared,
    /// Which column holds which figure, in words: `E (đã giải quyết Tổng số)`.
    pub columns: BTreeMap<Figure, String>,
    /// The units.
    pub rows: Vec<SummaryRow>,
    /// The table's own total, if it has one.
    pub total: Option<SummaryRow>,
}

/// Reads a table by a mapping of its headings.
pub fn read_summary_table(
    file: &str,
    bytes: &[u8],
    mapping: &SummaryMapping,
) -> Result<SummaryTable, Vec<Problem>> {
    let one = |problem| vec![problem];
    let mut book = Book::open(file, bytes, &Hints::default()).map_err(one)?;
    let sheets: Vec<usize> = match &mapping.sheet {
        Some(name) if book.sheets().len() > 1 => vec![named(&book, name).map_err(one)?],
        Some(_) | None => (0..book.seen()).collect(),
    };
    let mut best: Option<(usize, Head)> = None;
    let mut rivals = Vec::new();
    for sheet in sheets {
        let found = Head::find(&tops(&mut book, sheet).map_err(one)?, mapping);
        let count = |head: &Option<(usize, Head)>| head.as_ref().map_or(0, |(_, head)| head.figures.len());
        let found = found.map(|head| (sheet, head));
        if count(&found) > count(&best) {
            best = found;
            rivals = vec![sheet];
        } else if found.is_some() && count(&found) == count(&best) {
            rivals.push(sheet);
        }
    }
    // Months and quarters stand beside each other: which one is meant isn't guessed.
    if rivals.len() > 1 {
        let names: Vec<String> =
            rivals.iter().map(|sheet| format!("“{}”", cut(&book.sheets()[*sheet]))).collect();
        let names = names.join(", ");
        return Err(vec![Place { file, line: 0, field: "" }.error(
            "SEVERAL_SHEETS",
            "",
            format!("các trang tính {names} đều là bảng tổng hợp; hãy chỉ để lại một trang, hoặc ghi sheet trong tệp ánh xạ"),
            format!("the sheets {names} are all summaries; leave only one, or name its sheet in the mapping"),
        )]);
    }
    let Some((sheet, head)) = best else {
        return Err(vec![Place { file: &book.place(0), line: 0, field: "" }.error(
            "NO_HEADER",
            "",
            "không tìm thấy dòng tiêu đề của bảng tổng hợp theo đơn vị; hãy kiểm tra tệp hoặc ghi tên các cột trong tệp ánh xạ",
            "no header of a summary by unit was found; check the file, or write the names of its columns into the mapping",
        )]);
    };
    let place = book.place(sheet);
    let mut table = SummaryTable {
        place: place.clone(),
        columns: head.figures.iter().map(|(figure, column)| (*figure, column.label.clone())).collect(),
        rows: Vec::new(),
        total: None,
    };
    let mut problems = Vec::new();
    let outcome = book.each(sheet, &mut |line| {
        if line.number > head.last_row {
            head.take(&place, line, &mut table, &mut problems);
        }
        ControlFlow::Continue(())
    });
    outcome.map_err(one)?;
    if problems.is_empty() { Ok(table) } else { Err(problems) }
}

struct Found {
    index: usize,
    label: String,
}

struct Head {
    last_row: u64,
    unit: Found,
    figures: BTreeMap<Figure, Found>,
}

/// The heading of a row over a column. Where merged cells were lost, as in text files, a group stands over its first
/// column only: it goes on to the right over columns that have a heading below and none here.
fn over(rows: &[Top], row: usize, index: usize) -> &str {
    let cell = |row: usize, index: usize| rows[row].cells.get(index).map_or("", String::as_str);
    let is_below = |index: usize| (row + 1..rows.len()).any(|below| !cell(below, index).is_empty());
    let mut at = index;
    while cell(row, at).is_empty() && at > 0 && is_below(at) {
        at -= 1;
    }
    // What has nothing below it is a heading of its own, no group.
    if at == index || is_below(at) { cell(row, at) } else { "" }
}

/// A row with one text, merged or not, is a title of the sheet or begins the data, but heads no columns.
fn is_title(row: &Top) -> bool {
    let mut texts = row.cells.iter().filter(|text| !text.is_empty());
    let first = texts.next();
    texts.all(|text| Some(text) == first)
}

/// Words above headings that add nothing to them, folded.
const TRANSPARENT: [&str; 5] = ["trong do", "chia ra", "bao gom", "gom", "so luong"];

/// The headings above a column, from the top, each once.
fn path(rows: &[Top], index: usize) -> Vec<&str> {
    let mut path: Vec<&str> = Vec::new();
    for row in 0..rows.len() {
        let text = over(rows, row, index);
        if !text.is_empty() && path.last() != Some(&text) {
            path.push(text);
        }
    }
    path
}

/// Whether the steps are parts of the lowest headings, each of its own, and mean what those do. A group between two steps
/// would make another figure of them, unless it says nothing.
fn leads(steps: &[String], path: &[String]) -> bool {
    let Some((last, before)) = steps.split_last() else { return false };
    let Some((lowest, above)) = path.split_last() else { return false };
    if let Some((first, rest)) = before.split_first()
        && first.is_empty()
    {
        return above.is_empty() && rest.is_empty() && leads(std::slice::from_ref(last), path);
    }
    // A single heading may say it all: `Đã giải quyết quá hạn`.
    let in_one = steps.iter().all(|step| lowest.contains(step.as_str()));
    let says = |heading: &&String| !TRANSPARENT.contains(&heading.trim_end_matches([':', '.', ' ']));
    let mut above = above.iter().filter(says).rev();
    lowest.contains(last.as_str())
        && QUALIFIES.iter().all(|qualifies| qualifies(lowest) == qualifies(last))
        && (in_one
            || before
                .iter()
                .rev()
                .all(|step| above.next().is_some_and(|heading| heading.contains(step.as_str()))))
}

/// Words that make another figure of the one that a heading names besides: `Trước hạn và đúng hạn` isn't `Đúng hạn`,
/// neither is `Tỷ lệ đúng hạn` nor `Không đúng hạn`.
const QUALIFIES: [fn(&str) -> bool; 3] = [
    |folded| (folded.contains("truoc") || folded.contains("som")) && folded.contains("dung"),
    |folded| folded.contains('%') || folded.contains("ty le") || folded.contains("ti le"),
    |folded| folded.contains("khong dung") || folded.contains("khong qua") || folded.contains("khong tre"),
];

impl Head {
    fn find(tops: &[Top], mapping: &SummaryMapping) -> Option<Self> {
        let mut best: Option<Self> = None;
        for first in (0..tops.len()).filter(|first| !is_title(&tops[*first])) {
            for depth in 1..=DEEPEST.min(tops.len() - first) {
                let rows = &tops[first..first + depth];
                // Numbers are no headings.
                let is_data = rows
                    .iter()
                    .any(|row| row.cells.iter().filter(|cell| grouped(cell).is_some()).count() > 1);
                if is_data {
                    break;
                }
                let Some(head) = Self::of(rows, mapping) else { continue };
                // A head that begins below the first row of a merged heading has lost its groups, and one that ends
                // above its last row takes headings for figures.
                let unit =
                    |row: usize| tops.get(row)?.cells.get(head.unit.index).filter(|text| !text.is_empty());
                let goes_on = |row: usize, below: usize| unit(row).is_some() && unit(row) == unit(below);
                let last = first + depth - 1;
                if (first > 0 && goes_on(first - 1, first)) || goes_on(last, last + 1) {
                    continue;
                }
                if best.as_ref().is_none_or(|best| head.figures.len() > best.figures.len()) {
                    best = Some(head);
                }
            }
        }
        best.filter(|head| head.figures.len() >= 2)
    }

    fn of(rows: &[Top], mapping: &SummaryMapping) -> Option<Self> {
        let width = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
        let paths: Vec<Vec<String>> =
            (0..width).map(|index| path(rows, index).into_iter().map(fold).collect()).collect();
        let mut taken = vec![false; width];
        let mut find = |ways: &[Vec<String>]| {
            let index = ways
                .iter()
                .find_map(|steps| (0..width).find(|at| !taken[*at] && leads(steps, &paths[*at])))?;
            taken[index] = true;
            Some(Found {
                index,
                label: format!("{} ({})", letters(index), cut(&path(rows, index).join(" "))),
            })
        };
        let unit = find(&mapping.unit)?;
        // The ways with more steps know better: they choose first.
        let mut order: Vec<_> = mapping.columns.iter().collect();
        order.sort_by_key(|(_, ways)| std::cmp::Reverse(ways.iter().map(Vec::len).max()));
        let figures = order.into_iter().filter_map(|(figure, ways)| Some((*figure, find(ways)?))).collect();
        Some(Self { last_row: rows.last()?.number, unit, figures })
    }

    fn take(&self, place: &Shared, line: Line<'_>, table: &mut SummaryTable, problems: &mut Vec<Problem>) {
        let cell = |found: &Found| line.cells.get(found.index).unwrap_or(&Cell::Blank);
        let unit = tidy(&cell(&self.unit).shown());
        let filled: Vec<(Figure, &Found)> = self
            .figures
            .iter()
            .filter(|(_, found)| !cell(found).is_blank())
            .map(|(figure, found)| (*figure, found))
            .collect();
        let is_sum = is_total(line.cells);
        let is_numbering = line.number <= self.last_row + 2 && is_numbering(line.cells);
        // Signatures, group heads and `(1) (2) (3)` hold no figure, or no unit.
        if filled.is_empty() || is_numbering || (unit.is_empty() && !is_sum) || unit.starts_with('(') {
            return;
        }
        let mut row = SummaryRow { line: line.number, unit, values: BTreeMap::new() };
        for (figure, found) in filled {
            let text = tidy(&cell(found).shown());
            match number(cell(found), &text) {
                Some(value) => _ = row.values.insert(figure, value),
                None if matches!(text.as_str(), "-" | "–") => {}
                None => problems
                    .push(Place { file: place, line: line.number, field: &found.label }.bad_number(&text)),
            }
        }
        if is_sum {
            table.total = Some(row);
        } else {
            table.rows.push(row);
        }
    }
}

/// A whole number. What is a number in its file already has no thousands' points: `1.285` is a fraction there.
fn number(cell: &Cell, text: &str) -> Option<i64> {
    if matches!(cell, Cell::Text(_)) {
        return grouped(text);
    }
    // A date or a flag is no number of anything, and a fraction neither.
    if matches!(cell, Cell::Number(_)) { text.parse().ok().filter(|number| *number >= 0) } else { None }
}

/// A whole number in text, its thousands grouped all by `.` or all by `,` or a blank, or not at all.
fn grouped(text: &str) -> Option<i64> {
    let text = text.trim();
    let marks: Vec<char> = text.chars().filter(|c| ['.', ',', ' ', '\u{a0}'].contains(c)).collect();
    let groups: Vec<&str> = text.split(&marks[..]).collect();
    let is_grouped = marks.windows(2).all(|pair| pair[0] == pair[1])
        && (groups.len() == 1
            // `0.985` is a share.
            || (1..=3).contains(&groups[0].len())
                && !groups[0].starts_with('0')
                && groups[1..].iter().all(|group| group.len() == 3));
    let digits = groups.concat();
    let is_number =
        !digits.is_empty() && digits.len() <= 15 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_grouped && is_number { digits.parse().ok() } else { None }
}
