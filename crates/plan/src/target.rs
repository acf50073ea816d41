//! Targets (目标): figures to be reached, with name, operator, value and unit, each from its sentence.
//!
//! ```text
//! target = name compare? figure unit (/ per)? compare-behind?
//! name   = words of the clause | rate ((、|和) rate)* (均 | 分别)
//! unit   = printed unit, and what it is per: 每两年…1次 is 次/两年, 每千人3份 is 批次/千人
//! ```
//! A rate counts unless something makes it none; a count needs a comparison, a period, or an act that asks for it.

mod count;
mod name;
mod number;
mod operator;
mod scope;
mod unit;

use crate::plan::{Op, Target};
use crate::signs::{At, Signs, sentences};
use number::Quantity;

/// Whether `s` begins with a unit: then a number before it is a figure, not an ordinal.
pub(crate) fn starts_with_unit(s: &str) -> bool {
    s.starts_with('%')
        || unit::at_start(s).is_some_and(|u| {
            !u.time
                && matches!(u.name, "批次" | "份" | "次" | "家" | "个百分点" | "亩" | "吨" | "元" | "学时")
        })
}

/// Reads the targets of a range of words that holds no duty.
pub(crate) fn find(signs: &Signs, at: &At, year: Option<i32>, out: &mut Vec<Target>) {
    for piece in sentences(signs.str(at)) {
        sentence(signs, at.start + piece.start..at.start + piece.end, year, out);
    }
}

/// Where a figure stands in its sentence.
struct Place {
    clause: usize,
    clause_before: usize,
    depth: usize,
    quoted: bool,
}

fn sentence(signs: &Signs, at: At, year: Option<i32>, out: &mut Vec<Target>) {
    let text = signs.str(&at);
    let all = number::quantities(text);
    if all.is_empty() {
        return;
    }
    let mut reader = Reader {
        signs,
        at: &at,
        text,
        year,
        previous: None,
        carried: None,
        last_end: 0,
        counted: false,
        waiting: Vec::new(),
    };
    let places = places(text, &all);
    for (i, (q, place)) in all.iter().zip(&places).enumerate() {
        let stop = all.get(i + 1).map_or(text.len(), |next| next.start);
        let found = reader.figure(q, place, stop);
        if !(q.time || q.words && found.is_empty()) {
            reader.last_end = q.end;
        }
        out.extend(found);
    }
}

/// Clause, brackets and quotes around each figure, in one pass.
fn places(text: &str, all: &[Quantity]) -> Vec<Place> {
    let mut out = Vec::with_capacity(all.len());
    let mut open: Vec<(usize, usize)> = Vec::new();
    let (mut clause, mut before, mut quotes) = (0, 0, 0i32);
    let mut next = all.iter().peekable();
    for (i, c) in text.char_indices() {
        if next.peek().is_some_and(|q| q.start == i) {
            next.next();
            out.push(Place { clause, clause_before: before, depth: open.len(), quoted: quotes > 0 });
        }
        match c {
            '(' | '[' => {
                open.push((clause, before));
                (clause, before) = (i + 1, i + 1);
            }
            ')' | ']' => {
                if let Some((c, b)) = open.pop() {
                    (clause, before) = (c, b);
                }
            }
            '“' | '《' => quotes += 1,
            '”' | '》' => quotes = (quotes - 1).max(0),
            '，' | '：' => (before, clause) = (clause, i + c.len_utf8()),
            _ => {}
        }
    }
    out
}

struct Reader<'a> {
    signs: &'a Signs,
    at: &'a At,
    text: &'a str,
    year: Option<i32>,
    /// Operator, end and unit of the figure before, for 98%、95%以上 and C级不少于2次.
    previous: Option<(Op, usize, String)>,
    carried: Option<(&'static str, String)>,
    last_end: usize,
    /// The figure before was a count that is asked for.
    counted: bool,
    /// Names that figures to come stand for.
    waiting: Vec<String>,
}

impl Reader<'_> {
    fn figure(&mut self, q: &Quantity, place: &Place, stop: usize) -> Vec<Target> {
        let from = place.clause.max(if self.last_end > place.clause && self.parts_figures(q) {
            self.last_end
        } else {
            0
        });
        let left = self.text[from..q.start].trim_start_matches(['、', '和', '及']);
        let clause_end = self.text[q.end..].find(['，', '：']).map_or(self.text.len(), |i| q.end + i);
        let right = &self.text[q.end..clause_end];
        let near = &self.text[q.end..clause_end.min(stop.max(q.end))];
        // 做到3个100%: a slogan
        let slogan = q.unit == "%" && self.text[..q.start].ends_with('个');
        if place.quoted || q.vague || q.value.is_zero() || slogan {
            return Vec::new();
        }
        let compared = operator::read(left, right);
        let listed = self.lists_on(q, left);
        if self.is_none(q, place, left, right, &compared) {
            self.previous = None;
            return Vec::new();
        }
        let per = self.per(q, place, left);
        let rate = matches!(q.unit.as_str(), "%" | "‰") || q.unit.ends_with("百分点");
        let asked = if q.time {
            self.is_time_goal(q, left, place, &compared)
        } else if rate {
            place.depth == 0 || compared.printed
        } else {
            let printed = compared.printed || listed.is_some();
            let open = place.depth == 0 || compared.printed;
            let before = &self.text[..q.start];
            // 评选10个集体和20名个人
            let goes_on = self.counted && before.ends_with(['、', '和', '及']) && !q.words;
            open && (goes_on || count::is_asked(q, left, before, right, printed, per.is_some()))
        };
        self.counted = asked && !rate && !q.time;
        if !asked {
            return Vec::new();
        }
        let op = match listed {
            Some(op) if compared.op == Op::AtLeast => op,
            _ => compared.op,
        };
        self.previous = Some((op, q.end + compared.right, q.unit.clone()));
        self.targets(q, place, left, near, &compared, op, per)
    }

    /// Whether the figure before ends a unit of meaning, so that the words after it are this one's own.
    fn parts_figures(&self, q: &Quantity) -> bool {
        self.last_end < q.start
    }

    /// 分别达到98%、95%: the word before the first figure holds for the next.
    fn lists_on(&self, q: &Quantity, left: &str) -> Option<Op> {
        let (op, end, unit) = self.previous.as_ref()?;
        let between = self.text.get(*end..q.start)?;
        let tied = matches!(between, "、" | "和" | "，" | "及" | "");
        (left.is_empty() && tied && (*unit == q.unit || !self.waiting.is_empty())).then_some(*op)
    }

    fn is_none(
        &self,
        q: &Quantity,
        place: &Place,
        left: &str,
        right: &str,
        compared: &operator::Compared,
    ) -> bool {
        let before = &self.text[..q.start];
        let clause = &self.text[place.clause..q.start];
        let past = scope::is_past(before, self.year) && !(compared.reached && clause.contains(['由', '从']));
        let other = self.is_part_only(clause, compared);
        past || scope::is_existing(clause)
            || scope::is_base(left, right)
            || scope::is_condition(clause, right)
            || scope::is_budget(before, &self.text[q.end..])
            || other
    }

    /// 其中县本级安排1100批次: splits another figure, unless a word of comparison asks for it.
    fn is_part_only(&self, clause: &str, compared: &operator::Compared) -> bool {
        clause.contains("其中") && !compared.printed
    }

    /// 时限压缩至8个工作日: the span of time is itself the goal.
    fn is_time_goal(&self, q: &Quantity, left: &str, place: &Place, compared: &operator::Compared) -> bool {
        let words = &self.text[place.clause_before.min(q.start)..q.start];
        let learns = ["培训", "学习", "学时", "课程"].iter().any(|w| left.contains(w));
        let span = [
            "时限",
            "期限",
            "用时",
            "时长",
            "周期",
            "办结时间",
            "办理时间",
            "审批时间",
            "响应时间",
            "平均时间",
            "所需时间",
            "时间",
        ];
        let goal = span.iter().any(|w| left.contains(w) || words.contains(w));
        compared.printed
            && (goal && compared.op != Op::AtLeast
                || learns && compared.op == Op::AtLeast
                || goal && compared.left + 12 >= left.len() && compared.op == Op::AtMost)
    }

    /// What the figure is per, as a unit's tail.
    fn per(&mut self, q: &Quantity, place: &Place, left: &str) -> Option<&'static str> {
        if let Some(per) = q.per {
            return Some(per);
        }
        let clause = &self.text[place.clause.max(self.last_end.min(q.start))..q.start];
        let before = &self.text
            [place.clause_before.max(self.last_end.min(place.clause)).min(place.clause)..place.clause];
        let touching = unit::touching_period(left)
            .filter(|_| matches!(q.unit.as_str(), "次" | "轮" | "遍" | "场" | "期"));
        let heads = ["人均", "每人", "每名"].iter().any(|w| left.contains(w));
        let hours = matches!(q.unit.as_str(), "学时" | "小时" | "个小时") && heads;
        let own = unit::period(clause).or(touching);
        let short = before.chars().count() <= 24;
        let found = if hours { Some("年") } else { own.or_else(|| unit::period(before).filter(|_| short)) };
        if let Some(per) = found {
            self.carried = Some((per, q.unit.clone()));
            return Some(per);
        }
        // 每月A级不少于1次，B级不少于2次
        let (per, unit) = self.carried.as_ref()?;
        let same = *unit == q.unit
            && left.chars().count() <= 14
            && ["不少于", "至少", "不低于"].iter().any(|w| left.contains(w));
        same.then_some(per)
    }

    #[allow(clippy::too_many_arguments)]
    fn targets(
        &mut self,
        q: &Quantity,
        place: &Place,
        left: &str,
        near: &str,
        compared: &operator::Compared,
        op: Op,
        per: Option<&'static str>,
    ) -> Vec<Target> {
        let names = self.names(q, place, left, compared);
        let before = self.clause_before(place).map(str::to_owned);
        let text = self.signs.raw(self.at);
        let span = self.signs.span(&(self.at.start + place.clause..self.at.start + q.end + compared.right));
        let unit = unit_of(q, per, &self.text[place.clause..q.start]);
        names
            .into_iter()
            .map(|name| Target {
                name: name::printed(self.named(&name, q, near, compared, before.as_deref()), &text),
                op,
                value: q.value.normalize(),
                unit: unit.clone(),
                text: text.clone(),
                span,
            })
            .collect()
    }

    /// The clause before, unless it has figures of its own.
    fn clause_before(&self, place: &Place) -> Option<&str> {
        let before = self.text.get(place.clause_before..place.clause)?.trim_end_matches(['，', '：']);
        (!before.is_empty() && !before.chars().any(|c| c.is_ascii_digit())).then_some(before)
    }

    /// The names this figure stands for.
    fn names(
        &mut self,
        q: &Quantity,
        place: &Place,
        left: &str,
        compared: &operator::Compared,
    ) -> Vec<String> {
        if left.is_empty() && !self.waiting.is_empty() {
            return vec![self.waiting.remove(0)];
        }
        let words = &left[..compared.named];
        let mut names = name::rates(words, self.clause_before(place));
        self.waiting.clear();
        if self.splits_by_figures(q, words) {
            names = name::each(words);
            self.waiting = names.split_off(1);
        } else if left.is_empty() || !q.unit.contains('%') {
            names.truncate(1);
        }
        names
    }

    /// 分别达到98%、95%: as many figures as names follow.
    fn splits_by_figures(&self, q: &Quantity, words: &str) -> bool {
        let rest = self.text[q.end..].trim_start_matches(|c: char| !matches!(c, '、' | '和' | '，' | '。'));
        let next = rest.trim_start_matches(['、', '和', '，']);
        words.contains("分别")
            && next.starts_with(|c: char| c.is_ascii_digit() || crate::numeral::is_numeral(c))
            || words.contains("分别") && next.starts_with("百分之")
    }

    /// The words before the bracket a figure stands in: 曝光典型案例（不少于3起）.
    fn around_bracket(&self, q: &Quantity) -> Option<&str> {
        let before = &self.text[..q.start];
        let open = before.rfind(['(', '[']).filter(|i| !before[*i..].contains([')', ']']))?;
        before[..open].rsplit(['，', '：', '、']).next()
    }

    /// A name that says something, from what stands around the figure.
    fn named(
        &self,
        name: &str,
        q: &Quantity,
        near: &str,
        compared: &operator::Compared,
        before: Option<&str>,
    ) -> String {
        let behind = near.get(compared.right..).unwrap_or("").trim_start_matches('的');
        let behind = &behind[..behind.find(['；', '(', ')', '。']).unwrap_or(behind.len())];
        // 时限由20个工作日压缩至: the way there is no name
        let from = name.find(['由', '从']).filter(|i| *i > 0 && compared.reached);
        let name = &name[..from.unwrap_or(name.len())];
        let rate = q.unit.contains('%');
        let behind = if rate { behind } else { &behind[..behind.find('、').unwrap_or(behind.len())] };
        let alone = name.chars().count() >= 3 && (name::is_rate(name) || behind.is_empty());
        let mut full = if alone { name.to_owned() } else { format!("{name}{behind}") };
        if full.chars().count() < 3 {
            let around = self.around_bracket(q).or(before);
            full = format!("{}{full}", around.map_or("", name::bare));
        }
        if rate { full } else { name::counted(&full) }
    }
}

/// The unit with what it is per; 份 and 批 per thousand people are batches, training per head is hours a year.
fn unit_of(q: &Quantity, per: Option<&'static str>, clause: &str) -> String {
    let training = clause.contains("培训") || clause.contains("学习");
    let what = match (q.unit.as_str(), per) {
        ("份" | "批", Some("千人")) => "批次",
        ("小时" | "个小时", Some("年")) if training => "学时",
        (unit, _) => unit,
    };
    match per {
        Some("人·年" | "人年" | "年·人" | "年度" | "学年") => format!("{what}/年"),
        Some("季") => format!("{what}/季度"),
        Some("天") => format!("{what}/日"),
        Some("个月") => format!("{what}/月"),
        Some(per) if !what.contains('%') => format!("{what}/{per}"),
        _ => what.to_owned(),
    }
}
