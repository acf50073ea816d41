//! From a draft to a record that the store accepts: parsed, defaulted, computed, checked, placed, named. The only maker of
//! the store's `Checked`. Form, API, import and the system's own acts all come through here.
mod derive;
mod lookup;
mod own;
mod parse;
mod spelling;

pub(crate) use derive::{checked, derive, placed};
pub(crate) use lookup::Finder;
pub(crate) use own::fill_own;
pub(crate) use parse::is_many;
pub use parse::{ANSWERS, Refs, Target, as_text, parse};

use shian_pack::field::{ChecklistSource, Field, FieldKind, Need};
use shian_pack::register::Step;
use shian_pack::{Pack, Value};

use crate::desk::{Desk, Sheet};
use crate::draft::{Draft, Input};
use crate::permit::Place;
use crate::refusal::{Problem, Refusal};

/// Which fields may be given in a draft.
pub(crate) enum Given<'a> {
    /// A new record: all that are not derived.
    New,
    /// Those he may see of the record at that place.
    Old(Place<'a>),
    /// Those the step asks for.
    Step(&'a Step),
    /// The office itself: all.
    Any,
}

/// Whether a step takes the field: it asks for it, or the field shows itself by the state.
pub(crate) fn step_takes(step: &Step, field: &Field) -> bool {
    let by_state = || {
        let shown = field.shown.as_ref();
        shown.is_some_and(|shown| crate::expression::reads(&shown.node).fields.contains("state"))
    };
    step.asks.contains(&field.id) || (field.calc.is_none() && field.from.is_none() && by_state())
}

/// Writes the draft into the sheet; what is wrong field by field.
pub(crate) fn apply(
    desk: &mut Desk,
    sheet: &mut Sheet,
    draft: &Draft,
    given: &Given,
) -> Result<Vec<Problem>, Refusal> {
    let (live, register) = (desk.live, sheet.register);
    let mut problems = Vec::new();
    for (id, input) in &draft.0 {
        let Some(field) = register.fields.get(id) else {
            problems.push(Problem::new(id, id, format!("{}没有“{id}”这个字段", register.title)));
            continue;
        };
        if is_same(input, sheet.get(id)) {
            continue;
        }
        if let Some(why) = refused(desk, sheet, field, given) {
            problems.push(Problem::new(id, &field.title, why));
            continue;
        }
        let mut finder = Finder::new(desk);
        match parse(&live.pack, field, input, &mut finder) {
            Ok(value) => {
                finder.finish()?;
                sheet.fields.insert(id.clone(), value);
            }
            Err(messages) => {
                finder.finish()?;
                problems.extend(messages.into_iter().map(|message| Problem::new(id, &field.title, message)));
            }
        }
    }
    Ok(problems)
}

fn refused(desk: &Desk, sheet: &Sheet, field: &Field, given: &Given) -> Option<String> {
    if field.calc.is_some() || (field.from.is_some() && !matches!(given, Given::Any)) {
        return Some("由系统得出，不能填写".to_string());
    }
    match given {
        Given::New | Given::Any => None,
        Given::Old(place) => (!crate::permit::sees(desk.actor, sheet.register, field, *place, desk.live))
            .then(|| "您看不到这一项，不能修改".to_string()),
        Given::Step(step) => (!step_takes(step, field)).then(|| format!("“{}”这一步不填这一项", step.title)),
    }
}

/// Whether what was handed in is what stands there: forms send back every field.
fn is_same(input: &Input, value: &Value) -> bool {
    match (input, value) {
        (Input::Value(given), value) => given == value,
        (Input::Text(text), Value::Null) => text.is_empty(),
        (Input::Text(text), Value::Text(_) | Value::Int(_) | Value::Date(_)) => *text == as_text(value),
        (Input::Many(texts), Value::List(items)) => {
            texts.len() == items.len() && texts.iter().zip(items).all(|(text, item)| *text == as_text(item))
        }
        _ => false,
    }
}

/// Everything that is wrong with the record as a whole. Derive first.
pub(crate) fn problems(desk: &Desk, sheet: &Sheet, step: Option<&Step>) -> Vec<Problem> {
    let mut found = Vec::new();
    for field in sheet.register.fields.values() {
        let value = sheet.get(&field.id);
        let shown = field.shown.as_ref().is_none_or(|shown| desk.truth(&shown.node, sheet));
        let derived = field.calc.is_some() || field.from.is_some();
        if *value == Value::Null {
            let asked = step.is_some_and(|step| step.asks.contains(&field.id));
            if shown && !derived && (asked || needed(desk, sheet, field)) {
                found.push(Problem::new(&field.id, &field.title, missing(field)));
            }
            continue;
        }
        if let Some(check) = field.check.as_ref().filter(|check| !desk.truth(&check.node, sheet)) {
            let says = field.says.clone().unwrap_or_else(|| {
                format!("应满足：{}", crate::wording::formula(&check.node, sheet.register, &desk.live.pack))
            });
            found.push(Problem::new(&field.id, &field.title, says));
        }
        if let FieldKind::Checklist { source } = &field.kind {
            let items = checklist_items(&desk.live.pack, source, sheet);
            found.extend(strange_items(field, value, &items));
        }
    }
    found
}

/// 必填, as things stand.
pub(crate) fn needed(desk: &Desk, sheet: &Sheet, field: &Field) -> bool {
    match &field.required {
        Need::Never => false,
        Need::Always => true,
        Need::When(when) => desk.truth(&when.node, sheet),
    }
}

fn missing(field: &Field) -> String {
    match &field.kind {
        FieldKind::Choice { .. } | FieldKind::Choices { .. } | FieldKind::Bool => {
            format!("请选择{}", field.title)
        }
        FieldKind::Ref { .. }
        | FieldKind::Refs { .. }
        | FieldKind::Area
        | FieldKind::Body
        | FieldKind::Person => {
            format!("请选择{}", field.title)
        }
        FieldKind::Image { .. } | FieldKind::File { .. } => format!("请上传{}", field.title),
        FieldKind::Text { .. }
        | FieldKind::LongText
        | FieldKind::Integer { .. }
        | FieldKind::Decimal { .. }
        | FieldKind::Money
        | FieldKind::Date
        | FieldKind::Time
        | FieldKind::Phone
        | FieldKind::IdCard
        | FieldKind::CreditCode
        | FieldKind::LicenceNo
        | FieldKind::Gtin
        | FieldKind::Geo
        | FieldKind::Table { .. }
        | FieldKind::Checklist { .. } => format!("请填写{}", field.title),
    }
}

/// Items of the checklist that the record uses: (item, title). Empty: it has none (yet).
pub(crate) fn checklist_items(pack: &Pack, source: &ChecklistSource, sheet: &Sheet) -> Vec<(String, String)> {
    let name = match source {
        ChecklistSource::Named(name) => name.clone(),
        ChecklistSource::By(path) => as_text(&sheet.at(path)),
    };
    let Some(table) = pack.checklists.get(&name) else { return Vec::new() };
    let column = |id: &str| table.columns.iter().position(|column| column == id);
    let (Some(item), Some(title)) = (column("item"), column("title")) else { return Vec::new() };
    let pair = |row: &Vec<String>| Some((row.get(item)?.clone(), row.get(title)?.clone()));
    table.rows.iter().filter_map(pair).collect()
}

fn strange_items(field: &Field, value: &Value, items: &[(String, String)]) -> Vec<Problem> {
    let (Value::Rows(rows), false) = (value, items.is_empty()) else { return Vec::new() };
    rows.iter()
        .filter_map(|row| match row.get("item") {
            Some(Value::Text(item)) if !items.iter().any(|(known, _)| known == item) => Some(item),
            _ => None,
        })
        .map(|item| Problem::new(&field.id, &field.title, format!("检查表里没有第“{item}”项，请按表填写")))
        .collect()
}
