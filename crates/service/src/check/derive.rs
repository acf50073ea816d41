//! What follows from the fields a person gave: defaults, computed fields, what is not shown; then where the record belongs
//! and how it is called.
use rust_decimal::{Decimal, RoundingStrategy};
use shian_pack::Value;
use shian_pack::field::FieldKind;
use shian_pack::register::{Part, Seed};
use shian_pack::value::RecordId;
use shian_store::{Checked, SELF};

use crate::desk::{Desk, Sheet};
use crate::refusal::Refusal;
use crate::wording;

/// Fills defaults (of a new record), computes, and empties what is not shown.
pub(crate) fn derive(desk: &mut Desk, sheet: &mut Sheet, new: bool) -> Result<(), Refusal> {
    desk.look_through(sheet)?;
    let register = sheet.register;
    if new {
        for field in register.fields.values() {
            let Some(default) = field.default.as_ref().filter(|_| *sheet.get(&field.id) == Value::Null)
            else {
                continue;
            };
            let value = fitted(&field.kind, desk.eval(&default.node, sheet));
            put(desk, sheet, &field.id, value)?;
        }
    }
    compute(desk, sheet)?;
    let mut emptied = false;
    for field in register.fields.values() {
        let hidden = field.shown.as_ref().is_some_and(|shown| !desk.truth(&shown.node, sheet));
        if hidden && *sheet.get(&field.id) != Value::Null {
            sheet.fields.insert(field.id.clone(), Value::Null);
            emptied = true;
        }
    }
    if emptied {
        desk.look_through(sheet)?;
        compute(desk, sheet)?;
    }
    Ok(())
}

fn compute(desk: &mut Desk, sheet: &mut Sheet) -> Result<(), Refusal> {
    let (live, register) = (desk.live, sheet.register);
    for id in &live.shape(register).calc {
        let Some(field) = register.fields.get(id) else { continue };
        let Some(calc) = &field.calc else { continue };
        let shown = field.shown.as_ref().is_none_or(|shown| desk.truth(&shown.node, sheet));
        let value = if shown { fitted(&field.kind, desk.eval(&calc.node, sheet)) } else { Value::Null };
        put(desk, sheet, id, value)?;
    }
    Ok(())
}

/// Sets a field; what is looked at through it is loaded before the next one is computed.
fn put(desk: &mut Desk, sheet: &mut Sheet, id: &str, value: Value) -> Result<(), Refusal> {
    let looked_through = desk.live.shape(sheet.register).hops.contains(id);
    sheet.fields.insert(id.to_string(), value);
    if looked_through { desk.look_through(sheet) } else { Ok(()) }
}

/// A computed value in the digits of its field.
fn fitted(kind: &FieldKind, value: Value) -> Value {
    let digits = match kind {
        FieldKind::Decimal { digits, .. } => u32::from(*digits),
        FieldKind::Money => 2,
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
        | FieldKind::Checklist { .. } => return value,
    };
    let number = match value {
        Value::Int(number) => Decimal::from(number),
        Value::Decimal(number) => number,
        other => return other,
    };
    let mut number = number.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
    number.rescale(digits);
    Value::Decimal(number)
}

/// Where a record belongs.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Placed {
    pub area: String,
    pub area_id: Option<RecordId>,
    pub body: Option<RecordId>,
    pub owners: Vec<i64>,
}

impl Placed {
    pub fn place(&self) -> crate::permit::Place<'_> {
        crate::permit::Place { area: &self.area, body: self.body, owners: &self.owners }
    }
}

/// Area path, body and owners by the register's `[scope]`.
pub(crate) fn placed(desk: &mut Desk, sheet: &Sheet) -> Result<Placed, Refusal> {
    let register = sheet.register;
    let scope = &register.scope;
    // A new record's own id is not known yet: the store puts it in.
    let at = |path: &String| match sheet.at(path) {
        Value::Null if path == "id" => Value::Int(SELF),
        value => value,
    };
    let id_at = |path: &Option<String>| match path.as_ref().map(at) {
        Some(Value::Int(id)) => Some(id),
        _ => None,
    };
    let owners = match scope.own.as_ref().map(at) {
        Some(Value::Int(id)) => vec![id],
        Some(Value::List(items)) => {
            items.iter().filter_map(|item| if let Value::Int(id) = item { Some(*id) } else { None }).collect()
        }
        _ => Vec::new(),
    };
    let (area_id, area) = if register.seed == Some(Seed::Areas) {
        (Some(sheet.fixed.id.unwrap_or(SELF)), own_path(desk, sheet)?)
    } else {
        let area_id = id_at(&scope.area);
        (area_id, area_id.map(|id| path_of(desk, id)).transpose()?.unwrap_or_default())
    };
    Ok(Placed { area, area_id, body: id_at(&scope.body), owners })
}

/// The path of an area's own record: its parent's and its code.
fn own_path(desk: &mut Desk, sheet: &Sheet) -> Result<String, Refusal> {
    let Value::Text(code) = sheet.get("code") else { return Ok(String::new()) };
    let above = match sheet.get("parent") {
        Value::Int(parent) => path_of(desk, *parent)?,
        _ => String::new(),
    };
    Ok(format!("{above}{code}/"))
}

fn path_of(desk: &mut Desk, area: RecordId) -> Result<String, Refusal> {
    let live = desk.live;
    if let Some(path) = live.directory.path(area) {
        return Ok(path.to_string());
    }
    let Some(register) = live.pack.seeded(Seed::Areas) else { return Ok(String::new()) };
    Ok(desk.record(register, area)?.map(|record| record.area.clone()).unwrap_or_default())
}

/// The record for the store: nothing is checked any more after this.
pub(crate) fn checked(desk: &mut Desk, sheet: &Sheet, placed: Placed) -> Result<Checked, Refusal> {
    Ok(Checked {
        state: sheet.fixed.state.clone(),
        number: sheet.fixed.number.clone(),
        name: name(desk, sheet)?,
        area: placed.area,
        area_id: placed.area_id,
        body: placed.body,
        owners: placed.owners,
        date: sheet.business_date(),
        fields: sheet.fields.clone(),
    })
}

/// The register's name template, filled.
fn name(desk: &mut Desk, sheet: &Sheet) -> Result<String, Refusal> {
    let mut name = String::new();
    for part in &sheet.register.name.parts {
        match part {
            Part::Text(text) => name.push_str(text),
            Part::Path(path) => name.push_str(&wording::at_path(desk, sheet, path)?),
        }
    }
    let name = name.trim();
    Ok(if name.is_empty() { sheet.register.title.clone() } else { name.chars().take(200).collect() })
}
