//! Records that wait for somebody 等办: one row for each record in a declared state, kept in the act that moves it, so that a
//! desk never looks through a register. And what each account handed on.
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use shian_pack::value::RecordId;

use crate::codec;
use crate::error::Result;
use crate::layout::{Owners, link_name, table_name};
use crate::scope::{Scope, Way};
use crate::sql::Sql;
use crate::tx::Tx;

/// A record in a state that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub record: RecordId,
    pub register: String,
    pub state: String,
    pub since: DateTime<Utc>,
    /// Account that brought it there; 0 is the office itself.
    pub sender: i64,
    pub area: String,
    pub body: Option<RecordId>,
    pub owners: Vec<i64>,
}

/// A record that an account handed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handed {
    pub record: RecordId,
    pub register: String,
    /// The step, or empty for a new record.
    pub step: String,
    pub at: DateTime<Utc>,
}

impl Tx {
    /// The record waits now.
    pub fn set_waiting(&mut self, waiting: &Waiting) -> Result<()> {
        let sql = "INSERT INTO waiting (record, register, state, since, sender, _area, _body) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (record) DO UPDATE SET state = excluded.state, \
                   since = excluded.since, sender = excluded.sender, _area = excluded._area, _body = excluded._body";
        let params = vec![
            waiting.record.into(),
            waiting.register.as_str().into(),
            waiting.state.as_str().into(),
            waiting.since.timestamp().into(),
            waiting.sender.into(),
            waiting.area.as_str().into(),
            waiting.body.into(),
        ];
        self.queue(sql, params)?;
        self.queue("DELETE FROM waiting_owner WHERE record = $1", vec![waiting.record.into()])?;
        for owner in &waiting.owners {
            let sql = "INSERT INTO waiting_owner (record, owner) VALUES ($1, $2) ON CONFLICT DO NOTHING";
            self.queue(sql, vec![waiting.record.into(), (*owner).into()])?;
        }
        self.settle()
    }

    /// The record waits no more.
    pub fn end_waiting(&mut self, record: RecordId) -> Result<()> {
        self.queue("DELETE FROM waiting WHERE record = $1", vec![record.into()])?;
        self.queue("DELETE FROM waiting_owner WHERE record = $1", vec![record.into()])?;
        self.settle()
    }

    /// Since when the record waits and who brought it there.
    pub fn waits(&mut self, record: RecordId) -> Result<Option<(DateTime<Utc>, i64)>> {
        let row = self.query_row("SELECT since, sender FROM waiting WHERE record = $1", &[record.into()])?;
        row.map(|row| Ok((codec::time(row.int(0)?)?, row.int(1)?))).transpose()
    }

    /// Records that wait in one state, those that wait longest first: id, since when, and who brought each there.
    pub fn waiting(
        &mut self,
        register: &str,
        state: &str,
        scope: &Scope,
        limit: u32,
    ) -> Result<Vec<(RecordId, DateTime<Utc>, i64)>> {
        let mut sql = Sql::new(self.dialect(), "SELECT record, since, sender FROM waiting WHERE register = ");
        sql.bind(register).push(" AND state = ").bind(state);
        scope.push_with(&mut sql, Way::ByScope, &|sql, owners| {
            sql.push("record IN (SELECT record FROM waiting_owner WHERE owner IN ");
            sql.bind_all(owners.iter().copied()).push(")");
        });
        sql.push(" ORDER BY since, record LIMIT ").bind(i64::from(limit));
        let rows = self.query(&sql.text, &sql.params)?;
        rows.iter().map(|row| Ok((row.int(0)?, codec::time(row.int(1)?)?, row.int(2)?))).collect()
    }

    /// Writes the rows of a register anew from its records.
    pub fn refill_waiting(&mut self, register: &str, states: &[String]) -> Result<()> {
        let table = table_name(register);
        let owners = self.layouts.table(register)?.layout.owners;
        let old =
            "DELETE FROM waiting_owner WHERE record IN (SELECT record FROM waiting WHERE register = $1)";
        self.execute(old, &[register.into()])?;
        self.execute("DELETE FROM waiting WHERE register = $1", &[register.into()])?;
        let mut sql = Sql::new(
            self.dialect(),
            "INSERT INTO waiting (record, register, state, since, sender, _area, _body) SELECT _id, ",
        );
        let register_of = match self.dialect() {
            crate::dialect::Dialect::Sqlite => "",
            crate::dialect::Dialect::Postgres => "::text",
        };
        sql.bind(register).push(register_of);
        sql.push(&format!(
            ", _state, _updated_at, _updated_by, _area, _body FROM {table} WHERE _deleted = 0 AND _state IN "
        ));
        sql.bind_all(states.iter().map(String::as_str));
        self.execute(&sql.text, &sql.params)?;
        let of = "SELECT record FROM waiting WHERE register = $1";
        let owned = match owners {
            Owners::None => None,
            Owners::One => {
                Some(format!("SELECT _id, _own FROM {table} WHERE _own IS NOT NULL AND _id IN ({of})"))
            }
            Owners::Many => Some(format!(
                "SELECT DISTINCT record, target FROM {} WHERE record IN ({of})",
                link_name(register, "_own")
            )),
        };
        if let Some(owned) = owned {
            self.execute(&format!("INSERT INTO waiting_owner (record, owner) {owned}"), &[register.into()])?;
        }
        let rule = "INSERT INTO waiting_rule (register, states) VALUES ($1, $2) \
                    ON CONFLICT (register) DO UPDATE SET states = excluded.states";
        self.execute(rule, &[register.into(), states.join(" ").into()])?;
        Ok(())
    }

    /// By which states, with spaces between, each register's rows were written.
    pub fn waiting_rules(&mut self) -> Result<BTreeMap<String, String>> {
        let rows = self.query("SELECT register, states FROM waiting_rule", &[])?;
        rows.into_iter().map(|mut row| Ok((row.text(0)?, row.text(1)?))).collect()
    }

    /// The account handed the record on.
    pub fn hand_on(&mut self, account: i64, handed: &Handed) -> Result<()> {
        let sql = "INSERT INTO handed (account, record, register, step, at) VALUES ($1, $2, $3, $4, $5) \
                   ON CONFLICT (account, record) DO UPDATE SET step = excluded.step, at = excluded.at";
        let params = vec![
            account.into(),
            handed.record.into(),
            handed.register.as_str().into(),
            handed.step.as_str().into(),
            handed.at.timestamp().into(),
        ];
        self.queue(sql, params)?;
        self.settle()
    }

    /// What the account handed on, latest first.
    pub fn handed(&mut self, account: i64, limit: u32) -> Result<Vec<Handed>> {
        let sql = "SELECT record, register, step, at FROM handed WHERE account = $1 ORDER BY at DESC, record LIMIT $2";
        let rows = self.query(sql, &[account.into(), i64::from(limit).into()])?;
        let read = |mut row: crate::cell::Row| {
            Ok(Handed {
                record: row.int(0)?,
                register: row.text(1)?,
                step: row.text(2)?,
                at: codec::time(row.int(3)?)?,
            })
        };
        rows.into_iter().map(read).collect()
    }
}
