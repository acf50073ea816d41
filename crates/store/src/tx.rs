//! One transaction: what every reading and writing of the store goes through.
use std::collections::HashMap;
use std::sync::Arc;

use crate::cell::{Cell, Row};
use crate::chain::Hash;
use crate::dialect::{Access, Connection, Dialect};
use crate::error::Result;
use crate::layout::Layouts;
use crate::store::Shared;

/// A transaction on one connection: a consistent snapshot for reading, or the store's one writer.
pub struct Tx {
    connection: Connection,
    pub(crate) shared: Arc<Shared>,
    pub(crate) layouts: Arc<Layouts>,
    pub(crate) head: Head,
    /// As it stands in the database.
    saved: Head,
    /// Running numbers issued in this transaction, not written yet.
    pub(crate) numbers: HashMap<String, i64>,
    depth: u32,
    /// Statements may wait for the end of the act: one long transaction without answers in between.
    patient: bool,
}

/// The end of the chain and the last id given away.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Head {
    pub seq: i64,
    pub hash: Hash,
    pub last_id: i64,
    /// Grows whenever a table of the pack changes.
    pub edition: i64,
}

impl Tx {
    pub(crate) fn open(shared: Arc<Shared>, access: Access) -> Result<Self> {
        let connection = shared.connect(access)?;
        let layouts = shared.layouts();
        let (head, saved) = (Head::default(), Head::default());
        Ok(Self {
            connection,
            shared,
            layouts,
            head,
            saved,
            numbers: HashMap::new(),
            depth: 0,
            patient: false,
        })
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.connection.dialect()
    }

    /// Rows that answer `sql`; parameters are written `$1`, `$2` …, first met in that order.
    pub(crate) fn query(&mut self, sql: &str, params: &[Cell]) -> Result<Vec<Row>> {
        self.connection.query(sql, params)
    }

    /// The first row, if any.
    pub(crate) fn query_row(&mut self, sql: &str, params: &[Cell]) -> Result<Option<Row>> {
        Ok(self.connection.query(sql, params)?.into_iter().next())
    }

    /// The number in the first column of the first row; 0 without a row, or when it is null.
    pub(crate) fn query_int(&mut self, sql: &str, params: &[Cell]) -> Result<i64> {
        self.query_row(sql, params)?.map_or(Ok(0), |row| Ok(row.maybe_int(0)?.unwrap_or(0)))
    }

    /// Number of rows touched.
    pub(crate) fn execute(&mut self, sql: &str, params: &[Cell]) -> Result<u64> {
        self.connection.execute(sql, params)
    }

    /// A statement whose answer nobody waits for before the act ends.
    pub(crate) fn queue(&mut self, sql: &str, params: Vec<Cell>) -> Result<()> {
        self.connection.queue(sql, params)
    }

    /// Waits for what is queued, except in a bulk transaction.
    pub(crate) fn settle(&mut self) -> Result<()> {
        if self.patient { Ok(()) } else { self.connection.flush() }
    }

    /// Statements without parameters, separated by semicolons.
    pub(crate) fn batch(&mut self, sql: &str) -> Result<()> {
        self.connection.batch(sql)
    }

    /// Runs `act`; when it fails, everything it wrote is taken back and the transaction goes on.
    pub fn attempt<T, E: From<crate::StoreError>>(
        &mut self,
        act: impl FnOnce(&mut Tx) -> Result<T, E>,
    ) -> Result<T, E> {
        self.depth += 1;
        let name = format!("s{}", self.depth);
        let before = (self.head.clone(), self.numbers.clone(), self.layouts.clone());
        self.connection.flush()?;
        self.batch(&format!("SAVEPOINT {name}"))?;
        let done = act(self).and_then(|value| self.connection.flush().map(|()| value).map_err(E::from));
        self.depth -= 1;
        match done {
            Ok(value) => {
                self.batch(&format!("RELEASE {name}"))?;
                Ok(value)
            }
            Err(error) => {
                (self.head, self.numbers, self.layouts) = before;
                self.connection.drop_queue();
                self.batch(&format!("ROLLBACK TO {name}; RELEASE {name}"))?;
                Err(error)
            }
        }
    }

    /// False when the server closed the connection.
    pub(crate) fn is_open(&self) -> bool {
        match &self.connection {
            Connection::Sqlite(_) => true,
            Connection::Postgres(db) => !db.is_closed(),
        }
    }

    pub(crate) fn begin_read(&mut self) -> Result<()> {
        self.layouts = self.shared.layouts();
        self.connection.begin(Access::Read)
    }

    pub(crate) fn begin_write(&mut self, patient: bool) -> Result<()> {
        if self.patient != patient {
            self.connection.expect_bulk(patient)?;
        }
        self.patient = patient;
        self.depth = 0;
        self.numbers.clear();
        self.connection.begin(Access::Write)?;
        let lock = match self.dialect() {
            Dialect::Sqlite => "SELECT seq, hash, last_id, edition FROM head",
            Dialect::Postgres => "SELECT seq, hash, last_id, edition FROM head FOR UPDATE",
        };
        let mut row = self.query_row(lock, &[])?.ok_or_else(|| lost("the head row"))?;
        let hash = Hash::try_from(row.bytes(1)?).map_err(|_| lost("the head's hash"))?;
        self.head = Head { seq: row.int(0)?, hash, last_id: row.int(2)?, edition: row.int(3)? };
        self.saved = self.head.clone();
        if self.shared.layouts().edition != self.head.edition {
            let layouts = Layouts::load(self)?;
            self.shared.publish(layouts);
        }
        self.layouts = self.shared.layouts();
        Ok(())
    }

    /// Writes the head and the running numbers, and commits.
    pub(crate) fn commit_write(&mut self) -> Result<()> {
        for (name, last) in std::mem::take(&mut self.numbers) {
            let sql = "INSERT INTO sequence (name, last) VALUES ($1, $2) \
                       ON CONFLICT (name) DO UPDATE SET last = excluded.last";
            self.connection.queue(sql, vec![name.into(), last.into()])?;
        }
        if self.head != self.saved {
            let head = &self.head;
            let params =
                vec![head.seq.into(), head.hash.as_slice().into(), head.last_id.into(), head.edition.into()];
            self.connection
                .queue("UPDATE head SET seq = $1, hash = $2, last_id = $3, edition = $4", params)?;
        }
        self.connection.flush()?;
        self.batch("COMMIT")
    }

    /// Gives back what a long transaction took; the transaction has ended.
    pub(crate) fn rest(&mut self) {
        if std::mem::take(&mut self.patient)
            && let Err(error) = self.connection.expect_bulk(false)
        {
            tracing::warn!(%error, "memory was not given back: {error}");
        }
    }

    /// Takes everything back. What cannot be taken back because the connection is gone is not there either.
    pub(crate) fn roll_back(&mut self) {
        self.connection.drop_queue();
        if self.head.edition != self.saved.edition {
            self.forget_statements();
        }
        if let Err(error) = self.connection.batch("ROLLBACK") {
            tracing::warn!(%error, "rolling back failed, the connection is opened again: {error}");
            self.reconnect();
        }
    }

    fn reconnect(&mut self) {
        match self.shared.connect(Access::Write) {
            Ok(connection) => self.connection = connection,
            Err(error) => tracing::error!(%error, "no connection to the database: {error}"),
        }
    }

    /// Ends a reading transaction.
    pub(crate) fn end_read(&mut self) -> Result<()> {
        self.batch("COMMIT")
    }

    /// Prepared statements may be wrong after a table changed.
    pub(crate) fn forget_statements(&mut self) {
        self.connection.forget();
    }

    /// The tables of the pack are about to change.
    pub(crate) fn new_edition(&mut self) {
        self.head.edition += 1;
        let (edition, tables) = (self.head.edition, self.layouts.tables.clone());
        self.layouts = Arc::new(Layouts { edition, tables });
    }

    /// The next id of the one sequence over all registers.
    pub(crate) fn next_id(&mut self) -> i64 {
        self.head.last_id += 1;
        self.head.last_id
    }
}

fn lost(what: &str) -> crate::StoreError {
    crate::StoreError::Corrupt(format!("{what} is missing"))
}
