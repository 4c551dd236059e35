//! Tables of other software by a mapping: which heading is which field, how dates are written, what words
//! mean. Here a spreadsheet becomes the same records that a directory of our own format makes.

mod asides;
mod codes;
mod dates;
mod dossiers;
mod field;
mod file;
mod guess;
mod head;
mod nearest;
mod pattern;
mod row;
mod second;
mod seen;
mod sheets;
mod standing;
mod supplements;
mod words;

pub(super) use codes::not_its_digits;
pub use field::Field;
pub use file::{BadMapping, Mapping};
pub use guess::{Guess, guess};
pub use pattern::NameTime;
use std::path::Path;

pub(super) use head::Top;

use super::Reading;
use super::problem::Problem;
use super::record::Shared;

pub(super) use asides::{is_numbering, is_total};
pub(super) use sheets::{named, tops};

/// The mappings that the binary carries.
const READY: [(&str, &str); 3] = [
    ("dong-bo-ho-so", include_str!("../../../deploy/mappings/dong-bo-ho-so.toml")),
    ("mot-cua", include_str!("../../../deploy/mappings/mot-cua.toml")),
    ("duc-pho-csv", include_str!("../../../deploy/mappings/duc-pho-csv.toml")),
];

/// A table that was read.
#[derive(Debug, Clone)]
pub struct TableReading {
    /// The file, with the sheet where it has several.
    pub place: Shared,
    /// The row of the headings.
    pub head_row: u64,
    /// What became of each column.
    pub columns: Vec<ColumnUse>,
    /// The rows, and what is worth knowing.
    pub reading: Reading,
}

/// What became of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnUse {
    /// A, B, …
    pub letters: String,
    /// Its heading.
    pub heading: String,
    /// The field that it is; None: it isn't used.
    pub field: Option<Field>,
    /// Its first filled cell.
    pub example: String,
    /// What that was read as.
    pub read_as: String,
}

impl Mapping {
    /// The names of the mappings that the binary carries.
    pub fn ready() -> impl Iterator<Item = &'static str> {
        READY.iter().map(|(name, _)| *name)
    }

    /// A mapping that the binary carries, by name.
    pub fn named(name: &str) -> Option<Result<Self, BadMapping>> {
        READY.iter().find(|(ready, _)| *ready == name).map(|(name, text)| Self::parse(name, text))
    }

    /// A ready mapping, or that of a file.
    pub fn load(name_or_file: &str) -> Result<Self, BadMapping> {
        if let Some(ready) = Self::named(name_or_file) {
            return ready;
        }
        let text = std::fs::read_to_string(name_or_file).map_err(|error| {
            let (name, is_absent) = (name_or_file.to_owned(), error.kind() == std::io::ErrorKind::NotFound);
            if is_absent {
                BadMapping::Unknown { name, ready: Self::ready().collect::<Vec<_>>().join(", ") }
            } else {
                BadMapping::Toml { name, said: error.to_string() }
            }
        })?;
        let name = Path::new(name_or_file).file_name().map(|name| name.to_string_lossy().into_owned());
        Self::parse(&name.unwrap_or_default(), &text)
    }
}

impl TableReading {
    /// The column of a field as people see it, `F (Ngày hẹn trả)`; None where the table has none. The house calls two
    /// of them otherwise.
    pub fn column(&self, field: &str) -> Option<String> {
        let field = match field {
            "promised_at" => "due_at",
            "returned_at" => "result_returned_at",
            other => other,
        };
        let column =
            self.columns.iter().find(|column| column.field.is_some_and(|of| of.as_str() == field))?;
        Some(format!("{} ({})", column.letters, column.heading))
    }

    /// A sentence on a field that begins with its name, with its column instead.
    pub fn in_columns(&self, field: &str, sentence: &str) -> String {
        match (self.column(field), sentence.strip_prefix(field)) {
            (Some(column), Some(rest)) => format!("{column}{rest}"),
            (None, _) | (_, None) => sentence.to_owned(),
        }
    }
}

/// Reads a file's table of dossiers. The error says what keeps the whole file from being read.
pub fn read_table(file: &str, bytes: &[u8], mapping: &Mapping) -> Result<TableReading, Vec<Problem>> {
    dossiers::read(file, bytes, mapping)
}
