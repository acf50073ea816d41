//! From numbered blocks to chapters and measures.
//!
//! ```text
//! plan     = chapter+ | measure+              (measures alone: one chapter, number 0)
//! chapter  = number title (text | measure+)   (the highest family of numbers)
//! measure  = number title text sub-item*      (the next family below that chapter)
//! ```
//! Which family stands above which is the usual rank, unless the document counts otherwise: a family that starts
//! anew under each number of another stands below it. A row of a numbered table is a measure.

use crate::blocks::{Block, Kind, Paper};
use crate::duty;
use crate::marker::{self, Family};
use crate::signs::At;
use crate::table::Column;

/// Words of a measure: a paragraph or a row.
#[derive(Clone)]
pub(crate) enum Part {
    Text(At),
    Row(Vec<(Column, At)>),
}

impl Part {
    pub fn at(&self) -> At {
        match self {
            Part::Text(at) => at.clone(),
            Part::Row(cells) => cells.first().map_or(0, |c| c.1.start)..cells.last().map_or(0, |c| c.1.end),
        }
    }
}

/// A numbered thing: its title's place and everything up to the next of its level.
#[derive(Clone)]
pub(crate) struct Item {
    pub family: Family,
    pub no: u32,
    /// Where the words after the number begin.
    pub words: usize,
    pub parts: Vec<Part>,
    level: usize,
}

pub(crate) struct ChapterItems {
    pub no: u32,
    /// `None` for a plan without chapters.
    pub head: Option<Item>,
    pub measures: Vec<Item>,
}

/// Builds the outline of the blocks of one plan.
pub(crate) fn outline(paper: &Paper, blocks: &[Block]) -> Vec<ChapterItems> {
    let blocks = without_closing(paper, blocks);
    let mut items = items(paper, blocks);
    let order = seniority(&items);
    set_levels(&mut items, &order);
    drop_afterword(paper, &mut items);
    if top_is_chapters(paper, &items) { chapters(items) } else { flat(items) }
}

/// Without what closes a plan: clauses about the plan itself after the last number, or a closing heading without one.
fn without_closing<'a>(paper: &Paper, blocks: &'a [Block]) -> &'a [Block] {
    let text = |b: &Block| paper.signs.str(&b.at).to_owned();
    let bare = |b: &Block| matches!(b.kind, Kind::Text) && b.marker.is_none();
    let first = blocks.iter().position(|b| b.marker.is_some()).unwrap_or(blocks.len());
    let heading = blocks
        .iter()
        .skip(first)
        .position(|b| bare(b) && CLOSING_HEADS.contains(&text(b).trim_end_matches('：')));
    let blocks = &blocks[..heading.map_or(blocks.len(), |i| first + i)];
    let last = blocks.iter().rposition(|b| !bare(b)).unwrap_or(0);
    // the words under a heading that stands alone are its own
    let alone = blocks.get(last).is_some_and(|b| b.marker.is_some() && !text(b).contains(['。', '，']));
    let from = last + 1 + usize::from(alone);
    let closes = |b: &Block| is_closing(&text(b)) && !gives_work(paper, &b.at);
    let end = blocks.iter().skip(from).position(closes);
    &blocks[..end.map_or(blocks.len(), |i| from + i)]
}

/// Whether a paragraph holds a duty in brackets or with a label: then it is no closing clause.
fn gives_work(paper: &Paper, at: &At) -> bool {
    duty::find(&paper.signs, &Part::Text(at.clone())).iter().any(|d| !d.inline)
}

/// Headings without a number that close a plan.
const CLOSING_HEADS: &[&str] =
    &["工作要求", "有关要求", "相关要求", "几点要求", "具体要求", "其他要求", "附则", "其他事项"];

/// Where each of several measures is one paragraph, paragraphs after the last one's close the plan.
fn drop_afterword(paper: &Paper, items: &mut [Item]) {
    let Some((last, before)) = items.split_last_mut() else { return };
    let alike: Vec<&Item> = before.iter().filter(|i| i.family == last.family).collect();
    let single = alike.len() >= 4 && alike.iter().all(|i| i.parts.len() == 1);
    let works = last.parts.iter().skip(1).any(|p| gives_work(paper, &p.at()));
    if single && !works && last.family != Family::Row {
        last.parts.truncate(1);
    }
}

fn items(paper: &Paper, blocks: &[Block]) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    let mut last = [0u32; Family::Row as usize + 1];
    for block in blocks {
        let text = paper.signs.str(&block.at);
        let part = match &block.kind {
            Kind::Text if is_note(text) => continue,
            Kind::Text => Part::Text(block.at.clone()),
            Kind::Row { cells } => Part::Row(cells.clone()),
        };
        // 一是…；二是… counts within a sentence
        let within = ["；二是", "，二是", "；二要", "，二要"].iter().any(|w| text.contains(w));
        let marker = block.marker.filter(|(m, _)| m.family != Family::First || !within);
        if let Some((m, words)) = marker {
            last[m.family as usize] = m.no;
            items.push(Item { family: m.family, no: m.no, words, parts: vec![part], level: 0 });
        } else if let Some(item) = items.last_mut() {
            item.parts.push(part);
        }
        if matches!(block.kind, Kind::Text) && !items.is_empty() {
            split_inline(paper, block.at.clone(), within, &mut items, &mut last);
        }
    }
    items
}

fn is_note(text: &str) -> bool {
    ["注：", "备注：", "说明：", "附注："].iter().any(|w| text.starts_with(w))
}

/// Numbers inside a paragraph: after the end of a sentence, when they carry a count on or begin one.
fn split_inline(paper: &Paper, at: At, within: bool, items: &mut Vec<Item>, last: &mut [u32]) {
    let text = paper.signs.str(&at);
    let mut ended = false;
    let mut quoted = 0i32;
    for (i, c) in text.char_indices() {
        quoted += i32::from(matches!(c, '“' | '《')) - i32::from(matches!(c, '”' | '》'));
        // 一、源头治理 （一）产地净化: the first measure behind its chapter's title
        let behind_title = c == '('
            && i > 0
            && i < 120
            && quoted <= 0
            && text[i..].starts_with("(一)")
            && paper.signs.gap_before(at.start + i);
        let starts = ended && quoted <= 0 || behind_title;
        ended = matches!(c, '。' | '：') || (matches!(c, ')' | ']') && !starts) || (c == '；');
        if !starts || i == 0 {
            continue;
        }
        let Some(m) = marker::at_start(&text[i..], false) else { continue };
        let before = text[..i].chars().next_back();
        if m.family == Family::First && within
            || !may_stand_inline(m.family, before)
            || !follows(m.no, last[m.family as usize])
        {
            continue;
        }
        last[m.family as usize] = m.no;
        let start = at.start + i;
        if let Some(Part::Text(open)) = items.last_mut().and_then(|item| item.parts.last_mut()) {
            open.end = start;
        }
        let parts = vec![Part::Text(start..at.end)];
        items.push(Item { family: m.family, no: m.no, words: start + m.len, parts, level: 0 });
    }
}

fn follows(no: u32, last: u32) -> bool {
    no == last + 1 || no == 1
}

fn may_stand_inline(family: Family, before: Option<char>) -> bool {
    match family {
        Family::Bracket | Family::Comma | Family::Number | Family::Chapter | Family::Part => {
            before != Some('；')
        }
        Family::First => before != Some('；'),
        Family::NumberBracket | Family::Circled | Family::NumberHalf => true,
        _ => false,
    }
}

/// The families that occur, the highest first.
fn seniority(items: &[Item]) -> Vec<Family> {
    let mut seen: Vec<(Family, usize, usize)> = Vec::new();
    for (i, item) in items.iter().enumerate() {
        match seen.iter_mut().find(|s| s.0 == item.family) {
            Some(s) => s.2 += usize::from(item.no == 1),
            None => seen.push((item.family, i, usize::from(item.no == 1))),
        }
    }
    seen.sort_by_key(|s| s.0);
    // the lower family came first and the higher one starts anew under it: the document counts the other way
    for _ in 0..seen.len() {
        for i in 1..seen.len() {
            let (above, below) = (seen[i - 1], seen[i]);
            if below.0 != Family::Row && above.2 > below.2 && above.2 > 1 && below.1 < above.1 {
                seen.swap(i - 1, i);
            }
        }
    }
    seen.into_iter().map(|s| s.0).collect()
}

fn set_levels(items: &mut [Item], order: &[Family]) {
    let rank = |f: Family| order.iter().position(|o| *o == f).unwrap_or(order.len());
    // rank, number, and how often it restarted inside itself
    let mut stack: Vec<(usize, u32)> = Vec::new();
    for item in items {
        let own = rank(item.family);
        let nested =
            stack.last().is_some_and(|(r, no)| *r == own && item.no == 1 && *no >= 1 && !stack.is_empty());
        if nested && own > 0 && item.family != Family::Row {
            stack.push((own, 1));
        } else {
            while stack.last().is_some_and(|(r, _)| *r > own) {
                stack.pop();
            }
            // back out of a count inside a count
            while stack.len() > 1
                && stack[stack.len() - 1].0 == own
                && stack[stack.len() - 2].0 == own
                && item.no != stack[stack.len() - 1].1 + 1
            {
                stack.pop();
            }
            if stack.last().is_some_and(|(r, _)| *r == own) {
                stack.pop();
            }
            stack.push((own, item.no));
        }
        item.level = stack.len() - 1;
    }
}

/// How closing clauses, notes, signatures and a page's foot begin.
fn is_closing(text: &str) -> bool {
    const HEADS: &[&str] = &[
        "各乡镇",
        "各镇",
        "各街道",
        "各县",
        "各市",
        "各区",
        "各有关",
        "各成员",
        "各单位",
        "各部门",
        "各责任",
        "各地",
        "各级",
        "请各",
        "以上",
        "本要点",
        "本计划",
        "本方案",
        "本安排",
        "本工作",
        "附：",
        "附件",
        "附注",
        "联系",
        "注：",
        "备注",
        "说明：",
        "自印发",
        "抄送",
        "此件",
        "主送",
        "扫一扫",
        "打印",
        "分享",
        "关闭",
        "上一",
        "下一",
        "相关附件",
    ];
    if HEADS.iter().any(|h| text.starts_with(h)) {
        return !crate::duty::label::is_label_line(text);
    }
    let short = text.chars().count() <= 26;
    short && (text.starts_with("20") || text.starts_with('二')) && text.ends_with('日')
        || text.contains("负责解释") && text.chars().count() < 60
        || short
            && ["【", "[返回", "[打印", "(此件", "(联系", "版权", "主办单位：", "来源："]
                .iter()
                .any(|h| text.starts_with(h))
            && !text.contains("责任")
            && !text.contains("牵头")
}

/// Whether the highest family are chapters, or the measures of a plan without any.
fn top_is_chapters(paper: &Paper, items: &[Item]) -> bool {
    let tops: Vec<usize> = (0..items.len()).filter(|&i| items[i].level == 0).collect();
    let Some(first) = tops.first() else { return false };
    if items[*first].family.makes_chapters() {
        return true;
    }
    let heads = tops
        .iter()
        .filter(|&&i| items.get(i + 1).is_some_and(|next| next.level == 1) && is_heading(paper, &items[i]));
    items[*first].family != Family::Row && heads.count() * 2 > tops.len()
}

/// A title alone, without words of its own.
fn is_heading(paper: &Paper, item: &Item) -> bool {
    let [Part::Text(at)] = item.parts.as_slice() else { return false };
    let words = paper.signs.str(&(item.words..at.end));
    words.chars().count() <= 40 && !words.trim_end_matches(['。', '：']).contains('。')
}

fn chapters(items: Vec<Item>) -> Vec<ChapterItems> {
    let mut out: Vec<ChapterItems> = Vec::new();
    for item in items {
        match (item.level, out.last_mut()) {
            (0, _) => out.push(ChapterItems { no: item.no, head: Some(item), measures: Vec::new() }),
            (1, Some(chapter)) => chapter.measures.push(item),
            (_, Some(chapter)) => match chapter.measures.last_mut() {
                Some(measure) => measure.parts.extend(item.parts),
                None => chapter.measures.push(item),
            },
            (_, None) => {}
        }
    }
    out
}

fn flat(items: Vec<Item>) -> Vec<ChapterItems> {
    let mut measures: Vec<Item> = Vec::new();
    for item in items {
        match measures.last_mut() {
            Some(measure) if item.level > 0 => measure.parts.extend(item.parts),
            _ => measures.push(item),
        }
    }
    if measures.is_empty() { Vec::new() } else { vec![ChapterItems { no: 0, head: None, measures }] }
}
