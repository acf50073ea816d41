//! Notices 通知: what accounts were told, and whether they read it. The record's name is not kept here: it is read when the notice
//! is shown, by the rights of that moment.
use chrono::{DateTime, Utc};
use shian_pack::value::RecordId;

use crate::cell::{Cell, Row};
use crate::codec;
use crate::error::Result;
use crate::sql::Sql;
use crate::tx::Tx;

/// One thing one account was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// 0 until it is added.
    pub id: i64,
    pub account: i64,
    pub at: DateTime<Utc>,
    /// `step`, `urge`, `copy`, `remind` …
    pub kind: String,
    /// What it is about: a step's title, a deadline's.
    pub matter: String,
    /// What the sender or the office says with it; may be empty.
    pub words: String,
    /// Empty with record 0: about no record.
    pub register: String,
    pub record: RecordId,
    /// Account that acted; 0 is the office itself.
    pub sender: i64,
    /// What is told once and never again; None: whenever it happens.
    pub key: Option<String>,
    pub read_at: Option<DateTime<Utc>>,
}

/// The most unread notices that are counted.
const COUNTED_MAX: i64 = 100;

const COLUMNS: &str =
    "SELECT id, account, at, kind, matter, words, register, record, sender, key, read_at FROM notice";

impl Tx {
    /// Adds a notice and answers its id; None: its key is there already.
    pub fn add_notice(&mut self, notice: &Notice) -> Result<Option<i64>> {
        if let Some(key) = &notice.key
            && self.query_row("SELECT 1 FROM notice WHERE key = $1", &[key.as_str().into()])?.is_some()
        {
            return Ok(None);
        }
        let id = self.query_int("SELECT max(id) FROM notice", &[])? + 1;
        let cells: Vec<Cell> = vec![
            id.into(),
            notice.account.into(),
            notice.at.timestamp().into(),
            notice.kind.as_str().into(),
            notice.matter.as_str().into(),
            notice.words.as_str().into(),
            notice.register.as_str().into(),
            notice.record.into(),
            notice.sender.into(),
            notice.key.clone().into(),
            notice.read_at.map(|at| at.timestamp()).into(),
        ];
        let sql = "INSERT INTO notice (id, account, at, kind, matter, words, register, record, sender, key, read_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        self.execute(sql, &cells)?;
        Ok(Some(id))
    }

    pub fn notice(&mut self, id: i64) -> Result<Option<Notice>> {
        let rows = self.query(&format!("{COLUMNS} WHERE id = $1"), &[id.into()])?;
        rows.into_iter().next().map(read).transpose()
    }

    /// An account's notices with an id below `before`, newest first.
    pub fn notices(
        &mut self,
        account: i64,
        unread: bool,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Notice>> {
        let open = if unread { " AND read_at IS NULL" } else { "" };
        let sql = format!("{COLUMNS} WHERE account = $1 AND id < $2{open} ORDER BY id DESC LIMIT $3");
        let cells = [account.into(), before.unwrap_or(i64::MAX).into(), i64::from(limit).into()];
        self.query(&sql, &cells)?.into_iter().map(read).collect()
    }

    /// How many an account has not read; counts no further than a hundred.
    pub fn count_unread(&mut self, account: i64) -> Result<i64> {
        let sql = format!(
            "SELECT count(*) FROM (SELECT 1 FROM notice WHERE account = $1 AND read_at IS NULL LIMIT {COUNTED_MAX}) n"
        );
        self.query_int(&sql, &[account.into()])
    }

    /// Marks an account's notices as read: one, or all.
    pub fn read_notices(&mut self, account: i64, one: Option<i64>, at: DateTime<Utc>) -> Result<()> {
        let mut sql = Sql::new(self.dialect(), "UPDATE notice SET read_at = ");
        sql.bind(at.timestamp()).push(" WHERE read_at IS NULL AND account = ").bind(account);
        if let Some(id) = one {
            sql.push(" AND id = ").bind(id);
        }
        self.execute(&sql.text, &sql.params)?;
        Ok(())
    }
}

fn read(mut row: Row) -> Result<Notice> {
    Ok(Notice {
        id: row.int(0)?,
        account: row.int(1)?,
        at: codec::time(row.int(2)?)?,
        kind: row.text(3)?,
        matter: row.text(4)?,
        words: row.text(5)?,
        register: row.text(6)?,
        record: row.int(7)?,
        sender: row.int(8)?,
        key: row.maybe_text(9)?,
        read_at: row.maybe_int(10)?.map(codec::time).transpose()?,
    })
}
