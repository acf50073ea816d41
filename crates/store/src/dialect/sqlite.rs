//! The embedded database. WAL with full fsync; readers never wait for the writer.
use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use rusqlite::functions::{Aggregate, Context, FunctionFlags};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags};

use super::Access;
use crate::cell::{Cell, Row};
use crate::error::Result;

/// Distinct statements kept prepared on each connection.
const STATEMENTS_MAX: usize = 256;

/// Another process may hold the write lock as long as a whole import takes.
const BUSY: Duration = Duration::from_secs(120);

/// Pages kept in memory, in KiB: on every connection, and by the writer while it has a long transaction.
const CACHE_KIB: u32 = 8_000;
const BULK_CACHE_KIB: u32 = 256_000;

/// A connection to the file.
pub struct Sqlite {
    connection: Connection,
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Cell::Null => ValueRef::Null,
            Cell::Int(n) => ValueRef::Integer(*n),
            Cell::Text(text) => ValueRef::Text(text.as_bytes()),
            Cell::Bytes(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl Sqlite {
    pub fn open(path: &Path, access: Access) -> Result<Self> {
        let flags = match access {
            Access::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
            Access::Write => OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        };
        let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(BUSY)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
        if access == Access::Write {
            connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")?;
        }
        connection
            .execute_batch(&format!("PRAGMA cache_size = -{CACHE_KIB}; PRAGMA temp_store = MEMORY;"))?;
        connection.create_aggregate_function("add_up", 5, FunctionFlags::SQLITE_UTF8, AddUp)?;
        Ok(Self { connection })
    }

    /// Takes the memory that a long transaction needs, or gives it back.
    pub fn expect_bulk(&mut self, bulk: bool) -> Result<()> {
        let pragmas = match bulk {
            true => format!("PRAGMA cache_size = -{BULK_CACHE_KIB};"),
            false => format!("PRAGMA cache_size = -{CACHE_KIB}; PRAGMA shrink_memory;"),
        };
        Ok(self.connection.execute_batch(&pragmas)?)
    }

    pub fn batch(&mut self, sql: &str) -> Result<()> {
        // One prepared statement is the common case (BEGIN, SAVEPOINT, COMMIT …); a script has semicolons inside.
        if sql.contains(';') {
            return Ok(self.connection.execute_batch(sql)?);
        }
        self.connection.prepare_cached(sql)?.raw_execute()?;
        Ok(())
    }

    pub fn query(&mut self, sql: &str, params: &[Cell]) -> Result<Vec<Row>> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let width = statement.column_count();
        for (at, param) in params.iter().enumerate() {
            statement.raw_bind_parameter(at + 1, param)?;
        }
        let mut rows = statement.raw_query();
        let mut answer = Vec::new();
        while let Some(row) = rows.next()? {
            let mut cells = Vec::with_capacity(width);
            for at in 0..width {
                cells.push(match row.get_ref(at)? {
                    ValueRef::Null => Cell::Null,
                    ValueRef::Integer(n) => Cell::Int(n),
                    ValueRef::Text(text) => Cell::Text(String::from_utf8_lossy(text).into_owned()),
                    ValueRef::Blob(bytes) => Cell::Bytes(bytes.to_owned()),
                    ValueRef::Real(real) => {
                        let message = format!("a float ({real}) where only whole numbers are kept");
                        return Err(crate::StoreError::Corrupt(message));
                    }
                });
            }
            answer.push(Row(cells));
        }
        Ok(answer)
    }

    pub fn execute(&mut self, sql: &str, params: &[Cell]) -> Result<u64> {
        let mut statement = self.connection.prepare_cached(sql)?;
        for (at, param) in params.iter().enumerate() {
            statement.raw_bind_parameter(at + 1, param)?;
        }
        Ok(statement.raw_execute()? as u64)
    }

    pub fn forget(&mut self) {
        self.connection.flush_prepared_statement_cache();
    }
}

/// `add_up(area, body, month, weight, counts)`: a JSON list of `[area, body, month, counting, whole]`, in no order.
struct AddUp;

/// Area, then body and month, then counting and whole.
type Sums = HashMap<Box<str>, HashMap<(i64, i64), (i64, i64)>>;

impl Aggregate<Sums, String> for AddUp {
    fn init(&self, _: &mut Context<'_>) -> rusqlite::Result<Sums> {
        Ok(Sums::new())
    }

    fn step(&self, row: &mut Context<'_>, sums: &mut Sums) -> rusqlite::Result<()> {
        let area =
            row.get_raw(0).as_str().map_err(|error| rusqlite::Error::UserFunctionError(error.into()))?;
        let (weight, counts): (i64, i64) = (row.get(3)?, row.get(4)?);
        if !sums.contains_key(area) {
            sums.insert(area.into(), HashMap::new());
        }
        if let Some(of_area) = sums.get_mut(area) {
            let (counting, whole) = of_area.entry((row.get(1)?, row.get(2)?)).or_default();
            *counting += weight * counts;
            *whole += weight;
        }
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, sums: Option<Sums>) -> rusqlite::Result<String> {
        let sums = sums.unwrap_or_default();
        let rows: Vec<(&str, i64, i64, i64, i64)> = sums
            .iter()
            .flat_map(|(area, of_area)| {
                let row = move |((body, month), (counting, whole)): (&(i64, i64), &(i64, i64))| {
                    (area.as_ref(), *body, *month, *counting, *whole)
                };
                of_area.iter().map(row)
            })
            .collect();
        serde_json::to_string(&rows).map_err(|error| rusqlite::Error::UserFunctionError(error.into()))
    }
}
