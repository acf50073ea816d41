//! What a figure is of: the words before it in the clause, cut into one name for each rate.

use crate::marker;

/// Endings of a rate's name.
const RATES: &[&str] = &[
    "率",
    "比例",
    "占比",
    "比重",
    "覆盖面",
    "满意度",
    "知晓度",
    "权重",
    "合格比",
    "指数",
    "得分",
    "评分",
    "比",
    "度",
];

pub(crate) fn is_rate(s: &str) -> bool {
    RATES.iter().any(|r| s.ends_with(r))
        && !["年度", "季度", "制度", "力度", "进度", "频度", "速度", "频率"].iter().any(|w| s.ends_with(w))
}

const TAILS: &[&str] = &[
    "均",
    "都",
    "全部",
    "分别",
    "双双",
    "双",
    "要",
    "应",
    "须",
    "力争",
    "确保",
    "实现",
    "稳步",
    "总体",
    "逐步",
    "基本",
    "也",
    "已",
    "全面",
    "继续",
    "必须",
    "达到",
    "达",
    "保持",
    "稳定",
    "不断",
    "到年底",
    "年底前",
    "全年",
    "努力",
    "总数",
    "数量",
    "合计",
    "，",
    "、",
    "：",
    "的",
];

const HEADS: &[&str] = &[
    "确保",
    "力争",
    "实现",
    "努力",
    "争取",
    "并",
    "且",
    "使",
    "推动",
    "推进",
    "其中",
    "同时",
    "以及",
    "到年底",
    "年底前",
    "年内",
    "及",
    "和",
    "，",
    "、",
    "保证",
];

/// Without a number in front and words that only lead to the figure.
pub(crate) fn bare(s: &str) -> &str {
    let mut s = marker::at_start(s, false).map_or(s, |m| &s[m.len..]);
    loop {
        let before = s;
        let tail = |s: &str, t: &str| s.len() > t.len() && !(t == "均" && ends_in_head(s));
        s = TAILS.iter().fold(s, |s, t| if tail(s, t) { s.strip_suffix(t).unwrap_or(s) } else { s });
        s = HEADS.iter().fold(s, |s, h| if s.len() > h.len() { s.strip_prefix(h).unwrap_or(s) } else { s });
        if s == before {
            return s;
        }
    }
}

/// 人均, 月均: belongs to the name.
fn ends_in_head(s: &str) -> bool {
    ["人均", "月均", "日均", "年均", "周均", "户均"].iter().any(|w| s.ends_with(w))
}

/// The name of a count: without how often, and without the verb that only says that it is done.
pub(crate) fn counted(name: &str) -> String {
    let mut out = name.to_owned();
    if let Some(i) = out.find('每') {
        let period =
            ["每两年", "每三年", "每半年", "每学期", "每季度", "每年", "每月", "每周", "每日", "每两个月"];
        if let Some(word) = period.iter().find(|w| out[i..].starts_with(**w)) {
            out.replace_range(i..i + word.len(), "");
        }
    }
    for word in ["至少", "不少于", "不低于"] {
        out = out.replace(word, "");
    }
    let verbs = ["开展", "组织", "举办", "进行", "召开", "完成", "建设", "培育", "打造", "创建", "对"];
    let bare = verbs
        .iter()
        .fold(out.as_str(), |s, v| if s.len() > v.len() + 6 { s.strip_prefix(v).unwrap_or(s) } else { s });
    bare.to_owned()
}

/// With brackets as wide as the sentence prints them.
pub(crate) fn printed(name: String, sentence: &str) -> String {
    if sentence.contains('（') && !sentence.contains('(') {
        name.replace('(', "（").replace(')', "）")
    } else {
        name
    }
}

/// Whether 均 or 分别 ties the figure to several names.
pub(crate) fn is_shared(s: &str) -> bool {
    let s = s.trim_end_matches(['要', '应', '须', '力', '争', '稳', '定']);
    !ends_in_head(s) && ["均", "都", "分别", "双", "全部"].iter().any(|t| s.ends_with(t))
}

/// The names of the rates a figure stands for, at least one. `clause_before` is taken in, for 甲率，乙率均达到.
pub(crate) fn rates(left: &str, clause_before: Option<&str>) -> Vec<String> {
    let words = without_sum(bare(left));
    let shared = is_shared(left);
    let mut names: Vec<&str> = rate_items(words);
    if shared && let Some(before) = clause_before.map(bare).filter(|b| is_rate(b)) {
        let mut more = rate_items(before);
        more.append(&mut names);
        names = more;
    }
    if names.len() < 2 {
        return vec![words.replace("达到", "")];
    }
    names.into_iter().map(str::to_owned).collect()
}

/// The names of a list, whatever they end in; at least one.
pub(crate) fn each(words: &str) -> Vec<String> {
    let words = bare(words);
    let mut items = Vec::new();
    let mut end = words.len();
    while let Some((start, mark)) = last_cut(&words[..end]) {
        items.push(words[start..end].to_owned());
        end = start - mark;
    }
    items.push(words[..end].to_owned());
    items.reverse();
    items
}

/// 登记率、持证率“两率”: what sums the names up is none.
fn without_sum(words: &str) -> &str {
    if let Some(i) = ["项指标", "个指标", "率指标"].iter().find_map(|w| words.strip_suffix(w).map(str::len))
    {
        return words[..i]
            .trim_end_matches(|c: char| crate::numeral::is_numeral(c) || c.is_ascii_digit() || c == '等');
    }
    let sum = words.strip_suffix('”').and_then(|w| w.rfind('“').map(|i| (i, &w[i..])));
    match sum {
        Some((i, name)) if i > 0 && name.chars().count() <= 5 && name.ends_with('率') => {
            words[..i].trim_end_matches('等')
        }
        _ => words,
    }
}

/// Items from the right as long as each ends as a rate's name; the leftmost keeps its subject.
fn rate_items(words: &str) -> Vec<&str> {
    let mut items = Vec::new();
    let mut end = words.len();
    while is_rate(&words[..end]) {
        let cut = last_cut(&words[..end]);
        let Some((start, mark)) = cut.filter(|(start, _)| {
            is_rate(words[..*start].trim_end_matches(['、', '和', '及', '与', '以', '，']))
        }) else {
            items.push(&words[..end]);
            break;
        };
        items.push(&words[start..end]);
        end = start - mark;
        end = words[..end].trim_end_matches('以').len();
    }
    items.reverse();
    items
}

/// Where the last item begins, outside brackets, and the bytes of the mark before it.
fn last_cut(words: &str) -> Option<(usize, usize)> {
    let mut depth = 0;
    for (i, c) in words.char_indices().rev() {
        depth +=
            i32::from(matches!(c, ')' | ']' | '”' | '》')) - i32::from(matches!(c, '(' | '[' | '“' | '《'));
        if depth == 0 && matches!(c, '、' | '和' | '及' | '与' | '，') {
            return Some((i + c.len_utf8(), c.len_utf8()));
        }
    }
    None
}
