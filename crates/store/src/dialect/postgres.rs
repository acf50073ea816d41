//! PostgreSQL by tokio-postgres on a runtime of the connection's own: the face stays synchronous, and statements whose
//! answers nobody waits for travel together.
use std::collections::HashMap;
use std::error::Error;

use futures_util::future::try_join_all;
use tokio::runtime::Runtime;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Client, NoTls, Statement};

use crate::cell::{Cell, Row};
use crate::error::{Result, StoreError};

/// Distinct statements kept prepared.
const STATEMENTS_MAX: usize = 256;

/// Statements that travel together at most.
const QUEUE_MAX: usize = 256;

/// A connection to the server.
pub struct Postgres {
    /// `Some` until dropped.
    runtime: Option<Runtime>,
    client: Client,
    statements: HashMap<String, Statement>,
    queued: Vec<(Statement, Vec<Cell>)>,
}

impl Postgres {
    pub fn open(url: &str) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|source| StoreError::Io { path: url.into(), source })?;
        let (client, connection) = runtime.block_on(tokio_postgres::connect(url, NoTls))?;
        runtime.spawn(async move {
            if let Err(error) = connection.await {
                tracing::warn!(%error, "the connection to PostgreSQL ended: {error}");
            }
        });
        Ok(Self { runtime: Some(runtime), client, statements: HashMap::new(), queued: Vec::new() })
    }

    /// Whether the server is gone.
    pub fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    fn wait<T>(&self, work: impl Future<Output = Result<T, tokio_postgres::Error>>) -> Result<T> {
        match &self.runtime {
            Some(runtime) => Ok(runtime.block_on(work)?),
            None => Err(StoreError::BrokenOff),
        }
    }

    fn prepare(&mut self, sql: &str) -> Result<Statement> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        if self.statements.len() >= STATEMENTS_MAX {
            self.statements.clear();
        }
        let statement = self.wait(self.client.prepare(sql))?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    pub fn batch(&mut self, sql: &str) -> Result<()> {
        self.flush()?;
        self.wait(self.client.batch_execute(sql))
    }

    pub fn query(&mut self, sql: &str, params: &[Cell]) -> Result<Vec<Row>> {
        self.flush()?;
        let statement = self.prepare(sql)?;
        let rows = self.wait(self.client.query(&statement, &by_reference(params)))?;
        rows.iter().map(decode).collect()
    }

    pub fn execute(&mut self, sql: &str, params: &[Cell]) -> Result<u64> {
        self.flush()?;
        let statement = self.prepare(sql)?;
        self.wait(self.client.execute(&statement, &by_reference(params)))
    }

    pub fn queue(&mut self, sql: &str, params: Vec<Cell>) -> Result<()> {
        let statement = self.prepare(sql)?;
        self.queued.push((statement, params));
        if self.queued.len() >= QUEUE_MAX { self.flush() } else { Ok(()) }
    }

    pub fn flush(&mut self) -> Result<()> {
        if self.queued.is_empty() {
            return Ok(());
        }
        let queued = std::mem::take(&mut self.queued);
        let params: Vec<_> = queued.iter().map(|(_, params)| by_reference(params)).collect();
        let sent =
            queued.iter().zip(&params).map(|((statement, _), params)| self.client.execute(statement, params));
        self.wait(try_join_all(sent)).map(|_| ())
    }

    pub fn drop_queue(&mut self) {
        self.queued.clear();
    }

    pub fn forget(&mut self) {
        self.statements.clear();
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // A runtime must not be dropped where another one is at work; this way it may.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn by_reference(params: &[Cell]) -> Vec<&(dyn ToSql + Sync)> {
    params.iter().map(|param| param as &(dyn ToSql + Sync)).collect()
}

impl ToSql for Cell {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Cell::Null => Ok(IsNull::Yes),
            Cell::Int(n) => match *ty {
                Type::INT2 => i16::try_from(*n)?.to_sql(ty, out),
                Type::INT4 => i32::try_from(*n)?.to_sql(ty, out),
                Type::BOOL => (*n != 0).to_sql(ty, out),
                Type::TEXT | Type::VARCHAR => n.to_string().to_sql(ty, out),
                Type::INT8 => n.to_sql(ty, out),
                _ => Err(format!("a number where the server wants {ty}").into()),
            },
            Cell::Text(text) => text.as_str().to_sql(ty, out),
            Cell::Bytes(bytes) => bytes.as_slice().to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

fn decode(row: &tokio_postgres::Row) -> Result<Row> {
    let cells = row.columns().iter().enumerate().map(|(at, column)| {
        Ok(match *column.type_() {
            Type::INT8 => row.try_get::<_, Option<i64>>(at)?.into(),
            Type::INT4 => row.try_get::<_, Option<i32>>(at)?.map(i64::from).into(),
            Type::INT2 => row.try_get::<_, Option<i16>>(at)?.map(i64::from).into(),
            Type::BOOL => row.try_get::<_, Option<bool>>(at)?.into(),
            Type::TEXT | Type::VARCHAR | Type::NAME => row.try_get::<_, Option<String>>(at)?.into(),
            Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(at)?.map_or(Cell::Null, Cell::Bytes),
            ref other => {
                return Err(StoreError::Corrupt(format!("column {} is {other}; cast it", column.name())));
            }
        })
    });
    cells.collect::<Result<Vec<_>>>().map(Row)
}
