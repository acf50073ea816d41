//! Reads the folder of a pack: every file into a tree with places, base and district merged, then the model from the tree.
mod appraisal;
mod field;
mod flow;
mod folder;
mod formula;
mod indicator;
mod keys;
mod measures;
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
use crate::diagnostic::Diagnostic;
use crate::pack::{Pack, Role};
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
    let areas = place::areas(folder, sources);
    let bodies = place::bodies(folder, sources);
    let (plan, duties) = plan::compile(folder, sources, &bodies);
    let mut registers = register::all(folder, sources, &schema);
    let mut indicators = indicator::all(folder, sources, &schema);
    let serves = head.map("measures").map(|map| {
        let mut declared = measures::Declared { registers: &mut registers, indicators: &mut indicators };
        measures::assign(sources, map, plan.as_ref(), &mut declared)
    });
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
        serves,
        registers,
        indicators,
        appraisals: appraisal::all(folder, sources, &schema),
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
