//! Names of bodies (单位): what can be one, and how a list of them is cut.
//!
//! ```text
//! list  = item (、|，|；  item)*          at bracket depth 0; 和 and 及 do not cut
//! item  = name bracket? 等?               bracket may belong to the name: 区发展改革委（粮食和储备局）
//! group = 各 name (、 kind)*              kinds without level or name stay in: 各乡镇、办、管委会
//! ```

mod words;

use crate::plan::Role;
use crate::signs::{At, Signs};
use words::{ENDINGS, NOT, WORK};

/// An item of a list: where it stands and the role a bracket behind it gives (（牵头）).
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub at: At,
    pub role: Option<Role>,
}

const LEVELS: [char; 16] =
    ['省', '市', '区', '县', '州', '旗', '盟', '镇', '乡', '街', '团', '国', '中', '各', '驻', '村'];

/// Without a bracket at its end.
fn stem(s: &str) -> &str {
    if !s.ends_with([')', ']']) {
        return s;
    }
    let mut depth = 0;
    for (i, c) in s.char_indices().rev() {
        depth += i32::from(matches!(c, ')' | ']')) - i32::from(matches!(c, '(' | '['));
        if depth == 0 {
            return &s[..i];
        }
    }
    s
}

/// The first signs of `WORK`: most names hold none of them.
fn begins_work(c: char) -> bool {
    matches!(
        c,
        '发' | '建'
            | '健'
            | '开'
            | '加'
            | '落'
            | '强'
            | '提'
            | '推'
            | '督'
            | '实'
            | '明'
            | '依'
            | '负'
            | '牵'
            | '配'
            | '会'
            | '充'
            | '进'
            | '按'
            | '根'
            | '通'
    )
}

/// Whether `s` looks like a body's name by itself.
pub(crate) fn is_name(s: &str) -> bool {
    if matches!(s, "各地" | "各镇街" | "各学校") {
        return true;
    }
    let stem = stem(s);
    let n = stem.chars().count();
    let count = s.chars().count();
    if s.starts_with(['(', '['])
        || n < 2
        || count > 40
        || stem
            .chars()
            .any(|c| c.is_ascii_digit() || matches!(c, '，' | '。' | '：' | '；' | '“' | '《' | '%'))
    {
        return false;
    }
    if NOT.iter().any(|w| stem.ends_with(w)) && !stem.ends_with("政府") && !(stem.ends_with("日报") && n > 2)
    {
        return false;
    }
    if stem.contains(['的', '将', '被', '把'])
        || [
            "要", "报", "对", "向", "在", "由", "与", "并", "将", "为", "督促", "指导", "组织", "完善",
            "加强", "推进", "推动", "配合", "经", "从", "以",
        ]
        .iter()
        .any(|w| stem.starts_with(w))
    {
        return false;
    }
    if stem.contains(begins_work) && WORK.iter().any(|w| stem.contains(w)) {
        return false;
    }
    ENDINGS.iter().any(|e| stem.ends_with(e))
        || s != stem && ["局)", "委)", "办)", "厅)", "中心)", "部门)"].iter().any(|e| s.ends_with(e))
}

/// A name that says whose it is: it begins with a level or 各, or its head is a place or a known body.
pub(crate) fn is_particular(s: &str) -> bool {
    is_name(s)
        && (s.starts_with(LEVELS)
            || s.chars().count() >= 4
                && !s.starts_with(['有', '相', '其', '该', '本', '企'])
                && LEVELS.iter().any(|l| s.chars().skip(1).take(4).any(|c| c == *l)))
        || is_name(s)
            && [
                "海关",
                "公安分局",
                "人民银行",
                "监管局",
                "分局",
                "食安办",
                "宣传部",
                "法院",
                "检察院",
                "农业农村局",
                "教育局",
            ]
            .iter()
            .any(|w| s.contains(w))
}

/// What may stand in a list beside true names: anything short that is no person and no date.
pub(crate) fn is_item(s: &str) -> bool {
    let n = stem(s).chars().count();
    let person = ["人", "长", "员", "者", "书记", "主任", "法人", "代表", "老师", "家长", "责任", "义务"]
        .iter()
        .any(|w| stem(s).ends_with(w));
    (2..=30).contains(&n)
        && !person
        && !s.contains(['。', '%', '“', '《'])
        && !is_date(s)
        && (is_name(s)
            || s.chars()
                .all(|c| crate::signs::is_chinese(c) || "()[]、，/·-".contains(c) || c.is_ascii_alphabetic())
                && n <= 14)
}

/// 6月底前, 2023年12月前完成, 长期坚持, 全年
pub(crate) fn is_date(s: &str) -> bool {
    let numbered = s.starts_with(|c: char| c.is_ascii_digit() || crate::numeral::is_numeral(c));
    let dated = ["月", "年", "日", "季度", "周"].iter().any(|w| s.contains(w))
        && (numbered || ["前", "完成", "每", "底", "全年", "年内"].iter().any(|w| s.contains(w)));
    let words = [
        "长期",
        "常年",
        "实时",
        "经常",
        "全年",
        "持续",
        "年底",
        "年内",
        "常态",
        "立即",
        "适时",
        "按时",
        "即时",
        "按时限",
        "完成时限",
        "贯穿",
        "时限",
        "推进",
        "坚持",
        "随时",
    ];
    dated && !is_name(s) || words.iter().any(|w| s.starts_with(w))
}

/// Cuts a list into its items, groups of 各 kept whole, 等 and its tail dropped.
pub(crate) fn split(signs: &Signs, at: &At) -> Vec<Item> {
    let mut items: Vec<(At, bool)> = Vec::new();
    let text = signs.str(at);
    let (mut depth, mut start) = (0i32, 0usize);
    let mut push = |from: usize, to: usize, wide: bool| {
        if to > from {
            items.push((at.start + from..at.start + to, wide));
        }
    };
    let mut wide = false;
    for (i, c) in text.char_indices() {
        depth += i32::from(matches!(c, '(' | '[')) - i32::from(matches!(c, ')' | ']'));
        if depth > 0 {
            continue;
        }
        let cut = matches!(c, '、' | '，' | '；' | '。' | ',' | ';' | '/')
            && !(c == '/' && is_slash_inside(&text[start..i]));
        if cut {
            push(start, i, wide);
            wide = c != '、';
            start = i + c.len_utf8();
        } else if i > start
            && signs.gap_before(at.start + i)
            && is_name(&text[start..i])
            && text[i..].starts_with(LEVELS)
        {
            push(start, i, wide);
            wide = true;
            start = i;
        }
    }
    push(start, text.len(), wide);
    grouped(signs, items)
}

fn is_slash_inside(before: &str) -> bool {
    !is_name(before)
}

fn grouped(signs: &Signs, items: Vec<(At, bool)>) -> Vec<Item> {
    let mut out: Vec<Item> = Vec::new();
    let mut in_group = false;
    for (at, _) in items {
        let (at, role) = own_role(signs, at);
        let (at, ended) = without_etc(signs, at);
        if at.is_empty() {
            continue;
        }
        let s = signs.str(&at);
        let joins = in_group && role.is_none() && is_kind(s);
        if joins && let Some(group) = out.last_mut() {
            group.at.end = at.end;
        } else {
            in_group = s.starts_with('各');
            out.push(Item { at, role });
        }
        in_group &= !ended;
    }
    out
}

/// Only words for kinds of bodies: 乡镇, 街道办事处, 管委会, 人民政府.
fn is_kind(s: &str) -> bool {
    const KINDS: &[&str] = &[
        "街道办事处",
        "办事处",
        "人民政府",
        "管理委员会",
        "管委会",
        "党工委",
        "成员单位",
        "行政村",
        "开发区",
        "园区",
        "景区",
        "社区",
        "街道",
        "乡镇",
        "镇街",
        "政府",
        "党委",
        "部门",
        "单位",
        "有关",
        "相关",
        "农场",
        "林场",
        "牧场",
        "办",
        "乡",
        "镇",
        "村",
        "场",
        "县",
        "市",
        "区",
        "州",
        "旗",
        "和",
        "及",
        "与",
    ];
    let mut rest: String = s.chars().filter(|c| !"()[]、/".contains(*c)).collect();
    // a level in front of another word makes a name: 区直部门, 市级部门
    while !rest.is_empty() {
        let Some(word) = KINDS.iter().find(|k| rest.starts_with(**k)) else { return false };
        rest.drain(..word.len());
    }
    let level_first = ["县", "市", "区", "州"].iter().any(|l| {
        s.starts_with(l)
            && s.chars().count() > 2
            && !s.starts_with(&format!("{l}人民"))
            && !s.starts_with(&format!("{l}("))
    });
    !level_first
}

/// 区市场监管局（牵头）
fn own_role(signs: &Signs, at: At) -> (At, Option<Role>) {
    let s = signs.str(&at);
    let inner = stem(s);
    if inner.len() == s.len() || inner.is_empty() {
        return (at, None);
    }
    let bracket = &s[inner.len() + 1..s.len() - 1];
    let role = match bracket {
        "牵头" | "主办" | "牵头单位" | "主办单位" | "牵头部门" | "牵头负责" => Role::Lead,
        "配合" | "协办" | "参与" | "协助" | "配合单位" | "参加" => Role::Cooperate,
        "负责" | "责任单位" => Role::Responsible,
        _ => return (at, None),
    };
    let end = at.start + inner.len();
    (at.start..end, Some(role))
}

/// Drops 等, 等部门, 等5个有关部门 at the end.
fn without_etc(signs: &Signs, at: At) -> (At, bool) {
    let s = signs.str(&at);
    let Some(i) = s.rfind('等') else { return (at, false) };
    let tail = &s[i + '等'.len_utf8()..];
    let plain: String =
        tail.chars().filter(|c| !c.is_ascii_digit() && !crate::numeral::is_numeral(*c)).collect();
    let etc = [
        "个", "家", "有关", "相关", "其他", "各", "成员", "市级", "县级", "区级", "区直", "县直", "市直",
        "职能", "主管", "行业", "部门", "和", "单位",
    ];
    let mut rest = plain.as_str();
    while !rest.is_empty() {
        let Some(word) = etc.iter().find(|w| rest.starts_with(**w)) else { return (at, false) };
        rest = &rest[word.len()..];
    }
    (at.start..at.start + i, true)
}
