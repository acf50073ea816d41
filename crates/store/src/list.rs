//! Lists: one register's records, filtered, searched, sorted and paged by cursor; always within a scope.
use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use shian_pack::Register;
use shian_pack::expr::Node;
use shian_pack::value::RecordId;

use crate::cell::{Cell, Row};
use crate::chain::hex;
use crate::dialect::Dialect;
use crate::error::{Result, StoreError};
use crate::expr_sql;
use crate::layout::{Column, FIXED, Layout, Storage, Table};
use crate::record::Record;
use crate::scope::{Scope, Way};
use crate::search;
use crate::sql::Sql;
use crate::tx::Tx;

/// Rows on a page at most.
const LIMIT_MAX: u32 = 10_000;

/// Rows in a scope that are many: from here on walking beats sorting.
const MANY: i64 = 2_000;

/// What is asked of a register.
#[derive(Debug, Clone, Copy)]
pub struct ListQuery<'a> {
    pub register: &'a Register,
    pub scope: &'a Scope,
    /// A checked expression over the register's fields.
    pub filter: Option<&'a Node>,
    /// What `today()`, `now()` and `me()` are in the filter.
    pub asked: Asked,
    /// A phrase that the record's words hold.
    pub search: Option<&'a str>,
    /// Empty: newest first.
    pub sort: &'a [Sort],
    pub after: Option<&'a Cursor>,
    /// Rows on the page, at most 10,000.
    pub limit: u32,
    /// Fields to read; none: all.
    pub columns: Option<&'a [String]>,
    /// The deleted records instead of the live ones.
    pub deleted: bool,
}

/// When and by whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    pub now: DateTime<Utc>,
    /// Account id.
    pub me: Option<i64>,
}

/// By a field, or by `id`, `state`, `number`, `name`, `area`, `body`, `date`, `created_at`, `updated_at`. Nulls are least.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sort {
    pub field: String,
    pub desc: bool,
}

/// Part of a list, and where the next one begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub rows: Vec<Record>,
    pub next: Option<Cursor>,
}

/// A place in a sorted list: the last row's values. Printed for an address, read back from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(Vec<Cell>);

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = self.0.iter().map(|cell| match cell {
            Cell::Int(n) => serde_json::Value::from(*n),
            Cell::Text(text) => serde_json::Value::from(text.as_str()),
            Cell::Null | Cell::Bytes(_) => serde_json::Value::Null,
        });
        f.write_str(&hex(serde_json::Value::from_iter(json).to_string().as_bytes()))
    }
}

impl FromStr for Cursor {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self> {
        let digits = |pair: &[u8]| {
            let pair = std::str::from_utf8(pair).ok()?;
            u8::from_str_radix(pair, 16).ok()
        };
        let bytes: Option<Vec<u8>> = text.as_bytes().chunks(2).map(digits).collect();
        let json = bytes.and_then(|bytes| serde_json::from_slice::<Vec<serde_json::Value>>(&bytes).ok());
        let cell = |value: serde_json::Value| match value {
            serde_json::Value::Null => Some(Cell::Null),
            serde_json::Value::Number(n) => n.as_i64().map(Cell::Int),
            serde_json::Value::String(text) => Some(Cell::Text(text)),
            _ => None,
        };
        json.and_then(|values| values.into_iter().map(cell).collect()).map(Cursor).ok_or(StoreError::Cursor)
    }
}

/// A column by the name it has in a pack, quoted, and how it is stored. A field goes before a fixed column of that name.
pub(crate) fn column_of(layout: &Layout, field: &str) -> Result<(String, Column)> {
    if let Some(column) = layout.columns.get(field) {
        return Ok((format!("\"{field}\""), column.clone()));
    }
    let storage = match field {
        "id" | "body" | "area_id" | "version" | "created_by" | "updated_by" => Storage::Int,
        "state" | "number" | "name" | "area" => Storage::Text,
        "date" => Storage::Date,
        "created_at" | "updated_at" => Storage::Time,
        _ => return Err(StoreError::NoField { register: layout.register.clone(), field: field.to_owned() }),
    };
    Ok((format!("_{field}"), Column { storage, target: None }))
}

struct Order {
    column: String,
    desc: bool,
    /// Holds texts; else whole numbers.
    text: bool,
}

fn orders(layout: &Layout, sort: &[Sort]) -> Result<Vec<Order>> {
    let mut all = Vec::with_capacity(sort.len() + 1);
    for sort in sort {
        let is_when = layout.derived.when.as_ref() == Some(&sort.field);
        let (column, of) = column_of(layout, &sort.field)?;
        let column = if is_when { "_date".to_owned() } else { column };
        let text = !is_when && of.storage.is_text();
        all.push(Order { column, desc: sort.desc, text });
    }
    if !all.iter().any(|order| order.column == "_id") {
        let desc = all.last().is_none_or(|order| order.desc);
        all.push(Order { column: "_id".to_owned(), desc, text: false });
    }
    Ok(all)
}

impl ListQuery<'_> {
    /// Appends ` FROM … WHERE …`.
    pub(crate) fn push_where(&self, sql: &mut Sql, table: &Table, dialect: Dialect) -> Result<()> {
        self.push_where_by(sql, table, dialect, Way::ByScope)
    }

    fn push_where_by(&self, sql: &mut Sql, table: &Table, dialect: Dialect, way: Way) -> Result<()> {
        sql.push(" FROM ").push(&table.name);
        sql.push(if self.deleted { " WHERE _deleted = 1" } else { " WHERE _deleted = 0" });
        self.scope.push_for(sql, &table.layout, way);
        if let Some(filter) = self.filter {
            let frame = expr_sql::Frame {
                dialect,
                register: &table.layout.register,
                row: &table.name,
                now: self.asked.now,
                me: self.asked.me,
            };
            let condition = expr_sql::condition(filter, &frame, &mut sql.params)?;
            sql.push(" AND ").push(&condition);
        }
        if let Some(text) = self.search {
            search::push_match(sql, &table.layout, dialect, text);
        }
        Ok(())
    }
}

/// Appends ` AND (…)`: the rows after the cursor.
fn push_after(sql: &mut Sql, orders: &[Order], cursor: &Cursor) -> Result<()> {
    let fits = |(order, cell): (&Order, &Cell)| match cell {
        Cell::Null => order.column != "_id",
        Cell::Int(_) => !order.text,
        Cell::Text(text) => order.text && !text.contains('\0'),
        Cell::Bytes(_) => false,
    };
    if cursor.0.len() != orders.len() || !orders.iter().zip(&cursor.0).all(fits) {
        return Err(StoreError::Cursor);
    }
    sql.push(" AND (");
    for at in 0..orders.len() {
        sql.push(if at > 0 { " OR (" } else { "(" });
        for (order, value) in orders.iter().zip(&cursor.0).take(at) {
            sql.push(&order.column);
            match value {
                Cell::Null => sql.push(" IS NULL AND "),
                value => sql.push(" = ").bind(value.clone()).push(" AND "),
            };
        }
        let Order { column, desc, .. } = &orders[at];
        match (&cursor.0[at], desc) {
            // Nulls are least: after a null come all others going up, none going down.
            (Cell::Null, false) => sql.push(column).push(" IS NOT NULL"),
            (Cell::Null, true) => sql.push("1 = 0"),
            (value, false) => sql.push(column).push(" > ").bind(value.clone()),
            (value, true) if column == "_id" => sql.push(column).push(" < ").bind(value.clone()),
            (value, true) => {
                sql.push("(").push(column).push(" < ").bind(value.clone());
                sql.push(" OR ").push(column).push(" IS NULL)")
            }
        };
        sql.push(")");
    }
    sql.push(")");
    Ok(())
}

fn push_orders(sql: &mut Sql, orders: &[Order], dialect: Dialect) {
    for (at, Order { column, desc, .. }) in orders.iter().enumerate() {
        sql.push(if at > 0 { ", " } else { " ORDER BY " }).push(column);
        sql.push(match (desc, dialect) {
            (false, Dialect::Sqlite) => "",
            (true, Dialect::Sqlite) => " DESC",
            _ if column == "_id" => {
                if *desc {
                    " DESC"
                } else {
                    ""
                }
            }
            (false, Dialect::Postgres) => " NULLS FIRST",
            (true, Dialect::Postgres) => " DESC NULLS LAST",
        });
    }
}

impl Tx {
    /// One page of a list.
    pub fn list(&mut self, query: &ListQuery) -> Result<Page> {
        let table = self.table(&query.register.id)?;
        let dialect = self.dialect();
        let fields = positions(&table.layout, query.columns)?;
        let orders = orders(&table.layout, query.sort)?;
        let mut sql = Sql::new(dialect, "SELECT ");
        push_columns(&mut sql, &table, &fields);
        for order in &orders {
            sql.push(", ").push(&order.column);
        }
        let way = self.way(query, &table, &orders)?;
        query.push_where_by(&mut sql, &table, dialect, way)?;
        if let Some(cursor) = query.after {
            push_after(&mut sql, &orders, cursor)?;
        }
        push_orders(&mut sql, &orders, dialect);
        let limit = query.limit.clamp(1, LIMIT_MAX);
        sql.push(" LIMIT ").bind(i64::from(limit) + 1);
        let mut rows = self.query(&sql.text, &sql.params)?;
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let start = FIXED.len() + fields.len();
        let next = rows.last_mut().filter(|_| more).map(|row| place(row, start));
        let rows =
            rows.into_iter().map(|row| Record::from_row(&table, &fields, row)).collect::<Result<_>>()?;
        Ok(Page { rows, next })
    }

    /// SQLite walks along the list's order where that has an index and the scope lets in many rows. Once it does, it is taken to
    /// do so for as long as the program runs.
    fn way(&mut self, query: &ListQuery, table: &Table, orders: &[Order]) -> Result<Way> {
        let first = orders.first().map_or("", |order| order.column.as_str());
        let has_index = first == "_id" || table.layout.is_when(first);
        if self.dialect() == Dialect::Postgres || query.scope.is_all() || query.search.is_some() || !has_index
        {
            return Ok(Way::ByScope);
        }
        let mut sql = Sql::new(Dialect::Sqlite, "SELECT count(*) FROM (SELECT 1 FROM ");
        sql.push(&table.name).push(" WHERE 1 = 1");
        query.scope.push(&mut sql, &table.layout);
        sql.push(" LIMIT ").bind(MANY).push(")");
        let key = (sql.text, sql.params);
        let mut many = self.shared.knows_many(&key);
        if !many {
            many = self.query_int(&key.0, &key.1)? == MANY;
            if many {
                self.shared.learn_many(key);
            }
        }
        Ok(if many { Way::AlongOrder } else { Way::ByScope })
    }

    /// How many rows the whole list has.
    pub fn count(&mut self, query: &ListQuery) -> Result<i64> {
        let table = self.table(&query.register.id)?;
        let mut sql = Sql::new(self.dialect(), "SELECT count(*)");
        query.push_where(&mut sql, &table, self.dialect())?;
        self.query_int(&sql.text, &sql.params)
    }

    /// How many rows the whole list has, counting no further than `most`.
    pub fn count_up_to(&mut self, query: &ListQuery, most: u32) -> Result<i64> {
        let table = self.table(&query.register.id)?;
        let mut sql = Sql::new(self.dialect(), "SELECT count(*) FROM (SELECT 1");
        query.push_where(&mut sql, &table, self.dialect())?;
        sql.push(" LIMIT ").bind(i64::from(most)).push(") AS found");
        self.query_int(&sql.text, &sql.params)
    }

    /// The names of records, deleted ones too: for pages that refer to them.
    pub fn names(&mut self, register: &str, ids: &[RecordId]) -> Result<HashMap<RecordId, String>> {
        let table = self.table(register)?;
        let mut names = HashMap::with_capacity(ids.len());
        for ids in ids.chunks(500) {
            let mut sql =
                Sql::new(self.dialect(), format!("SELECT _id, _name FROM {} WHERE _id IN ", table.name));
            sql.bind_all(ids.iter().copied());
            for mut row in self.query(&sql.text, &sql.params)? {
                names.insert(row.int(0)?, row.text(1)?);
            }
        }
        Ok(names)
    }
}

/// The values of the sorting columns that the row ends with.
fn place(row: &mut Row, start: usize) -> Cursor {
    Cursor(row.0.split_off(start))
}

/// Positions of the fields to read.
fn positions(layout: &Layout, columns: Option<&[String]>) -> Result<Vec<usize>> {
    let Some(columns) = columns else { return Ok((0..layout.columns.len()).collect()) };
    let position = |id: &String| {
        let missing = || StoreError::NoField { register: layout.register.clone(), field: id.clone() };
        layout.columns.get_index_of(id).ok_or_else(missing)
    };
    columns.iter().map(position).collect()
}

fn push_columns(sql: &mut Sql, table: &Table, fields: &[usize]) {
    for (at, column) in FIXED.iter().enumerate() {
        sql.push(if at > 0 { ", " } else { "" }).push(column);
    }
    for (id, _) in fields.iter().filter_map(|at| table.layout.columns.get_index(*at)) {
        sql.push(", \"").push(id).push("\"");
    }
}
