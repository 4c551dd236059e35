//! The reading room: files become rows. The only room that speaks CSV and spreadsheets.
//!
//! Here belongs what can be told from the files alone: bytes to text, text to values, which rows make
//! one dossier, in which order rows can land. Not here: whether the house knows a unit, whether a
//! deadline is right, how rows travel. A row that can't be read keeps its place as
//! [`Record::Unreadable`], with what is wrong and the mend, so that nothing is lost silently.

mod beside;
mod book;
mod calendar;
mod dossiers;
mod expected;
mod fields;
mod files;
mod import_row;
mod mapping;
mod masters;
mod matters;
mod own;
mod problem;
mod record;
mod sheet;
mod summary_table;
mod table;

#[cfg(test)]
mod tests;

use std::path::Path;

pub use book::FILE_BYTES;
pub use expected::Expected;
pub use files::{CannotRead, EXPECTED_SUMMARY, Files};
pub use mapping::{BadMapping, ColumnUse, Field, Guess, Mapping, NameTime, TableReading, guess, read_table};
pub use own::{OWN_FORMAT, OWN_SOURCE, OwnReading, read_own};
pub use problem::{Problem, Severity};
pub use record::{
    CalendarDayRecord, CalendarRecord, ClockRecord, Comparison, DeclaredRecord, DocumentRecord,
    DossierRecord, IncidentRecord, MoveRecord, OfficialRecord, PaymentRecord, PetitionRecord,
    ProcedureRecord, Record, Shared, SourceRow, SurveyRecord, TargetRecord, TaskRecord, UnitRecord,
    Unreadable,
};

pub use crate::domain::table_figure::TableFigure as Figure;
pub use summary_table::{SummaryMapping, SummaryRow, SummaryTable, read_summary_table};

use fields::Pool;
use sheet::Source;
use table::{Desk, Tables};

/// What was read.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// Every row, what is referred to before what refers to it: units (parents first), calendar,
    /// officials, procedures, dossiers by receipt, tasks, documents, petitions, ratings, payments,
    /// targets, declared figures, incidents.
    pub rows: Vec<SourceRow>,
    /// What is worth knowing about files as a whole; nothing is refused for it.
    pub notes: Vec<Problem>,
}

/// Reads a directory.
pub fn read_directory(directory: &Path) -> Result<Reading, CannotRead> {
    Ok(read(&Files::of_directory(directory)?))
}

/// Reads files. Each of them may be absent.
pub fn read(files: &Files) -> Reading {
    let tables = files.records().map(|(name, bytes)| (name, (name.into(), Source::Text(bytes))));
    read_tables(tables.collect())
}

fn read_tables(tables: Tables<'_>) -> Reading {
    let mut desk = Desk { tables, pool: Pool::default(), notes: Vec::new() };
    let mut rows = masters::units(&mut desk);
    rows.extend(calendar::calendar(&mut desk));
    rows.extend(masters::officials(&mut desk));
    rows.extend(masters::procedures(&mut desk));
    rows.extend(dossiers::dossiers(&mut desk));
    rows.extend(matters::tasks(&mut desk));
    rows.extend(matters::documents(&mut desk));
    rows.extend(matters::petitions(&mut desk));
    rows.extend(matters::surveys(&mut desk));
    rows.extend(matters::payments(&mut desk));
    rows.extend(matters::targets(&mut desk));
    rows.extend(beside::declared(&mut desk));
    rows.extend(beside::incidents(&mut desk));
    rows.shrink_to_fit();
    Reading { rows, notes: desk.notes }
}
