//! The working-day calendar 工作日历: tables/workdays.csv (date,kind: holiday or workday), weekends otherwise free.
use std::collections::HashMap;

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// Which days are worked, by the State Council's yearly notices.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar {
    moved: HashMap<NaiveDate, bool>,
}

impl Calendar {
    /// `moved`: day → worked?, for the days that differ from Monday-to-Friday.
    pub fn new(moved: HashMap<NaiveDate, bool>) -> Self {
        Self { moved }
    }

    pub fn is_workday(&self, day: NaiveDate) -> bool {
        self.moved.get(&day).copied().unwrap_or(!matches!(day.weekday(), Weekday::Sat | Weekday::Sun))
    }

    /// The `n`-th working day after `day`; the day itself is not counted (以次日起算). `n = 0` is `day`.
    pub fn add_workdays(&self, day: NaiveDate, n: u32) -> NaiveDate {
        let mut at = day;
        let mut left = n;
        while left > 0 {
            at = at + Days::new(1);
            if self.is_workday(at) {
                left -= 1;
            }
        }
        at
    }
}
