//! The statements that make and change the tables of a pack's registers. Every one runs inside the caller's transaction.
use std::sync::Arc;

use crate::cell::Cell;
use crate::dialect::Dialect;
use crate::error::{Result, StoreError};
use crate::layout::{
    Column, FIXED, Layout, Layouts, Owners, Storage, Table, link_name, table_name, unique_name, words_name,
};
use crate::record::Record;
use crate::search;
use crate::tx::Tx;

/// Records read at a time when a whole table is gone through.
const SOME: i64 = 2_000;

fn column_type(storage: &Storage, dialect: Dialect) -> &'static str {
    if storage.is_text() { dialect.text() } else { dialect.integer() }
}

fn fixed_type(column: &str, layout: &Layout, dialect: Dialect) -> String {
    let (integer, text) = (dialect.integer(), dialect.text());
    match column {
        "_id" => format!("{integer} PRIMARY KEY"),
        "_state" | "_name" | "_area" => format!("{text} NOT NULL"),
        "_number" => text.to_owned(),
        "_own" if layout.owners == Owners::Many => text.to_owned(),
        "_body" | "_own" | "_date" | "_into" | "_area_id" => integer.to_owned(),
        _ => format!("{integer} NOT NULL"),
    }
}

/// A new register's table, link tables, words and indexes.
pub fn create(tx: &mut Tx, layout: &Layout) -> Result<()> {
    let dialect = tx.dialect();
    let fixed = FIXED.iter().map(|column| format!("{column} {}", fixed_type(column, layout, dialect)));
    let fields = layout
        .columns
        .iter()
        .map(|(id, column)| format!("\"{id}\" {}", column_type(&column.storage, dialect)));
    let words = (dialect == Dialect::Postgres).then(|| "_words tsvector".to_owned());
    let columns: Vec<String> = fixed.chain(fields).chain(words).collect();
    tx.batch(&format!(
        "CREATE TABLE {} ({}){}",
        table_name(&layout.register),
        columns.join(", "),
        dialect.strict()
    ))?;
    for (id, _) in layout.columns.iter().filter(|(_, column)| column.storage == Storage::Ids) {
        create_links(tx, &layout.register, id)?;
    }
    if layout.owners == Owners::Many {
        create_links(tx, &layout.register, "_own")?;
    }
    create_words(tx, &layout.register)?;
    create_indexes(tx, None, layout)
}

fn create_words(tx: &mut Tx, register: &str) -> Result<()> {
    match tx.dialect() {
        Dialect::Sqlite => tx.batch(&format!(
            "CREATE VIRTUAL TABLE {} USING fts5(words, content='', contentless_delete=1, \
             tokenize='unicode61 remove_diacritics 0')",
            words_name(register)
        )),
        Dialect::Postgres => tx.batch(&format!(
            "CREATE INDEX \"i_{register}___words\" ON {} USING gin (_words)",
            table_name(register)
        )),
    }
}

fn create_links(tx: &mut Tx, register: &str, field: &str) -> Result<()> {
    let (name, integer) = (link_name(register, field), tx.dialect().integer());
    let end = match tx.dialect() {
        Dialect::Sqlite => " STRICT, WITHOUT ROWID",
        Dialect::Postgres => "",
    };
    tx.batch(&format!(
        "CREATE TABLE {name} (record {integer} NOT NULL, target {integer} NOT NULL, PRIMARY KEY (record, target)){end}"
    ))?;
    tx.batch(&format!("CREATE INDEX \"l_{register}__{field}\" ON {name} (target)"))
}

/// Everything of a register but its history.
pub fn drop(tx: &mut Tx, layout: &Layout) -> Result<()> {
    let links =
        layout.columns.iter().filter(|(_, column)| column.storage == Storage::Ids).map(|(id, _)| id.as_str());
    let own = (layout.owners == Owners::Many).then_some("_own");
    let names: Vec<String> = links.chain(own).map(|field| link_name(&layout.register, field)).collect();
    for name in names {
        tx.batch(&format!("DROP TABLE {name}"))?;
    }
    if tx.dialect() == Dialect::Sqlite {
        tx.batch(&format!("DROP TABLE {}", words_name(&layout.register)))?;
    }
    let of_register = [Cell::from(layout.register.as_str())];
    tx.execute(
        "DELETE FROM deadline_owner WHERE record IN (SELECT record FROM deadline WHERE register = $1)",
        &of_register,
    )?;
    tx.execute("DELETE FROM deadline WHERE register = $1", &of_register)?;
    tx.batch(&format!("DROP TABLE {}", table_name(&layout.register)))
}

/// Name and statement of every index of a register's table.
fn indexes(layout: &Layout) -> Vec<(String, String)> {
    let (register, table) = (&layout.register, table_name(&layout.register));
    let plain = |name: &str, columns: &str| {
        let name = format!("i_{register}__{name}");
        let sql = format!("CREATE INDEX \"{name}\" ON {table} ({columns})");
        (name, sql)
    };
    let mut all = vec![plain("_area", "_area, _date")];
    if layout.derived.when.is_some() {
        all.push(plain("_date", "_date"));
    }
    if layout.derived.body.is_some() {
        all.push(plain("_body", "_body"));
    }
    if layout.owners == Owners::One {
        all.push(plain("_own", "_own"));
    }
    if layout.number.is_some() {
        let name = format!("i_{register}___number");
        let sql = format!("CREATE UNIQUE INDEX \"{name}\" ON {table} (_number) WHERE _number IS NOT NULL");
        all.push((name, sql));
    }
    for (id, _) in
        layout.columns.iter().filter(|(_, column)| column.target.is_some() && column.storage == Storage::Int)
    {
        all.push(plain(id, &format!("\"{id}\"")));
    }
    for fields in &layout.unique {
        let columns: Vec<String> = fields.iter().map(|id| format!("\"{id}\"")).collect();
        let name = unique_name(register, fields);
        let sql =
            format!("CREATE UNIQUE INDEX \"{name}\" ON {table} ({}) WHERE _deleted = 0", columns.join(", "));
        all.push((name, sql));
    }
    all
}

/// The indexes of `new` that `old` has not.
pub fn create_indexes(tx: &mut Tx, old: Option<&Layout>, new: &Layout) -> Result<()> {
    let before = old.map(indexes).unwrap_or_default();
    for (_, sql) in indexes(new).into_iter().filter(|index| !before.contains(index)) {
        tx.batch(&sql)?;
    }
    Ok(())
}

/// The indexes of `old` that `new` has not.
pub fn drop_indexes(tx: &mut Tx, old: &Layout, new: &Layout) -> Result<()> {
    let after = indexes(new);
    for (name, _) in indexes(old).into_iter().filter(|index| !after.contains(index)) {
        tx.batch(&format!("DROP INDEX \"{name}\""))?;
    }
    Ok(())
}

pub fn add_column(tx: &mut Tx, layout: &Layout, id: &str, column: &Column) -> Result<()> {
    let kind = column_type(&column.storage, tx.dialect());
    tx.batch(&format!("ALTER TABLE {} ADD COLUMN \"{id}\" {kind}", table_name(&layout.register)))?;
    if column.storage == Storage::Ids { create_links(tx, &layout.register, id) } else { Ok(()) }
}

/// Also drops the index of a ref that stays one but points elsewhere: it is made again with the new column.
pub fn drop_column(tx: &mut Tx, layout: &Layout, id: &str) -> Result<()> {
    let column = format!("\"{id}\"");
    for (name, _) in indexes(layout).iter().filter(|(_, sql)| sql.contains(&column)) {
        tx.batch(&format!("DROP INDEX IF EXISTS \"{name}\""))?;
    }
    if layout.columns.get(id).is_some_and(|column| column.storage == Storage::Ids) {
        tx.batch(&format!("DROP TABLE {}", link_name(&layout.register, id)))?;
    }
    tx.batch(&format!("ALTER TABLE {} DROP COLUMN {column}", table_name(&layout.register)))
}

/// A new column for owners of another kind; the old ones have been let go.
pub fn change_owners(tx: &mut Tx, old: &Layout, new: &Layout) -> Result<()> {
    let table = table_name(&new.register);
    if old.owners == Owners::Many {
        tx.batch(&format!("DROP TABLE {}", link_name(&old.register, "_own")))?;
    }
    tx.batch(&format!("ALTER TABLE {table} DROP COLUMN _own"))?;
    let kind = fixed_type("_own", new, tx.dialect());
    tx.batch(&format!("ALTER TABLE {table} ADD COLUMN _own {kind}"))?;
    if new.owners == Owners::Many { create_links(tx, &new.register, "_own") } else { Ok(()) }
}

/// More digits after the point.
pub fn multiply(tx: &mut Tx, register: &str, id: &str, digits: u8) -> Result<()> {
    let factor = 10_i64.pow(u32::from(digits));
    tx.batch(&format!("UPDATE {} SET \"{id}\" = \"{id}\" * {factor}", table_name(register)))
}

/// Writes what a register's table is like beside it; `None`: it is gone.
pub fn describe(tx: &mut Tx, old: Option<&str>, new: Option<&Layout>) -> Result<()> {
    let mut tables = tx.layouts.tables.clone();
    if let Some(old) = old {
        tx.execute("DELETE FROM layout WHERE register = $1", &[old.into()])?;
        tables.remove(old);
    }
    if let Some(new) = new {
        let params = [new.register.as_str().into(), description(new)?.into()];
        tx.execute("INSERT INTO layout (register, body) VALUES ($1, $2)", &params)?;
        tables.insert(new.register.clone(), Arc::new(table_of(tx, new)));
    }
    tx.layouts = Arc::new(Layouts { edition: tx.layouts.edition, tables });
    Ok(())
}

/// The layout as it is kept.
pub fn description(layout: &Layout) -> Result<String> {
    serde_json::to_string(layout).map_err(|error| StoreError::Corrupt(error.to_string()))
}

pub fn table_of(tx: &Tx, layout: &Layout) -> Table {
    Table::new(layout.clone(), tx.dialect())
}

/// How many records have something in the field.
pub fn filled(tx: &mut Tx, register: &str, id: &str) -> Result<i64> {
    tx.query_int(&format!("SELECT count(*) FROM {} WHERE \"{id}\" IS NOT NULL", table_name(register)), &[])
}

/// How many records are in the state.
pub fn in_state(tx: &mut Tx, register: &str, state: &str) -> Result<i64> {
    tx.query_int(&format!("SELECT count(*) FROM {} WHERE _state = $1", table_name(register)), &[state.into()])
}

/// Whether two live records have the same values in these fields.
pub fn repeated(tx: &mut Tx, register: &str, fields: &[String]) -> Result<bool> {
    let columns: Vec<String> = fields.iter().map(|id| format!("\"{id}\"")).collect();
    let given: Vec<String> = columns.iter().map(|column| format!("{column} IS NOT NULL")).collect();
    let sql = format!(
        "SELECT 1 FROM {} WHERE _deleted = 0 AND {} GROUP BY {} HAVING count(*) > 1 LIMIT 1",
        table_name(register),
        given.join(" AND "),
        columns.join(", ")
    );
    Ok(tx.query_row(&sql, &[])?.is_some())
}

/// The next records by id after `last`, deleted ones too.
pub fn some_after(tx: &mut Tx, table: &Table, last: i64) -> Result<Vec<Record>> {
    let sql = format!("SELECT {} FROM {} WHERE _id > $1 ORDER BY _id LIMIT $2", table.columns, table.name);
    let all: Vec<usize> = (0..table.layout.columns.len()).collect();
    let rows = tx.query(&sql, &[last.into(), SOME.into()])?;
    rows.into_iter().map(|row| Record::from_row(table, &all, row)).collect()
}

/// Writes the words of every record again.
pub fn index_words(tx: &mut Tx, layout: &Layout) -> Result<()> {
    let table = table_of(tx, layout);
    let sql = match tx.dialect() {
        Dialect::Sqlite => table.update_words.clone(),
        Dialect::Postgres => {
            format!("UPDATE {} SET _words = to_tsvector('simple', $2) WHERE _id = $1", table.name)
        }
    };
    let mut last = 0;
    loop {
        let records = some_after(tx, &table, last)?;
        let Some(end) = records.last() else { return Ok(()) };
        last = end.id;
        for record in &records {
            tx.queue(&sql, vec![record.id.into(), search::words_of(record, layout).into()])?;
        }
    }
}
