//! Who may do what, where: role × reach × state, read from the register's declaration for one actor. The only maker of the
//! store's `Scope`; whoever asks the store for records asks here first.
use shian_pack::Register;
use shian_pack::field::{Field, FieldKind};
use shian_pack::register::{Grant, Reach, Step};
use shian_store::{Clause, Record, Scope};

use crate::actor::{Actor, RoleHeld};
use crate::live::Live;

/// How far a right reaches: everywhere, or into some areas, bodies, ownerships. Nothing: nowhere.
#[derive(Debug, Clone, PartialEq)]
pub enum Bounds {
    All,
    Within(Vec<Clause>),
}

/// Where a record belongs.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub area: &'a str,
    pub body: Option<i64>,
    pub owners: &'a [i64],
}

impl<'a> From<&'a Record> for Place<'a> {
    fn from(record: &'a Record) -> Self {
        Self { area: &record.area, body: record.body, owners: &record.owners }
    }
}

impl Bounds {
    pub fn is_nowhere(&self) -> bool {
        matches!(self, Self::Within(clauses) if clauses.is_empty())
    }

    pub fn hold(&self, place: Place) -> bool {
        match self {
            Self::All => true,
            Self::Within(clauses) => clauses.iter().any(|clause| match clause {
                Clause::Area(path) => !path.is_empty() && place.area.starts_with(path.as_str()),
                Clause::Body(ids) => place.body.is_some_and(|body| ids.contains(&body)),
                Clause::Own(ids) => place.owners.iter().any(|owner| ids.contains(owner)),
            }),
        }
    }

    /// The same bounds for the store.
    pub fn scope(self) -> Scope {
        match self {
            Self::All => Scope::all(),
            Self::Within(clauses) if clauses.is_empty() => Scope::none(),
            Self::Within(clauses) => Scope::any(clauses),
        }
    }
}

/// Where the grants let the actor in.
pub fn bounds(actor: &Actor, grants: &[Grant], register: &Register, live: &Live) -> Bounds {
    if actor.is_system() {
        return Bounds::All;
    }
    let mut clauses: Vec<Clause> = Vec::new();
    if !actor.reaches(&register.id) {
        return Bounds::Within(clauses);
    }
    for grant in grants {
        for held in actor.roles.iter().filter(|held| held.role == grant.role) {
            match clause(actor, held, grant.reach, register, live) {
                Reached::Everywhere => return Bounds::All,
                Reached::There(clause) if !clauses.contains(&clause) => clauses.push(clause),
                Reached::There(_) | Reached::Nowhere => {}
            }
        }
    }
    Bounds::Within(clauses)
}

enum Reached {
    Everywhere,
    There(Clause),
    Nowhere,
}

fn clause(actor: &Actor, held: &RoleHeld, reach: Reach, register: &Register, live: &Live) -> Reached {
    match reach {
        Reach::All => Reached::Everywhere,
        Reach::Area => match &held.area {
            Some(path) if !path.is_empty() => Reached::There(Clause::Area(path.clone())),
            _ => Reached::Nowhere,
        },
        Reach::Body => match held.body {
            Some(body) => Reached::There(Clause::Body(live.directory.body_and_collectives(body))),
            None => Reached::Nowhere,
        },
        Reach::Own => {
            let ids =
                if owned_by_accounts(register, live) { vec![actor.id] } else { actor.stands_for.clone() };
            if ids.is_empty() { Reached::Nowhere } else { Reached::There(Clause::Own(ids)) }
        }
    }
}

/// Whether `own` holds account ids (a person field) or record ids (a ref): the two must never be compared.
fn owned_by_accounts(register: &Register, live: &Live) -> bool {
    let own = own_field(register, live);
    own.is_some_and(|field| matches!(field.kind, FieldKind::Person))
}

/// The register whose records own this register's rows; None: accounts own them, or nobody.
pub(crate) fn owner_register(register: &Register, live: &Live) -> Option<String> {
    if register.scope.own.as_deref() == Some("id") && !register.fields.contains_key("id") {
        return Some(register.id.clone());
    }
    own_field(register, live).and_then(|field| crate::live::target(&live.pack, &field.kind))
}

fn own_field<'l>(register: &'l Register, live: &'l Live) -> Option<&'l Field> {
    let path = register.scope.own.as_ref()?;
    let Some((by, at)) = path.split_once('.') else { return register.fields.get(path) };
    let by = register.fields.get(by)?;
    let target = crate::live::target(&live.pack, &by.kind)?;
    live.pack.registers.get(&target)?.fields.get(at)
}

/// What of a register the actor may read, for the store.
pub fn read_scope(actor: &Actor, register: &Register, live: &Live) -> Scope {
    read_bounds(actor, register, live).scope()
}

pub fn read_bounds(actor: &Actor, register: &Register, live: &Live) -> Bounds {
    bounds(actor, &register.access.read, register, live)
}

/// Whether the register is in his menu at all.
pub fn may_read(actor: &Actor, register: &Register, live: &Live) -> bool {
    !read_bounds(actor, register, live).is_nowhere()
}

/// Where he may create.
pub fn create_bounds(actor: &Actor, register: &Register, live: &Live) -> Bounds {
    writing_bounds(actor, &register.access.create, register, live)
}

/// Nowhere for a token that only reads.
fn writing_bounds(actor: &Actor, grants: &[Grant], register: &Register, live: &Live) -> Bounds {
    if actor.only_reads() { Bounds::Within(Vec::new()) } else { bounds(actor, grants, register, live) }
}

/// Whether he may create anywhere.
pub fn may_create(actor: &Actor, register: &Register, live: &Live) -> bool {
    !create_bounds(actor, register, live).is_nowhere()
}

/// Where he may edit records in that state.
pub fn edit_bounds(actor: &Actor, register: &Register, state: &str, live: &Live) -> Bounds {
    let grants = register.access.edit.get(state).map_or(&[][..], Vec::as_slice);
    writing_bounds(actor, grants, register, live)
}

pub fn may_edit(actor: &Actor, register: &Register, record: &Record, live: &Live) -> bool {
    !record.deleted && edit_bounds(actor, register, &record.state, live).hold(record.into())
}

/// Whether he may take the step on this record, its state aside. A step that follows from another record is nobody's.
pub fn may_step(actor: &Actor, register: &Register, step: &Step, record: &Record, live: &Live) -> bool {
    !record.deleted
        && (step.after.is_none() || actor.is_system())
        && writing_bounds(actor, &step.by, register, live).hold(record.into())
}

pub fn may_delete(actor: &Actor, register: &Register, record: &Record, live: &Live) -> bool {
    writing_bounds(actor, &register.access.delete, register, live).hold(record.into())
}

/// Whether he sees the field of this record unmasked.
pub fn sees(actor: &Actor, register: &Register, field: &Field, place: Place, live: &Live) -> bool {
    field.secret.is_empty() || bounds(actor, &field.secret, register, live).hold(place)
}

/// Every record: for the office's own look at its registers (seeds, the directory, what an act follows up). Never for a
/// person's question.
pub(crate) fn office_scope() -> Scope {
    Scope::all()
}
