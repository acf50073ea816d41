//! The cockpit 驾驶舱: what is late and whose, targets against the truth, measures as tiles. Every number is within what the
//! actor may read, so each opens its rows.
use std::collections::{BTreeMap, BTreeSet};

use chrono::Duration;
use shian_pack::Register;
use shian_store::{Deadline as Row, DeadlineQuery};

use super::{chapters, heat, targets, time_permille};
use crate::clock::day_of;
use crate::clocks::{stands, whose};
use crate::desk::Desk;
use crate::permit;
use crate::refusal::Refusal;
use crate::view::{CockpitView, LateRow, Light, TargetView};

/// Late rows on the page.
const LATE: usize = 20;
/// Rows looked through for whose they are.
const ROWS_MAX: u32 = 1_000;
/// 三天内到期.
const SOON_DAYS: i64 = 3;

pub(crate) fn cockpit(desk: &mut Desk) -> Result<CockpitView, Refusal> {
    let pack = desk.live.pack.clone();
    let late = late(desk, LATE, |_| true)?;
    let soon = soon(desk)?;
    let numbers = targets::numbers(desk)?;
    let mut targets = targets::all(desk, &numbers);
    let chapters = chapters(desk, &targets)?;
    let target_total = targets.len() as i64;
    let (unbound, mut bound): (Vec<TargetView>, Vec<TargetView>) =
        targets.drain(..).partition(|target| target.indicator.is_none());
    bound.sort_by_key(|target| target.light);
    let (heat_columns, heat_rows) = heat::table(desk, &numbers, &bound);
    let months = heat::months(desk)?;
    let mut lights: BTreeMap<Light, i64> = BTreeMap::new();
    for tile in chapters.iter().flat_map(|chapter| &chapter.tiles) {
        *lights.entry(tile.light).or_default() += 1;
    }
    Ok(CockpitView {
        title: pack.plan.as_ref().map_or_else(|| pack.title.clone(), |plan| plan.title.clone()),
        place: pack.place.clone(),
        today: desk.today(),
        time_permille: time_permille(desk),
        late_count: late.count,
        late_bodies: late.whose as i64,
        behind_count: bound.iter().filter(|target| target.light == Light::Behind).count() as i64,
        soon_count: soon.iter().map(|(_, count)| count).sum(),
        late: late.rows,
        soon_by_body: soon,
        targets: bound,
        target_total,
        unbound,
        chapters,
        measure_counts: lights.into_iter().collect(),
        heat_columns,
        heat_rows,
        months,
    })
}

/// What is late: how many, of how many, and the longest first.
pub(super) struct Late {
    pub count: i64,
    pub whose: usize,
    pub rows: Vec<LateRow>,
}

/// Late clocks of the records that the actor may read, in the registers that `which` lets in.
pub(super) fn late(desk: &mut Desk, most: usize, which: impl Fn(&Register) -> bool) -> Result<Late, Refusal> {
    let mut rows = open_rows(desk, desk.now, which)?;
    rows.1.sort_by_key(|row| (row.due, row.record));
    let mut names = BTreeSet::new();
    let mut late = Late { count: rows.0, whose: 0, rows: Vec::new() };
    for row in &rows.1 {
        let clock = desk
            .live
            .pack
            .registers
            .get(&row.register)
            .and_then(|register| register.deadlines.get(&row.clock));
        let body = whose(desk, row, clock)?;
        if late.rows.len() < most
            && let Some(row) = late_row(desk, row, body.clone())?
        {
            late.rows.push(row);
        }
        names.insert(body);
    }
    late.whose = names.len();
    Ok(late)
}

fn late_row(desk: &mut Desk, row: &Row, body: String) -> Result<Option<LateRow>, Refusal> {
    let live = desk.live;
    let Some(register) = live.pack.registers.get(&row.register) else { return Ok(None) };
    let record = match desk.readable(register, row.record) {
        Ok(record) => record,
        Err(Refusal::NotFound) => return Ok(None),
        Err(other) => return Err(other),
    };
    let stands = stands(desk, row, register.deadlines.get(&row.clock));
    Ok(Some(LateRow {
        link: crate::look::link_to(register, &record),
        register_title: register.title.clone(),
        matter: row.title.clone(),
        body,
        area: live.directory.area_name(&row.area).unwrap_or_default().to_string(),
        due: day_of(row.due),
        days: stands.days,
        words: stands.words,
        measures: register.measures.clone(),
    }))
}

/// Whose what falls due within three days is.
fn soon(desk: &mut Desk) -> Result<Vec<(String, i64)>, Refusal> {
    let (now, until) = (desk.now, desk.now + Duration::days(SOON_DAYS));
    let (_, rows) = open_rows(desk, until, |_| true)?;
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.due >= now) {
        let clock = desk
            .live
            .pack
            .registers
            .get(&row.register)
            .and_then(|register| register.deadlines.get(&row.clock));
        *counts.entry(whose(desk, row, clock)?).or_default() += 1;
    }
    let mut counts: Vec<(String, i64)> = counts.into_iter().collect();
    counts.sort_by(|left, right| right.1.cmp(&left.1).then(left.0.cmp(&right.0)));
    Ok(counts)
}

/// Open clocks due before an instant: how many there are, and the first of each register.
fn open_rows(
    desk: &mut Desk,
    before: chrono::DateTime<chrono::Utc>,
    which: impl Fn(&Register) -> bool,
) -> Result<(i64, Vec<Row>), Refusal> {
    let live = desk.live;
    let (mut count, mut rows) = (0, Vec::new());
    for register in
        live.pack.registers.values().filter(|register| !register.deadlines.is_empty() && which(register))
    {
        let scope = permit::read_scope(desk.actor, register, live);
        if scope.is_none() {
            continue;
        }
        let query = DeadlineQuery {
            scope: &scope,
            owes: None,
            register: Some(&register.id),
            open: true,
            due_before: Some(before),
            limit: ROWS_MAX,
        };
        let found = desk.tx.deadlines(&query)?;
        count += if found.len() < ROWS_MAX as usize {
            found.len() as i64
        } else {
            desk.tx.count_deadlines(&query)?
        };
        rows.extend(found);
    }
    Ok((count, rows))
}
