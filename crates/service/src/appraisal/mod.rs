//! The yearly appraisal 评议考核 (食品安全法第七条): computed from indicators whenever it is looked at; written down, item by
//! item, when the office tells the bodies.
mod issue;

use std::cmp::Reverse;

use rust_decimal::Decimal;
use shian_pack::appraisal::{Appraisal, Earns, Item, Of};
use shian_pack::register::Seed;
use shian_pack::value::RecordId;
use shian_pack::{Register, Value};
use shian_store::Record;

use crate::actor::Actor;
use crate::desk::{Desk, Sheet};
use crate::indicator::{Number, Numbers, Part, formula, plain, shown};
use crate::live::Live;
use crate::office::Office;
use crate::permit::{self, Place};
use crate::refusal::Refusal;
use crate::seed;
use crate::view::{AppraisalCell, AppraisalItem, AppraisalRow, AppraisalView, Link};

/// Digits of a score.
const DIGITS: u8 = 1;

impl Office {
    /// Ids and titles of the appraisals the actor may look at.
    pub fn appraisals(&self, actor: &Actor) -> Vec<(String, String)> {
        let live = self.live();
        let seen = live.pack.appraisals.values().filter(|one| may_see(actor, &live, one));
        seen.map(|one| (one.id.clone(), one.title.clone())).collect()
    }

    /// One appraisal as it stands now: the bodies whose result the actor may read.
    ///
    /// # Errors
    /// NotFound when there is none, or nothing of it is for the actor.
    pub fn appraisal(&self, actor: &Actor, id: &str) -> Result<AppraisalView, Refusal> {
        self.at_desk(actor, |desk| {
            let appraisal =
                desk.live.pack.appraisals.get(id).filter(|one| may_see(desk.actor, desk.live, one));
            view(desk, appraisal.ok_or(Refusal::NotFound)?)
        })
    }
}

/// The register a result is told in; without one, whoever reads the bodies reads the appraisal.
fn told_in<'l>(live: &'l Live, appraisal: &Appraisal) -> Option<&'l Register> {
    let into = appraisal.into.as_ref().and_then(|id| live.pack.registers.get(id));
    into.or_else(|| live.pack.seeded(Seed::Bodies))
}

fn may_see(actor: &Actor, live: &Live, appraisal: &Appraisal) -> bool {
    told_in(live, appraisal).is_some_and(|register| permit::may_read(actor, register, live))
}

/// A body with the points it got.
struct Scored {
    body: Record,
    /// In the order of the items; None: does not apply.
    marks: Vec<Option<Mark>>,
}

struct Mark {
    number: Number,
    value: Decimal,
    score: Decimal,
}

impl Scored {
    /// Of a hundred, over the items that apply.
    fn total(&self, appraisal: &Appraisal) -> Option<Decimal> {
        let (mut got, mut full) = (Decimal::ZERO, Decimal::ZERO);
        for (item, mark) in appraisal.items.values().zip(&self.marks) {
            if let Some(mark) = mark {
                got += mark.score;
                full += item.points;
            }
        }
        (got * Decimal::ONE_HUNDRED).checked_div(full)
    }

    fn vetoed<'a>(&self, appraisal: &'a Appraisal) -> Option<&'a Item> {
        let mut marked = appraisal.items.values().zip(&self.marks);
        let vetoes =
            |(item, mark): &(&Item, &Option<Mark>)| mark.as_ref().is_some_and(|m| item.vetoes(m.value));
        marked.find(vetoes).map(|(item, _)| item)
    }
}

/// Every body that is appraised, in the order of the register.
fn scored(desk: &mut Desk, appraisal: &Appraisal) -> Result<Vec<Scored>, Refusal> {
    let live = desk.live;
    let Some(bodies) = live.pack.seeded(Seed::Bodies) else { return Ok(Vec::new()) };
    let numbers = Numbers::read(desk.tx, &live.pack, desk.now)?;
    let mut scored = Vec::new();
    for body in seed::all(desk.tx, bodies)? {
        let mut sheet = Sheet::of(bodies, &body);
        desk.look_through(&mut sheet)?;
        if appraisal.bodies.as_ref().is_none_or(|filter| desk.truth(&filter.node, &sheet)) {
            let marks = appraisal.items.values().map(|item| mark(desk, &numbers, item, &body));
            scored.push(Scored { marks: marks.collect(), body });
        }
    }
    Ok(scored)
}

fn mark(desk: &Desk, numbers: &Numbers, item: &Item, body: &Record) -> Option<Mark> {
    let indicator = desk.live.pack.indicators.get(&item.indicator)?;
    let part = match item.of {
        Of::Body => Part { body: Some(body.id), ..Part::default() },
        Of::Area if body.area.is_empty() => return None,
        Of::Area => Part { area: Some(&body.area), ..Part::default() },
    };
    let number = numbers.of(indicator, part);
    let value = number.value?;
    Some(Mark { score: item.score(value), value, number })
}

fn view(desk: &mut Desk, appraisal: &Appraisal) -> Result<AppraisalView, Refusal> {
    let live = desk.live;
    let told_in = told_in(live, appraisal).ok_or(Refusal::NotFound)?;
    let bounds = permit::read_bounds(desk.actor, told_in, live);
    let told = issue::told(desk, appraisal)?;
    let mut rows = Vec::new();
    for scored in scored(desk, appraisal)? {
        // A result belongs to its body and the area that body works for, as its record will.
        let place = Place { area: &scored.body.area, body: Some(scored.body.id), owners: &[] };
        if bounds.hold(place) {
            rows.push((scored.total(appraisal), row(desk, appraisal, &scored, &told)));
        }
    }
    rows.sort_by_key(|(total, row)| (total.is_none(), row.vetoed.is_some(), Reverse(*total)));
    let totals: Vec<Option<Decimal>> = rows.iter().map(|(total, _)| *total).collect();
    let ranked = rows.into_iter().map(|(total, mut row)| {
        // Equal scores share a place.
        row.rank = total.and_then(|_| totals.iter().position(|other| *other == total)).map(|at| at + 1);
        row
    });
    let into = appraisal.into.as_ref().and_then(|id| live.pack.registers.get(id));
    Ok(AppraisalView {
        id: appraisal.id.clone(),
        title: appraisal.title.clone(),
        year: live.pack.year,
        day: desk.today(),
        items: appraisal.items.values().map(|item| item_view(desk, item)).collect(),
        rows: ranked.collect(),
        grades: appraisal.grades.iter().map(|grade| (grade.title.clone(), plain(grade.least))).collect(),
        into: into.map(|register| (register.id.clone(), register.title.clone())),
        can_issue: into.is_some_and(|register| permit::may_create(desk.actor, register, live)),
    })
}

fn item_view(desk: &Desk, item: &Item) -> AppraisalItem {
    let indicator = desk.live.pack.indicators.get(&item.indicator);
    AppraisalItem {
        title: item.title.clone(),
        points: plain(item.points),
        indicator: item.indicator.clone(),
        words: indicator.map(|indicator| formula(&desk.live.pack, indicator)).unwrap_or_default(),
        veto: item.earns == Earns::Vetoes,
    }
}

fn row(desk: &Desk, appraisal: &Appraisal, scored: &Scored, told: &issue::Told) -> AppraisalRow {
    let (total, vetoed) = (scored.total(appraisal), scored.vetoed(appraisal));
    let grade = total.and_then(|total| appraisal.grade(total, vetoed.is_some()));
    let is = |other: Option<&shian_pack::appraisal::Grade>| {
        grade.is_some() && grade.map(|grade| &grade.title) == other.map(|grade| &grade.title)
    };
    let cells = appraisal.items.values().zip(&scored.marks).map(|(item, mark)| {
        let link = told.get(&(scored.body.id, item.title.clone()));
        cell(desk, item, mark.as_ref(), &scored.body, link)
    });
    AppraisalRow {
        rank: None,
        id: scored.body.id,
        body: scored.body.name.clone(),
        score: total.map(|total| shown(total, DIGITS)),
        best: is(appraisal.grades.first()),
        worst: is(appraisal.grades.last()),
        grade: grade.map(|grade| grade.title.clone()),
        vetoed: vetoed.map(|item| item.title.clone()),
        cells: cells.collect(),
    }
}

fn cell(
    desk: &Desk,
    item: &Item,
    mark: Option<&Mark>,
    body: &Record,
    told: Option<&Record>,
) -> AppraisalCell {
    let part = match item.of {
        Of::Body => format!("body={}", body.id),
        Of::Area => format!("area={}", body.area),
    };
    let register = told.and_then(|record| desk.live.pack.registers.get(&record.register));
    let told = told.zip(register).map(|(record, register)| {
        let link: Link = crate::look::link_to(register, record);
        let score = record.fields.get("score").map(crate::check::as_text).unwrap_or_default();
        (link, score)
    });
    AppraisalCell {
        value: mark.map(|mark| worded(desk, item, mark)),
        full: mark.is_some_and(|mark| mark.score == item.points),
        score: mark.map(|mark| shown(mark.score, DIGITS)),
        href: format!("/indicators/{}?{part}", item.indicator),
        told,
    }
}

/// `85.5%`, `3 起`
fn worded(desk: &Desk, item: &Item, mark: &Mark) -> String {
    let indicator = desk.live.pack.indicators.get(&item.indicator);
    let (digits, unit) = indicator.map_or((DIGITS, ""), |one| (one.digits, one.unit.as_str()));
    let space = if unit == "%" { "" } else { " " };
    format!("{}{space}{unit}", shown(mark.value, digits))
}

/// The whole body's id of a told record.
fn body_of(record: &Record) -> Option<RecordId> {
    match record.fields.get("body") {
        Some(Value::Int(id)) => Some(*id),
        _ => None,
    }
}
