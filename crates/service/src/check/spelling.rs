//! How people spell numbers, dates and times: full-width figures, 年月日, thousands separators, units typed along.
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use rust_decimal::Decimal;
use shian_pack::expr::LARGEST;

use crate::clock::shanghai;

/// Full-width ASCII to half-width, outer blanks off. For numbers, dates and codes; never for running text.
pub fn half_width(text: &str) -> String {
    let narrow = |c: char| match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        '−' | '–' | '—' => '-',
        '。' => '.',
        _ => c,
    };
    text.chars().map(narrow).collect::<String>().trim().to_string()
}

/// A whole number. `unit` may have been typed along.
pub fn integer(text: &str, unit: Option<&str>) -> Result<i64, String> {
    let number = number(text, unit).ok_or_else(|| format!("“{}”不是整数，请只填数字，如 12", brief(text)))?;
    if number.normalize().scale() > 0 {
        return Err(format!("“{}”不是整数，请去掉小数", brief(text)));
    }
    i64::try_from(number.normalize())
        .ok()
        .filter(|n| i128::from(*n).abs() <= LARGEST)
        .ok_or_else(|| "数字太大，请核对位数".to_string())
}

/// A decimal with at most `digits` after the point.
pub fn decimal(text: &str, digits: u8, unit: Option<&str>) -> Result<Decimal, String> {
    let number =
        number(text, unit).ok_or_else(|| format!("“{}”不是数字，请只填数字，如 12.5", brief(text)))?;
    fit(number, digits)
}

/// The number with exactly `digits` after the point, if nothing is lost.
pub fn fit(number: Decimal, digits: u8) -> Result<Decimal, String> {
    let mut number = number.normalize();
    if number.scale() > u32::from(digits) {
        return Err(match digits {
            0 => "请填整数，不带小数".to_string(),
            _ => format!("小数最多 {digits} 位，请四舍五入后再填"),
        });
    }
    number.rescale(u32::from(digits));
    if number.scale() != u32::from(digits) || number.mantissa().abs() > LARGEST {
        return Err("数字太大，请核对位数".to_string());
    }
    Ok(number)
}

fn number(text: &str, unit: Option<&str>) -> Option<Decimal> {
    let text = half_width(text);
    let mut bare = text.as_str();
    if let Some(unit) = unit {
        bare = bare.strip_suffix(half_width(unit).as_str()).unwrap_or(bare).trim_end();
    }
    let (bare, times) = match bare.strip_suffix('万') {
        Some(rest) => (rest.trim_end(), Decimal::from(10_000)),
        None => (bare, Decimal::ONE),
    };
    let plain: String = bare.chars().filter(|c| !matches!(c, ',' | ' ' | '_')).collect();
    let digits = plain.strip_prefix(['-', '+']).unwrap_or(&plain);
    if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return None;
    }
    Decimal::from_str_exact(&plain).ok()?.checked_mul(times)
}

/// A day: `2023-09-15`, `2023/9/15`, `2023.9.15`, `20230915`, `2023年9月15日`, also with a time behind it.
pub fn date(text: &str) -> Result<NaiveDate, String> {
    let plain = half_width(text);
    day(&plain).ok_or_else(|| format!("“{}”不是日期，请写作 2023-09-15", brief(text)))
}

fn day(plain: &str) -> Option<NaiveDate> {
    let head = plain.split(['T', ' ']).next().unwrap_or(plain);
    if head.len() == 8 && head.bytes().all(|b| b.is_ascii_digit()) {
        return ymd(&head[..4], &head[4..6], &head[6..]);
    }
    let joined: String = plain.chars().filter(|c| !c.is_whitespace()).collect();
    let text = if joined.contains('年') { joined.as_str() } else { head };
    let text = text.strip_suffix(['日', '号']).unwrap_or(text);
    let mut parts = text.split(['-', '/', '.', '年', '月']).filter(|part| !part.is_empty());
    let found = ymd(parts.next()?, parts.next()?, parts.next()?)?;
    parts.next().is_none().then_some(found)
}

fn ymd(year: &str, month: &str, day: &str) -> Option<NaiveDate> {
    let year: i32 = year.parse().ok().filter(|year| (1900..=9999).contains(year))?;
    NaiveDate::from_ymd_opt(year, month.parse().ok()?, day.parse().ok()?)
}

/// An instant: a day and a time of Shanghai (`2023-09-15 10:45`), or RFC 3339 with its zone.
pub fn time(text: &str) -> Result<DateTime<Utc>, String> {
    let plain = half_width(text);
    if let Ok(at) = DateTime::parse_from_rfc3339(&plain) {
        return Ok(at.to_utc());
    }
    let wrong = || format!("“{}”不是时间，请写作 2023-09-15 10:45", brief(text));
    let (day_text, time_text) = plain.split_once(['T', ' ']).ok_or_else(wrong)?;
    let day = day(day_text).ok_or_else(wrong)?;
    let clock = ["%H:%M", "%H:%M:%S", "%H:%M:%S%.f"]
        .iter()
        .find_map(|format| NaiveTime::parse_from_str(time_text.trim(), format).ok())
        .ok_or_else(wrong)?;
    day.and_time(clock).and_local_timezone(shanghai()).single().map(|at| at.to_utc()).ok_or_else(wrong)
}

/// Yes or no, in the words that forms and sheets use.
pub fn yes_or_no(text: &str) -> Result<bool, String> {
    match half_width(text).to_lowercase().as_str() {
        "是" | "有" | "对" | "true" | "yes" | "y" | "1" | "on" | "√" | "✓" => Ok(true),
        "否" | "无" | "没有" | "错" | "false" | "no" | "n" | "0" | "off" | "×" => Ok(false),
        _ => Err(format!("“{}”看不懂，请填“是”或“否”", brief(text))),
    }
}

/// `lat,lon` in degrees, kept with six digits.
pub fn geo(text: &str) -> Result<String, String> {
    let plain = half_width(text);
    let wrong = || format!("“{}”不是位置，请写作 纬度,经度，如 32.101520,114.126310", brief(text));
    let (lat, lon) = plain.split_once([',', ' ', '、']).ok_or_else(wrong)?;
    let degree = |text: &str, most: i64| {
        let value = Decimal::from_str_exact(text.trim()).ok()?;
        (value.abs() <= Decimal::from(most)).then(|| {
            let mut value = value.round_dp(6);
            value.rescale(6);
            value
        })
    };
    let (lat, lon) = (degree(lat, 90).ok_or_else(wrong)?, degree(lon, 180).ok_or_else(wrong)?);
    Ok(format!("{lat},{lon}"))
}

/// What was typed, short enough for a message.
pub fn brief(text: &str) -> String {
    let text = text.trim();
    if text.chars().count() <= 20 { text.to_string() } else { text.chars().take(20).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Option<String> {
        date(text).ok().map(|d| d.to_string())
    }

    #[test]
    fn a_day_is_understood_in_every_usual_spelling() {
        for text in [
            "2023-09-15",
            "2023/9/15",
            "2023.9.15",
            "20230915",
            "2023年9月15日",
            "2023 年 9 月 15 日",
            "2023年9月15号",
            "２０２３－０９－１５",
            " 2023-9-15 ",
            "2023-09-15 00:00:00",
            "2023-09-15T10:00",
            "2023—9—15",
        ] {
            assert_eq!(day(text).as_deref(), Some("2023-09-15"), "{text}");
        }
        for text in ["2023-02-30", "15/9/2023", "九月十五", "2023-09", "2023-09-15-1", "0023-09-15", ""] {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn a_number_may_carry_its_unit_separators_and_full_width_figures() {
        assert_eq!(integer("１，２００ 人", Some("人")), Ok(1200));
        assert_eq!(integer("-5", None), Ok(-5));
        assert_eq!(integer("12.0", None), Ok(12));
        assert!(integer("12.5", None).is_err());
        assert!(integer("十二", None).is_err());
        assert!(integer("", None).is_err());
        assert!(integer("9999999999999999999", None).is_err());
        assert_eq!(decimal("3.5 万", 2, None).map(|d| d.to_string()), Ok("35000.00".into()));
        assert_eq!(decimal("95.1％", 1, Some("%")).map(|d| d.to_string()), Ok("95.1".into()));
        assert!(decimal("0.125", 2, None).unwrap_err().contains("2 位"));
        assert!(decimal("1.2.3", 2, None).is_err());
    }

    #[test]
    fn a_time_without_zone_is_shanghai_time() {
        assert_eq!(time("2023-09-15 08:30").unwrap().to_rfc3339(), "2023-09-15T00:30:00+00:00");
        assert_eq!(time("2023-09-15T08:30:05").unwrap().to_rfc3339(), "2023-09-15T00:30:05+00:00");
        assert_eq!(time("2023-09-15T08:30:00Z").unwrap().to_rfc3339(), "2023-09-15T08:30:00+00:00");
        assert!(time("2023-09-15").is_err());
    }

    #[test]
    fn a_place_is_two_degrees_in_range() {
        assert_eq!(geo("32.1，114.12").as_deref(), Ok("32.100000,114.120000"));
        assert!(geo("132.1,14.12").is_err());
    }
}
