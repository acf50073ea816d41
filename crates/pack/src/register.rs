//! A register 台账: a declared ledger with typed fields, a flow, clocks and rights.
use std::path::PathBuf;

use indexmap::IndexMap;

use crate::expr::Expr;
use crate::field::Field;

/// A declared register.
#[derive(Debug, Clone)]
pub struct Register {
    /// The file's stem.
    pub id: String,
    pub title: String,
    /// Menu group (a key of pack.toml `[groups]`).
    pub group: String,
    /// Numbers of the plan's measures it serves.
    pub measures: Vec<u32>,
    /// How a record is called: `{field}` and `{ref.field}` in a text.
    pub name: Template,
    /// Pattern of the running number, e.g. `JC-{year}-{seq:6}`.
    pub number: Option<String>,
    /// The field that holds the business date; makes "in the period" implicit.
    pub when: Option<String>,
    /// Sets of fields that no two live records share.
    pub unique: Vec<Vec<String>>,
    pub scope: ScopeRule,
    pub fields: IndexMap<String, Field>,
    pub states: IndexMap<String, String>,
    /// States in which a record waits for whoever can take its next step; None: told by the steps that notify.
    pub waits: Option<Vec<String>>,
    pub steps: IndexMap<String, Step>,
    pub deadlines: IndexMap<String, Deadline>,
    pub access: Access,
    pub views: IndexMap<String, View>,
    /// Columns of the plain list; empty: chosen from the fields.
    pub columns: Vec<String>,
    pub exports: IndexMap<String, Export>,
    /// Where the register's records come from besides people.
    pub seed: Option<Seed>,
    /// A record falls due again and again.
    pub every: Option<Every>,
    /// The file it was declared in.
    pub file: PathBuf,
}

/// Records that `pack apply` writes and keeps in step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seed {
    /// areas.csv; needs fields `code`, `name`, `parent` (ref to itself), `kind`, `population`.
    Areas,
    /// bodies.csv; needs fields `code`, `name`, `kind`, `area`.
    Bodies,
    /// One record per duty of the plan (measure × body × role); needs `measure`, `title`, `body`, `role`, `text`.
    Duties,
}

/// One record per subject and period, opened by the day's tick: `every = { of = "duty", as = "duty", period = "quarter", at = "period", due = "due" , within = "10 days"}`.
#[derive(Debug, Clone)]
pub struct Every {
    /// Register whose live records each owe one.
    pub of: String,
    /// Field of this register that points to the subject.
    pub by: String,
    /// Which of them.
    pub filter: Option<Expr>,
    pub period: Period,
    /// Text field that receives the period's name: `2023-Q3`, `2023-09`, `2023`.
    pub at: String,
    /// Date field that receives the day it falls due.
    pub due: String,
    /// Days after the period's end.
    pub within: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    Month,
    Quarter,
    Year,
}

/// Which area, body and owner a row belongs to: paths of at most one hop (`area`, `business.area`).
#[derive(Debug, Clone, Default)]
pub struct ScopeRule {
    pub area: Option<String>,
    pub body: Option<String>,
    pub own: Option<String>,
}

/// A text with `{path}` holes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pub parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    Text(String),
    Path(String),
}

/// A step 流转: who may move a record from which states to which, and what happens with it.
#[derive(Debug, Clone)]
pub struct Step {
    pub id: String,
    pub title: String,
    pub from: Vec<String>,
    pub to: String,
    pub by: Vec<Grant>,
    pub when: Option<Expr>,
    /// Fields the step asks for; they become required.
    pub asks: Vec<String>,
    /// Register in which it opens a record that points back here.
    pub opens: Option<Opens>,
    /// Engine effect it runs.
    pub run: Option<String>,
    /// `after = "rectification.closed"`: no person; a child's reaching that state moves it.
    pub after: Option<(String, String)>,
    /// `after = "year"`: no person; applying the pack of another year moves records of the year before (年度结转).
    pub lapses: bool,
    /// Registers in which no open record may point here.
    pub unless_open: Vec<String>,
    /// Whom it tells.
    pub notifies: Vec<Grant>,
    /// Asks for a reason that is kept in the history.
    pub reason: bool,
}

/// What a step opens elsewhere: the child's ref field to this record is found by its type.
#[derive(Debug, Clone)]
pub struct Opens {
    pub register: String,
    /// Child field ← expression over this record.
    pub with: IndexMap<String, Expr>,
}

/// A clock 期限.
#[derive(Debug, Clone)]
pub struct Deadline {
    pub id: String,
    pub title: String,
    /// Path of a date or time; no start, no clock.
    pub starts: String,
    pub within: Span,
    pub met: Expr,
    /// Who owes it.
    pub owes: Grant,
    /// Warn that long before.
    pub warn: Option<Span>,
}

/// `20 workdays`, `3 days`, `2 months`, `24 hours`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub count: u32,
    pub unit: SpanUnit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanUnit {
    Workdays,
    Days,
    Months,
    Hours,
}

/// `role` or `role:scope` — `office`, `inspector:area`, `business:own`, `township:area`, `bureau:body`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Grant {
    pub role: String,
    pub reach: Reach,
}

/// How far a role's right reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reach {
    All,
    /// Rows of the user's body.
    Body,
    /// Rows in the user's area and below.
    Area,
    /// Rows whose `own` is the user, or a record he stands for.
    Own,
}

#[derive(Debug, Clone, Default)]
pub struct Access {
    pub read: Vec<Grant>,
    pub create: Vec<Grant>,
    /// By state; a state that is not named is closed to edits.
    pub edit: IndexMap<String, Vec<Grant>>,
    pub delete: Vec<Grant>,
    pub public: Option<Public>,
}

#[derive(Debug, Clone)]
pub struct Public {
    pub when: Option<Expr>,
    pub fields: Vec<String>,
}

/// A saved question: a tab on the list.
#[derive(Debug, Clone)]
pub struct View {
    pub id: String,
    pub title: String,
    pub filter: Option<Expr>,
    pub columns: Vec<String>,
    /// Field ids, `-` before for descending.
    pub sort: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct Export {
    pub id: String,
    pub title: String,
    pub format: String,
    pub template: Option<String>,
    pub shown: Option<Expr>,
    pub columns: Vec<String>,
}
