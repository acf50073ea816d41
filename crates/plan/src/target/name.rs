//! What a figure is of: the words before it in the clause, cut into one name for each rate.

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
    "全年",
    "及",
    "和",
    "，",
    "、",
    "保证",
];

/// Without words that only lead to the figure.
pub(crate) fn bare(s: &str) -> &str {
    let mut s = s;
    loop {
        let before = s;
        s = TAILS.iter().fold(s, |s, t| if s.len() > t.len() { s.strip_suffix(t).unwrap_or(s) } else { s });
        s = HEADS.iter().fold(s, |s, h| if s.len() > h.len() { s.strip_prefix(h).unwrap_or(s) } else { s });
        if s == before {
            return s;
        }
    }
}

/// Whether 均 or 分别 ties the figure to several names.
pub(crate) fn is_shared(s: &str) -> bool {
    let s = s.trim_end_matches(['要', '应', '须', '力', '争', '稳', '定']);
    ["均", "都", "分别", "双", "全部"].iter().any(|t| s.ends_with(t))
}

/// The names of the rates a figure stands for, at least one. `前` is the clause before, for 甲率，乙率均达到.
pub(crate) fn rates(left: &str, clause_before: Option<&str>) -> Vec<String> {
    let words = bare(left);
    let shared = is_shared(left);
    let mut names: Vec<&str> = rate_items(words);
    if shared && let Some(before) = clause_before.map(bare).filter(|b| is_rate(b)) {
        let mut more = rate_items(before);
        more.append(&mut names);
        names = more;
    }
    if names.len() < 2 {
        return vec![words.to_owned()];
    }
    names.into_iter().map(str::to_owned).collect()
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
