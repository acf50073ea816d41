//! States, steps and clocks: everything named exists, every state is reached, nothing goes round by itself.
use std::collections::BTreeSet;

use super::{Checker, fields::named};
use crate::diagnostic::Code;
use crate::field::FieldKind;
use crate::path::End;
use crate::register::{Register, Seed, Step};

pub(super) fn check(c: &Checker<'_>, register: &Register) {
    for step in register.steps.values() {
        check_step(c, register, step);
    }
    for (n, state) in register.waits.iter().flatten().enumerate() {
        c.state(register, state, c.at(register, &["waits", &n.to_string()]));
    }
    for state in register.access.edit.keys().filter(|state| !state.is_empty()) {
        c.state(register, state, c.at(register, &["access", "edit", state]));
    }
    check_reached(c, register);
    for deadline in register.deadlines.values() {
        let at = c.at(register, &["deadlines", &deadline.id, "starts"]);
        let dated = match c.follow(register, &deadline.starts, at) {
            None => true,
            Some(End::Fixed(id)) => matches!(id, "created_at" | "updated_at"),
            Some(End::Field(field)) => matches!(field.kind, FieldKind::Date | FieldKind::Time),
        };
        if !dated {
            c.error(at, Code::Deadline, format!("期限从 `{}` 起算，它不是日期", deadline.starts));
        }
    }
}

fn check_step(c: &Checker<'_>, register: &Register, step: &Step) {
    let at = |key: &str| c.at(register, &["steps", &step.id, key]);
    for (n, state) in step.from.iter().enumerate() {
        c.state(register, state, c.at(register, &["steps", &step.id, "from", &n.to_string()]));
    }
    if !step.to.is_empty() {
        c.state(register, &step.to, at("to"));
    }
    for (n, id) in step.asks.iter().enumerate() {
        let at = c.at(register, &["steps", &step.id, "asks", &n.to_string()]);
        let field = named(c, register, id, at);
        if field.is_some_and(|field| field.calc.is_some() || field.from.is_some()) {
            c.error(at, Code::FieldKind, format!("`{id}` 由系统写入，步骤不能向人要"));
        }
    }
    for (n, id) in step.unless_open.iter().enumerate() {
        points_back(c, register, id, &["steps", &step.id, "unless_open", &n.to_string()]);
    }
    if let Some(opens) = &step.opens {
        let child = points_back(c, register, &opens.register, &["steps", &step.id, "opens"]);
        for id in child.into_iter().flat_map(|child| opens.with.keys().map(move |id| (child, id))) {
            named(c, id.0, id.1, c.at(register, &["steps", &step.id, "opens", "with", id.1]));
        }
    }
    if step.lapses && register.seed != Some(Seed::Duties) {
        c.error(at("after"), Code::BadValue, "只有 seed = \"duties\" 的台账有年度结转（after = \"year\"）");
    }
    if let Some((child, state)) = &step.after
        && let Some(child) = points_back(c, register, child, &["steps", &step.id, "after"])
    {
        c.state(child, state, at("after"));
    }
}

/// The register `id`, which must have a field that points to `register`.
fn points_back<'a>(c: &Checker<'a>, register: &Register, id: &str, path: &[&str]) -> Option<&'a Register> {
    let at = c.at(register, path);
    let child = c.register(id, at)?;
    if c.pack.ref_back(child, &register.id).is_none() {
        let message = format!("台账“{}”没有指向“{}”的 ref 字段", child.title, register.title);
        c.error(at, Code::UnknownField, message);
    }
    Some(child)
}

/// A record begins in the first state; each other state must be reached by steps from there.
fn check_reached(c: &Checker<'_>, register: &Register) {
    let Some(first) = register.states.keys().next() else { return };
    // With a misspelt state, which is reported by itself, nothing can be said.
    let known = |state: &String| register.states.contains_key(state);
    if !register.steps.values().all(|step| known(&step.to) && step.from.iter().all(known)) {
        return;
    }
    let mut reached = BTreeSet::from([first.as_str()]);
    loop {
        let steps = register.steps.values();
        let more: Vec<&str> = steps
            .filter(|step| step.from.iter().any(|state| reached.contains(state.as_str())))
            .map(|step| step.to.as_str())
            .filter(|to| !reached.contains(to))
            .collect();
        if more.is_empty() {
            break;
        }
        reached.extend(more);
    }
    for state in register.states.keys().filter(|state| !reached.contains(state.as_str())) {
        let message = format!("没有步骤能走到状态 `{state}`");
        let help = format!("记录从第一个状态 `{first}` 开始；加一个 to = \"{state}\" 的步骤，或删去这个状态");
        c.sources.error_with_help(c.at(register, &["states", state]), Code::Unreachable, message, help);
    }
}

/// Steps without a person that set each other off for ever.
pub(super) fn check_circles(c: &Checker<'_>) {
    let steps: Vec<(&Register, &Step)> = c
        .pack
        .registers
        .values()
        .flat_map(|register| register.steps.values().map(move |step| (register, step)))
        .collect();
    let sets_off = |(register, step): (&Register, &Step), next: &Step| {
        let Some((child, state)) = &next.after else { return false };
        let opened = step.opens.as_ref().and_then(|opens| c.pack.register(&opens.register));
        (*child == register.id && *state == step.to)
            || opened.is_some_and(|o| o.id == *child && o.states.keys().next() == Some(state))
    };
    let automatic: Vec<usize> = (0..steps.len()).filter(|n| steps[*n].1.after.is_some()).collect();
    for start in &automatic {
        let mut seen = BTreeSet::new();
        let mut open = vec![*start];
        while let Some(at) = open.pop() {
            for next in automatic.iter().filter(|next| sets_off(steps[at], steps[**next].1)) {
                if seen.insert(*next) {
                    open.push(*next);
                }
            }
        }
        if seen.contains(start) {
            let (register, step) = steps[*start];
            let message = format!("步骤“{}”会不断自己触发自己（opens/after 成环）", step.title);
            c.error(c.at(register, &["steps", &step.id, "after"]), Code::Cycle, message);
        }
    }
}
