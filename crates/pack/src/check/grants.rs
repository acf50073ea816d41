//! Grants name roles that exist, and reach only as far as the register knows an area, a body or an owner.
use super::Checker;
use crate::diagnostic::Code;
use crate::read::At;
use crate::register::{Grant, Reach, Register};

pub(super) fn check(c: &Checker<'_>, register: &Register) {
    let access = &register.access;
    for (key, list) in [("read", &access.read), ("create", &access.create), ("delete", &access.delete)] {
        grants(c, register, list, &["access", key]);
    }
    for (state, list) in &access.edit {
        grants(c, register, list, &["access", "edit", state]);
    }
    for step in register.steps.values() {
        grants(c, register, &step.by, &["steps", &step.id, "by"]);
        grants(c, register, &step.notifies, &["steps", &step.id, "notifies"]);
    }
    for deadline in register.deadlines.values() {
        grant(c, register, &deadline.owes, c.at(register, &["deadlines", &deadline.id, "owes"]));
    }
    for field in register.fields.values() {
        grants(c, register, &field.secret, &["fields", &field.id, "secret"]);
    }
}

pub(super) fn check_roles(c: &Checker<'_>) {
    for role in c.pack.roles.values() {
        for (n, other) in role.excludes.iter().enumerate() {
            if !c.pack.roles.contains_key(other) {
                unknown_role(c, other, c.folder.roles.place(&[&role.id, "excludes", &n.to_string()]));
            }
        }
    }
}

fn grants(c: &Checker<'_>, register: &Register, list: &[Grant], path: &[&str]) {
    for (n, one) in list.iter().enumerate() {
        grant(c, register, one, c.at(register, &[path, &[n.to_string().as_str()]].concat()));
    }
}

fn grant(c: &Checker<'_>, register: &Register, grant: &Grant, at: At) {
    if !c.pack.roles.contains_key(&grant.role) {
        unknown_role(c, &grant.role, at);
    }
    let (needs, there) = match grant.reach {
        Reach::All => return,
        Reach::Area => ("area", register.scope.area.is_some()),
        Reach::Body => ("body", register.scope.body.is_some()),
        Reach::Own => ("own", register.scope.own.is_some()),
    };
    if !there {
        let message =
            format!("“{}”的 [scope] 没有 `{needs}`，`{}:{needs}` 谁也看不到", register.title, grant.role);
        c.error(at, Code::Scope, message);
    }
}

fn unknown_role(c: &Checker<'_>, role: &str, at: At) {
    let known = c.pack.roles.keys().map(String::as_str);
    c.sources.unknown(at, Code::UnknownRole, format!("roles.toml 里没有角色 `{role}`"), role, known);
}
