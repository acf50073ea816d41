//! indicators/*.toml: several indicators per file, each in one of three shapes.
use indexmap::IndexMap;
use rust_decimal::Decimal;

use super::folder::Folder;
use super::formula::{Formulas, nothing};
use super::keys::{self, Keys};
use super::source::Sources;
use super::tree::{Map, What};
use crate::diagnostic::Code;
use crate::expr::Schema;
use crate::indicator::{Entered, Evidence, Having, Indicator, Rate, Shape, Share, Tally, Window};

pub fn all(folder: &Folder, sources: &Sources, schema: &Schema) -> IndexMap<String, Indicator> {
    let mut indicators = IndexMap::new();
    for (id, entry) in &folder.indicators.entries {
        keys::check_id(sources, id, entry.key);
        match &entry.item.what {
            What::Map(map) => indicators.extend(read(id, map, sources, schema).map(|one| (id.clone(), one))),
            _ => keys::wrong(sources, &entry.item, id, "表 {…}"),
        }
    }
    indicators
}

fn read(id: &str, map: &Map, sources: &Sources, schema: &Schema) -> Option<Indicator> {
    let keys = Keys::new(sources, map);
    let window = window(&keys);
    let shape = shape(&keys, schema);
    let grows = window != Window::Always
        && match &shape {
            Some(Shape::Rate(_)) => true,
            Some(Shape::Share(share)) => matches!(share.having, Having::Linked { .. }),
            Some(Shape::Entered(_)) | None => false,
        };
    let (title, unit) = (keys.must("title"), keys.must("unit"));
    let digits = keys.number("digits").unwrap_or(1);
    let aliases = keys.texts("aliases");
    let said = keys.flag("cumulative");
    let cumulative = if keys.has("cumulative") { said } else { grows };
    let (words, measures) = (keys.text("words"), keys.numbers("measures"));
    keys.close();
    let id = id.to_owned();
    Some(Indicator { id, title, unit, window, shape: shape?, digits, aliases, cumulative, words, measures })
}

/// `month`, `quarter`, `year`, `24 months` (rolling); nothing: now.
fn window(keys: &Keys<'_>) -> Window {
    let Some(word) = keys.word("window") else { return Window::Always };
    match word.text.as_str() {
        "month" => Window::Month,
        "quarter" => Window::Quarter,
        "year" => Window::Year,
        other => match other.strip_suffix(" months").map(str::parse::<u32>) {
            Some(Ok(months)) if (1..=240).contains(&months) => Window::Months(months),
            _ => {
                let message = format!("没有 `{other}` 这种统计期");
                let known = ["month", "quarter", "year", "24 months"];
                keys.sources().unknown(word.at, Code::BadValue, message, other, known);
                Window::Always
            }
        },
    }
}

fn shape(keys: &Keys<'_>, schema: &Schema) -> Option<Shape> {
    let shapes = ["of", "count", "entered"];
    let used: Vec<&str> = shapes.into_iter().filter(|key| keys.has(key)).collect();
    match used.as_slice() {
        ["of"] => share(keys, schema).map(Shape::Share),
        ["count"] => rate(keys, schema).map(Shape::Rate),
        ["entered"] => entered(keys, schema).map(Shape::Entered),
        _ => {
            // Asked for, so that they do not show as unknown beside this.
            for key in ["of", "having", "owes", "count", "per", "entered"] {
                keys.item(key);
            }
            let help = "份额: of + having；比率: count（+ per）；填报: entered";
            keys.sources().error_with_help(keys.at(), Code::Indicator, "指标须恰为三种形式之一", help);
            None
        }
    }
}

fn share(keys: &Keys<'_>, schema: &Schema) -> Option<Share> {
    let sources = keys.sources();
    let of = Keys::new(sources, keys.map("of")?);
    let subject = of.must("register");
    let own = Formulas { schema, register: &subject };
    let (filter, weigh) = (own.filter(&of, "where"), of.text("weigh"));
    of.close();
    let owes = keys.text("owes");
    if !keys.has("having") {
        keys.missing("having");
    }
    let having = Keys::new(sources, keys.map("having")?);
    let having = if having.has("register") || having.has("by") {
        linked(having, schema)
    } else {
        own_evidence(having, own)
    };
    Some(Share { of: subject, filter, weigh, having, owes })
}

fn own_evidence(keys: Keys<'_>, own: Formulas<'_>) -> Having {
    if !keys.has("where") {
        keys.missing("where");
    }
    let holds = own.filter(&keys, "where").unwrap_or_else(nothing);
    keys.close();
    Having::Own(holds)
}

fn linked(keys: Keys<'_>, schema: &Schema) -> Having {
    let (register, by) = (keys.must("register"), keys.must("by"));
    let filter = Formulas { schema, register: &register }.filter(&keys, "where");
    let (sum, at_least) = (keys.text("sum"), keys.decimal("at_least"));
    let need = match sum {
        Some(field) => Evidence::Sum { field, at_least: at_least.unwrap_or_default() },
        None => Evidence::Count(at_least.map_or(Some(1), |n| u32::try_from(n).ok()).unwrap_or_else(|| {
            keys.sources().error(keys.at(), Code::BadValue, "没有 `sum` 时 `at_least` 是件数，应为整数");
            1
        })),
    };
    if matches!(need, Evidence::Sum { .. }) && !keys.has("at_least") {
        keys.missing("at_least");
    }
    keys.close();
    Having::Linked { register, by, filter, need }
}

fn rate(keys: &Keys<'_>, schema: &Schema) -> Option<Rate> {
    let (count, _) = tally(keys, "count", schema)?;
    match tally(keys, "per", schema) {
        Some((per, times)) => Some(Rate { count, per: Some(per), times }),
        None => Some(Rate { count, per: None, times: Decimal::ONE }),
    }
}

/// A count or sum over one register; `times` only stands in `per`.
fn tally(keys: &Keys<'_>, key: &'static str, schema: &Schema) -> Option<(Tally, Decimal)> {
    let keys = Keys::new(keys.sources(), keys.map(key)?);
    let register = keys.must("register");
    let filter = Formulas { schema, register: &register }.filter(&keys, "where");
    let sum = keys.text("sum");
    let times = if key == "per" { keys.decimal("times") } else { None };
    keys.close();
    Some((Tally { register, filter, sum }, times.unwrap_or(Decimal::ONE)))
}

fn entered(keys: &Keys<'_>, schema: &Schema) -> Option<Entered> {
    let keys = Keys::new(keys.sources(), keys.map("entered")?);
    let (register, field) = (keys.must("register"), keys.must("field"));
    let filter = Formulas { schema, register: &register }.filter(&keys, "where");
    keys.close();
    Some(Entered { register, field, filter })
}
