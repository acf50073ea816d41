//! Which records a batch has: for whom, in which period. Handed out one by one, so that a million need no memory.
use std::sync::Arc;

use chrono::{Datelike, Days, Months, NaiveDate};
use shian_pack::{Register, Value};
use shian_store::Record;

use super::dice::{Dice, MILLION};
use super::pool::Pool;
use super::script::{Amount, Batch, Over, Period, Script};
use crate::deadline::day_after;
use crate::every::{self, SpanOfYear};
use crate::live::Live;

/// A record to be made.
pub struct Job {
    /// Its place among those of the same subject.
    pub nth: u64,
    /// Its business date lies in these days.
    pub days: Option<(NaiveDate, NaiveDate)>,
    /// Fields that are settled by whom and when it is for.
    pub given: Vec<(String, Value)>,
}

/// For whom, and how many for each.
type Subjects = Vec<(Option<Arc<Record>>, u64)>;

pub struct Jobs {
    /// The field that points to the subject.
    by: Option<String>,
    subjects: Subjects,
    slots: Vec<Slot>,
    share: u32,
    /// Place in slots, in subjects, and among one subject's.
    at: (usize, usize, u64),
}

/// A period, or none.
#[derive(Default)]
struct Slot {
    days: Option<(NaiveDate, NaiveDate)>,
    given: Vec<(String, Value)>,
}

impl Jobs {
    pub fn new(
        live: &Live,
        script: &Script,
        batch: &Batch,
        register: &Register,
        pool: &Pool,
        dice: &mut Dice,
    ) -> Self {
        let today = script.today;
        let (by, subjects) = match &batch.amount {
            Amount::Count(count) => (None, vec![(None, *count)]),
            Amount::Per { by, .. } => (Some(by.clone()), chosen(live, today, batch, register, pool, dice)),
            Amount::Every => every_subjects(live, today, register, pool),
        };
        let mut slots = Vec::new();
        let mut share = MILLION;
        match (&batch.over, &register.every) {
            (Some(over), _) => {
                share = over.share;
                slots.extend(periods(live, over).map(|(name, days)| {
                    let at = over.at.clone().map(|at| (at, Value::Text(name)));
                    Slot { days: Some(days), given: at.into_iter().collect() }
                }));
            }
            (None, Some(every)) if matches!(batch.amount, Amount::Every) => {
                for SpanOfYear { name, last } in every::spans(every.period, live.pack.year, today) {
                    let due = day_after(last, every.within, &live.pack.calendar);
                    let given = [
                        (every.at.clone(), Value::Text(name)),
                        (every.due.clone(), due.map_or(Value::Null, Value::Date)),
                    ];
                    slots.push(Slot { days: None, given: given.into() });
                }
            }
            _ => slots.push(Slot::default()),
        }
        Self { by, subjects, slots, share, at: (0, 0, 0) }
    }

    /// Fields that every job gives.
    pub fn given(&self, register: &Register) -> Vec<String> {
        let mut given: Vec<String> = self.by.clone().into_iter().collect();
        if let Some(slot) = self.slots.first() {
            given.extend(slot.given.iter().map(|(id, _)| id.clone()));
            given.extend(register.when.clone().filter(|_| slot.days.is_some()));
        }
        given
    }

    /// How many there are at most.
    pub fn count(&self) -> u64 {
        self.subjects.iter().map(|(_, count)| count).sum::<u64>() * self.slots.len() as u64
    }

    pub fn next(&mut self, dice: &mut Dice) -> Option<Job> {
        loop {
            let slot = self.slots.get(self.at.0)?;
            let Some((subject, count)) = self.subjects.get(self.at.1) else {
                self.at = (self.at.0 + 1, 0, 0);
                continue;
            };
            if self.at.2 >= *count {
                self.at = (self.at.0, self.at.1 + 1, 0);
                continue;
            }
            let nth = self.at.2;
            self.at.2 += 1;
            if !dice.chance(self.share) {
                continue;
            }
            let mut given = slot.given.clone();
            if let (Some(by), Some(subject)) = (&self.by, subject) {
                given.push((by.clone(), Value::Int(subject.id)));
            }
            return Some(Job { nth, days: slot.days, given });
        }
    }
}

/// Subjects by the first rule that holds for each.
fn chosen(
    live: &Live,
    today: NaiveDate,
    batch: &Batch,
    register: &Register,
    pool: &Pool,
    dice: &mut Dice,
) -> Subjects {
    let Amount::Per { by, rules } = &batch.amount else { return Vec::new() };
    let target = register.fields.get(by).and_then(|field| crate::live::target(&live.pack, &field.kind));
    let (mut chosen, mut passed) = (Vec::new(), None);
    for subject in target.iter().flat_map(|target| pool.of(target)) {
        let holds = |filter: &shian_pack::Expr| pool.holds(live, today, subject, &filter.node);
        let Some(rule) = rules.iter().find(|rule| rule.filter.as_ref().is_none_or(holds)) else { continue };
        let count = dice.between(rule.count.0 as i64, rule.count.1 as i64) as u64;
        if dice.chance(rule.share) {
            chosen.push((Some(subject.clone()), count));
        } else {
            passed = passed.or(Some((Some(subject.clone()), count)));
        }
    }
    // A small demo shows every register, also one that few subjects have anything in.
    if chosen.is_empty() {
        chosen.extend(passed);
    }
    chosen
}

fn every_subjects(
    live: &Live,
    today: NaiveDate,
    register: &Register,
    pool: &Pool,
) -> (Option<String>, Subjects) {
    let Some(every) = &register.every else { return (None, Vec::new()) };
    let Some(target) = live.pack.registers.get(&every.of) else { return (None, Vec::new()) };
    let filter = every.filter.as_ref().map(|filter| &filter.node);
    let subjects = pool.which(live, today, target, filter);
    (Some(every.by.clone()), subjects.into_iter().map(|subject| (Some(subject), 1)).collect())
}

/// Names and days of the periods from the first that has begun to the last day.
fn periods<'a>(
    live: &'a Live,
    over: &'a Over,
) -> impl Iterator<Item = (String, (NaiveDate, NaiveDate))> + 'a {
    let mut next = Some(first_of(over.period, over.from));
    std::iter::from_fn(move || {
        loop {
            let first = next.filter(|first| *first <= over.to)?;
            let after = following(over.period, first);
            next = after;
            if over.period == Period::Workday && !live.pack.calendar.is_workday(first) {
                continue;
            }
            let last = after.and_then(|after| after.pred_opt()).unwrap_or(first);
            return Some((name_of(over.period, first), (first.max(over.from), last.min(over.to))));
        }
    })
}

fn first_of(period: Period, day: NaiveDate) -> NaiveDate {
    let month = match period {
        Period::Day | Period::Workday => return day,
        Period::Week => return day - Days::new(u64::from(day.weekday().num_days_from_monday())),
        Period::Month => day.month(),
        Period::Quarter => day.month0() / 3 * 3 + 1,
        Period::Year => 1,
    };
    NaiveDate::from_ymd_opt(day.year(), month, 1).unwrap_or(day)
}

fn following(period: Period, first: NaiveDate) -> Option<NaiveDate> {
    let months = match period {
        Period::Day | Period::Workday => return first.succ_opt(),
        Period::Week => return first.checked_add_days(Days::new(7)),
        Period::Month => 1,
        Period::Quarter => 3,
        Period::Year => 12,
    };
    first.checked_add_months(Months::new(months))
}

fn name_of(period: Period, first: NaiveDate) -> String {
    match period {
        Period::Day | Period::Workday => first.to_string(),
        Period::Week => first.format("%G-W%V").to_string(),
        Period::Month => first.format("%Y-%m").to_string(),
        Period::Quarter => format!("{}-Q{}", first.year(), first.month0() / 3 + 1),
        Period::Year => first.year().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_have_the_names_that_registers_use() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        for (period, first, name, next) in [
            (Period::Day, "2023-09-15", "2023-09-15", "2023-09-16"),
            (Period::Week, "2023-09-11", "2023-W37", "2023-09-18"),
            (Period::Month, "2023-09-01", "2023-09", "2023-10-01"),
            (Period::Quarter, "2023-07-01", "2023-Q3", "2023-10-01"),
            (Period::Year, "2023-01-01", "2023", "2024-01-01"),
        ] {
            let start = first_of(period, day("2023-09-15"));
            assert_eq!(start, day(first));
            assert_eq!(name_of(period, start), name);
            assert_eq!(following(period, start), Some(day(next)));
        }
    }
}
