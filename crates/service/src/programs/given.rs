//! JSON as a program sends it → the desk's draft, by the kinds of the fields and as strictly as the API's schema says. What a
//! value means is `check::parse`'s, as for a form; here a number is not taken for a text, nor a title for a code.
use chrono::{DateTime, Datelike, NaiveDate, Utc};
use indexmap::IndexMap;
use serde_json::{Map, Value as Json};
use shian_pack::field::{Choice, Field, FieldKind};
use shian_pack::{Pack, Register, Value};

use crate::check::ANSWERS;
use crate::draft::{Draft, Input};
use crate::refusal::Problem;

/// Whole numbers reach to this, either way.
pub const INTEGER_MAX: i64 = 1_000_000_000_000_000;
/// Digits before the point of a decimal or a sum of money.
pub const WHOLE_DIGITS_MAX: usize = 12;

/// The draft, or one problem for each value that is not of its field's kind. The problem's field is the path to the value:
/// `phone`, `items/2/what`.
pub(super) fn draft(
    pack: &Pack,
    register: &Register,
    given: &Map<String, Json>,
) -> Result<Draft, Vec<Problem>> {
    let (mut draft, mut problems) = (Draft::new(), Vec::new());
    for (id, json) in given {
        let Some(field) = register.fields.get(id) else {
            problems.push(Problem::new(id, id, format!("{}没有“{}”这个字段", register.title, brief(id))));
            continue;
        };
        match input(pack, field, json, id, &mut problems) {
            Some(input) => draft.set(id, input),
            None => continue,
        }
    }
    if problems.is_empty() { Ok(draft) } else { Err(problems) }
}

/// None: a problem was told.
fn input(pack: &Pack, field: &Field, json: &Json, path: &str, problems: &mut Vec<Problem>) -> Option<Input> {
    if json.is_null() {
        return Some(Input::Value(Value::Null));
    }
    if let FieldKind::Table { columns } = &field.kind {
        return rows(field, json, path, problems, &|row, path, problems| {
            let mut read = IndexMap::new();
            for (id, json) in row {
                let path = format!("{path}/{id}");
                match columns.get(id) {
                    Some(column) => {
                        read.extend(
                            input(pack, column, json, &path, problems).map(|input| (id.clone(), input)),
                        );
                    }
                    None => problems.push(Problem::new(&path, &field.title, "没有这一列")),
                }
            }
            read
        });
    }
    if let FieldKind::Checklist { .. } = &field.kind {
        return rows(field, json, path, problems, &|row, path, problems| answers(field, row, path, problems));
    }
    match plain(pack, field, json) {
        Ok(input) => Some(input),
        Err(message) => {
            problems.push(Problem::new(path, &field.title, message));
            None
        }
    }
}

type ReadRow<'r> = &'r dyn Fn(&Map<String, Json>, &str, &mut Vec<Problem>) -> IndexMap<String, Input>;

fn rows(field: &Field, json: &Json, path: &str, problems: &mut Vec<Problem>, read: ReadRow) -> Option<Input> {
    let Json::Array(items) = json else {
        problems.push(Problem::new(path, &field.title, "应为数组，一行一个对象"));
        return None;
    };
    let (before, mut all) = (problems.len(), Vec::with_capacity(items.len()));
    for (at, item) in items.iter().enumerate() {
        let path = format!("{path}/{at}");
        match item {
            Json::Object(row) => all.push(read(row, &path, problems)),
            _ => problems.push(Problem::new(&path, &field.title, "应为对象")),
        }
    }
    (problems.len() == before).then_some(Input::Rows(all))
}

fn answers(
    field: &Field,
    row: &Map<String, Json>,
    path: &str,
    problems: &mut Vec<Problem>,
) -> IndexMap<String, Input> {
    let mut read = IndexMap::new();
    for (id, json) in row {
        let known = match (id.as_str(), json) {
            ("item" | "note", Json::String(text)) => clean(text),
            ("answer", Json::String(text)) => ANSWERS.iter().any(|(code, _)| code == text),
            ("note", Json::Null) => true,
            _ => false,
        };
        match json {
            Json::String(text) if known => read.insert(id.clone(), Input::Text(text.clone())),
            _ if known => read.insert(id.clone(), Input::Value(Value::Null)),
            _ => {
                let what = "检查项为 item、answer（pass、fail、na）、note";
                problems.push(Problem::new(&format!("{path}/{id}"), &field.title, what));
                None
            }
        };
    }
    read
}

/// A value that is no sub-rows.
fn plain(pack: &Pack, field: &Field, json: &Json) -> Result<Input, String> {
    match &field.kind {
        FieldKind::Text { .. }
        | FieldKind::LongText
        | FieldKind::Phone
        | FieldKind::IdCard
        | FieldKind::CreditCode
        | FieldKind::LicenceNo
        | FieldKind::Gtin
        | FieldKind::Geo => text(json).map(|text| Input::Text(text.to_string())),
        FieldKind::Integer { .. } => integer(json).map(|number| Input::Value(Value::Int(number))),
        FieldKind::Decimal { digits, .. } => decimal(json, *digits),
        FieldKind::Money => decimal(json, 2),
        FieldKind::Date => date(json).map(|day| Input::Value(Value::Date(day))),
        FieldKind::Time => time(json).map(|at| Input::Value(Value::Time(at))),
        FieldKind::Bool => match json {
            Json::Bool(yes) => Ok(Input::Value(Value::Bool(*yes))),
            _ => Err("应为 true 或 false".to_string()),
        },
        FieldKind::Choice { list } => code(pack.choices(list), json).map(Input::Text),
        FieldKind::Choices { list } => many(json, |item| code(pack.choices(list), item)).map(Input::Many),
        FieldKind::Ref { .. } | FieldKind::Area | FieldKind::Body | FieldKind::Person => {
            integer(json).map(|id| Input::Text(id.to_string()))
        }
        FieldKind::Refs { .. } => many(json, |item| integer(item).map(|id| id.to_string())).map(Input::Many),
        FieldKind::Image { .. } | FieldKind::File { .. } => {
            many(json, |item| text(item).map(str::to_string)).map(Input::Many)
        }
        FieldKind::Table { .. } | FieldKind::Checklist { .. } => Err("请按行填写".to_string()),
    }
}

fn text(json: &Json) -> Result<&str, String> {
    match json {
        Json::String(text) if clean(text) => Ok(text),
        Json::String(_) => Err("文字里有不能保存的控制字符".to_string()),
        _ => Err("应为文字（字符串）".to_string()),
    }
}

/// Line breaks and tabs aside, control characters are no text; PostgreSQL could not even keep a NUL.
fn clean(text: &str) -> bool {
    !text.chars().any(|sign| sign.is_control() && !matches!(sign, '\n' | '\r' | '\t'))
}

fn integer(json: &Json) -> Result<i64, String> {
    let number = match json {
        Json::Number(number) => number.as_i64(),
        _ => return Err("应为整数，不带引号".to_string()),
    };
    number
        .filter(|number| (-INTEGER_MAX..=INTEGER_MAX).contains(number))
        .ok_or_else(|| format!("应为整数，绝对值不超过 {INTEGER_MAX}"))
}

fn decimal(json: &Json, digits: u8) -> Result<Input, String> {
    let wanted =
        || format!("应为写成文字的小数，如 \"12.5\"；小数最多 {digits} 位，整数最多 {WHOLE_DIGITS_MAX} 位");
    let Json::String(text) = json else { return Err(wanted()) };
    let bare = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = bare.split_once('.').unwrap_or((bare, "0"));
    let all = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let fits = all(whole) && all(part) && whole.len() <= WHOLE_DIGITS_MAX;
    let short = !bare.contains('.') || part.len() <= usize::from(digits);
    if fits && short { Ok(Input::Text(text.clone())) } else { Err(wanted()) }
}

fn date(json: &Json) -> Result<NaiveDate, String> {
    let parsed = match json {
        Json::String(text) if text.len() == 10 => NaiveDate::parse_from_str(text, "%Y-%m-%d").ok(),
        _ => None,
    };
    parsed
        .filter(|day| sensible(*day))
        .ok_or_else(|| "应为日期，如 \"2023-09-15\"，在 1900 年至 2200 年之间".to_string())
}

/// A day that somebody may mean.
fn sensible(day: NaiveDate) -> bool {
    (1900..=2200).contains(&day.year())
}

fn time(json: &Json) -> Result<DateTime<Utc>, String> {
    let parsed = match json {
        Json::String(text) => DateTime::parse_from_rfc3339(text).ok(),
        _ => None,
    };
    let parsed = parsed.map(|at| at.with_timezone(&Utc));
    parsed
        .filter(|at| sensible(at.date_naive()))
        .ok_or_else(|| "应为时刻，如 \"2023-09-15T08:30:00Z\"".to_string())
}

fn code(choices: &[Choice], json: &Json) -> Result<String, String> {
    let text = text(json)?;
    if choices.iter().any(|choice| choice.code == text) {
        return Ok(text.to_string());
    }
    let some: Vec<&str> = choices.iter().take(6).map(|choice| choice.code.as_str()).collect();
    let more = if choices.len() > 6 { " 等" } else { "" };
    Err(format!("没有代码“{}”，可用：{}{more}", brief(text), some.join("、")))
}

fn many(json: &Json, one: impl Fn(&Json) -> Result<String, String>) -> Result<Vec<String>, String> {
    match json {
        Json::Array(items) => items.iter().map(one).collect(),
        _ => Err("应为数组".to_string()),
    }
}

fn brief(text: &str) -> String {
    text.chars().filter(|sign| !sign.is_control()).take(40).collect()
}
