//! `[measures]` of pack.toml: which measures of this plan a register or indicator serves, where the plan is numbered otherwise
//! than its base assumes.
use indexmap::IndexMap;
use shian_plan::Plan;

use super::keys;
use super::source::Sources;
use super::tree::{Item, Map, What};
use crate::diagnostic::Code;
use crate::indicator::Indicator;
use crate::register::Register;

/// What may serve a measure.
pub struct Declared<'a> {
    pub registers: &'a mut IndexMap<String, Register>,
    pub indicators: &'a mut IndexMap<String, Indicator>,
}

/// `sample = [21, "4.1"]`: the number of a measure, or `chapter.number`. What registers and indicators said themselves is
/// dropped.
pub fn assign(
    sources: &Sources,
    map: &Map,
    plan: Option<&Plan>,
    declared: &mut Declared<'_>,
) -> IndexMap<String, Vec<(u32, u32)>> {
    declared.registers.values_mut().for_each(|register| register.measures.clear());
    declared.indicators.values_mut().for_each(|indicator| indicator.measures.clear());
    let mut serves = IndexMap::new();
    for (id, entry) in &map.entries {
        let places = places(sources, &entry.item, id, plan);
        let numbers: Vec<u32> = places.iter().map(|(_, no)| *no).collect();
        match (declared.registers.get_mut(id), declared.indicators.get_mut(id)) {
            (None, None) => {
                let known = declared.registers.keys().chain(declared.indicators.keys()).map(String::as_str);
                let message = format!("没有台账或指标 `{id}`");
                sources.unknown(entry.key, Code::UnknownRegister, message, id, known);
            }
            (register, indicator) => {
                if let Some(register) = register {
                    register.measures.clone_from(&numbers);
                }
                if let Some(indicator) = indicator {
                    indicator.measures = numbers;
                }
            }
        }
        serves.insert(id.clone(), places);
    }
    serves
}

fn places(sources: &Sources, item: &Item, id: &str, plan: Option<&Plan>) -> Vec<(u32, u32)> {
    let What::List(items) = &item.what else {
        keys::wrong(sources, item, id, "措施列表，如 [21, \"4.1\"]");
        return Vec::new();
    };
    let mut places = Vec::new();
    for one in items {
        let (chapter, number) = match &one.what {
            What::Number(text) => (None, text.parse::<u32>().ok()),
            What::Text(text) => match text.split_once('.') {
                Some((chapter, number)) => (chapter.parse::<u32>().ok(), number.parse().ok()),
                None => (None, text.parse().ok()),
            },
            _ => (None, None),
        };
        let found = number.map(|number| in_plan(plan, chapter, number)).unwrap_or_default();
        if found.is_empty() {
            let help = "写措施的序号，或 \"章.序号\"，照要点里印的";
            sources.error_with_help(one.at, Code::Target, "要点里没有这一项措施", help);
        }
        places.extend(found);
    }
    places
}

/// The measures of that number, of one chapter or of all.
fn in_plan(plan: Option<&Plan>, chapter: Option<u32>, number: u32) -> Vec<(u32, u32)> {
    let Some(plan) = plan else { return vec![(chapter.unwrap_or_default(), number)] };
    let chapters = plan.chapters.iter().filter(|one| chapter.is_none_or(|no| no == one.no));
    let holding = chapters.filter(|one| one.measures.iter().any(|measure| measure.no == number));
    holding.map(|one| (one.no, number)).collect()
}
