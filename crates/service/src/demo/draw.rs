//! Draws a value by its recipe on a record in the making.
use chrono::{DateTime, Duration, NaiveDate, Utc};
use rust_decimal::{Decimal, RoundingStrategy};
use shian_pack::field::{Field, FieldKind, Need};
use shian_pack::{Fields, Value};

use super::jobs::Job;
use super::make::Maker;
use super::pool::Candidates;
use super::recipe::{Case, Choice, Hole, How, Recipe, Spread, literal};
use super::script::shifted;
use crate::check;
use crate::clock::{day_of, noon};
use crate::desk::{Desk, Sheet};
use crate::refusal::Refusal;

impl Maker<'_> {
    /// The value that the recipe's first fitting case draws.
    pub(super) fn draw(
        &mut self,
        desk: &mut Desk,
        sheet: &Sheet,
        field: &Field,
        recipe: &Recipe,
        job: &Job,
    ) -> Result<Value, Refusal> {
        let fits = |case: &&Case| case.when.as_ref().is_none_or(|when| desk.truth(&when.node, sheet));
        let Some(case) = recipe.cases.iter().find(fits) else { return Ok(Value::Null) };
        if self.dice.chance(case.blank) {
            return Ok(Value::Null);
        }
        let drawn = match &case.how {
            How::Plain => self.plain(sheet, field),
            How::Pick { items, many, turn, least, slot } => {
                let picked = self.pick(items, (*many, *turn, *least, *slot), job);
                match (picked.as_slice(), check::is_many(&field.kind)) {
                    ([], _) => Value::Null,
                    (_, true) => Value::List(picked),
                    ([one, ..], false) => one.clone(),
                }
            }
            How::Range { low, high, digits, spread } => {
                let units = match spread {
                    Spread::Even => self.dice.between(*low, *high),
                    Spread::Low => self.dice.mostly_low(*low, *high),
                    Spread::High => high - (self.dice.mostly_low(*low, *high) - low),
                };
                Value::Decimal(Decimal::new(units, *digits))
            }
            How::Dates { from, to, future } => {
                let to = if *future { *to } else { (*to).min(self.script.today) };
                self.day_between(*from, to).map_or(Value::Null, |day| self.at_day(field, day, None))
            }
            How::After { field: base, days, future } => {
                let (base, late) = (sheet.at(base), case.by_state);
                self.after(field, &base, *days, *future, late)
            }
            How::Text(holes) => {
                let text = self.text(desk, sheet, holes)?;
                if let FieldKind::Text { max } = &field.kind {
                    return Ok(Value::Text(text.chars().take(*max as usize).collect()));
                }
                if matches!(field.kind, FieldKind::LongText) && !text.is_empty() {
                    return Ok(Value::Text(text));
                }
                // A code, a phone: as a person would type it.
                let typed = Some(text).filter(|text| !text.is_empty());
                return Ok(typed
                    .and_then(|text| literal(self.live, field, &text).ok())
                    .unwrap_or(Value::Null));
            }
            How::Value(expr) => desk.eval(&expr.node, sheet),
            How::Ref(choice) => self.choose(field, sheet, choice),
            How::Rows { count, columns } => {
                let rows = self.rows(desk, sheet, field, (*count, columns), job)?;
                if rows.is_empty() { Value::Null } else { Value::Rows(rows) }
            }
            How::Files(low, high) => self.files(field, (*low, *high)),
        };
        Ok(shaped(&field.kind, drawn))
    }

    fn pick(
        &mut self,
        items: &super::dice::Weighted<Value>,
        (many, turn, least, slot): (Option<(u64, u64)>, bool, u64, usize),
        job: &Job,
    ) -> Vec<Value> {
        let length = items.items.len() as u64;
        if turn && length > 0 {
            return items.items.get((job.nth % length) as usize).cloned().into_iter().collect();
        }
        if let Some((low, high)) = many {
            let count = self.dice.between(low as i64, high as i64);
            return items.several(count as usize, &mut self.dice).into_iter().cloned().collect();
        }
        let drawn = self.drawn.entry(slot).or_default();
        *drawn += 1;
        if *drawn <= least * length {
            return items.items.get(((*drawn - 1) % length) as usize).cloned().into_iter().collect();
        }
        items.throw(&mut self.dice).cloned().into_iter().collect()
    }

    /// A day between them, a working day if one comes up soon.
    pub(super) fn day_between(&mut self, from: NaiveDate, to: NaiveDate) -> Option<NaiveDate> {
        const TRIES: u32 = 4;
        let span = (to - from).num_days();
        let mut day = None;
        for _ in 0..TRIES {
            day = if span < 0 { None } else { shifted(from, self.dice.between(0, span)) };
            if day.is_none_or(|day| self.live.pack.calendar.is_workday(day)) {
                break;
            }
        }
        day
    }

    /// The day, or an instant of it in a field of time; after `base` where both fall on one day.
    pub(super) fn at_day(&mut self, field: &Field, day: NaiveDate, base: Option<DateTime<Utc>>) -> Value {
        if !matches!(field.kind, FieldKind::Time) {
            return Value::Date(day);
        }
        match base.filter(|base| day_of(*base) == day) {
            Some(base) => Value::Time(base + Duration::minutes(self.dice.between(10, 300))),
            None => self.in_office_hours(day),
        }
    }

    /// So many days after another day. Beyond today it is left out, or today's when the state says that it happened.
    fn after(
        &mut self,
        field: &Field,
        base: &Value,
        days: (i64, i64),
        future: bool,
        happened: bool,
    ) -> Value {
        let (day, instant) = match base {
            Value::Date(day) => (*day, None),
            Value::Time(at) => (day_of(*at), Some(*at)),
            _ => return Value::Null,
        };
        let ends = (shifted(day, days.0), shifted(day, days.1));
        let (Some(from), Some(to)) = ends else { return Value::Null };
        let Some(drawn) = self.day_between(from, to) else { return Value::Null };
        let today = self.script.today;
        match drawn > today && !future {
            false => self.at_day(field, drawn, instant),
            true if happened && day <= today => {
                let from = from.min(today).max(day.min(today));
                self.day_between(from, today).map_or(Value::Null, |day| self.at_day(field, day, instant))
            }
            true => Value::Null,
        }
    }

    fn text(&mut self, desk: &mut Desk, sheet: &Sheet, holes: &[Hole]) -> Result<String, Refusal> {
        let mut text = String::new();
        for hole in holes {
            match hole {
                Hole::Plain(plain) => text.push_str(plain),
                Hole::Word(name) => {
                    if let Some(words) = self.script.words.get(name) {
                        text.push_str(&words[self.dice.place(words.len())]);
                    }
                }
                Hole::Seq(width) => text.push_str(&format!("{:0width$}", self.seq)),
                Hole::Digits(count) => text.push_str(&self.dice.digits(*count)),
                Hole::Path(path) => text.push_str(&crate::wording::at_path(desk, sheet, path)?),
            }
        }
        Ok(text)
    }

    fn choose(&mut self, field: &Field, sheet: &Sheet, choice: &Choice) -> Value {
        let same: Vec<Value> = choice.same.iter().map(|(_, here)| sheet.at(here)).collect();
        let (pool, live, today) = (self.pool, self.live, self.script.today);
        let dice = &mut self.dice;
        let candidates = self
            .candidates
            .entry(choice.slot)
            .or_insert_with(|| Candidates::new(pool, live, today, choice, dice));
        if !check::is_many(&field.kind) {
            return candidates.one(&same, dice).map_or(Value::Null, |record| Value::Int(record.id));
        }
        let (low, high) = choice.many.unwrap_or((1, 1));
        let count = dice.between(low as i64, high as i64);
        let found = candidates.several(count as usize, &same, dice);
        match found.is_empty() {
            true => Value::Null,
            false => Value::List(found.iter().map(|record| Value::Int(record.id)).collect()),
        }
    }

    fn rows(
        &mut self,
        desk: &mut Desk,
        sheet: &Sheet,
        field: &Field,
        (count, recipes): ((u64, u64), &indexmap::IndexMap<String, Recipe>),
        job: &Job,
    ) -> Result<Vec<Fields>, Refusal> {
        let FieldKind::Table { columns } = &field.kind else { return Ok(Vec::new()) };
        let mut rows = Vec::new();
        for _ in 0..self.dice.between(count.0 as i64, count.1 as i64) {
            let mut row = Fields::new();
            for column in columns.values() {
                let mut value = match recipes.get(&column.id) {
                    Some(recipe) => self.draw(desk, sheet, column, recipe, job)?,
                    None => Value::Null,
                };
                if value == Value::Null && matches!(column.required, Need::Always) {
                    value = self.plain(sheet, column);
                }
                row.insert(column.id.clone(), value);
            }
            rows.push(row);
        }
        Ok(rows)
    }

    fn files(&mut self, field: &Field, (low, high): (u64, u64)) -> Value {
        let picture = matches!(field.kind, FieldKind::Image { .. });
        let count = self.dice.between(low as i64, high as i64) as usize;
        let all: Vec<String> =
            if picture { vec![self.samples.image.clone()] } else { self.samples.texts.clone() };
        let start = self.dice.place(all.len().max(1));
        let taken: Vec<Value> =
            (0..count.min(all.len())).map(|at| Value::Text(all[(start + at) % all.len()].clone())).collect();
        if taken.is_empty() { Value::Null } else { Value::List(taken) }
    }

    /// When the record was written down: on its business date, in office hours, never after now.
    pub(super) fn written_at(&mut self, date: Option<NaiveDate>) -> DateTime<Utc> {
        let now = noon(self.script.today);
        let start = NaiveDate::from_ymd_opt(self.live.pack.year, 1, 3).unwrap_or(self.script.today);
        let day = match date {
            Some(day) => day.max(start),
            None => start + chrono::Days::new(self.dice.below(20)),
        };
        match self.in_office_hours(day.min(self.script.today)) {
            Value::Time(at) => at.min(now),
            _ => now,
        }
    }
}

/// A computed or drawn value as the field keeps it: rounded to its digits, whole where it must be.
pub fn shaped(kind: &FieldKind, value: Value) -> Value {
    let with_digits = matches!(kind, FieldKind::Decimal { .. } | FieldKind::Money);
    let words = matches!(kind, FieldKind::Text { .. } | FieldKind::LongText);
    let number = match &value {
        Value::Int(n) if with_digits => Decimal::from(*n),
        Value::Int(n) if words => return Value::Text(n.to_string()),
        Value::Decimal(n) => *n,
        _ => return value,
    };
    let digits = super::recipe::digits_of(kind);
    let mut number = number.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
    number.rescale(digits);
    if matches!(kind, FieldKind::Integer { .. }) {
        return i64::try_from(number).map_or(Value::Null, Value::Int);
    }
    Value::Decimal(number)
}
