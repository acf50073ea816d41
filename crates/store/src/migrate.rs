//! What a changed pack does to the tables, told before it is done. All tables change in one transaction, together with whatever
//! else the pack brings: a crash leaves the old pack or the new one.
use chrono::{DateTime, Utc};
use shian_pack::Pack;
use shian_pack::value::Value;

use crate::chain::NOTHING;
use crate::error::{Result, StoreError};
use crate::layout::{Column, Layout, Layouts, Owners, Storage, table_name};
use crate::record::{Record, Stamp};
use crate::store::Store;
use crate::tables;
use crate::tx::Tx;

/// What applying a pack does, or did. In Chinese, for the person who applies it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Migration {
    /// In order, one line each.
    pub steps: Vec<String>,
    /// Data that would be lost; refused unless allowed.
    pub losses: Vec<String>,
    /// What the records that are there do not allow at all.
    pub obstacles: Vec<String>,
    /// Registers whose area, body, owner or business date are derived in another way now: save their records again.
    pub restamp: Vec<String>,
}

impl Migration {
    /// Nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    fn add(&mut self, other: Migration) {
        self.steps.extend(other.steps);
        self.losses.extend(other.losses);
        self.obstacles.extend(other.obstacles);
        self.restamp.extend(other.restamp);
    }

    fn check(&self, allow_loss: bool) -> Result<()> {
        if !self.obstacles.is_empty() {
            Err(StoreError::Blocked(self.obstacles.clone()))
        } else if !allow_loss && !self.losses.is_empty() {
            Err(StoreError::Loss(self.losses.clone()))
        } else {
            Ok(())
        }
    }
}

/// A register as it is in the database and as the pack wants it.
struct Pair {
    old: Option<Layout>,
    new: Option<Layout>,
}

fn pairs(layouts: &Layouts, wanted: Vec<Layout>) -> Vec<Pair> {
    let old = |register: &str| layouts.tables.get(register).map(|table| table.layout.clone());
    let stays = |id: &String| wanted.iter().any(|layout| layout.register == *id);
    let mut gone: Vec<&String> = layouts.tables.keys().filter(|id| !stays(id)).collect();
    gone.sort();
    let gone: Vec<Pair> = gone.into_iter().map(|id| Pair { old: old(id), new: None }).collect();
    let wanted = wanted.into_iter().map(|new| Pair { old: old(&new.register), new: Some(new) });
    wanted.chain(gone).collect()
}

impl Store {
    /// What [`migrate`](Self::migrate) would do.
    pub fn plan_migration(&self, pack: &Pack) -> Result<Migration> {
        let wanted = pack.registers.values().map(|register| Layout::of(pack, register)).collect();
        self.read(|tx| {
            let mut all = Migration::default();
            for pair in pairs(&tx.layouts.clone(), wanted) {
                all.add(pair.plan(tx)?);
            }
            Ok(all)
        })
    }

    /// Brings the tables to what the pack declares. Refuses before it begins when data would be lost (unless allowed) or the
    /// records do not fit. Applied again it does nothing. `at` is the time in the history of records that lose a value.
    pub fn migrate(&self, pack: &Pack, allow_loss: bool, at: DateTime<Utc>) -> Result<Migration> {
        self.migrate_with(pack, allow_loss, at, |_, migration| Ok(migration.clone()))
    }

    /// The same, with what else belongs to it, in one transaction: all of it happens or nothing. Notes the pack's digest.
    pub fn migrate_with<T, E>(
        &self,
        pack: &Pack,
        allow_loss: bool,
        at: DateTime<Utc>,
        rest: impl FnOnce(&mut Tx, &Migration) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let wanted: Vec<Layout> =
            pack.registers.values().map(|register| Layout::of(pack, register)).collect();
        let digest = pack.digest.clone();
        let done = self.bulk(move |tx| {
            let migration = bring(tx, wanted, allow_loss, at)?;
            tx.note_pack(&digest)?;
            rest(tx, &migration)
        })?;
        self.catch_up()?;
        Ok(done)
    }
}

impl Tx {
    /// Digest of the pack that the tables are of; None before the first.
    pub fn noted_pack(&mut self) -> Result<Option<String>> {
        let row = self.query_row("SELECT digest FROM applied", &[])?;
        row.map(|mut row| row.text(0)).transpose()
    }

    fn note_pack(&mut self, digest: &str) -> Result<()> {
        let sql = "INSERT INTO applied (one, digest) VALUES (1, $1) ON CONFLICT (one) DO UPDATE SET digest = excluded.digest";
        self.execute(sql, &[digest.into()]).map(|_| ())
    }
}

fn bring(tx: &mut Tx, wanted: Vec<Layout>, allow_loss: bool, at: DateTime<Utc>) -> Result<Migration> {
    let pairs = pairs(&tx.layouts.clone(), wanted);
    let mut all = Migration::default();
    let mut changed = Vec::new();
    for pair in pairs {
        let plan = pair.plan(tx)?;
        if !plan.is_empty() {
            changed.push(pair);
        }
        all.add(plan);
    }
    all.check(allow_loss)?;
    if !changed.is_empty() {
        tx.new_edition();
    }
    for pair in &changed {
        pair.apply(tx, at)?;
    }
    Ok(all)
}

impl Pair {
    fn plan(&self, tx: &mut Tx) -> Result<Migration> {
        match (&self.old, &self.new) {
            (None, None) => Ok(Migration::default()),
            (None, Some(new)) => {
                let step =
                    format!("新建台账 {}（{}），{} 个字段", new.title, new.register, new.columns.len());
                Ok(Migration { steps: vec![step], ..Migration::default() })
            }
            (Some(old), None) => {
                let step = format!("移除台账 {}（{}）", old.title, old.register);
                let rows =
                    tx.query_int(&format!("SELECT count(*) FROM {}", table_name(&old.register)), &[])?;
                let losses =
                    if rows > 0 { vec![format!("{step}：其中有 {rows} 条记录")] } else { Vec::new() };
                Ok(Migration { steps: vec![step], losses, ..Migration::default() })
            }
            (Some(old), Some(new)) => plan_change(tx, old, new),
        }
    }

    fn apply(&self, tx: &mut Tx, at: DateTime<Utc>) -> Result<()> {
        match (&self.old, &self.new) {
            (None, None) => return Ok(()),
            (None, Some(new)) => tables::create(tx, new)?,
            (Some(old), None) => drop(tx, old, &migrates(at))?,
            (Some(old), Some(new)) => change(tx, old, new, at)?,
        }
        tx.forget_statements();
        tables::describe(tx, self.old.as_ref().map(|old| old.register.as_str()), self.new.as_ref())
    }
}

/// How a column gets from one shape to another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Same,
    /// More digits: times ten to this power.
    Widen(u8),
    /// From whole numbers to decimals with so many digits.
    Decimals(u8),
    /// Nothing of the old can stay.
    Anew,
}

fn way(old: &Column, new: &Column) -> Way {
    match (&old.storage, &new.storage) {
        (Storage::Scaled(a), Storage::Scaled(b)) if a == b => Way::Same,
        (Storage::Scaled(a), Storage::Scaled(b)) if a < b => Way::Widen(b - a),
        (Storage::Int, Storage::Scaled(digits)) if old.target.is_none() => Way::Decimals(*digits),
        (Storage::Rows(_), Storage::Rows(_)) => Way::Same,
        (a, b) if a == b && old.target == new.target => Way::Same,
        _ => Way::Anew,
    }
}

/// Fields of `old` whose values cannot stay.
fn dropped<'a>(old: &'a Layout, new: &'a Layout) -> impl Iterator<Item = &'a String> {
    let stays = |id: &str, column| new.columns.get(id).is_some_and(|wanted| way(column, wanted) != Way::Anew);
    old.columns.iter().filter(move |(id, column)| !stays(id, column)).map(|(id, _)| id)
}

fn plan_change(tx: &mut Tx, old: &Layout, new: &Layout) -> Result<Migration> {
    let mut plan = Migration::default();
    let named = |layout: &Layout, id: &str| {
        let title = layout.titles.get(id).map_or(id, String::as_str);
        format!("{}.{id}（{title}）", new.register)
    };
    for id in dropped(old, new) {
        let step = match new.columns.contains_key(id) {
            true => format!("重建字段 {}：类型不同", named(new, id)),
            false => format!("删除字段 {}", named(old, id)),
        };
        let rows = tables::filled(tx, &new.register, id)?;
        if rows > 0 {
            plan.losses.push(format!("{step}：{rows} 条记录的内容将从台账中消失"));
        }
        plan.steps.push(step);
    }
    for (id, column) in &new.columns {
        match old.columns.get(id).map(|before| way(before, column)) {
            None => plan.steps.push(format!("增加字段 {}", named(new, id))),
            Some(Way::Widen(_) | Way::Decimals(_)) => {
                plan.steps.push(format!("增加小数位 {}", named(new, id)))
            }
            Some(Way::Same | Way::Anew) => {}
        }
    }
    for state in old.states.iter().filter(|state| !new.states.contains(state)) {
        let rows = tables::in_state(tx, &new.register, state)?;
        if rows > 0 {
            plan.obstacles.push(format!("{} 仍有 {rows} 条记录处于状态 {state}，该状态不能移除", new.title));
        }
    }
    for fields in new.unique.iter().filter(|fields| !old.unique.contains(fields)) {
        plan.steps.push(format!("{} 增加唯一约束（{}）", new.title, fields.join("、")));
        let known = fields.iter().all(|id| old.columns.contains_key(id));
        if known && tables::repeated(tx, &new.register, fields)? {
            plan.obstacles.push(format!(
                "{} 已有记录的（{}）相同，先合并重复记录",
                new.title,
                fields.join("、")
            ));
        }
    }
    if old.owners != new.owners || old.derived != new.derived {
        plan.restamp.push(new.register.clone());
    }
    if plan.is_empty() && tables::description(old)? != tables::description(new)? {
        plan.steps.push(format!("更新台账 {}（{}）的说明与索引", new.title, new.register));
    }
    Ok(plan)
}

fn migrates(at: DateTime<Utc>) -> Stamp {
    Stamp { at, by: 0, act: "migrate".to_owned(), reason: None }
}

/// Drops a register; the history keeps its records as they were at the end.
fn drop(tx: &mut Tx, old: &Layout, stamp: &Stamp) -> Result<()> {
    let table = tx.table(&old.register)?;
    let mut last = 0;
    loop {
        let records = tables::some_after(tx, &table, last)?;
        let Some(end) = records.last() else { return tables::drop(tx, old) };
        last = end.id;
        for record in records {
            let lines = (record.json(&table), "{}".to_owned());
            tx.append((&record.register, record.id), stamp, lines, NOTHING)?;
        }
    }
}

fn change(tx: &mut Tx, old: &Layout, new: &Layout, at: DateTime<Utc>) -> Result<()> {
    let stamp = migrates(at);
    let gone: Vec<&String> = dropped(old, new).collect();
    let new_owners = old.owners != new.owners && old.owners != Owners::None;
    let_go(tx, old, &gone, new_owners, &stamp)?;
    tables::drop_indexes(tx, old, new)?;
    for id in &gone {
        tables::drop_column(tx, old, id)?;
    }
    if old.owners != new.owners {
        tables::change_owners(tx, old, new)?;
    }
    for (id, column) in &new.columns {
        match old.columns.get(id).map(|before| way(before, column)) {
            None | Some(Way::Anew) => tables::add_column(tx, new, id, column)?,
            Some(Way::Widen(digits) | Way::Decimals(digits)) => {
                tables::multiply(tx, &new.register, id, digits)?
            }
            Some(Way::Same) => {}
        }
    }
    tables::create_indexes(tx, Some(old), new)?;
    let decimals = new.columns.iter().filter_map(|(id, column)| match way(old.columns.get(id)?, column) {
        Way::Decimals(_) => Some(id),
        Way::Same | Way::Widen(_) | Way::Anew => None,
    });
    for id in decimals {
        tell_decimals(tx, new, id, &stamp)?;
    }
    if old.search != new.search { tables::index_words(tx, new) } else { Ok(()) }
}

/// Writes nulls over the values that will go, so that the history keeps them and the chain stays true.
fn let_go(tx: &mut Tx, old: &Layout, gone: &[&String], owners: bool, stamp: &Stamp) -> Result<()> {
    let table = tx.table(&old.register)?;
    let mut last = 0;
    loop {
        let records = tables::some_after(tx, &table, last)?;
        let Some(end) = records.last() else { return Ok(()) };
        last = end.id;
        for record in records {
            let mut new = record.clone();
            for id in gone {
                if let Some(value) = new.fields.get_mut(*id) {
                    *value = Value::Null;
                }
            }
            if owners {
                new.owners.clear();
            }
            if new != record {
                let new = tx.next_of(&record, new, stamp);
                tx.replace(&table, &record, new, stamp)?;
            }
        }
    }
}

/// A whole number became a decimal: its history says so, and its image is that of the new value.
fn tell_decimals(tx: &mut Tx, new: &Layout, id: &str, stamp: &Stamp) -> Result<()> {
    let table = tables::table_of(tx, new);
    let mut last = 0;
    loop {
        let records = tables::some_after(tx, &table, last)?;
        let Some(end) = records.last() else { return Ok(()) };
        last = end.id;
        for record in records {
            let Some(Value::Decimal(number)) = record.fields.get(id).cloned() else { continue };
            let mut old = record.clone();
            old.fields
                .insert(id.to_owned(), Value::Int(i64::try_from(number.trunc().mantissa()).unwrap_or(0)));
            let new: Record = tx.next_of(&record, record.clone(), stamp);
            tx.replace(&table, &old, new, stamp)?;
        }
    }
}
