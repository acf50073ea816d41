//! The bodies a plan names: each once, with a code and the kind its name shows.
use shian_plan::{BodyName, Directory, Plan};

use crate::field::Choice;
use crate::pack::{Body, Pack};
use crate::register::Seed;

/// Ends (or beginnings) of names and the kinds they show, the first that fits; kinds as in the base's `kind` of bodies.
const KINDS: [(&str, &[&str], &[&str]); 7] = [
    ("collective", &["各", "相关", "有关", "其他"], &["成员单位", "有关部门", "相关部门", "相关单位"]),
    ("office", &[], &["食安办", "食品安全委员会办公室", "食安委办公室", "食品安全办"]),
    ("court", &[], &["法院", "检察院"]),
    ("branch", &[], &["分局"]),
    ("station", &[], &["监管所", "市场监督管理所"]),
    (
        "township",
        &[],
        &["街道", "镇", "乡", "街道办", "街道办事处", "镇政府", "乡政府", "人民政府", "管委会"],
    ),
    ("association", &[], &["协会", "学会", "商会"]),
];
const OTHERWISE: &str = "bureau";

/// Those the pack it starts from knows, then the new ones in the order of the document.
pub fn find(plan: &Plan, base: &Pack) -> Vec<Body> {
    let kinds = base.kinds(Seed::Bodies);
    let mut directory = base.directory();
    let mut bodies: Vec<Body> = base.bodies.clone();
    for BodyName { name, .. } in Directory::default().resolve(plan).unknown {
        let known = directory.id(&name).or_else(|| directory.id(bare(&name))).map(str::to_owned);
        let longer = || {
            let full = bodies.iter().find(|body| bare(&body.name) == name);
            full.map(|body| body.code.clone())
        };
        match known.or_else(longer) {
            Some(code) => {
                directory.insert(&name, &code);
                let body = bodies.iter_mut().find(|body| body.code == code && body.name != name);
                if let Some(body) = body.filter(|body| !body.aliases.contains(&name)) {
                    body.aliases.push(name);
                }
            }
            None => {
                let code = free(&bodies);
                directory.insert(&name, &code);
                let kind = kind(&name, kinds);
                bodies.push(Body { code, name, kind, aliases: Vec::new(), area: None, members: Vec::new() });
            }
        }
    }
    bodies
}

/// A code that no body has.
fn free(bodies: &[Body]) -> String {
    let codes = (bodies.len() + 1..).map(|no| format!("b{no:02}"));
    let mut unused = codes.filter(|code| bodies.iter().all(|body| body.code != *code));
    unused.next().unwrap_or_default()
}

/// 区市场监管局 and 市场监管局 are one body of a district; 市生态环境局 is another than 生态环境局 of the district.
fn bare(name: &str) -> &str {
    let less = name.strip_prefix(['区', '县']).unwrap_or(name);
    if less.chars().count() >= 3 { less } else { name }
}

/// A guess among the kinds the base allows.
fn kind(name: &str, allowed: &[Choice]) -> String {
    let fits = |(_, starts, ends): &&(&str, &[&str], &[&str])| {
        starts.iter().any(|start| name.starts_with(start)) || ends.iter().any(|end| name.ends_with(end))
    };
    let guess = KINDS.iter().find(fits).map_or(OTHERWISE, |(kind, ..)| kind);
    let allows = |kind: &str| allowed.is_empty() || allowed.iter().any(|choice| choice.code == kind);
    match [guess, OTHERWISE].into_iter().find(|kind| allows(kind)) {
        Some(kind) => kind.to_owned(),
        None => allowed.first().map(|choice| choice.code.clone()).unwrap_or_default(),
    }
}
