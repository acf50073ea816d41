//! The plan, its cockpit, a measure, an indicator, a desk.

use shian_service::view::*;

use super::{day, link, moment};

pub fn target(no: u32, name: &str, light: Light, value: Option<&str>, fill: u32) -> TargetView {
    TargetView {
        no,
        chapter: 3,
        measure: 11,
        name: name.into(),
        indicator: value.map(|_| "some_share".into()),
        op: "≥",
        target: "90".into(),
        unit: "%".into(),
        value: value.map(Into::into),
        numerator: Some("118".into()),
        denominator: Some("214".into()),
        light,
        note: match light {
            Light::Behind => "落后 8.5 点".into(),
            Light::Late => "逾期 2 件".into(),
            Light::OnTrack | Light::Met | Light::Waiting => light.word().into(),
        },
        due_by_now: Some("63.6".into()),
        due: day(12, 31),
        fill_permille: fill,
        tick_permille: Some(636),
        target_permille: 900,
    }
}

pub fn targets() -> Vec<TargetView> {
    vec![
        target(1, "不合格食品核查处置率", Light::Late, Some("95.3"), 953),
        target(2, "学校食堂抽检覆盖率", Light::Behind, Some("55.1"), 551),
        target(3, "餐饮“明厨亮灶”覆盖率", Light::OnTrack, Some("86.2"), 862),
        target(4, "受污染耕地安全利用率", Light::Met, Some("100"), 1000),
        target(5, "主体责任覆盖率", Light::Waiting, None, 0),
    ]
}

pub fn chapters() -> Vec<ChapterView> {
    let titles = [
        "推动食品安全省建设提标提质",
        "加强全过程质量安全控制",
        "强化重点领域综合治理",
        "持续保持严打高压态势",
    ];
    let sizes = [2, 6, 8, 2];
    let lights = [Light::OnTrack, Light::Behind, Light::OnTrack, Light::Late, Light::Met, Light::Waiting];
    let mut no = 0;
    let mut chapters = Vec::new();
    for (chapter, (title, size)) in titles.iter().zip(sizes).enumerate() {
        let tiles = (0..size).map(|_| {
            no += 1;
            let light = lights[no % lights.len()];
            TileView {
                chapter: chapter as u32 + 1,
                no: no as u32,
                title: "实施校园食品安全守护行动".into(),
                short: "校园守护".into(),
                light,
                note: light.word().into(),
                done_permille: 580 + no as u32 * 10,
                due_permille: 707,
                duties: 7,
                targets: 3,
            }
        });
        let tiles = tiles.collect();
        chapters.push(ChapterView { no: chapter as u32 + 1, title: (*title).into(), tiles });
    }
    chapters
}

pub fn late_rows() -> Vec<LateRow> {
    let matters = ["二季度包保督导未报", "核查处置满 90 日未办结", "秋季开学季排查表未报"];
    matters
        .iter()
        .zip([77, 10, 4])
        .map(|(matter, days)| LateRow {
            link: link("some_register", days, "示例生鲜超市 韭菜"),
            register_title: "核查处置".into(),
            matter: (*matter).into(),
            body: "区市场监管局".into(),
            area: "明港镇".into(),
            due: day(9, 11),
            days,
            words: format!("逾期 {days} 天"),
            measures: vec![21],
        })
        .collect()
}

pub fn cockpit() -> CockpitView {
    let column = |title: &str| HeatColumn {
        indicator: "some_share".into(),
        title: title.into(),
        unit: "%".into(),
        due_by_now: "63.6".into(),
        whole: "55.1".into(),
    };
    let cell = |text: &str, light, shade| HeatCell { text: text.into(), light, shade };
    let row = |area: &str| HeatRow {
        area: area.into(),
        path: "411503/411503101/".into(),
        cells: vec![
            cell("33.3", Light::Behind, 0),
            cell("50.0", Light::Behind, 1),
            cell("52.4", Light::Late, 0),
            cell("83.4", Light::OnTrack, 3),
            cell("100", Light::Met, 4),
            cell("—", Light::Waiting, 2),
        ],
        behind: 3,
    };
    let month =
        |n: i64| MonthStatus { month: format!("{n}月"), late: n % 3, behind: 6, on_track: 20 - n, met: n };
    CockpitView {
        title: "2023 年平桥区食品安全工作要点".into(),
        place: "信阳市平桥区".into(),
        today: day(9, 15),
        time_permille: 706,
        late_count: 7,
        late_bodies: 6,
        behind_count: 6,
        soon_count: 11,
        late: late_rows(),
        soon_by_body: vec![("区教体局".into(), 3), ("明港镇".into(), 2)],
        targets: targets(),
        target_total: 33,
        unbound: Vec::new(),
        chapters: chapters(),
        measure_counts: vec![(Light::Late, 2), (Light::Behind, 5), (Light::OnTrack, 11)],
        heat_columns: [
            "学校食堂抽检覆盖",
            "食堂评价达标率",
            "包保督导",
            "日常检查覆盖率",
            "餐饮明厨亮灶",
            "三小登记备案率",
        ]
        .map(column)
        .into(),
        heat_rows: ["胡店乡", "明港镇", "邢集镇", "明港工业管理区", "王岗乡"].map(row).into(),
        months: (1..=9).map(month).collect(),
    }
}

pub fn measure() -> MeasureView {
    let slice = |kind, no, text: &str| Slice { text: text.into(), kind, no };
    let duty = |body: &str, role: &str, role_title: &str, light: Light| DutyView {
        link: Some(link("some_register", 3, body)),
        body: body.into(),
        body_id: Some(3),
        role: role.into(),
        role_title: role_title.into(),
        text: "区市场监管局牵头".into(),
        filed: 2,
        owed: 3,
        late: 1,
        light,
        note: light.word().into(),
    };
    MeasureView {
        plan_title: "2023 年平桥区食品安全工作要点".into(),
        chapter: 3,
        chapter_title: "强化重点领域综合治理".into(),
        no: 11,
        title: "实施校园食品安全守护行动".into(),
        light: Light::Behind,
        note: "落后".into(),
        slices: vec![
            slice(SliceKind::Title, 0, "(十一)实施校园食品安全守护行动。"),
            slice(SliceKind::Task, 1, "推动地方全面落实学校食品安全校长(园长)责任制。"),
            slice(SliceKind::Task, 2, "开展校园食品安全专项抽检，"),
            slice(SliceKind::Target, 1, "学校食堂抽检覆盖率达到 90%"),
            slice(SliceKind::Plain, 0, "。"),
            slice(SliceKind::Duty, 0, "（区市场监管局牵头，区教体局、区卫健委按职责分工负责）"),
        ],
        tasks: vec!["推动".into(), "开展".into()],
        duties: vec![
            duty("区市场监管局", "lead", "牵头", Light::Late),
            duty("区教体局", "cooperate", "配合", Light::OnTrack),
        ],
        targets: targets().into_iter().take(3).collect(),
        registers: vec![RegisterCount {
            id: "some".into(),
            title: "抽检样品".into(),
            count: 18904,
            can_create: true,
        }],
        progress: vec![ProgressView {
            link: link("some", 9, "三季度"),
            body: "区教体局".into(),
            period: "2023年第三季度".into(),
            due: Some(day(10, 10)),
            light: Light::Waiting,
            note: "还有 25 天".into(),
        }],
        late: late_rows(),
        previous: Some((3, 10)),
        next: Some((3, 12)),
    }
}

pub fn desk() -> DeskView {
    let item = |words: &str, status, step: Option<&str>| DeskItem {
        link: link("some_register", 4, "韭菜 腐霉利不合格"),
        register_title: "核查处置".into(),
        matter: "核查处置满 90 日未办结".into(),
        owes: "区市场监管局".into(),
        due: Some(day(9, 11)),
        status,
        words: words.into(),
        step: step.map(Into::into),
        step_title: "去办结".into(),
    };
    DeskView {
        today: day(9, 15),
        lead: "今天有 2 件逾期、3 件要办，先办逾期的。".into(),
        late: vec![
            item("逾期 4 天", DueStatus::Late, Some("finish")),
            item("逾期 3 个工作日", DueStatus::Late, None),
        ],
        today_due: vec![item("今天", DueStatus::Soon, Some("finish"))],
        coming: vec![item("还有 5 天", DueStatus::Running, None)],
        later: Vec::new(),
        waiting: vec![DeskItem { due: None, ..item("等您审", DueStatus::Running, Some("accept")) }],
        handed: vec![HandedItem {
            link: link("some_register", 5, "某单位 2023-Q3"),
            register_title: "进展".into(),
            step_title: "报送".into(),
            at: day(9, 12),
            next: "食安办".into(),
            days: 3,
            open: true,
        }],
        late_count: 2,
        total: 5,
        calendar: (1..=30)
            .map(|n| DayCount {
                day: day(9, n),
                count: i64::from(n % 4 == 0),
                workday: n % 7 != 2 && n % 7 != 3,
            })
            .collect(),
    }
}

pub fn notices() -> NoticesView {
    let item = |id, link, hidden, read| NoticeView {
        id,
        at: moment(),
        kind: "urge".into(),
        matter: "催办".into(),
        words: "请今天办完".into(),
        sender: "示例·周明".into(),
        register_title: "核查处置".into(),
        link,
        hidden,
        read,
    };
    let of_record = Some(link("some_register", 4, "韭菜 腐霉利不合格"));
    let of_none = NoticeView { register_title: String::new(), ..item(3, None, false, true) };
    let items = vec![item(1, of_record, false, false), item(2, None, true, true), of_none];
    NoticesView { items, unread: 1, older: Some(1) }
}

pub fn indicator() -> IndicatorView {
    let part = |name: &str, value: &str, light| PartView {
        key: "411503/411503101/".into(),
        name: name.into(),
        value: Some(value.into()),
        numerator: "2".into(),
        denominator: Some("6".into()),
        missing: Some("4".into()),
        light,
    };
    let point = |n: u32| TrendPoint {
        label: format!("{n}月"),
        value: Some((n * 6).to_string()),
        last_year: Some((n * 7).to_string()),
    };
    IndicatorView {
        id: "some_share".into(),
        title: "学校食堂抽检覆盖率".into(),
        unit: "%".into(),
        words: "今年至少有 1 批监督抽检样品的学校食堂，占在营的学校食堂".into(),
        measures: vec![11],
        period: "2023年1月至今".into(),
        area: Some(("411503/411503101/".into(), "明港镇".into())),
        body: None,
        value: Some("55.1".into()),
        numerator: Some("118".into()),
        denominator: Some("214".into()),
        light: Light::Behind,
        note: "落后 8.5 点".into(),
        due_by_now: Some("63.6".into()),
        targets: vec![target(2, "学校食堂抽检覆盖率", Light::Behind, Some("55.1"), 551)],
        trend: (1..=9).map(point).collect(),
        last_year: Some("63".into()),
        by_area: vec![part("明港工业管理区", "0.0", Light::Behind), part("羊山街道", "66.7", Light::OnTrack)],
        by_body: vec![part("明港市场监管所", "33.3", Light::Behind)],
        counting: Some(118),
        missing: Some(96),
    }
}

pub fn rows(half: Half) -> IndicatorRows {
    let row = |id: i64| IndicatorRow {
        link: link("some_register", id, "示例第三小学食堂"),
        area: "明港镇".into(),
        body: "明港市场监管所".into(),
        weight: None,
    };
    IndicatorRows { half, rows: (1..=6).map(row).collect(), next: Some(6) }
}

pub fn appraisal() -> AppraisalView {
    let item = |title: &str, veto| AppraisalItem {
        title: title.into(),
        points: "30".into(),
        indicator: "some_share".into(),
        words: "已报送的进展，占应报的进展".into(),
        veto,
    };
    let cell = |score: Option<&str>, told| AppraisalCell {
        value: score.map(|_| "85.7%".into()),
        score: score.map(Into::into),
        full: score == Some("30"),
        href: "/indicators/some_share?body=7".into(),
        told,
    };
    let row = |rank, body: &str, best, worst, cells: Vec<AppraisalCell>| AppraisalRow {
        rank,
        id: 7,
        body: body.into(),
        score: rank.map(|_| "91.2".into()),
        grade: rank.map(|_| "优秀".into()),
        best,
        worst,
        vetoed: worst.then(|| "瞒报事故".into()),
        cells,
    };
    let told = Some((link("some_register", 5, "2023年 区教体局 进展按期报送"), "28".to_owned()));
    AppraisalView {
        id: "bureaus".into(),
        title: "区直部门评议考核".into(),
        year: 2023,
        day: day(9, 15),
        items: vec![item("进展按期报送", false), item("瞒报事故", true)],
        rows: vec![
            row(Some(1), "区市场监管局", true, false, vec![cell(Some("30"), None), cell(Some("0"), None)]),
            row(Some(2), "区教体局", false, true, vec![cell(Some("25.7"), told), cell(Some("0"), None)]),
            row(None, "区审计局", false, false, vec![cell(None, None), cell(None, None)]),
        ],
        grades: vec![("优秀".into(), "90".into()), ("不合格".into(), "0".into())],
        into: Some(("some_register".into(), "评议考核".into())),
        can_issue: true,
    }
}

pub fn chain() -> ChainView {
    let one = |title: &str, id, here, open, late| ChainLink {
        link: link("some_register", id, "示例生鲜超市 韭菜"),
        register_title: title.into(),
        date: Some(day(6, id as u32)),
        here,
        open,
        late,
        body: "区市场监管局".into(),
    };
    ChainView {
        links: vec![
            one("抽检样品", 1, false, false, false),
            one("核查处置", 5, true, true, true),
            one("行政处罚案件", 9, false, true, false),
        ],
        more: true,
        counted: vec![Counted { id: "some_share".into(), title: "核查处置率".into(), target: true }],
    }
}
