//! The pack as it is at work: what follows from its declarations, computed once, and the directory of areas and bodies.
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use shian_pack::expr::{ExprError, Place, Schema};
use shian_pack::field::{Field, FieldKind, Need};
use shian_pack::register::{Part, Seed};
use shian_pack::value::RecordId;
use shian_pack::{Expr, Pack, Register, Value};
use shian_store::{Record, Tx};

use crate::expression;
use crate::refusal::Refusal;

/// The applied pack and what the desk reads from it again and again. Swapped as a whole.
#[derive(Debug)]
pub struct Live {
    pub pack: Arc<Pack>,
    pub directory: Directory,
    schema: Schema,
    shapes: HashMap<String, Shape>,
    /// Filters that were asked lately, by register and source: parsing one costs more than a page of a list.
    filters: Mutex<HashMap<(String, String), Arc<Expr>>>,
}

/// Filters kept at most.
const FILTERS_MAX: usize = 1_000;

/// What follows from one register's declaration.
#[derive(Debug, Default)]
pub struct Shape {
    /// Computed fields, each after those it needs.
    pub calc: Vec<String>,
    /// Refs that some expression, scope path, name or clock looks through.
    pub hops: BTreeSet<String>,
    /// Who looks through a ref at this register: (register, its ref field, the field here that it reads).
    pub watched: Vec<(String, String, String)>,
    /// Refs and many refs of other registers that point here: (register, field).
    pub children: Vec<(String, String)>,
    /// Steps that a record of this register moves in another by reaching a state: (state, parent register, step).
    pub moves: Vec<(String, String, String)>,
    /// States in which a record waits for somebody.
    pub waits: BTreeSet<String>,
}

impl Live {
    pub fn new(pack: Arc<Pack>, directory: Directory) -> Self {
        let mut shapes: HashMap<String, Shape> = HashMap::new();
        for register in pack.registers.values() {
            let shape = Shape {
                calc: calc_order(register),
                hops: looks(register).into_iter().map(|(by, _)| by).collect(),
                waits: crate::waiting::states(register),
                ..Shape::default()
            };
            shapes.insert(register.id.clone(), shape);
        }
        for register in pack.registers.values() {
            for field in register.fields.values() {
                if let Some(target) = target(&pack, &field.kind).and_then(|id| shapes.get_mut(&id)) {
                    target.children.push((register.id.clone(), field.id.clone()));
                }
            }
            for (by, at) in stored_looks(register) {
                let to = register.fields.get(&by).and_then(|field| target(&pack, &field.kind));
                if let Some(target) = to.and_then(|id| shapes.get_mut(&id)) {
                    target.watched.push((register.id.clone(), by, at));
                }
            }
            for step in register.steps.values() {
                let Some((child, state)) = &step.after else { continue };
                if let Some(shape) = shapes.get_mut(child) {
                    shape.moves.push((state.clone(), register.id.clone(), step.id.clone()));
                }
            }
        }
        Self { schema: Schema::of(&pack), pack, directory, shapes, filters: Mutex::default() }
    }

    /// Types of all fields, for filters as people write them.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// A filter as written, checked against the register's fields.
    ///
    /// # Errors
    /// All mistakes with their places.
    pub fn filter(&self, register: &Register, source: &str) -> Result<Arc<Expr>, Vec<ExprError>> {
        let key = (register.id.clone(), source.to_string());
        let known = self.filters.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let parsed = Arc::new(Expr::parse_condition(source, &self.schema.scene(&register.id, Place::Query))?);
        let mut kept = self.filters.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= FILTERS_MAX {
            kept.clear();
        }
        kept.insert(key, parsed.clone());
        Ok(parsed)
    }

    /// The register, or the refusal that one gets for what does not exist.
    pub fn register(&self, id: &str) -> Result<&Register, Refusal> {
        self.pack.registers.get(id).ok_or(Refusal::NotFound)
    }

    pub fn shape(&self, register: &Register) -> &Shape {
        static NONE: std::sync::LazyLock<Shape> = std::sync::LazyLock::new(Shape::default);
        self.shapes.get(&register.id).unwrap_or(&NONE)
    }
}

/// The register that a field points to, for every kind of ref but accounts.
pub fn target(pack: &Pack, kind: &FieldKind) -> Option<String> {
    match kind {
        FieldKind::Ref { register } | FieldKind::Refs { register } => Some(register.clone()),
        FieldKind::Area => pack.seeded(Seed::Areas).map(|register| register.id.clone()),
        FieldKind::Body => pack.seeded(Seed::Bodies).map(|register| register.id.clone()),
        FieldKind::Text { .. }
        | FieldKind::LongText
        | FieldKind::Integer { .. }
        | FieldKind::Decimal { .. }
        | FieldKind::Money
        | FieldKind::Date
        | FieldKind::Time
        | FieldKind::Bool
        | FieldKind::Choice { .. }
        | FieldKind::Choices { .. }
        | FieldKind::Person
        | FieldKind::Phone
        | FieldKind::IdCard
        | FieldKind::CreditCode
        | FieldKind::LicenceNo
        | FieldKind::Gtin
        | FieldKind::Geo
        | FieldKind::Image { .. }
        | FieldKind::File { .. }
        | FieldKind::Table { .. }
        | FieldKind::Checklist { .. } => None,
    }
}

/// Computed fields in an order in which each comes after those it reads. A cycle is a pack error; what is left comes last.
fn calc_order(register: &Register) -> Vec<String> {
    let mut waiting: Vec<(&Field, &Expr)> =
        register.fields.values().filter_map(|field| field.calc.as_ref().map(|calc| (field, calc))).collect();
    let mut order = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let ids: BTreeSet<String> = waiting.iter().map(|(field, _)| field.id.clone()).collect();
        let ready = |calc: &Expr, own: &str| {
            !expression::reads(&calc.node).fields.iter().any(|id| id != own && ids.contains(id))
        };
        let before = waiting.len();
        waiting.retain(|(field, calc)| {
            let now = ready(calc, &field.id);
            if now {
                order.push(field.id.clone());
            }
            !now
        });
        if waiting.len() == before {
            order.extend(waiting.iter().map(|(field, _)| field.id.clone()));
            break;
        }
    }
    order
}

/// Every `ref.field` that the register's declaration reads: (ref field, field there).
fn looks(register: &Register) -> BTreeSet<(String, String)> {
    let mut found = stored_looks(register);
    let mut expr = |expr: Option<&Expr>| {
        if let Some(expr) = expr {
            found.extend(expression::reads(&expr.node).hops);
        }
    };
    for field in register.fields.values() {
        expr(field.shown.as_ref());
        expr(field.default.as_ref());
        expr(field.check.as_ref());
        if let Need::When(need) = &field.required {
            expr(Some(need));
        }
    }
    for step in register.steps.values() {
        expr(step.when.as_ref());
        for with in step.opens.iter().flat_map(|opens| opens.with.values()) {
            expr(Some(with));
        }
    }
    for part in &register.name.parts {
        if let Part::Path(path) = part {
            found.extend(split(path));
        }
    }
    found
}

/// Those whose result is stored, so that a change there must be followed here: computed fields, scope, clocks.
fn stored_looks(register: &Register) -> BTreeSet<(String, String)> {
    let mut found: BTreeSet<(String, String)> = BTreeSet::new();
    for calc in register.fields.values().filter_map(|field| field.calc.as_ref()) {
        found.extend(expression::reads(&calc.node).hops);
    }
    let scope = &register.scope;
    for path in [&scope.area, &scope.body, &scope.own].into_iter().flatten() {
        found.extend(split(path));
    }
    for clock in register.deadlines.values() {
        found.extend(split(&clock.starts));
        found.extend(expression::reads(&clock.met.node).hops);
    }
    found
}

fn split(path: &str) -> Option<(String, String)> {
    path.split_once('.').map(|(by, at)| (by.to_string(), at.to_string()))
}

/// Areas and bodies by their record ids, as the pack seeded them and people keep them.
#[derive(Debug, Default)]
pub struct Directory {
    pub areas: HashMap<RecordId, AreaEntry>,
    pub bodies: HashMap<RecordId, BodyEntry>,
    area_codes: HashMap<String, RecordId>,
    body_names: HashMap<String, RecordId>,
    first_body: HashMap<RecordId, RecordId>,
    paths: HashMap<String, RecordId>,
}

#[derive(Debug, Clone)]
pub struct AreaEntry {
    pub name: String,
    /// Codes from the root, each ended by `/`.
    pub path: String,
}

#[derive(Debug, Clone)]
pub struct BodyEntry {
    pub code: String,
    pub name: String,
    pub area: Option<RecordId>,
    /// Collectives (各乡镇、办、管委会) that it belongs to.
    pub within: Vec<RecordId>,
}

impl Directory {
    /// Reads the two seeded registers. Empty before the first seeding.
    pub fn load(tx: &mut Tx, pack: &Pack) -> Result<Self, Refusal> {
        let mut directory = Self::default();
        if let Some(register) = pack.seeded(Seed::Areas) {
            for record in crate::seed::all(tx, register)? {
                directory.add_area(&record);
            }
        }
        if let Some(register) = pack.seeded(Seed::Bodies) {
            for record in crate::seed::all(tx, register)? {
                directory.add_body(&record);
            }
        }
        directory.settle(pack);
        Ok(directory)
    }

    fn add_area(&mut self, record: &Record) {
        let code = text(record, "code");
        self.area_codes.insert(code, record.id);
        self.paths.insert(record.area.clone(), record.id);
        self.areas.insert(record.id, AreaEntry { name: record.name.clone(), path: record.area.clone() });
    }

    fn add_body(&mut self, record: &Record) {
        let code = text(record, "code");
        let area = match record.fields.get("area") {
            Some(Value::Int(id)) => Some(*id),
            _ => None,
        };
        self.body_names.insert(code.clone(), record.id);
        self.body_names.insert(record.name.clone(), record.id);
        self.bodies
            .insert(record.id, BodyEntry { code, name: record.name.clone(), area, within: Vec::new() });
    }

    /// Aliases, collectives and the first body of each area, in the pack's order.
    fn settle(&mut self, pack: &Pack) {
        for body in &pack.bodies {
            let Some(id) = self.body_names.get(&body.code).copied() else { continue };
            for alias in &body.aliases {
                self.body_names.entry(alias.clone()).or_insert(id);
            }
            if let Some(area) = self.bodies.get(&id).and_then(|entry| entry.area) {
                self.first_body.entry(area).or_insert(id);
            }
            for member in &body.members {
                let member = self.body_names.get(member).copied();
                if let Some(entry) = member.and_then(|member| self.bodies.get_mut(&member)) {
                    entry.within.push(id);
                }
            }
        }
        let mut rest: Vec<(RecordId, RecordId)> =
            self.bodies.iter().filter_map(|(id, entry)| entry.area.map(|area| (*id, area))).collect();
        rest.sort_unstable();
        for (id, area) in rest {
            self.first_body.entry(area).or_insert(id);
        }
    }

    /// By code or name.
    pub fn area(&self, text: &str) -> Option<RecordId> {
        let by_name = || self.areas.iter().find(|(_, entry)| entry.name == text).map(|(id, _)| *id);
        self.area_codes.get(text).copied().or_else(by_name)
    }

    /// By code, name or alias.
    pub fn body(&self, text: &str) -> Option<RecordId> {
        self.body_names.get(text).copied()
    }

    /// `body_of(area)`: the first body whose area it is.
    pub fn body_of(&self, area: RecordId) -> Option<RecordId> {
        self.first_body.get(&area).copied()
    }

    pub fn path(&self, area: RecordId) -> Option<&str> {
        self.areas.get(&area).map(|entry| entry.path.as_str())
    }

    /// The area that a path ends at.
    pub fn at_path(&self, path: &str) -> Option<RecordId> {
        self.paths.get(path).copied()
    }

    /// Whether other areas lie below the one that a path ends at.
    pub fn has_areas_below(&self, path: &str) -> bool {
        self.paths.keys().any(|below| below.len() > path.len() && below.starts_with(path))
    }

    pub fn area_name(&self, path: &str) -> Option<&str> {
        self.at_path(path).and_then(|id| self.areas.get(&id)).map(|entry| entry.name.as_str())
    }

    pub fn body_name(&self, id: RecordId) -> Option<&str> {
        self.bodies.get(&id).map(|entry| entry.name.as_str())
    }

    /// The body and the collectives it belongs to.
    pub fn body_and_collectives(&self, id: RecordId) -> Vec<RecordId> {
        let mut ids = vec![id];
        if let Some(entry) = self.bodies.get(&id) {
            ids.extend(&entry.within);
        }
        ids
    }
}

fn text(record: &Record, field: &str) -> String {
    match record.fields.get(field) {
        Some(Value::Text(text)) => text.clone(),
        _ => String::new(),
    }
}
