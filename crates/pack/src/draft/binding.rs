//! Which indicator a target means: names are compared without what plans put around them, units must agree.
use std::collections::HashMap;

use serde::Serialize;

use crate::check::same_unit;
use crate::pack::Pack;

/// The indicator of a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bound {
    To(String),
    /// Alike, but not enough to decide without a person.
    Near(String),
    Nothing,
}

/// Likeness from which a name is taken for the same, and from which it is worth showing.
const SAME: f64 = 0.8;
const NEAR: f64 = 0.5;
/// The most that a name with another subject is alike.
const NOT_SAME: f64 = 0.79;
/// Characters a name has at least that says what is measured (覆盖率 alone does not).
const SUBJECTLESS: usize = 4;

/// What plans put around the name of a rate; it changes nothing in what is meant.
const FILLERS: [&str; 22] = [
    "全区",
    "全县",
    "全市",
    "全省",
    "辖区内",
    "辖区",
    "我区",
    "我县",
    "我市",
    "本区",
    "本县",
    "本市",
    "年度",
    "全年",
    "力争",
    "确保",
    "实现",
    "建设",
    "工作",
    "市场监管部门",
    "食品安全",
    "的",
];

/// The best indicator of the base for a target of that name and unit.
pub fn bind(name: &str, unit: &str, base: &Pack) -> Bound {
    let wanted = plain(name);
    let scored =
        base.indicators.values().filter(|indicator| same_unit(&indicator.unit, unit)).map(|indicator| {
            let names = std::iter::once(&indicator.title).chain(&indicator.aliases);
            (names.map(|other| alike(&wanted, &plain(other))).fold(0.0, f64::max), indicator)
        });
    let mut scored: Vec<_> = scored.collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    match scored.as_slice() {
        // Two indicators that fit alike: a person decides.
        [(best, one), (second, _), ..] if *best >= SAME && second < best => Bound::To(one.id.clone()),
        [(best, one)] if *best >= SAME => Bound::To(one.id.clone()),
        [(best, one), ..] if *best >= NEAR => Bound::Near(one.id.clone()),
        _ => Bound::Nothing,
    }
}

fn plain(name: &str) -> String {
    let kept: String = name.chars().filter(|c| c.is_alphanumeric() || matches!(c, '+' | '%')).collect();
    let mut plain = kept;
    for filler in FILLERS {
        let less = plain.replace(filler, "");
        // A name of nothing but fillers keeps them.
        if less.chars().count() >= 2 {
            plain = less;
        }
    }
    plain
}

/// Share of common pairs of neighbouring characters (Dice), 0 to 1. The subject stands in front: a name that begins
/// otherwise or has something more in front (学校食堂抽检率, 抽检率) is near, not the same. The opposite (合格率, 不合格率) is
/// not even near.
fn alike(a: &str, b: &str) -> f64 {
    if a == b {
        return 1.0;
    }
    if a.is_empty() || b.is_empty() || a.contains('不') != b.contains('不') {
        return 0.0;
    }
    let (pairs_a, pairs_b) = (pairs(a), pairs(b));
    let total: usize = pairs_a.values().chain(pairs_b.values()).sum();
    let common: usize =
        pairs_a.iter().map(|(pair, n)| pairs_b.get(pair).map_or(0, |other| *n.min(other))).sum();
    // Counts of characters of a name: far below 2^52.
    #[allow(clippy::cast_precision_loss)]
    let share = if total == 0 { 0.0 } else { 2.0 * common as f64 / total as f64 };
    let shorter = a.chars().count().min(b.chars().count());
    if shorter >= SUBJECTLESS && (a.ends_with(b) || b.ends_with(a)) {
        return share.clamp(NEAR, NOT_SAME);
    }
    if a.chars().next() == b.chars().next() { share } else { share.min(NOT_SAME) }
}

fn pairs(text: &str) -> HashMap<(char, char), usize> {
    let mut pairs = HashMap::new();
    for pair in text.chars().zip(text.chars().skip(1)) {
        *pairs.entry(pair).or_default() += 1;
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn likeness(a: &str, b: &str) -> f64 {
        alike(&plain(a), &plain(b))
    }

    #[test]
    fn the_same_rate_in_other_words_is_the_same() {
        for (a, b) in [
            ("全区餐饮服务提供者“明厨亮灶”建设覆盖率", "餐饮服务提供者明厨亮灶覆盖率"),
            ("主要农作物绿色防控覆盖率", "主要农作物病虫害绿色防控覆盖率"),
            ("抽检不合格食品核查处置完成率", "抽检不合格食品核查处置率"),
        ] {
            assert!(likeness(a, b) >= SAME, "{a} {b} {}", likeness(a, b));
        }
    }

    #[test]
    fn another_subject_is_only_near_and_the_opposite_is_nothing() {
        for (a, b) in [
            ("学校食堂“互联网+明厨亮灶”覆盖率", "“互联网+明厨亮灶”覆盖率"),
            ("保健食品生产经营者日常监督检查覆盖率", "日常监督检查覆盖率"),
            ("产品抽检不合格率", "食品抽检不合格率"),
        ] {
            assert!((NEAR..SAME).contains(&likeness(a, b)), "{a} {b} {}", likeness(a, b));
        }
        assert!(likeness("食品抽检合格率", "食品抽检不合格率") < NEAR);
        assert!(likeness("公众满意度", "食品抽检量") < NEAR);
    }
}
