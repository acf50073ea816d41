//! The document's head: which part of it is the plan, its title, its year, its place.

use crate::blocks::{Block, Kind, Paper, is_attachment};
use crate::numeral;
use crate::signs::At;
use std::collections::HashSet;
use std::ops::Range;

/// The plan's own part of the document.
pub(crate) struct Head {
    pub title: Option<At>,
    pub year: Option<i32>,
    pub place: String,
    /// The blocks of the plan's body.
    pub body: Range<usize>,
}

const KINDS: &[&str] = &[
    "要点",
    "计划",
    "安排",
    "方案",
    "任务",
    "行动",
    "措施",
    "清单",
    "分工",
    "意见",
    "分解表",
    "任务书",
    "任务表",
    "责任表",
    "工作表",
    "一览表",
    "部署",
    "打算",
    "规划",
    "办法",
    "目标",
];

pub(crate) fn head(paper: &Paper) -> Head {
    let blocks = &paper.blocks;
    let titles = title_lines(paper);
    let cuts: Vec<usize> = (0..blocks.len())
        .filter(|&i| blocks[i].marker.is_none() && is_attachment(text(paper, &blocks[i])))
        .collect();
    let mut parts = vec![];
    let mut start = 0;
    let mut ends: Vec<usize> = titles.iter().map(|t| t.start).chain(cuts.iter().copied()).collect();
    ends.sort_unstable();
    ends.dedup();
    for end in ends.into_iter().chain([blocks.len()]) {
        if end > start {
            parts.push(start..end);
        }
        start = end.max(start);
    }
    let body = choose(paper, &parts);
    let title = titles.iter().rfind(|t| t.start <= body.start + 1 && t.start >= body.start.saturating_sub(3));
    let title = title.or_else(|| titles.iter().rfind(|t| t.start < body.end)).cloned();
    let first = title.as_ref().map_or(body.start, |t| t.end.clamp(body.start, body.end));
    let title =
        title.map(|t| blocks[t.start].at.start..blocks[t.end - 1].at.end).or_else(|| quoted_title(paper));
    let title = title.or_else(|| notice_title(paper));
    let words = title.as_ref().map_or("", |t| paper.signs.str(t));
    let year = year(words).or_else(|| blocks[..body.end].iter().find_map(|b| year(text(paper, b))));
    let mut place = place(words);
    if place.is_empty() {
        let before = blocks.iter().take(first + 3).filter(|b| matches!(b.kind, Kind::Text));
        place = before.map(|b| self::place(text(paper, b))).find(|p| !p.is_empty()).unwrap_or_default();
    }
    let first = after_contents(paper, first).min(body.end);
    Head { title, year, place, body: first..body.end }
}

/// Where the body begins behind a table of contents (目录): at the second standing of its first entry.
fn after_contents(paper: &Paper, first: usize) -> usize {
    let blocks = &paper.blocks;
    let Some(contents) = (first..blocks.len().min(first + 40)).find(|&i| text(paper, &blocks[i]) == "目录")
    else {
        return first;
    };
    let Some(entry) = blocks.get(contents + 1) else { return first };
    let entry = text(paper, entry)
        .trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '…' | '·' | '-' | '(' | ')'));
    let again = (contents + 2..blocks.len())
        .find(|&i| !entry.is_empty() && text(paper, &blocks[i]).starts_with(entry));
    again.unwrap_or(first)
}

/// A notice that is the plan itself names it: 关于做好2023年食品安全重点工作的通知.
fn notice_title(paper: &Paper) -> Option<At> {
    let named = |b: &&Block| {
        let words = text(paper, b);
        let kind = words.ends_with("通知") || KINDS.iter().any(|k| words.ends_with(k));
        kind && b.marker.is_none()
            && words.chars().count() <= 60
            && !words.contains(['。', '，', '：'])
            && words.contains("工作")
    };
    paper.blocks.iter().take(20).find(named).map(|b| b.at.clone())
}

fn text<'a>(paper: &'a Paper, block: &Block) -> &'a str {
    paper.signs.str(&block.at)
}

/// Lines that name a plan: ending in 要点, 计划 …, with a year or a place, without a sentence.
fn title_lines(paper: &Paper) -> Vec<Range<usize>> {
    let blocks = &paper.blocks;
    let quoted = quoted_title(paper).map(|q| paper.signs.str(&q).to_owned());
    let mut out: Vec<Range<usize>> = Vec::new();
    let mut seen: HashSet<String> = HashSet::new();
    let mut i = 0;
    while i < blocks.len() {
        let named = |from: usize, to: usize| {
            to <= blocks.len() && is_title(paper, &blocks[from..to], quoted.as_deref())
        };
        let found = (1..=3).find(|n| named(i, i + n) && (1..*n).all(|skip| !named(i + skip, i + n)));
        let Some(n) = found else {
            i += 1;
            continue;
        };
        let words = paper.signs.str(&(blocks[i].at.start..blocks[i + n - 1].at.end)).to_owned();
        // a running head repeats the title inside the body
        let numbered =
            blocks[out.last().map_or(0, |r| r.end)..i].iter().filter(|b| b.marker.is_some()).count();
        if !(seen.contains(&words) && numbered > 2) {
            out.push(i..i + n);
            seen.insert(words);
        }
        i += n;
    }
    out
}

fn is_title(paper: &Paper, blocks: &[Block], quoted: Option<&str>) -> bool {
    if blocks.iter().any(|b| b.marker.is_some() || !matches!(b.kind, Kind::Text)) {
        return false;
    }
    let all = &paper.signs.norm[blocks[0].at.start..blocks[blocks.len() - 1].at.end];
    if all.chars().count() > 60 || all.contains(['。', '；', '，', '：']) || all.starts_with(['《', '(', '['])
    {
        return false;
    }
    let bare = without_brackets(all);
    let kind = KINDS.iter().any(|k| bare.ends_with(k)) || quoted == Some(bare);
    kind && (year(all).is_some() || !place(bare).is_empty() || quoted == Some(bare))
        && !bare.contains("的通知")
}

/// A title without what stands in brackets after it: （征求意见稿）.
fn without_brackets(s: &str) -> &str {
    match (s.ends_with([')', ']']), s.rfind(['(', '['])) {
        (true, Some(open)) if open > 0 => &s[..open],
        _ => s,
    }
}

/// 《…工作要点》 as a notice in front names it.
fn quoted_title(paper: &Paper) -> Option<At> {
    paper.blocks.iter().take(40).find_map(|block| {
        let text = text(paper, block);
        let open = text.find('《')?;
        let close = open + text[open..].find('》')?;
        let inner = &text[open + '《'.len_utf8()..close];
        let named = KINDS.iter().any(|k| inner.ends_with(k)) && year(inner).is_some();
        named.then(|| block.at.start + open + '《'.len_utf8()..block.at.start + close)
    })
}

/// The part that holds the plan: the first with numbers and duties or figures, a notice only if nothing else does.
fn choose(paper: &Paper, parts: &[Range<usize>]) -> Range<usize> {
    let weigh = |part: &Range<usize>| -> (usize, usize) {
        let blocks = &paper.blocks[part.clone()];
        let numbered = blocks.iter().filter(|b| b.marker.is_some()).count();
        let works = blocks.iter().filter(|b| {
            text(paper, b).contains(['%'])
                || ["负责", "牵头", "单位：", "局)", "局、"].iter().any(|w| text(paper, b).contains(w))
        });
        (numbered, works.count())
    };
    let notice = |part: &Range<usize>| {
        paper.blocks[part.clone()].iter().take(4).any(|b| text(paper, b).ends_with("的通知"))
    };
    let whole = parts.iter().filter(|p| !notice(p)).find(|p| matches!(weigh(p), (n, w) if n >= 2 && w >= 2));
    let fallback = || parts.iter().max_by_key(|p| weigh(p).0.min(1) * 1000 + weigh(p).1 * 2 + weigh(p).0);
    whole.or_else(fallback).cloned().unwrap_or(0..paper.blocks.len())
}

/// The first year in the text: 2023年, 二〇二三年, 2023年度.
pub(crate) fn year(text: &str) -> Option<i32> {
    text.match_indices('年').find_map(|(i, _)| {
        let before = &text[..i];
        let digits = before.len() - before.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        // 2023—2025年: the first year counts
        let span =
            before.get(before.len().wrapping_sub(9)..).filter(|s| digits == 4 && s.as_bytes()[4] == b'-');
        if let Some(first) = span.and_then(|s| s[..4].parse().ok()) {
            return Some(first).filter(|y| (1990..2100).contains(y));
        }
        if digits == 4 {
            return before[before.len() - 4..].parse().ok().filter(|y| (1990..2100).contains(y));
        }
        let start = before.char_indices().rev().take(4).last().map_or(0, |(at, _)| at);
        let numerals = &before[start..];
        let all = numerals.chars().count() == 4 && numerals.chars().all(|c| numeral::digit(c).is_some());
        let value = all.then(|| numeral::chinese(numerals)).flatten()?;
        i32::try_from(value).ok().filter(|y| (1990..2100).contains(y))
    })
}

/// The place a title begins with, before or after the year: 临渡市望川区.
pub(crate) fn place(text: &str) -> String {
    let mut rest = text;
    if let Some(i) = rest.find('年')
        && year(&rest[..i + '年'.len_utf8()]).is_some()
    {
        let before = rest[..i].trim_end_matches(|c: char| c.is_ascii_digit() || numeral::digit(c).is_some());
        let found = leading_place(before);
        if !found.is_empty() {
            return found;
        }
        rest = rest[i + '年'.len_utf8()..].trim_start_matches('度');
    }
    leading_place(rest)
}

/// The longest row of places at the start: up to the last 省市县区旗州盟镇乡街道 before a word of work.
fn leading_place(text: &str) -> String {
    let stop = [
        "食品",
        "农产品",
        "市场",
        "人民政府",
        "政府",
        "关于",
        "工作",
        "药品",
        "重点",
        "食安",
        "办公室",
        "委员会",
    ]
    .iter()
    .filter_map(|w| text.find(w))
    .min()
    .unwrap_or(text.len());
    let head = &text[..stop];
    let levels = ["省", "市", "县", "区", "旗", "州", "盟", "镇", "乡", "街道", "街道办事处", "兵团", "师"];
    let end = levels.iter().filter_map(|l| head.rfind(l).map(|i| i + l.len())).max().unwrap_or(0);
    let found = &head[..end];
    let plausible = (2..=20).contains(&found.chars().count())
        && found.chars().all(crate::signs::is_chinese)
        && !found.starts_with(['全', '各', '我', '本']);
    if plausible { found.to_owned() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn year_and_place_stand_in_either_order() {
        for (title, y, p) in [
            ("2023年平桥区食品安全工作要点", 2023, "平桥区"),
            ("临渡市望川区2020年食品安全重点工作安排", 2020, "临渡市望川区"),
            ("云河经济技术开发区二〇二四年度食品安全工作计划", 2024, "云河经济技术开发区"),
            ("江衡省2019年食品安全重点工作安排", 2019, "江衡省"),
        ] {
            assert_eq!((year(title), place(title).as_str()), (Some(y), p), "{title}");
        }
    }
}
