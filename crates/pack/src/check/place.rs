//! Areas form one tree; a body's names are its own; members of a collective exist.
use std::collections::{HashMap, HashSet};

use super::Checker;
use super::circle::circles;
use crate::diagnostic::Code;
use crate::read::At;
use crate::register::Seed;

pub(super) fn check(c: &Checker<'_>) {
    check_areas(c);
    check_bodies(c);
}

fn check_areas(c: &Checker<'_>) {
    let Some(sheet) = &c.folder.areas else { return };
    let codes: HashSet<&str> = c.pack.areas.iter().map(|area| area.code.as_str()).collect();
    let above =
        c.pack.areas.iter().filter_map(|area| Some((area.code.as_str(), area.parent.as_deref()?))).collect();
    let round = circles(&above);
    let mut seen = HashSet::new();
    for (area, row) in c.pack.areas.iter().zip(sheet.rows()) {
        let code = area.code.as_str();
        if code.is_empty() || !code.chars().all(|c| c.is_ascii_alphanumeric()) {
            c.error(row.at, Code::Area, format!("区划代码 `{code}` 只能用字母和数字"));
        }
        check_kind(c, Seed::Areas, &area.kind, row.at);
        if !seen.insert(code) {
            c.error(row.at, Code::Area, format!("区划代码 `{code}` 重复"));
        }
        match area.parent.as_deref() {
            None if code != c.pack.area => {
                let help = format!("pack.toml 的 area 是 `{}`；其余区划都要写上级代码", c.pack.area);
                c.sources.error_with_help(
                    row.at,
                    Code::Area,
                    format!("`{}` 没有上级，却不是本包的根", area.name),
                    help,
                );
            }
            Some(parent) if !codes.contains(parent) => {
                let message = format!("没有上级区划 `{parent}`");
                c.sources.unknown(row.at, Code::Area, message, parent, codes.iter().copied());
            }
            _ => {}
        }
        if round.contains(code) {
            c.error(row.at, Code::Area, format!("`{}` 的上级成环", area.name));
        }
    }
    if !c.pack.areas.is_empty() && !codes.contains(c.pack.area.as_str()) {
        let message = format!("areas.csv 里没有本包的根 `{}`", c.pack.area);
        c.error(c.folder.head.place(&["area"]), Code::Area, message);
    }
}

/// The kind is one that the seeded register offers.
fn check_kind(c: &Checker<'_>, seed: Seed, kind: &str, at: At) {
    let kinds = c.pack.kinds(seed);
    if !kinds.is_empty() && !kinds.iter().any(|choice| choice.code == kind) {
        let known = kinds.iter().map(|choice| choice.code.as_str());
        c.sources.unknown(at, Code::BadValue, format!("没有类别 `{kind}`"), kind, known);
    }
}

fn check_bodies(c: &Checker<'_>) {
    let Some(sheet) = &c.folder.bodies else { return };
    let areas: HashSet<&str> = c.pack.areas.iter().map(|area| area.code.as_str()).collect();
    let codes: HashSet<&str> = c.pack.bodies.iter().map(|body| body.code.as_str()).collect();
    let (mut seen, mut names) = (HashSet::new(), HashMap::new());
    for (body, row) in c.pack.bodies.iter().zip(sheet.rows()) {
        if body.code.is_empty() || !seen.insert(body.code.as_str()) {
            c.error(row.at, Code::Body, format!("单位代码 `{}` 为空或重复", body.code));
        }
        check_kind(c, Seed::Bodies, &body.kind, row.at);
        for name in std::iter::once(&body.name).chain(&body.aliases) {
            match names.insert(name.as_str(), body) {
                Some(other) if other.code != body.code => {
                    let message = format!("“{name}”也是“{}”的名称，分不清是谁", other.name);
                    c.error(row.at, Code::Body, message);
                }
                _ => {}
            }
        }
        if let Some(area) = body.area.as_deref().filter(|area| !areas.contains(area)) {
            c.sources.unknown(row.at, Code::Body, format!("没有区划 `{area}`"), area, areas.iter().copied());
        }
        for member in &body.members {
            if !codes.contains(member.as_str()) || *member == body.code {
                let message = format!("“{}”的成员 `{member}` 不在 bodies.csv 里", body.name);
                c.sources.unknown(row.at, Code::Body, message, member, codes.iter().copied());
            }
        }
    }
}
