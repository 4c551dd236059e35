//! The files of a directory, or of the sample that the binary carries, as bytes by name. What is in
//! them is for the other modules.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Every file that is looked for.
pub const NAMES: [&str; 17] = [
    "units.csv",
    "calendar.json",
    "calendar.csv",
    "officials.csv",
    "procedures.csv",
    "dossiers.csv",
    "dossier_moves.csv",
    "dossier_events.csv",
    "tasks.csv",
    "documents.csv",
    "petitions.csv",
    "surveys.csv",
    "payments.csv",
    "targets.csv",
    "declared.csv",
    "incidents.csv",
    EXPECTED_SUMMARY,
];

/// Figures to compare with, where a directory has them; no records.
pub const EXPECTED_SUMMARY: &str = "expected-summary.json";

const SAMPLE: &[u8] = include_bytes!("../../deploy/sample/duc-pho-2024.tar.zst");

/// Why a directory can't be read.
#[derive(Debug, thiserror::Error)]
pub enum CannotRead {
    /// The directory or a file in it.
    #[error("không đọc được / cannot read {}: {source}", path.display())]
    Io {
        /// What was to be read.
        path: PathBuf,
        /// Why it can't be.
        source: io::Error,
    },
    /// None of the files is there.
    #[error(
        "{}: không có tệp dữ liệu nào (units.csv, dossiers.csv, …) / holds no file of records (units.csv, dossiers.csv, …)",
        path.display()
    )]
    Nothing {
        /// Where they were looked for.
        path: PathBuf,
    },
}

/// Files by name.
#[derive(Debug, Clone, Default)]
pub struct Files(BTreeMap<&'static str, Vec<u8>>);

impl Files {
    /// The known files of a directory; others are passed over.
    pub fn of_directory(directory: &Path) -> Result<Self, CannotRead> {
        let failed = |path: &Path, source| CannotRead::Io { path: path.to_owned(), source };
        if !fs::metadata(directory).map_err(|error| failed(directory, error))?.is_dir() {
            return Err(failed(directory, io::ErrorKind::NotADirectory.into()));
        }
        let mut files = Self::default();
        for name in NAMES {
            let path = directory.join(name);
            match fs::read(&path) {
                Ok(bytes) => _ = files.0.insert(name, bytes),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(failed(&path, error)),
            }
        }
        if files.0.keys().all(|name| *name == EXPECTED_SUMMARY) {
            return Err(CannotRead::Nothing { path: directory.to_owned() });
        }
        Ok(files)
    }

    /// The embedded sample: Đức Phổ town, 15/12/2023 – 15/5/2024.
    pub fn sample() -> Self {
        Self::unpack(SAMPLE).expect("the embedded archive was checked when it was made")
    }

    fn unpack(packed: &[u8]) -> io::Result<Self> {
        let mut files = Self::default();
        let mut archive = tar::Archive::new(zstd::Decoder::new(packed)?);
        for entry in archive.entries()? {
            let mut entry = entry?;
            let path = entry.path()?.into_owned();
            let Some(name) = NAMES.iter().find(|name| path.file_name().is_some_and(|file| file == **name))
            else {
                continue;
            };
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes)?;
            files.0.insert(name, bytes);
        }
        Ok(files)
    }

    /// Files from memory; names that nobody knows are passed over.
    pub fn of_memory<'n>(files: impl IntoIterator<Item = (&'n str, Vec<u8>)>) -> Self {
        let known = |name: &str| NAMES.iter().copied().find(|known| *known == name);
        Self(files.into_iter().filter_map(|(name, bytes)| Some((known(name)?, bytes))).collect())
    }

    /// The bytes of a file, if it is there.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.0.get(name).map(Vec::as_slice)
    }

    /// The files that hold records, by name: what two runs must share to be the same import.
    pub fn records(&self) -> impl Iterator<Item = (&'static str, &[u8])> {
        self.0
            .iter()
            .filter(|(name, _)| **name != EXPECTED_SUMMARY)
            .map(|(name, bytes)| (*name, bytes.as_slice()))
    }
}
