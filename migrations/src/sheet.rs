//! How a table is written down: one line a column, the same on SQLite and PostgreSQL.
//!
//! Migrations that were released use what is here, so nothing here changes its meaning: a new need is a
//! new method. No table and no column of the house is named here.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{DbBackend, QueryResult, Statement};

/// A table with its constraints and indexes, all named: `fk_`, `ck_`, `uq_`, `ix_`, table, columns.
pub struct Sheet {
    name: &'static str,
    backend: DbBackend,
    table: TableCreateStatement,
    indexes: Vec<IndexCreateStatement>,
}

impl Sheet {
    /// An empty sheet.
    pub fn new(manager: &SchemaManager<'_>, name: &'static str) -> Self {
        let table = Table::create().table(name).take();
        Self { name, backend: manager.get_database_backend(), table, indexes: Vec::new() }
    }

    /// The primary key `id`, a UUID.
    pub fn id(self) -> Self {
        self.put(ColumnDef::new("id").uuid().not_null().primary_key())
    }

    /// The primary key `seq`, drawn by the database and never drawn twice. `integer … AUTOINCREMENT` on
    /// SQLite; on PostgreSQL an identity column, whose sequence keeps no cache: later draws are greater.
    pub fn sequence(self) -> Self {
        self.put(ColumnDef::new("seq").big_integer().not_null().auto_increment().primary_key())
    }

    /// A UUID.
    pub fn uuid(self, name: &'static str) -> Self {
        self.put(ColumnDef::new(name).uuid().not_null())
    }

    /// A UUID or none.
    pub fn uuid_null(self, name: &'static str) -> Self {
        self.put(ColumnDef::new(name).uuid().null())
    }

    /// A text, compared and sorted byte by byte.
    pub fn text(self, name: &'static str) -> Self {
        let mut column = self.bytewise(name);
        self.put(column.not_null())
    }

    /// A text or none, compared and sorted byte by byte.
    pub fn text_null(self, name: &'static str) -> Self {
        let mut column = self.bytewise(name);
        self.put(column.null())
    }

    /// One of these words.
    pub fn words(self, name: &'static str, words: &[&'static str]) -> Self {
        self.text(name).among(name, words)
    }

    /// One of these words, or none.
    pub fn words_null(self, name: &'static str, words: &[&'static str]) -> Self {
        self.text_null(name).among(name, words)
    }

    /// An instant.
    pub fn instant(self, name: &'static str) -> Self {
        self.put(ColumnDef::new(name).timestamp_with_time_zone().not_null())
    }

    /// An instant or none.
    pub fn instant_null(self, name: &'static str) -> Self {
        self.put(ColumnDef::new(name).timestamp_with_time_zone().null())
    }

    /// A day.
    pub fn day(self, name: &'static str) -> Self {
        self.put(ColumnDef::new(name).date().not_null())
    }

    /// A day or none.
    pub fn day_null(self, name: &'static str) -> Self {
        self.put(ColumnDef::new(name).date().null())
    }

    /// A whole number of 32 bits.
    pub fn integer(self, name: &'static str) -> Self {
        self.put(ColumnDef::new(name).integer().not_null())
    }

    /// A whole number of 32 bits, or none.
    pub fn integer_null(self, name: &'static str) -> Self {
        self.put(ColumnDef::new(name).integer().null())
    }

    /// A whole number of 64 bits: counts and đồng.
    pub fn big_integer(self, name: &'static str) -> Self {
        self.put(ColumnDef::new(name).big_integer().not_null())
    }

    /// A whole number of 64 bits, or none.
    pub fn big_integer_null(self, name: &'static str) -> Self {
        self.put(ColumnDef::new(name).big_integer().null())
    }

    /// Yes or no.
    pub fn flag(self, name: &'static str) -> Self {
        self.put(ColumnDef::new(name).boolean().not_null())
    }

    /// Bytes.
    pub fn bytes(self, name: &'static str) -> Self {
        self.put(ColumnDef::new(name).blob().not_null())
    }

    /// Bytes or none.
    pub fn bytes_null(self, name: &'static str) -> Self {
        self.put(ColumnDef::new(name).blob().null())
    }

    /// A primary key of several columns, or of one that isn't `id`.
    pub fn primary_key(mut self, columns: &[&'static str]) -> Self {
        let mut key = Index::create().name(format!("pk_{}", self.name)).take();
        for column in columns {
            key.col(*column);
        }
        self.table.primary_key(&mut key);
        self
    }

    /// A foreign key. It must be written here: SQLite adds none to a table that stands.
    pub fn reference(mut self, column: &'static str, table: &'static str, key: &'static str) -> Self {
        let mut reference = ForeignKey::create()
            .name(format!("fk_{}_{column}", self.name))
            .from(self.name, column)
            .to(table, key)
            .take();
        self.table.foreign_key(&mut reference);
        self
    }

    /// No two rows alike in these columns. Rows with a NULL among them are never alike.
    pub fn unique(mut self, columns: &[&'static str]) -> Self {
        let index = self.over("uq", columns).unique().take();
        self.indexes.push(index);
        self
    }

    /// No two rows alike in these columns among those in which `unset` is NULL.
    pub fn unique_where_unset(mut self, unset: &'static str, columns: &[&'static str]) -> Self {
        let index = self.over("uq", columns).unique().and_where(Expr::col(unset).is_null()).take();
        self.indexes.push(index);
        self
    }

    /// An index.
    pub fn index(mut self, columns: &[&'static str]) -> Self {
        let index = self.over("ix", columns);
        self.indexes.push(index);
        self
    }

    /// An index over the rows in which `set` isn't NULL. A comparison of that column with a bound value
    /// is enough for either planner to take it; a condition on a flag would need the literal.
    pub fn index_where_set(mut self, set: &'static str, columns: &[&'static str]) -> Self {
        let index = self.over("ix", columns).and_where(Expr::col(set).is_not_null()).take();
        self.indexes.push(index);
        self
    }

    /// Rows lie in the order of the primary key where the engine can do that (SQLite).
    pub fn clustered(mut self) -> Self {
        if self.backend == DbBackend::Sqlite {
            self.table.extra("WITHOUT ROWID");
        }
        self
    }

    /// Creates the table and its indexes.
    pub async fn create(self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        manager.create_table(self.table).await?;
        for index in self.indexes {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    fn put(mut self, column: &mut ColumnDef) -> Self {
        self.table.col(column.take());
        self
    }

    /// SQLite compares texts byte by byte. PostgreSQL does as the database's locale says, which would sort
    /// codes otherwise and page otherwise.
    fn bytewise(&self, name: &'static str) -> ColumnDef {
        let mut column = ColumnDef::new(name).text().take();
        if self.backend == DbBackend::Postgres {
            column.extra(r#"COLLATE "C""#);
        }
        column
    }

    fn among(mut self, name: &'static str, words: &[&'static str]) -> Self {
        let check =
            Check::named(format!("ck_{}_{name}", self.name), Expr::col(name).is_in(words.iter().copied()));
        self.table.check(check);
        self
    }

    fn over(&self, prefix: &str, columns: &[&'static str]) -> IndexCreateStatement {
        let name = format!("{prefix}_{}_{}", self.name, columns.join("_"));
        let mut index = Index::create().name(name).table(self.name).take();
        for column in columns {
            index.col(*column);
        }
        index
    }
}

/// Lets columns of words hold more of them: each column with the words that it held and those that are new. Rows, other
/// columns and indexes stay as they are, whichever they are by now.
pub async fn widen(
    manager: &SchemaManager<'_>,
    table: &'static str,
    columns: &[(&'static str, &[&'static str], &[&'static str])],
) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let listed = |words: &[&str]| words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(", ");
    if manager.get_database_backend() == DbBackend::Postgres {
        for (column, known, new) in columns {
            let (name, words) = (format!("ck_{table}_{column}"), listed(&[*known, *new].concat()));
            connection
                .execute_unprepared(&format!(
                    r#"ALTER TABLE "{table}" DROP CONSTRAINT "{name}", ADD CONSTRAINT "{name}" CHECK ("{column}" IN ({words}))"#
                ))
                .await?;
        }
        return Ok(());
    }
    // SQLite changes no CHECK of a table that stands: the table is made anew by its own words.
    let read = |what: &str, of: &str| {
        let sql = format!(
            "SELECT sql FROM sqlite_master WHERE type = '{what}' AND {of} = '{table}' AND sql IS NOT NULL"
        );
        Statement::from_string(DbBackend::Sqlite, sql)
    };
    let statements = |rows: Vec<QueryResult>| {
        rows.iter().map(|row| row.try_get_by_index::<String>(0)).collect::<Result<Vec<_>, _>>()
    };
    let mut made = statements(connection.query_all_raw(read("table", "name")).await?)?.join("");
    let indexes = statements(connection.query_all_raw(read("index", "tbl_name")).await?)?;
    let swap = |text: &mut String, old: &str, new: &str| match text.find(old) {
        Some(at) => {
            text.replace_range(at..at + old.len(), new);
            Ok(())
        }
        None => Err(DbErr::Migration(format!("{table} isn't made with {old}"))),
    };
    for (column, known, new) in columns {
        let old = format!(r#""{column}" IN ({})"#, listed(known));
        swap(&mut made, &old, &format!(r#""{column}" IN ({})"#, listed(&[*known, *new].concat())))?;
    }
    swap(&mut made, &format!(r#"CREATE TABLE "{table}""#), &format!(r#"CREATE TABLE "{table}_wide""#))?;
    let fill = format!(r#"INSERT INTO "{table}_wide" SELECT * FROM "{table}""#);
    let drop = format!(r#"DROP TABLE "{table}""#);
    let rename = format!(r#"ALTER TABLE "{table}_wide" RENAME TO "{table}""#);
    for statement in [made, fill, drop, rename].into_iter().chain(indexes) {
        connection.execute_unprepared(&statement).await?;
    }
    Ok(())
}
