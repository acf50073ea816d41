//! Numbering: what a line may begin with, and which families of numbers there are.
//!
//! ```text
//! 第一章 第一部分 第一节 第一条   一、 一.   （一） (一)、   1. 1、 1．   （1） (1)   1）   ①   1.1 1.1.1
//! 一是 一要   任务一： 任务1   Ⅰ.   A.
//! ```

use crate::numeral::{self, ordinal, run};
use crate::signs::is_chinese;

/// A kind of numbering; the order is the usual rank from the highest down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Family {
    /// 第一部分, 第一篇
    Part,
    /// 第一章
    Chapter,
    /// 第一节
    Section,
    /// Ⅰ.
    Roman,
    /// 一、
    Comma,
    /// `1` in documents that also number 1.1
    Dotted1,
    /// 第一条
    Article,
    /// （一）
    Bracket,
    /// 1.1
    Dotted2,
    /// 任务一
    Task,
    /// 1. 1、
    Number,
    /// 1.1.1
    Dotted3,
    /// （1）
    NumberBracket,
    /// 1）
    NumberHalf,
    /// ①
    Circled,
    /// A. a)
    Letter,
    /// 一是, 一要
    First,
    /// A row of a table
    Row,
}

impl Family {
    /// Families whose highest level is a chapter even if nothing numbered stands below it.
    pub fn makes_chapters(self) -> bool {
        self <= Family::Dotted1
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Marker {
    pub family: Family,
    pub no: u32,
    /// Bytes in the string it was read from.
    pub len: usize,
}

/// Reads the number at the start of a folded line. `spaced` says whether white space follows the digits.
pub(crate) fn at_start(s: &str, spaced: bool) -> Option<Marker> {
    let c = s.chars().next()?;
    match c {
        '第' => ordered_word(s),
        '(' | '[' => bracketed(s).or_else(|| headed(s)),
        '任' | '工' | '行' | '措' | '目' | '专' | '举' | '重' | '项' => named(s),
        '其' => None,
        c if c.is_ascii_digit() => arabic(s, spaced),
        c if numeral::is_numeral(c) => chinese(s),
        _ => signs(s, c),
    }
}

fn marker(family: Family, no: u32, len: usize) -> Option<Marker> {
    (no <= 300).then_some(Marker { family, no, len })
}

/// 第一章, 第一部分, 第二节, 第三条
fn ordered_word(s: &str) -> Option<Marker> {
    let rest = &s['第'.len_utf8()..];
    let (no, len) = ordinal(rest)?;
    let words = [
        ("部分", Family::Part),
        ("编", Family::Part),
        ("篇", Family::Part),
        ("章", Family::Chapter),
        ("节", Family::Section),
        ("条", Family::Article),
        ("项", Family::Article),
    ];
    let (word, family) = words.into_iter().find(|(word, _)| rest[len..].starts_with(word))?;
    let len = '第'.len_utf8() + len + word.len();
    // 第三条规定: a reference, not a heading
    let refers = ["规定", "的", "和", "、", "第", "至", "款", "之"].iter().any(|w| s[len..].starts_with(w));
    if refers && !s[len..].starts_with('、') {
        return None;
    }
    marker(family, no, len + closing(&s[len..]))
}

/// Marks that may follow a number: 、．：
fn closing(s: &str) -> usize {
    run(s, |c| matches!(c, '、' | '.' | '。' | '：' | '，' | '-'))
        .min(s.chars().next().map_or(0, char::len_utf8))
}

/// （一） and （1）
fn bracketed(s: &str) -> Option<Marker> {
    let rest = &s[1..];
    let (no, len) = ordinal(rest)?;
    let after = rest[len..].strip_prefix([')', ']'])?;
    let family =
        if rest.starts_with(|c: char| c.is_ascii_digit()) { Family::NumberBracket } else { Family::Bracket };
    let used = s.len() - after.len();
    marker(family, no, used + run(after, |c| matches!(c, '、' | '.' | '。')).min(3))
}

/// 【一、源头治理】, 【第一章 总则】: the whole heading in a bracket
fn headed(s: &str) -> Option<Marker> {
    let inner = s.strip_prefix('[')?;
    let m = if inner.starts_with('第') { ordered_word(inner) } else { chinese(inner) }?;
    (m.family.makes_chapters()).then_some(Marker { len: m.len + 1, ..m })
}

/// 任务一：, 任务1, 措施一、
fn named(s: &str) -> Option<Marker> {
    let word = ["重点任务", "任务", "工程", "专项行动", "专项", "行动", "举措", "措施", "目标", "项目"]
        .into_iter()
        .find(|w| s.starts_with(w))?;
    let rest = &s[word.len()..];
    let (no, len) = ordinal(rest)?;
    let close = closing(&rest[len..]);
    (close > 0).then(|| marker(Family::Task, no, word.len() + len + close)).flatten()
}

/// 1. 1、 1． 1） 1.1, and a bare `1 ` before words
fn arabic(s: &str, spaced: bool) -> Option<Marker> {
    let (no, len) = ordinal(s)?;
    let rest = &s[len..];
    if let Some(after) = rest.strip_prefix('.') {
        let second = run(after, |c| c.is_ascii_digit());
        if second > 0 {
            return dotted(s);
        }
        return starts_words(after).then(|| marker(Family::Number, no, len + 1)).flatten();
    }
    if let Some(after) = rest.strip_prefix(['、', '。']) {
        return starts_words(after).then(|| marker(Family::Number, no, s.len() - after.len())).flatten();
    }
    if let Some(after) = rest.strip_prefix([')', ']']) {
        return starts_words(after).then(|| marker(Family::NumberHalf, no, len + 1)).flatten();
    }
    (spaced && starts_words(rest)).then(|| marker(Family::Dotted1, no, len)).flatten()
}

fn starts_words(s: &str) -> bool {
    s.chars()
        .next()
        .is_none_or(|c| !c.is_ascii_digit() && !matches!(c, '%' | '、' | '，' | '年' | '月' | '日'))
}

/// 1.1, 1.1.1: the last number counts
fn dotted(s: &str) -> Option<Marker> {
    let len = run(s, |c| c.is_ascii_digit() || c == '.');
    let numbers: Vec<u32> =
        s[..len].trim_end_matches('.').split('.').filter_map(|n| n.parse().ok()).collect();
    let family = match numbers.len() {
        2 => Family::Dotted2,
        3 => Family::Dotted3,
        _ => return None,
    };
    let after = s[len..].strip_prefix('、').unwrap_or(&s[len..]);
    let words = after.chars().next().is_some_and(|c| is_chinese(c) || matches!(c, '“' | '《'));
    let unit = crate::target::starts_with_unit(after);
    (words && !unit).then(|| marker(family, *numbers.last()?, s.len() - after.len())).flatten()
}

/// 一、 一. 一是 一要
fn chinese(s: &str) -> Option<Marker> {
    let (no, len) = ordinal(s)?;
    let rest = &s[len..];
    if let Some(after) = ["是要", "是", "要"].iter().find_map(|w| rest.strip_prefix(w)) {
        let ok = no <= 20 && !after.starts_with(['否', '求', '件', '点', '素', '不']);
        return ok.then(|| marker(Family::First, no, s.len() - after.len())).flatten();
    }
    let after = rest.strip_prefix(['、', '.'])?;
    let next = after.chars().next();
    let words = next.is_none_or(|c| {
        !numeral::is_numeral(c) || after.starts_with("一体") || after.starts_with("千方百计")
    });
    words.then(|| marker(Family::Comma, no, s.len() - after.len())).flatten()
}

/// ① ⑴ ⒈ ㈠ Ⅰ. A.
fn signs(s: &str, c: char) -> Option<Marker> {
    let code = c as u32;
    let (family, no) = match c {
        '①'..='⑳' => (Family::Circled, code - 0x245F),
        '⑴'..='⒇' => (Family::NumberBracket, code - 0x2473),
        '⒈'..='⒛' => (Family::Number, code - 0x2487),
        '㈠'..='㈩' => (Family::Bracket, code - 0x321F),
        '❶'..='❿' => (Family::Circled, code - 0x2775),
        'Ⅰ'..='Ⅻ' => (Family::Roman, code - 0x215F),
        'I' | 'V' | 'X' => return roman(s),
        'A'..='H' | 'a'..='h' => {
            let after = s[1..].strip_prefix(['.', '、', ')', '。'])?;
            let words =
                after.chars().next().is_some_and(is_chinese) && !after.starts_with(['级', '类', 'A', 'B']);
            return words
                .then(|| {
                    marker(Family::Letter, code % 32, 2 + usize::from(s[1..].starts_with(['、', '。'])) * 2)
                })
                .flatten();
        }
        _ => return None,
    };
    let len = c.len_utf8();
    let close = closing(&s[len..]);
    if family == Family::Roman && close == 0 {
        return None;
    }
    marker(family, no, len + close)
}

/// I. II、 III．
fn roman(s: &str) -> Option<Marker> {
    let len = run(s, |c| matches!(c, 'I' | 'V' | 'X'));
    let numbers = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"];
    let no = numbers.iter().position(|n| *n == &s[..len])? + 1;
    let close = closing(&s[len..]);
    (close > 0).then(|| marker(Family::Roman, u32::try_from(no).ok()?, len + close)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_all_families_are_read() {
        for (text, family, no) in [
            ("一、总体", Family::Comma, 1),
            ("十二、其他", Family::Comma, 12),
            ("(三)严把", Family::Bracket, 3),
            ("[三]严把", Family::Bracket, 3),
            ("12.严惩", Family::Number, 12),
            ("3、开展", Family::Number, 3),
            ("(2)推进", Family::NumberBracket, 2),
            ("第一章总则", Family::Chapter, 1),
            ("第二部分重点任务", Family::Part, 2),
            ("2.3加强监管", Family::Dotted2, 3),
            ("一是加强", Family::First, 1),
            ("③做好", Family::Circled, 3),
            ("任务二：推进", Family::Task, 2),
        ] {
            let m = at_start(text, false).unwrap_or_else(|| panic!("{text} has a number"));
            assert_eq!((m.family, m.no), (family, no), "{text}");
        }
    }

    #[test]
    fn figures_and_references_are_no_numbers() {
        for text in
            ["1.7批次/千人", "2023年", "一、二季度", "第三条规定", "3%以内", "(区市场监管局)", "1、2号"]
        {
            assert_eq!(at_start(text, false), None, "{text}");
        }
    }
}
