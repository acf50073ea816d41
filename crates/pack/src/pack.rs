//! The whole pack after reading: what every other crate works from.
use std::path::PathBuf;

use chrono::NaiveDate;
use indexmap::IndexMap;
use rust_decimal::Decimal;
use serde::Serialize;
pub use shian_plan::Op;
use shian_plan::{Directory, Plan};

use crate::appraisal::Appraisal;
use crate::expr::Edition;
use crate::field::{Choice, ChoiceList, FieldKind};
use crate::indicator::Indicator;
use crate::register::{Register, Seed};

/// A checked pack, its base merged in.
#[derive(Debug, Default)]
pub struct Pack {
    pub id: String,
    pub title: String,
    pub place: String,
    pub year: i32,
    /// Root area code.
    pub area: String,
    /// `[measures]` of pack.toml: what serves which measure (chapter, number) of this plan, by id of register or indicator.
    /// None: the numbers that registers and indicators carry themselves are this plan's.
    pub serves: Option<IndexMap<String, Vec<(u32, u32)>>>,
    pub registers: IndexMap<String, Register>,
    pub indicators: IndexMap<String, Indicator>,
    pub appraisals: IndexMap<String, Appraisal>,
    pub targets: Vec<Target>,
    pub tables: IndexMap<String, Table>,
    pub checklists: IndexMap<String, Table>,
    /// Tables with columns `code,title[,parent]`, as choice lists.
    pub choices: IndexMap<String, Vec<Choice>>,
    /// tables/rules.csv: law's numbers by name, each with its editions.
    pub rules: IndexMap<String, Vec<Edition>>,
    pub roles: IndexMap<String, Role>,
    /// Menu groups in order: id → title.
    pub groups: IndexMap<String, String>,
    pub areas: Vec<Area>,
    pub bodies: Vec<Body>,
    pub plan: Option<Plan>,
    /// Resolved duties of the plan, one per measure × body × role.
    pub duties: Vec<Duty>,
    pub calendar: crate::calendar::Calendar,
    pub demo: IndexMap<String, toml::Value>,
    /// Folder it was read from, nearest first (the pack, then what it extends).
    pub folders: Vec<PathBuf>,
    /// SM3 of all files read: tells that a pack changed.
    pub digest: String,
}

impl Pack {
    pub fn register(&self, id: &str) -> Option<&Register> {
        self.registers.get(id)
    }

    pub fn indicator(&self, id: &str) -> Option<&Indicator> {
        self.indicators.get(id)
    }

    /// Whether a register or indicator serves the plan's measure.
    pub fn serves(&self, id: &str, chapter: u32, measure: u32) -> bool {
        match &self.serves {
            Some(serves) => serves.get(id).is_some_and(|measures| measures.contains(&(chapter, measure))),
            None => {
                let register = self.register(id).map(|register| &register.measures);
                let indicator = || self.indicator(id).map(|indicator| &indicator.measures);
                register.or_else(indicator).is_some_and(|measures| measures.contains(&measure))
            }
        }
    }

    /// The register with that kernel role.
    pub fn seeded(&self, seed: Seed) -> Option<&Register> {
        self.registers.values().find(|register| register.seed == Some(seed))
    }

    /// The bodies by every name documents give them.
    pub fn directory(&self) -> Directory {
        directory(&self.bodies)
    }

    /// The kinds that areas.csv or bodies.csv may name: options of the field `kind` of the seeded register.
    pub(crate) fn kinds(&self, seed: Seed) -> &[Choice] {
        let field = self.seeded(seed).and_then(|register| register.fields.get("kind"));
        if let Some(FieldKind::Choice { list }) = field.map(|field| &field.kind) {
            self.choices(list)
        } else {
            &[]
        }
    }

    /// The options of a list, in the order they were written; empty for a table that does not exist.
    pub fn choices<'a>(&'a self, list: &'a ChoiceList) -> &'a [Choice] {
        match list {
            ChoiceList::Inline(choices) => choices,
            ChoiceList::Table(name) => self.choices.get(name).map_or(&[], Vec::as_slice),
        }
    }

    /// Law's number `name` in the edition in force on `day`.
    pub fn rule(&self, name: &str, day: NaiveDate) -> Option<Decimal> {
        let in_force =
            |e: &&Edition| e.from.is_none_or(|from| from <= day) && e.to.is_none_or(|to| day <= to);
        self.rules.get(name)?.iter().find(in_force).map(|edition| edition.value)
    }
}

/// Names and aliases of bodies, each with its code.
pub(crate) fn directory(bodies: &[Body]) -> Directory {
    let mut directory = Directory::default();
    for body in bodies {
        for name in std::iter::once(&body.name).chain(&body.aliases) {
            directory.insert(name, &body.code);
        }
    }
    directory
}

/// A plan target bound to an indicator 目标.
#[derive(Debug, Clone)]
pub struct Target {
    pub measure: u32,
    pub chapter: u32,
    /// As the plan names it.
    pub name: String,
    /// None: not bound yet; the page says so.
    pub indicator: Option<String>,
    pub op: Op,
    pub value: Decimal,
    pub unit: String,
    pub due: NaiveDate,
}

/// A CSV table with its header; law's numbers keep `valid_from`, `valid_to`, `source`, `confidence` columns.
#[derive(Debug, Clone)]
pub struct Table {
    pub name: String,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

#[derive(Debug, Clone)]
pub struct Role {
    pub id: String,
    pub title: String,
    /// What it may do besides registers: `admin.system`, `admin.security`, `admin.audit`, `accept`, `instruct` …
    pub may: Vec<String>,
    /// Roles that one person may not hold together with it.
    pub excludes: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct Area {
    pub code: String,
    pub name: String,
    pub kind: String,
    pub parent: Option<String>,
    pub population: i64,
}

#[derive(Debug, Clone, Serialize)]
pub struct Body {
    pub code: String,
    pub name: String,
    pub kind: String,
    pub aliases: Vec<String>,
    /// Area it works for, by code.
    pub area: Option<String>,
    /// Codes of the bodies a collective name stands for (各乡镇、办、管委会).
    pub members: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct Duty {
    pub chapter: u32,
    pub measure: u32,
    pub title: String,
    pub body: String,
    pub role: String,
    pub text: String,
}
