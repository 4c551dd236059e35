//! A fresh SQLite file for a test, in a directory that goes when the test ends. A file and not
//! memory: locks, WAL and several connections behave as they will in an office.

use std::future::Future;

use tempfile::TempDir;

/// A migrated database of one test's own; dropping it removes the directory.
pub struct Fresh {
    url: String,
    _directory: TempDir,
}

impl Fresh {
    /// `sqlite://…`, to be opened by whoever builds the house.
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// Makes an empty file and lets `migrate` make its tables.
pub async fn fresh<M, F>(migrate: M) -> Fresh
where
    M: FnOnce(String) -> F,
    F: Future<Output = ()>,
{
    let directory =
        tempfile::Builder::new().prefix("bonro-test-").tempdir().expect("a temporary directory can be made");
    let url = format!("sqlite://{}?mode=rwc", directory.path().join("bonro.db").display());
    migrate(url.clone()).await;
    Fresh { url, _directory: directory }
}
