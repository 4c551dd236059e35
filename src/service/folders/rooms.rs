//! The rooms of a folder: a file that is begun moves to `taking/IMPORT`, and at its end to `done` by months or to
//! `failed`, beside its report. So whatever lies in the folder itself is new or was put back by somebody, and whatever
//! lies in `taking` is gone on with as the import that it was begun as.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use uuid::Uuid;

use super::Folder;
use super::lying::File;
use super::telling::Ended;

/// The most bytes of a name: most file systems take 255, and reports add an ending.
const NAME_BYTES: usize = 200;

fn taking(folder: &Folder) -> PathBuf {
    folder.path.join("taking")
}

/// The rooms of files that were begun, by their imports. One that is empty is left over, and goes.
pub(super) async fn begun(folder: &Folder) -> io::Result<Vec<(Uuid, PathBuf)>> {
    let mut entries = match tokio::fs::read_dir(taking(folder)).await {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut rooms = Vec::new();
    while let Some(entry) = entries.next_entry().await? {
        let Some(id) = entry.file_name().to_str().and_then(|name| Uuid::parse_str(name).ok()) else {
            continue;
        };
        // Only an empty directory can be removed.
        if tokio::fs::remove_dir(entry.path()).await.is_err() {
            rooms.push((id, entry.path()));
        }
    }
    Ok(rooms)
}

/// Begins a file as an import: where it lies now. None: somebody else has it.
pub(super) async fn begin(folder: &Folder, file: &File, id: Uuid) -> io::Result<Option<PathBuf>> {
    let room = taking(folder).join(id.to_string());
    tokio::fs::create_dir_all(&room).await?;
    let to = room.join(file.path.file_name().unwrap_or_else(|| OsStr::new("file")));
    match tokio::fs::rename(&file.path, &to).await {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        moved => moved.map(|()| Some(to)),
    }
}

/// Where a file will be put: in `done` by months (None: in `failed`), under a name that nobody has there.
pub(super) async fn place(folder: &Folder, name: &str, month: Option<&str>) -> io::Result<PathBuf> {
    let directory = match month {
        Some(month) => folder.path.join("done").join(month),
        None => folder.path.join("failed"),
    };
    let path = Path::new(name);
    let stem = path.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
    let ending = path.extension().map(|e| format!(".{}", e.to_string_lossy())).unwrap_or_default();
    free_place(&directory, &stem, &ending).await
}

/// A name in a directory that nobody has there: this stem, with a number if need be, and this ending.
pub(in crate::service) async fn free_place(
    directory: &Path,
    stem: &str,
    ending: &str,
) -> io::Result<PathBuf> {
    tokio::fs::create_dir_all(directory).await?;
    let stem = &stem[..stem.floor_char_boundary(NAME_BYTES.saturating_sub(ending.len()).max(1))];
    let mut to = directory.join(format!("{stem}{ending}"));
    let mut number = 1;
    while tokio::fs::try_exists(&to).await? {
        number += 1;
        to = directory.join(format!("{stem} ({number}){ending}"));
    }
    Ok(to)
}

/// Writes the report and moves the file, which comes last: as long as it is begun, the rest is done again.
pub(super) async fn put_away(folder: &Folder, file: &File, ended: &Ended, to: &Path) -> io::Result<()> {
    let beside = |ending: &str| {
        let mut name = to.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    tokio::fs::write(beside(".report.txt"), ended.report()).await?;
    if !ended.problems.is_empty() {
        tokio::fs::write(beside(".problems.csv"), ended.problems_csv()).await?;
    }
    let name = file.path.file_name().unwrap_or_else(|| OsStr::new("file"));
    // Unless another file came meanwhile, whose marker it may be.
    if let Some(marker) = &file.marker
        && !tokio::fs::try_exists(folder.path.join(name)).await?
    {
        gone(tokio::fs::remove_file(marker).await)?;
    }
    // Another replica may be faster.
    gone(tokio::fs::rename(&file.path, to).await)?;
    if let Some(room) = file.path.parent() {
        // A second file of the same content may be in it.
        let _left = tokio::fs::remove_dir(room).await;
    }
    Ok(())
}

/// What isn't there any more needs nothing.
fn gone(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}
