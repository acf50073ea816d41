//! Clocks 期限: when each falls due, whether it is met, whose it is. Every clock of a record is a row that is settled in the
//! transaction of the act; nothing waits for a night.
use chrono::{DateTime, Days, Duration, Months, NaiveDate, Utc};
use shian_pack::Value;
use shian_pack::calendar::Calendar;
use shian_pack::register::{Deadline, Span, SpanUnit};

use crate::clock::{day_of, noon};
use crate::view::DueStatus;

/// Warn that long before the end when a clock does not say.
const WARN_DAYS: u64 = 3;

/// A start, a span, an end: both as instants. A clock that counts days ends with the end of its last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Term {
    pub starts: DateTime<Utc>,
    /// The first instant that is too late.
    pub ends: DateTime<Utc>,
    pub warns: DateTime<Utc>,
}

/// The term of a clock that starts at `start` (a date or a time); None: it has not started.
pub(crate) fn term(clock: &Deadline, start: &Value, calendar: &Calendar) -> Option<Term> {
    let (starts, day) = match start {
        Value::Date(day) => (midnight(*day), *day),
        Value::Time(at) => (*at, day_of(*at)),
        _ => return None,
    };
    let ends = end(starts, day, clock.within, calendar)?;
    let last = day_of(ends - Duration::seconds(1));
    let warns = match clock.warn {
        Some(Span { count, unit: SpanUnit::Hours }) => ends - Duration::hours(i64::from(count)),
        Some(Span { count, unit: SpanUnit::Workdays }) => midnight(workdays_before(calendar, last, count)),
        Some(Span { count, unit: SpanUnit::Days }) => midnight(last - Days::new(u64::from(count))),
        Some(Span { count, unit: SpanUnit::Months }) => {
            midnight(last.checked_sub_months(Months::new(count)).unwrap_or(last))
        }
        None => midnight(last - Days::new(WARN_DAYS)),
    };
    Some(Term { starts, ends, warns })
}

fn end(starts: DateTime<Utc>, day: NaiveDate, within: Span, calendar: &Calendar) -> Option<DateTime<Utc>> {
    let last = match within.unit {
        SpanUnit::Hours => return starts.checked_add_signed(Duration::hours(i64::from(within.count))),
        SpanUnit::Days => day.checked_add_days(Days::new(u64::from(within.count)))?,
        SpanUnit::Workdays => calendar.add_workdays(day, within.count),
        SpanUnit::Months => day.checked_add_months(Months::new(within.count))?,
    };
    Some(midnight(last.succ_opt()?))
}

/// A span of days after a day, for what falls due after a period's end.
pub(crate) fn day_after(day: NaiveDate, within: Span, calendar: &Calendar) -> Option<NaiveDate> {
    end(midnight(day), day, within, calendar).map(|ends| day_of(ends - Duration::seconds(1)))
}

fn workdays_before(calendar: &Calendar, day: NaiveDate, count: u32) -> NaiveDate {
    let (mut at, mut left) = (day, count);
    while left > 0 {
        let Some(before) = at.pred_opt() else { break };
        at = before;
        left -= u32::from(calendar.is_workday(at));
    }
    at
}

/// The first instant of a day in Shanghai.
pub(crate) fn midnight(day: NaiveDate) -> DateTime<Utc> {
    noon(day) - Duration::hours(12)
}

/// How a clock stands, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Standing {
    pub status: DueStatus,
    /// Calendar days left, or past.
    pub days: i64,
    pub workdays: Option<i64>,
    pub words: String,
}

/// `ends`, `warns`, `met_at` as stored; `workdays`: the clock counts working days.
pub(crate) fn standing(
    (ends, warns, met_at): (DateTime<Utc>, DateTime<Utc>, Option<DateTime<Utc>>),
    now: DateTime<Utc>,
    workdays: bool,
    calendar: &Calendar,
) -> Standing {
    let last = day_of(ends - Duration::seconds(1));
    let at = met_at.unwrap_or(now);
    let (today, late) = (day_of(at), at >= ends);
    let days = (last - today).num_days().abs();
    let worked = workdays.then(|| worked_between(calendar, today.min(last), today.max(last)));
    let amount = match worked {
        Some(count) if count > 0 => format!("{count} 个工作日"),
        _ => format!("{days} 天"),
    };
    let (status, words) = match (met_at.is_some(), late) {
        (true, false) => (DueStatus::Met, "按期办结".to_string()),
        (true, true) => (DueStatus::Met, format!("逾期 {amount}办结")),
        (false, true) if days == 0 => (DueStatus::Late, "今天已过时限".to_string()),
        (false, true) => (DueStatus::Late, format!("逾期 {amount}")),
        (false, false) if days == 0 => (DueStatus::Soon, "今天到期".to_string()),
        (false, false) if now >= warns => (DueStatus::Soon, format!("还有 {amount}")),
        (false, false) => (DueStatus::Running, format!("还有 {amount}")),
    };
    Standing { status, days, workdays: worked, words }
}

/// Working days after `from` up to and with `to`.
fn worked_between(calendar: &Calendar, from: NaiveDate, to: NaiveDate) -> i64 {
    from.iter_days().skip(1).take_while(|day| *day <= to).filter(|day| calendar.is_workday(*day)).count()
        as i64
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use shian_pack::register::{Grant, Reach};

    use super::*;

    fn day(month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2023, month, day).unwrap()
    }

    fn clock(count: u32, unit: SpanUnit) -> Deadline {
        let never = shian_pack::Expr {
            node: shian_pack::expr::Node::Lit(Value::Bool(false)),
            ty: shian_pack::Type::Bool,
            source: String::new(),
        };
        Deadline {
            id: "publish".into(),
            title: "公示期限".into(),
            starts: "date".into(),
            within: Span { count, unit },
            met: never,
            owes: Grant { role: "office".into(), reach: Reach::All },
            warn: None,
        }
    }

    /// 国庆 2023: 9月29日 to 10月6日 off, 10月7日 and 8日 worked.
    fn calendar() -> Calendar {
        let off = (29..=30).map(|d| (day(9, d), false)).chain((1..=6).map(|d| (day(10, d), false)));
        Calendar::new(off.chain([(day(10, 7), true), (day(10, 8), true)]).collect::<HashMap<_, _>>())
    }

    fn last(count: u32, unit: SpanUnit, start: NaiveDate) -> NaiveDate {
        day_of(
            term(&clock(count, unit), &Value::Date(start), &calendar()).unwrap().ends - Duration::seconds(1),
        )
    }

    #[test]
    fn working_days_leave_out_holidays_and_count_the_days_moved() {
        assert_eq!(last(3, SpanUnit::Workdays, day(9, 27)), day(10, 8));
        assert_eq!(last(5, SpanUnit::Workdays, day(9, 15)), day(9, 22));
        assert_eq!(last(3, SpanUnit::Days, day(9, 27)), day(9, 30));
        assert_eq!(last(0, SpanUnit::Days, day(9, 27)), day(9, 27));
        assert_eq!(last(1, SpanUnit::Months, day(1, 31)), day(2, 28));
    }

    #[test]
    fn a_clock_without_a_start_does_not_run() {
        assert_eq!(term(&clock(3, SpanUnit::Days), &Value::Null, &calendar()), None);
    }

    #[test]
    fn hours_count_from_the_instant() {
        let at = noon(day(9, 15));
        let term = term(&clock(24, SpanUnit::Hours), &Value::Time(at), &calendar()).unwrap();
        assert_eq!(term.ends, at + Duration::hours(24));
    }

    #[test]
    fn a_clock_is_late_from_the_first_instant_after_its_last_day() {
        let term = term(&clock(5, SpanUnit::Workdays), &Value::Date(day(9, 15)), &calendar()).unwrap();
        let at = |now| standing((term.ends, term.warns, None), now, true, &calendar());
        assert_eq!(at(term.ends - Duration::seconds(1)).words, "今天到期");
        assert_eq!(at(term.ends - Duration::seconds(1)).status, DueStatus::Soon);
        let late = at(term.ends);
        assert_eq!((late.status, late.words.as_str()), (DueStatus::Late, "逾期 1 天"));
        assert_eq!(at(noon(day(9, 26))).words, "逾期 2 个工作日");
        assert_eq!(at(noon(day(9, 18))).words, "还有 4 个工作日");
        assert_eq!(at(noon(day(9, 18))).status, DueStatus::Running);
        let met = standing((term.ends, term.warns, Some(term.ends)), noon(day(12, 1)), true, &calendar());
        assert_eq!((met.status, met.words.as_str()), (DueStatus::Met, "逾期 1 天办结"));
    }
}
