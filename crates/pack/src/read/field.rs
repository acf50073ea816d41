//! A field's declaration: its kind from `type` or from the shorthands `choices`, `ref`, `checklist`, `columns`.
use indexmap::IndexMap;

use super::flow::grants;
use super::formula::Formulas;
use super::keys::{self, Keys};
use super::source::Sources;
use super::tree::{Item, Map, What};
use crate::diagnostic::Code;
use crate::field::{ChecklistSource, Choice, ChoiceList, Field, FieldKind, Need};

/// Every word that may stand after `type =`.
pub const TYPES: [&str; 26] = [
    "text",
    "long_text",
    "integer",
    "decimal",
    "money",
    "date",
    "time",
    "bool",
    "choice",
    "choices",
    "ref",
    "refs",
    "area",
    "body",
    "person",
    "phone",
    "id_card",
    "credit_code",
    "licence_no",
    "gtin",
    "geo",
    "image",
    "images",
    "file",
    "files",
    "table",
];

/// Digits of a decimal that says nothing of them.
const DIGITS: u8 = 2;
const TEXT_CHARS: u32 = 200;

/// Reads one field; with an unknown kind it is reported and read as text, so that its other mistakes show too.
pub fn read(id: &str, map: &Map, sources: &Sources, formulas: Formulas<'_>) -> Field {
    let keys = Keys::new(sources, map);
    let field = Field {
        id: id.to_owned(),
        title: keys.must("title"),
        kind: kind(&keys, Some(formulas)).unwrap_or(FieldKind::Text { max: TEXT_CHARS }),
        required: need(&keys, formulas),
        shown: formulas.condition(&keys, "shown"),
        default: formulas.value(&keys, "default", id),
        check: formulas.condition(&keys, "check"),
        says: keys.text("says"),
        calc: formulas.value(&keys, "calc", id),
        from: keys.text("from"),
        search: keys.flag("search"),
        secret: grants(sources, keys.words("secret")),
        section: keys.text("section"),
        hint: keys.text("hint"),
        source: written(map),
    };
    if field.says.is_some() && field.check.is_none() && !keys.has("check") {
        sources.error(map.place(&["says"]), Code::Missing, "有 `says` 却没有 `check`");
    }
    if field.calc.is_some() && field.from.is_some() {
        sources.error(
            map.place(&["from"]),
            Code::FieldKind,
            "`calc` 与 `from` 只能有一个：一个字段只有一个写者",
        );
    }
    keys.close();
    field
}

/// Only the kind, for the outline that expressions are checked against.
pub fn kind_alone(sources: &Sources, map: &Map) -> Option<FieldKind> {
    kind(&Keys::new(sources, map), None)
}

/// The formulas as written, for words and diff.
fn written(map: &Map) -> IndexMap<String, String> {
    let formulas = ["required", "shown", "default", "check", "calc"].into_iter();
    formulas
        .filter_map(|key| match &map.get(key)?.what {
            What::Text(text) => Some((key.to_owned(), text.clone())),
            What::Number(text) => Some((key.to_owned(), text.clone())),
            What::Bool(truth) => Some((key.to_owned(), truth.to_string())),
            What::Date(_) | What::List(_) | What::Map(_) => None,
        })
        .collect()
}

fn need(keys: &Keys<'_>, formulas: Formulas<'_>) -> Need {
    match keys.item("required") {
        None => Need::Never,
        Some(Item { what: What::Bool(false), .. }) => Need::Never,
        Some(Item { what: What::Bool(true), .. }) => Need::Always,
        Some(_) => formulas.condition(keys, "required").map_or(Need::Never, Need::When),
    }
}

fn kind(keys: &Keys<'_>, formulas: Option<Formulas<'_>>) -> Option<FieldKind> {
    let named = keys.word("type");
    let word = match &named {
        Some(word) => word.text.as_str(),
        None if keys.has("choices") => "choice",
        None if keys.has("ref") => "ref",
        None if keys.has("checklist") => "checklist",
        None if keys.has("columns") => "table",
        None => {
            keys.missing("type");
            return None;
        }
    };
    Some(match word {
        "text" => FieldKind::Text { max: keys.number("max").unwrap_or(TEXT_CHARS) },
        "long_text" => FieldKind::LongText,
        "integer" => FieldKind::Integer { unit: keys.text("unit") },
        "decimal" => FieldKind::Decimal { digits: digits(keys), unit: keys.text("unit") },
        "money" => FieldKind::Money,
        "date" => FieldKind::Date,
        "time" => FieldKind::Time,
        "bool" => FieldKind::Bool,
        "choice" if keys.flag("many") => FieldKind::Choices { list: choices(keys) },
        "choice" => FieldKind::Choice { list: choices(keys) },
        "choices" => FieldKind::Choices { list: choices(keys) },
        "ref" if keys.flag("many") => FieldKind::Refs { register: keys.must("ref") },
        "ref" => FieldKind::Ref { register: keys.must("ref") },
        "refs" => FieldKind::Refs { register: keys.must("ref") },
        "area" => FieldKind::Area,
        "body" => FieldKind::Body,
        "person" => FieldKind::Person,
        "phone" => FieldKind::Phone,
        "id_card" => FieldKind::IdCard,
        "credit_code" => FieldKind::CreditCode,
        "licence_no" => FieldKind::LicenceNo,
        "gtin" => FieldKind::Gtin,
        "geo" => FieldKind::Geo,
        "image" => FieldKind::Image { many: keys.flag("many") },
        "images" => FieldKind::Image { many: true },
        "file" => FieldKind::File { many: keys.flag("many") },
        "files" => FieldKind::File { many: true },
        "table" => FieldKind::Table { columns: columns(keys, formulas) },
        "checklist" => FieldKind::Checklist { source: checklist(&keys.must("checklist")) },
        _ => {
            if let Some(named) = &named {
                let message = format!("没有 `{word}` 这种字段类型");
                let known = TYPES.iter().copied().chain(["checklist"]);
                keys.sources().unknown(named.at, Code::FieldKind, message, word, known);
            }
            return None;
        }
    })
}

fn digits(keys: &Keys<'_>) -> u8 {
    let digits = keys.number("digits").unwrap_or(DIGITS);
    if digits > 6 {
        keys.sources().error(keys.place("digits"), Code::BadValue, "`digits` 最多 6 位");
    }
    digits.min(6)
}

fn choices(keys: &Keys<'_>) -> ChoiceList {
    let none = ChoiceList::Inline(Vec::new());
    let Some(item) = keys.item("choices") else {
        keys.missing("choices");
        return none;
    };
    let map = match &item.what {
        What::Text(table) => return ChoiceList::Table(table.clone()),
        What::Map(map) => map,
        _ => {
            keys.wrong(item, "choices", "表名，或 { 代码 = \"名称\" }");
            return none;
        }
    };
    let options = map.entries.iter().filter_map(|(code, entry)| {
        let title = keys::text_of(keys.sources(), &entry.item, code)?.text;
        Some(Choice { code: code.clone(), title, parent: None })
    });
    ChoiceList::Inline(options.collect())
}

fn checklist(text: &str) -> ChecklistSource {
    match text.strip_prefix("by:") {
        Some(path) => ChecklistSource::By(path.trim().to_owned()),
        None => ChecklistSource::Named(text.to_owned()),
    }
}

/// Columns of sub-rows: plain fields. Expressions belong to the record, not to a row of it.
fn columns(keys: &Keys<'_>, formulas: Option<Formulas<'_>>) -> IndexMap<String, Field> {
    if !keys.has("columns") {
        keys.missing("columns");
    }
    let Some(formulas) = formulas else { return IndexMap::new() };
    let mut columns = IndexMap::new();
    for (id, map) in keys.maps("columns") {
        for key in ["shown", "default", "check", "calc", "from", "secret", "search", "section"] {
            if let Some(entry) = map.entries.get(key) {
                let message = format!("表中的列不能有 `{key}`：它属于整条记录");
                keys.sources().error(entry.key, Code::FieldKind, message);
            }
        }
        let column = read(id, map, keys.sources(), formulas);
        if let FieldKind::Table { .. } | FieldKind::Checklist { .. } = column.kind {
            keys.sources().error(map.at, Code::FieldKind, format!("表中的列 `{id}` 不能又是表"));
        }
        columns.insert(id.to_owned(), column);
    }
    columns
}
