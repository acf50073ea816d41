//! Figures that are no targets: of past years and other places, of what exists, of scope, conditions, budgets.

use crate::head;

/// Words that make what follows in the sentence a thing of the past or of elsewhere.
const PAST: &[&str] = &[
    "去年",
    "上年",
    "前年",
    "往年",
    "上年度",
    "截至",
    "截止",
    "以来",
    "该校",
    "该县",
    "该市",
    "该区",
    "该镇",
    "该乡",
    "该街道",
    "该企业",
    "该公司",
    "该店",
    "该市场",
    "该村",
    "该省",
    "外省",
    "外地",
    "全国平均",
    "全省平均",
    "全市平均",
    "全区平均",
    "全县平均",
    "上一年",
    "近年",
    "近三年",
    "近两年",
    "过去",
    "上半年已",
];

/// Words that turn back to the year of the plan.
const AHEAD: &[&str] = &[
    "今年",
    "本年",
    "年内",
    "年底",
    "全年",
    "力争",
    "确保",
    "计划",
    "争取",
    "明年",
    "新增",
    "新建",
    "要",
    "将",
    "到期末",
    "目标",
    "下一步",
    "须",
    "应",
    "再",
    "逐步",
];

/// Words that make the figures of their own clause an account of what is.
const EXISTING: &[&str] = &[
    "现有",
    "共有",
    "原有",
    "已有",
    "现已",
    "已建",
    "已达",
    "已完成",
    "已培",
    "已经",
    "已实",
    "目前",
    "排查出",
    "查出",
    "发现",
    "登记在册",
    "在册",
    "涉及",
    "存量",
    "曾",
    "共立",
    "共计",
    "总计",
    "合计",
    "总人口",
    "常住人口",
    "服务人口",
    "原为",
    "为止",
    "分布",
    "累计已",
    "同期",
    "通过率为",
    "获评",
    "荣获",
    "纳入监管的",
    "辖区有",
];

/// Whether the sentence up to the figure speaks of another year or place.
pub(crate) fn is_past(left: &str, plan_year: Option<i32>) -> bool {
    let compared = ["较", "比", "与", "同", "超", "按", "和"];
    let last_past = PAST
        .iter()
        .flat_map(|w| left.match_indices(w))
        .filter(|(i, w)| *w != "以来" || !left[..*i].ends_with('长'))
        .filter(|(i, w)| {
            !compared.iter().any(|c| left[..*i].ends_with(c)) && !is_ground(&left[i + w.len()..])
        })
        .map(|(i, _)| i)
        .chain(past_years(left, plan_year, &compared))
        .max();
    let Some(past) = last_past else { return false };
    let ahead = AHEAD
        .iter()
        .flat_map(|w| left.match_indices(w))
        .filter(|(i, w)| is_ahead(left, *i, w))
        .map(|(i, _)| i);
    ahead.chain(coming_years(left, plan_year)).max().is_none_or(|ahead| ahead < past)
}

/// 在去年基础上: the year is only where a rise begins.
fn is_ground(after: &str) -> bool {
    ["基础上", "的基础上", "度基础上", "底基础上"].iter().any(|w| after.starts_with(w))
}

fn is_ahead(text: &str, i: usize, word: &str) -> bool {
    let (before, after) = (&text[..i], &text[i + word.len()..]);
    match word {
        "要" => {
            !before.ends_with(['主', '重', '需', '必', '首', '纪', '概', '不', '只'])
                && !after.starts_with(['求', '点', '素', '件'])
        }
        "应" => {
            !before.ends_with(['对', '供', '响', '反', '相', '适'])
                && !after.starts_with(['急', '用', '对', '当'])
        }
        "将" => !after.starts_with(['近', '来']),
        "再" => !after.starts_with(['生', '利']),
        "目标" | "计划" => true,
        "年底" | "年内" => !before.ends_with(|c: char| c.is_ascii_digit() || matches!(c, '去' | '上')),
        "全年" => !before.ends_with('去'),
        _ => true,
    }
}

/// 2022年 in a plan for 2023, unless only compared with.
fn past_years<'a>(
    text: &'a str,
    plan: Option<i32>,
    compared: &'a [&str],
) -> impl Iterator<Item = usize> + 'a {
    text.match_indices('年').filter_map(move |(i, _)| {
        let year = own_year(text, i)?;
        let start = i - 4.min(i);
        let before = text.get(..start)?;
        let past = plan.is_some_and(|p| year < p);
        (past && !is_ground(&text[i + '年'.len_utf8()..]) && !compared.iter().any(|c| before.ends_with(c)))
            .then_some(start)
    })
}

fn coming_years(text: &str, plan: Option<i32>) -> impl Iterator<Item = usize> + '_ {
    text.match_indices('年').filter_map(move |(i, _)| {
        let year = own_year(text, i)?;
        plan.is_none_or(|p| year >= p).then_some(i)
    })
}

fn own_year(text: &str, i: usize) -> Option<i32> {
    let start = i.checked_sub(4)?;
    text.get(start..i + '年'.len_utf8()).and_then(head::year)
}

/// Whether the clause counts what there is.
pub(crate) fn is_existing(clause_left: &str) -> bool {
    EXISTING.iter().any(|w| {
        clause_left.match_indices(w).any(|(i, _)| match *w {
            "发现" => {
                !clause_left[i..].contains('率')
                    && clause_left[i + w.len()..].chars().count() < 8
                    && !clause_left.contains("问题发现")
            }
            "目前" => true,
            "涉及" => !clause_left[i..].contains('率'),
            _ => true,
        })
    })
}

/// A figure from which a rise or fall starts: 由20个工作日压缩至, 从85%提高到, 在90%的基础上.
pub(crate) fn is_base(left: &str, right: &str) -> bool {
    let starts = left.trim_end_matches(['的', '为']).rsplit(['，', '。']).next().unwrap_or("");
    let from = starts.rfind(['由', '从']).is_some_and(|i| starts[i..].chars().count() <= 14 || i == 0);
    let moves = ["提高", "提升", "压缩", "缩短", "降", "增", "减", "上升", "扩大", "升", "压减", "调整"]
        .iter()
        .any(|w| {
            right
                .trim_start_matches(['，', '进', '一', '步', '大', '幅', '再', '的', '左', '右'])
                .starts_with(w)
        });
    (from && moves) || right.starts_with("的基础上") || right.starts_with("基础上")
}

/// 对合格率低于90%的市场: a condition.
pub(crate) fn is_condition(clause_left: &str, right: &str) -> bool {
    let right = right.strip_prefix("以上").or_else(|| right.strip_prefix("以下")).unwrap_or(right);
    let of = right.starts_with('的');
    let opens =
        ["对", "凡", "如", "若", "当", "因", "针对", "聚焦", "将"].iter().any(|w| clause_left.starts_with(w));
    of && (opens || right.starts_with("的，") || right == "的")
}

/// 抽检经费按每千人4批次列入预算: sizes a budget.
pub(crate) fn is_budget(left: &str, right: &str) -> bool {
    let words = |s: &str| s.contains("预算") || s.contains("经费");
    (words(left) || words(right)) && (left.contains('按') || left.contains("标准"))
}
