//! Who may do what, tried for real: role × register × state × act over the whole of a district's pack, against a plain reading
//! of the declaration that shares no code with the service. The outcome is a text that people read: `tests/rights.txt`.
//! `UPDATE=1` writes it anew.
//!
//! Every register holds, for every state, one record that is wholly foreign to the actor and one each that only its area, its
//! body or its owner makes his. An act is tried with a draft that cannot be accepted, so nothing is written: what counts is
//! whether the desk refuses it for want of right or for the draft.
mod rights {
    pub mod stage;
}

use std::collections::BTreeMap;
use std::fmt::Write;

use rights::stage::{DIMENSIONS, Dimension, Stage};
use shian_pack::Register;
use shian_pack::register::{Grant, Reach};
use shian_service::{Act, Actor, Draft, Refusal};

/// What a role may do where: everywhere, or in his area, body, own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Extent {
    everywhere: bool,
    area: bool,
    body: bool,
    own: bool,
}

impl Extent {
    fn letters(self) -> String {
        if self.everywhere {
            return "全".to_string();
        }
        let parts = [(self.area, '域'), (self.body, '位'), (self.own, '己')];
        let said: String = parts.iter().filter(|(yes, _)| *yes).map(|(_, letter)| letter).collect();
        if said.is_empty() { "·".to_string() } else { said }
    }

    fn set(&mut self, dimension: Dimension) {
        match dimension {
            Dimension::Foreign => self.everywhere = true,
            Dimension::Area => self.area = true,
            Dimension::Body => self.body = true,
            Dimension::Own => self.own = true,
        }
    }
}

/// The declaration, read plainly: a grant to the role reaches as far as it says, if the register knows that dimension.
fn declared(register: &Register, role: &str, grants: &[Grant]) -> Extent {
    let mut extent = Extent::default();
    for grant in grants.iter().filter(|grant| grant.role == role) {
        match grant.reach {
            Reach::All => extent = Extent { everywhere: true, area: true, body: true, own: true },
            Reach::Area => extent.area |= register.scope.area.is_some(),
            Reach::Body => extent.body |= register.scope.body.is_some(),
            Reach::Own => extent.own |= register.scope.own.is_some(),
        }
    }
    extent
}

/// Both must hold: one acts on what one may read.
fn both(left: Extent, right: Extent) -> Extent {
    Extent {
        everywhere: left.everywhere && right.everywhere,
        area: left.area && right.area,
        body: left.body && right.body,
        own: left.own && right.own,
    }
}

/// Whether the desk let the act through to the draft. A refusal for want of right is one of two.
fn let_through(outcome: Result<(), Refusal>) -> bool {
    match outcome {
        Err(Refusal::NotFound | Refusal::Forbidden { .. }) => false,
        Ok(()) | Err(Refusal::Invalid { .. } | Refusal::Conflict { .. } | Refusal::Stale { .. }) => true,
        Err(other) => panic!("{other:?}"),
    }
}

/// Columns of one register's table, in order: what may be done, by role.
type Rows = Vec<(String, BTreeMap<String, Extent>)>;

fn tried(stage: &Stage, register: &Register, state: &str, actor: &Actor, act: &dyn Fn(i64) -> Act) -> Extent {
    let mut extent = Extent::default();
    for dimension in DIMENSIONS {
        let Some(id) = stage.record(&register.id, state, dimension) else { continue };
        if let_through(stage.office.act(actor, act(id)).map(|_| ())) {
            extent.set(dimension);
        }
    }
    extent
}

fn seen(stage: &Stage, register: &Register, state: &str, actor: &Actor) -> Extent {
    let mut extent = Extent::default();
    for dimension in DIMENSIONS {
        let Some(id) = stage.record(&register.id, state, dimension) else { continue };
        match stage.office.look(actor, &register.id, id) {
            Ok(view) => {
                extent.set(dimension);
                let listed = stage.listed(actor, &register.id);
                assert!(listed.contains(&id), "{} {id} is shown but not listed", register.id);
                assert_eq!(view.id, id);
            }
            Err(Refusal::NotFound) => {
                let listed = stage.listed(actor, &register.id);
                assert!(!listed.contains(&id), "{} {id} is listed but not shown", register.id);
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    extent
}

fn created(stage: &Stage, register: &Register, actor: &Actor) -> bool {
    let act = Act::Create { register: register.id.clone(), draft: impossible() };
    let_through(stage.office.act(actor, act).map(|_| ()))
}

/// A draft that no register accepts.
fn impossible() -> Draft {
    Draft::new().text("no_such_field", "x")
}

fn walk(stage: &Stage, register: &Register, leaks: &mut Vec<String>) -> Rows {
    let roles: Vec<String> = stage.roles();
    let mut rows: Rows = Vec::new();
    let mut row = |what: String, grants: &[Grant], found: &dyn Fn(&Actor) -> Extent, read_first: bool| {
        let mut cells = BTreeMap::new();
        for role in &roles {
            let mut expected = declared(register, role, grants);
            if read_first {
                expected = both(expected, declared(register, role, &register.access.read));
            }
            let found = found(&stage.actor(role));
            let expected = stage.possible(register, expected);
            if found != expected {
                leaks.push(format!(
                    "{} {what} {role}: declared {}, found {}",
                    register.id,
                    expected.letters(),
                    found.letters()
                ));
            }
            cells.insert(role.clone(), found);
        }
        rows.push((what, cells));
    };
    let first = register.states.keys().next().cloned().unwrap_or_default();
    row("读".into(), &register.access.read, &|actor| seen(stage, register, &first, actor), false);
    let mut states: Vec<(&str, &str)> =
        register.states.iter().map(|(id, title)| (id.as_str(), title.as_str())).collect();
    if states.is_empty() {
        states.push(("", ""));
    }
    for (state, title) in states {
        let grants = register.access.edit.get(state).map_or(&[][..], Vec::as_slice);
        let edit = |id| Act::Edit { register: register.id.clone(), id, version: 1, draft: impossible() };
        let what = if title.is_empty() { "改".to_string() } else { format!("改·{title}") };
        row(what, grants, &|actor| tried(stage, register, state, actor, &edit), true);
    }
    for step in register.steps.values() {
        let take = |id| Act::Step {
            register: register.id.clone(),
            id,
            version: 1,
            step: step.id.clone(),
            draft: impossible(),
            reason: Some("试".into()),
        };
        let grants: &[Grant] = if step.after.is_some() { &[] } else { &step.by };
        let from = step.from.first().cloned().unwrap_or_default();
        row(step.title.clone(), grants, &|actor| tried(stage, register, &from, actor, &take), true);
    }
    let delete = |id| Act::Delete { register: register.id.clone(), id, version: -1, reason: None };
    row("删".into(), &register.access.delete, &|actor| tried(stage, register, &first, actor, &delete), true);
    rows
}

impl Stage {
    /// What can be told apart by the records of the register.
    fn possible(&self, register: &Register, extent: Extent) -> Extent {
        Extent {
            everywhere: extent.everywhere,
            area: extent.area && register.scope.area.is_some(),
            body: extent.body && register.scope.body.is_some(),
            own: extent.own && register.scope.own.is_some(),
        }
    }
}

fn creates(stage: &Stage, register: &Register, leaks: &mut Vec<String>) -> BTreeMap<String, bool> {
    let mut cells = BTreeMap::new();
    for role in stage.roles() {
        let may = register.access.create.iter().any(|grant| grant.role == role);
        let found = created(stage, register, &stage.actor(&role));
        if found != may {
            leaks.push(format!("{} create {role}: declared {may}, found {found}", register.id));
        }
        cells.insert(role, found);
    }
    cells
}

fn print(
    stage: &Stage,
    register: &Register,
    rows: &Rows,
    creates: &BTreeMap<String, bool>,
    out: &mut String,
) {
    writeln!(out, "\n{} {}", register.title, register.id).unwrap();
    for role in stage.roles() {
        let mut may: Vec<String> = Vec::new();
        for (what, cells) in rows {
            let letters = cells[&role].letters();
            if letters != "·" {
                may.push(format!("{what}{letters}"));
            }
        }
        if creates[&role] {
            may.insert(may.len().min(1), "登记".into());
        }
        if !may.is_empty() {
            writeln!(out, "  {} {role}：{}", stage.title(&role), may.join(" ")).unwrap();
        }
    }
    for field in register.fields.values().filter(|field| !field.secret.is_empty()) {
        let who: Vec<String> = stage
            .roles()
            .into_iter()
            .filter(|role| field.secret.iter().any(|grant| grant.role == *role))
            .map(|role| stage.title(&role))
            .collect();
        writeln!(out, "  「{}」对其他人遮蔽，可见：{}", field.title, who.join("、")).unwrap();
    }
}

/// A secret field of every record is masked unless a grant of the field reaches it.
fn masks(stage: &Stage, register: &Register, leaks: &mut Vec<String>) {
    let state = register.states.keys().next().cloned().unwrap_or_default();
    for role in stage.roles() {
        for dimension in DIMENSIONS {
            let Some(id) = stage.record(&register.id, &state, dimension) else { continue };
            let Ok(view) = stage.office.look(&stage.actor(&role), &register.id, id) else { continue };
            let shown = view.sections.iter().flat_map(|section| &section.fields);
            for field in shown.filter(|field| !register.fields[&field.id].secret.is_empty()) {
                let extent = declared(register, &role, &register.fields[&field.id].secret);
                let sees = extent.everywhere
                    || match dimension {
                        Dimension::Foreign => false,
                        Dimension::Area => extent.area,
                        Dimension::Body => extent.body,
                        Dimension::Own => extent.own,
                    };
                let told =
                    !field.masked || field.value != shian_pack::Value::Null || field.text.contains("12345");
                if told != sees {
                    leaks.push(format!("{} {} {role}: may see {sees}, sees {told}", register.id, field.id));
                }
            }
        }
    }
}

#[test]
fn nobody_may_more_or_less_than_the_pack_says() {
    let stage = Stage::set();
    let pack = stage.office.pack();
    let mut leaks = Vec::new();
    let mut text = String::from(HEAD);
    for register in pack.registers.values() {
        let rows = walk(&stage, register, &mut leaks);
        let creates = creates(&stage, register, &mut leaks);
        masks(&stage, register, &mut leaks);
        print(&stage, register, &rows, &creates, &mut text);
    }
    assert!(leaks.is_empty(), "{} leaks or missing rights:\n{}", leaks.len(), leaks.join("\n"));
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rights.txt");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == text,
        "rights changed; read what changed, then run with UPDATE=1:\n{}",
        first_difference(&committed, &text)
    );
}

const HEAD: &str = "谁能做什么：由 tests/rights.rs 逐项试出，与治理包的声明相符。\n\
    全＝全部记录，域＝本人负责的区域及以下，位＝本单位，己＝本人的或本人所代表的；没有列出的角色什么也不能做。\n\
    “改·状态”是修改处于该状态的记录；其余是流转的步骤。\n";

fn first_difference(old: &str, new: &str) -> String {
    let lines = old.lines().chain(std::iter::repeat("")).zip(new.lines());
    let differing = lines.enumerate().filter(|(_, (old, new))| old != new).take(5);
    differing.map(|(at, (old, new))| format!("{}:\n- {old}\n+ {new}\n", at + 1)).collect()
}
