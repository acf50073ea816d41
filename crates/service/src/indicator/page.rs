//! An indicator's page and its two lists. Numbers are for everybody who may read something of what they count; the records
//! behind them only for those who may read these.
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use shian_pack::indicator::{Indicator, Shape, Window};
use shian_pack::value::RecordId;
use shian_store::StoreError;

use super::light::{Standing, standing};
use super::numbers::{Numbers, Part, plain, shown, subjects};
use super::span::{self, Span, month_end, year_before};
use super::{formula, sides};
use crate::actor::Actor;
use crate::desk::Desk;
use crate::office::Office;
use crate::permit;
use crate::refusal::Refusal;
use crate::view::{
    Half, IndicatorRow, IndicatorRows, IndicatorView, Light, Link, PartView, TargetView, TrendPoint,
};

/// Rows of a list at once, at most.
const ROWS_MAX: u32 = 500;

/// Which indicator numbers are wanted.
#[derive(Debug, Clone, Default)]
pub struct IndicatorAsk {
    /// `2022`, `2023-06`, `2023-06-30`: as it stood at the end of it; None: now.
    pub period: Option<String>,
    /// Path of an area; None: the whole place.
    pub area: Option<String>,
    /// Only what this body owes.
    pub body: Option<RecordId>,
}

/// Whose records behind a number.
#[derive(Debug, Clone, Copy, Default)]
pub struct RowsOf<'a> {
    /// Path of an area.
    pub area: Option<&'a str>,
    pub body: Option<RecordId>,
}

impl<'a> From<Option<&'a str>> for RowsOf<'a> {
    fn from(area: Option<&'a str>) -> Self {
        Self { area, body: None }
    }
}

impl Office {
    /// One indicator's page.
    ///
    /// # Errors
    /// NotFound when there is none, or the actor may read nothing of what it counts.
    pub fn indicator(
        &self,
        actor: &Actor,
        id: &str,
        ask: &IndicatorAsk,
    ) -> Result<Arc<IndicatorView>, Refusal> {
        self.keep(&self.kept().indicators, actor, format!("{id} {ask:?}"), |desk| {
            let indicator = readable(desk, id)?;
            let day =
                ask.period.as_deref().and_then(last_day).map_or(desk.today(), |day| day.min(desk.today()));
            Page { indicator, day, area: ask.area.as_deref(), body: ask.body }.view(desk)
        })
    }

    /// The records that count, or those that are missing, as far as the actor may read them.
    ///
    /// # Errors
    /// NotFound as for [`Office::indicator`].
    pub fn indicator_rows<'a>(
        &self,
        actor: &Actor,
        id: &str,
        half: Half,
        of: impl Into<RowsOf<'a>>,
        after: Option<RecordId>,
        limit: u32,
    ) -> Result<IndicatorRows, Refusal> {
        let of = of.into();
        self.at_desk(actor, |desk| {
            let indicator = readable(desk, id)?;
            rows(desk, indicator, half, of, (after, limit.clamp(1, ROWS_MAX)))
        })
    }

    /// Ids and titles of the indicators the actor may look at.
    ///
    /// # Errors
    /// The database's.
    pub fn indicators(&self, actor: &Actor) -> Result<Vec<(String, String)>, Refusal> {
        self.at_desk(actor, |desk| {
            let all = desk.live.pack.indicators.values();
            let seen = all.filter(|one| may_read(desk, one)).map(|one| (one.id.clone(), one.title.clone()));
            Ok(seen.collect())
        })
    }
}

fn readable<'d>(desk: &Desk<'d>, id: &str) -> Result<&'d Indicator, Refusal> {
    let indicator = desk.live.pack.indicator(id).ok_or(Refusal::NotFound)?;
    if may_read(desk, indicator) { Ok(indicator) } else { Err(Refusal::NotFound) }
}

fn may_read(desk: &Desk, indicator: &Indicator) -> bool {
    subjects(&desk.live.pack, indicator)
        .is_some_and(|register| permit::may_read(desk.actor, register, desk.live))
}

/// The last day of `2022`, `2023-06`, `2023-06-30`.
fn last_day(period: &str) -> Option<NaiveDate> {
    let mut parts = period.splitn(2, '-');
    let year = parts.next()?.parse().ok()?;
    match parts.next() {
        None => NaiveDate::from_ymd_opt(year, 12, 31),
        Some(month) => match month.parse() {
            Ok(month) => month_end(year, month),
            Err(_) => period.parse().ok(),
        },
    }
}

/// One page being made.
struct Page<'a> {
    indicator: &'a Indicator,
    /// The day it shows.
    day: NaiveDate,
    area: Option<&'a str>,
    body: Option<RecordId>,
}

impl Page<'_> {
    fn view(&self, desk: &mut Desk) -> Result<IndicatorView, Refusal> {
        let (live, indicator) = (desk.live, self.indicator);
        let pack = &live.pack;
        let numbers = self.numbers(desk, self.span(self.day))?;
        let here = self.here();
        let number = numbers.of(indicator, here);
        let bound: Vec<_> =
            pack.targets.iter().filter(|target| target.indicator.as_ref() == Some(&indicator.id)).collect();
        let judged = |value: Option<Decimal>| match bound.first() {
            Some(target) => standing(value, target, Some(indicator), self.day),
            None => Standing { light: Light::Waiting, note: String::new(), due_by_now: None },
        };
        let standing = judged(number.value);
        let targets: Vec<TargetView> =
            (1..).zip(&bound).map(|(no, target)| numbers.target(pack, no, target, self.day)).collect();
        let part = |key: String, name: String, part: Part| {
            let number = numbers.of(indicator, part);
            let left = number.denominator.filter(|_| matches!(indicator.shape, Shape::Share(_)));
            PartView {
                key,
                name,
                value: number.value.map(|value| shown(value, indicator.digits)),
                numerator: plain(number.numerator),
                denominator: number.denominator.map(plain),
                missing: left.map(|whole| plain(whole - number.numerator)),
                light: judged(number.value).light,
            }
        };
        let by_area = self
            .areas(desk)
            .into_iter()
            .map(|(path, name)| part(path.clone(), name, Part { area: Some(&path), ..Part::default() }))
            .collect();
        let by_body = numbers
            .bodies(indicator)
            .into_iter()
            .filter_map(|id| Some((id, live.directory.body_name(id)?.to_owned())))
            .map(|(id, name)| part(id.to_string(), name, Part { body: Some(id), ..here }))
            .collect();
        let (counting, missing) = self.halves(desk)?.unzip();
        let named = |path: &str| live.directory.area_name(path).unwrap_or(path).to_owned();
        Ok(IndicatorView {
            id: indicator.id.clone(),
            title: indicator.title.clone(),
            unit: indicator.unit.clone(),
            words: formula(pack, indicator),
            measures: indicator.measures.clone(),
            period: span::words(indicator.window, self.day),
            area: self.area.map(|path| (path.to_owned(), named(path))),
            body: self.body.and_then(|id| Some((id, live.directory.body_name(id)?.to_owned()))),
            value: number.value.map(|value| shown(value, indicator.digits)),
            numerator: number.denominator.map(|_| plain(number.numerator)),
            denominator: number.denominator.map(plain),
            light: standing.light,
            note: standing.note,
            due_by_now: standing.due_by_now.map(|due| shown(due, indicator.digits)),
            targets,
            trend: self.trend(desk)?,
            last_year: self.value_on(desk, year_before(self.day))?.map(|v| shown(v, indicator.digits)),
            by_area,
            by_body,
            counting,
            missing,
        })
    }

    fn here(&self) -> Part<'_> {
        Part { area: self.area, body: self.body, month: None }
    }

    /// The window a day is in; of a past day, as it stood then.
    fn span(&self, day: NaiveDate) -> Span {
        span::span(self.indicator.window, day)
    }

    fn numbers(&self, desk: &mut Desk, span: Span) -> Result<Numbers, StoreError> {
        let span = if self.day < desk.today() { span.as_of(self.day) } else { span };
        Numbers::by_month(desk.tx, &desk.live.pack, self.indicator, span, desk.now)
    }

    /// The number as it stood on another day, by the records and states of now.
    fn value_on(&self, desk: &mut Desk, day: NaiveDate) -> Result<Option<Decimal>, StoreError> {
        let span = self.span(day).as_of(day);
        let numbers = Numbers::by_month(desk.tx, &desk.live.pack, self.indicator, span, desk.now)?;
        Ok(numbers.of(self.indicator, self.here()).value)
    }

    /// Month by month: this year up to the day, and the whole year before.
    fn trend(&self, desk: &mut Desk) -> Result<Vec<TrendPoint>, StoreError> {
        let this = self.year(desk, self.day.year(), self.day)?;
        let last_end = NaiveDate::from_ymd_opt(self.day.year() - 1, 12, 31).unwrap_or(self.day);
        let last = self.year(desk, self.day.year() - 1, last_end)?;
        let digits = self.indicator.digits;
        let said = |value: Option<&Option<Decimal>>| value.copied().flatten().map(|v| shown(v, digits));
        Ok((0..12)
            .map(|at| TrendPoint {
                label: format!("{}月", at + 1),
                value: said(this.get(at)),
                last_year: said(last.get(at)),
            })
            .collect())
    }

    /// The number at the end of each month of a year, up to a day.
    fn year(&self, desk: &mut Desk, year: i32, upto: NaiveDate) -> Result<Vec<Option<Decimal>>, StoreError> {
        let months = 1..=upto.month();
        // What only grows within one window is known from one question; a window that moves must be asked again each month.
        let grows = matches!(self.indicator.window, Window::Year | Window::Always)
            && !matches!(self.indicator.shape, Shape::Entered(_));
        if grows {
            let span = self.span(upto);
            let numbers = Numbers::by_month(desk.tx, &desk.live.pack, self.indicator, span, desk.now)?;
            let at_end = |month: u32| {
                let month = Some(i64::from(year) * 100 + i64::from(month));
                numbers.of(self.indicator, Part { month, ..self.here() }).value
            };
            return Ok(months.map(at_end).collect());
        }
        months
            .map(|month| self.value_on(desk, month_end(year, month).map_or(upto, |end| end.min(upto))))
            .collect()
    }

    /// The areas right below the one shown.
    fn areas(&self, desk: &Desk) -> Vec<(String, String)> {
        let root = format!("{}/", desk.live.pack.area);
        let above = self.area.unwrap_or(&root);
        let mut below: Vec<(String, String)> = desk
            .live
            .directory
            .areas
            .values()
            .filter(|area| area.path.strip_prefix(above).is_some_and(|rest| rest.matches('/').count() == 1))
            .map(|area| (area.path.clone(), area.name.clone()))
            .collect();
        below.sort();
        below
    }

    /// How many count and how many are missing; None for what is not a share of records, or not of now.
    fn halves(&self, desk: &mut Desk) -> Result<Option<(i64, i64)>, StoreError> {
        if !matches!(self.indicator.shape, Shape::Share(_)) || self.day != desk.today() {
            return Ok(None);
        }
        let measured = desk.tx.measured()?;
        let known = measured.iter().find(|known| known.name == self.indicator.id);
        known.map(|known| desk.tx.halves(known.side, self.area, self.body)).transpose()
    }
}

fn rows(
    desk: &mut Desk,
    indicator: &Indicator,
    half: Half,
    of: RowsOf,
    (after, limit): (Option<RecordId>, u32),
) -> Result<IndicatorRows, Refusal> {
    let none = IndicatorRows { half, rows: Vec::new(), next: None };
    let live = desk.live;
    let span = span::span(indicator.window, desk.today());
    let Some(mut sided) = sides::of(&live.pack, indicator, span, desk.now).into_iter().next() else {
        return Ok(none);
    };
    let Some(known) = desk.tx.measured()?.into_iter().find(|known| known.name == sided.name) else {
        return Ok(none);
    };
    sided.side.no = known.side;
    let register = live.register(sided.side.register)?;
    let scope = permit::read_scope(desk.actor, register, live);
    let counting = half == Half::Counting;
    let mut judged = desk.tx.judged(&sided.side, counting, (of.area, of.body, &scope), after, limit + 1)?;
    let more = judged.len() > limit as usize;
    judged.truncate(limit as usize);
    let next = judged.last().map(|last| last.subject).filter(|_| more);
    let weighs = sided.side.weigh.is_some();
    let rows = judged
        .into_iter()
        .map(|judged| IndicatorRow {
            link: Link {
                register: register.id.clone(),
                id: judged.subject,
                name: judged.name,
                state_title: crate::wording::state_title(register, &judged.state).to_owned(),
                key: None,
            },
            area: live.directory.area_name(&judged.area).unwrap_or_default().to_owned(),
            body: judged.body.and_then(|id| live.directory.body_name(id)).unwrap_or_default().to_owned(),
            weight: weighs.then(|| plain(Decimal::new(judged.weight, u32::from(sided.digits)))),
        })
        .collect();
    Ok(IndicatorRows { half, rows, next })
}
