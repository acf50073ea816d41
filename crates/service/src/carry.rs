//! From one year's plan to the next (年度结转): the duties of the year before stay as they were and lapse; a duty that goes on
//! under the new plan takes over who is in charge of it and what he planned.
use std::collections::HashMap;

use shian_pack::field::Field;
use shian_pack::value::RecordId;
use shian_pack::{Fields, Pack, Register, Value};
use shian_plan::{Comparison, compare};
use shian_store::Record;

use crate::act::{Act, act};
use crate::desk::Desk;
use crate::draft::Draft;
use crate::refusal::Refusal;

/// The field that points from a duty to the one it goes on from.
const CARRIED: &str = "carried";

/// What tells the same duty in both years: chapter, measure, body, role.
type Place = (i64, i64, RecordId, String);

/// Last year's duties, ready to be gone on from.
pub struct Carry<'a> {
    comparison: Option<Comparison>,
    register: &'a Register,
    past: Vec<Record>,
    open: HashMap<Place, usize>,
}

impl<'a> Carry<'a> {
    /// `past`: the duties of other years than `pack`'s; `before`: the pack at work until now.
    pub fn new(before: &Pack, pack: &Pack, register: &'a Register, past: Vec<Record>) -> Self {
        let plans = (before.plan.as_ref(), pack.plan.as_ref());
        let comparison = match plans {
            (Some(old), Some(new)) if before.year != pack.year => Some(compare(old, new, &pack.directory())),
            _ => None,
        };
        let first = register.states.keys().next();
        let open = past.iter().enumerate().filter(|(_, duty)| {
            Some(&duty.state) == first && year(duty).is_some_and(|year| year == i64::from(before.year))
        });
        let open = open.filter_map(|(at, duty)| Some((place(&duty.fields)?, at))).collect();
        Self { comparison, register, past, open }
    }

    /// What a new duty takes over: every field that people fill in, and which duty it goes on from.
    pub fn onto(&self, fields: &mut Fields) {
        let Some(last) = self.last(fields) else { return };
        for field in self.register.fields.values().filter(|field| filled_by_people(field)) {
            let value = last.fields.get(&field.id).filter(|value| **value != Value::Null);
            if let Some(value) = value.filter(|_| !fields.contains_key(&field.id)) {
                fields.insert(field.id.clone(), value.clone());
            }
        }
        if self.register.fields.contains_key(CARRIED) {
            fields.insert(CARRIED.to_owned(), Value::Int(last.id));
        }
    }

    fn last(&self, fields: &Fields) -> Option<&Record> {
        let comparison = self.comparison.as_ref()?;
        let (chapter, measure, body, role) = place(fields)?;
        let is = |n: u32, of: i64| i64::from(n) == of;
        let old = comparison.measures.iter().find_map(|found| {
            let (old, new) = (found.old.as_ref()?, found.new.as_ref()?);
            (is(new.chapter, chapter) && is(new.measure, measure)).then_some((old.chapter, old.measure))
        })?;
        let key = (i64::from(old.0), i64::from(old.1), body, role);
        self.open.get(&key).map(|at| &self.past[*at])
    }

    /// Moves the past duties out of the year's work by the steps that the pack declares for it; answers how many.
    pub fn lapse(self, desk: &mut Desk) -> Result<usize, Refusal> {
        let mut lapsed = 0;
        for duty in self.past {
            let mut steps = self.register.steps.values();
            if let Some(step) = steps.find(|step| step.lapses && step.from.contains(&duty.state)) {
                let (register, step) = (self.register.id.clone(), step.id.clone());
                let (id, version, draft) = (duty.id, duty.version, Draft::new());
                act(desk, &Act::Step { register, id, version, step, draft, reason: None })?;
                lapsed += 1;
            }
        }
        Ok(lapsed)
    }
}

/// The year a duty is of; None where the register does not say, then it is of the plan at work.
pub fn year(duty: &Record) -> Option<i64> {
    int(&duty.fields, "year")
}

fn filled_by_people(field: &Field) -> bool {
    field.calc.is_none() && field.from.is_none() && field.shown.is_none()
}

fn place(fields: &Fields) -> Option<Place> {
    let Some(Value::Text(role)) = fields.get("role") else { return None };
    let chapter = int(fields, "chapter").unwrap_or_default();
    Some((chapter, int(fields, "measure")?, int(fields, "body")?, role.clone()))
}

fn int(fields: &Fields, id: &str) -> Option<i64> {
    match fields.get(id) {
        Some(Value::Int(value)) => Some(*value),
        _ => None,
    }
}
