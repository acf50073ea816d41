//! areas.csv and bodies.csv: where things are and who works for it.
use super::folder::Folder;
use super::source::Sources;
use crate::diagnostic::Code;
use crate::pack::{Area, Body};

/// `code,name,kind,parent,population`
pub fn areas(folder: &Folder, sources: &Sources) -> Vec<Area> {
    let Some(sheet) = &folder.areas else { return Vec::new() };
    if !sheet.need(sources, &["code", "name", "kind", "parent", "population"]) {
        return Vec::new();
    }
    let rows = sheet.rows().map(|row| {
        let population = row.filled("population").map(str::parse::<i64>);
        if matches!(population, Some(Err(_))) {
            sources.error(row.at, Code::Area, format!("`{}` 不是人数", row.cell("population")));
        }
        Area {
            code: row.cell("code").to_owned(),
            name: row.cell("name").to_owned(),
            kind: row.cell("kind").to_owned(),
            parent: row.filled("parent").map(str::to_owned),
            population: population.and_then(Result::ok).unwrap_or_default(),
        }
    });
    rows.collect()
}

/// `code,name,kind,aliases,area,members`; aliases and members are separated by `|`.
pub fn bodies(folder: &Folder, sources: &Sources) -> Vec<Body> {
    let Some(sheet) = &folder.bodies else { return Vec::new() };
    if !sheet.need(sources, &["code", "name", "kind"]) {
        return Vec::new();
    }
    let rows = sheet.rows().map(|row| Body {
        code: row.cell("code").to_owned(),
        name: row.cell("name").to_owned(),
        kind: row.cell("kind").to_owned(),
        aliases: row.list("aliases"),
        area: row.filled("area").map(str::to_owned),
        members: row.list("members"),
    });
    rows.collect()
}
