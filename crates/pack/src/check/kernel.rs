//! What the office itself needs: the seeded registers with their fields, and registers that fall due again and again.
use super::{Checker, fields::named};
use crate::diagnostic::Code;
use crate::field::FieldKind;
use crate::register::{Register, Seed};

pub(super) fn check(c: &Checker<'_>, register: &Register) {
    if let Some(seed) = register.seed {
        let needed: &[&str] = match seed {
            Seed::Areas => &["code", "name", "parent", "kind", "population"],
            Seed::Bodies => &["code", "name", "kind", "area"],
            Seed::Duties => &["measure", "title", "body", "role", "text"],
        };
        let missing: Vec<&str> =
            needed.iter().copied().filter(|id| !register.fields.contains_key(*id)).collect();
        if !missing.is_empty() {
            let message = format!("seed 台账缺少字段：{}", missing.join("、"));
            c.error(c.at(register, &["seed"]), Code::Missing, message);
        }
    }
    check_every(c, register);
}

fn check_every(c: &Checker<'_>, register: &Register) {
    let Some(every) = &register.every else { return };
    let at = |key: &str| c.at(register, &["every", key]);
    let of = c.register(&every.of, at("of"));
    let by = named(c, register, &every.by, at("by"));
    if let (Some(of), Some(by)) = (of, by)
        && c.pack.points_to(by).is_none_or(|to| to.id != of.id)
    {
        c.error(at("by"), Code::FieldKind, format!("`{}` 不指向台账 `{}`", every.by, every.of));
    }
    let text = named(c, register, &every.at, at("at"));
    if text.is_some_and(|field| !matches!(field.kind, FieldKind::Text { .. })) {
        c.error(at("at"), Code::FieldKind, format!("`{}` 记周期名，须是 text 字段", every.at));
    }
    let due = named(c, register, &every.due, at("due"));
    if due.is_some_and(|field| !matches!(field.kind, FieldKind::Date)) {
        c.error(at("due"), Code::FieldKind, format!("`{}` 记到期日，须是 date 字段", every.due));
    }
}

/// Each seed has at most one register; area and body fields need theirs.
pub(super) fn check_seeds(c: &Checker<'_>) {
    for seed in [Seed::Areas, Seed::Bodies, Seed::Duties] {
        for register in c.pack.registers.values().filter(|register| register.seed == Some(seed)).skip(1) {
            c.error(c.at(register, &["seed"]), Code::BadValue, "另一个台账已有同样的 seed");
        }
    }
    for register in c.pack.registers.values() {
        for field in register.fields.values() {
            let (seed, word) = if matches!(field.kind, FieldKind::Area) {
                (Seed::Areas, "areas")
            } else if matches!(field.kind, FieldKind::Body) {
                (Seed::Bodies, "bodies")
            } else {
                continue;
            };
            if c.pack.seeded(seed).is_none() {
                let help = format!("加一个 seed = \"{word}\" 的台账");
                let message = format!("`{}` 要有一个 seed = \"{word}\" 的台账", field.id);
                let at = c.at(register, &["fields", &field.id]);
                c.sources.error_with_help(at, Code::UnknownRegister, message, help);
            }
        }
    }
}
