//! Words that compare: 不低于, 以上, 控制在 … 以内. What they mean, and whether they were really printed.

use crate::plan::Op;

/// Words that stand before the figure and touch it. Longer ones win.
const BEFORE: &[(&str, Op, bool)] = &[
    ("不低于", Op::AtLeast, true),
    ("不少于", Op::AtLeast, true),
    ("不得低于", Op::AtLeast, true),
    ("不得少于", Op::AtLeast, true),
    ("不能低于", Op::AtLeast, true),
    ("不能少于", Op::AtLeast, true),
    ("不小于", Op::AtLeast, true),
    ("不应少于", Op::AtLeast, true),
    ("不应低于", Op::AtLeast, true),
    ("至少", Op::AtLeast, true),
    ("最少", Op::AtLeast, true),
    ("最低", Op::AtLeast, true),
    ("达到", Op::AtLeast, true),
    ("达", Op::AtLeast, true),
    ("达至", Op::AtLeast, true),
    ("提高到", Op::AtLeast, true),
    ("提高至", Op::AtLeast, true),
    ("提升到", Op::AtLeast, true),
    ("提升至", Op::AtLeast, true),
    ("增加到", Op::AtLeast, true),
    ("增加至", Op::AtLeast, true),
    ("增长到", Op::AtLeast, true),
    ("增长至", Op::AtLeast, true),
    ("上升到", Op::AtLeast, true),
    ("上升至", Op::AtLeast, true),
    ("增至", Op::AtLeast, true),
    ("扩大到", Op::AtLeast, true),
    ("扩大至", Op::AtLeast, true),
    ("升至", Op::AtLeast, true),
    ("升到", Op::AtLeast, true),
    ("保持在", Op::AtLeast, true),
    ("稳定在", Op::AtLeast, true),
    ("维持在", Op::AtLeast, true),
    ("巩固在", Op::AtLeast, true),
    ("保持", Op::AtLeast, false),
    ("稳定", Op::AtLeast, false),
    ("力争", Op::AtLeast, true),
    ("争取", Op::AtLeast, true),
    ("确保", Op::AtLeast, false),
    ("实现", Op::AtLeast, false),
    ("完成", Op::AtLeast, false),
    ("≥", Op::AtLeast, true),
    (">=", Op::AtLeast, true),
    ("提高", Op::AtLeast, true),
    ("提升", Op::AtLeast, true),
    ("增长", Op::AtLeast, true),
    ("增加", Op::AtLeast, true),
    ("上升", Op::AtLeast, true),
    ("下降", Op::AtLeast, true),
    ("降低", Op::AtLeast, true),
    ("减少", Op::AtLeast, true),
    ("压减", Op::AtLeast, true),
    ("压缩", Op::AtLeast, true),
    ("缩短", Op::AtLeast, true),
    ("缩减", Op::AtLeast, true),
    ("突破", Op::MoreThan, true),
    ("超过", Op::MoreThan, true),
    ("高于", Op::MoreThan, true),
    ("大于", Op::MoreThan, true),
    ("多于", Op::MoreThan, true),
    ("超", Op::MoreThan, true),
    (">", Op::MoreThan, true),
    ("不超过", Op::AtMost, true),
    ("不得超过", Op::AtMost, true),
    ("不能超过", Op::AtMost, true),
    ("不应超过", Op::AtMost, true),
    ("不超", Op::AtMost, true),
    ("不高于", Op::AtMost, true),
    ("不得高于", Op::AtMost, true),
    ("不大于", Op::AtMost, true),
    ("不多于", Op::AtMost, true),
    ("最多", Op::AtMost, true),
    ("最高", Op::AtMost, true),
    ("不突破", Op::AtMost, true),
    ("压缩至", Op::AtMost, true),
    ("压缩到", Op::AtMost, true),
    ("压缩为", Op::AtMost, true),
    ("缩短至", Op::AtMost, true),
    ("缩短到", Op::AtMost, true),
    ("缩短为", Op::AtMost, true),
    ("压减至", Op::AtMost, true),
    ("压减到", Op::AtMost, true),
    ("缩减至", Op::AtMost, true),
    ("降至", Op::AtMost, true),
    ("降到", Op::AtMost, true),
    ("降低到", Op::AtMost, true),
    ("降低至", Op::AtMost, true),
    ("下降到", Op::AtMost, true),
    ("下降至", Op::AtMost, true),
    ("减少到", Op::AtMost, true),
    ("控制在", Op::AtMost, true),
    ("≤", Op::AtMost, true),
];

const BELOW: &[(&str, Op, bool)] = &[
    ("减少至", Op::AtMost, true),
    ("限制在", Op::AtMost, true),
    ("<=", Op::AtMost, true),
    ("减至", Op::AtMost, true),
    ("低于", Op::LessThan, true),
    ("少于", Op::LessThan, true),
    ("小于", Op::LessThan, true),
    ("<", Op::LessThan, true),
];

/// What compares a figure.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Compared {
    pub op: Op,
    /// A true word of comparison, not only 完成 or none.
    pub printed: bool,
    /// Bytes of `left` that are left without the word.
    pub left: usize,
    /// Bytes of `left` that name the figure: a word of change (下降) belongs to the name.
    pub named: usize,
    /// Bytes of `right` that the word behind takes.
    pub right: usize,
    /// The figure is the end of a way: 压缩至, 提高到.
    pub reached: bool,
}

/// Reads the words on both sides of a figure.
pub(crate) fn read(left: &str, right: &str) -> Compared {
    let mut end =
        if longest(left).is_some_and(|(w, _, _)| w.ends_with('为')) { left.len() } else { trimmed(left) };
    let mut op = None;
    let mut printed = false;
    let mut reached = false;
    let mut named = None;
    // several may follow each other: 力争达到, 不少于 …
    while let Some((word, found, true_word)) = longest(&left[..end]) {
        if op.is_none() {
            reached = word.ends_with(['至', '到', '为']) && word != "达到";
            op = Some(found);
        }
        printed |= true_word;
        named = named.or(CHANGES.contains(&word).then_some(end));
        end = trimmed(&left[..end - word.len()]);
    }
    let (after, taken) = after(right);
    let op = match (op, after) {
        (Some(Op::MoreThan), _) => Op::MoreThan,
        (Some(Op::AtMost), _) => Op::AtMost,
        (Some(Op::LessThan), _) => Op::LessThan,
        (_, Some(found)) => found,
        (Some(found), None) => found,
        (None, None) => detached(&left[..end]).unwrap_or(Op::AtLeast),
    };
    let printed = printed || after.is_some() || detached(&left[..end]).is_some();
    Compared { op, printed, left: end, named: named.unwrap_or(end), right: taken, reached }
}

/// Words of change whose figure is the change itself.
const CHANGES: &[&str] =
    &["提高", "提升", "增长", "增加", "上升", "下降", "降低", "减少", "压减", "压缩", "缩短", "缩减"];

/// Without fillers between the word and the figure.
fn trimmed(left: &str) -> usize {
    left.trim_end_matches(['约', '为', '是', '计', '仅', '再']).len()
}

fn longest(left: &str) -> Option<(&'static str, Op, bool)> {
    BEFORE.iter().chain(BELOW).filter(|(w, _, _)| left.ends_with(w)).max_by_key(|(w, _, _)| w.len()).copied()
}

/// 以上, 以内, 左右 behind the figure.
fn after(right: &str) -> (Option<Op>, usize) {
    const WORDS: &[(&str, Op)] = &[
        ("以上", Op::AtLeast),
        ("及以上", Op::AtLeast),
        ("(含)以上", Op::AtLeast),
        ("左右", Op::AtLeast),
        ("上下", Op::AtLeast),
        ("以内", Op::AtMost),
        ("之内", Op::AtMost),
        ("以下", Op::AtMost),
        ("及以下", Op::AtMost),
        ("(含)以下", Op::AtMost),
        ("(含)以内", Op::AtMost),
        ("或以上", Op::AtLeast),
    ];
    WORDS.iter().find(|(w, _)| right.starts_with(w)).map_or((None, 0), |(w, op)| (Some(*op), w.len()))
}

/// 至少开展一次: the word stands apart from the figure.
fn detached(left: &str) -> Option<Op> {
    const WORDS: &[(&str, Op)] = &[
        ("至少", Op::AtLeast),
        ("不少于", Op::AtLeast),
        ("不低于", Op::AtLeast),
        ("力争", Op::AtLeast),
        ("最少", Op::AtLeast),
        ("不超过", Op::AtMost),
        ("最多", Op::AtMost),
        ("不多于", Op::AtMost),
    ];
    WORDS
        .iter()
        .filter_map(|(w, op)| left.rfind(w).map(|i| (i, *op)))
        .max_by_key(|(i, _)| *i)
        .map(|(_, op)| op)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_on_both_sides_are_read() {
        for (left, right, op) in [
            ("覆盖率达到", "以上", Op::AtLeast),
            ("不合格率控制在", "以内", Op::AtMost),
            ("占比超过", "", Op::MoreThan),
            ("时限压缩至", "", Op::AtMost),
            ("较上年下降", "以上", Op::AtLeast),
            ("不得超过", "", Op::AtMost),
            ("率", "左右", Op::AtLeast),
            ("每两年至少开展", "", Op::AtLeast),
        ] {
            assert_eq!(read(left, right).op, op, "{left} … {right}");
        }
    }
}
