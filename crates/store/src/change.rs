//! The history 变更: every change of every record, appended to one chain, never touched again.
use chrono::{DateTime, Utc};
use shian_pack::Register;
use shian_pack::value::{Fields, RecordId};

use crate::cell::Row;
use crate::chain::{Hash, Link, hex};
use crate::codec;
use crate::error::{Result, StoreError};
use crate::layout::{Column, Layouts, Storage};
use crate::record::Stamp;
use crate::tx::Tx;

/// One change of one record.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Its place in the chain; no number is left out.
    pub seq: i64,
    pub at: DateTime<Utc>,
    /// Account id; 0 is the system itself.
    pub by: i64,
    /// `create`, `edit`, `delete`, `restore`, `merge`, `migrate`, or the id of a step.
    pub act: String,
    pub register: String,
    pub record: RecordId,
    /// What changed, as it was: field ids, and `_state`, `_name`, `_number`, `_area` (path), `_body`, `_own`, `_date`,
    /// `_deleted`, `_into`. Empty for a new record.
    pub before: Fields,
    /// The same as it is; for a new record everything that is not null.
    pub after: Fields,
    pub reason: Option<String>,
    /// SM3 in hexadecimal.
    pub hash: String,
}

pub(crate) const COLUMNS: &str = "seq, at, by, act, register, record, before, after, reason, image, hash";

impl Tx {
    /// The place that the next change gets.
    pub(crate) fn next_seq(&self) -> i64 {
        self.head.seq + 1
    }

    /// Appends a change at [`next_seq`](Self::next_seq).
    pub(crate) fn append(
        &mut self,
        (register, record): (&str, RecordId),
        stamp: &Stamp,
        (before, after): (String, String),
        image: Hash,
    ) -> Result<()> {
        let link = Link {
            seq: self.next_seq(),
            at: stamp.at.timestamp(),
            by: stamp.by,
            act: &stamp.act,
            register,
            record,
            before: &before,
            after: &after,
            reason: stamp.reason.as_deref(),
            image: &image,
        };
        let (seq, hash) = (link.seq, link.hash(&self.head.hash));
        let params = vec![
            seq.into(),
            link.at.into(),
            link.by.into(),
            link.act.into(),
            register.into(),
            record.into(),
            before.into(),
            after.into(),
            stamp.reason.as_deref().into(),
            image.as_slice().into(),
            hash.as_slice().into(),
        ];
        let sql = "INSERT INTO change (seq, at, by, act, register, record, before, after, reason, image, hash) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        self.queue(sql, params)?;
        (self.head.seq, self.head.hash) = (seq, hash);
        Ok(())
    }

    /// The history of one record, oldest first.
    pub fn changes(&mut self, register: &Register, record: RecordId) -> Result<Vec<Change>> {
        let sql = format!("SELECT {COLUMNS} FROM change WHERE record = $1 AND register = $2 ORDER BY seq");
        let rows = self.query(&sql, &[record.into(), register.id.as_str().into()])?;
        rows.into_iter().map(|row| read(&self.layouts, row)).collect()
    }

    /// At most `limit` changes of all registers after the one with number `seq`, in order: the feed.
    pub fn changes_after(&mut self, seq: i64, limit: u32) -> Result<Vec<Change>> {
        let sql = format!("SELECT {COLUMNS} FROM change WHERE seq > $1 ORDER BY seq LIMIT $2");
        let rows = self.query(&sql, &[seq.into(), i64::from(limit).into()])?;
        rows.into_iter().map(|row| read(&self.layouts, row)).collect()
    }

    /// Number of the last change of all: what a feed has seen when it is up to date.
    pub fn last_seq(&mut self) -> Result<i64> {
        self.query_int("SELECT seq FROM head", &[])
    }
}

fn read(layouts: &Layouts, mut row: Row) -> Result<Change> {
    let register = row.text(4)?;
    let columns = layouts.tables.get(&register).map(|table| &table.layout.columns);
    let date = Column { storage: Storage::Date, target: None };
    let fields = |text: String| -> Result<Fields> {
        let json: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&text)
            .map_err(|error| StoreError::Corrupt(format!("a change's fields: {error} in {text:?}")))?;
        let value = |(id, json): (String, serde_json::Value)| {
            let column = columns.and_then(|columns| columns.get(&id)).or((id == "_date").then_some(&date));
            let value = codec::from_json(column, json);
            (id, value)
        };
        Ok(json.into_iter().map(value).collect())
    };
    Ok(Change {
        seq: row.int(0)?,
        at: codec::time(row.int(1)?)?,
        by: row.int(2)?,
        act: row.text(3)?,
        record: row.int(5)?,
        before: fields(row.text(6)?)?,
        after: fields(row.text(7)?)?,
        reason: row.maybe_text(8)?,
        hash: hex(&row.bytes(10)?),
        register,
    })
}
