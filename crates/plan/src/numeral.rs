//! Numbers as Chinese documents write them: 12, 十二, 二〇二三, 一百二十, 百分之九十八 is left to `target`.

use rust_decimal::Decimal;

/// The digit a Chinese numeral sign stands for.
pub(crate) fn digit(c: char) -> Option<u32> {
    let value = match c {
        '〇' | '零' => 0,
        '一' | '壹' => 1,
        '二' | '两' | '贰' => 2,
        '三' | '叁' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    };
    Some(value)
}

fn power(c: char) -> Option<u32> {
    match c {
        '十' | '拾' => Some(10),
        '百' | '佰' => Some(100),
        '千' | '仟' => Some(1000),
        _ => None,
    }
}

/// Whether the sign belongs to a Chinese numeral.
pub(crate) fn is_numeral(c: char) -> bool {
    digit(c).is_some() || power(c).is_some()
}

/// The value of a Chinese numeral below ten thousand (十二, 二十一, 一百零三, 二〇二三).
pub(crate) fn chinese(s: &str) -> Option<u32> {
    if s.is_empty() || s.chars().count() > 9 {
        return None;
    }
    if s.chars().count() > 1 && s.chars().all(|c| digit(c).is_some()) {
        return s.chars().try_fold(0u32, |n, c| n.checked_mul(10)?.checked_add(digit(c)?));
    }
    let (mut total, mut part) = (0u32, None);
    for c in s.chars() {
        if let Some(p) = power(c) {
            total += part.take().unwrap_or(1) * p;
        } else {
            part = Some(digit(c)?);
        }
    }
    Some(total + part.unwrap_or(0))
}

/// A run of signs at the start of `s` for which `is` holds, in bytes.
pub(crate) fn run(s: &str, is: impl Fn(char) -> bool) -> usize {
    s.find(|c| !is(c)).unwrap_or(s.len())
}

/// An ordinal as printed in a number: `12` or `十二`. Gives value and length in bytes.
pub(crate) fn ordinal(s: &str) -> Option<(u32, usize)> {
    let digits = run(s, |c| c.is_ascii_digit());
    if digits > 0 {
        return s[..digits].parse().ok().filter(|n| *n <= 999).map(|n| (n, digits));
    }
    let len = run(s, is_numeral);
    chinese(&s[..len]).filter(|n| *n > 0).map(|n| (n, len))
}

/// A decimal with optional thousands commas (`1,200.5`) at the start of `s`.
pub(crate) fn decimal(s: &str) -> Option<(Decimal, usize)> {
    let mut len = run(s, |c| c.is_ascii_digit() || c == ',');
    if len == 0 || !s.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let fraction = s[len..].strip_prefix('.').map_or(0, |rest| run(rest, |c| c.is_ascii_digit()));
    if fraction > 0 {
        len += 1 + fraction;
    }
    let plain: String = s[..len].chars().filter(|c| *c != ',').collect();
    plain.parse().ok().map(|value| (value, len))
}
