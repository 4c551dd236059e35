//! The second sheet: a row a supplement, keyed by the dossier's code. A dossier one of whose supplements can't
//! be read is not read either: without that pause its deadline would be wrong, and nobody would see it.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::ops::ControlFlow;

use chrono_tz::Tz;

use super::super::book::{Book, Cell};
use super::super::problem::{Place, Problem};
use super::super::record::{Record, Shared, SourceRow};
use super::super::table::unreadable;
use super::asides::{self, is_numbering, is_signature, is_total, may_be_code};
use super::field::Field;
use super::file::Mapping;
use super::guess::{SAMPLED, quoted};
use super::head;
use super::sheets::{named, tops};
use super::supplements::{self, Part, Supplement};
use crate::domain::record::RecordKind;
use crate::domain::text::{fold, tidy};

/// A row's number, and what it was read as.
type Numbered = (u64, Result<Supplement, Vec<Problem>>);

/// The supplements of a file by the code of their dossier.
#[derive(Default)]
pub struct Supplements {
    by_code: HashMap<Box<str>, Vec<Numbered>>,
    file: Shared,
    /// The name of the column with the codes.
    label: String,
    /// What is worth knowing of the sheet.
    pub notes: Vec<Problem>,
}

/// Reads the sheet of supplements, if the mapping names one and the file has it.
pub fn read(book: &mut Book, mapping: &Mapping, first: usize) -> Result<Supplements, Vec<Problem>> {
    let Some(name) = &mapping.supplements.sheet else { return Ok(Supplements::default()) };
    if book.sheets().iter().all(|sheet| fold(sheet) != fold(name)) {
        return Ok(Supplements::default());
    }
    let sheet = named(book, name).map_err(|problem| vec![problem])?;
    if sheet == first {
        return Ok(Supplements::default());
    }
    let headings = headings(Some(mapping));
    let wanted: Vec<&[String]> = headings.iter().map(Vec::as_slice).collect();
    let file = book.place(sheet);
    let tops = tops(book, sheet).map_err(|problem| vec![problem])?;
    let head = head::find(&tops, &wanted).filter(|head| head.found[0].is_some() && head.found[1].is_some());
    let Some(mut head) = head else {
        if tops.is_empty() {
            return Ok(Supplements::default());
        }
        let (code, at) = (headings[0].join("” / “"), headings[1].join("” / “"));
        return Err(vec![Place { file: &file, line: 0, field: "" }.error(
            "MISSING_COLUMN",
            "",
            format!("trang bổ sung phải có cột “{code}” và cột “{at}”; hãy sửa dòng tiêu đề hoặc [supplements] của tệp ánh xạ"),
            format!("the sheet of supplements needs a column “{code}” and a column “{at}”; correct the header or [supplements] of the mapping"),
        )]);
    };
    head::settle(book, sheet, &mut head, 0).map_err(|problem| vec![problem])?;
    let problem = |(number, at): &(usize, Vec<usize>)| {
        let (what, key) = Part::ALL[*number].called();
        head::ambiguous(&file, &head, at, what, &format!("[supplements.columns] {key}"))
    };
    let problems: Vec<Problem> = head.alike.iter().map(problem).collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    let column = |part: Part| {
        let at = Part::ALL.iter().position(|other| *other == part)?;
        head.found[at].map(|at| &head.columns[at])
    };
    let label = column(Part::Code).map(|column| column.label.to_string()).unwrap_or_default();
    let mut found = Supplements { file: file.clone(), label, ..Supplements::default() };
    if column(Part::AnsweredAt).is_none() {
        let (vi, headings) = (Part::AnsweredAt.called().0.0, headings[2].join("” / “"));
        found.notes.push(Place { file: &file, line: head.last_row, field: "" }.note(
            "ABSENT_COLUMN",
            format!("trang bổ sung không có cột {vi} (“{headings}”): mọi lần bổ sung được coi là chưa nộp"),
            format!("the sheet of supplements has no column “{headings}”: none of them counts as come in"),
        ));
    }
    let (mut passed_over, mut is_signed) = (Vec::new(), false);
    let outcome = book.each(sheet, &mut |line| {
        if line.number <= head.last_row {
            return ControlFlow::Continue(());
        }
        let get = |part: Part| {
            let column = column(part);
            let cell = column.and_then(|column| line.cells.get(column.index)).cloned().unwrap_or(Cell::Blank);
            (cell, column.map_or_else(|| part.headings()[0].to_owned(), |column| column.label.to_string()))
        };
        let code: Box<str> = tidy(&get(Part::Code).0.shown()).into();
        let read = supplements::read(&file, line.number, mapping, &get);
        let is_numbering = line.number <= head.last_row + 2 && is_numbering(line.cells);
        let is_head_again =
            column(Part::Code).is_some_and(|column| asides::is_heading(&code, &column.heading));
        let is_bare = line.cells.iter().filter(|cell| !cell.is_blank()).count() <= 1 && !may_be_code(&code);
        let is_below = is_signed || is_signature(line.cells);
        let is_signature = is_below && !may_be_code(&code) && !matches!(read, Ok(Some(_)));
        if is_total(line.cells) || is_numbering || is_head_again || is_bare || is_signature {
            is_signed |= is_signature;
            passed_over.push(line.number);
            return ControlFlow::Continue(());
        }
        // A row that says nothing of when would leave the clock running, and nobody would see it.
        let read = read.and_then(|read| {
            let place = Place { file: &file, line: line.number, field: &get(Part::RequestedAt).1 };
            read.ok_or_else(|| vec![place.missing_value()])
        });
        found.by_code.entry(code).or_default().push((line.number, read));
        ControlFlow::Continue(())
    });
    outcome.map_err(|problem| vec![problem])?;
    found.notes.extend(asides::note(&file, &passed_over));
    Ok(found)
}

/// What the columns of the sheet may be called, by part.
fn headings(mapping: Option<&Mapping>) -> Vec<Vec<String>> {
    let of = |part: &Part| {
        let said =
            mapping.and_then(|mapping| mapping.supplements.columns.get(part)).cloned().unwrap_or_default();
        said.into_iter().chain(part.headings().iter().map(|heading| (*heading).to_owned())).collect()
    };
    Part::ALL.iter().map(of).collect()
}

/// A sheet of supplements that nobody has described yet.
pub struct Guess {
    /// The part of the mapping that tells of it.
    pub toml: String,
    /// Cells of its dates, by the field as which they are read.
    pub dates: Vec<(Field, Vec<Cell>)>,
}

/// The sheet of supplements, if one of the others than the list looks like one.
pub fn guess(book: &mut Book, list: usize) -> Result<Option<Guess>, Problem> {
    let headings = headings(None);
    let wanted: Vec<&[String]> = headings.iter().map(Vec::as_slice).collect();
    for sheet in (0..book.sheets().len()).filter(|sheet| *sheet != list) {
        let Some(head) = head::find(&tops(book, sheet)?, &wanted) else { continue };
        if head.found[0].is_none() || head.found[1].is_none() {
            continue;
        }
        let mut toml =
            String::from("\n# Các lần yêu cầu bổ sung / requests for supplements\n[supplements]\n");
        let _ = writeln!(toml, "sheet = {}\n\n[supplements.columns]", quoted(&book.sheets()[sheet]));
        let mut dates = Vec::new();
        for (part, at) in Part::ALL.iter().zip(&head.found) {
            if let Some(at) = at {
                if !matches!(part, Part::Code | Part::Reason) {
                    dates.push((part.field(), cells(book, sheet, &head, head.columns[*at].index)?));
                }
                let ((vi, _), key) = part.called();
                let _ = writeln!(toml, "{key} = {}  # {vi}", quoted(&head.columns[*at].heading));
            }
        }
        return Ok(Some(Guess { toml, dates }));
    }
    Ok(None)
}

/// The filled cells of a column below the head.
fn cells(book: &mut Book, sheet: usize, head: &head::Head, index: usize) -> Result<Vec<Cell>, Problem> {
    let mut cells = Vec::new();
    book.each(sheet, &mut |line| {
        let cell = line.cells.get(index).filter(|cell| !cell.is_blank());
        cells.extend(cell.filter(|_| line.number > head.last_row).cloned());
        if cells.len() < SAMPLED { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    })?;
    Ok(cells)
}

impl Supplements {
    /// Gives each dossier its supplements; those of nobody become rows of their own.
    pub fn attach(mut self, mut rows: Vec<SourceRow>, zone: Tz, notes: &mut Vec<Problem>) -> Vec<SourceRow> {
        for row in &mut rows {
            let code: Box<str> = row.record.key().1.into();
            let Some(of_it) = self.by_code.remove(&code) else { continue };
            let (mut good, mut bad) = (Vec::new(), Vec::new());
            for (_, read) in of_it {
                match read {
                    Ok(supplement) => good.push(supplement),
                    Err(mut problems) => bad.append(&mut problems),
                }
            }
            match (&mut row.record, bad.is_empty()) {
                (Record::Dossier(dossier), true) => {
                    let place = Place { file: &row.file, line: row.line, field: "" };
                    let later = supplements::attach(dossier, good, zone);
                    notes.extend(later.map(|due| due.note(place)));
                }
                (Record::Unreadable(refused), _) => refused.problems.append(&mut bad),
                _ => *row = unreadable(&row.file, row.line, RecordKind::Dossier, &code, bad),
            }
        }
        let mut strays: Vec<(u64, Box<str>)> = Vec::new();
        for (code, of_it) in self.by_code {
            strays.extend(of_it.into_iter().map(|(line, _)| (line, code.clone())));
        }
        strays.sort();
        rows.extend(strays.into_iter().map(|(line, code)| {
            let place = Place { file: &self.file, line, field: &self.label };
            let problem = if code.is_empty() {
                place.missing_value()
            } else {
                place.error(
                    "UNKNOWN_DOSSIER",
                    &code,
                    format!("không có hồ sơ “{code}” ở trang danh sách; hãy sửa mã hoặc thêm hồ sơ đó"),
                    format!("there is no dossier “{code}” in the list; correct the code or add the dossier"),
                )
            };
            unreadable(&self.file, line, RecordKind::Dossier, &code, vec![problem])
        }));
        rows
    }
}
