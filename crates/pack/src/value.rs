//! The values that fields hold and expressions compute with. Quantities are decimals, never floats.
use chrono::{DateTime, NaiveDate, Utc};
use indexmap::IndexMap;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The id of a record: one sequence over all registers, so an id names one record of the whole office.
pub type RecordId = i64;

/// A record's fields by their id, in the order of the declaration.
pub type Fields = IndexMap<String, Value>;

/// One value. `Int` also holds ids of records (ref, area, body, person), `Decimal` also money (yuan, two digits).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    Decimal(Decimal),
    Text(String),
    Date(NaiveDate),
    /// An instant, UTC; shown in Asia/Shanghai.
    Time(DateTime<Utc>),
    /// Many refs, many choices, attachment hashes.
    List(Vec<Value>),
    /// Sub-rows of a table field, answers of a checklist (columns `item`, `answer`, `note`).
    Rows(Vec<Fields>),
}
