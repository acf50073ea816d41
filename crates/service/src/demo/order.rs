//! In which order the fields of a record are drawn: each after those that its recipe, default, formula or visibility reads,
//! the state among them where it is read; where a choice is left, each after those that its check compares it with.
use std::collections::{BTreeMap, BTreeSet};

use shian_pack::Register;
use shian_pack::field::{Field, Need};

use super::script::Batch;
use crate::expression;

/// The state's place among the fields.
pub const STATE: &str = "state";

/// One field (or the state) and the fields whose checks can be asked as soon as it is drawn.
pub struct Turn {
    pub id: String,
    pub checks: Vec<String>,
}

/// `given`: fields that are known before anything is drawn.
///
/// # Errors
/// The fields that wait for each other.
pub fn order(register: &Register, batch: &Batch, given: &[String]) -> Result<Vec<Turn>, Vec<String>> {
    let mut waiting: BTreeMap<usize, (String, BTreeSet<String>, BTreeSet<String>)> = BTreeMap::new();
    let mut state_needs = BTreeSet::new();
    for case in &batch.states {
        state_needs.extend(case.when.iter().flat_map(|when| expression::reads(&when.node).fields));
    }
    waiting.insert(0, (STATE.to_string(), state_needs, BTreeSet::new()));
    for (at, field) in register.fields.values().enumerate() {
        let hard = if given.contains(&field.id) { BTreeSet::new() } else { needs(field, batch) };
        waiting.insert(at + 1, (field.id.clone(), hard, soft(field)));
    }
    let known = |id: &String| id == STATE || register.fields.contains_key(id);
    for (id, hard, soft) in waiting.values_mut() {
        hard.retain(|need| known(need) && need != id);
        soft.retain(|need| known(need) && need != id);
    }
    let mut done: Vec<String> = Vec::new();
    while !waiting.is_empty() {
        let met = |needs: &BTreeSet<String>| needs.iter().all(|need| done.contains(need));
        let ready = waiting.iter().find(|(_, (_, hard, soft))| met(hard) && met(soft));
        let ready = ready.or_else(|| waiting.iter().find(|(_, (_, hard, _))| met(hard)));
        let Some(at) = ready.map(|(at, _)| *at) else {
            return Err(waiting.into_values().map(|(id, _, _)| id).collect());
        };
        done.extend(waiting.remove(&at).map(|(id, _, _)| id));
    }
    Ok(with_checks(register, done))
}

fn needs(field: &Field, batch: &Batch) -> BTreeSet<String> {
    let mut needs = BTreeSet::new();
    let mut expr = |expr: Option<&shian_pack::Expr>| {
        needs.extend(expr.iter().flat_map(|expr| expression::reads(&expr.node).fields));
    };
    expr(field.shown.as_ref());
    expr(field.calc.as_ref());
    let recipe = batch.fields.get(&field.id);
    if recipe.is_none() {
        expr(field.default.as_ref());
        if let Need::When(when) = &field.required {
            expr(Some(when));
        }
    }
    needs.extend(recipe.iter().flat_map(|recipe| recipe.needs()));
    needs
}

fn soft(field: &Field) -> BTreeSet<String> {
    let mut needs: BTreeSet<String> =
        field.check.iter().flat_map(|check| expression::reads(&check.node).fields).collect();
    if let Need::When(when) = &field.required {
        needs.extend(expression::reads(&when.node).fields);
    }
    needs
}

/// A check is asked when the last field that it reads is there.
fn with_checks(register: &Register, done: Vec<String>) -> Vec<Turn> {
    let mut turns: Vec<Turn> = done.into_iter().map(|id| Turn { id, checks: Vec::new() }).collect();
    for field in register.fields.values() {
        let Some(check) = &field.check else { continue };
        let mut reads = expression::reads(&check.node).fields;
        reads.insert(field.id.clone());
        if let Some(last) = turns.iter_mut().rfind(|turn| reads.contains(&turn.id)) {
            last.checks.push(field.id.clone());
        }
    }
    turns
}
