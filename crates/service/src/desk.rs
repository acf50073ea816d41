//! The desk at which one actor stands in one transaction: records found once, expressions evaluated on a record in the making.
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use shian_pack::expr::{self, Context, Fixed, Node};
use shian_pack::value::RecordId;
use shian_pack::{Fields, Register, Value};
use shian_store::{Record, Tx};

use crate::actor::Actor;
use crate::clock::day_of;
use crate::live::{self, Live};
use crate::permit;
use crate::refusal::Refusal;

/// The most records kept in mind in one long transaction.
const KEPT_MAX: usize = 10_000;

/// One actor, one transaction.
pub(crate) struct Desk<'a> {
    pub tx: &'a mut Tx,
    pub live: &'a Live,
    pub actor: &'a Actor,
    pub now: DateTime<Utc>,
    kept: HashMap<RecordId, Option<Arc<Record>>>,
    /// In a bulk: registers that were written to; the indicators on them are judged once at its end.
    pub later: Option<BTreeSet<String>>,
}

impl<'a> Desk<'a> {
    pub fn new(tx: &'a mut Tx, live: &'a Live, actor: &'a Actor, now: DateTime<Utc>) -> Self {
        Self { tx, live, actor, now, kept: HashMap::new(), later: None }
    }

    /// Tries an act: when it fails, all it wrote is taken back and the transaction goes on.
    pub fn attempt<T>(&mut self, work: impl FnOnce(&mut Desk) -> Result<T, Refusal>) -> Result<T, Refusal> {
        let (live, actor, now) = (self.live, self.actor, self.now);
        let (kept, later) = (std::mem::take(&mut self.kept), self.later.take());
        let mut back = (HashMap::new(), None);
        let done = self.tx.attempt(|tx| {
            let mut desk = Desk { tx, live, actor, now, kept, later };
            let done = work(&mut desk);
            // What a failed act kept in mind may never have been.
            let kept = if done.is_ok() { desk.kept } else { HashMap::new() };
            back = (kept, desk.later);
            done
        });
        (self.kept, self.later) = back;
        done
    }

    pub fn today(&self) -> NaiveDate {
        day_of(self.now)
    }

    /// A record, whoever asks: for what follows from an act, never for an answer to a person.
    pub fn record(&mut self, register: &Register, id: RecordId) -> Result<Option<Arc<Record>>, Refusal> {
        if let Some(found) = self
            .kept
            .get(&id)
            .filter(|found| found.as_ref().is_none_or(|record| record.register == register.id))
        {
            return Ok(found.clone());
        }
        let found = self.tx.get(register, id, &permit::office_scope())?.map(Arc::new);
        self.keep(id, found.clone());
        Ok(found)
    }

    /// A record that the actor may read; NotFound when he may not know of it.
    pub fn readable(&mut self, register: &Register, id: RecordId) -> Result<Arc<Record>, Refusal> {
        let record = self.record(register, id)?.ok_or(Refusal::NotFound)?;
        let bounds = permit::read_bounds(self.actor, register, self.live);
        let seen = bounds.hold(record.as_ref().into());
        let in_bin = record.deleted && !permit::may_delete(self.actor, register, &record, self.live);
        if seen && !in_bin { Ok(record) } else { Err(Refusal::NotFound) }
    }

    /// After a write, what is kept in mind is the new record.
    pub fn keep(&mut self, id: RecordId, record: Option<Arc<Record>>) {
        if self.kept.len() >= KEPT_MAX {
            self.kept.clear();
        }
        self.kept.insert(id, record);
    }

    /// It was changed behind the desk.
    pub fn forget(&mut self, id: RecordId) {
        self.kept.remove(&id);
    }

    /// A record's name for people who may read the record that points to it.
    pub fn name_of(&mut self, register: &str, id: RecordId) -> Result<Option<Arc<Record>>, Refusal> {
        let live = self.live;
        match live.pack.registers.get(register) {
            Some(register) => self.record(register, id),
            None => Ok(None),
        }
    }

    /// Loads the records that the register's expressions look at through this sheet's refs.
    pub fn look_through(&mut self, sheet: &mut Sheet) -> Result<(), Refusal> {
        let live = self.live;
        for by in &live.shape(sheet.register).hops {
            let id = match sheet.fields.get(by) {
                Some(Value::Int(id)) => Some(*id),
                _ => None,
            };
            if sheet.hops.get(by).map(|record| record.id) == id {
                continue;
            }
            let field = sheet.register.fields.get(by);
            let target = field.and_then(|field| live::target(&live.pack, &field.kind));
            let found = match (id, target.and_then(|target| live.pack.registers.get(&target))) {
                (Some(id), Some(target)) => self.record(target, id)?,
                _ => None,
            };
            match found {
                Some(record) => sheet.hops.insert(by.clone(), record),
                None => sheet.hops.remove(by),
            };
        }
        Ok(())
    }

    /// The value of an expression on the sheet. Look through it first.
    pub fn eval(&self, node: &Node, sheet: &Sheet) -> Value {
        self.within(sheet, |context| expr::eval(node, context))
    }

    /// Whether a condition holds on the sheet.
    pub fn truth(&self, node: &Node, sheet: &Sheet) -> bool {
        self.within(sheet, |context| expr::truth(node, context))
    }

    fn within<T>(&self, sheet: &Sheet, ask: impl FnOnce(&Context) -> T) -> T {
        let hop = |by: &str, at: &str| sheet.hops.get(by).map_or(Value::Null, |record| at_record(record, at));
        let body_of = |area: RecordId| self.live.directory.body_of(area).map_or(Value::Null, Value::Int);
        ask(&Context {
            fields: &sheet.fields,
            fixed: &sheet.fixed,
            hop: &hop,
            now: self.now,
            me: (!self.actor.is_system()).then_some(self.actor.id),
            calendar: &self.live.pack.calendar,
            body_of: &body_of,
            business_date: sheet.business_date(),
        })
    }
}

/// A record in the making: its fields, what is fixed about it, and the records its refs point to.
#[derive(Debug, Clone)]
pub(crate) struct Sheet<'a> {
    pub register: &'a Register,
    pub fields: Fields,
    pub fixed: Fixed,
    pub hops: HashMap<String, Arc<Record>>,
}

impl<'a> Sheet<'a> {
    /// A new record in the register's first state.
    pub fn blank(register: &'a Register) -> Self {
        let state = register.states.keys().next().cloned().unwrap_or_default();
        let fields = register.fields.keys().map(|id| (id.clone(), Value::Null)).collect();
        Self { register, fields, fixed: Fixed { state, ..Fixed::default() }, hops: HashMap::new() }
    }

    pub fn of(register: &'a Register, record: &Record) -> Self {
        let fixed = Fixed {
            id: Some(record.id),
            state: record.state.clone(),
            number: record.number.clone(),
            created_at: Some(record.created_at),
            updated_at: Some(record.updated_at),
        };
        Self { register, fields: record.fields.clone(), fixed, hops: HashMap::new() }
    }

    pub fn get(&self, field: &str) -> &Value {
        self.fields.get(field).unwrap_or(&Value::Null)
    }

    /// The register's `when`.
    pub fn business_date(&self) -> Option<NaiveDate> {
        match self.register.when.as_ref().map(|field| self.get(field)) {
            Some(Value::Date(day)) => Some(*day),
            Some(Value::Time(at)) => Some(day_of(*at)),
            _ => None,
        }
    }

    /// The value at a path of at most one hop (`area`, `business.area`, `id`).
    pub fn at(&self, path: &str) -> Value {
        match path.split_once('.') {
            Some((by, at)) => self.hops.get(by).map_or(Value::Null, |record| at_record(record, at)),
            None => match self.fields.get(path) {
                Some(value) => value.clone(),
                None if path == "id" => self.fixed.id.map_or(Value::Null, Value::Int),
                None if path == "created_at" => self.fixed.created_at.map_or(Value::Null, Value::Time),
                None if path == "updated_at" => self.fixed.updated_at.map_or(Value::Null, Value::Time),
                None if path == "state" => Value::Text(self.fixed.state.clone()),
                None => Value::Null,
            },
        }
    }
}

/// A field of a record, or one of its fixed columns.
pub(crate) fn at_record(record: &Record, at: &str) -> Value {
    if let Some(value) = record.fields.get(at) {
        return value.clone();
    }
    match at {
        "id" => Value::Int(record.id),
        "state" => Value::Text(record.state.clone()),
        "number" => record.number.clone().map_or(Value::Null, Value::Text),
        "created_at" => Value::Time(record.created_at),
        "updated_at" => Value::Time(record.updated_at),
        _ => Value::Null,
    }
}
