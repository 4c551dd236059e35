//! What a sheet without a head that fits has instead: its first rows, and for each field the cell that is most like one
//! of its headings. For people to see at once whether the file, the sheet or the mapping is the wrong one.

use super::super::book::letters;
use super::field::Field;
use super::file::Mapping;
use super::head::Top;
use crate::domain::text::{cut, fold};

/// Rows and cells that are shown.
const ROWS: usize = 3;
const CELLS: usize = 8;
/// Rows and cells of them in which a heading is looked for.
const LOOKED_AT: (usize, usize) = (20, 100);
/// How like a heading a cell must be, from 0 to 1.
const LIKE: f64 = 0.6;

/// The cells of the first rows: `1: “DANH SÁCH”; 3: “Mã”, “Ngày nhận”`.
pub fn first_rows(tops: &[Top]) -> String {
    let row = |top: &Top| {
        let filled: Vec<String> =
            top.cells.iter().filter(|cell| !cell.is_empty()).map(|cell| format!("“{}”", cut(cell))).collect();
        let more = if filled.len() > CELLS { ", …" } else { "" };
        format!("{}: {}{more}", top.number, filled[..filled.len().min(CELLS)].join(", "))
    };
    if tops.is_empty() {
        "–".to_owned()
    } else {
        tops.iter().take(ROWS).map(row).collect::<Vec<_>>().join("; ")
    }
}

/// The cell that is most like a heading of a field: `C4 (Ngay tiep nhan HS)`.
pub fn of(mapping: &Mapping, field: Field, tops: &[Top]) -> Option<String> {
    let headings: Vec<String> = mapping.columns.get(&field)?.iter().map(|heading| fold(heading)).collect();
    let mut best: Option<(f64, String)> = None;
    for top in tops.iter().take(LOOKED_AT.0) {
        for (index, cell) in
            top.cells.iter().enumerate().take(LOOKED_AT.1).filter(|(_, cell)| !cell.is_empty())
        {
            let folded = fold(&cut(cell));
            let like = headings.iter().map(|heading| strsim::normalized_levenshtein(heading, &folded));
            let like = like.fold(0.0, f64::max);
            if like >= LIKE && best.as_ref().is_none_or(|(most, _)| like > *most) {
                best = Some((like, format!("{}{} ({})", letters(index), top.number, cut(cell))));
            }
        }
    }
    best.map(|(_, cell)| cell)
}

/// The nearest cell of each field that has one.
pub fn listed(mapping: &Mapping, tops: &[Top], name: fn(Field) -> &'static str) -> String {
    let near = |field: &Field| Some(format!("{} ≈ {}", name(*field), of(mapping, *field, tops)?));
    mapping.columns.keys().filter_map(near).collect::<Vec<_>>().join(", ")
}
