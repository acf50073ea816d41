//! Duties in running words: 由甲局牵头、乙局配合, 甲局会同乙局开展, 由甲局负责.
//!
//! ```text
//! sentence-duty = 由? list adverb* (牵头|负责|配合|…)      list of strict names, touching the role word
//!               | list 会同 list                            the second list ends with a name's ending
//! ```
//! A body that is only the subject of a sentence has no role word touching it and is not read.

use crate::body;
use crate::plan::Role;
use crate::signs::{At, Signs};

const WORDS: &[(&str, Role)] = &[
    ("牵头", Role::Lead),
    ("主办", Role::Lead),
    ("为主", Role::Lead),
    ("负责", Role::Responsible),
    ("配合", Role::Cooperate),
    ("协办", Role::Cooperate),
    ("协助", Role::Cooperate),
    ("参与", Role::Cooperate),
    ("参加", Role::Cooperate),
    ("承办", Role::Responsible),
    ("组织实施", Role::Responsible),
    ("具体实施", Role::Responsible),
];

/// What makes 负责 or 配合 another word.
const OTHER_TAILS: &[&str] = &[
    "人",
    "制",
    "任",
    "的",
    "同志",
    "解释",
    "抓总作用",
    "作用",
    "协调作用",
    "抓总、",
    "机制",
    "度",
    "范围",
    "者",
    "单位",
    "部门",
    "：",
    "监督员",
    "区域",
];

const ADVERBS: &[&str] = &[
    "按照职责分工",
    "按照各自职责",
    "按各自职责",
    "按职责分工",
    "根据职责分工",
    "按职责",
    "按照职责",
    "依职责",
    "分别",
    "共同",
    "统一",
    "具体",
    "总",
    "要",
    "应",
    "须",
    "将",
    "积极",
    "密切",
    "协同",
    "主动",
    "等",
    "联合",
    "统筹",
];

/// Bodies with their roles, as one duty or several.
pub(crate) type Given = (At, Vec<(Role, At)>);

/// Reads the duties in words that hold no bracketed one.
pub(crate) fn read(signs: &Signs, at: &At) -> Vec<Given> {
    let text = signs.str(at);
    if !text.contains("会同") && !WORDS.iter().any(|(w, _)| text.contains(w)) {
        return Vec::new();
    }
    let mut reader = Reader { signs, base: at.start, text, out: Vec::new(), lead: false };
    let mut i = 0;
    while let Some(step) = text[i..].find(['会', '牵', '主', '为', '负', '配', '协', '参', '承', '组', '具'])
    {
        i += step;
        i += reader.word_at(i);
    }
    reader.out
}

struct Reader<'a> {
    signs: &'a Signs,
    base: usize,
    text: &'a str,
    out: Vec<Given>,
    lead: bool,
}

impl Reader<'_> {
    /// Reads a role word at `i`, if one stands there; gives how far to go on.
    fn word_at(&mut self, i: usize) -> usize {
        let rest = &self.text[i..];
        let first = rest.chars().next().map_or(1, char::len_utf8);
        if rest.starts_with("会同") {
            return self.together(i).unwrap_or(first);
        }
        let Some((word, role)) = WORDS.iter().find(|(w, _)| rest.starts_with(w)) else { return first };
        let after = &rest[word.len()..];
        if OTHER_TAILS.iter().any(|t| after.starts_with(t)) || describes(after) {
            return word.len();
        }
        let (bodies_end, by_duty) = without_adverbs(&self.text[..i]);
        let (list, by) = self.list_before(bodies_end);
        let chained = !self.out.is_empty();
        let holds = match role {
            Role::Cooperate => chained || by,
            Role::Lead | Role::Responsible => {
                by || list.first().is_some_and(|a| body::is_particular(self.signs.str(a)))
            }
        };
        if list.is_empty() || !holds {
            return word.len();
        }
        let lands = after.starts_with("落实");
        let role = if *role == Role::Responsible && by_duty && self.lead && !lands {
            Role::Cooperate
        } else {
            *role
        };
        self.take(role, list, i + word.len());
        word.len()
    }

    /// 甲会同乙、丙…
    fn together(&mut self, i: usize) -> Option<usize> {
        let (end, _) = without_adverbs(&self.text[..i]);
        let (leads, by) = self.list_before(end);
        let start = i + "会同".len();
        let (others, end) = self.list_after(start);
        let chained = self.lead;
        if others.is_empty()
            || !(chained || by || leads.first().is_some_and(|a| body::is_particular(self.signs.str(a))))
        {
            return None;
        }
        self.take(Role::Lead, leads, i);
        self.take(Role::Cooperate, others, end);
        Some(end - i)
    }

    /// Adds bodies to the duty at hand; 甲局负责…，乙局负责… are two.
    fn take(&mut self, role: Role, list: Vec<At>, to: usize) {
        let Some(first) = list.first() else { return };
        self.lead |= role == Role::Lead;
        let to = self.base + to;
        let from = first.start;
        let anew = self
            .out
            .last()
            .is_none_or(|(_, bodies)| role == Role::Responsible && bodies.iter().all(|(r, _)| *r == role));
        if anew {
            self.out.push((from..to, Vec::new()));
        }
        if let Some((at, bodies)) = self.out.last_mut() {
            *at = at.start.min(from)..at.end.max(to);
            bodies.extend(list.into_iter().map(|at| (role, at)));
        }
    }

    /// The names that end at `end`, and whether 由 stands before them.
    fn list_before(&self, end: usize) -> (Vec<At>, bool) {
        let clause = clause_start(self.text, end);
        let mut start = clause;
        let words = &self.text[clause..end];
        let mut by = false;
        if let Some(i) = words.rfind(['由', '经']) {
            start = clause + i + '由'.len_utf8();
            by = true;
        } else if let Some(stripped) = words.strip_prefix('以') {
            start = end - stripped.len();
        }
        let at = self.base + start..self.base + end;
        let items: Vec<At> = body::split(self.signs, &at).into_iter().map(|i| i.at).collect();
        let all = items.iter().all(|a| body::is_name(self.signs.str(a)));
        if all { (items, by) } else { (Vec::new(), false) }
    }

    /// Names that begin at `start`; the last ends where a name's ending meets other words.
    fn list_after(&self, start: usize) -> (Vec<At>, usize) {
        let rest = &self.text[start..];
        let stop = rest.find(['，', '。', '；', '：']).unwrap_or(rest.len());
        let at = self.base + start..self.base + start + stop;
        let mut out = Vec::new();
        let mut end = start;
        for item in body::split(self.signs, &at) {
            let s = self.signs.str(&item.at);
            let Some(len) = name_len(s) else { break };
            end = item.at.start + len - self.base;
            out.push(item.at.start..item.at.start + len);
            if len < s.len() {
                break;
            }
        }
        (out, end)
    }
}

/// 由甲办牵头、部门参与的联动机制: describes a mechanism, gives no work.
fn describes(after: &str) -> bool {
    let clause = after.split(['，', '。', '；']).next().unwrap_or("");
    let of = clause.char_indices().take(30).find(|(_, c)| *c == '的').map(|(i, _)| i);
    of.is_some_and(|i| ["机制", "体系", "格局", "模式", "制度"].iter().any(|w| clause[i..].contains(w)))
}

/// Bytes of the name at the start of `s`: the shortest with a body's ending, and a branch that follows it.
fn name_len(s: &str) -> Option<usize> {
    let cuts: Vec<usize> = s.char_indices().skip(2).map(|(i, _)| i).chain([s.len()]).take(24).collect();
    let named = |len: usize| {
        body::is_name(&s[..len])
            && [
                "局", "委", "办", "厅", "部", "院", "政府", "部门", "单位", "会", "社", "中心", "队", "联",
                "协", "关", "街道", "公司", "行", ")",
            ]
            .iter()
            .any(|e| s[..len].ends_with(e))
    };
    let mut len = cuts.iter().copied().find(|&c| named(c))?;
    let shortest = len;
    // 市公安局平桥分局, 区发展改革委(粮食和储备局)
    for &c in cuts.iter().filter(|&&c| c > shortest) {
        let more = &s[shortest..c];
        let branch = [
            "组织部",
            "宣传部",
            "统战部",
            "政法委",
            "网信办",
            "编办",
            "文明办",
            "食安办",
            "食药安办",
            "办公室",
            "督查室",
            "党校",
            "中心",
            "委员会",
            "分局",
            "支局",
            "办事处",
            "支队",
            "大队",
            ")",
        ]
        .iter()
        .any(|e| more.ends_with(e))
            && more.chars().count() <= 14;
        let bracket = !more.ends_with(')') || more.starts_with('(');
        if branch
            && bracket
            && !["开展", "对", "组织", "制定", "联合", "加强", "推进"]
                .iter()
                .any(|v| more.starts_with(v) && !more.starts_with("组织部"))
        {
            len = c;
        }
    }
    Some(len)
}

/// Where the clause that holds `end` begins; a list may run over ， when both sides are names.
fn clause_start(text: &str, end: usize) -> usize {
    let mut start = end;
    let mut next = end;
    for (i, c) in text[..end].char_indices().rev().take(160) {
        if matches!(c, '。' | '；' | '：' | '！') {
            return i + c.len_utf8();
        }
        if c == '，' {
            let piece = &text[i + c.len_utf8()..next];
            let last = piece.rsplit('、').next().unwrap_or(piece);
            if start != end && !body::is_name(last) {
                return start;
            }
            start = i + c.len_utf8();
            next = i;
            let before = &text[..i];
            let before_item = before.rsplit(['、', '，', '。', '由', '；']).next().unwrap_or("");
            if !body::is_name(before_item) {
                return start;
            }
        }
    }
    if text[..end].chars().nth(160).is_none() { 0 } else { start }
}

fn without_adverbs(text: &str) -> (usize, bool) {
    let mut s = text;
    let mut by_duty = false;
    while let Some(word) = ADVERBS.iter().find(|w| s.ends_with(**w)) {
        by_duty |= word.contains("职责");
        s = &s[..s.len() - word.len()];
    }
    (s.len(), by_duty)
}
