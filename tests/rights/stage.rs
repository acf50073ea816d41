//! The stage: a district's office whose registers hold records laid out for the walk, and one actor for each role.
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, NaiveDate};
use shian_pack::register::Seed;
use shian_pack::{FieldKind, Fields, Pack, Register, Value};
use shian_service::view::ListAsk;
use shian_service::{Actor, Office, OfficeConfig, RoleHeld, SetClock};
use shian_store::{Checked, Location, Stamp, Store, StoreError};
use tempfile::TempDir;

/// What alone makes a record the actor's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dimension {
    Foreign,
    Area,
    Body,
    Own,
}

pub const DIMENSIONS: [Dimension; 4] = [Dimension::Foreign, Dimension::Area, Dimension::Body, Dimension::Own];

/// The actor's account, and the record he stands for. A foreign record is owned by the other one of the two kinds: an account
/// with the number of his record, a record with the number of his account.
const ACCOUNT: i64 = 1_000_007;
const STANDS_FOR: i64 = 1_000_009;

pub struct Stage {
    pub office: Office,
    records: HashMap<(String, String, Dimension), i64>,
    area: String,
    body: i64,
    listed: Mutex<HashMap<(String, String), Vec<i64>>>,
    _data: TempDir,
}

impl Stage {
    pub fn set() -> Self {
        let data = tempfile::tempdir().unwrap();
        let clock = Arc::new(SetClock::on(NaiveDate::from_ymd_opt(2023, 9, 15).unwrap()));
        let config = OfficeConfig { data: data.path().to_path_buf(), database: None };
        let office = Office::open(config.clone(), clock.clone()).unwrap();
        let district = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packs/pingqiao-2023");
        office.apply_pack(&district, false).unwrap();
        let pack = office.pack();
        let bodies = bodies(&office, &pack);
        let areas: Vec<String> = pack
            .areas
            .iter()
            .filter_map(|area| Some(format!("{}/{}/", area.parent.as_ref()?, area.code)))
            .take(2)
            .collect();
        drop(office);
        let records = fill(data.path(), &pack, &areas, &bodies);
        let office = Office::open(config, clock).unwrap();
        let listed = Mutex::default();
        Self { office, records, area: areas[0].clone(), body: bodies[0], listed, _data: data }
    }

    pub fn roles(&self) -> Vec<String> {
        self.office.pack().roles.keys().cloned().collect()
    }

    pub fn title(&self, role: &str) -> String {
        self.office.pack().roles[role].title.clone()
    }

    /// Someone with this role alone, at home in one area, one body, one record.
    pub fn actor(&self, role: &str) -> Actor {
        let held = RoleHeld { role: role.to_string(), area: Some(self.area.clone()), body: Some(self.body) };
        Actor {
            id: ACCOUNT,
            login: role.into(),
            name: role.into(),
            roles: vec![held],
            stands_for: vec![STANDS_FOR],
            ..Actor::default()
        }
    }

    /// None: the register does not know that dimension.
    pub fn record(&self, register: &str, state: &str, dimension: Dimension) -> Option<i64> {
        self.records.get(&(register.to_string(), state.to_string(), dimension)).copied()
    }

    /// Ids of the laid out records that a list shows him.
    pub fn listed(&self, actor: &Actor, register: &str) -> Vec<i64> {
        let key = (actor.login.clone(), register.to_string());
        if let Some(known) = self.listed.lock().unwrap().get(&key) {
            return known.clone();
        }
        let ask =
            ListAsk { register: register.into(), limit: 500, sort: vec!["-id".into()], ..ListAsk::default() };
        let rows = self.office.list(actor, &ask).map(|view| view.rows).unwrap_or_default();
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        self.listed.lock().unwrap().insert(key, ids.clone());
        ids
    }
}

/// Two bodies that belong to no collective.
fn bodies(office: &Office, pack: &Pack) -> [i64; 2] {
    let register = &pack.seeded(Seed::Bodies).unwrap().id;
    let view = office
        .list(&Actor::system(), &ListAsk { register: register.clone(), limit: 500, ..ListAsk::default() })
        .unwrap();
    let alone = |name: &str| {
        let body = pack.bodies.iter().find(|body| body.name == name).unwrap();
        !pack.bodies.iter().any(|other| other.members.contains(&body.code))
    };
    let mut ids = view.rows.iter().filter(|row| alone(&row.name)).map(|row| row.id);
    [ids.next().unwrap(), ids.next().unwrap()]
}

fn fill(
    data: &Path,
    pack: &Arc<Pack>,
    areas: &[String],
    bodies: &[i64; 2],
) -> HashMap<(String, String, Dimension), i64> {
    let store = Store::open(&Location::Sqlite(data.join("shian.db")), data).unwrap();
    let (pack, areas, bodies) = (pack.clone(), areas.to_vec(), *bodies);
    let filled = store.bulk(move |tx| -> Result<_, StoreError> {
        let mut records = HashMap::new();
        let at = DateTime::from_timestamp(1_694_750_000, 0).unwrap();
        let stamp = Stamp { at, by: 0, act: "create".into(), reason: None };
        for register in pack.registers.values() {
            for state in states(register) {
                for dimension in DIMENSIONS.into_iter().filter(|dimension| knows(register, *dimension)) {
                    let mut checked = content(&pack, register, &state, dimension, (&areas, bodies));
                    let secret = format!("98712345{:04}", records.len());
                    checked.fields.values_mut().for_each(|value| *value = Value::Text(secret.clone()));
                    let record = tx.insert(register, checked, &stamp)?;
                    records.insert((register.id.clone(), state.clone(), dimension), record.id);
                }
            }
        }
        Ok(records)
    });
    filled.unwrap()
}

/// A register without a flow has one nameless state.
fn states(register: &Register) -> Vec<String> {
    if register.states.is_empty() { vec![String::new()] } else { register.states.keys().cloned().collect() }
}

fn knows(register: &Register, dimension: Dimension) -> bool {
    match dimension {
        Dimension::Foreign => true,
        Dimension::Area => register.scope.area.is_some(),
        Dimension::Body => register.scope.body.is_some(),
        Dimension::Own => register.scope.own.is_some(),
    }
}

fn content(
    pack: &Pack,
    register: &Register,
    state: &str,
    dimension: Dimension,
    (areas, bodies): (&[String], [i64; 2]),
) -> Checked {
    let mine = |other: Dimension| dimension == other;
    let (own, foreign) =
        if owned_by_accounts(pack, register) { (ACCOUNT, STANDS_FOR) } else { (STANDS_FOR, ACCOUNT) };
    let secret = |field: &&shian_pack::Field| !field.secret.is_empty();
    let fields: Fields = register
        .fields
        .values()
        .filter(secret)
        .filter(|field| {
            matches!(
                field.kind,
                FieldKind::Text { .. } | FieldKind::LongText | FieldKind::Phone | FieldKind::IdCard
            )
        })
        .map(|field| (field.id.clone(), Value::Null))
        .collect();
    Checked {
        state: state.to_string(),
        name: format!("{} {state} {dimension:?}", register.title),
        area: if register.scope.area.is_none() {
            String::new()
        } else {
            areas[usize::from(!mine(Dimension::Area))].clone()
        },
        body: register.scope.body.as_ref().map(|_| bodies[usize::from(!mine(Dimension::Body))]),
        owners: register.scope.own.iter().map(|_| if mine(Dimension::Own) { own } else { foreign }).collect(),
        fields,
        ..Checked::default()
    }
}

/// Whether `own` leads to a person field.
fn owned_by_accounts(pack: &Pack, register: &Register) -> bool {
    let Some(path) = &register.scope.own else { return false };
    let field = match path.split_once('.') {
        None => register.fields.get(path),
        Some((by, at)) => match &register.fields[by].kind {
            FieldKind::Ref { register } => pack.registers[register].fields.get(at),
            other => panic!("an owner through {other:?}"),
        },
    };
    field.is_some_and(|field| matches!(field.kind, FieldKind::Person))
}
