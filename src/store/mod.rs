//! The archive: the only room that speaks SQL.
//!
//! Two doors: [`Store::begin`] opens a write transaction, [`Store::read`] a consistent snapshot that
//! never waits for a writer. Whoever opens a door closes it: only the service commits. The events are
//! the truth; projections, ledger and notices are written beside them in the same transaction.

pub mod applicants;
pub mod audit;
pub mod calendars;
pub mod certificates;
pub mod commitments;
pub mod contributions;
pub mod declared_figures;
pub mod documents;
pub mod dossiers;
pub mod entity;
mod error;
pub mod events;
pub mod figures;
pub mod holdings;
pub mod imports;
pub mod incidents;
pub mod keys;
pub mod mail_attempts;
pub mod members;
pub mod notices;
pub mod officials;
pub mod opinions;
pub mod outbox;
pub mod payments;
pub mod period_reports;
pub mod petitions;
pub mod procedures;
pub mod proposals;
pub mod query;
pub mod reconciliations;
pub mod records;
pub mod references;
pub mod reminder_rules;
pub mod report_forms;
pub mod reports;
pub mod requests;
pub mod rules;
pub mod scratch;
pub mod slots;
pub mod snoozes;
pub mod source_names;
pub mod sources;
pub mod state;
pub mod subjects;
pub mod suppressions;
pub mod surveys;
pub mod targets;
pub mod tasks;
pub mod troubles;
pub mod units;

use std::time::Duration;

use migrations::{Migrator, MigratorTrait};
use sea_orm::{
    AccessMode, ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection,
    DatabaseTransaction, IsolationLevel, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait,
};

use sha2::{Digest, Sha256};
use uuid::Uuid;

pub use error::StoreError;

/// Key of the advisory lock that write transactions share and a cut takes alone.
const LEDGER_LOCK: i64 = 0x0062_6f6e_726f_0001;
/// Key of the advisory lock of those who fold figures.
const FOLD_LOCK: i64 = 0x0062_6f6e_726f_0005;
/// Key of the advisory lock of those who change a rule.
const RULES_LOCK: i64 = 0x0062_6f6e_726f_0004;
/// Key of the advisory lock held while migrating.
const MIGRATION_LOCK: i64 = 0x0062_6f6e_726f_0002;

/// How long a connection to PostgreSQL may have lain idle without being asked whether it still stands.
const TRUSTED: Duration = Duration::from_millis(500);

/// Before the number of a request: their advisory locks are of two numbers.
const REQUESTS_LOCK: i32 = 1;
/// Before the number of a source whose imports are moved.
const IMPORTS_LOCK: i32 = 2;
/// Key of the advisory lock of those who draw codes.
const CODES_LOCK: i64 = 0x0062_6f6e_726f_0003;

/// The archive.
#[derive(Debug, Clone)]
pub struct Store {
    writer: DatabaseConnection,
    reader: DatabaseConnection,
}

/// A write transaction. Dropping it rolls back; only [`Tx::commit`] keeps the work.
#[must_use]
#[derive(Debug)]
pub struct Tx(DatabaseTransaction);

/// A consistent snapshot to read from.
#[must_use]
#[derive(Debug)]
pub struct Snapshot(DatabaseTransaction);

/// Either door, for what only reads.
pub trait Door: Send + Sync {
    /// The transaction behind it; for the store's own use.
    #[doc(hidden)]
    fn conn(&self) -> &DatabaseTransaction;
}

impl Door for Tx {
    fn conn(&self) -> &DatabaseTransaction {
        &self.0
    }
}

impl Door for Snapshot {
    fn conn(&self) -> &DatabaseTransaction {
        &self.0
    }
}

impl Tx {
    /// Waits until no twin of a request is under way, until the end of this transaction: its answer is seen then.
    async fn no_twin_of(&self, request_id: Uuid) -> Result<(), StoreError> {
        self.alone_with(REQUESTS_LOCK, request_id.as_bytes()).await
    }

    /// Waits until nobody else moves an import of the source, until the end of this transaction.
    async fn moves_imports_of(&self, source: &str) -> Result<(), StoreError> {
        self.alone_with(IMPORTS_LOCK, source.as_bytes()).await
    }

    /// Holds what is called so among the things of a lock, until the end of this transaction. SQLite has one writer
    /// anyway.
    async fn alone_with(&self, lock: i32, name: &[u8]) -> Result<(), StoreError> {
        if self.0.get_database_backend() == DatabaseBackend::Postgres {
            // Callers draw these names. Locks of two numbers are apart from those of one: none of them is the ledger's.
            let [a, b, c, d, ..] = <[u8; 32]>::from(Sha256::digest(name));
            let values = [lock.into(), i32::from_be_bytes([a, b, c, d]).into()];
            let sql = "SELECT pg_advisory_xact_lock($1, $2)";
            self.0
                .execute_raw(Statement::from_sql_and_values(DatabaseBackend::Postgres, sql, values))
                .await?;
        }
        Ok(())
    }

    /// Waits until nobody else draws codes, until the end of this transaction: what was drawn before is seen.
    /// SQLite has one writer anyway.
    async fn draws_codes(&self) -> Result<(), StoreError> {
        if self.0.get_database_backend() == DatabaseBackend::Postgres {
            lock(&self.0, "SELECT pg_advisory_xact_lock($1)", CODES_LOCK).await?;
        }
        Ok(())
    }

    /// Keeps the work.
    pub async fn commit(self) -> Result<(), StoreError> {
        Ok(self.0.commit().await?)
    }
}

/// Connections to the database and how long is waited.
#[derive(Debug, Clone, Copy)]
pub struct Pool {
    /// Connections that read; on PostgreSQL all of them.
    pub connections: u32,
    /// The longest wait for a connection, and on SQLite for the one that writes.
    pub acquire: Duration,
    /// The longest that one statement takes, on PostgreSQL.
    pub statement: Duration,
}

impl Default for Pool {
    fn default() -> Self {
        Self { connections: 4, acquire: Duration::from_secs(10), statement: Duration::from_secs(30) }
    }
}

impl Store {
    /// Opens the archive at a URL: `sqlite:PATH` (made if missing) or `postgres://…`.
    pub async fn connect(url: &str, pool: Pool) -> Result<Self, StoreError> {
        if url.starts_with("sqlite:") {
            Self::connect_sqlite(url, pool).await
        } else {
            // Two at least: one holds the lock beside the migrations.
            let mut options = options(url, pool.connections.max(2), pool);
            // After a restart of the database each kept connection would fail one caller. One that was in use a moment ago
            // isn't asked: within that time no database restarts, and asking each time is a way there and back.
            options.test_before_acquire_if_idle_for(TRUSTED);
            // The server ends what takes longer; a client that is gone doesn't hold its rows.
            options.map_sqlx_postgres_opts(move |o| {
                o.options([("statement_timeout", format!("{}ms", pool.statement.as_millis()))])
            });
            let pool = Database::connect(options).await?;
            Ok(Self { writer: pool.clone(), reader: pool })
        }
    }

    async fn connect_sqlite(url: &str, pool: Pool) -> Result<Self, StoreError> {
        let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
        let path = path.split('?').next().unwrap_or(path);
        let open = |most: u32, create: bool, cache: &'static str| {
            let mut options = options(&format!("sqlite://{path}?mode=rwc"), most, pool);
            options.map_sqlx_sqlite_opts(move |o| {
                // FULL: an acknowledged write survives a power cut; the reminders depend on it.
                o.create_if_missing(create)
                    .busy_timeout(pool.acquire)
                    .foreign_keys(true)
                    .pragma("journal_mode", "WAL")
                    .pragma("synchronous", "FULL")
                    .pragma("cache_size", cache)
                    // Pages: 32 MiB. What a batch touches again and again is carried over once.
                    .pragma("wal_autocheckpoint", "8192")
                    .pragma("temp_store", "MEMORY")
            });
            Database::connect(options)
        };
        // One writer: with more they only wait for each other, some for seconds. Its pages are its own, and what is far
        // apart in a table (the notices of one person) is written anew for each mail: it keeps more of them.
        let writer = open(1, true, "-48000").await?;
        let reader = open(pool.connections.max(2), false, "-16000").await?;
        Ok(Self { writer, reader })
    }

    /// Which engine.
    pub fn is_postgres(&self) -> bool {
        self.writer.get_database_backend() == DatabaseBackend::Postgres
    }

    /// Has PostgreSQL look at how the rows of a table are spread that has just grown a lot. Left alone it does so within
    /// minutes; until then it takes each column to hold two hundred different values, and finds a thousand rows among
    /// a hundred thousand by reading them all. SQLite plans by the indexes alone.
    pub async fn look_at_spread(&self, table: &'static str) {
        if self.is_postgres()
            && let Err(error) = self.writer.execute_unprepared(&format!("ANALYZE {table}")).await
        {
            tracing::warn!(table, %error, "the engine could not look at the rows of a table");
        }
    }

    /// Brings the tables up to date and names what was applied. Several replicas may call it at once.
    pub async fn migrate(&self) -> Result<Vec<String>, StoreError> {
        if self.is_postgres() {
            // The migrator takes no lock of its own: hold one in a transaction beside it.
            let guard = self.writer.begin().await?;
            lock(&guard, "SELECT pg_advisory_xact_lock($1)", MIGRATION_LOCK).await?;
            let applied = self.up().await?;
            guard.commit().await?;
            Ok(applied)
        } else {
            self.up().await
        }
    }

    async fn up(&self) -> Result<Vec<String>, StoreError> {
        let pending = Migrator::get_pending_migrations(&self.writer).await?;
        Migrator::up(&self.writer, None).await?;
        Ok(pending.iter().map(|m| m.name().to_owned()).collect())
    }

    /// Opens a write transaction.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        // SQLite: take the write lock now. A deferred transaction that reads first fails with
        // SQLITE_BUSY_SNAPSHOT, which no busy timeout waits for.
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let tx = self.writer.begin_with_options(options).await?;
        if self.is_postgres() {
            // Shared with all writers; a cut takes it alone, so numbers up to it are all committed.
            lock(&tx, "SELECT pg_advisory_xact_lock_shared($1)", LEDGER_LOCK).await?;
        }
        Ok(Tx(tx))
    }

    /// Opens a consistent snapshot.
    pub async fn read(&self) -> Result<Snapshot, StoreError> {
        let options = if self.is_postgres() {
            TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                sqlite_transaction_mode: None,
            }
        } else {
            TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Deferred),
                ..TransactionOptions::default()
            }
        };
        Ok(Snapshot(self.reader.begin_with_options(options).await?))
    }

    /// Opens a transaction that waits until no writer is under way and lets none begin: a cut.
    pub(super) async fn begin_alone(&self) -> Result<Tx, StoreError> {
        if !self.is_postgres() {
            return self.begin().await;
        }
        let tx = self.writer.begin().await?;
        lock(&tx, "SELECT pg_advisory_xact_lock($1)", LEDGER_LOCK).await?;
        Ok(Tx(tx))
    }

    /// Closes all connections.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.reader.clone().close().await?;
        Ok(self.writer.clone().close().await?)
    }
}

fn options(url: &str, connections: u32, pool: Pool) -> ConnectOptions {
    let mut options = ConnectOptions::new(url.to_owned());
    options
        .max_connections(connections)
        .acquire_timeout(pool.acquire)
        .test_before_acquire(false)
        .sqlx_logging(false)
        .record_stmt_in_spans(false);
    options
}

/// Holds `key` alone to the end of the transaction, so that what is read next is what is written upon. SQLite has
/// one writer anyway.
async fn hold_alone(tx: &Tx, key: i64) -> Result<(), StoreError> {
    if tx.0.get_database_backend() == DatabaseBackend::Postgres {
        lock(&tx.0, "SELECT pg_advisory_xact_lock($1)", key).await?;
    }
    Ok(())
}

async fn lock(tx: &DatabaseTransaction, sql: &str, key: i64) -> Result<(), StoreError> {
    tx.execute_raw(Statement::from_sql_and_values(DatabaseBackend::Postgres, sql, [key.into()])).await?;
    Ok(())
}
