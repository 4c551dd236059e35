//! Which sheet of a file is the list of dossiers: the one that the mapping names, else the only one that fits. None is
//! guessed among several, and none is read that would be read wrongly.

use std::ops::ControlFlow;

use super::super::book::Book;
use super::super::problem::{Place, Problem};
use super::field::Field;
use super::file::Mapping;
use super::head::{self, Head, LOOKED_AT, Top};
use super::nearest;
use crate::domain::text::{cut, fold, tidy};

/// Sheets that a sentence names.
const TOLD: usize = 10;

/// The sheet that the mapping names, else the only one whose head fits.
pub fn sheet_of(book: &mut Book, mapping: &Mapping) -> Result<(usize, Head), Vec<Problem>> {
    let candidates = match &mapping.sheet {
        Some(name) if book.sheets() != [String::new()] => {
            vec![named(book, name).map_err(|problem| vec![problem])?]
        }
        Some(_) | None => (0..book.seen()).collect(),
    };
    let wanted: Vec<&[String]> = mapping.columns.values().map(Vec::as_slice).collect();
    let mut nearest: Option<(usize, usize, Head)> = None;
    let mut fitting: Vec<(usize, Head)> = Vec::new();
    for sheet in candidates {
        let Some(head) = head::find(&tops(book, sheet).map_err(|problem| vec![problem])?, &wanted) else {
            continue;
        };
        if missing(mapping, &head).is_empty() {
            fitting.push((sheet, head));
            continue;
        }
        let count = head.found.iter().flatten().count();
        if nearest.as_ref().is_none_or(|(_, most, _)| count > *most) {
            nearest = Some((sheet, count, head));
        }
    }
    if fitting.len() > 1 {
        return Err(vec![several(book, &fitting)]);
    }
    if let Some((sheet, head)) = fitting.pop() {
        return match no_standing(&book.place(sheet), mapping, &head) {
            Some(problem) => Err(vec![problem]),
            None => Ok((sheet, head)),
        };
    }
    if let Some(sheet) = hidden(book, mapping, &wanted).map_err(|problem| vec![problem])? {
        return Err(vec![only_hidden(book, sheet)]);
    }
    let (sheet, head) = nearest.map_or((0, None), |(sheet, _, head)| (sheet, Some(head)));
    let tops = tops(book, sheet).map_err(|problem| vec![problem])?;
    Err(no_head(&book.place(sheet), mapping, head.as_ref(), &tops))
}

/// A sheet that fits and that nobody sees: an old list, or the one that was meant. The mapping must name it.
fn hidden(book: &mut Book, mapping: &Mapping, wanted: &[&[String]]) -> Result<Option<usize>, Problem> {
    let all = if mapping.sheet.is_none() { book.seen()..book.sheets().len() } else { 0..0 };
    for sheet in all {
        let head = head::find(&tops(book, sheet)?, wanted);
        if head.is_some_and(|head| missing(mapping, &head).is_empty()) {
            return Ok(Some(sheet));
        }
    }
    Ok(None)
}

fn only_hidden(book: &Book, sheet: usize) -> Problem {
    let name = book.sheets().get(sheet).map(|name| cut(name)).unwrap_or_default();
    Place { file: &book.place(usize::MAX), line: 0, field: "" }.error(
        "HIDDEN_SHEET",
        &name,
        format!("chỉ trang tính ẩn “{name}” là danh sách hồ sơ; hãy bỏ ẩn trang này, hoặc ghi sheet = \"{name}\" trong tệp ánh xạ"),
        format!("only the hidden sheet “{name}” is a list of dossiers; show it, or write sheet = \"{name}\" in the mapping"),
    )
}

/// Two lists in one file: which of them, or both, isn't ours to guess.
fn several(book: &Book, fitting: &[(usize, Head)]) -> Problem {
    let names = fitting.iter().filter_map(|(sheet, _)| book.sheets().get(*sheet));
    let list = names.take(TOLD).map(|name| format!("“{}”", cut(name))).collect::<Vec<_>>().join(", ");
    Place { file: &book.place(usize::MAX), line: 0, field: "" }.error(
        "SEVERAL_SHEETS",
        &list,
        format!("các trang tính {list} đều là danh sách hồ sơ; hãy gộp lại hoặc ghi tên trang tính (sheet = …) trong tệp ánh xạ"),
        format!("the sheets {list} are all lists of dossiers; join them, or name one (sheet = …) in the mapping"),
    )
}

/// Without a column that says how dossiers stand or when they were closed, each would be taken for open again.
fn no_standing(file: &str, mapping: &Mapping, head: &Head) -> Option<Problem> {
    let said = [Field::State, Field::ClosedAt, Field::ResultReturnedAt, Field::Outcome];
    let known = |field: &Field| {
        mapping.constants.contains_key(field)
            || mapping.columns.keys().zip(&head.found).any(|(of, at)| of == field && at.is_some())
    };
    let seen: Vec<&str> = head.columns.iter().map(|column| &*column.label).take(40).collect();
    let seen = seen.join(", ");
    // `Ngày nhận`, `Ngày trả` and nothing else: the latter may well be the appointment.
    let only_returned = said.iter().filter(|field| known(field)).eq([&Field::ResultReturnedAt]);
    if only_returned && mapping.columns.contains_key(&Field::DueAt) && !known(&Field::DueAt) {
        let at = mapping.columns.keys().position(|field| *field == Field::ResultReturnedAt);
        let column = at.and_then(|at| head.found[at]).map_or("", |at| &*head.columns[at].label);
        return Some(Place { file, line: head.last_row, field: column }.error(
            "RETURN_OR_APPOINTMENT",
            &seen,
            format!("có thể là ngày trả kết quả hoặc ngày hẹn trả: tệp không có cột hẹn trả, trạng thái hay ngày kết thúc, chỉ có {seen}; hãy xuất thêm cột trạng thái, hoặc ghi cột này vào due_at của tệp ánh xạ"),
            format!("may be the day of return or the appointment: no column tells appointment, state or closing, only {seen}; export the state too, or write the column into due_at of the mapping"),
        ));
    }
    if said.iter().any(known) || !said.iter().any(|field| mapping.columns.contains_key(field)) {
        return None;
    }
    Some(Place { file, line: head.last_row, field: "" }.error(
        "NO_STANDING",
        "",
        format!("không có cột trạng thái, ngày kết thúc, ngày trả hay kết quả xử lý, chỉ có {seen}; nếu nạp thì mọi hồ sơ sẽ bị coi là chưa xong; hãy sửa tiêu đề hoặc [columns] của tệp ánh xạ"),
        format!("no column tells state, closing, return or outcome, only {seen}; every dossier would count as open; correct the header or [columns] of the mapping"),
    ))
}

/// A sheet by name.
pub(in super::super) fn named(book: &Book, name: &str) -> Result<usize, Problem> {
    let sheets = book.sheets();
    let exact = sheets.iter().position(|sheet| tidy(sheet) == tidy(name));
    let found = exact.or_else(|| sheets.iter().position(|sheet| fold(sheet) == fold(name)));
    found.ok_or_else(|| {
        let list =
            sheets.iter().take(TOLD).map(|sheet| format!("“{}”", cut(sheet))).collect::<Vec<_>>().join(", ");
        let place = Place { file: &book.place(usize::MAX), line: 0, field: "" };
        place.error(
            "NO_SHEET",
            name,
            format!("không có trang tính “{name}”, chỉ có {list}; hãy sửa tên trang tính trong tệp ánh xạ"),
            format!("there is no sheet “{name}”, only {list}; correct its name in the mapping"),
        )
    })
}

/// The first rows of a sheet.
pub(in super::super) fn tops(book: &mut Book, sheet: usize) -> Result<Vec<Top>, Problem> {
    let mut tops = Vec::new();
    book.top(sheet, &mut |line| {
        tops.push(Top::of(line));
        if tops.len() < LOOKED_AT { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    Ok(tops)
}

fn missing(mapping: &Mapping, head: &Head) -> Vec<Field> {
    let found = mapping.columns.keys().zip(&head.found);
    let absent = found
        .filter(|(field, at)| at.is_none() && field.is_needed() && !mapping.constants.contains_key(field));
    absent.map(|(field, _)| *field).collect()
}

fn no_head(file: &str, mapping: &Mapping, head: Option<&Head>, tops: &[Top]) -> Vec<Problem> {
    let Some(head) = head else {
        let place = Place { file, line: 0, field: "" };
        let (name, seen) = (&mapping.name, nearest::first_rows(tops));
        let near = |before: &str, name| {
            let near = nearest::listed(mapping, tops, name);
            if near.is_empty() { near } else { format!("; {before}: {near}") }
        };
        let (near_vi, near_en) =
            (near("gần giống nhất", Field::vietnamese), near("the nearest", Field::english));
        return vec![place.error(
            "NO_HEADER",
            "",
            format!("không tìm thấy dòng tiêu đề nào hợp với ánh xạ “{name}”; các dòng đầu là {seen}{near_vi}; hãy chọn ánh xạ khác, hoặc tạo bằng `bonro map guess`"),
            format!("no header fits the mapping “{name}”; the first rows are {seen}{near_en}; choose another one, or make one with `bonro map guess`"),
        )];
    };
    let seen =
        head.columns.iter().map(|column| column.label.to_string()).take(40).collect::<Vec<_>>().join(", ");
    let of = |field: Field| {
        let headings = mapping.columns.get(&field).map(|list| list.join("” / “")).unwrap_or_default();
        let (key, vi) = (field.as_str(), field.vietnamese());
        let near = nearest::of(mapping, field, tops);
        let (near_vi, near_en) = near.map_or_else(Default::default, |near| {
            (format!(", gần nhất là {near}"), format!(", the nearest is {near}"))
        });
        Place { file, line: head.last_row, field: key }.error(
            "MISSING_COLUMN",
            &headings,
            format!("không thấy cột {vi} (“{headings}”), chỉ có {seen}{near_vi}; hãy sửa dòng tiêu đề hoặc [columns] của tệp ánh xạ"),
            format!("there is no column “{headings}”, only {seen}{near_en}; correct the header or [columns] of the mapping"),
        )
    };
    missing(mapping, head).into_iter().map(of).collect()
}
