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
use super::asides::{self, is_numbering, is_signature, is_total, is_total_word};
use super::codes::is_code;
use super::field::{Field, Holds};
use super::file::Mapping;
use super::head::{self, Head};
use super::row::{Columns, Examples, OTHER_ORDER, Row};
use super::second::{self, Supplements};
use super::seen::Seen;
use super::sheets::sheet_of;
use super::{ColumnUse, TableReading, standing, supplements};
use crate::domain::dossier::{ApplicantKind, Channel, ClosedAs, State};
use crate::domain::record::RecordKind;
use crate::domain::text::{cut, tidy};

/// Notes of rows that are kept.
const NOTES: usize = 1000;

/// Reads a file by a mapping. An error is what keeps the whole file from being read.
pub fn read(file: &str, bytes: &[u8], mapping: &Mapping) -> Result<TableReading, Vec<Problem>> {
    let hints = Hints { encoding: mapping.encoding.clone(), delimiter: mapping.delimiter };
    let mut book = Book::open(file, bytes, &hints).map_err(|problem| vec![problem])?;
    let (sheet, mut head) = sheet_of(&mut book, mapping)?;
    let file = book.place(sheet);
    tell_apart(&mut book, sheet, &mut head, mapping)?;
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
        dates: BTreeMap::new(),
        codes: HashMap::new(),
        rows: Vec::new(),
        passed_over: Vec::new(),
        is_signed: false,
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
    let mut second = second::read(&mut book, mapping, sheet)?;
    work.notes.append(&mut second.notes);
    work.finish(second)
}

/// Refuses a sheet in which several columns are called as one field is.
fn tell_apart(book: &mut Book, sheet: usize, head: &mut Head, mapping: &Mapping) -> Result<(), Vec<Problem>> {
    let code = mapping.columns.keys().position(|field| *field == Field::Code);
    head::settle(book, sheet, head, code.unwrap_or(usize::MAX)).map_err(|problem| vec![problem])?;
    let fields: Vec<Field> = mapping.columns.keys().copied().collect();
    let problem = |(number, at): &(usize, Vec<usize>)| {
        let field = fields[*number];
        let what = (field.vietnamese(), field.english());
        head::ambiguous(&book.place(sheet), head, at, what, field.as_str())
    };
    let problems: Vec<Problem> = head.alike.iter().map(problem).collect();
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// Mapped columns that the sheet doesn't have and can do without.
fn note_absent(
    file: &str,
    mapping: &Mapping,
    head: &Head,
    found: &BTreeMap<Field, usize>,
    notes: &mut Vec<Problem>,
) {
    let absent: Vec<(Field, String)> = mapping
        .columns
        .iter()
        .filter(|(field, _)| !found.contains_key(field))
        .map(|(field, headings)| (*field, headings.join("” / “")))
        .collect();
    if !absent.is_empty() {
        let list = |name: fn(Field) -> &'static str| {
            let each = absent.iter().map(|(field, headings)| format!("{} (“{headings}”)", name(*field)));
            each.collect::<Vec<_>>().join("; ")
        };
        let (vi, en) = (list(Field::vietnamese), list(Field::english));
        notes.push(Place { file, line: head.last_row, field: "" }.note(
            "ABSENT_COLUMN",
            format!("tệp không có cột cho: {vi}"),
            format!("the file has no columns for: {en}"),
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
    /// What the dates of each column tell together.
    dates: BTreeMap<Field, Seen>,
    /// The row of each code.
    codes: HashMap<Box<str>, u64>,
    rows: Vec<SourceRow>,
    passed_over: Vec<u64>,
    /// The place for signatures has begun.
    is_signed: bool,
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
        let is_head_again = at(Field::Code).is_some_and(|column| asides::is_heading(&code, &column.heading));
        let is_numbering = line.number <= columns.head.last_row + 2 && is_numbering(line.cells);
        let needed = [Field::Code, Field::ProcedureCode, Field::UnitCode, Field::ReceivedAt];
        let written = needed.into_iter().filter(|field| !text(*field).is_empty()).count();
        // What the mapping says for all rows is as good as written in each.
        let is_said = |field: &Field| text(*field).is_empty() && self.mapping.constants.contains_key(field);
        let filled = written + needed.iter().filter(|field| is_said(field)).count();
        let is_sum = is_total(line.cells) && (code.is_empty() || is_total_word(&code) || filled < 3);
        // A code, or what may be one and two more cells, make a dossier of which something is missing.
        let holds = columns.by_field.keys().filter(|field| !text(**field).is_empty()).count();
        let may_be = is_code(&code) || (asides::may_be_code(&code) && holds >= 3);
        let is_bare = written == 0 || (filled <= 1 && !may_be);
        if is_head_again || is_numbering || is_sum || is_bare || self.is_signature(line) {
            self.is_signed |= is_signature(line.cells);
            self.passed_over.push(line.number);
            return;
        }
        if let Some(said) = self.of_other_length(line, &code) {
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

    /// What is said of a row that hasn't as many cells as its head: they may stand in the wrong columns.
    fn of_other_length(&self, line: Line<'_>, code: &str) -> Option<Problem> {
        let (found, head) = (line.written?, self.written?);
        let is_trailing = found == head + 1 && line.cells.get(head).is_none_or(Cell::is_blank);
        if if self.mapping.trailing_delimiter { is_trailing } else { found == head } {
            return None;
        }
        let (vi, en) = if is_trailing {
            (
                "; nếu phần mềm luôn thêm một dấu phân cách ở cuối dòng thì ghi trailing_delimiter = true trong tệp ánh xạ",
                "; if the software always ends a row with one delimiter more, say trailing_delimiter = true in the mapping",
            )
        } else {
            ("", "")
        };
        Some(Place { file: &self.file, line: line.number, field: "" }.error(
            "CELL_COUNT",
            code,
            format!(
                "dòng có {found} ô nhưng tiêu đề có {head} cột; hãy đặt chữ có dấu phân cách trong ngoặc kép \"…\", hoặc xuất lại nếu tệp bị cắt{vi}"
            ),
            format!(
                "the row has {found} cells, the header {head}; put text with the delimiter in quotes \"…\", or export again if the file was cut{en}"
            ),
        ))
    }

    /// Whether a row belongs to the place for signatures: it has no date and no code, and says so or stands below.
    fn is_signature(&self, line: Line<'_>) -> bool {
        if !self.is_signed && !is_signature(line.cells) {
            return false;
        }
        let columns = self.columns;
        let cell = |field: &Field| {
            let at = columns.by_field.get(field).map(|at| columns.head.columns[*at].index);
            at.and_then(|at| line.cells.get(at))
        };
        let is_date = |field: &Field| {
            cell(field).is_some_and(|cell| matches!(self.mapping.dates.read(*field, cell), Ok(Some(_))))
        };
        let mut dates = Field::ALL.iter().filter(|field| field.holds() == Holds::Instant);
        !cell(&Field::Code).is_some_and(|cell| asides::may_be_code(&cell.shown())) && !dates.any(is_date)
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
            seen: &mut self.dates,
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
        let before = row.problems.len();
        let received = match row.instant(Field::ReceivedAt) {
            None if is_outside && submitted.is_some() => submitted,
            // Blank, or a text that the mapping takes for blank.
            None if row.problems.len() == before => {
                let problem = row.place(Field::ReceivedAt).missing_value();
                row.problems.push(problem);
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
        if let Some(due) = supplements::attach(&mut dossier, found, self.mapping.dates.zone) {
            let note = due.note(row.place(Field::DueAt));
            row.notes.push(note);
        }
        let code = dossier.code.clone();
        if !code.is_empty() {
            let first = *self.codes.entry(code.clone()).or_insert(line.number);
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

    fn finish(mut self, second: Supplements) -> Result<TableReading, Vec<Problem>> {
        self.notes.extend(asides::note(&self.file, &self.passed_over));
        let zone = self.mapping.dates.zone;
        let rows = second.attach(self.rows, zone, &mut self.notes);
        let mut problems = of_other_order(&rows);
        for (field, seen) in &self.dates {
            let Some(at) = self.columns.by_field.get(field) else { continue };
            let label = &self.columns.head.columns[*at].label;
            problems.extend(seen.problem(&self.file, label));
            let time = self.mapping.dates.times.get(field).map(|time| time.format("%H:%M").to_string());
            self.notes.append(&mut seen.notes(&self.file, label, &time.unwrap_or_default()));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
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
        Ok(TableReading {
            place: self.file.clone(),
            head_row: self.columns.head.last_row,
            columns: columns.collect(),
            reading: Reading { rows: gathering::in_order(rows), notes: self.notes },
        })
    }
}

/// Dates that show that days and months of their columns are in another order than the mapping says: one a column.
/// What else stands there may be read, and wrongly, so that they keep the whole file from being read.
fn of_other_order(rows: &[SourceRow]) -> Vec<Problem> {
    let mut found: Vec<Problem> = Vec::new();
    let of = |row: &SourceRow| {
        let all = if let Record::Unreadable(refused) = &row.record { &refused.problems[..] } else { &[] };
        all.iter().filter(|problem| problem.reason == OTHER_ORDER).cloned().collect::<Vec<_>>()
    };
    for problem in rows.iter().flat_map(of) {
        if found.iter().all(|other| (&other.file, &other.field) != (&problem.file, &problem.field)) {
            found.push(problem);
        }
    }
    found
}
