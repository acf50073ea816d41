//! targets.toml: what the plan promises, bound to indicators.
use chrono::NaiveDate;
use indexmap::IndexMap;

use super::folder::Folder;
use super::keys::{self, Keys};
use super::source::Sources;
use super::tree::{Item, Map, What};
use crate::diagnostic::Code;
use crate::indicator::Indicator;
use crate::pack::{Op, Target};

/// `[[target]]` entries in their order.
pub fn all(
    folder: &Folder,
    sources: &Sources,
    year: i32,
    indicators: &IndexMap<String, Indicator>,
) -> Vec<Target> {
    let Some(map) = &folder.targets else { return Vec::new() };
    let keys = Keys::new(sources, map);
    let mut targets = Vec::new();
    match keys.item("target") {
        None => {}
        Some(Item { what: What::List(items), .. }) => {
            for item in items {
                match &item.what {
                    What::Map(map) => targets.extend(read(map, sources, year, indicators)),
                    _ => keys::wrong(sources, item, "target", "表 {…}"),
                }
            }
        }
        Some(item) => keys.wrong(item, "target", "[[target]] 列表"),
    }
    keys.close();
    targets
}

fn read(map: &Map, sources: &Sources, year: i32, indicators: &IndexMap<String, Indicator>) -> Option<Target> {
    let keys = Keys::new(sources, map);
    for key in ["measure", "value"] {
        if !keys.has(key) {
            keys.missing(key);
        }
    }
    let indicator = keys.word("indicator");
    let unit = keys.text("unit").or_else(|| {
        let bound = indicator.as_ref().and_then(|word| indicators.get(&word.text));
        bound.map(|indicator| indicator.unit.clone())
    });
    let due = due(&keys, year);
    let target = Target {
        measure: keys.number("measure").unwrap_or_default(),
        chapter: keys.number("chapter").unwrap_or_default(),
        name: keys.must("name"),
        indicator: indicator.map(|word| word.text),
        op: op(&keys),
        value: keys.decimal("value").unwrap_or_default(),
        unit: unit.unwrap_or_default(),
        due: due?,
    };
    keys.close();
    Some(target)
}

/// The target's day, by default the last of the pack's year.
fn due(keys: &Keys<'_>, year: i32) -> Option<NaiveDate> {
    let Some(item) = keys.item("due") else { return NaiveDate::from_ymd_opt(year, 12, 31) };
    let date = match &item.what {
        What::Date(text) | What::Text(text) => NaiveDate::parse_from_str(text, "%Y-%m-%d").ok(),
        _ => None,
    };
    if date.is_none() {
        keys.wrong(item, "due", "日期，如 2023-12-31");
    }
    date
}

fn op(keys: &Keys<'_>) -> Op {
    let Some(word) = keys.word("op") else { return Op::AtLeast };
    match word.text.as_str() {
        ">=" => Op::AtLeast,
        ">" => Op::MoreThan,
        "<=" => Op::AtMost,
        "<" => Op::LessThan,
        "=" | "==" => Op::Equal,
        other => {
            let message = format!("没有 `{other}` 这种比较");
            keys.sources().unknown(word.at, Code::BadValue, message, other, [">=", ">", "<=", "<", "="]);
            Op::AtLeast
        }
    }
}
