//! My desk 我的工作: every open clock that one of the actor's roles owes where he holds it, late first, with the step that
//! stops it.
use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, Days, NaiveDate};
use shian_pack::Register;
use shian_pack::register::{Grant, Reach};
use shian_store::{Deadline as Row, DeadlineQuery, Record};

use crate::clock::day_of;
use crate::clocks::{owes, stands, whose};
use crate::desk::{Desk, Sheet};
use crate::follow::why_not;
use crate::permit;
use crate::refusal::Refusal;
use crate::view::{DayCount, DeskItem, DeskView, DueStatus};

/// Clocks read for one desk; what comes after them is far away.
const ROWS_MAX: u32 = 500;
/// `coming`: due within so many days.
const COMING_DAYS: i64 = 14;
/// Items of which the step is named.
const STEPS_NAMED: usize = 100;

pub(crate) fn desk_view(desk: &mut Desk) -> Result<DeskView, Refusal> {
    let today = desk.today();
    let rows = mine(desk)?;
    let mut view = DeskView {
        today,
        lead: String::new(),
        late: Vec::new(),
        today_due: Vec::new(),
        coming: Vec::new(),
        later: Vec::new(),
        waiting: Vec::new(),
        handed: crate::waiting::handed(desk)?,
        late_count: 0,
        total: 0,
        calendar: calendar(desk, &rows, today),
    };
    for (at, row) in rows.iter().enumerate() {
        let Some(item) = item(desk, row, at < STEPS_NAMED)? else { continue };
        view.total += 1;
        let days = (day_of(row.due) - today).num_days();
        match item.status {
            DueStatus::Late => view.late.push(item),
            _ if days == 0 => view.today_due.push(item),
            _ if days <= COMING_DAYS => view.coming.push(item),
            _ => view.later.push(item),
        }
    }
    let shown = rows.iter().map(|row| row.record).collect();
    view.waiting = crate::waiting::for_actor(desk, &shown)?;
    view.total += view.waiting.len() as i64;
    view.late_count = view.late.len() as i64;
    view.lead = lead(&desk.actor.name, view.late.len(), view.today_due.len(), view.coming.len());
    if !view.waiting.is_empty() {
        let words = format!("另有 {} 件等您办。", view.waiting.len());
        view.lead.push_str(&words);
    }
    Ok(view)
}

fn lead(name: &str, late: usize, today: usize, coming: usize) -> String {
    match (late, today) {
        (0, 0) if coming == 0 => format!("{name}，手上没有到期的事。"),
        (0, 0) => format!("{name}，今天没有到期的事，两周内有 {coming} 件。"),
        (0, today) => format!("{name}，今天有 {today} 件要办。"),
        (late, 0) => format!("{name}，有 {late} 件逾期，先办逾期的。"),
        (late, today) => format!("{name}，有 {late} 件逾期、今天 {today} 件要办，先办逾期的。"),
    }
}

/// Open clocks that are this actor's, first due first.
pub(crate) fn mine(desk: &mut Desk) -> Result<Vec<Row>, Refusal> {
    let live = desk.live;
    let held: BTreeSet<&str> = desk.actor.roles.iter().map(|held| held.role.as_str()).collect();
    let mut asked: BTreeMap<(String, Option<&str>), (&Register, &Grant)> = BTreeMap::new();
    for register in live.pack.registers.values() {
        for clock in register.deadlines.values().filter(|clock| held.contains(clock.owes.role.as_str())) {
            // Whose own a row is depends on the register; where it lies does not.
            let one = (clock.owes.reach == Reach::Own).then_some(register.id.as_str());
            asked.insert((owes(&clock.owes), one), (register, &clock.owes));
        }
    }
    let mut rows: Vec<Row> = Vec::new();
    for ((role, register), (of, grant)) in asked {
        let scope = permit::bounds(desk.actor, std::slice::from_ref(grant), of, live).scope();
        let query = DeadlineQuery {
            scope: &scope,
            owes: Some(&role),
            register,
            open: true,
            due_before: None,
            limit: ROWS_MAX,
        };
        rows.extend(desk.tx.deadlines(&query)?);
    }
    rows.sort_by(|left, right| {
        (left.due, left.record, &left.clock).cmp(&(right.due, right.record, &right.clock))
    });
    rows.dedup_by(|left, right| left.record == right.record && left.clock == right.clock);
    rows.truncate(ROWS_MAX as usize);
    Ok(rows)
}

/// None: the record is one he may not read.
fn item(desk: &mut Desk, row: &Row, with_step: bool) -> Result<Option<DeskItem>, Refusal> {
    let live = desk.live;
    let Some(register) = live.pack.registers.get(&row.register) else { return Ok(None) };
    let record = match desk.readable(register, row.record) {
        Ok(record) => record,
        Err(Refusal::NotFound) => return Ok(None),
        Err(other) => return Err(other),
    };
    let clock = register.deadlines.get(&row.clock);
    let stands = stands(desk, row, clock);
    let step = if with_step { step_for(desk, register, &record, row)? } else { None };
    Ok(Some(DeskItem {
        link: crate::look::link_to(register, &record),
        register_title: register.title.clone(),
        matter: row.title.clone(),
        owes: whose(desk, row, clock)?,
        due: Some(day_of(row.due)),
        status: stands.status,
        words: stands.words,
        step_title: step.as_ref().map_or_else(|| "去办理".to_string(), |(_, title)| title.clone()),
        step: step.map(|(id, _)| id),
    }))
}

/// The possible step that stops the clock; or the only possible one.
fn step_for(
    desk: &mut Desk,
    register: &Register,
    record: &Record,
    row: &Row,
) -> Result<Option<(String, String)>, Refusal> {
    let mut possible = Vec::new();
    for step in register.steps.values() {
        let mine = permit::may_step(desk.actor, register, step, record, desk.live);
        if mine && step.after.is_none() && why_not(desk, register, step, record)?.is_none() {
            possible.push(step);
        }
    }
    let mut sheet = Sheet::of(register, record);
    desk.look_through(&mut sheet)?;
    let met = register.deadlines.get(&row.clock).map(|clock| &clock.met.node);
    let stops = possible.iter().find(|step| {
        sheet.fixed.state.clone_from(&step.to);
        met.is_some_and(|met| desk.truth(met, &sheet))
    });
    let only = if let [one] = possible.as_slice() { Some(one) } else { None };
    Ok(stops.or(only).map(|step| (step.id.clone(), step.title.clone())))
}

/// Every day of this month with what falls due on it.
fn calendar(desk: &Desk, rows: &[Row], today: NaiveDate) -> Vec<DayCount> {
    let first = today.with_day(1).unwrap_or(today);
    let days = (0..31).filter_map(|n| first.checked_add_days(Days::new(n)));
    days.take_while(|day| day.month() == today.month())
        .map(|day| DayCount {
            day,
            count: rows.iter().filter(|row| day_of(row.due) == day).count() as i64,
            workday: desk.live.pack.calendar.is_workday(day),
        })
        .collect()
}
