//! A file's rows by its folder's form, read beside the threads that serve.

use std::collections::BTreeSet;

use chrono_tz::Tz;

use super::super::error::ServiceError;
use super::Form;
use super::telling::Refusal;
use crate::domain::record::RecordKind;
use crate::intake::{OwnReading, Problem, Reading, TableReading, read_own, read_table};

/// A file that was read.
#[derive(Debug)]
pub(super) enum FileReading {
    /// A table of other software.
    Table(TableReading),
    /// Our own format.
    Own(OwnReading),
}

impl FileReading {
    /// Its rows.
    pub fn of(&self) -> &Reading {
        match self {
            Self::Table(table) => &table.reading,
            Self::Own(own) => &own.reading,
        }
    }

    /// What it tells of.
    pub fn kinds(&self) -> BTreeSet<RecordKind> {
        match self {
            Self::Table(_) => BTreeSet::from([RecordKind::Dossier]),
            Self::Own(own) => own.kinds.clone(),
        }
    }

    /// What is worth knowing of it.
    pub fn notes(&self) -> &[Problem] {
        &self.of().notes
    }
}

/// Reads it.
pub(super) async fn read(
    name: &str,
    bytes: Vec<u8>,
    form: &Form,
    zone: Tz,
) -> Result<Result<FileReading, Refusal>, ServiceError> {
    let (name, form) = (name.to_owned(), form.clone());
    let reading = move || match form {
        Form::Table(mapping) => read_table(&name, &bytes, &mapping).map(FileReading::Table),
        Form::Own => read_own(&name, &bytes, zone).map(FileReading::Own),
    };
    let read = tokio::task::spawn_blocking(reading).await;
    let read = read.map_err(|e| ServiceError::Internal(format!("a file's reader ended early: {e}")))?;
    Ok(read.map_err(|problems| Refusal::unreadable(&problems)))
}
