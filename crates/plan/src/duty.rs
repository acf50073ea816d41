//! Duties (责任): which words of a measure give bodies their work, and what they say.
//!
//! A duty stands in brackets of any kind, on lines or in cells with a label, or in the sentence itself. Ordinary
//! brackets — （小餐饮）, (VOCs), 校长（园长） — are none.

pub(crate) mod formula;
pub(crate) mod label;
mod sentence;

use crate::body;
use crate::outline::Part;
use crate::plan::{BodyName, Duty, Role};
use crate::signs::{At, Signs, sentences};
use crate::table::Column;
use formula::Formula;

/// A duty and the signs it takes.
pub(crate) struct Found {
    pub at: At,
    pub bodies: Vec<(Role, At)>,
    /// Printed with labels; a labelled line goes on with the next.
    labelled: bool,
    /// In the sentence itself, not in brackets or with a label.
    pub inline: bool,
}

/// All duties of one paragraph or row, in order.
pub(crate) fn find(signs: &Signs, part: &Part) -> Vec<Found> {
    match part {
        Part::Text(at) => in_text(signs, at),
        Part::Row(cells) => in_row(signs, cells),
    }
}

fn in_row(signs: &Signs, cells: &[(Column, At)]) -> Vec<Found> {
    let mut out: Vec<Found> = Vec::new();
    let mut columns: Vec<(Role, At)> = Vec::new();
    let mut place: Option<At> = None;
    for (column, at) in cells {
        match column {
            Column::Duty(role) if !at.is_empty() && at.len() <= LONGEST => {
                let formula = formula::read(signs, at, Some(*role));
                columns.extend(formula.bodies);
                let beside = place.as_ref().filter(|p: &&At| p.end == at.start).map_or(at.start, |p| p.start);
                place = place.filter(|p| p.end != at.start).or(Some(beside..at.end));
            }
            Column::Task | Column::Text => out.extend(in_text(signs, at)),
            _ => {}
        }
    }
    if let Some(at) = place {
        out.push(Found { at, bodies: columns, labelled: true, inline: false });
    }
    out
}

fn in_text(signs: &Signs, at: &At) -> Vec<Found> {
    let text = signs.str(at);
    let mut found = Vec::new();
    if let Some(duty) = bare_line(signs, at) {
        return vec![duty];
    }
    labels(signs, at, &mut found);
    brackets(signs, at, &mut found);
    let taken: Vec<At> = found.iter().map(|f: &Found| f.at.clone()).collect();
    for piece in sentences(text) {
        for words in outside(&(at.start + piece.start..at.start + piece.end), &taken) {
            let duties = sentence::read(signs, &words).into_iter();
            found.extend(duties.map(|(at, bodies)| Found { at, bodies, labelled: false, inline: true }));
        }
    }
    found.sort_by_key(|f| f.at.start);
    found
}

/// A line that holds nothing but the names of several bodies.
fn bare_line(signs: &Signs, at: &At) -> Option<Found> {
    let text = signs.str(at).trim_end_matches('。');
    if at.len() > LONGEST || !text.contains('、') || text.contains(['。', '，', '：', '(', '[']) {
        return None;
    }
    let items = body::split(signs, &(at.start..at.start + text.len()));
    let names = items.len() > 1 && items.iter().all(|i| body::is_particular(signs.str(&i.at)));
    let bodies = items.into_iter().map(|i| (Role::Responsible, i.at)).collect();
    names.then_some(Found { at: at.clone(), bodies, labelled: false, inline: false })
}

/// The pieces of a range that no duty has taken.
fn outside(at: &At, taken: &[At]) -> Vec<At> {
    let mut out = Vec::new();
    let mut start = at.start;
    let first = taken.partition_point(|t| t.end <= at.start);
    for t in taken.iter().skip(first).take_while(|t| t.start < at.end) {
        if t.start > start {
            out.push(start..t.start);
        }
        start = start.max(t.end);
    }
    if start < at.end {
        out.push(start..at.end);
    }
    out
}

/// Bytes of the longest duty.
const LONGEST: usize = 2400;
const DEEPEST: usize = 4;

/// Pairs of brackets of any kind; the outermost that is a duty counts.
fn brackets(signs: &Signs, at: &At, found: &mut Vec<Found>) {
    let text = signs.str(at);
    let mut open: Vec<usize> = Vec::new();
    // pairs deep inside others are no duties
    let mut pairs: Vec<At> = Vec::new();
    for (i, c) in text.char_indices() {
        match c {
            '(' | '[' => open.push(i),
            ')' | ']' => {
                let pair = open.pop().map(|o| o..i + 1);
                pairs.extend(pair.filter(|_| open.len() < DEEPEST));
            }
            _ => {}
        }
    }
    // a duty whose bracket was never closed
    if let Some(&o) = open.last()
        && text.len() - o < 400
        && pairs.last().is_none_or(|p| p.end <= text.len())
    {
        pairs.push(o..text.len());
    }
    pairs.sort_by_key(|p| (p.start, usize::MAX - p.end));
    let labelled: Vec<At> = found.iter().map(|f| f.at.clone()).collect();
    let mut end = 0;
    for pair in pairs {
        let here = at.start + pair.start;
        let next = labelled.partition_point(|l| l.end <= here);
        if labelled.get(next).is_some_and(|l| l.start < at.start + pair.end) {
            continue;
        }
        if pair.start < end || pair.len() > LONGEST {
            continue;
        }
        if let Some(duty) = bracket(signs, at, &pair) {
            end = pair.end;
            found.push(duty);
        }
    }
}

fn bracket(signs: &Signs, at: &At, pair: &At) -> Option<Found> {
    let text = signs.str(at);
    let closed = text[..pair.end].ends_with([')', ']']);
    let inner = at.start + pair.start + 1..at.start + pair.end - usize::from(closed);
    let formula = formula::read(signs, &inner, None);
    let holds = if formula.explicit {
        is_given(signs, &formula)
    } else {
        closed && is_bare_list(signs, text, pair, &inner, &formula)
    };
    holds.then(|| Found {
        at: at.start + pair.start..at.start + pair.end,
        bodies: formula.bodies,
        labelled: false,
        inline: false,
    })
}

/// At least one true name among the bodies.
fn is_given(signs: &Signs, formula: &Formula) -> bool {
    formula.bodies.iter().any(|(_, at)| body::is_name(signs.str(at)))
}

/// （区市场监管局、区教育局）: names only, where a sentence or a title has ended or ends.
fn is_bare_list(signs: &Signs, text: &str, pair: &At, inner: &At, formula: &Formula) -> bool {
    let items = body::split(signs, inner);
    let beside = |s: &str| body::is_date(s) || s.contains('：');
    let all = |is: fn(&str) -> bool| items.iter().map(|i| signs.str(&i.at)).all(|s| is(s) || beside(s));
    if formula.bodies.is_empty() || !all(body::is_name) {
        return false;
    }
    let particular = all(body::is_particular);
    let ahead = &text[..pair.start];
    let numbered = crate::marker::at_start(ahead, false).is_some_and(|m| m.len == ahead.len());
    let before = ahead.chars().next_back().filter(|_| !numbered);
    let after = text[pair.end..].chars().next();
    let ended = before.is_none_or(|c| matches!(c, '。' | '；' | '！' | '》' | '”' | ')' | ']' | '：'));
    let ends = after.is_none_or(|c| matches!(c, '。' | '；'));
    if !particular {
        // offices of one body, after a whole sentence: （生产科、各监管所）
        return ahead.ends_with(['。', '；'])
            && after.is_none_or(|c| crate::signs::is_chinese(c) || c.is_ascii_digit());
    }
    let names_a_body = !ended && body::is_name(last_word(&text[..pair.start]));
    (ended && after.is_none_or(|c| !matches!(c, '、' | '，' | '的'))) || (ends && !names_a_body)
}

fn last_word(text: &str) -> &str {
    let start = text
        .char_indices()
        .rev()
        .take(8)
        .find(|(_, c)| matches!(c, '，' | '、' | '。' | '和'))
        .map(|(i, c)| i + c.len_utf8());
    let eight = text.char_indices().rev().take(8).last().map_or(0, |(i, _)| i);
    &text[start.unwrap_or(eight)..]
}

/// Labels on lines and within them, outside brackets.
fn labels(signs: &Signs, at: &At, found: &mut Vec<Found>) {
    let text = signs.str(at);
    let (mut i, mut fresh, mut depth) = (0, true, 0i32);
    while let Some(c) = text[i..].chars().next() {
        let apart = || signs.gap_before(at.start + i) || label::said_at_start(&text[i..]).is_some();
        let gap = || matches!(c, '责' | '牵' | '配' | '主' | '协' | '[') && apart();
        if depth <= 0
            && (fresh || gap())
            && let Some(len) = label_list(signs, at, i, found)
        {
            i += len.max(1);
            fresh = true;
            continue;
        }
        depth += i32::from(matches!(c, '(' | '[')) - i32::from(matches!(c, ')' | ']'));
        fresh = matches!(c, '。' | '；' | '！' | ')' | ']' | '》');
        i += c.len_utf8();
    }
}

/// A labelled list at byte `i` of the paragraph; gives its length.
fn label_list(signs: &Signs, at: &At, i: usize, found: &mut Vec<Found>) -> Option<usize> {
    let text = signs.str(at);
    let rest = &text[i..];
    let label = label::at_start(rest).or_else(|| {
        let label = label::bare_at_start(rest)?;
        (label::said_at_start(rest).is_some() || i == 0 && signs.gap_before(at.start + i + label.len))
            .then_some(label)
    })?;
    label.role?;
    let stop = rest
        .char_indices()
        .find(|(i, c)| matches!(c, '。' | '！') || *i > LONGEST)
        .map_or(rest.len(), |(i, _)| i);
    let range = at.start + i..at.start + i + stop;
    let formula = formula::read(signs, &range, None);
    if !is_given(signs, &formula) {
        return None;
    }
    found.push(Found { at: range, bodies: formula.bodies, labelled: true, inline: false });
    Some(stop)
}

/// Joins labelled lines that follow one another into one duty.
pub(crate) fn joined(found: Vec<Found>) -> Vec<Found> {
    let mut out: Vec<Found> = Vec::new();
    for next in found {
        match out.last_mut() {
            Some(last) if last.labelled && next.labelled && next.at.start <= last.at.end + 3 => {
                last.at.end = next.at.end;
                last.bodies.extend(next.bodies);
            }
            _ => out.push(next),
        }
    }
    out
}

impl Found {
    /// The duty as the tree shows it.
    pub fn duty(&self, signs: &Signs) -> Duty {
        let of = |role: Role| -> Vec<BodyName> {
            let mut names: Vec<BodyName> = Vec::new();
            for (_, at) in self.bodies.iter().filter(|(r, _)| *r == role) {
                let name = signs.raw(at);
                if !names.iter().any(|n| n.name == name) {
                    names.push(BodyName { name, span: signs.span(at) });
                }
            }
            names
        };
        Duty {
            lead: of(Role::Lead),
            cooperate: of(Role::Cooperate),
            responsible: of(Role::Responsible),
            text: signs.raw(&self.at),
            span: signs.span(&self.at),
        }
    }
}
