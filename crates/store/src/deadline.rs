//! Clocks 期限: what is due, when, and who owes it. Written by the service in the act that starts, meets or stops one.
use chrono::{DateTime, Utc};
use shian_pack::value::RecordId;

use crate::cell::Row;
use crate::codec;
use crate::error::Result;
use crate::scope::{Scope, Way};
use crate::sql::Sql;
use crate::tx::Tx;

/// One clock of one record; (record, clock) names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    pub record: RecordId,
    /// Id of the declared deadline.
    pub clock: String,
    pub register: String,
    pub title: String,
    pub starts: DateTime<Utc>,
    /// The last instant that is in time.
    pub due: DateTime<Utc>,
    pub warn_at: Option<DateTime<Utc>>,
    pub met_at: Option<DateTime<Utc>>,
    /// Path, as the record's.
    pub area: String,
    pub body: Option<RecordId>,
    pub owners: Vec<i64>,
    /// Role that owes it.
    pub owes: String,
}

/// Which clocks.
#[derive(Debug, Clone, Copy)]
pub struct DeadlineQuery<'a> {
    pub scope: &'a Scope,
    /// Only what this role owes.
    pub owes: Option<&'a str>,
    pub register: Option<&'a str>,
    /// `false`: also those that were met.
    pub open: bool,
    /// Only what is due before this instant.
    pub due_before: Option<DateTime<Utc>>,
    pub limit: u32,
}

const COLUMNS: &str = "record, clock, register, title, starts, due, warn_at, met_at, _area, _body, owes";

impl Tx {
    /// Starts a clock, or sets it anew.
    pub fn set_deadline(&mut self, deadline: &Deadline) -> Result<()> {
        let of_clock = [deadline.record.into(), deadline.clock.as_str().into()];
        let sql = "INSERT INTO deadline (record, clock, register, title, starts, due, warn_at, met_at, _area, _body, owes) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (record, clock) DO UPDATE SET \
                   register = excluded.register, title = excluded.title, starts = excluded.starts, due = excluded.due, \
                   warn_at = excluded.warn_at, met_at = excluded.met_at, _area = excluded._area, _body = excluded._body, \
                   owes = excluded.owes";
        let seconds = |at: Option<DateTime<Utc>>| at.map(|at| at.timestamp());
        let [record, clock] = of_clock.clone();
        let params = vec![
            record,
            clock,
            deadline.register.as_str().into(),
            deadline.title.as_str().into(),
            deadline.starts.timestamp().into(),
            deadline.due.timestamp().into(),
            seconds(deadline.warn_at).into(),
            seconds(deadline.met_at).into(),
            deadline.area.as_str().into(),
            deadline.body.into(),
            deadline.owes.as_str().into(),
        ];
        self.queue(sql, params)?;
        self.queue("DELETE FROM deadline_owner WHERE record = $1 AND clock = $2", of_clock.to_vec())?;
        let mut owners = deadline.owners.clone();
        owners.sort_unstable();
        owners.dedup();
        for owner in owners {
            let [record, clock] = of_clock.clone();
            let sql = "INSERT INTO deadline_owner (record, clock, owner) VALUES ($1, $2, $3)";
            self.queue(sql, vec![record, clock, owner.into()])?;
        }
        self.settle()
    }

    /// Stops a clock as met. Met once, it stays as it is.
    pub fn meet_deadline(&mut self, record: RecordId, clock: &str, at: DateTime<Utc>) -> Result<()> {
        // `met_at` is written first, so the parameters stand in this order.
        let sql = "UPDATE deadline SET met_at = $1 WHERE record = $2 AND clock = $3 AND met_at IS NULL";
        self.queue(sql, vec![at.timestamp().into(), record.into(), clock.into()])?;
        self.settle()
    }

    /// Forgets a clock: its start went away.
    pub fn cancel_deadline(&mut self, record: RecordId, clock: &str) -> Result<()> {
        let of_clock = vec![record.into(), clock.into()];
        self.queue("DELETE FROM deadline_owner WHERE record = $1 AND clock = $2", of_clock.clone())?;
        self.queue("DELETE FROM deadline WHERE record = $1 AND clock = $2", of_clock)?;
        self.settle()
    }

    /// The clocks of one record by due time.
    pub fn deadlines_of(&mut self, record: RecordId) -> Result<Vec<Deadline>> {
        let sql = format!("SELECT {COLUMNS} FROM deadline WHERE record = $1 ORDER BY due, clock");
        let rows = self.query(&sql, &[record.into()])?;
        self.with_owners(rows)
    }

    /// Clocks in scope, those due first before others.
    pub fn deadlines(&mut self, query: &DeadlineQuery) -> Result<Vec<Deadline>> {
        let mut sql = Sql::new(self.dialect(), format!("SELECT {COLUMNS} FROM deadline WHERE "));
        query.push_where(&mut sql);
        sql.push(" ORDER BY due, record, clock LIMIT ").bind(i64::from(query.limit));
        let rows = self.query(&sql.text, &sql.params)?;
        self.with_owners(rows)
    }

    /// How many clocks in scope; the limit does not matter.
    pub fn count_deadlines(&mut self, query: &DeadlineQuery) -> Result<i64> {
        let mut sql = Sql::new(self.dialect(), "SELECT count(*) FROM deadline WHERE ");
        query.push_where(&mut sql);
        self.query_int(&sql.text, &sql.params)
    }

    fn with_owners(&mut self, rows: Vec<Row>) -> Result<Vec<Deadline>> {
        let mut deadlines = rows.into_iter().map(read).collect::<Result<Vec<_>>>()?;
        for some in deadlines.chunks_mut(500) {
            let mut sql =
                Sql::new(self.dialect(), "SELECT record, clock, owner FROM deadline_owner WHERE record IN ");
            sql.bind_all(some.iter().map(|deadline| deadline.record)).push(" ORDER BY owner");
            for mut row in self.query(&sql.text, &sql.params)? {
                let (record, clock, owner) = (row.int(0)?, row.text(1)?, row.int(2)?);
                let of_clock = some.iter_mut().filter(|d| d.record == record && d.clock == clock);
                of_clock.for_each(|deadline| deadline.owners.push(owner));
            }
        }
        Ok(deadlines)
    }
}

impl DeadlineQuery<'_> {
    fn push_where(&self, sql: &mut Sql) {
        sql.push(if self.open { "met_at IS NULL" } else { "1 = 1" });
        if let Some(role) = self.owes {
            sql.push(" AND owes = ").bind(role);
        }
        if let Some(register) = self.register {
            sql.push(" AND register = ").bind(register);
        }
        if let Some(before) = self.due_before {
            sql.push(" AND due < ").bind(before.timestamp());
        }
        self.scope.push_with(sql, Way::ByScope, &|sql, owners| {
            sql.push("EXISTS (SELECT 1 FROM deadline_owner o WHERE o.record = deadline.record AND o.clock = deadline.clock ");
            sql.push("AND o.owner IN ").bind_all(owners.iter().copied()).push(")");
        });
    }
}

fn read(mut row: Row) -> Result<Deadline> {
    let time = |seconds: Option<i64>| seconds.map(codec::time).transpose();
    Ok(Deadline {
        record: row.int(0)?,
        clock: row.text(1)?,
        register: row.text(2)?,
        title: row.text(3)?,
        starts: codec::time(row.int(4)?)?,
        due: codec::time(row.int(5)?)?,
        warn_at: time(row.maybe_int(6)?)?,
        met_at: time(row.maybe_int(7)?)?,
        area: row.text(8)?,
        body: row.maybe_int(9)?,
        owners: Vec::new(),
        owes: row.text(10)?,
    })
}
