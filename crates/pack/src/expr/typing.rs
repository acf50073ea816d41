//! Type check and lowering of CEL's tree to [`Node`]; function calls stand in `calls`.
use cel::common::ast::{CallExpr, Expr as Cel, IdedExpr, LiteralValue, SelectExpr, SourceInfo, operators};
use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::parse::{ExprError, span};
use super::schema::Env;
use super::{Arith, Compare, Node, QUOTIENT_DIGITS, Type};
use crate::value::Value;

/// Deepest tree, counted in nodes.
const DEPTH_MAX: usize = 64;

/// Most digits after the point that a computation may keep.
const DIGITS_MAX: u8 = 12;

/// Largest number that may be written in an expression.
const LITERAL_MAX: i64 = 1_000_000_000_000_000;

/// A lowered piece with its type and its bytes in the source.
pub(super) struct Typed {
    pub node: Node,
    pub ty: Type,
    pub span: (usize, usize),
}

impl Typed {
    pub(super) fn literal_text(&self) -> Option<&str> {
        match &self.node {
            Node::Lit(Value::Text(text)) if self.ty == Type::Text => Some(text),
            _ => None,
        }
    }
}

/// One pass over one expression; collects every mistake.
pub(super) struct Typing<'a> {
    pub env: &'a dyn Env,
    source: &'a str,
    info: &'a SourceInfo,
    depth: usize,
    pub errors: Vec<ExprError>,
}

impl<'a> Typing<'a> {
    pub(super) fn new(env: &'a dyn Env, source: &'a str, info: &'a SourceInfo) -> Self {
        Self { env, source, info, depth: 0, errors: Vec::new() }
    }

    pub(super) fn refuse(&mut self, error: ExprError) -> Option<Typed> {
        self.errors.push(error);
        None
    }

    pub(super) fn span(&self, tree: &IdedExpr) -> (usize, usize) {
        let (from, to) = span(tree, self.info);
        (from, to.min(self.source.len()))
    }

    pub(super) fn lower(&mut self, tree: &IdedExpr) -> Option<Typed> {
        self.depth += 1;
        let typed = if self.depth > DEPTH_MAX {
            let place = self.span(tree);
            self.refuse(ExprError::new(place, "表达式太复杂").help("拆成几个计算字段"))
        } else {
            self.lower_kind(tree)
        };
        self.depth -= 1;
        typed
    }

    fn lower_kind(&mut self, tree: &IdedExpr) -> Option<Typed> {
        let span = self.span(tree);
        match &tree.expr {
            Cel::Literal(literal) => self.literal(literal, span),
            Cel::Ident(name) => self.field(name, span),
            Cel::Select(select) if !select.test => self.select(select, span),
            Cel::Call(call) => self.call(call, span),
            Cel::List(_) => self.refuse(ExprError::new(span, "列表只能写在 in 的右边")),
            Cel::Select(_) | Cel::Comprehension(_) => {
                let help = "用 field != null 判断有没有填；没有循环";
                self.refuse(ExprError::new(span, "不支持 has()、all()、exists() 等宏").help(help))
            }
            Cel::Map(_) | Cel::Struct(_) | Cel::Unspecified => {
                self.refuse(ExprError::new(span, "不支持这种写法"))
            }
        }
    }

    fn literal(&mut self, literal: &LiteralValue, span: (usize, usize)) -> Option<Typed> {
        let (value, ty) = match literal {
            LiteralValue::Boolean(value) => (Value::Bool(*value.inner()), Type::Bool),
            LiteralValue::Null => (Value::Null, Type::Null),
            LiteralValue::String(text) => (Value::Text(text.inner().to_string()), Type::Text),
            LiteralValue::Int(value) if value.inner().abs() <= LITERAL_MAX => {
                (Value::Int(*value.inner()), Type::Int)
            }
            LiteralValue::Int(_) => {
                return self.refuse(ExprError::new(span, "数字太大：不超过 10 的 15 次方"));
            }
            LiteralValue::Double(value) => {
                // The parser keeps a float only; the digits as written are in the source.
                let written = self.source[span.0..span.1].trim_start_matches('-').trim();
                let limit = Decimal::from(LITERAL_MAX);
                match written.parse::<Decimal>() {
                    Ok(number) if number.scale() <= 6 && number <= limit => {
                        let number = if value.is_sign_negative() { -number } else { number };
                        let digits = number.scale() as u8;
                        (Value::Decimal(number), Type::Decimal(digits))
                    }
                    _ => {
                        let message = format!("看不懂的小数 {written}：最多六位小数，不用指数写法");
                        return self.refuse(ExprError::new(span, message));
                    }
                }
            }
            LiteralValue::Bytes(_) | LiteralValue::UInt(_) => {
                return self.refuse(ExprError::new(span, "不支持这种字面值：数字直接写，文字用引号"));
            }
        };
        Some(Typed { node: Node::Lit(value), ty, span })
    }

    fn field(&mut self, name: &str, span: (usize, usize)) -> Option<Typed> {
        if let Some(ty) = self.env.field(name) {
            return Some(Typed { node: Node::Field { id: name.to_string(), ty: ty.clone() }, ty, span });
        }
        let mut error = ExprError::new(span, format!("没有字段 {name}"));
        if let Some(near) = nearest(name, self.env.names()) {
            error = error.help(format!("是不是 {near}？"));
        }
        self.refuse(error)
    }

    fn select(&mut self, select: &SelectExpr, span: (usize, usize)) -> Option<Typed> {
        let base = self.lower(&select.operand)?;
        let (by, register) = match (&base.node, &base.ty) {
            (Node::Field { id, .. }, Type::Ref(register)) => (id.clone(), register.clone()),
            (Node::Hop { .. }, Type::Ref(_)) => {
                let help = "在中间的台账里加一个计算字段，再引用它";
                return self.refuse(ExprError::new(span, "最多跳一层引用").help(help));
            }
            _ => {
                let message = format!("{}不是引用，后面不能接 .{}", type_words(&base.ty), select.field);
                return self.refuse(ExprError::new(span, message));
            }
        };
        match self.env.hop(&register, &select.field) {
            Some(ty) => {
                let node = Node::Hop { by, register, id: select.field.clone(), ty: ty.clone() };
                Some(Typed { node, ty, span })
            }
            None => self.refuse(ExprError::new(span, format!("{by} 指向的台账里没有字段 {}", select.field))),
        }
    }

    fn call(&mut self, call: &CallExpr, span: (usize, usize)) -> Option<Typed> {
        let name = call.func_name.as_str();
        let compare = match name {
            operators::EQUALS => Some(Compare::Eq),
            operators::NOT_EQUALS => Some(Compare::Ne),
            operators::LESS => Some(Compare::Lt),
            operators::LESS_EQUALS => Some(Compare::Le),
            operators::GREATER => Some(Compare::Gt),
            operators::GREATER_EQUALS => Some(Compare::Ge),
            _ => None,
        };
        if let (Some(op), [left, right]) = (compare, call.args.as_slice()) {
            let (left, right) = (self.lower(left), self.lower(right));
            return self.compare(op, left?, right?, span);
        }
        let arith = match name {
            operators::ADD => Some(Arith::Add),
            operators::SUBSTRACT => Some(Arith::Sub),
            operators::MULTIPLY => Some(Arith::Mul),
            operators::DIVIDE => Some(Arith::Div),
            operators::MODULO => Some(Arith::Rem),
            _ => None,
        };
        if let (Some(op), [left, right]) = (arith, call.args.as_slice()) {
            let (left, right) = (self.lower(left), self.lower(right));
            return self.arith(op, left?, right?, span);
        }
        match (name, call.args.as_slice()) {
            (operators::LOGICAL_AND, args) => self.logic(args, span, true),
            (operators::LOGICAL_OR, args) => self.logic(args, span, false),
            (operators::LOGICAL_NOT, [inner]) => {
                let inner = self.condition(inner)?;
                Some(Typed { node: Node::Not(Box::new(inner)), ty: Type::Bool, span })
            }
            (operators::NEGATE, [inner]) => {
                let inner = self.lower(inner)?;
                if inner.ty.digits().is_none() {
                    return self.refuse(ExprError::new(span, format!("{}不能取负", type_words(&inner.ty))));
                }
                Some(Typed { node: Node::Negate(Box::new(inner.node)), ty: inner.ty, span })
            }
            (operators::CONDITIONAL, [test, then, other]) => self.conditional(test, then, other, span),
            (operators::IN, [left, right]) => self.within(left, right, span),
            _ => self.function(call, span),
        }
    }

    /// Lowers a sub-expression that must be true or false.
    fn condition(&mut self, tree: &IdedExpr) -> Option<Node> {
        let typed = self.lower(tree)?;
        if matches!(typed.ty, Type::Bool | Type::Null) {
            return Some(typed.node);
        }
        let message = format!("这里要一个条件（是或否），写的却是{}", type_words(&typed.ty));
        self.errors.push(ExprError::new(typed.span, message));
        None
    }

    fn logic(&mut self, args: &[IdedExpr], span: (usize, usize), and: bool) -> Option<Typed> {
        let parts: Vec<Option<Node>> = args.iter().map(|arg| self.condition(arg)).collect();
        let mut nodes = Vec::new();
        for part in parts {
            match part? {
                Node::And(inner) if and => nodes.extend(inner),
                Node::Or(inner) if !and => nodes.extend(inner),
                other => nodes.push(other),
            }
        }
        let node = if and { Node::And(nodes) } else { Node::Or(nodes) };
        Some(Typed { node, ty: Type::Bool, span })
    }

    fn compare(&mut self, op: Compare, left: Typed, right: Typed, span: (usize, usize)) -> Option<Typed> {
        let (left, right) = self.agree(left, right, span)?;
        let ordered = !matches!(op, Compare::Eq | Compare::Ne);
        let ty = if left.ty == Type::Null { &right.ty } else { &left.ty };
        if matches!(ty, Type::List(_)) && right.ty != Type::Null && left.ty != Type::Null {
            let help = "用 x.contains(y) 或 size(x)";
            return self.refuse(ExprError::new(span, "多值字段不能直接比较").help(help));
        }
        if ordered && matches!(ty, Type::Bool | Type::Choice(_) | Type::Ref(_) | Type::List(_)) {
            let message = format!("{}没有大小，只能用 == 和 !=", type_words(ty));
            return self.refuse(ExprError::new(span, message));
        }
        let node = Node::Compare(op, Box::new(left.node), Box::new(right.node));
        Some(Typed { node, ty: Type::Bool, span })
    }

    /// Makes both sides one type, reading a literal as what the other side is.
    pub(super) fn agree(
        &mut self,
        left: Typed,
        right: Typed,
        span: (usize, usize),
    ) -> Option<(Typed, Typed)> {
        let left_is_literal = matches!(left.node, Node::Lit(_));
        if left_is_literal {
            let want = right.ty.clone();
            return Some((self.fit(left, &want, span)?, right));
        }
        let want = left.ty.clone();
        Some((left, self.fit(right, &want, span)?))
    }

    /// Reads `typed` as a value of type `want`.
    pub(super) fn fit(&mut self, mut typed: Typed, want: &Type, span: (usize, usize)) -> Option<Typed> {
        if typed.ty == *want || typed.ty == Type::Null || *want == Type::Null {
            return Some(typed);
        }
        if typed.ty.digits().is_some() && want.digits().is_some() {
            return Some(typed);
        }
        if let Some(text) = typed.literal_text().map(str::to_string) {
            return self.fit_text(typed, &text, want);
        }
        match (&typed.ty, want) {
            // A code may be compared with a text, and with a code of another list that shares codes.
            (Type::Choice(_), Type::Text) | (Type::Text, Type::Choice(_)) => Some(typed),
            (Type::Int, Type::Ref(_)) if matches!(typed.node, Node::Lit(_)) => {
                typed.ty = want.clone();
                Some(typed)
            }
            _ => {
                let message = format!("{}和{}不能放在一起比较", type_words(want), type_words(&typed.ty));
                self.refuse(ExprError::new(span, message))
            }
        }
    }

    fn fit_text(&mut self, typed: Typed, text: &str, want: &Type) -> Option<Typed> {
        let value = match want {
            Type::Choice(list) => {
                self.code(list, text, typed.span)?;
                Some(Value::Text(text.to_string()))
            }
            Type::Date => text.parse::<NaiveDate>().ok().map(Value::Date),
            Type::Time => text.parse::<DateTime<Utc>>().ok().map(Value::Time),
            Type::Ref(_) => {
                let message = format!("引用不能和文字 '{text}' 比较");
                let help = "比较它的某个字段，如 area.code == '…'";
                return self.refuse(ExprError::new(typed.span, message).help(help));
            }
            Type::Null | Type::Bool | Type::Int | Type::Decimal(_) | Type::Text | Type::List(_) => None,
        };
        match value {
            Some(value) => Some(Typed { node: Node::Lit(value), ty: want.clone(), span: typed.span }),
            None => {
                let message = format!("'{text}' 不是{}", type_words(want));
                let help = match want {
                    Type::Date => "日期写成 date('2023-01-31')",
                    Type::Time => "时间写成 '2023-01-31T08:00:00Z'",
                    _ => "数字和是否不加引号",
                };
                self.refuse(ExprError::new(typed.span, message).help(help))
            }
        }
    }

    /// Checks that a choice list has the code.
    pub(super) fn code(&mut self, list: &str, code: &str, span: (usize, usize)) -> Option<()> {
        let codes = self.env.choices(list).unwrap_or_default();
        if codes.iter().any(|choice| choice.code == code) {
            return Some(());
        }
        let what = if list.ends_with(".state") { "状态" } else { "选项" };
        let mut error = ExprError::new(span, format!("没有{what} '{code}'"));
        let all: Vec<&str> = codes.iter().map(|choice| choice.code.as_str()).collect();
        error = match nearest(code, all.clone()) {
            Some(near) => error.help(format!("是不是 '{near}'？")),
            None if all.is_empty() => error.help(format!("选项表 {list} 是空的或不存在")),
            None => {
                error.help(format!("有：{}", all.iter().take(12).copied().collect::<Vec<_>>().join("、")))
            }
        };
        self.errors.push(error);
        None
    }

    fn arith(&mut self, op: Arith, left: Typed, right: Typed, span: (usize, usize)) -> Option<Typed> {
        let (left_digits, right_digits) = (left.ty.digits(), right.ty.digits());
        let ty = match (op, &left.ty, &right.ty) {
            (Arith::Add | Arith::Sub, Type::Date, Type::Int) => Type::Date,
            (Arith::Sub, Type::Date, Type::Date) => Type::Int,
            _ => match (op, left_digits, right_digits) {
                (Arith::Add | Arith::Sub | Arith::Rem, Some(left), Some(right)) => number(left.max(right)),
                (Arith::Mul, Some(left), Some(right)) => number(left + right),
                (Arith::Div, Some(left), Some(_)) => number(left.max(QUOTIENT_DIGITS)),
                _ => {
                    let message = format!("{}和{}不能这样计算", type_words(&left.ty), type_words(&right.ty));
                    let help = "数与数可以加减乘除；日期可以加减天数，两个日期相减得天数";
                    return self.refuse(ExprError::new(span, message).help(help));
                }
            },
        };
        if ty.digits().is_some_and(|digits| digits > DIGITS_MAX) {
            let message = format!("小数位太多：计算最多保留 {DIGITS_MAX} 位");
            return self.refuse(ExprError::new(span, message));
        }
        let node = Node::Arith(op, ty.clone(), Box::new(left.node), Box::new(right.node));
        Some(Typed { node, ty, span })
    }

    fn conditional(
        &mut self,
        test: &IdedExpr,
        then: &IdedExpr,
        other: &IdedExpr,
        span: (usize, usize),
    ) -> Option<Typed> {
        let (test, then, other) = (self.condition(test), self.lower(then), self.lower(other));
        let (test, then, other) = (test?, then?, other?);
        let (then, other) = self.agree(then, other, span)?;
        let ty = match (then.ty.digits(), other.ty.digits()) {
            (Some(left), Some(right)) => number(left.max(right)),
            _ if then.ty == Type::Null => other.ty,
            _ => then.ty,
        };
        let node = Node::If(ty.clone(), Box::new(test), Box::new(then.node), Box::new(other.node));
        Some(Typed { node, ty, span })
    }

    fn within(&mut self, left: &IdedExpr, right: &IdedExpr, span: (usize, usize)) -> Option<Typed> {
        let subject = self.lower(left)?;
        let Cel::List(list) = &right.expr else {
            let list = self.lower(right)?;
            return self.contains(list, subject, span);
        };
        let mut items = Vec::new();
        for element in &list.elements {
            let element = self.lower(element)?;
            items.push(self.fit(element, &subject.ty, span)?.node);
        }
        Some(Typed { node: Node::In(Box::new(subject.node), items), ty: Type::Bool, span })
    }
}

fn number(digits: u8) -> Type {
    if digits == 0 { Type::Int } else { Type::Decimal(digits) }
}

/// A type as people call it.
pub(super) fn type_words(ty: &Type) -> &'static str {
    match ty {
        Type::Null => "空值",
        Type::Bool => "是否",
        Type::Int => "整数",
        Type::Decimal(_) => "小数",
        Type::Text => "文字",
        Type::Date => "日期",
        Type::Time => "时间",
        Type::Choice(_) => "选项",
        Type::Ref(_) => "引用",
        Type::List(_) => "多值",
    }
}

/// The known name that is so near that it was probably meant.
fn nearest<'n>(name: &str, known: Vec<&'n str>) -> Option<&'n str> {
    known
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 2 && *distance < candidate.chars().count())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Edit distance of two short names.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, from) in left.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, to) in right.iter().enumerate() {
            let replaced = corner + usize::from(from != *to);
            corner = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(corner + 1);
        }
    }
    row[right.len()]
}
