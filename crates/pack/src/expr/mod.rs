//! One expression language for checks, visibility, computed fields, filters, views and indicators.
//!
//! CEL's grammar, our meaning: decimals, dates, null. Parsed once when the pack is read, type-checked against the fields,
//! lowered to [`Expr`]; evaluated in memory on a form (`eval`) and translated to SQL by the store, with the same answer.
//!
//! The meaning on one page:
//! - Comparison with null: `==`/`!=` treat null as a value; `<` `<=` `>` `>=` with a null side are false.
//! - Arithmetic with null is null; division by zero is null; a null bool is false in `!`, `&&`, `||`, `?:` and at the top.
//! - `in`, `under`, `contains`, `startsWith` are true or false, false for a null subject; `size` of null is 0.
//! - Integers and decimals compare and add exactly; a product keeps the sum of the digits; a quotient keeps four digits, or
//!   its dividend's if more, the rest cut off; `%` has the sign of the dividend; texts compare by code point.
//! - `date + n`, `date - n`: days; `date - date`: days; `date(time)`: the day in Asia/Shanghai.
//! - A number whose last digit counts more than 10^18, and a day outside the years 1 to 9999, are null.
//! - A law's number (`rule`) is that of the edition in force at the record's business date, or today if it has none.
use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::value::Value;

mod calls;
mod eval;
mod parse;
mod schema;
mod titles;
mod typing;
mod walk;
mod words;

pub use eval::{Context, Fixed, eval, today, truth};
pub use parse::ExprError;
pub use schema::{ACCOUNT, Env, Place, Scene, Schema, Shape};
pub use titles::PackTitles;
pub use words::{Titles, words};

/// A checked expression with its source.
#[derive(Clone)]
pub struct Expr {
    pub node: Node,
    pub ty: Type,
    /// As written.
    pub source: String,
}

/// Types of expressions; every type includes null.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Type {
    Null,
    Bool,
    Int,
    /// Digits after the point.
    Decimal(u8),
    Text,
    Date,
    Time,
    /// A code of the named choice list (`register.field` for inline lists).
    Choice(String),
    /// A record of a register.
    Ref(String),
    List(Box<Type>),
}

#[derive(Debug, Clone)]
pub enum Node {
    Lit(Value),
    /// A field of the record, or one of the fixed columns `id`, `state`, `number`, `created_at`, `updated_at`.
    Field {
        id: String,
        ty: Type,
    },
    /// `business.area`: a field of the record a ref points to.
    Hop {
        by: String,
        register: String,
        id: String,
        ty: Type,
    },
    Not(Box<Node>),
    And(Vec<Node>),
    Or(Vec<Node>),
    Compare(Compare, Box<Node>, Box<Node>),
    /// With the type of the result, which decides its digits.
    Arith(Arith, Type, Box<Node>, Box<Node>),
    Negate(Box<Node>),
    /// With the type of the result, in which both branches agree.
    If(Type, Box<Node>, Box<Node>, Box<Node>),
    In(Box<Node>, Vec<Node>),
    /// `kind.under('canteen')`, expanded to the code itself (first) and all below it.
    Under(Box<Node>, Vec<String>),
    /// `list.contains(x)` on many refs and choices; `text.contains('x')`.
    Contains(Box<Node>, Box<Node>),
    StartsWith(Box<Node>, Box<Node>),
    Size(Box<Node>),
    Today,
    Now,
    /// The acting account's id.
    Me,
    Year(Box<Node>),
    Month(Box<Node>),
    Day(Box<Node>),
    /// `date(time)`: the day of an instant in Asia/Shanghai.
    DateOf(Box<Node>),
    /// `workdays(date, n)`: the n-th working day after; memory only (calc, default).
    Workdays(Box<Node>, Box<Node>),
    /// `body_of(area)`: the first body whose area it is; memory only.
    BodyOf(Box<Node>),
    /// `rule('name')`: law's number by edition in force at the record's business date.
    Rule {
        name: String,
        editions: Vec<Edition>,
    },
}

/// Numbers are kept so that their last digit never counts more than this; what would be larger is null.
pub const LARGEST: i128 = 1_000_000_000_000_000_000;

/// Digits a quotient keeps at least.
pub const QUOTIENT_DIGITS: u8 = 4;

/// The first and last day that a computed date may be, 0001-01-01 and 9999-12-31, as days since 1970-01-01.
pub const DAYS: (i64, i64) = (-719_162, 2_932_896);

/// China Standard Time is UTC plus so many seconds.
pub const CHINA_SECONDS: i64 = 8 * 3600;

/// As it is declared: the source says all, and `diff` compares declarations.
impl std::fmt::Debug for Expr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Expr").field(&self.source).finish()
    }
}

impl Type {
    /// Digits after the point, if it is a number.
    pub fn digits(&self) -> Option<u8> {
        match self {
            Type::Int => Some(0),
            Type::Decimal(digits) => Some(*digits),
            _ => None,
        }
    }
}

impl Node {
    /// Shows this node and all below it to `see`.
    pub fn walk<'n>(&'n self, see: &mut dyn FnMut(&'n Node)) {
        see(self);
        match self {
            Node::Lit(_)
            | Node::Field { .. }
            | Node::Hop { .. }
            | Node::Today
            | Node::Now
            | Node::Me
            | Node::Rule { .. } => {}
            Node::Not(inner)
            | Node::Negate(inner)
            | Node::Under(inner, _)
            | Node::Size(inner)
            | Node::Year(inner)
            | Node::Month(inner)
            | Node::Day(inner)
            | Node::DateOf(inner)
            | Node::BodyOf(inner) => inner.walk(see),
            Node::And(parts) | Node::Or(parts) => parts.iter().for_each(|part| part.walk(see)),
            Node::Compare(_, left, right)
            | Node::Arith(_, _, left, right)
            | Node::Contains(left, right)
            | Node::StartsWith(left, right)
            | Node::Workdays(left, right) => {
                left.walk(see);
                right.walk(see);
            }
            Node::If(_, test, then, other) => {
                test.walk(see);
                then.walk(see);
                other.walk(see);
            }
            Node::In(subject, items) => {
                subject.walk(see);
                items.iter().for_each(|item| item.walk(see));
            }
        }
    }

    /// Digits after the point of a numeric expression; 0 for all others.
    pub fn digits(&self) -> u8 {
        match self {
            Node::Lit(Value::Decimal(value)) => value.scale() as u8,
            Node::Field { ty, .. } | Node::Hop { ty, .. } | Node::Arith(_, ty, ..) | Node::If(ty, ..) => {
                ty.digits().unwrap_or(0)
            }
            Node::Negate(inner) => inner.digits(),
            Node::Rule { editions, .. } => {
                editions.iter().map(|edition| edition.value.scale() as u8).max().unwrap_or(0)
            }
            _ => 0,
        }
    }
}

/// A number of the law, valid for a span of days (both ends inclusive).
#[derive(Debug, Clone)]
pub struct Edition {
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    pub value: Decimal,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arith {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
}
