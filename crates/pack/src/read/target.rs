//! targets.toml: what the plan promises, bound to indicators.
use chrono::NaiveDate;
use indexmap::IndexMap;
use shian_plan::{Chapter, Plan};

use super::folder::Folder;
use super::keys::{self, Keys};
use super::source::Sources;
use super::tree::{Item, Map, What};
use crate::diagnostic::Code;
use crate::indicator::Indicator;
use crate::pack::{Op, Target};

/// What targets are read against.
pub struct Context<'a> {
    pub year: i32,
    pub indicators: &'a IndexMap<String, Indicator>,
    pub plan: Option<&'a Plan>,
}

/// `[[target]]` entries in their order.
pub fn all(folder: &Folder, sources: &Sources, context: &Context<'_>) -> Vec<Target> {
    let Some(map) = &folder.targets else { return Vec::new() };
    let keys = Keys::new(sources, map);
    let mut targets = Vec::new();
    match keys.item("target") {
        None => {}
        Some(Item { what: What::List(items), .. }) => {
            for item in items {
                match &item.what {
                    What::Map(map) => targets.extend(read(map, sources, context)),
                    _ => keys::wrong(sources, item, "target", "表 {…}"),
                }
            }
        }
        Some(item) => keys.wrong(item, "target", "[[target]] 列表"),
    }
    keys.close();
    targets
}

fn read(map: &Map, sources: &Sources, context: &Context<'_>) -> Option<Target> {
    let keys = Keys::new(sources, map);
    for key in ["measure", "value"] {
        if !keys.has(key) {
            keys.missing(key);
        }
    }
    let indicator = keys.word("indicator");
    let unit = keys.text("unit").or_else(|| {
        let bound = indicator.as_ref().and_then(|word| context.indicators.get(&word.text));
        bound.map(|indicator| indicator.unit.clone())
    });
    let due = due(&keys, context.year);
    let (chapter, measure) = place(&keys, context.plan);
    let target = Target {
        measure,
        chapter,
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

/// Chapter and measure, which must be in the plan; `chapter` may be left out where the measure's number is the only one.
fn place(keys: &Keys<'_>, plan: Option<&Plan>) -> (u32, u32) {
    let measure: u32 = keys.number("measure").unwrap_or_default();
    let chapter: Option<u32> = keys.number("chapter");
    let Some(plan) = plan else { return (chapter.unwrap_or_default(), measure) };
    let has = |of: &&Chapter| of.measures.iter().any(|one| one.no == measure);
    let chapters: Vec<u32> = plan.chapters.iter().filter(has).map(|chapter| chapter.no).collect();
    match (chapter, chapters.as_slice()) {
        (None, [only]) => (*only, measure),
        (Some(chapter), _) if chapters.contains(&chapter) => (chapter, measure),
        (None, [_, _, ..]) => {
            keys.missing("chapter");
            (0, measure)
        }
        _ => {
            let message = format!("要点里没有第 {} 章第 {measure} 项措施", chapter.unwrap_or_default());
            let help = match chapters.as_slice() {
                [] => "措施的序号照要点里印的写".to_owned(),
                others => format!("第 {measure} 项措施在第 {others:?} 章"),
            };
            keys.sources().error_with_help(keys.place("measure"), Code::Target, message, help);
            (chapter.unwrap_or_default(), measure)
        }
    }
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
