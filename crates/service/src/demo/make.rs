//! Makes one record of the demo data: fields drawn in their order, what follows derived, checked and placed by the same code as
//! a person's form. A record that breaks a check of its register is never handed on.
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use shian_pack::field::{Field, Need};
use shian_pack::{Register, Value};
use shian_store::{Checked, Deadline};

use super::dice::Dice;
use super::draw::shaped;
use super::jobs::Job;
use super::order::{STATE, Turn};
use super::pool::{Candidates, Pool};
use super::script::{Batch, Script};
use crate::check::{self, as_text};
use crate::clock::noon;
use crate::desk::{Desk, Sheet};
use crate::live::{self, Live};
use crate::refusal::Refusal;

/// Draws of one field until its checks hold.
const DRAWS: u32 = 20;
/// Tries of a whole record.
const TRIES: u32 = 12;
/// Millionths of the clocks that were met late where no date says when.
const LATE: u32 = 30_000;

/// A record for the store, when it was written down, and its clocks.
pub struct Made {
    pub checked: Checked,
    pub at: DateTime<Utc>,
    pub clocks: Vec<Deadline>,
}

/// Attachments to choose from, by hash.
#[derive(Default)]
pub struct Samples {
    pub texts: Vec<String>,
    pub image: String,
}

/// What a register remembers over its batches.
#[derive(Default)]
pub struct Memory {
    pub seq: u64,
    /// Hashes of what is unique.
    pub seen: HashSet<u64>,
}

pub struct Maker<'a> {
    pub live: &'a Live,
    pub script: &'a Script,
    pub batch: &'a Batch,
    pub register: &'a Register,
    pub pool: &'a Pool,
    pub samples: &'a Samples,
    pub turns: Vec<Turn>,
    pub dice: Dice,
    pub seq: u64,
    pub seen: HashSet<u64>,
    pub candidates: HashMap<usize, Candidates>,
    /// Draws so far of the recipes that must have each code.
    pub drawn: HashMap<usize, u64>,
    /// Why records could not be made: the first reason.
    pub gave_up: Option<String>,
}

impl<'a> Maker<'a> {
    /// None: no try held its checks.
    pub fn make(&mut self, desk: &mut Desk, job: &Job) -> Result<Option<Made>, Refusal> {
        self.seq += 1;
        let mut why = String::new();
        for _ in 0..TRIES {
            let mut sheet = self.drawn_sheet(desk, job)?;
            check::derive(desk, &mut sheet, false)?;
            if let Some(problem) = check::problems(desk, &sheet, None).into_iter().next() {
                why = format!("{}：{}", problem.title, problem.message);
                continue;
            }
            let keys = self.keys(&sheet);
            if keys.iter().any(|key| self.seen.contains(key)) {
                why = "与已有的一条重复".to_string();
                continue;
            }
            self.seen.extend(keys);
            let placed = check::placed(desk, &sheet)?;
            let checked = check::checked(desk, &sheet, placed)?;
            let clocks = self.clocks(desk, &sheet);
            return Ok(Some(Made { at: self.written_at(checked.date), checked, clocks }));
        }
        self.gave_up.get_or_insert(why);
        Ok(None)
    }

    fn drawn_sheet(&mut self, desk: &mut Desk, job: &Job) -> Result<Sheet<'a>, Refusal> {
        let register = self.register;
        let mut sheet = Sheet::blank(register);
        for (id, value) in &job.given {
            if let Some(field) = register.fields.get(id) {
                self.put(&mut sheet, field, shaped(&field.kind, value.clone()));
            }
        }
        if let (Some((from, to)), Some(when)) = (job.days, &register.when)
            && let (Some(field), Some(day)) = (register.fields.get(when), self.day_between(from, to))
        {
            let value = self.at_day(field, day, None);
            self.put(&mut sheet, field, value);
        }
        let turns = std::mem::take(&mut self.turns);
        let mut done = Ok(());
        for turn in &turns {
            done = self.take_turn(desk, &mut sheet, turn, job);
            if done.is_err() {
                break;
            }
        }
        self.turns = turns;
        done.map(|()| sheet)
    }

    /// Draws the field until the checks that can be asked now hold.
    fn take_turn(
        &mut self,
        desk: &mut Desk,
        sheet: &mut Sheet,
        turn: &Turn,
        job: &Job,
    ) -> Result<(), Refusal> {
        if turn.id == STATE {
            let cases = self.batch.states.iter();
            let mut fitting =
                cases.filter(|case| case.when.as_ref().is_none_or(|when| desk.truth(&when.node, sheet)));
            let drawn = fitting.next().and_then(|case| case.states.throw(&mut self.dice));
            if let Some(state) = drawn {
                sheet.fixed.state.clone_from(state);
            }
            return Ok(());
        }
        let Some(field) = self.register.fields.get(&turn.id) else { return Ok(()) };
        if *sheet.get(&field.id) != Value::Null {
            return Ok(());
        }
        if field.shown.as_ref().is_some_and(|shown| !desk.truth(&shown.node, sheet)) {
            return Ok(());
        }
        if let Some(calc) = &field.calc {
            let value = shaped(&field.kind, desk.eval(&calc.node, sheet));
            self.put(sheet, field, value);
            return Ok(());
        }
        for _ in 0..DRAWS {
            let value = self.value(desk, sheet, field, job)?;
            self.put(sheet, field, value);
            if self.checks_hold(desk, sheet, turn) {
                return Ok(());
            }
        }
        if !check::needed(desk, sheet, field) {
            self.put(sheet, field, Value::Null);
        }
        Ok(())
    }

    fn checks_hold(&self, desk: &Desk, sheet: &Sheet, turn: &Turn) -> bool {
        let fields = turn.checks.iter().filter_map(|id| self.register.fields.get(id));
        fields
            .filter(|field| *sheet.get(&field.id) != Value::Null)
            .filter_map(|field| field.check.as_ref())
            .all(|check| desk.truth(&check.node, sheet))
    }

    /// By recipe, else by default, else only if it must be filled.
    fn value(&mut self, desk: &mut Desk, sheet: &Sheet, field: &Field, job: &Job) -> Result<Value, Refusal> {
        let batch = self.batch;
        let value = match (batch.fields.get(&field.id), &field.default) {
            (Some(recipe), _) => self.draw(desk, sheet, field, recipe, job)?,
            (None, Some(default)) => shaped(&field.kind, desk.eval(&default.node, sheet)),
            (None, None) => Value::Null,
        };
        let needed = value == Value::Null
            && match &field.required {
                Need::Never => false,
                Need::Always | Need::When(_) => check::needed(desk, sheet, field),
            };
        Ok(if needed && field.from.is_none() { self.plain(sheet, field) } else { value })
    }

    /// Sets the field; the record that a ref points to is at hand from then on.
    fn put(&self, sheet: &mut Sheet, field: &Field, value: Value) {
        if live::target(&self.live.pack, &field.kind).is_some() {
            let there = match &value {
                Value::Int(id) => self.pool.get(*id),
                _ => None,
            };
            match there {
                Some(record) => {
                    sheet.hops.insert(field.id.clone(), Arc::clone(record));
                }
                None => {
                    sheet.hops.remove(&field.id);
                }
            }
        }
        if let Some(at) = sheet.fields.get_mut(&field.id) {
            *at = value;
        }
    }

    /// Hashes of the sets of fields that no two records share; a set with a blank is shared by many.
    fn keys(&self, sheet: &Sheet) -> Vec<u64> {
        let mut keys = Vec::with_capacity(self.register.unique.len());
        for (at, set) in self.register.unique.iter().enumerate() {
            let mut hasher = DefaultHasher::new();
            at.hash(&mut hasher);
            if set.iter().any(|id| *sheet.get(id) == Value::Null) {
                continue;
            }
            for id in set {
                as_text(sheet.get(id)).hash(&mut hasher);
            }
            keys.push(hasher.finish());
        }
        keys
    }

    fn clocks(&mut self, desk: &Desk, sheet: &Sheet) -> Vec<Deadline> {
        let mut clocks = Vec::new();
        for clock in self.register.deadlines.values() {
            let known = last_day(sheet, &clock.met.node);
            clocks.extend(crate::clocks::row(desk, clock, sheet, |row| match known {
                Some(at) => at,
                None => self.met_between(row.starts, row.due),
            }));
        }
        clocks
    }

    /// Some time between start and end, seldom after it, never after today.
    fn met_between(&mut self, starts: DateTime<Utc>, due: DateTime<Utc>) -> DateTime<Utc> {
        let now = noon(self.script.today);
        let end = if self.dice.chance(LATE) { due + Duration::days(6) } else { due };
        let seconds = (end.min(now) - starts).num_seconds().max(0);
        (starts + Duration::seconds(self.dice.between(seconds / 8, seconds))).min(now)
    }
}

/// The last day among the dates by which a clock is met.
fn last_day(sheet: &Sheet, met: &shian_pack::expr::Node) -> Option<DateTime<Utc>> {
    let reads = crate::expression::reads(met);
    let days = reads.fields.iter().filter_map(|id| match sheet.get(id) {
        Value::Date(day) => Some(noon(*day)),
        Value::Time(at) => Some(*at),
        _ => None,
    });
    days.max()
}
