//! A register's list: saved questions as tabs, a query row, columns, rows, a cursor.
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shian_pack::value::RecordId;

use super::{InputKind, OptionView};

/// What is asked of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ListAsk {
    pub register: String,
    /// Id of a saved view.
    pub view: Option<String>,
    /// An expression over the register's fields.
    pub filter: Option<String>,
    /// Words to find in searched fields.
    pub search: Option<String>,
    /// The query row: field id (or `state`) → value; `x.from` and `x.to` bound dates and numbers.
    pub fields: BTreeMap<String, String>,
    /// Field ids, `-` before for descending.
    pub sort: Vec<String>,
    pub after: Option<String>,
    /// 0: the default of 50; at most 500.
    pub limit: u32,
    /// The bin: deleted records instead of live ones.
    pub deleted: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct ListView {
    pub register: String,
    pub title: String,
    pub measures: Vec<u32>,
    pub views: Vec<ViewTab>,
    /// The view that is shown; empty: all.
    pub view: String,
    pub query: Vec<Query>,
    pub search: String,
    pub columns: Vec<Column>,
    pub rows: Vec<RowView>,
    /// None: not counted.
    pub total: Option<i64>,
    pub next: Option<String>,
    pub sort: Vec<String>,
    pub can_create: bool,
    pub states: Vec<StateCount>,
    pub exports: Vec<OptionView>,
}

#[derive(Debug, Clone, Serialize)]
pub struct ViewTab {
    pub id: String,
    pub title: String,
    pub count: Option<i64>,
    pub chosen: bool,
}

/// One field of the query row.
#[derive(Debug, Clone, Serialize)]
pub struct Query {
    pub id: String,
    pub title: String,
    pub input: InputKind,
    pub options: Vec<OptionView>,
    pub value: String,
    /// For dates and numbers: the bounds given.
    pub from: String,
    pub to: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct Column {
    pub id: String,
    pub title: String,
    pub numeric: bool,
    pub kind: &'static str,
    pub unit: Option<String>,
    pub sortable: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct RowView {
    pub register: String,
    pub id: RecordId,
    pub name: String,
    pub number: Option<String>,
    pub version: i64,
    pub state: String,
    pub state_title: String,
    /// One text per column.
    pub cells: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct StateCount {
    pub id: String,
    pub title: String,
    pub count: i64,
}
