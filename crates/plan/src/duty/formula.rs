//! The words of a duty between its marks: bodies and the words that give them a role.
//!
//! ```text
//! formula = group ((，|；|、) group)*
//! group   = label list | list role-tail | list 会同 list role-tail? | list
//! role-tail = (按职责分工 | 分别 | 共同 | …)* (牵头 | 配合 | 负责 | 负责落实 | …)+
//! ```
//! 按职责分工负责 makes co-operating bodies of those who follow a lead, responsible ones otherwise.

use super::label;
use crate::body;
use crate::plan::Role;
use crate::signs::{At, Signs};

/// What a formula says.
#[derive(Debug, Default)]
pub(crate) struct Formula {
    pub bodies: Vec<(Role, At)>,
    /// A role or a label was printed; otherwise it is a bare list.
    pub explicit: bool,
}

/// Words that may end a group and carry its role; longest first where one ends another.
const VERBS: &[(&str, Option<Role>)] = &[
    ("牵头", Some(Role::Lead)),
    ("主办", Some(Role::Lead)),
    ("为主", Some(Role::Lead)),
    ("主责", Some(Role::Lead)),
    ("配合", Some(Role::Cooperate)),
    ("协办", Some(Role::Cooperate)),
    ("协助", Some(Role::Cooperate)),
    ("参与", Some(Role::Cooperate)),
    ("参加", Some(Role::Cooperate)),
    ("支持", Some(Role::Cooperate)),
    ("协作", Some(Role::Cooperate)),
    ("为牵头单位", Some(Role::Lead)),
    ("为牵头部门", Some(Role::Lead)),
    ("为配合单位", Some(Role::Cooperate)),
    ("为责任单位", Some(Role::Responsible)),
    ("为责任部门", Some(Role::Responsible)),
    ("负责", Some(Role::Responsible)),
    ("抓落实", Some(Role::Responsible)),
    ("落实", Some(Role::Responsible)),
    ("承办", Some(Role::Responsible)),
    ("实施", Some(Role::Responsible)),
    ("承担", Some(Role::Responsible)),
    ("主抓", Some(Role::Responsible)),
    ("组织", None),
    ("推进", None),
    ("抓总", None),
    ("开展", None),
    ("完成", None),
    ("按职责分工", None),
    ("按照职责分工", None),
    ("按职能分工", None),
    ("按职责", None),
    ("按照职责", None),
    ("职责分工", None),
    ("分别", None),
    ("共同", None),
    ("具体", None),
    ("统筹", None),
    ("协同", None),
    ("联合", None),
    ("分工", None),
];

/// Adverbs before a role word that say nothing of the role.
const ADVERBS: &[&str] = &[
    "根据职责分工",
    "依据职责分工",
    "依职责分工",
    "根据各自职责",
    "按照各自职责",
    "按各自职责",
    "依各自职责",
    "按照分工",
    "根据职责",
    "依职责",
    "按分工",
    "各司其职",
    "各负其责",
    "按各自",
    "按照各自",
    "依各自",
    "根据各自",
    "各自",
    "按照",
    "按",
    "依",
    "根据",
    "积极",
    "密切",
    "抓好",
    "做好",
    "总体",
    "总",
    "主要",
    "予以",
    "进行",
];

/// Work that makes a body neither lead nor co-operating nor responsible.
const OTHER_WORK: &[&str] = &[
    "统筹协调",
    "综合协调",
    "督促指导",
    "指导督促",
    "督导检查",
    "指导",
    "督导",
    "监督",
    "督促",
    "督办",
    "调度",
];

/// A group's end: where its bodies end and what role its words give.
struct Tail {
    bodies_end: usize,
    role: Option<Role>,
    by_duty: bool,
    lands: bool,
}

/// Strips role words from the end of `piece`.
fn tail(piece: &str) -> Option<Tail> {
    let mut end = piece.len();
    let (mut roles, mut by_duty, mut lands) = (Vec::new(), false, false);
    loop {
        let s = piece[..end].trim_end_matches(['，', '、']);
        if let Some((word, role)) = VERBS.iter().filter(|(w, _)| s.ends_with(w)).max_by_key(|(w, _)| w.len())
        {
            end = s.len() - word.len();
            by_duty |= word.contains("职责") || word.contains("职能") || *word == "分工";
            lands |= word.contains("落实");
            roles.extend(role);
        } else if let Some(word) = ADVERBS.iter().find(|w| s.ends_with(**w)) {
            end = s.len() - word.len();
            by_duty |= word.contains("职责") || word.contains("分工") || word.contains("各");
        } else {
            break;
        }
    }
    if roles.is_empty() {
        return None;
    }
    let has = |r: Role| roles.contains(&r);
    let role = [Role::Lead, Role::Cooperate, Role::Responsible].into_iter().find(|r| has(*r));
    Some(Tail { bodies_end: end, role, by_duty, lands })
}

/// 甲局负责种养环节: the role word stands between a name and what it is for.
fn inner_tail(piece: &str) -> Option<Tail> {
    let words = [("牵头", Role::Lead), ("负责", Role::Responsible), ("配合", Role::Cooperate)];
    let (i, role) =
        words.iter().filter_map(|(w, role)| piece.find(w).map(|i| (i, *role))).min_by_key(|(i, _)| *i)?;
    let names = piece[..i].trim_end_matches(['按', '主', '要', '具', '体']);
    body::is_name(names).then_some(Tail {
        bodies_end: names.len(),
        role: Some(role),
        by_duty: false,
        lands: false,
    })
}

/// Reads a formula. Bodies are checked by the caller.
pub(crate) fn read(signs: &Signs, at: &At, default: Option<Role>) -> Formula {
    let mut reader = Reader {
        signs,
        out: Formula::default(),
        pending: Vec::new(),
        label: Some(default),
        joined: false,
        lead: false,
    };
    reader.out.explicit = default.is_some();
    for piece in pieces(signs.str(at)) {
        reader.piece(at.start + piece.start..at.start + piece.end);
    }
    reader.flush_rest();
    reader.out
}

/// Pieces between separators at depth 0, each with what parts it from the next left out.
fn pieces(text: &str) -> Vec<At> {
    let (mut depth, mut start, mut out) = (0i32, 0, Vec::new());
    for (i, c) in text.char_indices() {
        depth += i32::from(matches!(c, '(' | '[')) - i32::from(matches!(c, ')' | ']'));
        if depth <= 0 && matches!(c, '，' | '；' | '。' | '、') {
            out.push(start..i);
            start = i + c.len_utf8();
        }
    }
    out.push(start..text.len());
    out.retain(|p| !p.is_empty());
    out
}

struct Reader<'a> {
    signs: &'a Signs,
    out: Formula,
    pending: Vec<At>,
    /// The label in force; `Some(None)` is a label that names no bodies or none at all so far.
    label: Option<Option<Role>>,
    /// 会同 was read: what follows co-operates.
    joined: bool,
    lead: bool,
}

impl Reader<'_> {
    fn piece(&mut self, mut at: At) {
        while let Some(found) = self.label_in(&at) {
            let (before, label) = found;
            if body::is_name(self.signs.str(&(at.start..before))) {
                self.pend(at.start..before);
            }
            self.flush_rest();
            self.label = label.role.map(Some);
            self.out.explicit |= label.role.is_some();
            self.joined = false;
            at.start = before + label.len;
        }
        if self.label.is_none() {
            return;
        }
        let text = self.signs.str(&at);
        if let Some(i) = text.find("会同") {
            self.pend(at.start..at.start + i);
            self.give(Role::Lead);
            self.joined = true;
            self.out.explicit = true;
            return self.piece(at.start + i + "会同".len()..at.end);
        }
        self.group(at);
    }

    /// A label in the piece and where it begins.
    fn label_in(&self, at: &At) -> Option<(usize, label::Label)> {
        let text = self.signs.str(at);
        if let Some(label) = label::at_start(text).or_else(|| label::bare_at_start(text)) {
            return Some((at.start, label));
        }
        // labels parted by blanks only: 牵头单位：甲局 配合单位：乙局
        let colon = text.find('：')?;
        text[..colon]
            .char_indices()
            .skip(1)
            .find_map(|(i, _)| label::at_start(&text[i..]).map(|l| (at.start + i, l)))
    }

    fn group(&mut self, at: At) {
        let text = self.signs.str(&at);
        // 县食安办统筹协调: work that is no role
        if let Some(name) = OTHER_WORK.iter().find_map(|w| text.strip_suffix(w)).filter(|n| body::is_name(n))
            && !name.is_empty()
        {
            // those in one list with it share the work
            let mut next = at.start;
            while let Some(last) = self.pending.pop_if(|last| self.signs.str(&(last.end..next)) == "、") {
                next = last.start;
            }
            self.out.explicit = true;
            return;
        }
        let Some(tail) = tail(text).or_else(|| inner_tail(text)) else { return self.pend(at) };
        self.pend(at.start..at.start + tail.bodies_end);
        self.out.explicit = true;
        let role = match tail.role {
            Some(Role::Lead) => Role::Lead,
            Some(Role::Responsible) if self.joined => Role::Cooperate,
            Some(Role::Responsible) if tail.by_duty && self.lead && !tail.lands => Role::Cooperate,
            Some(role) => role,
            None => return,
        };
        let role = if self.joined { Role::Cooperate } else { role };
        self.give(role);
        self.joined = false;
    }

    fn pend(&mut self, at: At) {
        if !at.is_empty() {
            self.pending.push(at);
        }
    }

    /// Gives all waiting bodies a role.
    fn give(&mut self, role: Role) {
        let pending = std::mem::take(&mut self.pending);
        self.lead |= role == Role::Lead;
        let (Some(first), Some(last)) = (pending.first(), pending.last()) else { return };
        for item in body::split(self.signs, &(first.start..last.end)) {
            if let Some(at) = cleaned(self.signs, item.at) {
                self.out.bodies.push((item.role.unwrap_or(role), at));
                self.out.explicit |= item.role.is_some();
            }
        }
    }

    fn flush_rest(&mut self) {
        let role =
            if self.joined { Role::Cooperate } else { self.label.flatten().unwrap_or(Role::Responsible) };
        self.give(role);
    }
}

/// Without words before the name (由, 以, 会同, 责任单位为) and without a date in front.
fn cleaned(signs: &Signs, mut at: At) -> Option<At> {
    loop {
        let s = signs.str(&at);
        if let Some(word) =
            ["此项工作由", "各项工作由", "以上工作由", "并会同", "会同", "由", "以", "并由", "请"]
                .iter()
                .find(|w| s.starts_with(**w))
        {
            at.start += word.len();
            continue;
        }
        if let Some(i) = s.rfind('由')
            && body::is_name(&s[i + '由'.len_utf8()..])
        {
            at.start += i + '由'.len_utf8();
            continue;
        }
        if let Some(i) = s.find('前')
            && s[..i].contains(['月', '日', '年', '底'])
            && s.starts_with(|c: char| c.is_ascii_digit() || crate::numeral::is_numeral(c) || c == '年')
        {
            at.start += i + '前'.len_utf8();
            if signs.str(&at).starts_with("完成") {
                at.start += "完成".len();
            }
            continue;
        }
        let opens = s.matches(['(', '[']).count();
        let closes = s.matches([')', ']']).count();
        let whole = opens == closes && s.ends_with([')', ']']);
        let trimmed = s.trim_end_matches(['：', '-', '.', '。', '(', ')', '[', ']']);
        if !whole {
            at.end = at.start + trimmed.len();
        }
        let s = signs.str(&at);
        return (!s.is_empty() && body::is_item(s)).then_some(at);
    }
}
