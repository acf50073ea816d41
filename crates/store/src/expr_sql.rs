//! Expressions as SQL, with the same answers as in memory on both databases (a property test says so).
//!
//! A condition at the top and between `AND`s is written so that an index can serve it: it may be null where it should be
//! false. Where that would matter (under `NOT`) it is made strict. Values are integers and texts as the tables hold them.
use std::fmt::Write;

use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use shian_pack::expr::{Arith, CHINA_SECONDS, Compare, DAYS, Edition, LARGEST, Node, Type, today};
use shian_pack::value::Value;

use crate::cell::Cell;
use crate::codec::days;
use crate::dialect::Dialect;
use crate::error::{Result, StoreError};
use crate::layout::{link_name, table_name};

#[cfg(test)]
mod tests;

/// Whose row an expression is asked of, and by whom.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame<'a> {
    pub dialect: Dialect,
    pub register: &'a str,
    /// How the register's table is called in the statement: an alias, or its quoted name.
    pub row: &'a str,
    pub now: DateTime<Utc>,
    /// The asking account.
    pub me: Option<i64>,
}

/// Writes a condition on the row; true or (false or null). What it compares with is appended to `params`.
///
/// # Errors
/// [`StoreError::Filter`] for functions that only memory knows.
pub(crate) fn condition(node: &Node, frame: &Frame, params: &mut Vec<Cell>) -> Result<String> {
    Writer { frame: *frame, params }.condition(node)
}

/// Writes a value of the row as the tables hold it: decimals as integers with [`Node::digits`] digits.
///
/// # Errors
/// [`StoreError::Filter`] for functions that only memory knows.
pub(crate) fn value(node: &Node, frame: &Frame, params: &mut Vec<Cell>) -> Result<String> {
    Writer { frame: *frame, params }.value(node)
}

struct Writer<'a> {
    frame: Frame<'a>,
    params: &'a mut Vec<Cell>,
}

impl Writer<'_> {
    fn is_postgres(&self) -> bool {
        self.frame.dialect == Dialect::Postgres
    }

    /// A hole whose type the server need not guess.
    fn bind(&mut self, cell: Cell) -> String {
        let ty = if matches!(cell, Cell::Text(_)) { "text" } else { "bigint" };
        self.params.push(cell);
        let hole = self.frame.dialect.hole(self.params.len());
        if self.is_postgres() { format!("{hole}::{ty}") } else { hole }
    }

    fn condition(&mut self, node: &Node) -> Result<String> {
        Ok(match node {
            Node::Lit(Value::Bool(true)) => "1 = 1".to_owned(),
            Node::Lit(_) => "1 = 0".to_owned(),
            Node::And(parts) => self.joined(parts, " AND ")?,
            Node::Or(parts) => self.joined(parts, " OR ")?,
            Node::Not(part) => format!("NOT coalesce({}, FALSE)", self.condition(part)?),
            Node::Compare(op, left, right) => self.compare(*op, left, right)?,
            Node::In(subject, items) => self.within(subject, items)?,
            Node::Under(subject, codes) => {
                let subject = self.value(subject)?;
                let codes: Vec<String> =
                    codes.iter().map(|code| self.bind(Cell::Text(code.clone()))).collect();
                format!("{subject} IN ({})", codes.join(", "))
            }
            Node::Contains(list, item) => self.contains(list, item)?,
            Node::StartsWith(text, start) => {
                if self.is_postgres() {
                    format!("starts_with({}, {})", self.value(text)?, self.value(start)?)
                } else {
                    // The start is written twice, in the order its parameters are counted.
                    let text = self.value(text)?;
                    let (length, start) = (self.value(start)?, self.value(start)?);
                    format!("substr({text}, 1, length({length})) = {start}")
                }
            }
            Node::Field { .. }
            | Node::Hop { .. }
            | Node::If(..)
            | Node::Arith(..)
            | Node::Negate(_)
            | Node::Size(_)
            | Node::Today
            | Node::Now
            | Node::Me
            | Node::Year(_)
            | Node::Month(_)
            | Node::Day(_)
            | Node::DateOf(_)
            | Node::Workdays(..)
            | Node::BodyOf(_)
            | Node::Rule { .. } => format!("{} = 1", self.value(node)?),
        })
    }

    fn joined(&mut self, parts: &[Node], between: &str) -> Result<String> {
        let parts = parts.iter().map(|part| self.condition(part)).collect::<Result<Vec<_>>>()?;
        Ok(format!("({})", parts.join(between)))
    }

    fn compare(&mut self, op: Compare, left: &Node, right: &Node) -> Result<String> {
        let is_null = |node: &Node| matches!(node, Node::Lit(Value::Null));
        if is_null(left) || is_null(right) {
            let other = if is_null(left) { right } else { left };
            return Ok(match op {
                Compare::Eq => format!("{} IS NULL", self.value(other)?),
                Compare::Ne => format!("{} IS NOT NULL", self.value(other)?),
                Compare::Lt | Compare::Le | Compare::Gt | Compare::Ge => "1 = 0".to_owned(),
            });
        }
        let known = |node: &Node| matches!(node, Node::Lit(_) | Node::Today | Node::Now);
        let never_null = known(left) || known(right);
        let digits = left.digits().max(right.digits());
        let (left, mut right) = (self.aligned(left, digits)?, self.aligned(right, digits)?);
        let sign = match op {
            Compare::Eq if never_null => "=",
            Compare::Eq => "IS NOT DISTINCT FROM",
            Compare::Ne => "IS DISTINCT FROM",
            Compare::Lt => "<",
            Compare::Le => "<=",
            Compare::Gt => ">",
            Compare::Ge => ">=",
        };
        let ordered = !matches!(op, Compare::Eq | Compare::Ne);
        if ordered && self.is_postgres() && right.ends_with("::text") {
            right.push_str(" COLLATE \"C\"");
        }
        Ok(format!("{left} {sign} {right}"))
    }

    fn within(&mut self, subject: &Node, items: &[Node]) -> Result<String> {
        if items.is_empty() {
            return Ok("1 = 0".to_owned());
        }
        if items.iter().all(|item| matches!(item, Node::Lit(value) if *value != Value::Null)) {
            let digits = items.iter().map(Node::digits).max().unwrap_or(0).max(subject.digits());
            let subject = self.aligned(subject, digits)?;
            let items = items.iter().map(|item| self.aligned(item, digits)).collect::<Result<Vec<_>>>()?;
            return Ok(format!("{subject} IN ({})", items.join(", ")));
        }
        let parts = items.iter().map(|item| self.compare(Compare::Eq, subject, item));
        Ok(format!("({})", parts.collect::<Result<Vec<_>>>()?.join(" OR ")))
    }

    fn contains(&mut self, list: &Node, item: &Node) -> Result<String> {
        let (ty, own) = match list {
            Node::Field { id, ty } => (ty, Some(id)),
            Node::Hop { ty, .. } => (ty, None),
            _ => (&Type::Text, None),
        };
        Ok(match (ty, own) {
            (Type::List(element), Some(id)) if matches!(**element, Type::Ref(_)) => {
                let links = link_name(self.frame.register, id);
                let row = self.frame.row;
                let item = self.value(item)?;
                format!(
                    "EXISTS (SELECT 1 FROM {links} l WHERE l.record = {row}.\"_id\" AND l.target = {item})"
                )
            }
            (Type::List(_), _) if self.is_postgres() => {
                format!("{}::jsonb @> to_jsonb({})", self.value(list)?, self.value(item)?)
            }
            (Type::List(_), _) => {
                let (list, item) = (self.value(list)?, self.value(item)?);
                format!("EXISTS (SELECT 1 FROM json_each({list}) j WHERE j.value = {item})")
            }
            _ if self.is_postgres() => format!("strpos({}, {}) > 0", self.value(list)?, self.value(item)?),
            _ => format!("instr({}, {}) > 0", self.value(list)?, self.value(item)?),
        })
    }

    fn column(&self, row: &str, id: &str) -> String {
        let fixed = matches!(id, "id" | "state" | "number" | "created_at" | "updated_at");
        if fixed { format!("{row}.\"_{id}\"") } else { format!("{row}.\"{id}\"") }
    }

    fn value(&mut self, node: &Node) -> Result<String> {
        Ok(match node {
            Node::Lit(value) => self.literal(value),
            Node::Field { id, .. } => self.column(self.frame.row, id),
            Node::Hop { by, register, id, .. } => {
                let (table, column) = (table_name(register), self.column("h", id));
                let by = self.column(self.frame.row, by);
                format!("(SELECT {column} FROM {table} h WHERE h.\"_id\" = {by})")
            }
            Node::Not(_)
            | Node::And(_)
            | Node::Or(_)
            | Node::Compare(..)
            | Node::In(..)
            | Node::Under(..)
            | Node::Contains(..)
            | Node::StartsWith(..) => format!("CASE WHEN {} THEN 1 ELSE 0 END", self.condition(node)?),
            Node::Arith(op, ty, left, right) => self.arith(*op, ty, left, right)?,
            Node::Negate(part) => format!("(-({}))", self.value(part)?),
            Node::If(ty, test, then, other) => {
                let test = self.condition(test)?;
                let (then, other) = match ty.digits() {
                    Some(digits) => (self.number(then, digits)?, self.number(other, digits)?),
                    None => (self.value(then)?, self.value(other)?),
                };
                format!("CASE WHEN {test} THEN {then} ELSE {other} END")
            }
            Node::Size(part) => self.size(part)?,
            Node::Today => self.bind(Cell::Int(days(today(self.frame.now)))),
            Node::Now => self.bind(Cell::Int(self.frame.now.timestamp())),
            Node::Me => self.bind(self.frame.me.map_or(Cell::Null, Cell::Int)),
            Node::Year(part) => self.date_part(part, "YEAR", "%Y")?,
            Node::Month(part) => self.date_part(part, "MONTH", "%m")?,
            Node::Day(part) => self.date_part(part, "DAY", "%d")?,
            Node::DateOf(part) => {
                // Division cuts toward zero: shift into the positive numbers and back.
                let (days, seconds) = (1_000_000_i64, CHINA_SECONDS + 86_400 * 1_000_000);
                format!("(({} + {seconds}) / 86400 - {days})", self.value(part)?)
            }
            Node::Rule { editions, .. } => self.rule(editions, node.digits()),
            Node::Workdays(..) => return Err(StoreError::Filter("workdays".to_owned())),
            Node::BodyOf(_) => return Err(StoreError::Filter("body_of".to_owned())),
        })
    }

    fn literal(&mut self, value: &Value) -> String {
        let number = |number: i128| if number < 0 { format!("({number})") } else { number.to_string() };
        match value {
            Value::Bool(value) => i64::from(*value).to_string(),
            Value::Int(value) => number(i128::from(*value)),
            Value::Decimal(value) => number(value.mantissa()),
            Value::Text(text) => self.bind(Cell::Text(text.clone())),
            Value::Date(date) => number(i128::from(days(*date))),
            Value::Time(time) => number(i128::from(time.timestamp())),
            Value::Null | Value::List(_) | Value::Rows(_) => "NULL".to_owned(),
        }
    }

    fn size(&mut self, part: &Node) -> Result<String> {
        let is_list =
            matches!(part, Node::Field { ty: Type::List(_), .. } | Node::Hop { ty: Type::List(_), .. });
        if matches!(part, Node::Lit(Value::Null)) {
            return Ok("0".to_owned());
        }
        let value = self.value(part)?;
        Ok(match (is_list, self.is_postgres()) {
            (true, true) => format!("coalesce(json_array_length({value}::json), 0)::bigint"),
            (true, false) => format!("coalesce(json_array_length({value}), 0)"),
            (false, true) => format!("coalesce(length({value}), 0)::bigint"),
            (false, false) => format!("coalesce(length({value}), 0)"),
        })
    }

    fn date_part(&mut self, part: &Node, field: &str, format: &str) -> Result<String> {
        let days = self.value(part)?;
        Ok(if self.is_postgres() {
            format!("extract({field} FROM DATE '1970-01-01' + ({days})::int)::bigint")
        } else {
            format!("CAST(strftime('{format}', ({days}) * 86400, 'unixepoch') AS INTEGER)")
        })
    }

    fn rule(&mut self, editions: &[Edition], digits: u8) -> String {
        let row = self.frame.row;
        let mut text = String::from("CASE");
        for Edition { from, to, value } in editions {
            let mut bounds = Vec::new();
            for (bound, sign) in [(from, ">="), (to, "<=")] {
                if let Some(day) = bound {
                    let today = self.bind(Cell::Int(days(today(self.frame.now))));
                    let day = days(*day);
                    bounds.push(format!("coalesce({row}.\"_date\", {today}) {sign} ({day})"));
                }
            }
            let held = if bounds.is_empty() { "1 = 1".to_owned() } else { bounds.join(" AND ") };
            // Writing to a String does not fail.
            let _ = write!(text, " WHEN {held} THEN ({})", scaled(*value, digits));
        }
        if editions.is_empty() { "NULL".to_owned() } else { text + " END" }
    }

    /// The value with `digits`, exact whatever its size: for comparing.
    fn aligned(&mut self, node: &Node, digits: u8) -> Result<String> {
        let missing = digits.saturating_sub(node.digits());
        if let (Node::Lit(value @ (Value::Int(_) | Value::Decimal(_))), 1..) = (node, missing) {
            let number = match value {
                Value::Decimal(number) => *number,
                Value::Int(number) => Decimal::from(*number),
                _ => Decimal::ZERO,
            };
            return Ok(format!("({})", scaled(number, digits)));
        }
        let value = self.value(node)?;
        let factor = 10_i128.pow(u32::from(missing));
        Ok(match (missing, self.is_postgres()) {
            (0, _) => value,
            (_, true) => format!("({value})::numeric * {factor}"),
            // Where it is too large for an integer it is a float, still on the right side of every number we keep.
            (_, false) => format!("({value}) * {factor}"),
        })
    }

    /// The value with `digits`; null where that is too large to keep.
    fn number(&mut self, node: &Node, digits: u8) -> Result<String> {
        if digits <= node.digits() {
            return self.value(node);
        }
        let product = self.aligned(node, digits)?;
        Ok(self.kept(&product))
    }

    /// `text` if it is a number we keep, else null.
    fn kept(&self, text: &str) -> String {
        let bounded = self.within_bounds(text, -LARGEST, LARGEST);
        if self.is_postgres() { format!("({bounded})::bigint") } else { bounded }
    }

    fn within_bounds(&self, text: &str, low: i128, high: i128) -> String {
        let (below, above) = (low - 1, high + 1);
        let (least, greatest) = if self.is_postgres() { ("least", "greatest") } else { ("min", "max") };
        format!("nullif(nullif({greatest}({least}({text}, {above}), {below}), {above}), {below})")
    }

    fn arith(&mut self, op: Arith, ty: &Type, left: &Node, right: &Node) -> Result<String> {
        let sign = match op {
            Arith::Add => "+",
            Arith::Sub => "-",
            Arith::Mul => "*",
            Arith::Div => "/",
            Arith::Rem => "%",
        };
        let Some(digits) = ty.digits() else {
            let sum = format!("{} {sign} {}", self.value(left)?, self.value(right)?);
            return Ok(self.within_bounds(&sum, i128::from(DAYS.0), i128::from(DAYS.1)));
        };
        Ok(match op {
            Arith::Add | Arith::Sub if is_date(left) => {
                format!("({} {sign} {})", self.value(left)?, self.value(right)?)
            }
            Arith::Add | Arith::Sub => {
                let sum = format!("{} {sign} {}", self.number(left, digits)?, self.number(right, digits)?);
                self.kept(&sum)
            }
            Arith::Rem => {
                format!("({} % nullif({}, 0))", self.number(left, digits)?, self.number(right, digits)?)
            }
            Arith::Mul => {
                let (left, right) = (self.value(left)?, self.value(right)?);
                let cast = if self.is_postgres() { "::numeric" } else { "" };
                self.kept(&format!("({left}){cast} * ({right})"))
            }
            Arith::Div => {
                let above = self.number(left, digits + right.digits())?;
                format!("({above} / nullif({}, 0))", self.value(right)?)
            }
        })
    }
}

fn is_date(node: &Node) -> bool {
    match node {
        Node::Lit(value) => matches!(value, Value::Date(_)),
        Node::Field { ty, .. } | Node::Hop { ty, .. } | Node::Arith(_, ty, ..) | Node::If(ty, ..) => {
            *ty == Type::Date
        }
        Node::Today | Node::DateOf(_) => true,
        _ => false,
    }
}

/// The number as a count of its last digit.
fn scaled(number: Decimal, digits: u8) -> i128 {
    let missing = u32::from(digits).saturating_sub(number.scale());
    number.mantissa().saturating_mul(10_i128.saturating_pow(missing))
}
