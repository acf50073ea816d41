//! A new record as an example: what must be filled in, by the kind of each field.

use serde_json::{Map, Value, json};
use shian_pack::{
    Pack, Register,
    field::{Field, FieldKind, Need},
};

/// The fields that every new record needs.
pub fn fields(pack: &Pack, register: &Register) -> Value {
    let needed = |field: &&Field| {
        matches!(field.required, Need::Always) && field.calc.is_none() && field.from.is_none()
    };
    let all = register.fields.values().filter(needed);
    Value::Object(all.map(|field| (field.id.clone(), of(pack, field))).collect::<Map<_, _>>())
}

fn of(pack: &Pack, field: &Field) -> Value {
    match &field.kind {
        FieldKind::Text { max } => {
            json!(format!("示例{}", field.title).chars().take(*max as usize).collect::<String>())
        }
        FieldKind::LongText => json!(format!("示例{}", field.title)),
        FieldKind::Integer { .. } => json!(1),
        FieldKind::Decimal { digits: 0, .. } => json!("1"),
        FieldKind::Decimal { .. } => json!("1.5"),
        FieldKind::Money => json!("100.00"),
        FieldKind::Date => json!("2023-09-15"),
        FieldKind::Time => json!("2023-09-15T02:30:00Z"),
        FieldKind::Bool => json!(true),
        FieldKind::Choice { list } => json!(pack.choices(list).first().map(|choice| &choice.code)),
        FieldKind::Choices { list } => {
            json!(pack.choices(list).iter().take(1).map(|choice| &choice.code).collect::<Vec<_>>())
        }
        FieldKind::Ref { .. } | FieldKind::Area | FieldKind::Body | FieldKind::Person => json!(1),
        FieldKind::Refs { .. } => json!([1]),
        FieldKind::Phone => json!("13800000000"),
        FieldKind::IdCard => json!("110101190001010015"),
        FieldKind::CreditCode => json!("91410100MA3X000008"),
        FieldKind::LicenceNo => json!("JY14115030000018"),
        FieldKind::Gtin => json!("6901234567892"),
        FieldKind::Geo => json!("32.105000,114.120000"),
        FieldKind::Image { .. } | FieldKind::File { .. } => json!(["0".repeat(64)]),
        FieldKind::Table { columns } => {
            let row = columns.values().map(|column| (column.id.clone(), of(pack, column)));
            json!([Value::Object(row.collect::<Map<_, _>>())])
        }
        FieldKind::Checklist { .. } => json!([{ "item": "1", "answer": "pass", "note": null }]),
    }
}
