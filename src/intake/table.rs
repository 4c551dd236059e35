//! A file as records: which columns it has, which of them name a row, and the rows that can't be read
//! kept among the others.

use std::collections::{BTreeMap, HashMap};

use super::fields::{Fields, Pool, normal};
use super::problem::{Place, Problem};
use super::record::{Record, Shared, SourceRow, Unreadable};
use super::sheet::{Attempt, Sheet, Source};
use crate::domain::record::RecordKind;

/// The form of a file.
pub(super) struct Format {
    pub file: &'static str,
    pub kind: RecordKind,
    /// Columns without which no row can be read. The first one holds the code.
    pub required: &'static [&'static str],
    /// Columns that may be left out.
    pub optional: &'static [&'static str],
    /// Columns that together name a row: the same twice is refused. None: rows have no name.
    pub key: &'static [&'static str],
}

/// What is to be read, by the name that its file has in a directory; each under the name that people know.
pub(super) type Tables<'f> = BTreeMap<&'static str, (Shared, Source<'f>)>;

/// What is shared while the files of one source are read.
pub(super) struct Desk<'f> {
    pub tables: Tables<'f>,
    pub pool: Pool,
    pub notes: Vec<Problem>,
}

impl Desk<'_> {
    /// Hands out every row of a file; a file that isn't there has none.
    pub fn each(
        &mut self,
        format: &Format,
        mut take: impl FnMut(Attempt<'_>, &mut Pool),
    ) -> Result<(), SourceRow> {
        let Some((file, source)) = self.tables.get(format.file) else {
            return Ok(());
        };
        let known: Vec<&str> = format.required.iter().chain(format.optional).copied().collect();
        match Sheet::open(file, source, &known, format.required, &mut self.notes) {
            Ok(None) => Ok(()),
            Ok(Some(sheet)) => {
                sheet.each(|attempt| take(attempt, &mut self.pool));
                Ok(())
            }
            Err(problems) => {
                let line = problems.first().map_or(1, |problem| problem.line);
                Err(unreadable(file, line, format.kind, "", problems))
            }
        }
    }

    /// The records of a file, in its order.
    pub fn records(
        &mut self,
        format: &Format,
        make: impl Fn(&mut Fields<'_, '_>) -> Record,
    ) -> Vec<SourceRow> {
        let mut seen: HashMap<Box<str>, u64> = HashMap::new();
        let mut rows = Vec::new();
        let code_column = format.required[0];
        let outcome = self.each(format, |attempt, pool| match attempt {
            Err((problem, row)) => {
                rows.push(unreadable(row.file, row.line, format.kind, row.cell(code_column), vec![problem]));
            }
            Ok(row) => {
                let key =
                    format.key.iter().map(|column| normal(row.cell(column))).collect::<Vec<_>>().join("\n");
                let code = normal(row.cell(code_column));
                let mut fields = Fields::of(row, pool);
                let record = make(&mut fields);
                if !code.is_empty() && !key.is_empty() {
                    let first = *seen.entry(key.into()).or_insert(row.line);
                    if first != row.line {
                        fields.complain(code_column, |place: Place<'_>, value| place.duplicate(value, first));
                    }
                }
                rows.push(fields.finish(format.kind, &code, record));
            }
        });
        rows.extend(outcome.err());
        rows
    }
}

/// A row that can't be read.
pub(super) fn unreadable(
    file: &Shared,
    line: u64,
    kind: RecordKind,
    code: &str,
    problems: Vec<Problem>,
) -> SourceRow {
    let record = Record::Unreadable(Unreadable { kind, code: normal(code), problems });
    SourceRow { file: file.clone(), line, record }
}
