//! Checks of the whole pack after reading, one file per family of rules. Each mistake is pointed at where it is written.
mod appraisals;
mod circle;
mod effects;
mod fields;
mod flow;
mod grants;
mod indicators;
mod kernel;
mod place;
mod scope;
mod tables;
mod targets;

pub(crate) use targets::same_unit;

use crate::catalogue::Catalogue;
use crate::diagnostic::Code;
use crate::expr::Schema;
use crate::pack::Pack;
use crate::path::{Astray, End, FIXED};
use crate::read::{At, Folder, Sources};
use crate::register::Register;

/// Adds every mistake it finds to `sources`.
pub(crate) fn check(pack: &Pack, folder: &Folder, sources: &Sources, catalogue: &Catalogue) {
    let checker = Checker { pack, folder, sources, catalogue };
    let schema = Schema::of(pack);
    for register in pack.registers.values() {
        fields::check(&checker, register);
        scope::check(&checker, register);
        flow::check(&checker, register);
        grants::check(&checker, register);
        effects::check(&checker, register, &schema);
        kernel::check(&checker, register);
    }
    flow::check_circles(&checker);
    grants::check_roles(&checker);
    kernel::check_seeds(&checker);
    indicators::check(&checker);
    appraisals::check(&checker);
    targets::check(&checker);
    tables::check(&checker);
    place::check(&checker);
}

pub(crate) struct Checker<'a> {
    pub pack: &'a Pack,
    pub folder: &'a Folder,
    pub sources: &'a Sources,
    pub catalogue: &'a Catalogue,
}

impl<'a> Checker<'a> {
    /// The place of something in a register's file: `at(register, &["steps", "close", "to"])`.
    pub fn at(&self, register: &Register, path: &[&str]) -> At {
        // Registers of the pack are read from the folder's files, so the file is always there.
        self.folder.registers.get(&register.id).map_or(self.folder.head.at, |(_, map)| map.place(path))
    }

    pub fn error(&self, at: At, code: Code, message: impl Into<String>) {
        self.sources.error(at, code, message);
    }

    /// Follows a path; a path that leads nowhere is reported.
    pub fn follow(&self, register: &'a Register, path: &str, at: At) -> Option<End<'a>> {
        match self.pack.follow(register, path) {
            Ok(end) => Some(end),
            Err(astray) => {
                self.report_astray(path, at, &astray);
                None
            }
        }
    }

    fn report_astray(&self, path: &str, at: At, astray: &Astray) {
        match astray {
            Astray::NoField { register, field } => {
                let title = self.pack.register(register).map_or(register.as_str(), |r| &r.title);
                let message = format!("台账“{title}”（{register}）没有字段 `{field}`");
                let fields = self.pack.register(register).into_iter().flat_map(|r| r.fields.keys());
                let known = fields.map(String::as_str).chain(FIXED);
                self.sources.unknown(at, Code::UnknownField, message, field, known);
            }
            Astray::NoRef { field } => {
                let message = format!("`{path}` 走不通：`{field}` 不指向别的台账");
                self.error(at, Code::UnknownField, message);
            }
            Astray::TooFar => {
                let help = "把中间那一段做成一个 calc 字段";
                self.sources.error_with_help(at, Code::Scope, format!("`{path}` 超过一跳"), help);
            }
        }
    }

    /// The register; an unknown one is reported.
    pub fn register(&self, id: &str, at: At) -> Option<&'a Register> {
        let found = self.pack.register(id);
        if found.is_none() {
            let known = self.pack.registers.keys().map(String::as_str);
            self.sources.unknown(at, Code::UnknownRegister, format!("没有台账 `{id}`"), id, known);
        }
        found
    }

    /// Reports `state` unless the register has it.
    pub fn state(&self, register: &Register, state: &str, at: At) {
        if !register.states.contains_key(state) {
            let message = format!("台账“{}”没有状态 `{state}`", register.title);
            let known = register.states.keys().map(String::as_str);
            self.sources.unknown(at, Code::UnknownState, message, state, known);
        }
    }
}
