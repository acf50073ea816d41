//! Reading one TOML table by its keys. The keys asked for are the keys that exist: whatever else stands there is reported.
use std::cell::RefCell;

use rust_decimal::Decimal;

use super::source::{At, Sources};
use super::tree::{Item, Map, What};
use crate::diagnostic::Code;

/// A table being read. Ask for every key, then `close`.
pub struct Keys<'a> {
    map: &'a Map,
    sources: &'a Sources,
    asked: RefCell<Vec<&'static str>>,
}

/// A text and its place.
#[derive(Debug, Clone)]
pub struct Word {
    pub text: String,
    pub at: At,
}

impl<'a> Keys<'a> {
    pub fn new(sources: &'a Sources, map: &'a Map) -> Self {
        Self { map, sources, asked: RefCell::default() }
    }

    pub fn at(&self) -> At {
        self.map.at
    }

    /// The place of a key's value, or of the table.
    pub fn place(&self, key: &str) -> At {
        self.map.place(&[key])
    }

    pub fn sources(&self) -> &'a Sources {
        self.sources
    }

    pub fn has(&self, key: &'static str) -> bool {
        self.map.entries.contains_key(key)
    }

    pub fn item(&self, key: &'static str) -> Option<&'a Item> {
        self.asked.borrow_mut().push(key);
        self.map.get(key)
    }

    pub fn word(&self, key: &'static str) -> Option<Word> {
        let item = self.item(key)?;
        text_of(self.sources, item, key)
    }

    pub fn text(&self, key: &'static str) -> Option<String> {
        self.word(key).map(|word| word.text)
    }

    /// A text that must be there and not be empty; reported and empty otherwise.
    pub fn must(&self, key: &'static str) -> String {
        if !self.has(key) {
            self.missing(key);
        }
        let word = self.word(key);
        if let Some(word) = word.as_ref().filter(|word| word.text.trim().is_empty()) {
            self.sources.error(word.at, Code::BadValue, format!("`{key}` 不能为空"));
        }
        word.map(|word| word.text).unwrap_or_default()
    }

    pub fn missing(&self, key: &str) {
        self.sources.error(self.head(), Code::Missing, format!("缺少 `{key}`"));
    }

    pub fn flag(&self, key: &'static str) -> bool {
        match self.item(key) {
            None => false,
            Some(Item { what: What::Bool(truth), .. }) => *truth,
            Some(item) => {
                self.wrong(item, key, "true 或 false");
                false
            }
        }
    }

    pub fn number<N: std::str::FromStr>(&self, key: &'static str) -> Option<N> {
        let item = self.item(key)?;
        let number = match &item.what {
            What::Number(text) => text.parse().ok(),
            _ => None,
        };
        if number.is_none() {
            self.wrong(item, key, "合适的数字");
        }
        number
    }

    /// A decimal, written as a number or as a text.
    pub fn decimal(&self, key: &'static str) -> Option<Decimal> {
        let item = self.item(key)?;
        let number = match &item.what {
            What::Number(text) | What::Text(text) => Decimal::from_str_exact(text).ok(),
            _ => None,
        };
        if number.is_none() {
            self.wrong(item, key, "数字");
        }
        number
    }

    /// A list of texts; a single text stands for a list of one.
    pub fn words(&self, key: &'static str) -> Vec<Word> {
        match self.item(key) {
            None => Vec::new(),
            Some(item) => words_of(self.sources, item, key),
        }
    }

    pub fn texts(&self, key: &'static str) -> Vec<String> {
        self.words(key).into_iter().map(|word| word.text).collect()
    }

    pub fn numbers(&self, key: &'static str) -> Vec<u32> {
        let Some(item) = self.item(key) else { return Vec::new() };
        let What::List(items) = &item.what else {
            self.wrong(item, key, "数字列表");
            return Vec::new();
        };
        let mut numbers = Vec::new();
        for one in items {
            match &one.what {
                What::Number(text) if text.parse::<u32>().is_ok() => numbers.extend(text.parse::<u32>()),
                _ => self.wrong(one, key, "数字"),
            }
        }
        numbers
    }

    pub fn map(&self, key: &'static str) -> Option<&'a Map> {
        let item = self.item(key)?;
        match &item.what {
            What::Map(map) => Some(map),
            _ => {
                self.wrong(item, key, "表 {…}");
                None
            }
        }
    }

    /// A sub-table whose entries are tables: `[steps]` with `publish = {…}`.
    pub fn maps(&self, key: &'static str) -> Vec<(&'a str, &'a Map)> {
        let mut maps = Vec::new();
        for (id, entry) in self.map(key).map(|map| &map.entries).into_iter().flatten() {
            match &entry.item.what {
                What::Map(map) => {
                    check_id(self.sources, id, entry.key);
                    maps.push((id.as_str(), map));
                }
                _ => self.wrong(&entry.item, id, "表 {…}"),
            }
        }
        maps
    }

    pub fn wrong(&self, item: &Item, key: &str, expected: &str) {
        wrong(self.sources, item, key, expected);
    }

    /// Reports each key nobody asked for.
    pub fn close(self) {
        let asked = self.asked.into_inner();
        for (key, entry) in &self.map.entries {
            if !asked.contains(&key.as_str()) {
                let message = format!("没有 `{key}` 这个键");
                self.sources.unknown(entry.key, Code::UnknownKey, message, key, asked.iter().copied());
            }
        }
    }

    /// Where to point when something is not there: the first line of the table.
    fn head(&self) -> At {
        let text = self.sources.text(self.map.at);
        let rest = text.get(self.map.at.start..self.map.at.end).unwrap_or_default();
        let line = rest.lines().next().map_or(0, str::len);
        At { end: self.map.at.start + line, ..self.map.at }
    }
}

pub fn wrong(sources: &Sources, item: &Item, key: &str, expected: &str) {
    let message = format!("`{key}` 应为{expected}，这里是{}", item.what.kind());
    sources.error(item.at, Code::Shape, message);
}

pub fn text_of(sources: &Sources, item: &Item, key: &str) -> Option<Word> {
    match &item.what {
        What::Text(text) => Some(Word { text: text.clone(), at: item.at }),
        _ => {
            wrong(sources, item, key, "文本");
            None
        }
    }
}

pub fn words_of(sources: &Sources, item: &Item, key: &str) -> Vec<Word> {
    match &item.what {
        What::List(items) => items.iter().filter_map(|one| text_of(sources, one, key)).collect(),
        What::Text(text) => vec![Word { text: text.clone(), at: item.at }],
        _ => {
            wrong(sources, item, key, "文本列表");
            Vec::new()
        }
    }
}

/// Ids are ASCII snake_case: they are names in expressions, tables and addresses.
pub fn check_id(sources: &Sources, id: &str, at: At) {
    let starts = id.starts_with(|c: char| c.is_ascii_lowercase());
    let holds = id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !starts || !holds || id.len() > 40 {
        sources.error_with_help(
            at,
            Code::BadId,
            format!("标识 `{id}` 不合规"),
            "标识只用小写字母、数字、下划线，以字母开头，不超过 40 个字符；给人看的名称写在 title",
        );
    }
}
