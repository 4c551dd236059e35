//! A single file of our own format, as it is left in a folder: a CSV file named after its table (`tasks.csv`,
//! `tasks_20240515_2300.csv`), or a workbook whose sheets are. It is read as a directory is that holds these tables
//! and no other.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use chrono::{NaiveTime, SecondsFormat, TimeZone as _};
use chrono_tz::Tz;

use super::book::{Book, Cell, Hints, Line, is_text, moment};
use super::problem::{Place, Problem};
use super::record::{Record, Shared};
use super::sheet::{Filled, MISSING_COLUMN, Source};
use super::table::Tables;
use super::{Reading, read_tables};
use crate::domain::record::RecordKind;
use crate::domain::text::{cut, fold};

/// What a folder's mapping is called whose files are of our own format.
pub const OWN_FORMAT: &str = "bonro";

/// The source of rows of our own format for which no other is named. One for all directories and folders, so that a
/// mended copy elsewhere still speaks of the same records.
pub const OWN_SOURCE: &str = "csv";

/// The tables by name, each with its file in a directory and what it tells of.
const TABLES: [(&str, &str, RecordKind); 15] = [
    ("units", "units.csv", RecordKind::Unit),
    ("calendar", "calendar.csv", RecordKind::Calendar),
    ("officials", "officials.csv", RecordKind::Official),
    ("procedures", "procedures.csv", RecordKind::Procedure),
    ("dossiers", DOSSIERS, RecordKind::Dossier),
    ("dossier_moves", "dossier_moves.csv", RecordKind::Dossier),
    ("dossier_events", "dossier_events.csv", RecordKind::Dossier),
    ("tasks", "tasks.csv", RecordKind::Task),
    ("documents", "documents.csv", RecordKind::Document),
    ("petitions", "petitions.csv", RecordKind::Petition),
    ("surveys", "surveys.csv", RecordKind::Survey),
    ("payments", "payments.csv", RecordKind::Payment),
    ("targets", "targets.csv", RecordKind::Target),
    ("declared", "declared.csv", RecordKind::Declared),
    ("incidents", "incidents.csv", RecordKind::Incident),
];

const DOSSIERS: &str = "dossiers.csv";

type Table = (&'static str, &'static str, RecordKind);

/// A file of our own format that was read.
#[derive(Debug, Clone)]
pub struct OwnReading {
    /// What it tells of, be it without a single row.
    pub kinds: BTreeSet<RecordKind>,
    /// The rows, and what is worth knowing.
    pub reading: Reading,
}

/// Reads a file. Date cells of a workbook that have a time are instants of `zone`, which no cell says. The error is
/// what keeps the whole file from being read.
pub fn read_own(file: &str, bytes: &[u8], zone: Tz) -> Result<OwnReading, Vec<Problem>> {
    let mut notes = Vec::new();
    let is_text = is_text(file, bytes).map_err(|problem| vec![problem])?;
    let tables: Tables<'_> = if is_text {
        let table = table_in(file).ok_or_else(|| vec![no_table(file)])?;
        [(table.1, (file.into(), Source::Text(bytes)))].into()
    } else {
        sheets(file, bytes, zone, &mut notes).map_err(|problem| vec![problem])?
    };
    if let Some((part, (place, _))) =
        tables.iter().find(|(name, _)| name.starts_with("dossier_") && !tables.contains_key(DOSSIERS))
    {
        return Err(vec![part_alone(place, part.trim_end_matches(".csv"))]);
    }
    let kinds: BTreeSet<RecordKind> =
        TABLES.iter().filter(|(_, name, _)| tables.contains_key(name)).map(|(.., kind)| *kind).collect();
    let mut reading = read_tables(tables);
    // Without one of its columns no row of a table can be read, so that its file is no import.
    let unread = reading.rows.iter().find_map(|row| {
        let Record::Unreadable(row) = &row.record else { return None };
        let is_head = row.problems.iter().all(|problem| problem.reason == MISSING_COLUMN);
        is_head.then(|| row.problems.clone())
    });
    if let Some(problems) = unread {
        return Err(problems);
    }
    if kinds.contains(&RecordKind::Calendar) {
        notes.push(ordinary_week(file));
    }
    reading.notes.splice(..0, notes);
    Ok(OwnReading { kinds, reading })
}

/// The table that a name has as a word of its own: the longest, since `dossier_moves` are no dossiers.
fn table_in(name: &str) -> Option<Table> {
    let text = fold(name);
    let is_word = |word: &str| {
        text.match_indices(word).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let after = text[at + word.len()..].chars().next();
            !before.is_some_and(char::is_alphabetic) && !after.is_some_and(char::is_alphabetic)
        })
    };
    TABLES.into_iter().filter(|(word, ..)| is_word(word)).max_by_key(|(word, ..)| word.len())
}

/// The sheets of a workbook that are tables. One that has a single sheet may say in its own name what that is.
fn sheets(file: &str, bytes: &[u8], zone: Tz, notes: &mut Vec<Problem>) -> Result<Tables<'static>, Problem> {
    let mut book = Book::open(file, bytes, &Hints::default())?;
    notes.append(&mut book.notes);
    let names = book.sheets().to_vec();
    let mut tables = Tables::new();
    for (sheet, name) in names.iter().enumerate() {
        let place = book.place(sheet);
        let table = table_in(name).or_else(|| table_in(file).filter(|_| names.len() == 1));
        let Some((_, of, _)) = table else {
            notes.push(Place { file: &place, line: 0, field: "" }.note(
                "UNKNOWN_SHEET",
                "bỏ qua trang tính này vì tên không phải là tên một bảng",
                "the sheet is passed over: its name is none of a table",
            ));
            continue;
        };
        if let Some((first, _)) = tables.get(of) {
            return Err(twice(&place, first, of.trim_end_matches(".csv")));
        }
        tables.insert(of, (place, Source::Rows(rows(&mut book, sheet, zone)?)));
    }
    if tables.is_empty() { Err(no_sheet(file)) } else { Ok(tables) }
}

fn rows(book: &mut Book, sheet: usize, zone: Tz) -> Result<Vec<Filled>, Problem> {
    let mut rows: Vec<Filled> = Vec::new();
    book.each(sheet, &mut |line| {
        rows.push(filled(line, zone));
        ControlFlow::Continue(())
    })?;
    Ok(rows)
}

fn filled(line: Line<'_>, zone: Tz) -> Filled {
    let is_odd = |cell: &&Cell| match cell {
        Cell::Fault(_) | Cell::Unsaved | Cell::Guised(..) | Cell::Serial(_) => true,
        Cell::Number(number) => number.fract() != 0.0 || number.abs() >= 1e15,
        Cell::Blank | Cell::Text(_) | Cell::Flag(_) => false,
    };
    let odd =
        line.cells.iter().enumerate().filter_map(|(at, cell)| Some((at, Some(cell).filter(is_odd)?.clone())));
    let cells = line.cells.iter().map(|cell| text(cell, zone)).collect();
    Filled { number: line.number, cells, odd: odd.collect() }
}

/// A cell as our own format writes it.
fn text(cell: &Cell, zone: Tz) -> String {
    let at = if let Cell::Serial(serial) = cell { moment(*serial) } else { None };
    match at {
        None => cell.shown().into_owned(),
        Some(at) if at.time() == NaiveTime::MIN => at.date().to_string(),
        Some(at) => zone
            .from_local_datetime(&at)
            .earliest()
            .map_or_else(|| at.to_string(), |at| at.to_rfc3339_opts(SecondsFormat::Secs, false)),
    }
}

/// Days alone say nothing of the week that they differ from.
fn ordinary_week(file: &str) -> Problem {
    Place { file, line: 0, field: "" }.note(
        "ORDINARY_WEEK",
        "bảng calendar chỉ có các ngày khác thường; tuần làm việc được lấy theo mặc định (thứ Hai đến thứ Sáu, \
         07:00–11:30, 13:30–17:00); nếu cơ quan làm việc khác, hãy nạp cả thư mục có calendar.json",
        "the table calendar has only days that differ; the working week is taken as usual (Monday to Friday, \
         07:00–11:30, 13:30–17:00); where it is another, import a directory with calendar.json",
    )
}

fn known() -> String {
    TABLES.map(|(name, ..)| name).join(", ")
}

fn no_table(file: &str) -> Problem {
    let list = known();
    Place { file, line: 0, field: "" }.error(
        "NO_TABLE",
        file,
        format!(
            "tên tệp không nêu bảng nào; hãy đặt tên như tasks.csv hoặc tasks_20240515.csv; các bảng: {list}"
        ),
        format!(
            "the file's name says no table; name it like tasks.csv or tasks_20240515.csv; the tables: {list}"
        ),
    )
}

fn no_sheet(file: &str) -> Problem {
    let list = known();
    Place { file, line: 0, field: "" }.error(
        "NO_TABLE",
        file,
        format!("không có trang tính nào mang tên một bảng; hãy đặt tên trang tính theo bảng: {list}"),
        format!("no sheet has the name of a table; name the sheets after their tables: {list}"),
    )
}

fn twice(place: &Shared, first: &Shared, table: &str) -> Problem {
    Place { file: place, line: 0, field: "" }.error(
        "SEVERAL_SHEETS",
        table,
        format!("trang tính này và “{}” đều là bảng {table}; hãy gộp lại hoặc xóa một trang", cut(first)),
        format!("this sheet and “{}” are both the table {table}; join them or delete one", cut(first)),
    )
}

/// Taken without their dossiers they would lead nowhere, and dossiers without them would have other deadlines.
fn part_alone(place: &Shared, table: &str) -> Problem {
    Place { file: place, line: 0, field: "" }.error(
        "PART_ALONE",
        table,
        format!("bảng {table} không có hồ sơ đi cùng; hãy đưa dossiers, dossier_moves và dossier_events thành các trang của một tệp bảng tính"),
        format!("the table {table} comes without its dossiers; bring dossiers, dossier_moves and dossier_events as sheets of one workbook"),
    )
}
