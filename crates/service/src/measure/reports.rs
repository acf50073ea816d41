//! What was owed and reported on each duty, as far as the actor may read it: the records that fall due again and again
//! (`every`) on the register of duties.
use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use shian_pack::field::FieldKind;
use shian_pack::register::{Deadline, Seed};
use shian_pack::value::RecordId;
use shian_pack::{Register, Value};
use shian_store::{ListQuery, Record};

use crate::carry::year;
use crate::clock::day_of;
use crate::deadline::{standing, term};
use crate::desk::{Desk, Sheet};
use crate::refusal::Refusal;
use crate::view::{DueStatus, Light, Link};
use crate::{list, permit};

/// Rows read at once.
const PAGE: u32 = 5_000;

/// Sums over reports.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Owed so far.
    pub owed: i64,
    /// Handed in.
    pub filed: i64,
    /// Owed, not handed in, past due.
    pub late: i64,
    /// Owed and not handed in.
    pub open: i64,
}

impl Tally {
    fn add(&mut self, report: &Report) {
        self.owed += 1;
        self.filed += i64::from(report.filed);
        self.open += i64::from(!report.filed);
        self.late += i64::from(report.light == Light::Late);
    }
}

/// One record owed on a duty.
#[derive(Debug, Clone)]
pub struct Report {
    pub duty: RecordId,
    pub link: Link,
    pub period: String,
    pub due: Option<NaiveDate>,
    pub filed: bool,
    pub light: Light,
    pub note: String,
}

/// A duty's record.
#[derive(Debug, Clone)]
pub struct DutyRecord {
    pub link: Link,
    pub chapter: Option<u32>,
    pub measure: u32,
    pub body: RecordId,
    pub role: String,
}

#[derive(Debug, Default)]
pub struct Reports {
    pub duties: HashMap<RecordId, DutyRecord>,
    pub reports: Vec<Report>,
}

impl Reports {
    /// Everything on duties that the actor may read.
    pub fn load(desk: &mut Desk) -> Result<Self, Refusal> {
        let live = desk.live;
        let mut book = Self::default();
        let Some(duties) = live.pack.seeded(Seed::Duties) else { return Ok(book) };
        let of_the_year = |duty: &Record| year(duty).is_none_or(|year| year == i64::from(live.pack.year));
        for record in readable(desk, duties, None)?.into_iter().filter(of_the_year) {
            if let Some(duty) = duty_of(duties, &record) {
                book.duties.insert(record.id, duty);
            }
        }
        for register in live.pack.registers.values() {
            let Some(every) = register.every.as_ref().filter(|every| every.of == duties.id) else { continue };
            let columns = needed(register, [&every.by, &every.at, &every.due]);
            for record in readable(desk, register, Some(&columns))? {
                let Some(Value::Int(duty)) = record.fields.get(&every.by) else { continue };
                let stands = stands(desk, register, &record)?;
                let text = |id: &String| record.fields.get(id).map(crate::check::as_text).unwrap_or_default();
                let due = match record.fields.get(&every.due) {
                    Some(Value::Date(day)) => Some(*day),
                    Some(Value::Time(at)) => Some(day_of(*at)),
                    _ => None,
                };
                book.reports.push(Report {
                    duty: *duty,
                    period: text(&every.at),
                    due,
                    filed: stands.0,
                    light: stands.1,
                    note: stands.2,
                    link: crate::look::link_to(register, &record),
                });
            }
        }
        Ok(book)
    }

    pub fn of_measure(&self, chapter: u32, measure: u32) -> Tally {
        let mut tally = Tally::default();
        for report in &self.reports {
            if self.duties.get(&report.duty).is_some_and(|duty| duty.is_of(chapter, measure)) {
                tally.add(report);
            }
        }
        tally
    }

    pub fn of_duties(&self, duties: &[RecordId]) -> Tally {
        let mut tally = Tally::default();
        self.reports
            .iter()
            .filter(|report| duties.contains(&report.duty))
            .for_each(|report| tally.add(report));
        tally
    }
}

impl DutyRecord {
    /// A register without chapters counts its measures through the whole plan.
    pub fn is_of(&self, chapter: u32, measure: u32) -> bool {
        self.measure == measure && self.chapter.is_none_or(|own| own == chapter)
    }
}

fn duty_of(register: &Register, record: &Record) -> Option<DutyRecord> {
    let number = |id: &str| match record.fields.get(id) {
        Some(Value::Int(number)) => u32::try_from(*number).ok(),
        _ => None,
    };
    let Some(Value::Int(body)) = record.fields.get("body") else { return None };
    Some(DutyRecord {
        link: crate::look::link_to(register, record),
        chapter: number("chapter"),
        measure: number("measure")?,
        body: *body,
        role: record.fields.get("role").map(crate::check::as_text).unwrap_or_default(),
    })
}

/// All live records that the actor may read.
fn readable(
    desk: &mut Desk,
    register: &Register,
    columns: Option<&[String]>,
) -> Result<Vec<Record>, Refusal> {
    let scope = permit::read_scope(desk.actor, register, desk.live);
    let mut found = Vec::new();
    if scope.is_none() {
        return Ok(found);
    }
    let mut after = None;
    loop {
        let query =
            ListQuery { after: after.as_ref(), limit: PAGE, columns, ..list::plain(desk, register, &scope) };
        let page = desk.tx.list(&query)?;
        found.extend(page.rows);
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(found),
        }
    }
}

/// The fields that the clocks look at, besides those named.
fn needed(register: &Register, named: [&String; 3]) -> Vec<String> {
    let mut ids: BTreeSet<String> = named.into_iter().cloned().collect();
    for clock in register.deadlines.values() {
        ids.extend(crate::expression::reads(&clock.met.node).fields);
        ids.insert(clock.starts.split('.').next().unwrap_or_default().to_string());
    }
    ids.into_iter().filter(|id| register.fields.contains_key(id)).collect()
}

/// Handed in or not, and how it stands by the first clock of the register that runs for it (a bureau's and a township's
/// report may have a clock each).
fn stands(desk: &mut Desk, register: &Register, record: &Record) -> Result<(bool, Light, String), Refusal> {
    let mut sheet = Sheet::of(register, record);
    let clocks = register.deadlines.values();
    let hops = |clock: &Deadline| {
        clock.starts.contains('.') || !crate::expression::reads(&clock.met.node).hops.is_empty()
    };
    if clocks.clone().any(hops) {
        desk.look_through(&mut sheet)?;
    }
    let running = clocks.clone().find(|clock| sheet.at(&clock.starts) != Value::Null);
    let Some(clock) = running.or_else(|| clocks.clone().next()) else {
        let filed = register.states.keys().next() != Some(&record.state);
        let light = if filed { Light::Met } else { Light::Waiting };
        return Ok((filed, light, light.word().to_string()));
    };
    let state = crate::wording::state_title(register, &record.state).to_string();
    if desk.truth(&clock.met.node, &sheet) {
        return Ok((true, Light::Met, state));
    }
    let calendar = &desk.live.pack.calendar;
    let Some(term) = term(clock, &sheet.at(&clock.starts), calendar) else {
        return Ok((false, Light::Waiting, state));
    };
    let workdays = clock.within.unit == shian_pack::register::SpanUnit::Workdays;
    let standing = standing((term.ends, term.warns, None), desk.now, workdays, calendar);
    Ok(match standing.status {
        DueStatus::Late => (false, Light::Late, standing.words),
        DueStatus::Soon | DueStatus::Running | DueStatus::Met => (false, Light::OnTrack, standing.words),
    })
}

/// The title of a duty's role: the choice's, if the register has it as one.
pub fn role_title(desk: &Desk, role: &str) -> String {
    let field = desk.live.pack.seeded(Seed::Duties).and_then(|register| register.fields.get("role"));
    match field.map(|field| &field.kind) {
        Some(FieldKind::Choice { list }) => crate::wording::choice_title(&desk.live.pack, list, role),
        Some(_) | None => role.to_string(),
    }
}
