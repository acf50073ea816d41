//! Engine effects: `run` and `from` name one the office has, and its fields are there.
use super::Checker;
use crate::diagnostic::Code;
use crate::read::At;
use crate::register::Register;

pub(super) fn check(c: &Checker<'_>, register: &Register) {
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
        let at = c.at(register, &["steps", &step.id, "run"]);
        let Some(effect) = effect(c, run, at) else { continue };
        for (id, _) in &effect.takes {
            if !register.fields.contains_key(id) {
                c.error(at, Code::Effect, format!("引擎 `{run}` 要读字段 `{id}`，“{}”没有", register.title));
            }
        }
        for (id, _) in &effect.gives {
            if register.fields.get(id).is_none_or(|field| field.from.as_ref() != Some(run)) {
                let help = format!("加上 {id} = {{ …, from = \"{run}\" }}");
                let message = format!("引擎 `{run}` 要写字段 `{id}`，“{}”没有声明它", register.title);
                c.sources.error_with_help(at, Code::Effect, message, help);
            }
        }
    }
}

fn effect<'a>(c: &Checker<'a>, id: &str, at: At) -> Option<&'a crate::catalogue::EffectSig> {
    let found = c.catalogue.effect(id);
    if found.is_none() {
        let known = c.catalogue.effects.iter().map(|effect| effect.id.as_str());
        c.sources.unknown(at, Code::Effect, format!("没有引擎 `{id}`"), id, known);
    }
    found
}
