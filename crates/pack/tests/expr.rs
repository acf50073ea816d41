//! The expression language: what it accepts, what it refuses and how it says so, what it computes, how it reads in Chinese.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use chrono::{DateTime, NaiveDate, Utc};
use indexmap::IndexMap;
use rust_decimal::Decimal;
use shian_pack::Choice;
use shian_pack::calendar::Calendar;
use shian_pack::expr::{
    Context, Edition, Expr, ExprError, Fixed, Place, Schema, Shape, Titles, Type, eval, words,
};
use shian_pack::value::{Fields, Value};

fn list(codes: &[(&str, &str, Option<&str>)]) -> Vec<Choice> {
    codes
        .iter()
        .map(|(code, title, parent)| Choice {
            code: code.to_string(),
            title: title.to_string(),
            parent: parent.map(str::to_string),
        })
        .collect()
}

fn schema() -> Schema {
    let mut schema =
        Schema { areas: Some("area".into()), bodies: Some("office".into()), ..Schema::default() };
    let kinds =
        [("canteen", "食堂", None), ("school_canteen", "学校食堂", Some("canteen")), ("shop", "商店", None)];
    schema.lists.insert("kind".into(), list(&kinds));
    schema.lists.insert("shop.state".into(), list(&[("open", "正常", None), ("closed", "注销", None)]));
    let edition = |from: &str, to: Option<&str>, value: &str| Edition {
        from: from.parse().ok(),
        to: to.and_then(|to| to.parse().ok()),
        value: value.parse().unwrap(),
    };
    schema.rules.insert(
        "chief".into(),
        vec![edition("2020-01-01", Some("2022-12-31"), "500"), edition("2023-01-01", None, "300")],
    );
    let shop = [
        ("name", Type::Text),
        ("kind", Type::Choice("kind".into())),
        ("kinds", Type::List(Box::new(Type::Choice("kind".into())))),
        ("diners", Type::Int),
        ("score", Type::Decimal(2)),
        ("good", Type::Bool),
        ("opened", Type::Date),
        ("area", Type::Ref("area".into())),
        ("owner", Type::Ref("@account".into())),
        ("state", Type::Choice("shop.state".into())),
        ("created_at", Type::Time),
    ];
    let shape = |fields: &[(&str, Type)]| Shape {
        fields: fields.iter().map(|(id, ty)| (id.to_string(), ty.clone())).collect(),
    };
    schema.registers.insert("shop".into(), shape(&shop));
    schema.registers.insert(
        "area".into(),
        shape(&[("code", Type::Text), ("parent", Type::Ref("area".into())), ("population", Type::Int)]),
    );
    schema
}

fn parse(source: &str) -> Result<Expr, Vec<ExprError>> {
    Expr::parse(source, &schema().scene("shop", Place::Form))
}

fn record() -> Fields {
    IndexMap::from_iter(
        [
            ("name", Value::Text("明港镇第一小学".into())),
            ("kind", Value::Text("school_canteen".into())),
            ("kinds", Value::List(vec![Value::Text("shop".into())])),
            ("diners", Value::Int(320)),
            ("score", Value::Decimal(Decimal::new(1250, 2))),
            ("good", Value::Null),
            ("opened", Value::Date(NaiveDate::from_ymd_opt(2023, 5, 31).unwrap())),
            ("area", Value::Int(7)),
            ("owner", Value::Int(3)),
        ]
        .map(|(id, value)| (id.to_string(), value)),
    )
}

fn value_on(source: &str, fields: &Fields, business_date: Option<NaiveDate>) -> Value {
    let expr = parse(source).unwrap_or_else(|errors| panic!("{source}: {errors:?}"));
    let now: DateTime<Utc> = "2023-06-30T16:30:00Z".parse().unwrap();
    let fixed = Fixed { id: Some(1), state: "open".into(), created_at: Some(now), ..Fixed::default() };
    let hop = |by: &str, field: &str| match (by, field) {
        ("area", "code") => Value::Text("411503101".into()),
        ("area", "population") => Value::Int(30_000),
        _ => Value::Null,
    };
    let context = Context {
        fields,
        fixed: &fixed,
        hop: &hop,
        now,
        me: Some(3),
        calendar: &Calendar::default(),
        body_of: &|area| Value::Int(area * 10),
        business_date,
    };
    eval(&expr.node, &context)
}

fn value(source: &str) -> Value {
    value_on(source, &record(), None)
}

fn holds(source: &str) -> bool {
    value(source) == Value::Bool(true)
}

#[test]
fn arithmetic_is_exact_and_keeps_its_digits() {
    assert!(holds("0.1 + 0.2 == 0.3"));
    assert_eq!(value("score * 1.5"), Value::Decimal(Decimal::new(18_750, 3)));
    assert_eq!(value("diners / 7"), Value::Decimal(Decimal::new(457_142, 4)));
    assert_eq!(value("-7 % 2"), Value::Int(-1));
    assert_eq!(value("diners / 0"), Value::Null);
    assert_eq!(value("diners % 0"), Value::Null);
    assert_eq!(value("opened + 1"), Value::Date(NaiveDate::from_ymd_opt(2023, 6, 1).unwrap()));
    assert_eq!(value("today() - opened"), Value::Int(31), "today is counted in Asia/Shanghai");
    assert_eq!(value("good ? 1 : 2.50"), Value::Decimal(Decimal::new(250, 2)));
}

#[test]
fn a_result_too_large_to_keep_is_null() {
    assert_eq!(value("1000000000000000 * 1000"), Value::Int(1_000_000_000_000_000_000));
    assert_eq!(value("1000000000000000 * 1001"), Value::Null);
    assert_eq!(value("opened + 10000000"), Value::Null);
}

#[test]
fn null_is_a_value_for_equality_and_false_for_everything_else() {
    assert!(holds("good == null"));
    assert!(holds("!good"));
    assert!(holds("good != true"));
    assert!(!holds("good || good == true"));
    assert!(!holds("diners / 0 < 1"));
    assert!(!holds("diners / 0 >= 1"));
}

#[test]
fn choices_trees_lists_and_texts_can_be_asked() {
    assert!(holds("kind.under('canteen')"));
    assert!(!holds("kind.under('shop')"));
    assert!(holds("kinds.contains('shop') && 'shop' in kinds && size(kinds) == 1"));
    assert!(holds("kind in ['shop', 'school_canteen']"));
    assert!(holds("name.contains('第一') && name.startsWith('明港') && size(name) == 7"));
    assert!(holds("area.code.startsWith('411503') && area.population >= 30000"));
    assert!(holds("owner == me()"));
    assert_eq!(value("body_of(area)"), Value::Int(70));
    assert!(holds("opened < date('2023-06-01') && opened == '2023-05-31' && month(opened) == 5"));
    assert!(holds("date(created_at) == date('2023-07-01')"));
}

#[test]
fn a_laws_number_is_that_of_the_edition_in_force() {
    let on = |day: &str| value_on("rule('chief')", &record(), day.parse().ok());
    assert_eq!(on("2022-12-31"), Value::Int(500));
    assert_eq!(on("2023-01-01"), Value::Int(300));
    assert_eq!(on("2019-12-31"), Value::Null);
    assert!(holds("diners >= rule('chief')"));
}

fn first(source: &str) -> (String, String, Option<String>) {
    let errors = parse(source).expect_err(source);
    let error = &errors[0];
    let place = source[error.offset..error.offset + error.len].to_string();
    (place, error.message.clone(), error.help.clone())
}

#[test]
fn mistakes_are_named_at_their_place_with_a_way_out() {
    let case = |source: &str, place: &str, message: &str, help: &str| {
        let (at, said, helped) = first(source);
        assert_eq!(at, place, "{source}: {said}");
        assert!(said.contains(message), "{source}: {said}");
        assert!(helped.unwrap_or_default().contains(help), "{source}");
    };
    case("name == '中文' && state == 'opne'", "'opne'", "没有状态", "'open'");
    case("dinners > 3", "dinners", "没有字段", "diners");
    case("kind == 'hotel'", "'hotel'", "没有选项", "canteen");
    case("kind.under('canten')", "'canten'", "没有选项", "canteen");
    case("area.parent.code == 'x'", "area.parent.code", "最多跳一层", "计算字段");
    case("area == '4115'", "'4115'", "引用不能和文字", "area.code");
    case("opened > '2023'", "'2023'", "不是日期", "date(");
    case("rule('nothing') > 1", "'nothing'", "没有规则", "rules.csv");
    case("diners && good", "diners", "要一个条件", "");
    case("kinds.all(k, k == 'shop')", "(", "不支持", "");
    case("name + 1", "name + 1", "不能这样计算", "");
    case("diners > foo(1)", "foo(1)", "没有函数", "today()");
}

#[test]
fn all_mistakes_of_an_expression_are_told_at_once() {
    let errors = parse("state == 'opne' && dinners > 3 && kind == 'hotel'").unwrap_err();
    assert_eq!(errors.len(), 3);
    assert!(errors.is_sorted_by_key(|error| error.offset));
}

#[test]
fn what_sql_cannot_do_is_refused_in_a_query() {
    let schema = schema();
    let scene = schema.scene("shop", Place::Query);
    assert!(Expr::parse("workdays(opened, 3) < today()", &scene).is_err());
    assert!(Expr::parse("body_of(area) != null", &scene).is_err());
    assert!(Expr::parse("opened < today()", &scene).is_ok());
}

#[test]
fn hostile_sources_give_errors_not_crashes() {
    let deep = |open: &str, close: &str, n: usize| format!("{}1{}", open.repeat(n), close.repeat(n));
    let mut sources = vec![
        String::new(),
        "state ==".into(),
        "状态 == 1".into(),
        "name == '".into(),
        "a.b.c.d".into(),
        format!("1{}", "+1".repeat(1000)),
        format!("{}good", "!".repeat(1500)),
        format!("{}diners > 0", "-".repeat(1500)),
        format!("good{}", " && good".repeat(230)),
        format!("name{}", ".x".repeat(900)),
        format!("name{}", "[0]".repeat(600)),
        "x".repeat(5000),
        "1e5 > 2".into(),
        "99999999999999999999 > 1".into(),
        "0.1234567 > 1".into(),
        "has(name.x)".into(),
        "{'a': 1}".into(),
        "b'x' == name".into(),
        "1u == 1".into(),
    ];
    for n in [20, 60, 200, 900] {
        sources.extend([deep("(", ")", n), deep("[", "]", n), deep("size(", ")", n)]);
        sources.push(format!("{}1{}", "good ? 1 : (".repeat(n), ")".repeat(n)));
    }
    for source in sources {
        if let Err(errors) = parse(&source) {
            assert!(!errors.is_empty());
            for error in errors {
                assert!(source.is_char_boundary(error.offset) && error.offset + error.len <= source.len());
            }
        }
    }
}

struct Names;

impl Titles for Names {
    fn field(&self, id: &str) -> String {
        match id {
            "state" => "状态",
            "kind" => "业态",
            "diners" => "就餐人数",
            "good" => "明厨亮灶",
            "opened" => "开业日期",
            "area" => "所在乡镇",
            other => other,
        }
        .to_string()
    }
    fn hop(&self, _: &str, id: &str) -> String {
        if id == "population" { "人口".into() } else { id.into() }
    }
    fn choice(&self, list: &str, code: &str) -> String {
        let schema = schema();
        let found = schema.lists[list].iter().find(|choice| choice.code == code).map(|c| c.title.clone());
        found.unwrap_or_default()
    }
    fn rule(&self, name: &str) -> String {
        format!("规定的{name}")
    }
}

#[test]
fn a_formula_reads_as_plain_chinese() {
    let said = |source: &str| words(&parse(source).unwrap().node, &Names);
    assert_eq!(said("state == 'open' && kind.under('school_canteen')"), "状态为正常，且业态属于学校食堂");
    assert_eq!(said("good && diners >= 300"), "明厨亮灶，且就餐人数不少于300");
    assert_eq!(
        said("!good || (kind in ['shop', 'canteen'] && opened != null)"),
        "不是明厨亮灶，或（业态为商店、食堂之一，且开业日期已填）"
    );
    assert_eq!(said("opened >= date('2023-01-01')"), "开业日期不早于2023年1月1日");
    assert_eq!(said("area.population > rule('chief')"), "所在乡镇的人口大于规定的chief");
}
