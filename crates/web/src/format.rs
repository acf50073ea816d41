//! How numbers, days and moments read on a page. Works on text, so no quantity ever passes through a float.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, Utc};

/// `18904.5` as `18,904.5`; anything that is not a plain number stays as it is.
#[must_use]
pub fn thousands(number: &str) -> String {
    let (sign, rest) = number.strip_prefix('-').map_or(("", number), |rest| ("-", rest));
    let (whole, fraction) = rest.split_once('.').map_or((rest, None), |(whole, part)| (whole, Some(part)));
    if whole.is_empty() || !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return number.to_owned();
    }
    let mut grouped = String::with_capacity(number.len() + number.len() / 3);
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    match fraction {
        Some(fraction) => format!("{sign}{grouped}.{fraction}"),
        None => format!("{sign}{grouped}"),
    }
}

/// A decimal text as a whole number of millionths, for lengths on a page: `55.1` is 55,100,000. None if it is no number.
#[must_use]
pub fn millionths(number: &str) -> Option<i64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let fraction: String = fraction.chars().chain("000000".chars()).take(6).collect();
    let sign = if whole.starts_with('-') { -1 } else { 1 };
    let whole: i64 = whole.parse().ok()?;
    let fraction: i64 = fraction.parse().ok()?;
    whole.checked_mul(1_000_000)?.checked_add(sign * fraction)
}

/// A date in running text: `2023-09-05` as `9月5日`.
#[must_use]
pub fn day(iso: &str) -> String {
    iso.get(..10)
        .and_then(|text| text.parse::<NaiveDate>().ok())
        .map_or_else(|| iso.to_owned(), |date| format!("{}月{}日", date.month(), date.day()))
}

/// A date in a column: `2023-09-05`.
#[must_use]
pub fn date(iso: &str) -> String {
    iso.get(..10).unwrap_or(iso).to_owned()
}

/// A moment kept in UTC, as `9月5日 14:03` in China's time.
#[must_use]
pub fn moment(utc: &str) -> String {
    let Ok(moment) = utc.parse::<DateTime<Utc>>() else { return utc.to_owned() };
    let Some(zone) = FixedOffset::east_opt(8 * 3600) else { return utc.to_owned() };
    let local = moment.with_timezone(&zone);
    format!("{}月{}日 {}", local.month(), local.day(), local.format("%H:%M"))
}

#[cfg(test)]
mod tests {
    use super::{date, day, millionths, moment, thousands};

    #[test]
    fn thousands_are_separated_and_fractions_kept() {
        assert_eq!(thousands("18904"), "18,904");
        assert_eq!(thousands("-1234567.50"), "-1,234,567.50");
        assert_eq!(thousands("999"), "999");
        assert_eq!(thousands("示例"), "示例");
    }

    #[test]
    fn lengths_are_read_without_a_float() {
        assert_eq!(millionths("55.1"), Some(55_100_000));
        assert_eq!(millionths("-0.5"), Some(-500_000));
        assert_eq!(millionths("100"), Some(100_000_000));
        assert_eq!(millionths("—"), None);
    }

    #[test]
    fn days_read_as_an_official_writes_them() {
        assert_eq!(day("2023-09-05"), "9月5日");
        assert_eq!(day("不详"), "不详");
        assert_eq!(date("2023-09-05T01:02:03Z"), "2023-09-05");
    }

    #[test]
    fn moments_are_shown_in_chinas_time() {
        assert_eq!(moment("2023-09-05T16:03:00Z"), "9月6日 00:03");
    }
}
