//! One record as a program reads it: a line of JSON, each value by the kind of its field, masked ones null.
//!
//! Decimals and money are texts with the declared digits, never floats; dates are ISO 8601; refs are ids; attachments are the
//! keys by which they are fetched.
use std::collections::HashMap;

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use shian_pack::field::{Field, FieldKind};
use shian_pack::value::RecordId;
use shian_pack::{Register, Value};
use shian_store::Record;

use crate::desk::Desk;
use crate::live;
use crate::permit::{self, Bounds};
use crate::refusal::Refusal;

/// The fields that are told, and where this actor sees each unmasked.
pub(super) struct Telling<'a> {
    pub register: &'a Register,
    fields: Vec<(&'a Field, Option<Bounds>)>,
    names: bool,
}

impl<'a> Telling<'a> {
    /// All fields, or those named. `names`: refs also by name.
    pub fn new(desk: &Desk<'a>, register: &'a Register, only: Option<&[String]>, names: bool) -> Self {
        let told = register.fields.values().filter(|field| only.is_none_or(|only| only.contains(&field.id)));
        let fields = told.map(|field| {
            let sight = (!field.secret.is_empty())
                .then(|| permit::bounds(desk.actor, &field.secret, register, desk.live));
            (field, sight)
        });
        Self { register, fields: fields.collect(), names }
    }

    /// Ids of the fields, for the query.
    pub fn ids(&self) -> Vec<String> {
        self.fields.iter().map(|(field, _)| field.id.clone()).collect()
    }

    /// Appends the records, separated by commas.
    pub fn push(&self, desk: &mut Desk, records: &[Record], out: &mut Vec<u8>) -> Result<(), Refusal> {
        let names = if self.names { self.names(desk, records)? } else { HashMap::new() };
        for (at, record) in records.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            self.push_record(record, &names, out);
        }
        Ok(())
    }

    /// One record by itself.
    pub fn one(&self, desk: &mut Desk, record: &Record) -> Result<String, Refusal> {
        let mut out = Vec::with_capacity(512);
        self.push(desk, std::slice::from_ref(record), &mut out)?;
        Ok(String::from_utf8(out).unwrap_or_default())
    }

    fn push_record(&self, record: &Record, names: &HashMap<RecordId, String>, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"id\":");
        push_int(out, record.id);
        out.extend_from_slice(b",\"register\":");
        push_text(out, &self.register.id);
        out.extend_from_slice(b",\"version\":");
        push_int(out, record.version);
        out.extend_from_slice(b",\"state\":");
        push_text(out, &record.state);
        out.extend_from_slice(b",\"number\":");
        match &record.number {
            Some(number) => push_text(out, number),
            None => out.extend_from_slice(b"null"),
        }
        out.extend_from_slice(b",\"name\":");
        push_text(out, &record.name);
        out.extend_from_slice(b",\"created_at\":");
        push_time(out, record.created_at);
        out.extend_from_slice(b",\"updated_at\":");
        push_time(out, record.updated_at);
        out.extend_from_slice(if record.deleted { b",\"deleted\":true" } else { b",\"deleted\":false" });
        out.extend_from_slice(b",\"fields\":{");
        let mut masked: Vec<&str> = Vec::new();
        for (at, (field, sight)) in self.fields.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            push_text(out, &field.id);
            out.push(b':');
            let value = record.fields.get(&field.id).unwrap_or(&Value::Null);
            let seen = sight.as_ref().is_none_or(|bounds| bounds.hold(record.into()));
            if seen || *value == Value::Null {
                push_value(out, &field.kind, value);
            } else {
                masked.push(&field.id);
                out.extend_from_slice(b"null");
            }
        }
        out.extend_from_slice(b"},\"masked\":[");
        push_list(out, &masked, |out, id| push_text(out, id));
        out.push(b']');
        if self.names {
            self.push_names(record, names, &masked, out);
        }
        out.push(b'}');
    }

    fn push_names(
        &self,
        record: &Record,
        names: &HashMap<RecordId, String>,
        masked: &[&str],
        out: &mut Vec<u8>,
    ) {
        out.extend_from_slice(b",\"names\":{");
        let mut first = true;
        for (field, _) in self.fields.iter().filter(|(field, _)| !masked.contains(&field.id.as_str())) {
            if !points(&field.kind) {
                continue;
            }
            for id in refs(record.fields.get(&field.id)) {
                let Some(name) = names.get(&id) else { continue };
                if !std::mem::take(&mut first) {
                    out.push(b',');
                }
                push_text(out, &format!("{}/{id}", field.id));
                out.push(b':');
                push_text(out, name);
            }
        }
        out.push(b'}');
    }

    /// Names of everything the records point to; ids are unique over all registers and accounts.
    fn names(&self, desk: &mut Desk, records: &[Record]) -> Result<HashMap<RecordId, String>, Refusal> {
        let mut wanted: HashMap<Option<String>, Vec<RecordId>> = HashMap::new();
        for (field, sight) in self.fields.iter().filter(|(field, _)| points(&field.kind)) {
            let target = live::target(&desk.live.pack, &field.kind);
            for record in records {
                if sight.as_ref().is_none_or(|bounds| bounds.hold(record.into())) {
                    wanted.entry(target.clone()).or_default().extend(refs(record.fields.get(&field.id)));
                }
            }
        }
        let mut names = HashMap::new();
        for (target, mut ids) in wanted {
            ids.sort_unstable();
            ids.dedup();
            match target {
                Some(register) => names.extend(desk.tx.names(&register, &ids)?),
                None => {
                    for id in ids {
                        names.insert(id, crate::wording::account_name(desk, id)?);
                    }
                }
            }
        }
        Ok(names)
    }
}

/// Whether the kind holds ids of records or accounts.
fn points(kind: &FieldKind) -> bool {
    match kind {
        FieldKind::Ref { .. }
        | FieldKind::Refs { .. }
        | FieldKind::Area
        | FieldKind::Body
        | FieldKind::Person => true,
        FieldKind::Text { .. }
        | FieldKind::LongText
        | FieldKind::Integer { .. }
        | FieldKind::Decimal { .. }
        | FieldKind::Money
        | FieldKind::Date
        | FieldKind::Time
        | FieldKind::Bool
        | FieldKind::Choice { .. }
        | FieldKind::Choices { .. }
        | FieldKind::Phone
        | FieldKind::IdCard
        | FieldKind::CreditCode
        | FieldKind::LicenceNo
        | FieldKind::Gtin
        | FieldKind::Geo
        | FieldKind::Image { .. }
        | FieldKind::File { .. }
        | FieldKind::Table { .. }
        | FieldKind::Checklist { .. } => false,
    }
}

fn refs(value: Option<&Value>) -> Vec<RecordId> {
    crate::follow::ids(value)
}

/// Digits after the point that are always told, for kinds that have a declared number of them.
fn digits(kind: &FieldKind) -> Option<u32> {
    match kind {
        FieldKind::Decimal { digits, .. } => Some(u32::from(*digits)),
        FieldKind::Money => Some(2),
        FieldKind::Text { .. }
        | FieldKind::LongText
        | FieldKind::Integer { .. }
        | FieldKind::Date
        | FieldKind::Time
        | FieldKind::Bool
        | FieldKind::Choice { .. }
        | FieldKind::Choices { .. }
        | FieldKind::Ref { .. }
        | FieldKind::Refs { .. }
        | FieldKind::Area
        | FieldKind::Body
        | FieldKind::Person
        | FieldKind::Phone
        | FieldKind::IdCard
        | FieldKind::CreditCode
        | FieldKind::LicenceNo
        | FieldKind::Gtin
        | FieldKind::Geo
        | FieldKind::Image { .. }
        | FieldKind::File { .. }
        | FieldKind::Table { .. }
        | FieldKind::Checklist { .. } => None,
    }
}

/// Appends a value of a field of that kind.
pub(super) fn push_value(out: &mut Vec<u8>, kind: &FieldKind, value: &Value) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(yes) => out.extend_from_slice(if *yes { b"true" } else { b"false" }),
        Value::Int(number) => push_int(out, *number),
        Value::Decimal(number) => {
            let mut number = *number;
            if let Some(digits) = digits(kind) {
                number.rescale(digits);
            }
            push_text(out, &number.to_string());
        }
        Value::Text(text) => push_text(out, text),
        Value::Date(day) => push_date(out, *day),
        Value::Time(at) => push_time(out, *at),
        Value::List(items) => {
            out.push(b'[');
            push_list(out, items, |out, item| push_value(out, kind, item));
            out.push(b']');
        }
        Value::Rows(rows) => {
            out.push(b'[');
            push_list(out, rows, |out, row| push_row(out, kind, row));
            out.push(b']');
        }
    }
}

fn push_row(out: &mut Vec<u8>, kind: &FieldKind, row: &shian_pack::Fields) {
    let columns = if let FieldKind::Table { columns } = kind { Some(columns) } else { None };
    out.push(b'{');
    let told = row.iter().filter(|(id, _)| columns.is_none_or(|columns| columns.contains_key(*id)));
    for (at, (id, value)) in told.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        push_text(out, id);
        out.push(b':');
        let kind = columns.and_then(|columns| columns.get(id)).map_or(kind, |column| &column.kind);
        push_value(out, kind, value);
    }
    out.push(b'}');
}

fn push_list<T>(out: &mut Vec<u8>, items: &[T], push: impl Fn(&mut Vec<u8>, &T)) {
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        push(out, item);
    }
}

pub(super) fn push_int(out: &mut Vec<u8>, number: i64) {
    use std::io::Write;
    // Writing to memory cannot fail.
    let _ = write!(out, "{number}");
}

/// A JSON text; a plain one without a look at each sign.
pub(super) fn push_text(out: &mut Vec<u8>, text: &str) {
    let plain = text.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\');
    if plain {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        out.extend_from_slice(serde_json::Value::from(text).to_string().as_bytes());
    }
}

fn push_date(out: &mut Vec<u8>, day: NaiveDate) {
    out.push(b'"');
    push_day(out, day);
    out.push(b'"');
}

/// UTC to the second: `"2023-09-15T02:03:04Z"`.
pub(super) fn push_time(out: &mut Vec<u8>, at: DateTime<Utc>) {
    out.push(b'"');
    push_day(out, at.date_naive());
    for (sign, number) in [(b'T', at.hour()), (b':', at.minute()), (b':', at.second())] {
        out.push(sign);
        push_two(out, number);
    }
    out.extend_from_slice(b"Z\"");
}

fn push_day(out: &mut Vec<u8>, day: NaiveDate) {
    let year = day.year().clamp(0, 9999).unsigned_abs();
    push_two(out, year / 100);
    push_two(out, year % 100);
    out.push(b'-');
    push_two(out, day.month());
    out.push(b'-');
    push_two(out, day.day());
}

fn push_two(out: &mut Vec<u8>, number: u32) {
    let digit = |number: u32| b'0' + u8::try_from(number % 10).unwrap_or(0);
    out.extend([digit(number / 10), digit(number)]);
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone, Utc};
    use rust_decimal::Decimal;
    use shian_pack::Value;
    use shian_pack::field::FieldKind;

    use super::{push_text, push_time, push_value};

    fn json(kind: &FieldKind, value: &Value) -> String {
        let mut out = Vec::new();
        push_value(&mut out, kind, value);
        String::from_utf8(out).expect("it is text")
    }

    #[test]
    fn a_quantity_keeps_its_declared_digits_and_is_never_a_float() {
        let weight = FieldKind::Decimal { digits: 3, unit: None };
        assert_eq!(json(&weight, &Value::Decimal(Decimal::new(15, 1))), r#""1.500""#);
        assert_eq!(json(&FieldKind::Money, &Value::Decimal(Decimal::new(-5, 0))), r#""-5.00""#);
        assert_eq!(json(&FieldKind::Integer { unit: None }, &Value::Int(i64::MIN)), "-9223372036854775808");
    }

    #[test]
    fn texts_and_times_are_those_that_a_json_library_reads_back() {
        for text in ["", "平桥区", "a\"b\\c", "line\nbreak\u{1}", "\u{7f}"] {
            let mut out = Vec::new();
            push_text(&mut out, text);
            assert_eq!(serde_json::from_slice::<String>(&out).expect("it is JSON"), text);
        }
        let mut out = Vec::new();
        push_time(&mut out, Utc.with_ymd_and_hms(2023, 9, 5, 2, 3, 4).unwrap());
        assert_eq!(out, b"\"2023-09-05T02:03:04Z\"");
    }
}
