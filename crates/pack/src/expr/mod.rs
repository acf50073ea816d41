//! One expression language for checks, visibility, computed fields, filters, views and indicators.
//!
//! CEL's grammar, our meaning: decimals, dates, null. Parsed once when the pack is read, type-checked against the fields,
//! lowered to [`Expr`]; evaluated in memory on a form (`eval`) and translated to SQL by the store, with the same answer.
//!
//! The meaning on one page:
//! - Comparison with null: `==`/`!=` treat null as a value; `<` `<=` `>` `>=` with a null side are false.
//! - Arithmetic with null is null; division by zero is null; a null bool is false in `!`, `&&`, `||`, `?:` and at the top.
//! - Integers and decimals compare and add exactly; a product keeps the sum of the digits; texts compare by code point.
//! - `date + n`, `date - n`: days; `date - date`: days.
use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::value::Value;

/// A checked expression with its source.
#[derive(Debug, Clone)]
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
    Arith(Arith, Box<Node>, Box<Node>),
    Negate(Box<Node>),
    If(Box<Node>, Box<Node>, Box<Node>),
    In(Box<Node>, Vec<Node>),
    /// `kind.under('canteen')`, expanded to the code and all below it.
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
    /// `workdays(date, n)`: the n-th working day after; memory only (calc, default).
    Workdays(Box<Node>, Box<Node>),
    /// `body_of(area)`: the first body whose area it is; memory only.
    BodyOf(Box<Node>),
    /// `rule('name')`: law's number by edition in force at the record's business date.
    Rule {
        editions: Vec<Edition>,
    },
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
