//! The functions of the language: their arguments, types and places. There are these and no others.
use cel::common::ast::{CallExpr, IdedExpr};
use chrono::NaiveDate;

use super::parse::ExprError;
use super::schema::{ACCOUNT, Place};
use super::typing::{Typed, Typing, type_words};
use super::{Node, Type};
use crate::field::Choice;
use crate::value::Value;

const FUNCTIONS: &str = "today() now() me() rule('…') date('…') size(x) year(d) month(d) day(d) workdays(d, n) \
                         body_of(area) x.under('…') x.contains(y) x.startsWith('…')";

impl Typing<'_> {
    pub(super) fn function(&mut self, call: &CallExpr, span: (usize, usize)) -> Option<Typed> {
        let args = call.args.as_slice();
        match (&call.target, call.func_name.as_str(), args) {
            (Some(target), "under", [code]) => self.under(target, code, span),
            (Some(target), "contains", [item]) => {
                let (list, item) = (self.lower(target), self.lower(item));
                self.contains(list?, item?, span)
            }
            (Some(target), "startsWith", [start]) => self.starts_with(target, start, span),
            (None, "today", []) => Some(Typed { node: Node::Today, ty: Type::Date, span }),
            (None, "now", []) => Some(Typed { node: Node::Now, ty: Type::Time, span }),
            (None, "me", []) => Some(Typed { node: Node::Me, ty: Type::Ref(ACCOUNT.to_string()), span }),
            (None, "rule", [name]) => self.rule(name, span),
            (None, "date", [arg]) => self.date(arg, span),
            (None, "size", [arg]) => {
                let arg =
                    self.typed(arg, "文字或多值", |ty| matches!(ty, Type::Text | Type::List(_)))?;
                Some(Typed { node: Node::Size(Box::new(arg.node)), ty: Type::Int, span })
            }
            (None, "year", [arg]) => self.part(arg, span, Node::Year),
            (None, "month", [arg]) => self.part(arg, span, Node::Month),
            (None, "day", [arg]) => self.part(arg, span, Node::Day),
            (None, "workdays", [from, count]) => {
                self.memory_only("workdays", span)?;
                let from = self.typed(from, "日期", |ty| *ty == Type::Date);
                let count = self.typed(count, "整数", |ty| *ty == Type::Int);
                let node = Node::Workdays(Box::new(from?.node), Box::new(count?.node));
                Some(Typed { node, ty: Type::Date, span })
            }
            (None, "body_of", [area]) => {
                self.memory_only("body_of", span)?;
                let area = self.typed(area, "区域", |ty| matches!(ty, Type::Ref(_)))?;
                let ty = Type::Ref(self.env.bodies().unwrap_or_default().to_string());
                Some(Typed { node: Node::BodyOf(Box::new(area.node)), ty, span })
            }
            (_, name, _) => {
                let message = format!("没有函数 {name}，或参数个数不对");
                self.refuse(ExprError::new(span, message).help(format!("有：{FUNCTIONS}")))
            }
        }
    }

    fn typed(&mut self, tree: &IdedExpr, want: &str, fits: fn(&Type) -> bool) -> Option<Typed> {
        let typed = self.lower(tree)?;
        if fits(&typed.ty) || typed.ty == Type::Null {
            return Some(typed);
        }
        let message = format!("这里要{want}，写的却是{}", type_words(&typed.ty));
        self.refuse(ExprError::new(typed.span, message))
    }

    fn memory_only(&mut self, name: &str, span: (usize, usize)) -> Option<()> {
        if self.env.place() == Place::Form {
            return Some(());
        }
        let help = "先做成计算字段（calc），再用它筛选";
        self.errors.push(ExprError::new(span, format!("{name} 不能用在筛选、视图和指标里")).help(help));
        None
    }

    fn part(&mut self, arg: &IdedExpr, span: (usize, usize), make: fn(Box<Node>) -> Node) -> Option<Typed> {
        let arg = self.typed(arg, "日期", |ty| *ty == Type::Date)?;
        Some(Typed { node: make(Box::new(arg.node)), ty: Type::Int, span })
    }

    fn date(&mut self, arg: &IdedExpr, span: (usize, usize)) -> Option<Typed> {
        let arg = self.typed(arg, "'2023-01-31' 这样的文字，或时间", |ty| {
            matches!(ty, Type::Text | Type::Time)
        })?;
        if arg.ty == Type::Time {
            return Some(Typed { node: Node::DateOf(Box::new(arg.node)), ty: Type::Date, span });
        }
        match arg.literal_text().and_then(|text| text.parse::<NaiveDate>().ok()) {
            Some(date) => Some(Typed { node: Node::Lit(Value::Date(date)), ty: Type::Date, span }),
            None => self.refuse(ExprError::new(arg.span, "不是日期").help("写成 date('2023-01-31')")),
        }
    }

    fn rule(&mut self, arg: &IdedExpr, span: (usize, usize)) -> Option<Typed> {
        let arg = self.lower(arg)?;
        let Some(name) = arg.literal_text() else {
            return self.refuse(ExprError::new(arg.span, "规则名要直接写成文字，如 rule('food_staff')"));
        };
        let Some(editions) = self.env.rule(name).map(<[_]>::to_vec) else {
            let help = "规则在 tables/rules.csv 里";
            return self.refuse(ExprError::new(arg.span, format!("没有规则 '{name}'")).help(help));
        };
        let node = Node::Rule { name: name.to_string(), editions };
        let ty = match node.digits() {
            0 => Type::Int,
            digits => Type::Decimal(digits),
        };
        Some(Typed { node, ty, span })
    }

    fn under(&mut self, target: &IdedExpr, code: &IdedExpr, span: (usize, usize)) -> Option<Typed> {
        let (target, code) = (self.lower(target), self.lower(code));
        let (target, code) = (target?, code?);
        let Type::Choice(list) = &target.ty else {
            let message = format!("under 只用于选项，这里是{}", type_words(&target.ty));
            return self.refuse(ExprError::new(target.span, message));
        };
        let Some(top) = code.literal_text() else {
            return self.refuse(ExprError::new(code.span, "under 里要直接写选项代码，如 under('canteen')"));
        };
        self.code(list, top, code.span)?;
        let codes = below(self.env.choices(list).unwrap_or_default(), top);
        Some(Typed { node: Node::Under(Box::new(target.node), codes), ty: Type::Bool, span })
    }

    pub(super) fn contains(&mut self, list: Typed, item: Typed, span: (usize, usize)) -> Option<Typed> {
        let want = match &list.ty {
            Type::List(element) => (**element).clone(),
            Type::Text => Type::Text,
            Type::Null
            | Type::Bool
            | Type::Int
            | Type::Decimal(_)
            | Type::Date
            | Type::Time
            | Type::Choice(_)
            | Type::Ref(_) => {
                let message = format!("contains 用于多值或文字，这里是{}", type_words(&list.ty));
                return self.refuse(ExprError::new(list.span, message));
            }
        };
        let item = self.fit(item, &want, span)?;
        let node = Node::Contains(Box::new(list.node), Box::new(item.node));
        Some(Typed { node, ty: Type::Bool, span })
    }

    fn starts_with(&mut self, target: &IdedExpr, start: &IdedExpr, span: (usize, usize)) -> Option<Typed> {
        let is_text = |ty: &Type| matches!(ty, Type::Text | Type::Choice(_));
        let target = self.typed(target, "文字", is_text);
        let start = self.typed(start, "文字", is_text);
        let node = Node::StartsWith(Box::new(target?.node), Box::new(start?.node));
        Some(Typed { node, ty: Type::Bool, span })
    }
}

/// The code and all codes below it; a loop in the table ends the walk.
fn below(choices: &[Choice], top: &str) -> Vec<String> {
    let mut codes = vec![top.to_string()];
    let mut next = 0;
    while next < codes.len() {
        for choice in choices {
            if choice.parent.as_deref() == Some(codes[next].as_str()) && !codes.contains(&choice.code) {
                codes.push(choice.code.clone());
            }
        }
        next += 1;
    }
    codes
}
