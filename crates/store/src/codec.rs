//! Values to cells and back, and to the canonical JSON of the history.
//!
//! Canonical: one way to write each value (decimals without trailing zeros, dates and times as ISO 8601 text), so that
//! equal values have equal hashes on both databases and after a column grew more digits.
use chrono::{DateTime, Days, NaiveDate, SecondsFormat};
use rust_decimal::Decimal;
use serde_json::Value as Json;
use shian_pack::value::{Fields, Value};

use crate::cell::Cell;
use crate::chain::{push_int, push_text};
use crate::error::{Result, StoreError};
use crate::layout::{Column, Storage};

/// Days since 1970-01-01.
pub fn days(date: NaiveDate) -> i64 {
    date.signed_duration_since(NaiveDate::default()).num_days()
}

/// The date so many days after 1970-01-01.
pub fn date(days: i64) -> Result<NaiveDate> {
    let since = Days::new(days.unsigned_abs());
    let epoch = NaiveDate::default();
    let found = if days < 0 { epoch.checked_sub_days(since) } else { epoch.checked_add_days(since) };
    found.ok_or_else(|| StoreError::Corrupt(format!("day {days} is in no calendar")))
}

/// The value as the column holds it: a whole number in a decimal column becomes a decimal, one attachment a list of one.
pub fn fit(id: &str, column: &Column, value: Value) -> Result<Value> {
    Ok(match (&column.storage, value) {
        (_, Value::Null) => Value::Null,
        (Storage::Scaled(digits), Value::Int(n)) => rescaled(id, Decimal::from(n), *digits)?,
        (Storage::Scaled(digits), Value::Decimal(n)) => rescaled(id, n, *digits)?,
        (Storage::Files, Value::Text(hash)) => Value::List(vec![Value::Text(hash)]),
        (Storage::Text, value @ Value::Text(_))
        | (Storage::Int, value @ Value::Int(_))
        | (Storage::Date, value @ Value::Date(_))
        | (Storage::Time, value @ Value::Time(_))
        | (Storage::Bool, value @ Value::Bool(_))
        | (Storage::Ids | Storage::Codes | Storage::Files, value @ Value::List(_)) => value,
        (Storage::Rows(columns), Value::Rows(rows)) => {
            Value::Rows(rows.into_iter().map(|row| fit_row(columns, row)).collect::<Result<_>>()?)
        }
        (_, value) => return Err(mistyped(id, column, &value)),
    })
}

fn fit_row(columns: &indexmap::IndexMap<String, Column>, row: Fields) -> Result<Fields> {
    let fit_one = |(id, value): (String, Value)| {
        let value = match columns.get(&id) {
            Some(column) => fit(&id, column, value)?,
            None => value,
        };
        Ok((id, value))
    };
    row.into_iter().map(fit_one).collect()
}

fn rescaled(id: &str, number: Decimal, digits: u8) -> Result<Value> {
    let mut scaled = number;
    scaled.rescale(u32::from(digits));
    if scaled == number {
        Ok(Value::Decimal(scaled))
    } else {
        Err(StoreError::Corrupt(format!("{id}: {number} has more than {digits} digits after the point")))
    }
}

fn mistyped(id: &str, column: &Column, value: &Value) -> StoreError {
    StoreError::Corrupt(format!("{id} holds {:?}, not {value:?}", column.storage))
}

/// The cell of a value that [`fit`]s.
pub fn cell(id: &str, column: &Column, value: &Value) -> Result<Cell> {
    Ok(match (&column.storage, value) {
        (_, Value::Null) => Cell::Null,
        (Storage::Scaled(_), Value::Decimal(n)) => {
            Cell::Int(i64::try_from(n.mantissa()).map_err(|_| mistyped(id, column, value))?)
        }
        (Storage::Text, Value::Text(text)) => Cell::Text(text.clone()),
        (Storage::Int, Value::Int(n)) => Cell::Int(*n),
        (Storage::Date, Value::Date(day)) => Cell::Int(days(*day)),
        (Storage::Time, Value::Time(at)) => Cell::Int(at.timestamp()),
        (Storage::Bool, Value::Bool(truth)) => Cell::Int(i64::from(*truth)),
        (Storage::Ids | Storage::Codes | Storage::Files, Value::List(_))
        | (Storage::Rows(_), Value::Rows(_)) => Cell::Text(json_text(value)),
        _ => return Err(mistyped(id, column, value)),
    })
}

/// The value of a cell.
pub fn value(id: &str, column: &Column, cell: Cell) -> Result<Value> {
    Ok(match (&column.storage, cell) {
        (_, Cell::Null) => Value::Null,
        (Storage::Scaled(digits), Cell::Int(n)) => Value::Decimal(Decimal::new(n, u32::from(*digits))),
        (Storage::Text, Cell::Text(text)) => Value::Text(text),
        (Storage::Int, Cell::Int(n)) => Value::Int(n),
        (Storage::Date, Cell::Int(n)) => Value::Date(date(n)?),
        (Storage::Time, Cell::Int(n)) => Value::Time(time(n)?),
        (Storage::Bool, Cell::Int(n)) => Value::Bool(n != 0),
        (Storage::Ids | Storage::Codes | Storage::Files | Storage::Rows(_), Cell::Text(text)) => {
            let json: Json = serde_json::from_str(&text)
                .map_err(|error| StoreError::Corrupt(format!("{id}: {error} in {text:?}")))?;
            from_json(Some(column), json)
        }
        (storage, cell) => {
            return Err(StoreError::Corrupt(format!("{id} should be {storage:?} and is {cell:?}")));
        }
    })
}

/// The instant so many seconds after 1970-01-01 UTC.
pub fn time(seconds: i64) -> Result<DateTime<chrono::Utc>> {
    DateTime::from_timestamp(seconds, 0)
        .ok_or_else(|| StoreError::Corrupt(format!("second {seconds} is in no calendar")))
}

/// Appends the canonical JSON of a value.
pub fn push_json(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(truth) => out.extend_from_slice(if *truth { b"true" } else { b"false" }),
        Value::Int(n) => push_int(out, *n),
        Value::Decimal(n) => push_text(out, &n.normalize().to_string()),
        Value::Text(text) => push_text(out, text),
        Value::Date(day) => push_text(out, &day.to_string()),
        Value::Time(at) => push_text(out, &at.to_rfc3339_opts(SecondsFormat::Secs, true)),
        Value::List(values) => push_list(out, values, push_json),
        Value::Rows(rows) => push_list(out, rows, |out, row| {
            out.push(b'{');
            for (at, (id, value)) in row.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                push_text(out, id);
                out.push(b':');
                push_json(out, value);
            }
            out.push(b'}');
        }),
    }
}

fn push_list<T>(out: &mut Vec<u8>, items: &[T], push: impl Fn(&mut Vec<u8>, &T)) {
    out.push(b'[');
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        push(out, item);
    }
    out.push(b']');
}

/// The canonical JSON of a value.
pub fn json_text(value: &Value) -> String {
    let mut out = Vec::new();
    push_json(&mut out, value);
    String::from_utf8(out).unwrap_or_default()
}

/// The value that canonical JSON stands for. Without a column, or where the column has changed since: as the JSON says.
pub fn from_json(column: Option<&Column>, json: Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Bool(truth),
        Json::Number(n) => n.as_i64().map_or_else(|| Value::Text(n.to_string()), Value::Int),
        Json::String(text) => from_text(column, text),
        Json::Array(items) => match column.map(|column| &column.storage) {
            Some(Storage::Rows(columns)) => {
                let row = |item| match item {
                    Json::Object(fields) => fields
                        .into_iter()
                        .map(|(id, json)| {
                            let value = from_json(columns.get(&id), json);
                            (id, value)
                        })
                        .collect(),
                    _ => Fields::new(),
                };
                Value::Rows(items.into_iter().map(row).collect())
            }
            _ if items.first().is_some_and(Json::is_object) => from_json(
                Some(&Column { storage: Storage::Rows(Default::default()), target: None }),
                Json::Array(items),
            ),
            _ => Value::List(items.into_iter().map(|item| from_json(None, item)).collect()),
        },
        Json::Object(fields) => {
            Value::Rows(vec![fields.into_iter().map(|(id, json)| (id, from_json(None, json))).collect()])
        }
    }
}

fn from_text(column: Option<&Column>, text: String) -> Value {
    let typed = match column.map(|column| &column.storage) {
        Some(Storage::Scaled(digits)) => text.parse::<Decimal>().ok().map(|mut number| {
            number.rescale(u32::from(*digits).max(number.scale()));
            Value::Decimal(number)
        }),
        Some(Storage::Date) => text.parse().ok().map(Value::Date),
        Some(Storage::Time) => DateTime::parse_from_rfc3339(&text).ok().map(|at| Value::Time(at.to_utc())),
        _ => None,
    };
    typed.unwrap_or(Value::Text(text))
}
