//! An expression said in plain Chinese, for people who never saw it: 「状态为正常，且业态属于学校食堂」.
use rust_decimal::Decimal;

use super::{Arith, Compare, Node, Type};
use crate::value::Value;

/// The titles an expression's names have.
pub trait Titles {
    /// Title of a field of the expression's own record, fixed columns included.
    fn field(&self, id: &str) -> String;
    /// Title of a field of another register's record.
    fn hop(&self, register: &str, id: &str) -> String;
    /// Title of a code of the choice list that [`Type::Choice`] names.
    fn choice(&self, list: &str, code: &str) -> String;
    /// A law's number in words.
    fn rule(&self, name: &str) -> String;
}

/// Says a condition or a value in plain Chinese.
pub fn words(node: &Node, titles: &dyn Titles) -> String {
    Words { titles }.say(node, false)
}

struct Words<'a> {
    titles: &'a dyn Titles,
}

impl Words<'_> {
    /// `inner`: the phrase stands inside another one, so a compound needs brackets.
    fn say(&self, node: &Node, inner: bool) -> String {
        match node {
            Node::And(parts) => self.join(parts, "，且", inner),
            Node::Or(parts) => self.join(parts, "，或", inner),
            Node::Not(part) => self.not(part),
            Node::Compare(op, left, right) => self.compare(*op, left, right),
            Node::In(subject, items) => {
                let items: Vec<String> = items.iter().map(|item| self.beside(item, subject)).collect();
                format!("{}为{}之一", self.say(subject, true), items.join("、"))
            }
            Node::Under(subject, codes) => {
                let top = codes.first().map(String::as_str).unwrap_or_default();
                format!("{}属于{}", self.say(subject, true), self.code(subject, top))
            }
            Node::Contains(list, item) => {
                format!("{}包含{}", self.say(list, true), self.beside(item, list))
            }
            Node::StartsWith(text, start) => {
                format!("{}以{}开头", self.say(text, true), self.say(start, true))
            }
            // A field that is true or false reads as the condition itself.
            Node::Field { id, .. } => self.titles.field(id),
            Node::Hop { by, register, id, .. } => {
                format!("{}的{}", self.titles.field(by), self.titles.hop(register, id))
            }
            Node::If(_, test, then, other) => {
                let (test, then) = (self.say(test, true), self.say(then, true));
                format!("（{test}时为{then}，否则为{}）", self.say(other, true))
            }
            Node::Arith(op, _, left, right) => {
                let sign = match op {
                    Arith::Add => "加",
                    Arith::Sub => "减",
                    Arith::Mul => "乘以",
                    Arith::Div => "除以",
                    Arith::Rem => "除以后取余",
                };
                let text = format!("{}{sign}{}", self.say(left, true), self.say(right, true));
                if inner { format!("（{text}）") } else { text }
            }
            Node::Negate(part) => format!("负{}", self.say(part, true)),
            Node::Size(part) => format!("{}的个数", self.say(part, true)),
            Node::Today => "今天".to_string(),
            Node::Now => "现在".to_string(),
            Node::Me => "本人".to_string(),
            Node::Year(part) => format!("{}的年份", self.say(part, true)),
            Node::Month(part) => format!("{}的月份", self.say(part, true)),
            Node::Day(part) => format!("{}的日", self.say(part, true)),
            Node::DateOf(part) => format!("{}的日期", self.say(part, true)),
            Node::Workdays(from, count) => {
                format!("{}后第{}个工作日", self.say(from, true), self.say(count, true))
            }
            Node::BodyOf(area) => format!("{}的主管单位", self.say(area, true)),
            Node::Rule { name, .. } => self.titles.rule(name),
            Node::Lit(value) => literal(value),
        }
    }

    fn join(&self, parts: &[Node], between: &str, inner: bool) -> String {
        let said: Vec<String> = parts
            .iter()
            .map(|part| {
                let text = self.say(part, true);
                if matches!(part, Node::And(_) | Node::Or(_)) && !text.starts_with('（') {
                    format!("（{text}）")
                } else {
                    text
                }
            })
            .collect();
        let text = said.join(between);
        if inner { format!("（{text}）") } else { text }
    }

    fn not(&self, part: &Node) -> String {
        match part {
            Node::Field { .. } | Node::Hop { .. } => format!("不是{}", self.say(part, true)),
            Node::Compare(op, left, right) => {
                let opposite = match op {
                    Compare::Eq => Compare::Ne,
                    Compare::Ne => Compare::Eq,
                    Compare::Lt | Compare::Le | Compare::Gt | Compare::Ge => {
                        return format!("并非{}", self.say(part, true));
                    }
                };
                self.compare(opposite, left, right)
            }
            Node::Under(subject, codes) => {
                let top = codes.first().map(String::as_str).unwrap_or_default();
                format!("{}不属于{}", self.say(subject, true), self.code(subject, top))
            }
            _ => format!("并非{}", self.say(part, true)),
        }
    }

    fn compare(&self, op: Compare, left: &Node, right: &Node) -> String {
        let subject = self.say(left, true);
        if let Node::Lit(Value::Null) = right {
            return match op {
                Compare::Eq => format!("{subject}未填"),
                _ => format!("{subject}已填"),
            };
        }
        if let (Node::Lit(Value::Bool(value)), Compare::Eq | Compare::Ne) = (right, op) {
            let holds = *value == (op == Compare::Eq);
            return if holds { subject } else { self.not(left) };
        }
        let sign = match op {
            Compare::Eq => "为",
            Compare::Ne => "不为",
            Compare::Lt => "小于",
            Compare::Le => "不超过",
            Compare::Gt => "大于",
            Compare::Ge => "不少于",
        };
        let day = matches!(type_of(left), Some(Type::Date | Type::Time));
        let sign = match op {
            Compare::Lt if day => "早于",
            Compare::Le if day => "不晚于",
            Compare::Gt if day => "晚于",
            Compare::Ge if day => "不早于",
            _ => sign,
        };
        format!("{subject}{sign}{}", self.beside(right, left))
    }

    /// A literal beside a choice field is said by the choice's title.
    fn beside(&self, node: &Node, subject: &Node) -> String {
        match node {
            Node::Lit(Value::Text(code)) => self.code(subject, code),
            _ => self.say(node, true),
        }
    }

    fn code(&self, subject: &Node, code: &str) -> String {
        match type_of(subject) {
            Some(Type::Choice(list)) => self.titles.choice(list, code),
            Some(Type::List(element)) => match &**element {
                Type::Choice(list) => self.titles.choice(list, code),
                _ => format!("“{code}”"),
            },
            _ => format!("“{code}”"),
        }
    }
}

fn type_of(node: &Node) -> Option<&Type> {
    match node {
        Node::Field { ty, .. } | Node::Hop { ty, .. } | Node::If(ty, ..) | Node::Arith(_, ty, ..) => Some(ty),
        Node::Today => Some(&Type::Date),
        Node::Now => Some(&Type::Time),
        _ => None,
    }
}

fn plain(value: Decimal) -> String {
    value.normalize().to_string()
}

fn literal(value: &Value) -> String {
    match value {
        Value::Null => "空".to_string(),
        Value::Bool(true) => "是".to_string(),
        Value::Bool(false) => "否".to_string(),
        Value::Int(value) => value.to_string(),
        Value::Decimal(value) => plain(*value),
        Value::Text(text) => format!("“{text}”"),
        Value::Date(date) => date.format("%Y年%-m月%-d日").to_string(),
        Value::Time(time) => {
            (*time + chrono::TimeDelta::hours(8)).format("%Y年%-m月%-d日%H时%M分").to_string()
        }
        Value::List(items) => items.iter().map(literal).collect::<Vec<_>>().join("、"),
        Value::Rows(rows) => format!("{}行", rows.len()),
    }
}
