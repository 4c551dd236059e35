//! A table of dossiers by a mapping: the sheet, its head, its rows, and what isn't a dossier among them.

use std::collections::{BTreeMap, HashMap};
use std::ops::ControlFlow;

use chrono::DateTime;

use super::super::book::{Book, Cell, Hints, Line, letters};
use super::super::fields::Pool;
use super::super::problem::{Place, Problem};
use super::super::record::{DossierRecord, Record, Shared, SourceRow};
use super::super::table::unreadable;
use super::super::{Reading, dossiers as gathering};
use super::codes::is_code;
use super::field::Field;
use super::file::Mapping;
use super::head::Head;
use super::row::{Columns, Examples, Row};
use super::second::{self, Supplements};
use super::sheets::sheet_of;
use super::{ColumnUse, TableReading, standing, supplements};
use crate::domain::dossier::{ApplicantKind, Channel, ClosedAs, State};
use crate::domain::record::RecordKind;
use crate::domain::text::{cut, fold, tidy};

/// Rows of which a note tells the numbers, and notes of rows that are kept.
const TOLD: usize = 10;
const NOTES: usize = 1000;

/// Reads a file by a mapping. An error is what keeps the whole file from being read.
pub fn read(file: &str, bytes: &[u8], mapping: &Mapping) -> Result<TableReading, Vec<Problem>> {
    let hints = Hints { encoding: mapping.encoding.clone(), delimiter: mapping.delimiter };
    let mut book = Book::open(file, bytes, &hints).map_err(|problem| vec![problem])?;
    let (sheet, head) = sheet_of(&mut book, mapping)?;
    let file = book.place(sheet);
    let mut notes = std::mem::take(&mut book.notes);
    let by_field: BTreeMap<Field, usize> =
        mapping.columns.keys().zip(&head.found).filter_map(|(field, at)| Some((*field, (*at)?))).collect();
    note_absent(&file, mapping, &head, &by_field, &mut notes);
    let columns = Columns { head, by_field };
    let mut work = Work {
        file: file.clone(),
        mapping,
        columns: &columns,
        pool: Pool::default(),
        examples: Examples::new(),
        samples: BTreeMap::new(),
        seen: HashMap::new(),
        rows: Vec::new(),
        passed_over: Vec::new(),
        written: None,
        notes,
    };
    let outcome = book.each(sheet, &mut |line| {
        if line.number > columns.head.last_row {
            work.take(line);
        } else if line.number == columns.head.last_row {
            work.written = line.written;
        }
        ControlFlow::Continue(())
    });
    outcome.map_err(|problem| vec![problem])?;
    if work.rows.is_empty() {
        return Err(vec![Place { file: &file, line: 0, field: "" }.error(
            "NO_ROWS",
            "",
            "không có dòng hồ sơ nào dưới hàng tiêu đề; hãy xuất lại từ phần mềm một cửa",
            "there is no row of a dossier below the headings; export it again from the one-stop software",
        )]);
    }
    let second = second::read(&mut book, mapping, sheet)?;
    Ok(work.finish(second))
}

/// Mapped columns that the sheet doesn't have and can do without.
fn note_absent(
    file: &str,
    mapping: &Mapping,
    head: &Head,
    found: &BTreeMap<Field, usize>,
    notes: &mut Vec<Problem>,
) {
    let absent: Vec<&str> = mapping
        .columns
        .keys()
        .filter(|field| !found.contains_key(field))
        .map(|field| field.as_str())
        .collect();
    if !absent.is_empty() {
        let list = absent.join(", ");
        notes.push(Place { file, line: head.last_row, field: "" }.note(
            "ABSENT_COLUMN",
            format!("tệp không có cột cho: {list}"),
            format!("the file has no columns for: {list}"),
        ));
    }
}

/// A table while its rows come in.
struct Work<'m> {
    file: Shared,
    mapping: &'m Mapping,
    columns: &'m Columns,
    pool: Pool,
    examples: Examples,
    /// The first filled cell of each column.
    samples: BTreeMap<usize, String>,
    seen: HashMap<Box<str>, u64>,
    rows: Vec<SourceRow>,
    passed_over: Vec<u64>,
    /// The cells of the head, where a text file says how many there are.
    written: Option<usize>,
    notes: Vec<Problem>,
}

impl Work<'_> {
    fn take(&mut self, line: Line<'_>) {
        let columns = self.columns;
        let at = |field: Field| columns.by_field.get(&field).map(|at| &columns.head.columns[*at]);
        let text = |field: Field| {
            let cell = at(field).and_then(|column| line.cells.get(column.index));
            cell.map(|cell| tidy(&cell.shown())).unwrap_or_default()
        };
        let code = text(Field::Code);
        let is_head_again = !code.is_empty() && at(Field::Code).is_some_and(|column| column.heading == code);
        if is_head_again || (line.number <= columns.head.last_row + 2 && is_numbering(line.cells)) {
            return;
        }
        let needed = [Field::Code, Field::ProcedureCode, Field::UnitCode, Field::ReceivedAt];
        let written = needed.into_iter().filter(|field| !text(*field).is_empty()).count();
        // What the mapping says for all rows is as good as written in each.
        let is_said = |field: &Field| text(*field).is_empty() && self.mapping.constants.contains_key(field);
        let filled = written + needed.iter().filter(|field| is_said(field)).count();
        let is_sum = is_total(line.cells) && (code.is_empty() || is_total_word(&code) || filled < 3);
        if is_sum || written == 0 || (filled <= 1 && !is_code(&code)) {
            self.passed_over.push(line.number);
            return;
        }
        if let (Some(found), Some(width)) = (line.written, self.written)
            && found != width
        {
            let said = Place { file: &self.file, line: line.number, field: "" }.error(
                "CELL_COUNT",
                &code,
                format!(
                    "dòng có {found} ô nhưng tiêu đề có {width} cột; hãy đặt chữ có dấu phân cách trong ngoặc kép \"…\", hoặc xuất lại nếu tệp bị cắt"
                ),
                format!(
                    "the row has {found} cells, the header {width}; put text with the delimiter in quotes \"…\", or export again if the file was cut"
                ),
            );
            self.rows.push(unreadable(&self.file, line.number, RecordKind::Dossier, &code, vec![said]));
            return;
        }
        for column in &columns.head.columns {
            let cell = line.cells.get(column.index).filter(|cell| !cell.is_blank());
            if let Some(cell) = cell.filter(|_| !self.samples.contains_key(&column.index)) {
                self.samples.insert(column.index, cut(&cell.shown()));
            }
        }
        let (row, mut notes) = self.record(line);
        self.rows.push(row);
        notes.truncate(NOTES.saturating_sub(self.notes.len()));
        self.notes.append(&mut notes);
    }

    fn record(&mut self, line: Line<'_>) -> (SourceRow, Vec<Problem>) {
        let file = self.file.clone();
        let mut row = Row {
            file: &file,
            line: line.number,
            cells: line.cells,
            columns: self.columns,
            mapping: self.mapping,
            pool: &mut self.pool,
            examples: &mut self.examples,
            problems: Vec::new(),
            notes: Vec::new(),
        };
        for field in Field::ALL.iter().filter(|field| field.is_needed() && **field != Field::ReceivedAt) {
            let may_be_blank = matches!(field, Field::Channel | Field::ApplicantKind)
                && self.mapping.values.get(field).is_some_and(|map| map.contains_key(""));
            if !may_be_blank {
                row.need(*field);
            }
        }
        let said = if self.mapping.tells_all { None } else { row.word(Field::State, State::parse) };
        let submitted = row.instant(Field::SubmittedAt);
        let is_outside = matches!(said, Some(State::Registered | State::NotAccepted));
        let received = match row.instant(Field::ReceivedAt) {
            None if is_outside && submitted.is_some() => submitted,
            None if row.cell(Field::ReceivedAt).is_blank() => {
                row.need(Field::ReceivedAt);
                None
            }
            received => received,
        };
        let mut dossier = DossierRecord {
            code: row.text(Field::Code),
            procedure_code: row.shared(Field::ProcedureCode),
            unit_code: row.shared(Field::UnitCode),
            // The fallbacks are never seen: a row with a problem is refused.
            channel: row.word(Field::Channel, Channel::parse).unwrap_or(Channel::Counter),
            applicant_kind: row
                .word(Field::ApplicantKind, ApplicantKind::parse)
                .unwrap_or(ApplicantKind::Person),
            received_at: received.unwrap_or(DateTime::UNIX_EPOCH),
            due_at: row.instant(Field::DueAt),
            closed_at: row.instant(Field::ClosedAt),
            outcome: row.word(Field::Outcome, ClosedAs::parse),
            result_returned_at: row.instant(Field::ResultReturnedAt),
            officer_code: row.shared(Field::OfficerCode),
            intake_digitised: row.flag(Field::IntakeDigitised),
            result_digitised: row.flag(Field::ResultDigitised),
            moves: Vec::new(),
            clock: Vec::new(),
            stands_as: None,
        };
        let found = supplements::of_row(&mut row);
        if !self.mapping.tells_all {
            standing::settle(&mut row, &mut dossier, said);
        }
        supplements::attach(&mut dossier, found);
        let code = dossier.code.clone();
        if !code.is_empty() {
            let first = *self.seen.entry(code.clone()).or_insert(line.number);
            if first != line.number {
                row.problems.push(row.place(Field::Code).duplicate(&code, first));
            }
        }
        let (problems, notes) = (row.problems, row.notes);
        if problems.is_empty() {
            (SourceRow { file, line: line.number, record: Record::Dossier(Box::new(dossier)) }, notes)
        } else {
            (unreadable(&file, line.number, RecordKind::Dossier, &code, problems), Vec::new())
        }
    }

    fn finish(mut self, second: Supplements) -> TableReading {
        if !self.passed_over.is_empty() {
            let some = self.passed_over.iter().take(TOLD).map(u64::to_string).collect::<Vec<_>>().join(", ");
            let more = if self.passed_over.len() > TOLD { ", …" } else { "" };
            let count = self.passed_over.len();
            self.notes.push(Place { file: &self.file, line: 0, field: "" }.note(
                "PASSED_OVER",
                format!("bỏ qua {count} dòng không phải hồ sơ (dòng cộng, chữ ký, ghi chú): {some}{more}"),
                format!("{count} rows that are no dossiers (totals, signatures, notes) were passed over: {some}{more}"),
            ));
        }
        let rows = second.attach(self.rows);
        let fields: BTreeMap<usize, Field> =
            self.columns.by_field.iter().map(|(field, at)| (*at, *field)).collect();
        let columns = self.columns.head.columns.iter().enumerate().map(|(at, column)| {
            let field = fields.get(&at).copied();
            let (example, read_as) =
                field.and_then(|field| self.examples.get(&field).cloned()).unwrap_or_else(|| {
                    (self.samples.get(&column.index).cloned().unwrap_or_default(), String::new())
                });
            ColumnUse {
                letters: letters(column.index),
                heading: column.heading.clone(),
                field,
                example,
                read_as,
            }
        });
        TableReading {
            place: self.file.clone(),
            head_row: self.columns.head.last_row,
            columns: columns.collect(),
            reading: Reading { rows: gathering::in_order(rows), notes: self.notes },
        }
    }
}

/// `(1) (2) (3)` or `A B C` under the head.
pub(super) fn is_numbering(cells: &[Cell]) -> bool {
    let mut count = 0;
    for cell in cells.iter().filter(|cell| !cell.is_blank()) {
        let text = cell.shown();
        let bare = text.trim_matches(['(', ')', '[', ']', ' ']);
        let is_number = bare.len() <= 2 && bare.bytes().all(|byte| byte.is_ascii_digit());
        let is_letter = bare.len() == 1 && bare.bytes().all(|byte| byte.is_ascii_uppercase());
        if !is_number && !is_letter {
            return false;
        }
        count += 1;
    }
    count >= 3
}

/// Whether the first filled cell says that the row is a sum.
pub(in super::super) fn is_total(cells: &[Cell]) -> bool {
    cells.iter().find(|cell| !cell.is_blank()).is_some_and(|cell| is_total_word(&cell.shown()))
}

fn is_total_word(text: &str) -> bool {
    let folded = fold(text);
    let bare = folded.trim_end_matches([':', ' ', '.']);
    matches!(bare, "tong" | "cong" | "tong cong" | "tong so" | "toan tinh" | "toan huyen" | "toan thi xa")
        || ["tong cong ", "tong so ", "cong:", "tong:", "cong (", "tong cong:"]
            .iter()
            .any(|start| folded.starts_with(start))
}
