//! One register file: registers/<id>.toml.
use std::path::Path;

use indexmap::IndexMap;

use super::field;
use super::flow::{self, grants};
use super::folder::Folder;
use super::formula::Formulas;
use super::keys::{self, Keys, Word};
use super::source::Sources;
use super::tree::{Item, Map, What};
use crate::diagnostic::Code;
use crate::expr::Schema;
use crate::register::{
    Access, Every, Export, Grant, Part, Period, Public, Register, ScopeRule, Seed, Template, View,
};

pub fn all(folder: &Folder, sources: &Sources, schema: &Schema) -> IndexMap<String, Register> {
    let files = folder.registers.iter();
    files
        .map(|(id, (file, map))| {
            (id.clone(), read(id, file, map, sources, Formulas { schema, register: id }))
        })
        .collect()
}

fn read(id: &str, file: &Path, map: &Map, sources: &Sources, formulas: Formulas<'_>) -> Register {
    let keys = Keys::new(sources, map);
    if !keys.has("fields") {
        keys.missing("fields");
    }
    let fields = each(&keys, "fields", |id, map| Some(field::read(id, map, sources, formulas)));
    let states: IndexMap<String, String> =
        keys.map("states").map(|map| super::titles(sources, map)).unwrap_or_default();
    let register = Register {
        id: id.to_owned(),
        title: keys.must("title"),
        group: keys.text("group").unwrap_or_default(),
        measures: keys.numbers("measures"),
        name: keys.word("name").map_or(Template { parts: Vec::new() }, |word| template(sources, &word)),
        number: keys.text("number"),
        when: keys.text("when"),
        unique: unique(&keys),
        scope: keys.map("scope").map(|map| scope(map, sources)).unwrap_or_default(),
        waits: keys.has("waits").then(|| keys.texts("waits")),
        steps: each(&keys, "steps", |id, map| Some(flow::step(id, map, sources, formulas))),
        deadlines: each(&keys, "deadlines", |id, map| flow::deadline(id, map, sources, formulas)),
        access: keys.map("access").map(|map| access(map, sources, formulas, &states)).unwrap_or_default(),
        views: each(&keys, "views", |id, map| Some(view(id, map, sources, formulas))),
        columns: keys.texts("columns"),
        exports: each(&keys, "exports", |id, map| Some(export(id, map, sources, formulas))),
        seed: keys.word("seed").and_then(|word| seed(sources, &word)),
        every: keys.map("every").and_then(|map| every(map, sources, formulas)),
        file: file.to_owned(),
        fields,
        states,
    };
    if !keys.has("name") {
        keys.missing("name");
    }
    keys.close();
    register
}

fn each<T>(
    keys: &Keys<'_>,
    key: &'static str,
    mut read: impl FnMut(&str, &Map) -> Option<T>,
) -> IndexMap<String, T> {
    let maps = keys.maps(key).into_iter();
    maps.filter_map(|(id, map)| Some((id.to_owned(), read(id, map)?))).collect()
}

/// `{name} {business.name}`: holes are paths.
fn template(sources: &Sources, word: &Word) -> Template {
    let mut parts = Vec::new();
    let mut rest = word.text.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        let Some((path, after)) = after.split_once('}') else {
            sources.error(word.at, Code::BadValue, "`{` 没有对应的 `}`");
            break;
        };
        if !before.is_empty() {
            parts.push(Part::Text(before.to_owned()));
        }
        parts.push(Part::Path(path.trim().to_owned()));
        rest = after;
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.to_owned()));
    }
    Template { parts }
}

/// `[["credit_code", "premises"], "licence"]`: sets of fields; a single field may stand without brackets.
fn unique(keys: &Keys<'_>) -> Vec<Vec<String>> {
    let texts = |item: &Item| -> Vec<String> {
        keys::words_of(keys.sources(), item, "unique").into_iter().map(|word| word.text).collect()
    };
    match keys.item("unique").map(|item| (&item.what, item)) {
        None => Vec::new(),
        Some((What::List(sets), _)) => sets.iter().map(texts).collect(),
        Some((_, item)) => vec![texts(item)],
    }
}

fn scope(map: &Map, sources: &Sources) -> ScopeRule {
    let keys = Keys::new(sources, map);
    let rule = ScopeRule { area: keys.text("area"), body: keys.text("body"), own: keys.text("own") };
    keys.close();
    rule
}

fn access(map: &Map, sources: &Sources, formulas: Formulas<'_>, states: &IndexMap<String, String>) -> Access {
    let keys = Keys::new(sources, map);
    let access = Access {
        read: grants(sources, keys.words("read")),
        create: grants(sources, keys.words("create")),
        edit: edit(&keys, states),
        delete: grants(sources, keys.words("delete")),
        public: keys.map("public").map(|map| {
            let inner = Keys::new(sources, map);
            let public = Public { when: formulas.filter(&inner, "when"), fields: inner.texts("fields") };
            inner.close();
            public
        }),
    };
    keys.close();
    access
}

/// `edit = { draft = ["inspector:own"] }`, or one list for every state (for a register without states: the state "").
fn edit(keys: &Keys<'_>, states: &IndexMap<String, String>) -> IndexMap<String, Vec<Grant>> {
    let sources = keys.sources();
    let Some(item) = keys.item("edit") else { return IndexMap::new() };
    let of = |item: &Item| grants(sources, keys::words_of(sources, item, "edit"));
    match &item.what {
        What::Map(map) => map.entries.iter().map(|(state, entry)| (state.clone(), of(&entry.item))).collect(),
        _ if states.is_empty() => IndexMap::from([(String::new(), of(item))]),
        _ => {
            let grants = of(item);
            states.keys().map(|state| (state.clone(), grants.clone())).collect()
        }
    }
}

fn view(id: &str, map: &Map, sources: &Sources, formulas: Formulas<'_>) -> View {
    let keys = Keys::new(sources, map);
    let view = View {
        id: id.to_owned(),
        title: keys.must("title"),
        filter: formulas.filter(&keys, "where"),
        columns: keys.texts("columns"),
        sort: keys.texts("sort"),
    };
    keys.close();
    view
}

fn export(id: &str, map: &Map, sources: &Sources, formulas: Formulas<'_>) -> Export {
    let keys = Keys::new(sources, map);
    let format = keys.must("format");
    if !["pdf", "docx", "xlsx", "csv", "html"].contains(&format.as_str()) && keys.has("format") {
        let known = ["pdf", "docx", "xlsx", "csv", "html"];
        let message = format!("没有 `{format}` 这种导出格式");
        sources.unknown(map.place(&["format"]), Code::BadValue, message, &format, known);
    }
    let export = Export {
        id: id.to_owned(),
        title: keys.must("title"),
        format,
        template: keys.text("template"),
        shown: formulas.condition(&keys, "shown"),
        columns: keys.texts("columns"),
    };
    keys.close();
    export
}

fn seed(sources: &Sources, word: &Word) -> Option<Seed> {
    match word.text.as_str() {
        "areas" => Some(Seed::Areas),
        "bodies" => Some(Seed::Bodies),
        "duties" => Some(Seed::Duties),
        other => {
            let message = format!("没有 `{other}` 这种来源");
            sources.unknown(word.at, Code::BadValue, message, other, ["areas", "bodies", "duties"]);
            None
        }
    }
}

/// `every = { of = "duty", by = "duty", period = "quarter", at = "period", due = "due", within = "10 days" }`
fn every(map: &Map, sources: &Sources, formulas: Formulas<'_>) -> Option<Every> {
    let keys = Keys::new(sources, map);
    let (of, by, at, due) = (keys.must("of"), keys.must("by"), keys.must("at"), keys.must("due"));
    keys.must("period");
    keys.must("within");
    // The filter is over the records that owe, not over this register's.
    let filter = formulas.of(&of).filter(&keys, "where");
    let within = keys.word("within").and_then(|word| flow::span(sources, &word));
    let period = keys.word("period").and_then(|word| match word.text.as_str() {
        "month" => Some(Period::Month),
        "quarter" => Some(Period::Quarter),
        "year" => Some(Period::Year),
        other => {
            let message = format!("没有 `{other}` 这种周期");
            sources.unknown(word.at, Code::BadValue, message, other, ["month", "quarter", "year"]);
            None
        }
    });
    keys.close();
    Some(Every { of, by, filter, period: period?, at, due, within: within? })
}
