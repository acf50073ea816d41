//! Grants, spans of time, steps and deadlines: how a record moves and what must happen by when.
use indexmap::IndexMap;

use super::formula::Formulas;
use super::keys::{self, Keys, Word};
use super::source::{Sources, suggestion};
use super::tree::{Map, What};
use crate::diagnostic::Code;
use crate::register::{Deadline, Grant, Opens, Reach, Span, SpanUnit, Step};

pub fn grants(sources: &Sources, words: Vec<Word>) -> Vec<Grant> {
    words.iter().filter_map(|word| grant(sources, word)).collect()
}

/// `role` or `role:area`, `role:body`, `role:own`.
pub fn grant(sources: &Sources, word: &Word) -> Option<Grant> {
    let (role, reach) = match word.text.split_once(':') {
        None => (word.text.as_str(), Reach::All),
        Some((role, "area")) => (role, Reach::Area),
        Some((role, "body")) => (role, Reach::Body),
        Some((role, "own")) => (role, Reach::Own),
        Some((_, other)) => {
            let message = format!("没有 `{other}` 这种范围");
            sources.unknown(word.at, Code::BadValue, message, other, ["area", "body", "own"]);
            return None;
        }
    };
    Some(Grant { role: role.to_owned(), reach })
}

/// `20 workdays`, `3 days`, `2 months`, `24 hours`.
pub fn span(sources: &Sources, word: &Word) -> Option<Span> {
    let (count, unit) = word.text.trim().split_once(' ').unwrap_or((&word.text, ""));
    let unit = match unit.trim() {
        "workday" | "workdays" => Some(SpanUnit::Workdays),
        "day" | "days" => Some(SpanUnit::Days),
        "month" | "months" => Some(SpanUnit::Months),
        "hour" | "hours" => Some(SpanUnit::Hours),
        _ => None,
    };
    match (count.parse::<u32>(), unit) {
        (Ok(count), Some(unit)) if count <= 10_000 => Some(Span { count, unit }),
        _ => {
            let help = suggestion(word.text.as_str(), ["20 workdays", "3 days", "2 months", "24 hours"]);
            let message = format!("`{}` 不是一段时间", word.text);
            sources.error_with_help(word.at, Code::BadValue, message, help.unwrap_or_default());
            None
        }
    }
}

pub fn step(id: &str, map: &Map, sources: &Sources, formulas: Formulas<'_>) -> Step {
    let keys = Keys::new(sources, map);
    let step = Step {
        id: id.to_owned(),
        title: keys.must("title"),
        from: keys.texts("from"),
        to: keys.must("to"),
        by: grants(sources, keys.words("by")),
        when: formulas.condition(&keys, "when"),
        asks: keys.texts("asks"),
        opens: opens(&keys, formulas),
        run: keys.text("run"),
        lapses: lapses(&keys),
        after: after(&keys),
        unless_open: keys.texts("unless_open"),
        notifies: grants(sources, keys.words("notifies")),
        reason: keys.flag("reason"),
    };
    if !keys.has("from") {
        keys.missing("from");
    }
    if step.by.is_empty() && !keys.has("by") && step.after.is_none() && !keys.has("after") {
        let help = "写 by = [\"角色\"]，或 after = \"台账.状态\"（由下级记录推动）、\"year\"（年度结转）";
        sources.error_with_help(map.at, Code::Missing, format!("步骤 `{id}` 没有人能走"), help);
    }
    keys.close();
    step
}

/// `opens = "rectification"` or `{ register = "rectification", with = { subject = "business" } }`.
fn opens(keys: &Keys<'_>, formulas: Formulas<'_>) -> Option<Opens> {
    let item = keys.item("opens")?;
    let sources = keys.sources();
    let map = match &item.what {
        What::Text(register) => return Some(Opens { register: register.clone(), with: IndexMap::new() }),
        What::Map(map) => map,
        _ => {
            keys.wrong(item, "opens", "台账标识或 { register, with }");
            return None;
        }
    };
    let inner = Keys::new(sources, map);
    let register = inner.must("register");
    let mut with = IndexMap::new();
    for (field, entry) in inner.map("with").map(|map| &map.entries).into_iter().flatten() {
        let word = keys::text_of(sources, &entry.item, field);
        let expr = word.and_then(|word| formulas.assigned(sources, &word, &register, field));
        with.extend(expr.map(|expr| (field.clone(), expr)));
    }
    inner.close();
    Some(Opens { register, with })
}

/// `after = "year"`
fn lapses(keys: &Keys<'_>) -> bool {
    keys.word("after").is_some_and(|word| word.text == "year")
}

/// `after = "rectification.closed"`
fn after(keys: &Keys<'_>) -> Option<(String, String)> {
    let word = keys.word("after").filter(|word| word.text != "year")?;
    match word.text.split_once('.') {
        Some((register, state)) => Some((register.to_owned(), state.to_owned())),
        None => {
            keys.sources().error(word.at, Code::BadValue, "`after` 写作 \"台账.状态\"");
            None
        }
    }
}

/// None when the clock cannot run for want of a part; each is reported.
pub fn deadline(id: &str, map: &Map, sources: &Sources, formulas: Formulas<'_>) -> Option<Deadline> {
    let keys = Keys::new(sources, map);
    let (title, starts) = (keys.must("title"), keys.must("starts"));
    for key in ["within", "met", "owes"] {
        if !keys.has(key) {
            keys.missing(key);
        }
    }
    let within = keys.word("within").and_then(|word| span(sources, &word));
    let met = formulas.condition(&keys, "met");
    let owes = keys.word("owes").and_then(|word| grant(sources, &word));
    let warn = keys.word("warn").and_then(|word| span(sources, &word));
    keys.close();
    Some(Deadline { id: id.to_owned(), title, starts, within: within?, met: met?, owes: owes?, warn })
}
