//! Figures: 98 %, 百分之九十八, 八成, 1.2 万家, 两次. Finds every quantity of a sentence once, from left to right.

use super::unit::{self, Unit};
use crate::numeral::{self, is_numeral, run};
use rust_decimal::Decimal;

#[derive(Clone, Debug)]
pub(crate) struct Quantity {
    /// Bytes in the sentence, unit and `/千人` included.
    pub start: usize,
    pub end: usize,
    pub value: Decimal,
    /// As printed, 万 in front kept.
    pub unit: String,
    pub time: bool,
    pub per: Option<&'static str>,
    /// 85%—90%, 3至5家, 300余家
    pub vague: bool,
    /// Written in Chinese numerals.
    pub words: bool,
}

pub(crate) fn quantities(s: &str) -> Vec<Quantity> {
    let mut out: Vec<Quantity> = Vec::new();
    let mut i = 0;
    let mut before = ' ';
    while let Some(c) = s[i..].chars().next() {
        let part = (c.is_ascii_digit()
            || is_numeral(c)
            || s[i..].starts_with("百分之")
            || s[i..].starts_with("千分之"))
            && !blocks_number(before);
        let read = if part { quantity(s, i) } else { None };
        let next = match &read {
            Some(q) => q.end,
            None if c.is_ascii_alphanumeric() => {
                i + run(&s[i..], |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '/')).max(1)
            }
            None if is_numeral(c) => i + run(&s[i..], is_numeral),
            None => i + c.len_utf8(),
        };
        out.extend(read);
        before = s[..next].chars().next_back().unwrap_or(' ');
        i = next;
    }
    mark_ranges(s, &mut out);
    out
}

/// 第三, GB2760, 〔2019〕
fn blocks_number(before: char) -> bool {
    before == '第' || before.is_ascii_alphanumeric() || matches!(before, '.' | '-' | '之')
}

fn quantity(s: &str, start: usize) -> Option<Quantity> {
    let rest = &s[start..];
    for (word, sign) in [("百分之", "%"), ("千分之", "‰")] {
        if let Some(after) = rest.strip_prefix(word) {
            let hundred = after.starts_with('百').then_some((Decimal::ONE_HUNDRED, '百'.len_utf8()));
            let (value, len) = any_number(after).or(hundred)?;
            return Some(plain(start, start + word.len() + len, value, sign, true));
        }
    }
    let words = !rest.starts_with(|c: char| c.is_ascii_digit());
    let (value, len) = any_number(rest)?;
    let mut after = &rest[len..];
    if let Some(tail) = after.strip_prefix('成')
        && !tail.starts_with(['员', '为', '立', '果', '本', '功', '效', '品', '熟', '长', '年'])
        && value <= Decimal::TEN
    {
        let half = if tail.starts_with('半') { Decimal::from(5) } else { Decimal::ZERO };
        let more = tail.chars().next().and_then(numeral::digit).filter(|d| *d > 0 && words);
        let extra = more.map_or(half, Decimal::from);
        let taken = if extra > Decimal::ZERO { '半'.len_utf8() } else { 0 };
        let end = start + len + '成'.len_utf8() + taken;
        return Some(plain(start, end, value * Decimal::TEN + extra, "%", true));
    }
    let mut vague = false;
    let mut prefix = "";
    for _ in 0..2 {
        if let Some(tail) = after.strip_prefix(['余', '多', '几', '来']) {
            vague = true;
            after = tail;
        }
        if prefix.is_empty()
            && let Some(sign) = ["万", "亿"].iter().find(|w| after.starts_with(**w))
        {
            prefix = sign;
            after = &after[sign.len()..];
        }
    }
    let value = if prefix.is_empty() && after.starts_with('千') && !words {
        value * Decimal::ONE_THOUSAND
    } else {
        value
    };
    let after = if words { after } else { after.strip_prefix('千').unwrap_or(after) };
    let Unit { name, time } = unit::at_start(after)?;
    let after = &after[name.len()..];
    let (per, per_len) = unit::per_suffix(after).map_or((None, 0), |(per, len)| (Some(per), len));
    let end = s.len() - after.len() + per_len;
    let unit = format!("{prefix}{name}");
    Some(Quantity { start, end, value, unit, time: time && prefix.is_empty(), per, vague, words })
}

fn plain(start: usize, end: usize, value: Decimal, unit: &str, words: bool) -> Quantity {
    Quantity { start, end, value, unit: unit.to_owned(), time: false, per: None, vague: false, words }
}

/// Arabic or Chinese, with 点 for the decimal point.
fn any_number(s: &str) -> Option<(Decimal, usize)> {
    if s.starts_with(|c: char| c.is_ascii_digit()) {
        return numeral::decimal(s);
    }
    let len = run(s, is_numeral);
    // 千人, 百货: a power alone is no count
    if s.starts_with(['百', '千', '佰', '仟', '拾']) || s.starts_with(['零', '〇']) && !s.starts_with("零点")
    {
        return None;
    }
    let whole = Decimal::from(numeral::chinese(&s[..len])?);
    let Some(fraction) = s[len..].strip_prefix('点') else { return Some((whole, len)) };
    let digits = run(fraction, |c| numeral::digit(c).is_some());
    let (mut value, mut place) = (whole, Decimal::ONE);
    for c in fraction[..digits].chars().take(6) {
        place /= Decimal::TEN;
        value += Decimal::from(numeral::digit(c).unwrap_or(0)) * place;
    }
    Some(if digits > 0 { (value, len + '点'.len_utf8() + digits) } else { (whole, len) })
}

/// Two figures tied by a dash or 至 are one range, which is not asked for.
fn mark_ranges(s: &str, all: &mut [Quantity]) {
    for i in 1..all.len() {
        let between = &s[all[i - 1].end..all[i].start];
        if matches!(between, "-" | "--" | "至" | "到") {
            all[i - 1].vague = true;
            all[i].vague = true;
        }
    }
    for q in all.iter_mut() {
        let before = s[..q.start].trim_end_matches(['至', '到', '-']);
        let tied = before.len() < q.start
            && before.ends_with(|c: char| c.is_ascii_digit() || is_numeral(c))
            && !before.ends_with("第一");
        q.vague |= tied;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(s: &str) -> Vec<(String, String)> {
        quantities(s).into_iter().map(|q| (q.value.normalize().to_string(), q.unit)).collect()
    }

    #[test]
    fn figures_in_digits_and_words_are_read() {
        for (text, value, unit) in [
            ("达到98.5%", "98.5", "%"),
            ("百分之九十八以上", "98", "%"),
            ("百分之九十八点五", "98.5", "%"),
            ("八成以上", "80", "%"),
            ("九成五", "95", "%"),
            ("3.5万亩", "3.5", "万亩"),
            ("1,200批次", "1200", "批次"),
            ("4批次/千人", "4", "批次"),
            ("8个工作日", "8", "个工作日"),
        ] {
            assert_eq!(read(text), vec![(value.to_owned(), unit.to_owned())], "{text}");
        }
    }

    #[test]
    fn names_dates_and_numbers_of_documents_are_no_figures() {
        for text in [
            "推行6S管理",
            "2023年6月30日",
            "中发[2019]17号",
            "第一百二十二条",
            "昆仑2022行动",
            "12315热线",
            "进一步",
        ] {
            let found: Vec<_> = quantities(text).into_iter().filter(|q| !q.time).collect();
            assert!(found.is_empty(), "{text}: {found:?}");
        }
    }
}
