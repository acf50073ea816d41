//! Windows 统计期: which business dates count on a given day.
use chrono::{Datelike, Days, Months, NaiveDate};
use shian_pack::indicator::Window;

/// First and last day of a window; None is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub since: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
    /// It moves on every day.
    pub rolls: bool,
}

impl Span {
    /// The same window as it stood on a day: nothing later is in.
    pub fn as_of(self, day: NaiveDate) -> Self {
        Self { until: Some(self.until.map_or(day, |until| until.min(day))), ..self }
    }
}

/// The window that a day is in.
pub fn span(window: Window, day: NaiveDate) -> Span {
    let calendar = |first: NaiveDate, months: u32| Span {
        since: Some(first),
        until: first.checked_add_months(Months::new(months)).and_then(|next| next.pred_opt()),
        rolls: false,
    };
    let first = |month: u32| NaiveDate::from_ymd_opt(day.year(), month, 1).unwrap_or(day);
    match window {
        Window::Always => Span { since: None, until: None, rolls: false },
        Window::Month => calendar(first(day.month()), 1),
        Window::Quarter => calendar(first(day.month0() / 3 * 3 + 1), 3),
        Window::Year => calendar(first(1), 12),
        // Evidence counts as long as it is younger than so many months.
        Window::Months(months) => Span {
            since: day.checked_sub_months(Months::new(months)).and_then(|last| last.succ_opt()),
            until: None,
            rolls: true,
        },
    }
}

/// The last day of the month.
pub fn month_end(year: i32, month: u32) -> Option<NaiveDate> {
    let first = NaiveDate::from_ymd_opt(year, month, 1)?;
    first.checked_add_months(Months::new(1))?.pred_opt()
}

/// The same day a year before; 29 February becomes 28.
pub fn year_before(day: NaiveDate) -> NaiveDate {
    day.checked_sub_months(Months::new(12)).unwrap_or_else(|| day - Days::new(365))
}

/// The window in words, as it stands on a day.
pub fn words(window: Window, day: NaiveDate) -> String {
    match window {
        Window::Always => "当前".to_owned(),
        Window::Month => format!("{}年{}月", day.year(), day.month()),
        Window::Quarter => format!("{}年第{}季度", day.year(), day.month0() / 3 + 1),
        Window::Year => format!("{}年1月1日至{}月{}日", day.year(), day.month(), day.day()),
        Window::Months(months) => {
            format!("截至{}年{}月{}日的{months}个月", day.year(), day.month(), day.day())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_window_holds_the_days_of_its_period() {
        let of = |window, on: &str| span(window, day(on));
        let year = of(Window::Year, "2023-06-30");
        assert_eq!((year.since, year.until), (Some(day("2023-01-01")), Some(day("2023-12-31"))));
        let quarter = of(Window::Quarter, "2023-06-30");
        assert_eq!((quarter.since, quarter.until), (Some(day("2023-04-01")), Some(day("2023-06-30"))));
        assert_eq!(of(Window::Month, "2024-02-10").until, Some(day("2024-02-29")));
        assert_eq!(of(Window::Always, "2023-06-30").since, None);
    }

    #[test]
    fn two_rolling_years_begin_the_day_after_the_same_day_two_years_before() {
        let rolling = span(Window::Months(24), day("2023-06-30"));
        assert_eq!((rolling.since, rolling.until), (Some(day("2021-07-01")), None));
        assert_eq!(span(Window::Months(24), day("2024-02-29")).since, Some(day("2022-03-01")));
        assert_eq!(rolling.as_of(day("2023-01-01")).until, Some(day("2023-01-01")));
    }
}
