//! A TOML file as a tree in which every value knows its place; base and district are merged on this tree.
use indexmap::IndexMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::source::{At, Sources};
use crate::diagnostic::Code;

#[derive(Debug, Clone)]
pub struct Item {
    pub at: At,
    pub what: What,
}

#[derive(Debug, Clone)]
pub enum What {
    Text(String),
    /// As written, underscores removed: never through a float.
    Number(String),
    Bool(bool),
    Date(String),
    List(Vec<Item>),
    Map(Map),
}

#[derive(Debug, Clone)]
pub struct Entry {
    /// The place of the key.
    pub key: At,
    pub item: Item,
}

#[derive(Debug, Clone)]
pub struct Map {
    pub at: At,
    pub entries: IndexMap<String, Entry>,
}

impl Map {
    pub fn empty(at: At) -> Self {
        Self { at, entries: IndexMap::new() }
    }

    pub fn get(&self, key: &str) -> Option<&Item> {
        self.entries.get(key).map(|entry| &entry.item)
    }

    /// The place of the value at `path` (keys, and numbers in lists), or of the nearest thing above it that exists.
    pub fn place(&self, path: &[&str]) -> At {
        let Some((first, rest)) = path.split_first() else { return self.at };
        self.entries.get(*first).map_or(self.at, |entry| entry.item.place(rest, entry.key))
    }
}

impl Item {
    /// `named` is what to point at when the path leads beyond this item: its key, or itself in a list.
    fn place(&self, path: &[&str], named: At) -> At {
        let Some((first, rest)) = path.split_first() else { return self.at };
        match &self.what {
            What::Map(map) if map.entries.contains_key(*first) => map.place(path),
            What::List(items) => match first.parse().ok().and_then(|n: usize| items.get(n)) {
                Some(item) => item.place(rest, item.at),
                None => named,
            },
            What::Text(_) => self.at,
            _ => named,
        }
    }
}

impl What {
    /// In the words of the person who wrote it.
    pub fn kind(&self) -> &'static str {
        match self {
            What::Text(_) => "文本",
            What::Number(_) => "数字",
            What::Bool(_) => "true/false",
            What::Date(_) => "日期",
            What::List(_) => "列表 […]",
            What::Map(_) => "表 {…}",
        }
    }
}

/// Parses the whole file; every syntax error is reported, and what could be read is returned.
pub fn parse(sources: &Sources, whole: At) -> Map {
    let text = sources.text(whole);
    let (table, errors) = DeTable::parse_recoverable(&text);
    for error in errors {
        let at = At::of(whole.file, error.span().unwrap_or(0..0));
        sources.error(at, Code::Syntax, format!("TOML 语法错误：{}", error.message()));
    }
    convert_map(whole.file, whole, table.get_ref())
}

fn convert_map(file: usize, at: At, table: &DeTable<'_>) -> Map {
    let entries = table
        .iter()
        .map(|(key, value)| {
            let key_at = At::of(file, key.span());
            (key.get_ref().to_string(), Entry { key: key_at, item: convert(file, value) })
        })
        .collect();
    Map { at, entries }
}

fn convert(file: usize, value: &Spanned<DeValue<'_>>) -> Item {
    let at = At::of(file, value.span());
    let what = match value.get_ref() {
        DeValue::String(text) => What::Text(text.to_string()),
        DeValue::Integer(number) => What::Number(integer(number.as_str(), number.radix())),
        DeValue::Float(number) => What::Number(number.as_str().replace('_', "")),
        DeValue::Boolean(truth) => What::Bool(*truth),
        DeValue::Datetime(date) => What::Date(date.to_string()),
        DeValue::Array(items) => What::List(items.iter().map(|item| convert(file, item)).collect()),
        DeValue::Table(table) => What::Map(convert_map(file, at, table)),
    };
    Item { at, what }
}

/// Decimal text of an integer literal of any base; one too big for an i64 keeps its text and is refused where it is used.
fn integer(text: &str, radix: u32) -> String {
    let text = text.replace('_', "");
    match radix {
        10 => text,
        _ => i64::from_str_radix(&text, radix).map_or(text, |n| n.to_string()),
    }
}
