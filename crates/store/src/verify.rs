//! Finds what was changed behind the store's back: recomputes the whole chain, compares every record with its last change
//! and every attachment with its name. Reads one snapshot, so the office may go on working meanwhile.
use std::collections::HashMap;
use std::sync::Arc;

use crate::cell::Row;
use crate::chain::{Hash, Link, NOTHING, hex, sm3};
use crate::change::COLUMNS;
use crate::error::{Result, StoreError};
use crate::files;
use crate::layout::Table;
use crate::record::Record;
use crate::store::Store;
use crate::tx::Tx;

/// Rows looked at together.
const SOME: i64 = 2_000;

/// Something that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The change row it is about, if one.
    pub seq: Option<i64>,
    /// In Chinese, for the auditor.
    pub what: String,
}

impl Fault {
    fn of(seq: impl Into<Option<i64>>, what: String) -> Self {
        Self { seq: seq.into(), what }
    }
}

/// How far a long work is: things done, things to do.
pub type Progress<'a> = &'a mut dyn FnMut(u64, u64);

/// Counts what is done and tells it.
pub(crate) struct Meter<'a> {
    tell: Progress<'a>,
    done: u64,
    total: u64,
}

impl<'a> Meter<'a> {
    pub fn new(tell: Progress<'a>, total: i64) -> Self {
        Self { tell, done: 0, total: u64::try_from(total).unwrap_or(0) }
    }

    pub fn more(&mut self, count: usize) {
        self.done = (self.done + count as u64).min(self.total);
        (self.tell)(self.done, self.total);
    }
}

impl Store {
    /// Every fault there is; empty: all is as it was written.
    pub fn verify(&self, progress: Progress) -> Result<Vec<Fault>> {
        self.read(|tx| {
            let mut row = tx
                .query_row("SELECT seq, hash, last_id FROM head", &[])?
                .ok_or_else(|| StoreError::Corrupt("the head row is missing".to_owned()))?;
            let (seq, last_id) = (row.int(0)?, row.int(2)?);
            let files = tx.query_int("SELECT count(*) FROM file", &[])?;
            let mut meter = Meter::new(progress, seq + last_id + files);
            let mut faults = chain(tx, seq, &row.bytes(1)?, &mut meter)?;
            records(tx, &mut faults, &mut meter)?;
            attachments(tx, &mut faults, &mut meter)?;
            Ok(faults)
        })
    }

    /// Number and hash of the last change: noted outside, it proves later that nothing before it was changed.
    pub fn head(&self) -> Result<(i64, String)> {
        self.read(head)
    }
}

pub(crate) fn head(tx: &mut Tx) -> Result<(i64, String)> {
    let row = tx.query_row("SELECT seq, hash FROM head", &[])?;
    let mut row = row.ok_or_else(|| StoreError::Corrupt("the head row is missing".to_owned()))?;
    Ok((row.int(0)?, hex(&row.bytes(1)?)))
}

/// The chain from its first row to its head.
fn chain(tx: &mut Tx, end: i64, end_hash: &[u8], meter: &mut Meter) -> Result<Vec<Fault>> {
    let mut walk = Walk { faults: Vec::new(), last: 0, kept: vec![0; 32], computed: [0; 32] };
    let sql = format!("SELECT {COLUMNS} FROM change WHERE seq > $1 ORDER BY seq LIMIT $2");
    loop {
        let rows = tx.query(&sql, &[walk.last.into(), SOME.into()])?;
        if rows.is_empty() {
            break;
        }
        meter.more(rows.len());
        for row in rows {
            walk.step(row)?;
        }
    }
    if walk.last < end {
        walk.missing(end + 1);
    } else if walk.last > end {
        walk.faults.push(Fault::of(end + 1, format!("第 {} 号变更起不在链头记录之内", end + 1)));
    } else if walk.kept != end_hash {
        walk.faults.push(Fault::of(end, format!("链头记录的校验值与第 {end} 号变更不符")));
    }
    Ok(walk.faults)
}

struct Walk {
    faults: Vec<Fault>,
    last: i64,
    /// The last row's hash as it is stored, and as it should be.
    kept: Vec<u8>,
    computed: Hash,
}

impl Walk {
    fn missing(&mut self, next: i64) {
        for seq in self.last + 1..next {
            self.faults.push(Fault::of(seq, format!("第 {seq} 号变更被删除")));
        }
    }

    fn step(&mut self, mut row: Row) -> Result<()> {
        let seq = row.int(0)?;
        let follows = seq == self.last + 1;
        if !follows {
            self.missing(seq);
        }
        let (at, by, record) = (row.int(1)?, row.int(2)?, row.int(5)?);
        let (act, register) = (row.text(3)?, row.text(4)?);
        let (before, after, reason) = (row.text(6)?, row.text(7)?, row.maybe_text(8)?);
        let (image, kept) = (row.bytes(9)?, row.bytes(10)?);
        let link = Link {
            seq,
            at,
            by,
            act: &act,
            register: &register,
            record,
            before: &before,
            after: &after,
            reason: reason.as_deref(),
            image: &image,
        };
        let computed = link.hash(&self.kept);
        // After a row that is missing or whose own hash was changed, the stored hash before this one is of no use; the row is
        // sound if it follows what should have stood there.
        let sound = kept == computed || !follows || kept == link.hash(&self.computed);
        if !sound {
            let what = format!("第 {seq} 号变更（{register} 第 {record} 号记录）与其校验值不符");
            self.faults.push(Fault::of(seq, what));
        }
        self.computed = computed;
        (self.last, self.kept) = (seq, kept);
        Ok(())
    }
}

/// Every record against its last change, in ranges of ids.
fn records(tx: &mut Tx, faults: &mut Vec<Fault>, meter: &mut Meter) -> Result<()> {
    let mut tables: Vec<Arc<Table>> = tx.layouts.tables.values().cloned().collect();
    tables.sort_by(|a, b| a.name.cmp(&b.name));
    let mut end = tx.query_int("SELECT max(record) FROM change", &[])?;
    for table in &tables {
        end = end.max(tx.query_int(&format!("SELECT max(_id) FROM {}", table.name), &[])?);
    }
    let mut start = 1;
    while start <= end {
        let range = (start, start + SOME - 1);
        let mut lasts = last_changes(tx, range)?;
        for table in &tables {
            for record in in_range(tx, table, range)? {
                let name = format!("{} 第 {} 号记录", record.register, record.id);
                match lasts.remove(&record.id) {
                    None => faults.push(Fault::of(None, format!("{name}没有任何变更记录"))),
                    Some(last) => {
                        let image = record.image(&record.json(table));
                        if last.register != record.register || last.seq != record.seq || last.image != image {
                            let what = format!("{name}与其最后一次变更（第 {} 号）不符", last.seq);
                            faults.push(Fault::of(last.seq, what));
                        }
                    }
                }
            }
        }
        let mut gone: Vec<_> = lasts.into_iter().collect();
        gone.retain(|(_, last)| tx.layouts.tables.contains_key(&last.register) && last.image != NOTHING);
        gone.sort_by_key(|(id, _)| *id);
        for (id, last) in gone {
            faults.push(Fault::of(last.seq, format!("{} 第 {id} 号记录被删除", last.register)));
        }
        meter.more(usize::try_from(SOME.min(end - start + 1)).unwrap_or(0));
        start += SOME;
    }
    Ok(())
}

struct Last {
    seq: i64,
    register: String,
    image: Vec<u8>,
}

fn last_changes(tx: &mut Tx, (start, end): (i64, i64)) -> Result<HashMap<i64, Last>> {
    let sql = "SELECT c.record, c.seq, c.register, c.image FROM change c JOIN (SELECT max(seq) AS last FROM change \
               WHERE record BETWEEN $1 AND $2 GROUP BY record) ends ON c.seq = ends.last";
    let last = |mut row: Row| {
        let (id, seq) = (row.int(0)?, row.int(1)?);
        Ok((id, Last { seq, register: row.text(2)?, image: row.bytes(3)? }))
    };
    tx.query(sql, &[start.into(), end.into()])?.into_iter().map(last).collect()
}

fn in_range(tx: &mut Tx, table: &Table, (start, end): (i64, i64)) -> Result<Vec<Record>> {
    let sql =
        format!("SELECT {} FROM {} WHERE _id BETWEEN $1 AND $2 ORDER BY _id", table.columns, table.name);
    let all: Vec<usize> = (0..table.layout.columns.len()).collect();
    let rows = tx.query(&sql, &[start.into(), end.into()])?;
    rows.into_iter().map(|row| Record::from_row(table, &all, row)).collect()
}

/// Every attachment that a record took up against the hash it is called by.
fn attachments(tx: &mut Tx, faults: &mut Vec<Fault>, meter: &mut Meter) -> Result<()> {
    let folder = tx.shared.files.clone();
    for mut row in tx.query("SELECT hash, name FROM file WHERE uses > 0 ORDER BY hash", &[])? {
        let (hash, name) = (row.text(0)?, row.text(1)?);
        let bytes = files::place(&folder, &hash).and_then(|path| std::fs::read(path).ok());
        match bytes {
            None => faults.push(Fault::of(None, format!("附件 {name}（{hash}）丢失"))),
            Some(bytes) if hex(&sm3(&bytes)) != hash => {
                faults.push(Fault::of(None, format!("附件 {name}（{hash}）的内容被改动")));
            }
            Some(_) => {}
        }
        meter.more(1);
    }
    Ok(())
}
