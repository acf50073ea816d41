//! What can go wrong in the store, one variant for each thing a caller can do about it.
use std::path::PathBuf;

use shian_pack::value::RecordId;

/// Everything the store answers besides what was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Someone saved the record in between; read it again and decide.
    #[error("record {record} of {register} is at version {current} by now")]
    Stale { register: String, record: RecordId, current: i64 },
    /// Another live record has the same values in these fields.
    #[error("another record of {register} has the same {}", fields.join(", "))]
    Conflict { register: String, fields: Vec<String> },
    /// No such record, or not for these eyes.
    #[error("no record {record} in {register}")]
    Missing { register: String, record: RecordId },
    /// The register's tables were never made: apply the pack.
    #[error("register {0} has no tables here; apply the pack first")]
    Unapplied(String),
    /// The register has no such field or fixed column.
    #[error("register {register} has no field {field}")]
    NoField { register: String, field: String },
    /// The changed pack would lose data; each line says what.
    #[error("the change would lose data:\n{}", .0.join("\n"))]
    Loss(Vec<String>),
    /// The changed pack cannot be applied to the records that are there, whatever is allowed.
    #[error("the change does not fit the records:\n{}", .0.join("\n"))]
    Blocked(Vec<String>),
    /// An expression that no query can answer.
    #[error("this expression cannot be asked of the database: {0}")]
    Filter(String),
    /// A cursor that was not made for this list.
    #[error("this place in the list does not exist any more")]
    Cursor,
    /// What is stored is not what was declared.
    #[error("stored data is not as declared: {0}")]
    Corrupt(String),
    /// The database was written by a newer program.
    #[error("the database is at step {found}, this program knows {known}; use the newer program")]
    Newer { found: i64, known: i64 },
    /// The act itself went well, but its group could not be committed: nothing of it is there.
    #[error("nothing was saved: {0}")]
    NotCommitted(String),
    /// The writer has stopped, or the act broke off.
    #[error("the act broke off and nothing was saved")]
    BrokenOff,
    /// No attachment with this hash.
    #[error("no attachment {0}")]
    NoFile(String),
    /// The place to restore into is not empty, or the backup is not one.
    #[error("cannot restore: {0}")]
    Restore(String),
    /// A program of the database could not be run (`pg_dump`, `pg_restore`).
    #[error("{program} failed: {message}")]
    Program { program: &'static str, message: String },
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error("SQLite: {0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("PostgreSQL: {}", postgres_words(.0))]
    Postgres(#[from] tokio_postgres::Error),
}

/// The server's own words; tokio-postgres itself only says "db error".
fn postgres_words(error: &tokio_postgres::Error) -> String {
    error
        .as_db_error()
        .map_or_else(|| error.to_string(), |db| format!("{} ({})", db.message(), db.code().code()))
}

/// Answer of the store.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

/// `std::io::Error` with the path it happened at.
pub(crate) trait AtPath<T> {
    fn at(self, path: &std::path::Path) -> Result<T>;
}

impl<T> AtPath<T> for std::io::Result<T> {
    fn at(self, path: &std::path::Path) -> Result<T> {
        self.map_err(|source| StoreError::Io { path: path.to_owned(), source })
    }
}
