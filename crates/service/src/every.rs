//! Records that fall due again and again (`every`): one for each subject and period of the pack's year, opened by the day's
//! tick. Opening twice opens nothing more.
use std::collections::HashSet;

use chrono::{Datelike, Days, Months, NaiveDate};
use shian_pack::register::{Every, Period};
use shian_pack::value::RecordId;
use shian_pack::{Register, Value};
use shian_store::Record;

use crate::act;
use crate::actor::Actor;
use crate::clock::day_of;
use crate::deadline::day_after;
use crate::desk::{Desk, Sheet};
use crate::office::Office;
use crate::refusal::Refusal;
use crate::seed;

impl Office {
    /// Opens what is owed on `today` and is not there yet; answers how many records that were.
    ///
    /// # Errors
    /// A record was not accepted; then none is opened.
    pub fn open_due(&self, today: NaiveDate) -> Result<usize, Refusal> {
        if self.live().pack.registers.values().all(|register| register.every.is_none()) {
            return Ok(0);
        }
        self.in_bulk(&Actor::system(), move |desk| {
            let live = desk.live;
            let mut opened = 0;
            for register in live.pack.registers.values() {
                if let Some(every) = &register.every {
                    opened += open(desk, register, every, today)?;
                }
            }
            Ok(opened)
        })
    }
}

fn open(desk: &mut Desk, register: &Register, every: &Every, today: NaiveDate) -> Result<usize, Refusal> {
    let spans = spans(every.period, desk.live.pack.year, today);
    if spans.is_empty() {
        return Ok(0);
    }
    let mut there: HashSet<(RecordId, String)> = HashSet::new();
    for record in seed::all_with_deleted(desk.tx, register)? {
        if let (Some(Value::Int(of)), Some(Value::Text(period))) =
            (record.fields.get(&every.by), record.fields.get(&every.at))
        {
            there.insert((*of, period.clone()));
        }
    }
    let subjects = desk.live.register(&every.of)?;
    let mut opened = 0;
    for subject in seed::all(desk.tx, subjects)? {
        if !owes(desk, subjects, every, &subject)? {
            continue;
        }
        for span in &spans {
            let before_its_time = subjects.seed.is_none() && day_of(subject.created_at) > span.last;
            if before_its_time || there.contains(&(subject.id, span.name.clone())) {
                continue;
            }
            let mut sheet = Sheet::blank(register);
            let due = day_after(span.last, every.within, &desk.live.pack.calendar);
            sheet.fields.insert(every.by.clone(), Value::Int(subject.id));
            sheet.fields.insert(every.at.clone(), Value::Text(span.name.clone()));
            sheet.fields.insert(every.due.clone(), due.map_or(Value::Null, Value::Date));
            act::open(desk, &mut sheet, 0)?;
            opened += 1;
        }
    }
    Ok(opened)
}

fn owes(desk: &mut Desk, register: &Register, every: &Every, subject: &Record) -> Result<bool, Refusal> {
    let Some(filter) = &every.filter else { return Ok(true) };
    let mut sheet = Sheet::of(register, subject);
    desk.look_through(&mut sheet)?;
    Ok(desk.truth(&filter.node, &sheet))
}

/// A period of the year that has begun.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SpanOfYear {
    /// `2023-Q3`, `2023-09`, `2023`
    pub name: String,
    pub last: NaiveDate,
}

/// The periods of the year that have begun on `today`.
pub(crate) fn spans(period: Period, year: i32, today: NaiveDate) -> Vec<SpanOfYear> {
    let months = match period {
        Period::Month => 1,
        Period::Quarter => 3,
        Period::Year => 12,
    };
    let Some(first) = NaiveDate::from_ymd_opt(year, 1, 1) else { return Vec::new() };
    let starts = (0..12).step_by(months as usize).filter_map(|n| first.checked_add_months(Months::new(n)));
    starts
        .take_while(|start| *start <= today)
        .filter_map(|start| {
            let last = start.checked_add_months(Months::new(months))?.checked_sub_days(Days::new(1))?;
            let name = match period {
                Period::Month => format!("{year}-{:02}", start.month()),
                Period::Quarter => format!("{year}-Q{}", start.month0() / 3 + 1),
                Period::Year => year.to_string(),
            };
            Some(SpanOfYear { name, last })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_owed_from_its_first_day() {
        let names = |period, today: (i32, u32, u32)| {
            let today = NaiveDate::from_ymd_opt(today.0, today.1, today.2).unwrap();
            spans(period, 2023, today).into_iter().map(|span| span.name).collect::<Vec<_>>()
        };
        assert_eq!(names(Period::Quarter, (2023, 9, 30)), ["2023-Q1", "2023-Q2", "2023-Q3"]);
        assert_eq!(names(Period::Quarter, (2023, 10, 1)).len(), 4);
        assert_eq!(names(Period::Month, (2023, 2, 1)), ["2023-01", "2023-02"]);
        assert_eq!(names(Period::Year, (2024, 5, 1)), ["2023"]);
        assert!(names(Period::Year, (2022, 12, 31)).is_empty());
        let last = spans(Period::Quarter, 2023, NaiveDate::from_ymd_opt(2023, 1, 1).unwrap())[0].last;
        assert_eq!(last.to_string(), "2023-03-31");
    }
}
