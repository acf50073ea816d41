//! Units of figures: what is counted, and per what.

/// Units of things, rates and hours. Longest first is decided at the match.
const UNITS: &[&str] = &[
    "%",
    "‰",
    "个百分点",
    "百分点",
    "批次",
    "批",
    "份",
    "次",
    "人次",
    "家次",
    "户次",
    "件次",
    "车次",
    "辆次",
    "场次",
    "家",
    "户",
    "个",
    "人",
    "名",
    "位",
    "起",
    "件",
    "宗",
    "例",
    "场",
    "期",
    "轮",
    "遍",
    "条",
    "项",
    "座",
    "处",
    "所",
    "亩",
    "亩次",
    "公顷",
    "吨",
    "公斤",
    "千克",
    "学时",
    "课时",
    "分",
    "元",
    "篇",
    "部",
    "台",
    "台套",
    "台(套)",
    "套",
    "辆",
    "只",
    "头",
    "羽",
    "尾",
    "支",
    "间",
    "平方米",
    "平方公里",
    "公里",
    "类",
    "种",
    "单",
    "队",
    "班",
    "班次",
    "组",
    "本",
    "册",
    "张",
    "幅",
    "块",
    "堂",
    "节课",
    "门",
    "对",
    "片",
    "站",
    "店",
    "村",
    "品种",
    "批件",
    "株",
    "盏",
    "枚",
    "箱",
    "盒",
    "瓶",
    "袋",
    "笔",
    "幢",
    "栋",
    "回",
    "趟",
    "桌",
    "艘",
    "人份",
    "单位",
];

/// Spans of time.
const TIMES: &[&str] = &[
    "个工作日",
    "工作日",
    "个自然日",
    "个小时",
    "小时",
    "分钟",
    "个月",
    "个季度",
    "天",
    "日",
    "周",
    "年",
    "个学期",
    "个星期",
];

/// What follows a unit when it is the beginning of another word.
const NOT_AFTER: &[(&str, &[&str])] = &[
    ("部", &["门", "分", "署", "队", "委", "级"]),
    ("人", &["民", "员", "社", "才", "均", "大", "工", "群", "口", "体"]),
    ("家", &["庭", "长", "禽", "畜", "园"]),
    ("场", &["所", "地", "景", "镇"]),
    ("台", &["账", "帐"]),
    (
        "分",
        &[
            "局", "类", "级", "管", "析", "批", "期", "别", "段", "布", "享", "公", "之", "工", "钟", "片",
            "散", "解", "步",
        ],
    ),
    ("期", &["间", "限", "货", "满"]),
    ("个", &["体", "别", "性"]),
    ("条", &["例", "款"]),
    ("起", &["来", "草", "到", "步", "点"]),
    ("处", &["置", "理", "罚", "方"]),
    ("所", &["有", "属", "在", "需", "以", "长"]),
    ("名", &["称", "单", "录", "特优", "优特", "优产", "牌"]),
    ("种", &["植", "子", "养", "业"]),
    ("类", &["别", "似"]),
    ("组", &["织", "长"]),
    ("站", &["点", "式"]),
    ("片", &["区", "面"]),
    ("单", &["位", "元", "一"]),
    ("项", &["目"]),
    ("对", &["标", "照", "于", "一"]),
    ("级", &["联"]),
    ("次", &["生", "要", "年"]),
    ("村", &["级", "民"]),
];

/// A unit and its length at the start of `s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unit<'a> {
    pub name: &'a str,
    pub time: bool,
}

pub(crate) fn at_start(s: &str) -> Option<Unit<'static>> {
    let longest =
        |list: &[&'static str]| list.iter().copied().filter(|u| s.starts_with(u)).max_by_key(|u| u.len());
    let (thing, time) = (longest(UNITS), longest(TIMES));
    let unit = match (thing, time) {
        (Some(t), Some(d)) if d.len() > t.len() => Unit { name: d, time: true },
        (Some(t), _) => Unit { name: t, time: false },
        (None, Some(d)) => Unit { name: d, time: true },
        (None, None) => return None,
    };
    let rest = &s[unit.name.len()..];
    let other = NOT_AFTER.iter().any(|(u, tails)| {
        *u == unit.name && tails.iter().any(|t| rest.starts_with(t)) && !rest.starts_with("目标")
    });
    (!other).then_some(unit)
}

const PERS: &[&str] = &[
    "千人", "万人", "百人", "人·年", "人年", "年·人", "人", "半年", "年度", "年", "学年", "季度", "季",
    "学期", "个月", "月", "周", "日", "天", "旬", "村",
];

/// `/千人`, `/每千人`, `/年` behind a unit: what it is per, and the bytes it takes.
pub(crate) fn per_suffix(s: &str) -> Option<(&'static str, usize)> {
    let rest = s.strip_prefix(['/', '每']).map(|r| r.trim_start_matches('每'))?;
    let per = PERS.iter().copied().filter(|p| rest.starts_with(p)).max_by_key(|p| p.len())?;
    // 次每年 is printed with a slash or 每; 每年 that begins the next words belongs to them
    let slash = s.starts_with('/');
    (slash || rest.len() == per.len()).then_some((per, s.len() - rest.len() + per.len()))
}

/// 每两年, 每季度, 月均, 每千人: the last such word in `s`, as it is printed after a slash.
pub(crate) fn period(s: &str) -> Option<&'static str> {
    const WORDS: &[(&str, &str)] = &[
        ("月补助", "月"),
        ("月补贴", "月"),
        ("每人每月", "月"),
        ("每半年", "半年"),
        ("每年度", "年"),
        ("每年", "年"),
        ("每一年", "年"),
        ("每学年", "学年"),
        ("每学期", "学期"),
        ("每个学期", "学期"),
        ("每季度", "季度"),
        ("每季", "季度"),
        ("每个季度", "季度"),
        ("每月", "月"),
        ("每个月", "月"),
        ("每周", "周"),
        ("每星期", "周"),
        ("每日", "日"),
        ("每天", "日"),
        ("每旬", "旬"),
        ("每半月", "半月"),
        ("每两年", "两年"),
        ("每2年", "两年"),
        ("每二年", "两年"),
        ("每三年", "三年"),
        ("每3年", "三年"),
        ("每两月", "两个月"),
        ("每两个月", "两个月"),
        ("每2个月", "两个月"),
        ("每五年", "五年"),
        ("每两周", "两周"),
        ("每2周", "两周"),
        ("每三个月", "三个月"),
        ("月均", "月"),
        ("季均", "季度"),
        ("日均", "日"),
        ("周均", "周"),
        ("年均", "年"),
        ("每千人", "千人"),
        ("每万人", "万人"),
        ("每百人", "百人"),
        ("两年内", "两年"),
        ("三年内", "三年"),
        ("每一学期", "学期"),
        ("每一季度", "季度"),
        ("平均每月", "月"),
        ("每千名", "千人"),
        ("逐月", "月"),
        ("按月", "月"),
        ("按季度", "季度"),
        ("每批次", "批次"),
    ];
    let found = WORDS.iter().filter_map(|(word, per)| s.rfind(word).map(|i| (i, word.len(), *per)));
    found.max_by_key(|(i, len, _)| (*i, *len)).map(|(_, _, per)| per)
}

/// 一年两次, 半年一次: a period touching the number.
pub(crate) fn touching_period(s: &str) -> Option<&'static str> {
    const WORDS: &[(&str, &str)] = &[
        ("半年", "半年"),
        ("两年", "两年"),
        ("2年", "两年"),
        ("三年", "三年"),
        ("一年", "年"),
        ("1年", "年"),
        ("一季度", "季度"),
        ("一季", "季度"),
        ("一月", "月"),
        ("一周", "周"),
        ("一学期", "学期"),
        ("一个月", "月"),
    ];
    let s = ["至少", "不少于", "开展", "组织"].iter().fold(s, |s, w| s.strip_suffix(w).unwrap_or(s));
    WORDS.iter().find(|(word, _)| s.ends_with(word)).map(|(_, per)| *per)
}
