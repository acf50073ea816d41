//! From what was handed in to a value of the field's kind: the one place for form, API and import. A value that leaves here
//! is of its kind; whether the record as a whole holds together is the parent module's business.
use indexmap::IndexMap;
use rust_decimal::Decimal;
use shian_pack::field::{Choice, Field, FieldKind};
use shian_pack::value::RecordId;
use shian_pack::{Pack, Value, identifier};

use super::spelling::{self, brief, half_width};
use crate::draft::Input;

/// The most values a many-valued field takes.
pub const MANY_MAX: usize = 1_000;
/// The most sub-rows of a table.
pub const ROWS_MAX: usize = 2_000;

/// Finds what a ref names, within what the acting person may see.
pub trait Refs {
    /// The record's id, from its id, name, number or code as typed. Err: what is wrong and how to mend it.
    fn resolve(&mut self, to: &Target, text: &str) -> Result<RecordId, String>;
}

/// Where a ref leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    Register(String),
    Area,
    Body,
    Account,
}

/// Parses one field; `Ok(Value::Null)` when nothing was given. Err: one message for each thing to mend.
pub fn parse(pack: &Pack, field: &Field, input: &Input, refs: &mut dyn Refs) -> Result<Value, Vec<String>> {
    match (&field.kind, input) {
        (FieldKind::Table { columns }, input) => table(pack, columns, input, refs),
        (FieldKind::Checklist { .. }, input) => checklist(input),
        (_, Input::Rows(_)) => Err(vec!["不接受多行".to_string()]),
        (_, Input::Many(texts)) => several(pack, field, texts, refs).map_err(|message| vec![message]),
        (_, Input::Text(text)) => scalar_or_list(pack, field, text, refs).map_err(|message| vec![message]),
        (_, Input::Value(value)) => typed(pack, field, value, refs).map_err(|message| vec![message]),
    }
}

/// Whether the kind keeps several values.
pub(crate) fn is_many(kind: &FieldKind) -> bool {
    match kind {
        FieldKind::Choices { .. }
        | FieldKind::Refs { .. }
        | FieldKind::Image { .. }
        | FieldKind::File { .. } => true,
        FieldKind::Text { .. }
        | FieldKind::LongText
        | FieldKind::Integer { .. }
        | FieldKind::Decimal { .. }
        | FieldKind::Money
        | FieldKind::Date
        | FieldKind::Time
        | FieldKind::Bool
        | FieldKind::Choice { .. }
        | FieldKind::Ref { .. }
        | FieldKind::Area
        | FieldKind::Body
        | FieldKind::Person
        | FieldKind::Phone
        | FieldKind::IdCard
        | FieldKind::CreditCode
        | FieldKind::LicenceNo
        | FieldKind::Gtin
        | FieldKind::Geo
        | FieldKind::Table { .. }
        | FieldKind::Checklist { .. } => false,
    }
}

fn scalar_or_list(pack: &Pack, field: &Field, text: &str, refs: &mut dyn Refs) -> Result<Value, String> {
    if is_many(&field.kind) {
        let parts: Vec<String> = text
            .split(['、', ',', '，', ';', '；', '|', '\n'])
            .map(|part| part.trim().to_string())
            .filter(|part| !part.is_empty())
            .collect();
        let parts = match crate::wording::choices(&field.kind) {
            Some(list) => whole_titles(&parts, pack.choices(list)),
            None => parts,
        };
        return several(pack, field, &parts, refs);
    }
    scalar(pack, field, text, refs)
}

/// Puts together again the titles that have the separating sign in them.
fn whole_titles(parts: &[String], choices: &[Choice]) -> Vec<String> {
    let mut whole = Vec::with_capacity(parts.len());
    let mut at = 0;
    while at < parts.len() {
        let known = |end: &usize| {
            let title = parts[at..*end].join("、");
            choices.iter().any(|choice| choice.title == title)
        };
        let end = (at + 1..=parts.len()).rev().find(known).unwrap_or(at + 1);
        whole.push(parts[at..end].join("、"));
        at = end;
    }
    whole
}

/// Many values; empty: null. The same value twice counts once.
fn several(pack: &Pack, field: &Field, texts: &[String], refs: &mut dyn Refs) -> Result<Value, String> {
    let texts: Vec<&String> = texts.iter().filter(|text| !text.trim().is_empty()).collect();
    if !is_many(&field.kind) {
        return match texts.as_slice() {
            [] => Ok(Value::Null),
            [one] => scalar(pack, field, one, refs),
            _ => Err("只能有一个".to_string()),
        };
    }
    if texts.len() > MANY_MAX {
        return Err(format!("最多 {MANY_MAX} 个"));
    }
    let mut values = Vec::with_capacity(texts.len());
    for text in texts {
        let value = scalar(pack, field, text, refs)?;
        if !values.contains(&value) {
            values.push(value);
        }
    }
    let one_file = matches!(&field.kind, FieldKind::Image { many: false } | FieldKind::File { many: false });
    if one_file && values.len() > 1 {
        return Err("只能上传一个文件".to_string());
    }
    Ok(if values.is_empty() { Value::Null } else { Value::List(values) })
}

/// One value as typed (or one of many).
fn scalar(pack: &Pack, field: &Field, text: &str, refs: &mut dyn Refs) -> Result<Value, String> {
    let trimmed = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{3000}' || c == '\u{feff}');
    if trimmed.is_empty() {
        return Ok(Value::Null);
    }
    let to = |target: Target, refs: &mut dyn Refs| refs.resolve(&target, trimmed).map(Value::Int);
    match &field.kind {
        FieldKind::Text { max } => running_text(&trimmed.replace(['\r', '\n', '\t'], " "), *max as usize),
        FieldKind::LongText => running_text(&trimmed.replace("\r\n", "\n"), 20_000),
        FieldKind::Integer { unit } => spelling::integer(trimmed, unit.as_deref()).map(Value::Int),
        FieldKind::Decimal { digits, unit } => {
            spelling::decimal(trimmed, *digits, unit.as_deref()).map(Value::Decimal)
        }
        FieldKind::Money => {
            let bare = trimmed.trim_start_matches(['¥', '￥']);
            spelling::decimal(bare, 2, Some("元")).map(Value::Decimal)
        }
        FieldKind::Date => spelling::date(trimmed).map(Value::Date),
        FieldKind::Time => spelling::time(trimmed).map(Value::Time),
        FieldKind::Bool => spelling::yes_or_no(trimmed).map(Value::Bool),
        FieldKind::Choice { list } | FieldKind::Choices { list } => choice(pack.choices(list), trimmed),
        FieldKind::Ref { register } | FieldKind::Refs { register } => {
            to(Target::Register(register.clone()), refs)
        }
        FieldKind::Area => to(Target::Area, refs),
        FieldKind::Body => to(Target::Body, refs),
        FieldKind::Person => to(Target::Account, refs),
        FieldKind::Phone => code(identifier::phone, trimmed),
        FieldKind::IdCard => code(identifier::id_card, trimmed),
        FieldKind::CreditCode => code(identifier::credit_code, trimmed),
        FieldKind::LicenceNo => code(identifier::licence_no, trimmed),
        FieldKind::Gtin => code(identifier::gtin, trimmed),
        FieldKind::Geo => spelling::geo(trimmed).map(Value::Text),
        FieldKind::Image { .. } | FieldKind::File { .. } => attachment(trimmed),
        FieldKind::Table { .. } | FieldKind::Checklist { .. } => Err("请按行填写".to_string()),
    }
}

/// Control characters never belong in running text; they would spoil exports.
fn running_text(text: &str, max: usize) -> Result<Value, String> {
    let clean: String = text.chars().filter(|c| *c == '\n' || !c.is_control()).collect();
    let count = clean.chars().count();
    if count > max {
        return Err(format!("最多 {max} 个字，现在 {count} 个，请删减"));
    }
    Ok(Value::Text(clean))
}

fn code(check: fn(&str) -> Result<String, String>, text: &str) -> Result<Value, String> {
    check(&half_width(text)).map(Value::Text)
}

fn choice(choices: &[Choice], text: &str) -> Result<Value, String> {
    let by_code = choices.iter().find(|choice| choice.code == text);
    let found = by_code.or_else(|| choices.iter().find(|choice| choice.title == text));
    found.map(|choice| Value::Text(choice.code.clone())).ok_or_else(|| {
        let some: Vec<&str> = choices.iter().take(6).map(|choice| choice.title.as_str()).collect();
        let more = if choices.len() > 6 { " 等" } else { "" };
        format!("没有“{}”这一项，请选：{}{more}", brief(text), some.join("、"))
    })
}

fn attachment(hash: &str) -> Result<Value, String> {
    let is_hash = hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit());
    if is_hash {
        Ok(Value::Text(hash.to_lowercase()))
    } else {
        Err("附件没有传上来，请重新选择文件".to_string())
    }
}

/// A value of some kind already, from the API, a sheet or the service itself. What is not of the field's kind is read as text.
fn typed(pack: &Pack, field: &Field, value: &Value, refs: &mut dyn Refs) -> Result<Value, String> {
    match (value, &field.kind) {
        (Value::Null, _) => Ok(Value::Null),
        (Value::List(items), _) => {
            let texts: Vec<String> = items.iter().map(as_text).collect();
            several(pack, field, &texts, refs)
        }
        (Value::Rows(_), _) => Err("不接受多行".to_string()),
        (Value::Date(day), FieldKind::Date) => Ok(Value::Date(*day)),
        (Value::Time(at), FieldKind::Time) => Ok(Value::Time(*at)),
        (Value::Time(at), FieldKind::Date) => Ok(Value::Date(crate::clock::day_of(*at))),
        (Value::Bool(yes), FieldKind::Bool) => Ok(Value::Bool(*yes)),
        (Value::Int(number), FieldKind::Integer { .. }) => Ok(Value::Int(*number)),
        (Value::Int(number), FieldKind::Decimal { digits, .. }) => {
            spelling::fit(Decimal::from(*number), *digits).map(Value::Decimal)
        }
        (Value::Decimal(number), FieldKind::Decimal { digits, .. }) => {
            spelling::fit(*number, *digits).map(Value::Decimal)
        }
        (Value::Decimal(number), FieldKind::Money) => spelling::fit(*number, 2).map(Value::Decimal),
        (
            Value::Int(_)
            | Value::Decimal(_)
            | Value::Text(_)
            | Value::Date(_)
            | Value::Time(_)
            | Value::Bool(_),
            _,
        ) => scalar_or_list(pack, field, &as_text(value), refs),
    }
}

/// A single value as one would type it.
pub fn as_text(value: &Value) -> String {
    match value {
        Value::Null | Value::List(_) | Value::Rows(_) => String::new(),
        Value::Bool(yes) => yes.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Decimal(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Date(day) => day.to_string(),
        Value::Time(at) => at.to_rfc3339(),
    }
}

/// Rows as inputs, whatever they came as.
fn rows_of(input: &Input) -> Result<Vec<IndexMap<String, Input>>, Vec<String>> {
    match input {
        Input::Rows(rows) => Ok(rows.clone()),
        Input::Value(Value::Null) => Ok(Vec::new()),
        Input::Value(Value::Rows(rows)) => {
            let row = |fields: &shian_pack::Fields| {
                fields.iter().map(|(id, value)| (id.clone(), Input::Value(value.clone()))).collect()
            };
            Ok(rows.iter().map(row).collect())
        }
        Input::Text(text) if text.trim().is_empty() => Ok(Vec::new()),
        Input::Many(texts) if texts.is_empty() => Ok(Vec::new()),
        Input::Text(_) | Input::Many(_) | Input::Value(_) => Err(vec!["请按行填写".to_string()]),
    }
}

fn is_blank(input: &Input) -> bool {
    match input {
        Input::Text(text) => text.trim().is_empty(),
        Input::Value(value) => *value == Value::Null,
        Input::Many(texts) => texts.iter().all(|text| text.trim().is_empty()),
        Input::Rows(rows) => rows.is_empty(),
    }
}

/// Sub-rows; wholly blank ones (the empty line at the end of a form) do not count.
fn table(
    pack: &Pack,
    columns: &IndexMap<String, Field>,
    input: &Input,
    refs: &mut dyn Refs,
) -> Result<Value, Vec<String>> {
    let rows: Vec<_> = rows_of(input)?.into_iter().filter(|row| !row.values().all(is_blank)).collect();
    if rows.len() > ROWS_MAX {
        return Err(vec![format!("最多 {ROWS_MAX} 行，现在 {} 行", rows.len())]);
    }
    let (mut read, mut problems) = (Vec::with_capacity(rows.len()), Vec::new());
    for (at, row) in rows.iter().enumerate() {
        let line = at + 1;
        for unknown in row.keys().filter(|id| !columns.contains_key(*id)) {
            problems.push(format!("第 {line} 行：没有“{unknown}”这一列"));
        }
        let mut fields = shian_pack::Fields::new();
        for (id, column) in columns {
            let value = match row.get(id).map(|input| parse(pack, column, input, refs)) {
                None => Value::Null,
                Some(Ok(value)) => value,
                Some(Err(messages)) => {
                    problems.extend(messages.iter().map(|m| format!("第 {line} 行{}：{m}", column.title)));
                    continue;
                }
            };
            if value == Value::Null && matches!(column.required, shian_pack::field::Need::Always) {
                problems.push(format!("第 {line} 行{}：必填", column.title));
            }
            fields.insert(id.clone(), value);
        }
        read.push(fields);
    }
    match (problems.is_empty(), read.is_empty()) {
        (false, _) => Err(problems),
        (true, true) => Ok(Value::Null),
        (true, false) => Ok(Value::Rows(read)),
    }
}

/// The three answers to a checklist's item, and their words.
pub const ANSWERS: [(&str, &str); 3] = [("pass", "符合"), ("fail", "不符合"), ("na", "不适用")];

/// Answers to a checklist: `item`, `answer`, `note`. Items without answer and note are left out.
fn checklist(input: &Input) -> Result<Value, Vec<String>> {
    let (mut read, mut problems) = (Vec::new(), Vec::new());
    let text = |row: &IndexMap<String, Input>, id: &str| match row.get(id) {
        Some(Input::Text(text)) => text.trim().to_string(),
        Some(Input::Value(value)) => as_text(value).trim().to_string(),
        Some(Input::Many(_) | Input::Rows(_)) | None => String::new(),
    };
    for row in rows_of(input)? {
        let (item, answer, note) = (text(&row, "item"), text(&row, "answer"), text(&row, "note"));
        if answer.is_empty() && note.is_empty() {
            continue;
        }
        let code =
            ANSWERS.iter().find(|(code, word)| *code == answer || *word == answer).map(|(code, _)| *code);
        match code {
            _ if item.is_empty() => problems.push("有一行没有检查项".to_string()),
            None => problems.push(format!("“{}”请选符合、不符合或不适用", brief(&item))),
            Some(_) if note.chars().count() > 2_000 => problems.push(format!("“{}”的说明太长", brief(&item))),
            Some(code) => read.push(shian_pack::Fields::from_iter([
                ("item".to_string(), Value::Text(item)),
                ("answer".to_string(), Value::Text(code.to_string())),
                ("note".to_string(), if note.is_empty() { Value::Null } else { Value::Text(note) }),
            ])),
        }
    }
    match (problems.is_empty(), read.is_empty()) {
        (false, _) => Err(problems),
        (true, true) => Ok(Value::Null),
        (true, false) => Ok(Value::Rows(read)),
    }
}
