//! The two databases behind one synchronous face. Nothing above this folder knows which one it is, except where a
//! statement must be worded differently: there it asks for the [`Dialect`].
pub mod postgres;
pub mod sqlite;

use crate::cell::{Cell, Row};
use crate::error::Result;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// The place of the `n`-th parameter, wherever it stands in the statement.
    pub fn hole(self, n: usize) -> String {
        match self {
            Dialect::Sqlite => format!("?{n}"),
            Dialect::Postgres => format!("${n}"),
        }
    }

    /// The column type of whole numbers.
    pub fn integer(self) -> &'static str {
        match self {
            Dialect::Sqlite => "INTEGER",
            Dialect::Postgres => "BIGINT",
        }
    }

    /// The column type of texts: compared by code point on both.
    pub fn text(self) -> &'static str {
        match self {
            Dialect::Sqlite => "TEXT",
            Dialect::Postgres => "TEXT COLLATE \"C\"",
        }
    }

    /// The column type of bytes.
    pub fn bytes(self) -> &'static str {
        match self {
            Dialect::Sqlite => "BLOB",
            Dialect::Postgres => "BYTEA",
        }
    }

    /// What stands after a table's closing bracket.
    pub fn strict(self) -> &'static str {
        match self {
            Dialect::Sqlite => " STRICT",
            Dialect::Postgres => "",
        }
    }
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Read,
    Write,
}

/// One open connection.
pub enum Connection {
    Sqlite(sqlite::Sqlite),
    Postgres(Box<postgres::Postgres>),
}

impl Connection {
    pub fn dialect(&self) -> Dialect {
        match self {
            Connection::Sqlite(_) => Dialect::Sqlite,
            Connection::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs statements without parameters, separated by semicolons.
    pub fn batch(&mut self, sql: &str) -> Result<()> {
        match self {
            Connection::Sqlite(db) => db.batch(sql),
            Connection::Postgres(db) => db.batch(sql),
        }
    }

    /// Parameters are written `$1`, `$2` …, first met in that order.
    pub fn query(&mut self, sql: &str, params: &[Cell]) -> Result<Vec<Row>> {
        match self {
            Connection::Sqlite(db) => db.query(sql, params),
            Connection::Postgres(db) => db.query(sql, params),
        }
    }

    /// Number of rows touched.
    pub fn execute(&mut self, sql: &str, params: &[Cell]) -> Result<u64> {
        match self {
            Connection::Sqlite(db) => db.execute(sql, params),
            Connection::Postgres(db) => db.execute(sql, params),
        }
    }

    /// Like [`execute`](Self::execute), but may wait for company: PostgreSQL sends what has gathered in one go. An error
    /// shows at the latest with the next statement that waits for its answer.
    pub fn queue(&mut self, sql: &str, params: Vec<Cell>) -> Result<()> {
        match self {
            Connection::Sqlite(db) => db.execute(sql, &params).map(|_| ()),
            Connection::Postgres(db) => db.queue(sql, params),
        }
    }

    /// Sends what is queued and waits for it.
    pub fn flush(&mut self) -> Result<()> {
        match self {
            Connection::Sqlite(_) => Ok(()),
            Connection::Postgres(db) => db.flush(),
        }
    }

    /// A long transaction begins or has ended.
    pub fn expect_bulk(&mut self, bulk: bool) -> Result<()> {
        match self {
            Connection::Sqlite(db) => db.expect_bulk(bulk),
            Connection::Postgres(_) => Ok(()),
        }
    }

    /// Forgets what is queued: its transaction is being taken back.
    pub fn drop_queue(&mut self) {
        match self {
            Connection::Sqlite(_) => {}
            Connection::Postgres(db) => db.drop_queue(),
        }
    }

    /// Forgets every prepared statement.
    pub fn forget(&mut self) {
        match self {
            Connection::Sqlite(db) => db.forget(),
            Connection::Postgres(db) => db.forget(),
        }
    }

    /// Begins a transaction: a consistent snapshot for reading, or the one write transaction of this database.
    pub fn begin(&mut self, access: Access) -> Result<()> {
        let sql = match (self.dialect(), access) {
            (Dialect::Sqlite, Access::Read) => "BEGIN",
            (Dialect::Sqlite, Access::Write) => "BEGIN IMMEDIATE",
            (Dialect::Postgres, Access::Read) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            (Dialect::Postgres, Access::Write) => "BEGIN",
        };
        self.batch(sql)
    }
}
