//! Writing records: each act writes the row, its links and words, and its change, or nothing.
//!
//! After an `Err` the act must end with it, or have been tried in [`Tx::attempt`]: half of it may be there.
use std::sync::Arc;

use shian_pack::Register;
use shian_pack::value::RecordId;

use crate::cell::Cell;
use crate::dialect::Dialect;
use crate::error::{Result, StoreError};
use crate::layout::{Owners, Storage, Table, link_name, unique_name};
use crate::record::{Checked, Record, Stamp};
use crate::scope::Scope;
use crate::search;
use crate::sql::Sql;
use crate::tx::Tx;

impl Tx {
    pub(crate) fn table(&self, register: &str) -> Result<Arc<Table>> {
        self.layouts.table(register).cloned()
    }

    /// Writes a new record with the next id, and the next running number if it brings none.
    pub fn insert(&mut self, register: &Register, checked: Checked, stamp: &Stamp) -> Result<Record> {
        let table = self.table(&register.id)?;
        let id = self.next_id();
        let mut record = checked.into_record(&table, id, self.next_seq(), stamp)?;
        match (&record.number, &table.layout.number) {
            (None, Some(pattern)) => record.number = Some(self.issue_number(pattern, record.date, stamp)?),
            (Some(number), Some(pattern)) => self.take_number(pattern, record.date, stamp, number)?,
            (_, None) => {}
        }
        let json = record.json(&table);
        let image = record.image(&json);
        self.put(&table, &record, None)?;
        self.append((&record.register, id), stamp, ("{}".to_owned(), json), image)?;
        self.settle().map_err(|error| named(error, &table))?;
        Ok(record)
    }

    /// Changes a record that is at `expected_version`; answers [`StoreError::Stale`] when it is not.
    pub fn update(
        &mut self,
        register: &Register,
        id: RecordId,
        expected_version: i64,
        checked: Checked,
        stamp: &Stamp,
    ) -> Result<Record> {
        let table = self.table(&register.id)?;
        let old = self.at_version(&table, id, expected_version)?;
        let new = checked.onto(&old, &table, self.next_seq(), stamp)?;
        self.replace(&table, &old, new, stamp)
    }

    /// Takes a record out of sight; its row and history stay.
    pub fn delete(
        &mut self,
        register: &Register,
        id: RecordId,
        expected_version: i64,
        stamp: &Stamp,
    ) -> Result<Record> {
        self.mark(register, id, expected_version, true, stamp)
    }

    /// Brings a deleted record back.
    pub fn restore(
        &mut self,
        register: &Register,
        id: RecordId,
        expected_version: i64,
        stamp: &Stamp,
    ) -> Result<Record> {
        self.mark(register, id, expected_version, false, stamp)
    }

    fn mark(
        &mut self,
        register: &Register,
        id: RecordId,
        version: i64,
        deleted: bool,
        stamp: &Stamp,
    ) -> Result<Record> {
        let table = self.table(&register.id)?;
        let old = self.at_version(&table, id, version)?;
        let new = Record { deleted, merged_into: None, ..old.clone() };
        self.replace(&table, &old, self.next_of(&old, new, stamp), stamp)
    }

    /// `new` as the next version of `old`.
    pub(crate) fn next_of(&self, old: &Record, new: Record, stamp: &Stamp) -> Record {
        let (updated_at, updated_by) = (stamp.at, stamp.by);
        Record { version: old.version + 1, updated_at, updated_by, seq: self.next_seq(), ..new }
    }

    fn at_version(&mut self, table: &Table, id: RecordId, expected: i64) -> Result<Record> {
        let register = || table.layout.register.clone();
        let record =
            self.find(table, id)?.ok_or_else(|| StoreError::Missing { register: register(), record: id })?;
        if record.version == expected {
            Ok(record)
        } else {
            Err(StoreError::Stale { register: register(), record: id, current: record.version })
        }
    }

    /// Writes `new` over `old`, with its change.
    pub(crate) fn replace(
        &mut self,
        table: &Table,
        old: &Record,
        new: Record,
        stamp: &Stamp,
    ) -> Result<Record> {
        let difference = new.difference(old, table);
        let image = new.image(&new.json(table));
        self.put(table, &new, Some(old))?;
        self.append((&new.register, new.id), stamp, difference, image)?;
        self.settle().map_err(|error| named(error, table))?;
        Ok(new)
    }

    /// The row, its links, its words, its attachments.
    fn put(&mut self, table: &Table, record: &Record, old: Option<&Record>) -> Result<()> {
        let mut cells = record.cells(table)?;
        let words = search::words_of(record, &table.layout);
        let new_words = old.is_none_or(|old| search::words_of(old, &table.layout) != words);
        if self.dialect() == Dialect::Postgres {
            cells.push(words.as_str().into());
        }
        let sql = if old.is_none() { &table.insert } else { &table.update };
        self.queue(sql, cells).map_err(|error| named(error, table))?;
        if self.dialect() == Dialect::Sqlite && new_words {
            let sql = if old.is_none() { &table.insert_words } else { &table.update_words };
            self.queue(sql, vec![record.id.into(), words.into()])?;
        }
        if table.layout.owners == Owners::Many {
            let was = old.map(|old| old.owners.as_slice()).unwrap_or_default();
            self.put_links(table, "_own", record.id, was, &record.owners)?;
        }
        for (field, column) in &table.layout.columns {
            if column.storage == Storage::Ids {
                let was = old.and_then(|old| old.fields.get(field)).map(Record::ids).unwrap_or_default();
                let is = record.fields.get(field).map(Record::ids).unwrap_or_default();
                self.put_links(table, field, record.id, &was, &is)?;
            }
        }
        self.count_files(table, record, old)
    }

    fn put_links(
        &mut self,
        table: &Table,
        field: &str,
        record: RecordId,
        was: &[i64],
        is: &[i64],
    ) -> Result<()> {
        if was == is {
            return Ok(());
        }
        let name = link_name(&table.layout.register, field);
        if !was.is_empty() {
            self.queue(&format!("DELETE FROM {name} WHERE record = $1"), vec![record.into()])?;
        }
        let mut targets = is.to_vec();
        targets.sort_unstable();
        targets.dedup();
        for target in targets {
            let sql = format!("INSERT INTO {name} (record, target) VALUES ($1, $2)");
            self.queue(&sql, vec![record.into(), target.into()])?;
        }
        Ok(())
    }

    /// An attachment that a record took up is never swept, not even when the record lets go of it: the history has it.
    fn count_files(&mut self, table: &Table, record: &Record, old: Option<&Record>) -> Result<()> {
        let was = old.map(|old| old.files(table)).unwrap_or_default();
        for hash in record.files(table).into_iter().filter(|hash| !was.contains(hash)) {
            self.queue("UPDATE file SET uses = uses + 1 WHERE hash = $1", vec![hash.into()])?;
        }
        Ok(())
    }
}

/// A broken unique key by the names of its fields.
pub(crate) fn named(error: StoreError, table: &Table) -> StoreError {
    let layout = &table.layout;
    let conflict = |fields: Vec<String>| StoreError::Conflict { register: layout.register.clone(), fields };
    match &error {
        StoreError::Sqlite(rusqlite::Error::SqliteFailure(code, Some(message)))
            if code.extended_code == rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE =>
        {
            let prefix = format!("r_{}.", layout.register);
            let fields = message.rsplit_once(": ").map_or("", |(_, columns)| columns).split(", ");
            conflict(fields.map(|column| column.trim_start_matches(&prefix).to_owned()).collect())
        }
        StoreError::Postgres(cause) => {
            let index =
                cause.as_db_error().filter(|db| db.code().code() == "23505").and_then(|db| db.constraint());
            let Some(index) = index else { return error };
            let keys = layout.unique.iter().find(|fields| unique_name(&layout.register, fields) == index);
            match keys {
                Some(fields) => conflict(fields.clone()),
                None => conflict(vec!["_number".to_owned()]),
            }
        }
        _ => error,
    }
}

impl Tx {
    /// A record whoever asks, also a deleted one.
    pub(crate) fn find(&mut self, table: &Table, id: RecordId) -> Result<Option<Record>> {
        let sql = format!("SELECT {} FROM {} WHERE _id = $1", table.columns, table.name);
        let all: Vec<usize> = (0..table.layout.columns.len()).collect();
        self.query_row(&sql, &[Cell::Int(id)])?.map(|row| Record::from_row(table, &all, row)).transpose()
    }

    /// A record that is in scope, also a deleted one.
    pub fn get(&mut self, register: &Register, id: RecordId, scope: &Scope) -> Result<Option<Record>> {
        let table = self.table(&register.id)?;
        let mut sql =
            Sql::new(self.dialect(), format!("SELECT {} FROM {} WHERE _id = ", table.columns, table.name));
        sql.bind(id);
        scope.push(&mut sql, &table.layout);
        let all: Vec<usize> = (0..table.layout.columns.len()).collect();
        self.query_row(&sql.text, &sql.params)?.map(|row| Record::from_row(&table, &all, row)).transpose()
    }

    /// The live records of `child` whose ref (or many refs) `field` points to `id`, oldest first.
    pub fn find_referencing(&mut self, child: &Register, field: &str, id: RecordId) -> Result<Vec<Record>> {
        let table = self.table(&child.id)?;
        let column = table
            .layout
            .columns
            .get(field)
            .ok_or_else(|| StoreError::NoField { register: child.id.clone(), field: field.to_owned() })?;
        let points = match column.storage {
            Storage::Ids => {
                format!("_id IN (SELECT record FROM {} WHERE target = $1)", link_name(&child.id, field))
            }
            _ => format!("\"{field}\" = $1"),
        };
        let sql = format!(
            "SELECT {} FROM {} WHERE {points} AND _deleted = 0 ORDER BY _id",
            table.columns, table.name
        );
        let all: Vec<usize> = (0..table.layout.columns.len()).collect();
        let rows = self.query(&sql, &[Cell::Int(id)])?;
        rows.into_iter().map(|row| Record::from_row(&table, &all, row)).collect()
    }
}
