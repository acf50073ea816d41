//! The paths by which a row finds its area, body and owner.
use super::Checker;
use crate::diagnostic::Code;
use crate::field::FieldKind;
use crate::path::End;
use crate::register::{Register, Seed};

pub(super) fn check(c: &Checker<'_>, register: &Register) {
    let rules =
        [("area", &register.scope.area), ("body", &register.scope.body), ("own", &register.scope.own)];
    for (key, path) in rules {
        let Some(path) = path else { continue };
        let at = c.at(register, &["scope", key]);
        // Rows of the area register lie in themselves, bodies belong to themselves: `area = "id"`, `body = "id"`.
        let itself = path == "id"
            && match key {
                "area" => register.seed == Some(Seed::Areas),
                "body" => register.seed == Some(Seed::Bodies),
                _ => true,
            };
        if itself {
            continue;
        }
        let fits = match c.follow(register, path, at) {
            None => continue,
            Some(End::Fixed(_)) => false,
            Some(End::Field(field)) => fits(c, key, &field.kind),
        };
        if !fits {
            let wanted = match key {
                "area" => "area 字段",
                "body" => "body 字段",
                _ => "person 字段，或指向当事人台账的 ref 字段",
            };
            c.error(at, Code::Scope, format!("`{path}` 不是{wanted}"));
        }
    }
}

fn fits(c: &Checker<'_>, key: &str, kind: &FieldKind) -> bool {
    let seeded = |seed: Seed| {
        let seeded = c.pack.seeded(seed);
        matches!(kind, FieldKind::Ref { register } if seeded.is_some_and(|to| to.id == *register))
    };
    match key {
        "area" => matches!(kind, FieldKind::Area) || seeded(Seed::Areas),
        "body" => matches!(kind, FieldKind::Body) || seeded(Seed::Bodies),
        _ => matches!(
            kind,
            FieldKind::Person | FieldKind::Ref { .. } | FieldKind::Refs { .. } | FieldKind::Body
        ),
    }
}
