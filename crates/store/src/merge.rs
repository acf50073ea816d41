//! Duplicates 重复记录: found by what should be unique, merged so that everything points to the one that stays.
use std::collections::BTreeMap;
use std::sync::Arc;

use indexmap::IndexMap;
use shian_pack::Register;
use shian_pack::value::{RecordId, Value};

use crate::cell::Cell;
use crate::error::{Result, StoreError};
use crate::layout::{Column, Owners, Storage, Table, link_name};
use crate::list::column_of;
use crate::record::{Record, Stamp};
use crate::scope::Scope;
use crate::search::spaced;
use crate::sql::Sql;
use crate::tables;
use crate::tx::Tx;

/// Rows read at a time.
const SOME: i64 = 5_000;

/// Fields that should tell records apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub fields: Vec<String>,
    /// Do not mind case, width, spaces and punctuation.
    pub loosely: bool,
}

/// Live records with the same key, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicates {
    pub by: Vec<String>,
    pub records: Vec<RecordId>,
}

/// What a merge did.
#[derive(Debug, Clone, PartialEq)]
pub struct Merged {
    /// Records that point to the winner now, by register: their name and scope may have to be derived again.
    pub touched: Vec<(String, RecordId)>,
    /// The losers, deleted, each with the winner in `merged_into`.
    pub losers: Vec<Record>,
}

impl Tx {
    /// Groups of live records within scope that agree in one of the keys. Empty values agree with nothing.
    pub fn find_duplicates(
        &mut self,
        register: &Register,
        scope: &Scope,
        keys: &[Key],
    ) -> Result<Vec<Duplicates>> {
        let mut found: Vec<Duplicates> = Vec::new();
        for key in keys {
            for (_, records) in self.by_key(register, scope, key)? {
                if records.len() > 1 && !found.iter().any(|group| group.records == records) {
                    found.push(Duplicates { by: key.fields.clone(), records });
                }
            }
        }
        found.sort_by(|a, b| a.records.cmp(&b.records));
        Ok(found)
    }

    fn by_key(
        &mut self,
        register: &Register,
        scope: &Scope,
        key: &Key,
    ) -> Result<BTreeMap<Vec<Cell>, Vec<RecordId>>> {
        let table = self.table(&register.id)?;
        let names: Vec<String> = key
            .fields
            .iter()
            .map(|field| column_of(&table.layout, field).map(|(name, _)| name))
            .collect::<Result<_>>()?;
        let mut groups: BTreeMap<Vec<Cell>, Vec<RecordId>> = BTreeMap::new();
        let mut last = 0;
        loop {
            let text =
                format!("SELECT _id, {} FROM {} WHERE _deleted = 0 AND _id > ", names.join(", "), table.name);
            let mut sql = Sql::new(self.dialect(), text);
            sql.bind(last);
            scope.push(&mut sql, &table.layout);
            sql.push(" ORDER BY _id LIMIT ").bind(SOME);
            let rows = self.query(&sql.text, &sql.params)?;
            let Some(end) = rows.last() else { return Ok(groups) };
            last = end.int(0)?;
            for mut row in rows {
                let id = row.int(0)?;
                let cells: Vec<Cell> =
                    row.0.drain(1..).map(|cell| if key.loosely { loose(cell) } else { cell }).collect();
                let empty = |cell: &Cell| matches!(cell, Cell::Null) || *cell == Cell::Text(String::new());
                if !cells.iter().any(empty) {
                    groups.entry(cells).or_default().push(id);
                }
            }
        }
    }

    /// Merges duplicates: every ref to a loser points to the winner, the losers are deleted and say who took their place. All in
    /// one act, all in the history.
    pub fn merge(
        &mut self,
        register: &Register,
        winner: RecordId,
        losers: &[RecordId],
        stamp: &Stamp,
    ) -> Result<Merged> {
        let table = self.table(&register.id)?;
        self.live(&table, winner)?;
        let mut merged = Merged { touched: Vec::new(), losers: Vec::new() };
        let mut tables: Vec<Arc<Table>> = self.layouts.tables.values().cloned().collect();
        tables.sort_by(|a, b| a.name.cmp(&b.name));
        for loser in losers.iter().copied().filter(|loser| *loser != winner) {
            let old = self.live(&table, loser)?;
            let new = Record { deleted: true, merged_into: Some(winner), ..old.clone() };
            let new = self.next_of(&old, new, stamp);
            merged.losers.push(self.replace(&table, &old, new, stamp)?);
            for child in &tables {
                let repoint = Repoint { register: &register.id, from: loser, to: winner };
                self.repoint(child, &repoint, stamp, &mut merged.touched)?;
            }
            let of_owners = vec![winner.into(), loser.into()];
            self.queue(
                "INSERT INTO deadline_owner (record, clock, owner) SELECT record, clock, $1 FROM deadline_owner \
                 WHERE owner = $2 ON CONFLICT DO NOTHING",
                of_owners,
            )?;
            self.queue("DELETE FROM deadline_owner WHERE owner = $1", vec![loser.into()])?;
        }
        self.settle()?;
        merged.touched.sort();
        merged.touched.dedup();
        Ok(merged)
    }

    fn live(&mut self, table: &Table, id: RecordId) -> Result<Record> {
        let missing = || StoreError::Missing { register: table.layout.register.clone(), record: id };
        self.find(table, id)?.filter(|record| !record.deleted).ok_or_else(missing)
    }

    fn repoint(
        &mut self,
        child: &Table,
        repoint: &Repoint,
        stamp: &Stamp,
        touched: &mut Vec<(String, RecordId)>,
    ) -> Result<()> {
        for old in repoint.candidates(self, child)? {
            let mut new = old.clone();
            repoint.rewrite(&child.layout.columns, &mut new.fields);
            if child.layout.owner_register.as_deref() == Some(repoint.register) {
                new.owners
                    .iter_mut()
                    .filter(|owner| **owner == repoint.from)
                    .for_each(|owner| *owner = repoint.to);
                new.owners.sort_unstable();
                new.owners.dedup();
            }
            if new != old {
                let new = self.next_of(&old, new, stamp);
                touched.push((new.register.clone(), new.id));
                self.replace(child, &old, new, stamp)?;
            }
        }
        Ok(())
    }
}

fn loose(cell: Cell) -> Cell {
    match cell {
        Cell::Text(text) => Cell::Text(spaced(&text).replace(' ', "")),
        other => other,
    }
}

struct Repoint<'a> {
    register: &'a str,
    from: RecordId,
    to: RecordId,
}

impl Repoint<'_> {
    /// Records of `child` that may point to the loser, deleted ones too.
    fn candidates(&self, tx: &mut Tx, child: &Table) -> Result<Vec<Record>> {
        let layout = &child.layout;
        let nested = |column: &Column| match &column.storage {
            Storage::Rows(columns) => {
                columns.values().any(|column| column.target.as_deref() == Some(self.register))
            }
            _ => false,
        };
        if layout.columns.values().any(nested) {
            return self.all(tx, child);
        }
        let mut ways: Vec<String> = Vec::new();
        let linked = |field: &str| {
            format!("_id IN (SELECT record FROM {} WHERE target = $1)", link_name(&layout.register, field))
        };
        for (id, column) in
            layout.columns.iter().filter(|(_, column)| column.target.as_deref() == Some(self.register))
        {
            ways.push(if column.storage == Storage::Ids { linked(id) } else { format!("\"{id}\" = $1") });
        }
        if layout.owner_register.as_deref() == Some(self.register) {
            match layout.owners {
                Owners::None => {}
                Owners::One => ways.push("_own = $1".to_owned()),
                Owners::Many => ways.push(linked("_own")),
            }
        }
        if ways.is_empty() {
            return Ok(Vec::new());
        }
        let sql =
            format!("SELECT {} FROM {} WHERE {} ORDER BY _id", child.columns, child.name, ways.join(" OR "));
        let all: Vec<usize> = (0..layout.columns.len()).collect();
        tx.query(&sql, &[self.from.into()])?
            .into_iter()
            .map(|row| Record::from_row(child, &all, row))
            .collect()
    }

    /// Sub-rows hold refs that no index knows.
    fn all(&self, tx: &mut Tx, child: &Table) -> Result<Vec<Record>> {
        let (mut found, mut last) = (Vec::new(), 0);
        loop {
            let records = tables::some_after(tx, child, last)?;
            let Some(end) = records.last() else { return Ok(found) };
            last = end.id;
            found.extend(records);
        }
    }

    fn rewrite(&self, columns: &IndexMap<String, Column>, fields: &mut shian_pack::value::Fields) {
        for (id, value) in fields.iter_mut() {
            let Some(column) = columns.get(id) else { continue };
            let points = column.target.as_deref() == Some(self.register);
            match (&column.storage, value) {
                (Storage::Int, Value::Int(target)) if points && *target == self.from => *target = self.to,
                (Storage::Ids, Value::List(targets))
                    if points && targets.contains(&Value::Int(self.from)) =>
                {
                    let has_winner = targets.contains(&Value::Int(self.to));
                    targets.retain(|target| !(has_winner && *target == Value::Int(self.from)));
                    let losers = targets.iter_mut().filter(|target| **target == Value::Int(self.from));
                    losers.for_each(|target| *target = Value::Int(self.to));
                }
                (Storage::Rows(columns), Value::Rows(rows)) => {
                    rows.iter_mut().for_each(|row| self.rewrite(columns, row));
                }
                _ => {}
            }
        }
    }
}
