//! The shape of a register's table, derived from its declaration and kept in the database beside it: what is compared when a
//! pack changes, and what reads and writes go by.
use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use shian_pack::field::{Field, FieldKind};
use shian_pack::{Pack, Register};

use crate::error::{Result, StoreError};
use crate::tx::Tx;

/// How one field is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Storage {
    Text,
    Int,
    /// A decimal times ten to this power.
    Scaled(u8),
    /// Days since 1970-01-01.
    Date,
    /// Seconds since 1970-01-01 UTC.
    Time,
    /// 0 or 1.
    Bool,
    /// A JSON list of record ids, with a link table.
    Ids,
    /// A JSON list of codes.
    Codes,
    /// A JSON list of attachment hashes.
    Files,
    /// A JSON list of sub-rows with these columns; without columns: as the JSON says.
    Rows(IndexMap<String, Column>),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    pub storage: Storage,
    /// The register a ref points to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
}

/// Who owns a row: nobody, the id in `_own`, or the ids in `r_<id>___own`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Owners {
    None,
    One,
    Many,
}

/// The paths by which area, body, owner and business date are derived from a record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Derived {
    pub area: Option<String>,
    pub body: Option<String>,
    pub own: Option<String>,
    pub when: Option<String>,
}

/// The table of one register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    pub register: String,
    pub title: String,
    pub columns: IndexMap<String, Column>,
    pub unique: Vec<Vec<String>>,
    pub owners: Owners,
    /// Register whose records own rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_register: Option<String>,
    /// Fields whose words are found by the full-text search, besides name and number.
    pub search: Vec<String>,
    pub number: Option<String>,
    /// How the fixed columns are derived.
    pub derived: Derived,
    pub states: Vec<String>,
    /// Titles of the fields, for messages.
    pub titles: IndexMap<String, String>,
}

/// The columns that every register's table begins with.
pub const FIXED: [&str; 17] = [
    "_id",
    "_state",
    "_number",
    "_name",
    "_version",
    "_area",
    "_body",
    "_own",
    "_date",
    "_created_at",
    "_created_by",
    "_updated_at",
    "_updated_by",
    "_deleted",
    "_into",
    "_seq",
    "_area_id",
];

/// `"r_<register>"`, quoted: the table of a register.
pub fn table_name(register: &str) -> String {
    format!("\"r_{register}\"")
}

/// `"r_<register>__<field>"`, quoted: rows (record, target) of a many-valued ref; of `_own`: (record, target) of the owners.
pub fn link_name(register: &str, field: &str) -> String {
    format!("\"r_{register}__{field}\"")
}

/// `"f_<register>"`, quoted: the full-text table of a register (SQLite only; PostgreSQL has a column `_words`).
pub fn words_name(register: &str) -> String {
    format!("\"f_{register}\"")
}

impl Storage {
    pub fn is_text(&self) -> bool {
        match self {
            Storage::Text | Storage::Ids | Storage::Codes | Storage::Files | Storage::Rows(_) => true,
            Storage::Int | Storage::Scaled(_) | Storage::Date | Storage::Time | Storage::Bool => false,
        }
    }
}

fn column(pack: &Pack, field: &Field) -> Column {
    let plain = |storage| Column { storage, target: None };
    let to = |storage, register: Option<&str>| Column { storage, target: register.map(str::to_owned) };
    match &field.kind {
        FieldKind::Text { .. }
        | FieldKind::LongText
        | FieldKind::Choice { .. }
        | FieldKind::Phone
        | FieldKind::IdCard
        | FieldKind::CreditCode
        | FieldKind::LicenceNo
        | FieldKind::Gtin
        | FieldKind::Geo => plain(Storage::Text),
        FieldKind::Integer { .. } | FieldKind::Person => plain(Storage::Int),
        FieldKind::Decimal { digits, .. } => plain(Storage::Scaled(*digits)),
        FieldKind::Money => plain(Storage::Scaled(2)),
        FieldKind::Date => plain(Storage::Date),
        FieldKind::Time => plain(Storage::Time),
        FieldKind::Bool => plain(Storage::Bool),
        FieldKind::Choices { .. } => plain(Storage::Codes),
        FieldKind::Ref { register } => to(Storage::Int, Some(register)),
        FieldKind::Refs { register } => to(Storage::Ids, Some(register)),
        FieldKind::Area => to(Storage::Int, seeded(pack, shian_pack::register::Seed::Areas)),
        FieldKind::Body => to(Storage::Int, seeded(pack, shian_pack::register::Seed::Bodies)),
        FieldKind::Image { .. } | FieldKind::File { .. } => plain(Storage::Files),
        FieldKind::Table { columns } => {
            let columns = columns.iter().map(|(id, field)| (id.clone(), column(pack, field)));
            plain(Storage::Rows(columns.collect()))
        }
        FieldKind::Checklist { .. } => plain(Storage::Rows(IndexMap::new())),
    }
}

fn seeded(pack: &Pack, seed: shian_pack::register::Seed) -> Option<&str> {
    pack.registers.values().find(|register| register.seed == Some(seed)).map(|register| register.id.as_str())
}

/// How many own a row, and records of which register they are.
fn owners(pack: &Pack, register: &Register) -> (Owners, Option<String>) {
    let Some(path) = &register.scope.own else { return (Owners::None, None) };
    let end = match path.split_once('.') {
        None => register.fields.get(path).map(|field| column(pack, field)),
        Some((by, id)) => register
            .fields
            .get(by)
            .and_then(|field| column(pack, field).target)
            .and_then(|target| pack.registers.get(&target))
            .and_then(|target| target.fields.get(id))
            .map(|field| column(pack, field)),
    };
    match end {
        Some(Column { storage: Storage::Ids, target }) => (Owners::Many, target),
        Some(Column { target, .. }) => (Owners::One, target),
        // `own = "id"`: the record is its own owner.
        None => (Owners::One, Some(register.id.clone())),
    }
}

impl Layout {
    /// Whether this column, as it stands in a statement, is the business date, which has an index.
    pub fn is_when(&self, column: &str) -> bool {
        self.derived.when.is_some() && column == "_date"
    }

    pub fn of(pack: &Pack, register: &Register) -> Self {
        let (owners, owner_register) = owners(pack, register);
        Self {
            register: register.id.clone(),
            title: register.title.clone(),
            columns: register.fields.values().map(|field| (field.id.clone(), column(pack, field))).collect(),
            unique: register.unique.clone(),
            owners,
            owner_register,
            search: register
                .fields
                .values()
                .filter(|field| field.search)
                .map(|field| field.id.clone())
                .collect(),
            number: register.number.clone(),
            derived: Derived {
                area: register.scope.area.clone(),
                body: register.scope.body.clone(),
                own: register.scope.own.clone(),
                when: register.when.clone(),
            },
            states: register.states.keys().cloned().collect(),
            titles: register.fields.values().map(|field| (field.id.clone(), field.title.clone())).collect(),
        }
    }
}

/// A register's table with the statements that are the same every time.
#[derive(Debug)]
pub struct Table {
    pub layout: Layout,
    /// `"r_<register>"`
    pub name: String,
    /// All columns, fixed ones first, quoted and joined by commas.
    pub columns: String,
    /// Positions of the fields by id in alphabetical order: the order of canonical JSON.
    pub sorted: Vec<usize>,
    pub insert: String,
    pub update: String,
    /// Writes the words of a new record, and of a changed one (SQLite only).
    pub insert_words: String,
    pub update_words: String,
}

impl Table {
    pub fn new(layout: Layout, dialect: crate::dialect::Dialect) -> Self {
        let name = table_name(&layout.register);
        let names: Vec<String> = FIXED
            .iter()
            .copied()
            .chain(layout.columns.keys().map(String::as_str))
            .map(|id| format!("\"{id}\""))
            .collect();
        let columns = names.join(", ");
        let mut sorted: Vec<usize> = (0..layout.columns.len()).collect();
        sorted.sort_by_key(|at| layout.columns.get_index(*at).map(|(id, _)| id.clone()));
        let mut holes: Vec<String> = (1..=names.len()).map(|n| dialect.hole(n)).collect();
        let mut sets: Vec<String> = names
            .iter()
            .enumerate()
            .skip(1)
            .map(|(at, name)| format!("{name} = {}", dialect.hole(at + 1)))
            .collect();
        let mut insert_columns = columns.clone();
        if dialect == crate::dialect::Dialect::Postgres {
            let words = format!("to_tsvector('simple', ${})", names.len() + 1);
            sets.push(format!("_words = {words}"));
            holes.push(words);
            insert_columns.push_str(", _words");
        }
        let insert = format!("INSERT INTO {name} ({insert_columns}) VALUES ({})", holes.join(", "));
        let update = format!("UPDATE {name} SET {} WHERE _id = {}", sets.join(", "), dialect.hole(1));
        let words = format!("INTO {} (rowid, words) VALUES ($1, $2)", words_name(&layout.register));
        let (insert_words, update_words) = (format!("INSERT {words}"), format!("INSERT OR REPLACE {words}"));
        Self { layout, name, columns, sorted, insert, update, insert_words, update_words }
    }
}

/// The tables of the applied pack.
#[derive(Debug, Default)]
pub struct Layouts {
    /// The head's edition they were read at.
    pub edition: i64,
    pub tables: HashMap<String, Arc<Table>>,
}

impl Layouts {
    /// Reads them from the database.
    pub fn load(tx: &mut Tx) -> Result<Self> {
        let edition = tx.query_int("SELECT edition FROM head", &[])?;
        let mut tables = HashMap::new();
        for mut row in tx.query("SELECT body FROM layout", &[])? {
            let layout: Layout = serde_json::from_str(&row.text(0)?)
                .map_err(|error| StoreError::Corrupt(format!("the layout of a register: {error}")))?;
            tables.insert(layout.register.clone(), Arc::new(Table::new(layout, tx.dialect())));
        }
        Ok(Self { edition, tables })
    }

    pub fn table(&self, register: &str) -> Result<&Arc<Table>> {
        self.tables.get(register).ok_or_else(|| StoreError::Unapplied(register.to_owned()))
    }
}

/// Name of the index that keeps a set of fields unique among live records. Unquoted.
pub fn unique_name(register: &str, fields: &[String]) -> String {
    let hash = crate::chain::hex(&crate::chain::sm3(fields.join(",").as_bytes())[..4]);
    format!("r_{register}__u_{hash}")
}
