//! The house as a test meets it, built upon the URL of a fresh database. How the database comes
//! about is in `sqlite.rs` and `postgres.rs`.

use migrations::{Migrator, MigratorTrait as _};
use sea_orm::{ConnectOptions, Database};

/// A whole house on one database.
pub struct House {
    /// Where the database is: `sqlite://…` or `postgres://…`.
    pub url: String,
}

impl House {
    /// Builds a house upon a migrated database.
    pub fn new(url: &str) -> Self {
        Self { url: url.to_owned() }
    }
}

/// Brings the tables of the database at `url` to today's form.
pub async fn migrate(url: String) {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let connection = Database::connect(options).await.expect("a database that was just made can be opened");
    Migrator::up(&connection, None).await.expect("the migrations run on an empty database");
    connection.close().await.expect("an idle connection closes");
}
