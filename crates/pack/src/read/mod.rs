//! Reads the folder of a pack: every file into a tree with places, base and district merged, then the model from the tree.
mod field;
mod flow;
mod folder;
mod formula;
mod indicator;
mod keys;
mod place;
mod plan;
mod register;
mod source;
mod table;
mod target;
mod tree;

use std::path::Path;

use indexmap::IndexMap;

use crate::catalogue::Catalogue;
use crate::check;
use crate::diagnostic::{Code, Diagnostic};
use crate::indicator::Indicator;
use crate::pack::{Pack, Role};
use crate::register::Register;
pub(crate) use folder::Folder;
use keys::Keys;
pub(crate) use source::{At, Sources};
pub(crate) use table::Sheet;
use target::Context;
use tree::What;

/// Reads and checks the pack in `dir`, the packs it extends merged under it.
///
/// # Errors
/// Every mistake of every file, in the order of files and lines.
pub fn read(dir: &Path, catalogue: &Catalogue) -> Result<Pack, Vec<Diagnostic>> {
    let sources = Sources::default();
    let pack = Folder::load(dir, &sources).map(|folder| {
        let pack = build(&folder, &sources);
        check::check(&pack, &folder, &sources, catalogue);
        pack
    });
    match pack {
        Some(pack) if sources.is_clean() => Ok(pack),
        _ => Err(sources.into_diagnostics()),
    }
}

fn build(folder: &Folder, sources: &Sources) -> Pack {
    let head = Keys::new(sources, &folder.head);
    let (id, title) = (head.must("id"), head.must("title"));
    let year = head.number("year").unwrap_or_default();
    let choices = table::choices(folder);
    let rules = table::rules(folder, sources);
    let schema = formula::outline(folder, sources, &choices, &rules);
    let mut registers = register::all(folder, sources, &schema);
    let mut indicators = indicator::all(folder, sources, &schema);
    if let Some(map) = head.map("measures") {
        assign_measures(sources, map, &mut registers, &mut indicators);
    }
    let areas = place::areas(folder, sources);
    let bodies = place::bodies(folder, sources);
    let (plan, duties) = plan::compile(folder, sources, &bodies);
    let targets =
        target::all(folder, sources, &Context { year, indicators: &indicators, plan: plan.as_ref() });
    head.item("extends");
    let pack = Pack {
        id,
        title,
        place: head.text("place").unwrap_or_default(),
        year,
        area: head.text("area").unwrap_or_default(),
        groups: head.map("groups").map(|map| titles(sources, map)).unwrap_or_default(),
        registers,
        indicators,
        targets,
        tables: folder.tables.iter().map(|(name, sheet)| (name.clone(), sheet.table.clone())).collect(),
        checklists: folder
            .checklists
            .iter()
            .map(|(name, sheet)| (name.clone(), sheet.table.clone()))
            .collect(),
        calendar: table::calendar(folder, sources),
        choices,
        rules,
        roles: roles(folder, sources),
        areas,
        bodies,
        plan,
        duties,
        demo: folder.demo.clone(),
        folders: folder.folders.clone(),
        digest: folder.digest.clone(),
    };
    head.close();
    pack
}

/// `[measures]` of a pack whose plan is numbered otherwise than its base's: what the base says of measures is dropped.
fn assign_measures(
    sources: &Sources,
    map: &tree::Map,
    registers: &mut IndexMap<String, Register>,
    indicators: &mut IndexMap<String, Indicator>,
) {
    registers.values_mut().for_each(|register| register.measures.clear());
    indicators.values_mut().for_each(|indicator| indicator.measures.clear());
    for (id, entry) in &map.entries {
        let numbers = keys::numbers_of(sources, &entry.item, id);
        match (registers.get_mut(id), indicators.get_mut(id)) {
            (None, None) => {
                let known: Vec<&str> =
                    registers.keys().chain(indicators.keys()).map(String::as_str).collect();
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
    }
}

/// `id = "标题"` pairs in their order.
fn titles(sources: &Sources, map: &tree::Map) -> IndexMap<String, String> {
    let mut titles = IndexMap::new();
    for (id, entry) in &map.entries {
        keys::check_id(sources, id, entry.key);
        if let Some(word) = keys::text_of(sources, &entry.item, id) {
            titles.insert(id.clone(), word.text);
        }
    }
    titles
}

fn roles(folder: &Folder, sources: &Sources) -> IndexMap<String, Role> {
    let mut roles = IndexMap::new();
    for (id, entry) in &folder.roles.entries {
        let What::Map(map) = &entry.item.what else {
            keys::wrong(sources, &entry.item, id, "表 {…}");
            continue;
        };
        keys::check_id(sources, id, entry.key);
        let keys = Keys::new(sources, map);
        let role = Role {
            id: id.clone(),
            title: keys.must("title"),
            may: keys.texts("may"),
            excludes: keys.texts("excludes"),
        };
        keys.close();
        roles.insert(id.clone(), role);
    }
    roles
}
