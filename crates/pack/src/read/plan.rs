//! The plan document of the pack, compiled with its fixes, its duties resolved to the pack's bodies.
use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;
use shian_plan::{Directory, Fixes, Level, Measure, Note, Plan, Role};

use super::folder::Folder;
use super::source::{At, Sources};
use crate::diagnostic::Code;
use crate::pack::{Body, Duty};

pub fn compile(folder: &Folder, sources: &Sources, bodies: &[Body]) -> (Option<Plan>, Vec<Duty>) {
    let Some((at, path, bytes)) = &folder.plan else { return (None, Vec::new()) };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let fixes = fixes(folder, sources);
    let compiled = match shian_plan::compile_with_fixes(bytes, &name, &fixes) {
        Ok(compiled) => compiled,
        Err(error) => {
            sources.error(*at, Code::Plan, format!("读不出工作要点：{error}"));
            return (None, Vec::new());
        }
    };
    let plan = compiled.plan;
    let text = sources.add(path, &plan.text);
    for note in compiled.diagnostics.iter().filter(|note| note.level == Level::Error) {
        report(note, folder, text, sources);
    }
    let duties = duties(&plan, text, sources, bodies);
    (Some(plan), duties)
}

fn fixes(folder: &Folder, sources: &Sources) -> Fixes {
    let Some(at) = folder.fixes else { return Fixes::default() };
    Fixes::parse(&sources.text(at)).unwrap_or_else(|note| {
        report(&note, folder, at, sources);
        Fixes::default()
    })
}

/// At its line of plan.fixes.toml, or at its place in the document.
fn report(note: &Note, folder: &Folder, text: At, sources: &Sources) {
    let at = match (note.fix_line, folder.fixes, note.span) {
        (Some(line), Some(fixes), _) => sources.line(fixes, line),
        (_, _, Some(span)) => At { start: span.start, end: span.end, ..text },
        _ => text.top(),
    };
    sources.error(at, Code::Plan, format!("要点或校正：{}", note.message));
}

/// One duty per chapter, measure, body and role; a body named twice in a measure has both texts. A collective name
/// (各乡镇、办、管委会) stands for its members: each owes its own report, unless the measure names it by itself.
fn duties(plan: &Plan, text: At, sources: &Sources, bodies: &[Body]) -> Vec<Duty> {
    let directory = crate::pack::directory(bodies);
    report_unknown(plan, text, sources, &directory, bodies);
    let members: HashMap<&str, &[String]> = bodies
        .iter()
        .filter(|body| !body.members.is_empty())
        .map(|body| (body.code.as_str(), body.members.as_slice()))
        .collect();
    let mut duties: IndexMap<(u32, u32, String, Role), Duty> = IndexMap::new();
    for chapter in &plan.chapters {
        for measure in &chapter.measures {
            let named = named(measure, &directory);
            let single: HashSet<&str> =
                named.iter().map(|(_, code, _)| *code).filter(|code| !members.contains_key(code)).collect();
            for (role, code, task) in &named {
                let expanded = match members.get(code) {
                    None => vec![*code],
                    Some(members) => {
                        members.iter().map(String::as_str).filter(|code| !single.contains(code)).collect()
                    }
                };
                for body in expanded {
                    let duty = duties
                        .entry((chapter.no, measure.no, body.to_owned(), *role))
                        .or_insert_with(|| duty(chapter.no, measure, body, *role));
                    if !duty.text.is_empty() {
                        duty.text.push('\n');
                    }
                    duty.text.push_str(task);
                }
            }
        }
    }
    duties.into_values().collect()
}

fn duty(chapter: u32, measure: &Measure, body: &str, role: Role) -> Duty {
    Duty {
        chapter,
        measure: measure.no,
        title: measure.title.clone(),
        body: body.to_owned(),
        role: role_word(role).to_owned(),
        text: String::new(),
    }
}

/// Role, body code and task text of every known name in a measure.
fn named<'a>(measure: &'a Measure, directory: &'a Directory) -> Vec<(Role, &'a str, &'a str)> {
    let tasks = measure.tasks.iter();
    tasks
        .flat_map(|task| {
            let names = task.duty.iter().flat_map(|duty| duty.bodies());
            names.filter_map(|(role, name)| Some((role, directory.id(&name.name)?, task.text.as_str())))
        })
        .collect()
}

fn report_unknown(plan: &Plan, text: At, sources: &Sources, directory: &Directory, bodies: &[Body]) {
    for name in directory.resolve(plan).unknown {
        let at = At { start: name.span.start, end: name.span.end, ..text };
        let near = bodies.iter().map(|body| body.name.as_str());
        let help = match super::source::nearest(&name.name, near) {
            Some(body) => format!("在 bodies.csv 加上它，或写进“{body}”的 aliases"),
            None => "在 bodies.csv 加上它，或写进某单位的 aliases".to_owned(),
        };
        sources.error_with_help(at, Code::Plan, format!("bodies.csv 里没有“{}”", name.name), help);
    }
}

/// The codes of a duty's role in packs.
fn role_word(role: Role) -> &'static str {
    match role {
        Role::Lead => "lead",
        Role::Cooperate => "cooperate",
        Role::Responsible => "responsible",
    }
}
