//! Evaluation in memory on one record. Must answer as the store's SQL does; the page of meanings is in the parent module.
use std::cmp::Ordering;

use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};
use rust_decimal::Decimal;

use super::{Arith, CHINA_SECONDS, Compare, DAYS, Edition, LARGEST, Node, Type};
use crate::calendar::Calendar;
use crate::value::{Fields, RecordId, Value};

/// The fixed columns of a record.
#[derive(Debug, Clone, Default)]
pub struct Fixed {
    /// None while the record is being drafted.
    pub id: Option<RecordId>,
    pub state: String,
    pub number: Option<String>,
    pub created_at: Option<DateTime<Utc>>,
    pub updated_at: Option<DateTime<Utc>>,
}

/// All that an expression may look at.
pub struct Context<'a> {
    pub fields: &'a Fields,
    pub fixed: &'a Fixed,
    /// Value of a field (second) of the record that a ref field (first) of this record points to; null if there is none.
    pub hop: &'a dyn Fn(&str, &str) -> Value,
    pub now: DateTime<Utc>,
    /// The acting account.
    pub me: Option<i64>,
    pub calendar: &'a Calendar,
    /// The first body whose area it is.
    pub body_of: &'a dyn Fn(RecordId) -> Value,
    /// Decides the edition of a law's number; today if the record has none.
    pub business_date: Option<NaiveDate>,
}

/// The day in Asia/Shanghai.
pub fn today(now: DateTime<Utc>) -> NaiveDate {
    (now + TimeDelta::seconds(CHINA_SECONDS)).date_naive()
}

/// Whether a condition holds; null is false.
pub fn truth(node: &Node, context: &Context) -> bool {
    eval(node, context) == Value::Bool(true)
}

/// The value of a checked expression.
pub fn eval(node: &Node, context: &Context) -> Value {
    match node {
        Node::Lit(value) => value.clone(),
        Node::Field { id, .. } => field(id, context),
        Node::Hop { by, id, .. } => (context.hop)(by, id),
        Node::Not(inner) => Value::Bool(!truth(inner, context)),
        Node::And(parts) => Value::Bool(parts.iter().all(|part| truth(part, context))),
        Node::Or(parts) => Value::Bool(parts.iter().any(|part| truth(part, context))),
        Node::Compare(op, left, right) => {
            Value::Bool(compare(*op, &eval(left, context), &eval(right, context)))
        }
        Node::Arith(op, ty, left, right) => arith(*op, ty, (left, right), context),
        Node::Negate(inner) => match eval(inner, context) {
            Value::Int(value) => Value::Int(-value),
            Value::Decimal(value) => Value::Decimal(-value),
            _ => Value::Null,
        },
        Node::If(ty, test, then, other) => {
            let value = eval(if truth(test, context) { then } else { other }, context);
            match ty.digits() {
                Some(digits) => unscaled(scaled(&value, digits), ty),
                None => value,
            }
        }
        Node::In(subject, items) => {
            let subject = eval(subject, context);
            Value::Bool(items.iter().any(|item| compare(Compare::Eq, &subject, &eval(item, context))))
        }
        Node::Under(subject, codes) => match eval(subject, context) {
            Value::Text(code) => Value::Bool(codes.contains(&code)),
            _ => Value::Bool(false),
        },
        Node::Contains(list, item) => Value::Bool(contains(&eval(list, context), &eval(item, context))),
        Node::StartsWith(text, start) => match (eval(text, context), eval(start, context)) {
            (Value::Text(text), Value::Text(start)) => Value::Bool(text.starts_with(&start)),
            _ => Value::Bool(false),
        },
        Node::Size(inner) => Value::Int(match eval(inner, context) {
            Value::Text(text) => text.chars().count() as i64,
            Value::List(items) => items.len() as i64,
            Value::Rows(rows) => rows.len() as i64,
            _ => 0,
        }),
        Node::Today => Value::Date(today(context.now)),
        Node::Now => Value::Time(context.now),
        Node::Me => context.me.map_or(Value::Null, Value::Int),
        Node::Year(inner) => part(inner, context, |date| i64::from(date.year())),
        Node::Month(inner) => part(inner, context, |date| i64::from(date.month())),
        Node::Day(inner) => part(inner, context, |date| i64::from(date.day())),
        Node::DateOf(inner) => match eval(inner, context) {
            Value::Time(time) => Value::Date(today(time)),
            _ => Value::Null,
        },
        Node::Workdays(from, count) => match (eval(from, context), eval(count, context)) {
            (Value::Date(from), Value::Int(count @ 0..=10_000)) => {
                Value::Date(context.calendar.add_workdays(from, count as u32))
            }
            _ => Value::Null,
        },
        Node::BodyOf(area) => match eval(area, context) {
            Value::Int(area) => (context.body_of)(area),
            _ => Value::Null,
        },
        Node::Rule { editions, .. } => rule(editions, context),
    }
}

fn field(id: &str, context: &Context) -> Value {
    if let Some(value) = context.fields.get(id) {
        return value.clone();
    }
    let fixed = context.fixed;
    match id {
        "id" => fixed.id.map_or(Value::Null, Value::Int),
        "state" => Value::Text(fixed.state.clone()),
        "number" => fixed.number.clone().map_or(Value::Null, Value::Text),
        "created_at" => fixed.created_at.map_or(Value::Null, Value::Time),
        "updated_at" => fixed.updated_at.map_or(Value::Null, Value::Time),
        _ => Value::Null,
    }
}

fn rule(editions: &[Edition], context: &Context) -> Value {
    let day = context.business_date.unwrap_or_else(|| today(context.now));
    let digits = editions.iter().map(|edition| edition.value.scale()).max().unwrap_or(0);
    let in_force = editions
        .iter()
        .find(|edition| edition.from.is_none_or(|from| from <= day) && edition.to.is_none_or(|to| day <= to));
    match in_force {
        Some(edition) if digits == 0 => i64::try_from(edition.value).map_or(Value::Null, Value::Int),
        Some(edition) => Value::Decimal(edition.value),
        None => Value::Null,
    }
}

fn part(inner: &Node, context: &Context, take: fn(NaiveDate) -> i64) -> Value {
    match eval(inner, context) {
        Value::Date(date) => Value::Int(take(date)),
        _ => Value::Null,
    }
}

fn contains(list: &Value, item: &Value) -> bool {
    match (list, item) {
        (Value::Text(text), Value::Text(part)) => text.contains(part.as_str()),
        (Value::List(items), item) if *item != Value::Null => items.contains(item),
        _ => false,
    }
}

fn compare(op: Compare, left: &Value, right: &Value) -> bool {
    let order = order(left, right);
    match op {
        Compare::Eq => order == Some(Ordering::Equal) || (left == &Value::Null && right == &Value::Null),
        Compare::Ne => !compare(Compare::Eq, left, right),
        Compare::Lt => order == Some(Ordering::Less),
        Compare::Le => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        Compare::Gt => order == Some(Ordering::Greater),
        Compare::Ge => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
    }
}

fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(right)),
        (Value::Int(_) | Value::Decimal(_), Value::Int(_) | Value::Decimal(_)) => {
            Some(decimal(left)?.cmp(&decimal(right)?))
        }
        (Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
        (Value::Text(left), Value::Text(right)) => Some(left.cmp(right)),
        (Value::Date(left), Value::Date(right)) => Some(left.cmp(right)),
        (Value::Time(left), Value::Time(right)) => Some(left.cmp(right)),
        _ => None,
    }
}

fn decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::Int(value) => Some(Decimal::from(*value)),
        Value::Decimal(value) => Some(*value),
        _ => None,
    }
}

/// The number as an integer count of its last digit; None when it is null or too large.
fn scaled(value: &Value, digits: u8) -> Option<i128> {
    let number = decimal(value)?;
    let (mantissa, scale, digits) = (number.mantissa(), number.scale(), u32::from(digits));
    let wanted = if scale <= digits {
        mantissa.checked_mul(10_i128.checked_pow(digits - scale)?)?
    } else {
        mantissa / 10_i128.checked_pow(scale - digits)?
    };
    bounded(wanted)
}

fn bounded(value: i128) -> Option<i128> {
    (value.abs() <= LARGEST).then_some(value)
}

fn unscaled(value: Option<i128>, ty: &Type) -> Value {
    let Some(value) = value else { return Value::Null };
    match ty.digits() {
        Some(0) => i64::try_from(value).map_or(Value::Null, Value::Int),
        Some(digits) => {
            Decimal::try_from_i128_with_scale(value, u32::from(digits)).map_or(Value::Null, Value::Decimal)
        }
        None => Value::Null,
    }
}

fn arith(op: Arith, ty: &Type, (left, right): (&Node, &Node), context: &Context) -> Value {
    let (from, to) = (eval(left, context), eval(right, context));
    match (&from, &to) {
        (Value::Date(day), Value::Int(days)) => {
            let days = if op == Arith::Sub { -days } else { *days };
            return shift(*day, days);
        }
        (Value::Date(from), Value::Date(to)) => {
            return Value::Int((*from - *to).num_days());
        }
        _ => {}
    }
    let Some(digits) = ty.digits() else { return Value::Null };
    let exact = match op {
        Arith::Add | Arith::Sub | Arith::Rem => {
            let (Some(left), Some(right)) = (scaled(&from, digits), scaled(&to, digits)) else {
                return Value::Null;
            };
            match op {
                Arith::Add => Some(left + right),
                Arith::Sub => Some(left - right),
                Arith::Rem | Arith::Mul | Arith::Div => left.checked_rem(right),
            }
        }
        Arith::Mul => {
            let (left, right) = (scaled(&from, left.digits()), scaled(&to, right.digits()));
            left.zip(right).and_then(|(left, right)| left.checked_mul(right))
        }
        Arith::Div => {
            // Both sides brought to whole numbers so that the quotient comes out with `digits`.
            let below = right.digits();
            let (above, below) = (scaled(&from, digits + below), scaled(&to, below));
            above.zip(below).and_then(|(above, below)| above.checked_div(below))
        }
    };
    unscaled(exact.and_then(bounded), ty)
}

fn shift(day: NaiveDate, days: i64) -> Value {
    let epoch = NaiveDate::default();
    let number = (day - epoch).num_days().saturating_add(days);
    if number < DAYS.0 || number > DAYS.1 {
        return Value::Null;
    }
    let shifted = if number < 0 {
        epoch.checked_sub_days(Days::new(number.unsigned_abs()))
    } else {
        epoch.checked_add_days(Days::new(number.unsigned_abs()))
    };
    shifted.map_or(Value::Null, Value::Date)
}
