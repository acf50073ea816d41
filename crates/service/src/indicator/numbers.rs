//! Numbers from verdicts: add over areas and bodies, divide once. Percentages are never averaged, months never added.
use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::{Decimal, RoundingStrategy};
use shian_pack::indicator::{Entered, Indicator, Shape};
use shian_pack::pack::{Op, Target};
use shian_pack::value::RecordId;
use shian_pack::{Pack, Register};
use shian_store::verdict::Tally;
use shian_store::{StoreError, Tx};

use super::light::standing;
use super::settle::is_current;
use super::sides::{self, Sided};
use super::span::Span;
use crate::view::TargetView;

/// A number with what it was divided from.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Number {
    pub numerator: Decimal,
    /// None: not a ratio.
    pub denominator: Option<Decimal>,
    /// None: nothing to divide by, or nothing entered.
    pub value: Option<Decimal>,
}

/// A part of the place that a number is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Part<'a> {
    /// Path of an area; it and all below.
    pub area: Option<&'a str>,
    pub body: Option<RecordId>,
    /// Only what came to count up to this month (yyyymm).
    pub month: Option<i64>,
}

/// The sums of one side.
#[derive(Debug, Clone)]
struct Sums {
    digits: u8,
    dated: bool,
    tallies: Vec<Tally>,
}

/// An entry of an entered indicator: area, body, value.
type Entry = (String, Option<RecordId>, Decimal);

/// The sums of many indicators, from which every number of theirs follows.
#[derive(Debug, Clone, Default)]
pub struct Numbers {
    sides: HashMap<String, Sums>,
    entries: HashMap<String, Vec<Entry>>,
}

impl Numbers {
    /// The numbers of all indicators now.
    ///
    /// # Errors
    /// The store's.
    pub fn read(tx: &mut Tx, pack: &Pack, now: DateTime<Utc>) -> Result<Self, StoreError> {
        let measured = tx.measured()?;
        let mut by_side: HashMap<i64, Vec<Tally>> = HashMap::new();
        for tally in tx.tallies()? {
            by_side.entry(tally.side).or_default().push(tally);
        }
        let mut numbers = Self::default();
        for sided in sides::all(pack, now) {
            let known = measured.iter().find(|known| known.name == sided.name);
            let settled = known.filter(|known| is_current(known, &sided) || sided.side.rolls);
            let tallies = match settled {
                Some(known) => by_side.remove(&known.side).unwrap_or_default(),
                None => tx.tallies_of(&sided.side)?,
            };
            numbers.put(sided, tallies);
        }
        for indicator in pack.indicators.values() {
            numbers.enter(tx, pack, indicator, None, now)?;
        }
        Ok(numbers)
    }

    /// One indicator now, by month.
    ///
    /// # Errors
    /// The store's.
    pub fn by_month(
        tx: &mut Tx,
        pack: &Pack,
        indicator: &Indicator,
        span: Span,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let measured = tx.measured()?;
        let mut numbers = Self::default();
        for sided in sides::of(pack, indicator, span, now) {
            let known = measured.iter().find(|known| known.name == sided.name);
            let tallies = match known.filter(|known| is_current(known, &sided)) {
                Some(known) => tx.tallies_by_month(known.side)?,
                None => tx.tallies_of(&sided.side)?,
            };
            numbers.put(sided, tallies);
        }
        numbers.enter(tx, pack, indicator, span.until, now)?;
        Ok(numbers)
    }

    fn put(&mut self, sided: Sided, tallies: Vec<Tally>) {
        let sums = Sums { digits: sided.digits, dated: sided.side.dated, tallies };
        self.sides.insert(sided.name, sums);
    }

    fn enter(
        &mut self,
        tx: &mut Tx,
        pack: &Pack,
        indicator: &Indicator,
        until: Option<NaiveDate>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Shape::Entered(Entered { register, field, filter }) = &indicator.shape else { return Ok(()) };
        let Some(register) = pack.register(register) else { return Ok(()) };
        let digits = sides::digits(register, field);
        let filter = filter.as_ref().map(|filter| &filter.node);
        let entries = tx.entries(&register.id, field, filter, (until, now))?;
        let entries = entries
            .into_iter()
            .map(|(area, body, value)| (area, body, Decimal::new(value, u32::from(digits))))
            .collect();
        self.entries.insert(indicator.id.clone(), entries);
        Ok(())
    }

    /// The indicator for a part of the place.
    pub fn of(&self, indicator: &Indicator, part: Part) -> Number {
        match &indicator.shape {
            Shape::Share(_) => {
                let (counting, whole) = self.sums(&indicator.id, part);
                let factor = match indicator.unit.chars().next() {
                    Some('%') => Decimal::ONE_HUNDRED,
                    Some('‰') => Decimal::ONE_THOUSAND,
                    Some(_) | None => Decimal::ONE,
                };
                ratio(counting, whole, factor)
            }
            Shape::Rate(rate) => {
                let (counting, _) = self.sums(&format!("{}.count", indicator.id), part);
                if rate.per.is_none() {
                    let value = Some(counting * rate.times);
                    return Number { numerator: counting, denominator: None, value };
                }
                let (per, _) = self.sums(&format!("{}.per", indicator.id), part);
                ratio(counting, per, rate.times)
            }
            Shape::Entered(_) => {
                let entries = self.entries.get(&indicator.id).map(Vec::as_slice).unwrap_or_default();
                let within = |(area, body, _): &&Entry| {
                    part.area.is_none_or(|path| area.starts_with(path))
                        && part.body.is_none_or(|wanted| *body == Some(wanted))
                };
                let value = entries.iter().rev().find(within).map(|(_, _, value)| *value);
                Number { numerator: value.unwrap_or_default(), denominator: None, value }
            }
        }
    }

    /// Weight of those that count, and of all.
    fn sums(&self, side: &str, part: Part) -> (Decimal, Decimal) {
        let Some(sums) = self.sides.get(side) else { return (Decimal::ZERO, Decimal::ZERO) };
        let (mut counting, mut whole) = (0, 0);
        for tally in &sums.tallies {
            if part.area.is_some_and(|path| !tally.area.starts_with(path))
                || part.body.is_some_and(|body| tally.body != Some(body))
            {
                continue;
            }
            let in_time = part.month.is_none_or(|month| tally.month <= month);
            counting += if in_time { tally.counting } else { 0 };
            whole += if in_time || !sums.dated { tally.whole } else { 0 };
        }
        let digits = u32::from(sums.digits);
        (Decimal::new(counting, digits), Decimal::new(whole, digits))
    }

    /// Bodies that stand behind the indicator.
    pub fn bodies(&self, indicator: &Indicator) -> Vec<RecordId> {
        let of_side =
            |side: &str| self.sides.get(side).map(|sums| sums.tallies.as_slice()).unwrap_or_default();
        let tallies = match &indicator.shape {
            Shape::Share(_) => of_side(&indicator.id),
            Shape::Rate(rate) if rate.per.is_some() => of_side(&format!("{}.per", indicator.id)),
            Shape::Rate(_) => of_side(&format!("{}.count", indicator.id)),
            Shape::Entered(_) => &[],
        };
        let held = tallies.iter().filter(|tally| tally.whole != 0).filter_map(|tally| tally.body);
        let entered = self.entries.get(&indicator.id).into_iter().flatten().filter_map(|(_, body, _)| *body);
        held.chain(entered).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// A target of the plan against the truth. `no` is its number on the measure's page.
    pub fn target(&self, pack: &Pack, no: u32, target: &Target, day: NaiveDate) -> TargetView {
        let indicator = target.indicator.as_ref().and_then(|id| pack.indicator(id));
        let number = indicator.map(|indicator| self.of(indicator, Part::default())).unwrap_or_default();
        let standing = standing(number.value, target, indicator, day);
        let digits = indicator.map_or(2, |indicator| indicator.digits);
        let whole = scale(target, number.value.unwrap_or_default());
        let permille = |value: Decimal| {
            let share = if whole.is_zero() { Decimal::ZERO } else { value / whole };
            u32::try_from((share.clamp(Decimal::ZERO, Decimal::ONE) * Decimal::ONE_THOUSAND).trunc())
                .unwrap_or(0)
        };
        let ratio = number.denominator.is_some();
        TargetView {
            no,
            chapter: target.chapter,
            measure: target.measure,
            name: target.name.clone(),
            indicator: indicator.map(|indicator| indicator.id.clone()),
            op: sign(target.op),
            target: target.value.normalize().to_string(),
            unit: target.unit.clone(),
            value: number.value.map(|value| shown(value, digits)),
            numerator: ratio.then(|| plain(number.numerator)),
            denominator: number.denominator.map(plain),
            light: standing.light,
            note: standing.note,
            due_by_now: standing.due_by_now.map(|due| shown(due, digits)),
            due: target.due,
            fill_permille: permille(number.value.unwrap_or_default()),
            tick_permille: standing.due_by_now.map(permille),
            target_permille: permille(target.value),
        }
    }
}

fn ratio(numerator: Decimal, denominator: Decimal, times: Decimal) -> Number {
    let value = numerator.checked_div(denominator).and_then(|share| share.checked_mul(times));
    Number { numerator, denominator: Some(denominator), value }
}

/// What the whole width of a bar stands for.
fn scale(target: &Target, value: Decimal) -> Decimal {
    if target.unit.starts_with('%') {
        return Decimal::ONE_HUNDRED;
    }
    let most = target.value.max(value);
    most + most / Decimal::TEN
}

pub fn sign(op: Op) -> &'static str {
    match op {
        Op::AtLeast => "≥",
        Op::MoreThan => ">",
        Op::AtMost => "≤",
        Op::LessThan => "<",
        Op::Equal => "=",
    }
}

/// A value as people read it.
pub fn shown(value: Decimal, digits: u8) -> String {
    value
        .round_dp_with_strategy(u32::from(digits), RoundingStrategy::MidpointAwayFromZero)
        .normalize()
        .to_string()
}

/// A sum as people read it.
pub fn plain(value: Decimal) -> String {
    value.normalize().to_string()
}

/// The register whose records stand behind the indicator's two lists.
pub fn subjects<'p>(pack: &'p Pack, indicator: &Indicator) -> Option<&'p Register> {
    match &indicator.shape {
        Shape::Share(share) => pack.register(&share.of),
        Shape::Rate(rate) => pack.register(&rate.count.register),
        Shape::Entered(entered) => pack.register(&entered.register),
    }
}
