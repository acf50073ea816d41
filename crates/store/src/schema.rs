//! The system's own tables: numbered scripts, forward only, each run once in a transaction of its own. Numbers may leave gaps:
//! what counts is which of them ran here.
//!
//! A script is written once for both databases; `{int}`, `{text}`, `{bytes}`, `{strict}` (a table with a rowid), `{keyed}`
//! (a table that is its primary key) and `{zeros}` (32 zero bytes) are worded for the one at hand.
use crate::dialect::{Access, Connection, Dialect};
use crate::error::{Result, StoreError};

/// By their numbers, in order; never change one that has landed, add another.
const SCRIPTS: &[(i64, &str)] = &[
    (1, include_str!("../schema/0001_core.sql")),
    (2, include_str!("../schema/0002_account.sql")),
    (3, include_str!("../schema/0003_verdict.sql")),
    (5, include_str!("../schema/0005_notice.sql")),
    (6, include_str!("../schema/0006_programs.sql")),
    (9, include_str!("../schema/0009_applied.sql")),
    (10, include_str!("../schema/0010_webhook.sql")),
    (11, include_str!("../schema/0011_own_account.sql")),
    (15, include_str!("../schema/0015_waiting.sql")),
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

/// The numbers of the scripts that ran here; none in an empty database.
fn steps(connection: &mut Connection) -> Result<Vec<i64>> {
    let known = match connection.dialect() {
        Dialect::Sqlite => "SELECT count(*) FROM sqlite_schema WHERE name = 'schema_step'",
        Dialect::Postgres => {
            "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'schema_step'"
        }
    };
    let exists = connection.query(known, &[])?.first().map_or(Ok(0), |row| row.int(0))? > 0;
    if !exists {
        return Ok(Vec::new());
    }
    let rows = connection.query("SELECT step FROM schema_step ORDER BY step", &[])?;
    rows.iter().map(|row| row.int(0)).collect()
}

/// Brings the system tables to what this program knows.
pub fn upgrade(connection: &mut Connection) -> Result<()> {
    let known = SCRIPTS.last().map_or(0, |(number, _)| *number);
    let ran = steps(connection)?;
    if let Some(found) = ran.last().copied().filter(|found| *found > known) {
        return Err(StoreError::Newer { found, known });
    }
    for (number, script) in SCRIPTS.iter().filter(|(number, _)| !ran.contains(number)) {
        connection.begin(Access::Write)?;
        let done = run(connection, *number, script);
        connection.batch(if done.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
        done?;
    }
    Ok(())
}

/// Runs one script, unless another process has just done it.
fn run(connection: &mut Connection, number: i64, script: &str) -> Result<()> {
    let dialect = connection.dialect();
    if dialect == Dialect::Postgres {
        connection.batch("SELECT pg_advisory_xact_lock(5372)")?;
    }
    if steps(connection)?.contains(&number) {
        return Ok(());
    }
    if number == 1 {
        connection.batch(&worded("CREATE TABLE schema_step (step {int} PRIMARY KEY){strict}", dialect))?;
    }
    connection.batch(&worded(script, dialect))?;
    connection.execute("INSERT INTO schema_step VALUES ($1)", &[number.into()]).map(|_| ())
}
