//! A register's fields as JSON Schema: exactly what the API tells and takes.

use serde_json::{Map, Value, json};
use shian_pack::{
    Pack, Register,
    field::{Choice, Field, FieldKind, Need},
};
use shian_service::programs::{INTEGER_MAX, WHOLE_DIGITS_MAX};

/// Choices listed in a schema at most; longer lists are told by `/registers/{register}`.
const ENUM_MAX: usize = 200;

/// Whether somebody may write the field.
fn is_given(field: &Field) -> bool {
    field.calc.is_none() && field.from.is_none()
}

/// `fields` of a record as it is told: every field, any of them null.
pub fn told(pack: &Pack, register: &Register) -> Value {
    let all = register.fields.values().map(|field| (field.id.clone(), of_field(pack, field, false)));
    json!({ "type": "object", "properties": all.collect::<Map<_, _>>(), "additionalProperties": false })
}

/// `fields` of a new record.
pub fn new(pack: &Pack, register: &Register) -> Value {
    let needed = |field: &&Field| {
        matches!(field.required, Need::Always) && field.default.is_none() && field.shown.is_none()
    };
    let needed: Vec<&str> = register
        .fields
        .values()
        .filter(|field| is_given(field))
        .filter(needed)
        .map(|field| field.id.as_str())
        .collect();
    let mut schema = given(pack, register.fields.values().filter(|field| is_given(field)));
    if !needed.is_empty() {
        schema["required"] = json!(needed);
    }
    schema
}

/// `fields` of a change: any of them.
pub fn change(pack: &Pack, register: &Register) -> Value {
    given(pack, register.fields.values().filter(|field| is_given(field)))
}

/// `fields` of a step: those it asks for.
pub fn step(pack: &Pack, register: &Register, asks: &[String]) -> Value {
    given(pack, asks.iter().filter_map(|id| register.fields.get(id)))
}

fn given<'f>(pack: &Pack, fields: impl Iterator<Item = &'f Field>) -> Value {
    let all = fields.map(|field| (field.id.clone(), of_field(pack, field, true)));
    json!({ "type": "object", "properties": all.collect::<Map<_, _>>(), "additionalProperties": false })
}

/// `given`: as it is taken; else as it is told.
fn of_field(pack: &Pack, field: &Field, given: bool) -> Value {
    let mut schema = of_kind(pack, &field.kind, given);
    schema["title"] = json!(field.title);
    let mut words: Vec<&str> = field.hint.as_deref().into_iter().collect();
    if !is_given(field) {
        schema["readOnly"] = json!(true);
    }
    if !field.secret.is_empty() {
        words.push("保密：无权查看时为 null，并列在 masked 里");
    }
    if !words.is_empty() {
        schema["description"] = json!(words.join("；"));
    }
    schema
}

fn of_kind(pack: &Pack, kind: &FieldKind, given: bool) -> Value {
    match kind {
        FieldKind::Text { max } => text(*max, given),
        FieldKind::LongText => text(20_000, given),
        FieldKind::Integer { .. } => {
            let mut schema = json!({ "type": ["integer", "null"] });
            if given {
                schema["minimum"] = json!(-INTEGER_MAX);
                schema["maximum"] = json!(INTEGER_MAX);
            }
            schema
        }
        FieldKind::Decimal { digits, .. } => decimal(*digits),
        FieldKind::Money => decimal(2),
        FieldKind::Date => json!({ "type": ["string", "null"], "format": "date" }),
        FieldKind::Time => json!({ "type": ["string", "null"], "format": "date-time" }),
        FieldKind::Bool => json!({ "type": ["boolean", "null"] }),
        FieldKind::Choice { list } => {
            let mut schema = json!({ "type": ["string", "null"] });
            if let Some(mut codes) = codes(pack.choices(list), given) {
                codes.push(Value::Null);
                schema["enum"] = Value::Array(codes);
            }
            schema
        }
        FieldKind::Choices { list } => {
            let mut item = json!({ "type": "string" });
            if let Some(codes) = codes(pack.choices(list), given) {
                item["enum"] = Value::Array(codes);
            }
            json!({ "type": ["array", "null"], "items": item, "maxItems": 1000 })
        }
        FieldKind::Ref { .. } | FieldKind::Area | FieldKind::Body | FieldKind::Person => id(),
        FieldKind::Refs { .. } => {
            json!({ "type": ["array", "null"], "items": { "type": "integer" }, "maxItems": 1000 })
        }
        FieldKind::Phone
        | FieldKind::IdCard
        | FieldKind::CreditCode
        | FieldKind::LicenceNo
        | FieldKind::Gtin
        | FieldKind::Geo => text(40, given),
        FieldKind::Image { .. } | FieldKind::File { .. } => {
            let key = json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" });
            json!({ "type": ["array", "null"], "items": key, "maxItems": 1000 })
        }
        FieldKind::Table { columns } => {
            let all = columns.values().map(|column| (column.id.clone(), of_field(pack, column, given)));
            let row = json!({ "type": "object", "properties": all.collect::<Map<_, _>>(),
                              "additionalProperties": false });
            json!({ "type": ["array", "null"], "items": row, "maxItems": 2000 })
        }
        FieldKind::Checklist { .. } => checklist(),
    }
}

/// Whether the kind holds attachments.
pub fn is_file(kind: &FieldKind) -> bool {
    matches!(kind, FieldKind::Image { .. } | FieldKind::File { .. })
}

fn checklist() -> Value {
    json!({ "type": ["array", "null"], "maxItems": 2000, "items": {
        "type": "object",
        "properties": {
            "item": { "type": "string" },
            "answer": { "type": "string", "enum": ["pass", "fail", "na"] },
            "note": { "type": ["string", "null"], "maxLength": 2000 },
        },
        "required": ["item", "answer"],
        "additionalProperties": false,
    } })
}

/// A text; what is given holds no control characters but line breaks and tabs.
fn text(max: u32, given: bool) -> Value {
    if given {
        json!({ "type": ["string", "null"], "maxLength": max, "pattern": "^[^\\u0000-\\u0008\\u000B\\u000C\\u000E-\\u001F\\u007F-\\u009F]*$" })
    } else {
        json!({ "type": ["string", "null"] })
    }
}

fn id() -> Value {
    json!({ "type": ["integer", "null"], "format": "int64" })
}

/// Never a float.
fn decimal(digits: u8) -> Value {
    let part = match digits {
        0 => String::new(),
        digits => format!("(\\.[0-9]{{1,{digits}}})?"),
    };
    let pattern = format!("^-?[0-9]{{1,{WHOLE_DIGITS_MAX}}}{part}$");
    json!({ "type": ["string", "null"], "pattern": pattern, "description": "小数写成文字，不用浮点数" })
}

/// A code that was taken out of the list may still stand in an old record, so a told value is any text.
fn codes(choices: &[Choice], given: bool) -> Option<Vec<Value>> {
    (given && choices.len() <= ENUM_MAX && !choices.is_empty())
        .then(|| choices.iter().map(|choice| Value::from(choice.code.as_str())).collect())
}
