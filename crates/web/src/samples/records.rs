//! A list, a record, a form.

use shian_pack::Value;
use shian_service::{Problem, view::*};

use super::{day, link, moment, option};

pub fn list() -> ListView {
    let column = |id: &str, title: &str, numeric| Column {
        id: id.into(),
        title: title.into(),
        numeric,
        kind: if numeric { "integer" } else { "text" },
        unit: numeric.then(|| "人".into()),
        sortable: true,
    };
    let query = |id: &str, title: &str, input, options| Query {
        id: id.into(),
        title: title.into(),
        input,
        options,
        value: String::new(),
        from: String::new(),
        to: String::new(),
    };
    let row = |id: i64| RowView {
        register: "some_register".into(),
        id,
        name: format!("示例东湖实验学校食堂 {id}"),
        number: Some(format!("JC-2023-{id:06}")),
        version: 1,
        state: "open".into(),
        state_title: "正常".into(),
        cells: vec!["学校食堂".into(), "平桥街道".into(), "1260".into(), String::new()],
    };
    ListView {
        register: "some_register".into(),
        title: "食品生产经营主体".into(),
        measures: vec![6, 7, 8],
        views: vec![
            ViewTab {
                id: "no_chief".into(), title: "应配未配总监".into(), count: Some(36), chosen: true
            },
            ViewTab { id: "d".into(), title: "D 级".into(), count: None, chosen: false },
        ],
        view: "no_chief".into(),
        query: vec![
            query("kind", "业态", InputKind::Select, vec![option("a", "学校食堂", false)]),
            query("area", "所在乡镇(街道)", InputKind::Lookup, Vec::new()),
            query("date", "检查日期", InputKind::Date, Vec::new()),
            query("chief", "须配总监", InputKind::Bool, Vec::new()),
        ],
        search: String::new(),
        columns: vec![
            column("kind", "业态", false),
            column("area", "乡镇（街道）", false),
            column("diners", "就餐人数", true),
            column("level", "风险等级", false),
        ],
        rows: (1..=12).map(row).collect(),
        total: Some(6842),
        next: Some("abc".into()),
        sort: vec!["-diners".into()],
        can_create: true,
        states: vec![StateCount { id: "open".into(), title: "正常".into(), count: 6517 }],
        exports: Vec::new(),
    }
}

fn field(id: &str, title: &str, kind: &'static str, text: &str) -> FieldView {
    FieldView {
        id: id.into(),
        title: title.into(),
        kind,
        text: text.into(),
        value: Value::Text(text.into()),
        link: None,
        links: Vec::new(),
        columns: Vec::new(),
        rows: Vec::new(),
        masked: false,
        hint: None,
        derived: false,
        words: None,
    }
}

fn fields() -> Vec<FieldView> {
    let rows = vec![CellRow { cells: vec!["韭菜".into(), "腐霉利".into(), "0.42".into()] }];
    let mut photos = field("photos", "现场照片", "image", "");
    photos.links = vec![Link { key: Some("abc".into()), ..link("files", 0, "现场.jpg") }];
    vec![
        FieldView {
            link: Some(link("some", 4, "示例禾香")),
            ..field("business", "检查对象", "ref", "示例禾香餐饮有限公司")
        },
        field("date", "检查日期", "date", "2023-09-06"),
        FieldView { masked: true, ..field("phone", "联系电话", "phone", "138****0000") },
        FieldView {
            words: Some("业态属于学校食堂".into()), ..field("score", "得分", "decimal", "92.5 分")
        },
        field("note", "情况说明", "long_text", "第一行\n第二行"),
        field("empty", "备注", "text", ""),
        photos,
        FieldView {
            columns: ["食品", "项目", "实测"].map(Into::into).into(),
            rows,
            ..field("items", "不合格项目", "table", "")
        },
    ]
}

fn step(id: &str, title: &str, why_not: Option<&str>, asks: &[&str]) -> StepView {
    StepView {
        id: id.into(),
        title: title.into(),
        possible: why_not.is_none(),
        why_not: why_not.map(Into::into),
        asks: asks.iter().map(|ask| (*ask).to_owned()).collect(),
        reason: false,
        to_title: "整改中".into(),
    }
}

pub fn record() -> RecordView {
    RecordView {
        register: "some_register".into(),
        register_title: "监督检查".into(),
        id: 12,
        version: 3,
        name: "示例禾香餐饮有限公司 2023-09-06".into(),
        number: Some("JC-2023-000012".into()),
        state: "checked".into(),
        state_title: "已检查".into(),
        deleted: false,
        dated: true,
        area: Some("羊山街道".into()),
        body: Some("羊山市场监管所".into()),
        sections: vec![Section { title: String::new(), fields: fields() }],
        steps: vec![
            step("order", "责令整改", None, &["correct_by"]),
            step("publish", "公示", None, &[]),
            step("close", "注销", Some("有未结整改，不能办"), &[]),
        ],
        can_edit: true,
        why_no_edit: None,
        can_delete: true,
        can_restore: false,
        deadlines: vec![DeadlineView {
            title: "公示期限".into(),
            due: day(9, 20),
            status: DueStatus::Soon,
            days: 5,
            workdays: Some(3),
            words: "还有 3 个工作日".into(),
            owes: "区食安办".into(),
        }],
        history: vec![HistoryView {
            at: moment(),
            who: "示例·徐兰".into(),
            act: "edit".into(),
            act_title: "修改".into(),
            lines: vec!["风险等级 从 B级 到 C级".into()],
            reason: Some("抽检不合格".into()),
            seq: 7,
            hash: "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0".into(),
        }],
        related: vec![RelatedView {
            register: "some".into(),
            title: "整改".into(),
            by: "inspection".into(),
            count: 14,
            rows: vec![link("some", 5, "整改通知 2023-001")],
            can_create: true,
        }],
        exports: vec![Link { key: Some("order".into()), ..link("some", 12, "责令改正通知书") }],
        measures: vec![6, 7],
        created_at: moment(),
        updated_at: moment(),
        updated_by: "示例·徐兰".into(),
    }
}

pub fn input(id: &str, title: &str, input: InputKind) -> FormField {
    FormField {
        id: id.into(),
        title: title.into(),
        kind: "text",
        input,
        text: String::new(),
        text_title: String::new(),
        many: Vec::new(),
        options: Vec::new(),
        columns: Vec::new(),
        rows: Vec::new(),
        required: true,
        shown: true,
        readonly: false,
        unit: None,
        digits: None,
        max: None,
        hint: None,
        error: None,
    }
}

fn inputs() -> Vec<FormField> {
    let five = || (1..=5).map(|n| option(&n.to_string(), &format!("选项{n}"), n == 2)).collect::<Vec<_>>();
    let columns = vec![input("item", "项目", InputKind::Text), input("value", "实测", InputKind::Number)];
    let answers =
        vec![option("yes", "符合", false), option("no", "不符合", false), option("na", "不适用", false)];
    let row = |title: &str, cells: &[&str]| RowInput {
        title: title.into(),
        cells: cells.iter().map(|cell| (*cell).to_owned()).collect(),
    };
    vec![
        FormField {
            text: "45".into(),
            unit: Some("kg".into()),
            ..input("bought", "购进数量", InputKind::Number)
        },
        FormField {
            error: Some("启动日期不能早于收到报告的 9月8日".into()),
            hint: Some("收到报告起 5 个工作日内".into()),
            ..input("started", "启动日期", InputKind::Date)
        },
        FormField { options: five(), ..input("cause", "不合格原因", InputKind::Select) },
        FormField {
            options: vec![option("a", "有", true), option("b", "没有", false)],
            required: false,
            ..input("proof", "进货凭证", InputKind::Select)
        },
        FormField { options: five(), ..input("did", "已采取的措施", InputKind::Checks) },
        FormField {
            text: "7".into(),
            text_title: "示例批发部".into(),
            ..input("from", "供货者", InputKind::Lookup)
        },
        FormField {
            many: vec![option("8", "示例·徐兰", true)],
            ..input("who", "检查人员", InputKind::LookupMany)
        },
        FormField {
            kind: "image",
            many: vec![option("h", "现场.jpg", true)],
            ..input("photos", "照片", InputKind::Files)
        },
        input("sure", "是否封存", InputKind::Bool),
        input("at", "到达时间", InputKind::Time),
        input("place", "位置", InputKind::Geo),
        FormField { readonly: true, text: "自动".into(), ..input("auto", "编号", InputKind::Text) },
        FormField {
            columns,
            rows: vec![row("", &["腐霉利", "0.42"])],
            ..input("items", "不合格项目", InputKind::Rows)
        },
        FormField {
            options: answers,
            rows: vec![row("经营许可证在有效期内", &["1", "yes", ""])],
            ..input("sheet", "检查表", InputKind::Checklist)
        },
        input("note", "情况说明", InputKind::LongText),
    ]
}

pub fn form() -> FormView {
    FormView {
        register: "some_register".into(),
        register_title: "核查处置".into(),
        id: None,
        version: 0,
        step: None,
        title: "登记核查处置".into(),
        button: "登记".into(),
        sections: vec![FormSection { title: "送达与启动".into(), fields: inputs() }],
        reason: true,
        reason_text: String::new(),
        problems: vec![
            Problem::new("started", "启动日期", "启动日期不能早于收到报告的 9月8日"),
            Problem {
                field: None, title: String::new(), message: "封存加已售，超过购进的 45 kg".into()
            },
        ],
        notice: None,
    }
}
