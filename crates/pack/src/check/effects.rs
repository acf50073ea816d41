//! Engine effects: `run` and `from` name one the office has, and its fields are there with the right types.
use super::Checker;
use crate::catalogue::EffectSig;
use crate::diagnostic::Code;
use crate::expr::{Schema, Type};
use crate::read::At;
use crate::register::{Register, Step};

pub(super) fn check(c: &Checker<'_>, register: &Register, schema: &Schema) {
    for field in register.fields.values() {
        let Some(from) = &field.from else { continue };
        let at = c.at(register, &["fields", &field.id, "from"]);
        if let Some(effect) = effect(c, from, at)
            && !effect.gives.iter().any(|(id, _)| *id == field.id)
        {
            let known = effect.gives.iter().map(|(id, _)| id.as_str());
            let message = format!("引擎 `{from}` 不写 `{}`", field.id);
            c.sources.unknown(at, Code::Effect, message, &field.id, known);
        }
    }
    for step in register.steps.values() {
        let Some(run) = &step.run else { continue };
        if let Some(effect) = effect(c, run, c.at(register, &["steps", &step.id, "run"])) {
            check_run(c, register, step, effect, schema);
        }
    }
}

fn check_run(c: &Checker<'_>, register: &Register, step: &Step, effect: &EffectSig, schema: &Schema) {
    let (run, at) = (&effect.id, c.at(register, &["steps", &step.id, "run"]));
    let typed = |id: &str| schema.registers.get(&register.id).and_then(|shape| shape.fields.get(id));
    for (id, wanted) in &effect.takes {
        match typed(id) {
            None => {
                c.error(at, Code::Effect, format!("引擎 `{run}` 要读字段 `{id}`，“{}”没有", register.title))
            }
            Some(ty) if !fits(ty, wanted) => {
                c.error(at, Code::Effect, format!("引擎 `{run}` 读的 `{id}` 类型不对"));
            }
            Some(_) => {}
        }
    }
    for (id, given) in &effect.gives {
        if register.fields.get(id).is_none_or(|field| field.from.as_ref() != Some(run)) {
            let help = format!("加上 {id} = {{ …, from = \"{run}\" }}");
            let message = format!("引擎 `{run}` 要写字段 `{id}`，“{}”没有声明它", register.title);
            c.sources.error_with_help(at, Code::Effect, message, help);
        } else if typed(id).is_some_and(|ty| !fits(given, ty)) {
            let at = c.at(register, &["fields", id, "from"]);
            c.error(at, Code::Effect, format!("引擎 `{run}` 写的 `{id}` 不是这种类型"));
        }
    }
}

/// Whether a value of one type can be handed on as the other. Engines know choices as their codes and refs as ids.
fn fits(from: &Type, to: &Type) -> bool {
    match (from, to) {
        (Type::Choice(_), Type::Text) | (Type::Text, Type::Choice(_)) => true,
        (Type::Int, Type::Decimal(_)) | (Type::Decimal(_), Type::Decimal(_)) => true,
        (Type::Ref(_), Type::Int) | (Type::Int, Type::Ref(_)) => true,
        (Type::List(from), Type::List(to)) => fits(from, to),
        (from, to) => from == to,
    }
}

fn effect<'a>(c: &Checker<'a>, id: &str, at: At) -> Option<&'a EffectSig> {
    let found = c.catalogue.effect(id);
    if found.is_none() {
        let known = c.catalogue.effects.iter().map(|effect| effect.id.as_str());
        c.sources.unknown(at, Code::Effect, format!("没有引擎 `{id}`"), id, known);
    }
    found
}
