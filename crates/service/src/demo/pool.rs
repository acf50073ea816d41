//! The records that later ones point to, kept in memory while the demo data is made: a generator that asked the database for
//! each would take hours.
use std::collections::HashMap;
use std::sync::Arc;

use shian_pack::expr::{self, Context, Fixed, Node};
use shian_pack::value::RecordId;
use shian_pack::{Register, Value};
use shian_store::Record;

use super::dice::Dice;
use super::recipe::Choice;
use crate::check::as_text;
use crate::clock::noon;
use crate::desk::at_record;
use crate::live::Live;

/// Records by register, in the order they were made.
#[derive(Default)]
pub struct Pool {
    held: HashMap<String, Vec<Arc<Record>>>,
    by_id: HashMap<RecordId, Arc<Record>>,
}

impl Pool {
    pub fn add(&mut self, record: Arc<Record>) {
        self.by_id.insert(record.id, record.clone());
        self.held.entry(record.register.clone()).or_default().push(record);
    }

    pub fn forget(&mut self, register: &str) {
        for record in self.held.remove(register).unwrap_or_default() {
            self.by_id.remove(&record.id);
        }
    }

    pub fn of(&self, register: &str) -> &[Arc<Record>] {
        self.held.get(register).map(Vec::as_slice).unwrap_or_default()
    }

    pub fn get(&self, id: RecordId) -> Option<&Arc<Record>> {
        self.by_id.get(&id)
    }

    /// Whether a condition holds on a kept record on the demo's day.
    pub fn holds(&self, live: &Live, today: chrono::NaiveDate, record: &Record, node: &Node) -> bool {
        let hop = |by: &str, at: &str| match record.fields.get(by) {
            Some(Value::Int(id)) => self.get(*id).map_or(Value::Null, |there| at_record(there, at)),
            _ => Value::Null,
        };
        let body_of = |area: RecordId| live.directory.body_of(area).map_or(Value::Null, Value::Int);
        let fixed = Fixed {
            id: Some(record.id),
            state: record.state.clone(),
            number: record.number.clone(),
            created_at: Some(record.created_at),
            updated_at: Some(record.updated_at),
        };
        let context = Context {
            fields: &record.fields,
            fixed: &fixed,
            hop: &hop,
            now: noon(today),
            me: None,
            calendar: &live.pack.calendar,
            body_of: &body_of,
            business_date: record.date,
        };
        expr::truth(node, &context)
    }

    /// Those of a register on which the condition holds.
    pub fn which(
        &self,
        live: &Live,
        today: chrono::NaiveDate,
        register: &Register,
        filter: Option<&Node>,
    ) -> Vec<Arc<Record>> {
        let all = self.of(&register.id).iter();
        all.filter(|record| filter.is_none_or(|node| self.holds(live, today, record, node)))
            .cloned()
            .collect()
    }
}

/// What a ref of one batch may point to.
pub struct Candidates {
    all: Group,
    /// By the values that must be the same.
    groups: HashMap<String, Group>,
    /// For those taken one after the other.
    order: Vec<usize>,
    next: usize,
}

#[derive(Default)]
struct Group {
    records: Vec<Arc<Record>>,
    /// Sums of the weights, if they are weighed.
    sums: Vec<u64>,
}

impl Candidates {
    pub fn new(pool: &Pool, live: &Live, today: chrono::NaiveDate, choice: &Choice, dice: &mut Dice) -> Self {
        let filter = choice.filter.as_ref().map(|filter| &filter.node);
        let mut records = match live.pack.registers.get(&choice.register) {
            Some(register) => pool.which(live, today, register, filter),
            None => Vec::new(),
        };
        if let Some(code) = &choice.code {
            let has = |record: &Arc<Record>| matches!(record.fields.get("code"), Some(Value::Text(text)) if text == code);
            records.retain(has);
        }
        let mut groups: HashMap<String, Group> = HashMap::new();
        if !choice.same.is_empty() {
            for record in &records {
                let key = choice.same.iter().map(|(there, _)| as_text(&at_record(record, there)));
                let group = groups.entry(key.collect::<Vec<_>>().join("\u{1f}")).or_default();
                group.records.push(record.clone());
            }
        }
        let mut all = Group { records, sums: Vec::new() };
        if let Some(weigh) = &choice.weigh {
            all.weigh(weigh);
            groups.values_mut().for_each(|group| group.weigh(weigh));
        }
        let mut order = Vec::new();
        if choice.each {
            order = (0..all.records.len()).collect();
            for at in (1..order.len()).rev() {
                order.swap(at, dice.place(at + 1));
            }
        }
        Self { all, groups, order, next: 0 }
    }

    /// One; `same`: the values here that must be the same there (not asked when nothing there has them).
    pub fn one(&mut self, same: &[Value], dice: &mut Dice) -> Option<Arc<Record>> {
        if !self.order.is_empty() {
            let at = self.order[self.next % self.order.len()];
            self.next += 1;
            return self.all.records.get(at).cloned();
        }
        self.group(same).throw(dice)
    }

    /// Several different ones.
    pub fn several(&mut self, count: usize, same: &[Value], dice: &mut Dice) -> Vec<Arc<Record>> {
        let mut group = self.group(same);
        if group.records.len() < count {
            group = &self.all;
        }
        let mut taken: Vec<Arc<Record>> = Vec::with_capacity(count);
        for _ in 0..count * 20 {
            if taken.len() >= count.min(group.records.len()) {
                break;
            }
            if let Some(record) = group.throw(dice)
                && taken.iter().all(|other| other.id != record.id)
            {
                taken.push(record);
            }
        }
        taken
    }

    fn group(&self, same: &[Value]) -> &Group {
        if same.is_empty() || same.contains(&Value::Null) {
            return &self.all;
        }
        let key = same.iter().map(as_text).collect::<Vec<_>>().join("\u{1f}");
        self.groups.get(&key).unwrap_or(&self.all)
    }
}

impl Group {
    fn weigh(&mut self, field: &str) {
        let mut sum = 0;
        for record in &self.records {
            sum += match record.fields.get(field) {
                Some(Value::Int(weight)) => u64::try_from(*weight).unwrap_or(0),
                Some(Value::Decimal(weight)) => u64::try_from(weight.trunc()).unwrap_or(0),
                _ => 0,
            };
            self.sums.push(sum);
        }
    }

    fn throw(&self, dice: &mut Dice) -> Option<Arc<Record>> {
        let weight = self.sums.last().copied().unwrap_or(0);
        if weight == 0 {
            return (!self.records.is_empty()).then(|| self.records[dice.place(self.records.len())].clone());
        }
        let at = dice.below(weight);
        self.records.get(self.sums.partition_point(|sum| *sum <= at)).cloned()
    }
}
