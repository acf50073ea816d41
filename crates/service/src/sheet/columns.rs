//! The columns of a register's sheet: which there are, how they are headed, and which field a header means.
use shian_pack::field::{Field, FieldKind, Need};
use shian_pack::{Register, Value};
use shian_store::Record;

use crate::check::{as_text, is_many};
use crate::desk::Desk;
use crate::live;
use crate::permit;
use crate::refusal::Refusal;
use crate::wording;

/// Number first, then the fields, then the state.
pub fn all(register: &Register) -> Vec<String> {
    let number = register.number.is_some().then(|| "number".to_string());
    let state = (register.states.len() > 1).then(|| "state".to_string());
    let fields = register.fields.keys().cloned();
    let fixed_is_free = |id: &String| !register.fields.contains_key(id);
    let number = number.filter(fixed_is_free);
    number.into_iter().chain(fields).chain(state.filter(fixed_is_free)).collect()
}

/// Headers of these columns: titles, with the id behind where two are called the same.
pub fn headers(register: &Register, columns: &[String]) -> Vec<String> {
    let titles: Vec<String> = columns.iter().map(|id| wording::title_of(register, id)).collect();
    let twice = |title: &String| titles.iter().filter(|other| *other == title).count() > 1;
    let header =
        |(id, title): (&String, &String)| if twice(title) { format!("{title}({id})") } else { title.clone() };
    columns.iter().zip(&titles).map(header).collect()
}

/// What a header stands for.
pub enum Meaning<'a> {
    Field(&'a Field),
    /// A column that a sheet cannot fill.
    Ignored,
    Unknown,
}

/// By title or id; a star behind marks what must be filled in templates.
pub fn meaning<'a>(register: &'a Register, header: &str) -> Meaning<'a> {
    let header = header.trim().trim_end_matches(['*', '＊']).trim();
    let columns = all(register);
    let found = columns
        .iter()
        .zip(headers(register, &columns))
        .find(|(id, title)| *id == header || title == header)
        .map(|(id, _)| id.clone());
    let fixed =
        ["name", "created_at", "updated_at"].iter().any(|id| wording::title_of(register, id) == header);
    match found {
        None if fixed => Meaning::Ignored,
        None => Meaning::Unknown,
        Some(id) => match register.fields.get(&id) {
            Some(field) if fills(field) => Meaning::Field(field),
            _ => Meaning::Ignored,
        },
    }
}

/// Whether a cell can fill the field.
pub fn fills(field: &Field) -> bool {
    let in_a_cell = match &field.kind {
        FieldKind::Image { .. }
        | FieldKind::File { .. }
        | FieldKind::Table { .. }
        | FieldKind::Checklist { .. } => false,
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
        | FieldKind::Geo => true,
    };
    in_a_cell && field.calc.is_none() && field.from.is_none()
}

/// Whether a sheet without the column cannot be right.
pub fn must_be_there(field: &Field) -> bool {
    fills(field) && field.default.is_none() && field.shown.is_none() && matches!(field.required, Need::Always)
}

/// A cell of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Text(String),
    /// A number as plain digits.
    Number(String),
}

/// What stands in the column, as the actor may see it and as an import reads it back.
pub fn cell(desk: &mut Desk, register: &Register, record: &Record, id: &str) -> Result<Cell, Refusal> {
    let Some(field) = register.fields.get(id) else {
        return crate::list::cell(desk, register, record, id).map(Cell::Text);
    };
    let value = record.fields.get(id).unwrap_or(&Value::Null);
    let masked = !permit::sees(desk.actor, register, field, record.into(), desk.live);
    let target = live::target(&desk.live.pack, &field.kind);
    match (value, target) {
        (Value::Null, _) => Ok(Cell::Text(String::new())),
        _ if masked => crate::list::cell(desk, register, record, id).map(Cell::Text),
        (Value::Int(id), Some(target)) => named(desk, &target, *id).map(Cell::Text),
        (Value::List(ids), Some(target)) if is_many(&field.kind) => {
            let mut names = Vec::with_capacity(ids.len());
            for id in ids {
                if let Value::Int(id) = id {
                    names.push(named(desk, &target, *id)?);
                }
            }
            Ok(Cell::Text(names.join("、")))
        }
        (Value::Int(_) | Value::Decimal(_), None) if !matches!(field.kind, FieldKind::Person) => {
            Ok(Cell::Number(as_text(value)))
        }
        _ => crate::list::cell(desk, register, record, id).map(Cell::Text),
    }
}

/// A record's name, with its number behind if it has one: names are not unique.
fn named(desk: &mut Desk, register: &str, id: i64) -> Result<String, Refusal> {
    if let Some(name) = desk.live.directory.body_name(id) {
        return Ok(name.to_string());
    }
    let record = desk.name_of(register, id)?;
    Ok(record.map_or_else(String::new, |record| match &record.number {
        Some(number) => format!("{}（{number}）", record.name),
        None => record.name.clone(),
    }))
}
