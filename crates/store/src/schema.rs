//! The system's own tables: numbered scripts, forward only, each run once in a transaction of its own.
//!
//! A script is written once for both databases; `{int}`, `{text}`, `{bytes}`, `{strict}` (a table with a rowid), `{keyed}`
//! (a table that is its primary key) and `{zeros}` (32 zero bytes) are worded for the one at hand.
use crate::dialect::{Access, Connection, Dialect};
use crate::error::{Result, StoreError};

/// In order; never change one that has landed, add the next.
const SCRIPTS: &[&str] = &[
    include_str!("../schema/0001_core.sql"),
    include_str!("../schema/0002_account.sql"),
    include_str!("../schema/0003_verdict.sql"),
];

fn worded(script: &str, dialect: Dialect) -> String {
    let (keyed, zeros) = match dialect {
        Dialect::Sqlite => (" STRICT, WITHOUT ROWID", "zeroblob(32)"),
        Dialect::Postgres => ("", "decode(repeat('00', 32), 'hex')"),
    };
    script
        .replace("{int}", dialect.integer())
        .replace("{text}", dialect.text())
        .replace("{bytes}", dialect.bytes())
        .replace("{strict}", dialect.strict())
        .replace("{keyed}", keyed)
        .replace("{zeros}", zeros)
}

/// The number of the last script that ran here; 0 in an empty database.
fn step(connection: &mut Connection) -> Result<i64> {
    let known = match connection.dialect() {
        Dialect::Sqlite => "SELECT count(*) FROM sqlite_schema WHERE name = 'schema_step'",
        Dialect::Postgres => {
            "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'schema_step'"
        }
    };
    let exists = connection.query(known, &[])?.first().map_or(Ok(0), |row| row.int(0))? > 0;
    if !exists {
        return Ok(0);
    }
    connection
        .query("SELECT coalesce(max(step), 0) FROM schema_step", &[])?
        .first()
        .map_or(Ok(0), |row| row.int(0))
}

/// Brings the system tables to what this program knows.
pub fn upgrade(connection: &mut Connection) -> Result<()> {
    let known = SCRIPTS.len() as i64;
    if step(connection)? == known {
        return Ok(());
    }
    for (at, script) in SCRIPTS.iter().enumerate() {
        let number = at as i64 + 1;
        connection.begin(Access::Write)?;
        let done = run(connection, number, script);
        connection.batch(if done.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
        done?;
    }
    match step(connection)? {
        found if found > known => Err(StoreError::Newer { found, known }),
        _ => Ok(()),
    }
}

/// Runs one script, unless another process has just done it.
fn run(connection: &mut Connection, number: i64, script: &str) -> Result<()> {
    let dialect = connection.dialect();
    if dialect == Dialect::Postgres {
        connection.batch("SELECT pg_advisory_xact_lock(5372)")?;
    }
    if step(connection)? >= number {
        return Ok(());
    }
    if number == 1 {
        connection.batch(&worded("CREATE TABLE schema_step (step {int} PRIMARY KEY){strict}", dialect))?;
    }
    connection.batch(&worded(script, dialect))?;
    connection.execute("INSERT INTO schema_step VALUES ($1)", &[number.into()]).map(|_| ())
}
