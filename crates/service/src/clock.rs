//! The time is handed in, so a test can stand on any day. Stored in UTC, counted and shown in Asia/Shanghai.
use std::sync::Mutex;

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};

/// Where the office takes the time from.
pub trait Clock: Send + Sync {
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's clock.
#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// A clock that stands still until it is set: for tests and for a demo office that lives in the plan's year.
#[derive(Debug)]
pub struct SetClock(Mutex<DateTime<Utc>>);

impl SetClock {
    pub fn new(now: DateTime<Utc>) -> Self {
        Self(Mutex::new(now))
    }

    /// Noon in Shanghai on that day.
    pub fn on(day: NaiveDate) -> Self {
        Self::new(noon(day))
    }

    pub fn set(&self, now: DateTime<Utc>) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = now;
    }
}

impl Clock for SetClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// The machine's clock moved to another day and running on from there: a demo office lives in the plan's year.
#[derive(Debug)]
pub struct ShiftedClock(chrono::Duration);

impl ShiftedClock {
    /// It is `day` now, at the present hour.
    pub fn to(day: NaiveDate) -> Self {
        Self(day - day_of(Utc::now()))
    }
}

impl Clock for ShiftedClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now() + self.0
    }
}

/// UTC+8 without summer time: 北京时间.
pub fn shanghai() -> FixedOffset {
    // 8 h is within the range that chrono accepts; UTC is the answer that can never be reached.
    FixedOffset::east_opt(8 * 3600).unwrap_or_else(|| chrono::Offset::fix(&Utc))
}

/// The day in Shanghai at that instant.
pub fn day_of(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&shanghai()).date_naive()
}

/// Noon in Shanghai on that day.
pub fn noon(day: NaiveDate) -> DateTime<Utc> {
    DateTime::from_naive_utc_and_offset(day.and_time(chrono::NaiveTime::MIN), Utc)
        + chrono::Duration::hours(4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shifted_clock_shows_the_day_it_was_moved_to_and_runs() {
        let day = NaiveDate::from_ymd_opt(2023, 9, 15).unwrap();
        let clock = ShiftedClock::to(day);
        let first = clock.now();
        assert!(
            day_of(first) == day || day_of(first) == day.succ_opt().unwrap(),
            "midnight may pass meanwhile"
        );
        assert!(clock.now() >= first);
    }

    #[test]
    fn the_day_begins_at_midnight_in_shanghai() {
        let before = DateTime::parse_from_rfc3339("2023-09-14T15:59:59Z").unwrap().to_utc();
        assert_eq!(day_of(before), NaiveDate::from_ymd_opt(2023, 9, 14).unwrap());
        assert_eq!(
            day_of(before + chrono::Duration::seconds(1)),
            NaiveDate::from_ymd_opt(2023, 9, 15).unwrap()
        );
        let day = NaiveDate::from_ymd_opt(2023, 9, 15).unwrap();
        assert_eq!(day_of(noon(day)), day);
    }
}
