//! The clocks of a record as rows of the store: settled in the act that changes the record, shown on its page.
use chrono::{DateTime, Duration, Utc};
use shian_pack::Register;
use shian_pack::register::{Deadline, Grant, Reach, SpanUnit};
use shian_store::{Deadline as Row, Record};

use crate::clock::day_of;
use crate::deadline::{Standing, standing, term};
use crate::desk::{Desk, Sheet};
use crate::refusal::Refusal;
use crate::view::DeadlineView;

/// Starts, moves, meets and stops the record's clocks by what it is now.
pub(crate) fn settle(desk: &mut Desk, register: &Register, record: &Record) -> Result<(), Refusal> {
    if register.deadlines.is_empty() {
        return Ok(());
    }
    let mut sheet = Sheet::of(register, record);
    desk.look_through(&mut sheet)?;
    let have = if record.version > 1 { desk.tx.deadlines_of(record.id)? } else { Vec::new() };
    for clock in register.deadlines.values() {
        let old = have.iter().find(|row| row.clock == clock.id);
        let met_at = |_: &Row| old.and_then(|row| row.met_at).unwrap_or(desk.now);
        let row = if record.deleted { None } else { row(desk, clock, &sheet, met_at) };
        let Some(row) = row.map(|row| placed(row, record)) else {
            if old.is_some() {
                desk.tx.cancel_deadline(record.id, &clock.id)?;
            }
            continue;
        };
        if old != Some(&row) {
            desk.tx.set_deadline(&row)?;
        }
    }
    for gone in have.iter().filter(|row| !register.deadlines.contains_key(&row.clock)) {
        desk.tx.cancel_deadline(record.id, &gone.clock)?;
    }
    Ok(())
}

/// A clock as it runs on the sheet, of no record yet; None: it has not started. `met_at`: when it was met, if it is.
pub(crate) fn row(
    desk: &Desk,
    clock: &Deadline,
    sheet: &Sheet,
    met_at: impl FnOnce(&Row) -> DateTime<Utc>,
) -> Option<Row> {
    let term = term(clock, &sheet.at(&clock.starts), &desk.live.pack.calendar)?;
    let mut row = Row {
        record: 0,
        clock: clock.id.clone(),
        register: sheet.register.id.clone(),
        title: clock.title.clone(),
        starts: term.starts,
        due: term.ends - Duration::seconds(1),
        warn_at: Some(term.warns),
        met_at: None,
        area: String::new(),
        body: None,
        owners: Vec::new(),
        owes: owes(&clock.owes),
    };
    if desk.truth(&clock.met.node, sheet) {
        row.met_at = Some(met_at(&row));
    }
    Some(row)
}

/// The clock of this record.
pub(crate) fn placed(row: Row, record: &Record) -> Row {
    let (area, owners) = (record.area.clone(), record.owners.clone());
    Row { record: record.id, area, body: record.body, owners, ..row }
}

/// A grant as the row keeps it: `inspector:area`.
pub(crate) fn owes(grant: &Grant) -> String {
    let reach = match grant.reach {
        Reach::All => "all",
        Reach::Body => "body",
        Reach::Area => "area",
        Reach::Own => "own",
    };
    format!("{}:{reach}", grant.role)
}

/// The clocks on the record's page, first due first.
pub(crate) fn of_record(
    desk: &mut Desk,
    register: &Register,
    record: &Record,
) -> Result<Vec<DeadlineView>, Refusal> {
    if register.deadlines.is_empty() {
        return Ok(Vec::new());
    }
    let rows = desk.tx.deadlines_of(record.id)?;
    let mut views = Vec::with_capacity(rows.len());
    for row in rows {
        let clock = register.deadlines.get(&row.clock);
        let stands = stands(desk, &row, clock);
        views.push(DeadlineView {
            title: row.title.clone(),
            due: day_of(row.due),
            status: stands.status,
            days: stands.days,
            workdays: stands.workdays,
            words: stands.words,
            owes: whose(desk, &row, clock)?,
        });
    }
    Ok(views)
}

/// How a row stands now.
pub(crate) fn stands(desk: &Desk, row: &Row, clock: Option<&Deadline>) -> Standing {
    let workdays = clock.is_some_and(|clock| clock.within.unit == SpanUnit::Workdays);
    let ends = row.due + Duration::seconds(1);
    let warns: DateTime<Utc> = row.warn_at.unwrap_or(ends);
    standing((ends, warns, row.met_at), desk.now, workdays, &desk.live.pack.calendar)
}

/// Who owes it, in words: the body it is about, else the role.
pub(crate) fn whose(desk: &mut Desk, row: &Row, clock: Option<&Deadline>) -> Result<String, Refusal> {
    let role = clock.and_then(|clock| desk.live.pack.roles.get(&clock.owes.role)).map_or_else(
        || row.owes.split(':').next().unwrap_or_default().to_string(),
        |role| role.title.clone(),
    );
    let reach = clock.map(|clock| clock.owes.reach);
    let place = match reach {
        Some(Reach::Body) => {
            row.body.and_then(|body| desk.live.directory.body_name(body)).map(str::to_string)
        }
        Some(Reach::Area) => {
            let body = row.body.and_then(|body| desk.live.directory.body_name(body));
            body.or_else(|| desk.live.directory.area_name(&row.area)).map(str::to_string)
        }
        Some(Reach::Own) => owner_name(desk, row)?,
        Some(Reach::All) | None => None,
    };
    Ok(place.unwrap_or(role))
}

fn owner_name(desk: &mut Desk, row: &Row) -> Result<Option<String>, Refusal> {
    let Some(owner) = row.owners.first().copied() else { return Ok(None) };
    let live = desk.live;
    let Some(register) = live.pack.registers.get(&row.register) else { return Ok(None) };
    match crate::permit::owner_register(register, live) {
        None => Ok(Some(crate::wording::account_name(desk, owner)?)),
        Some(id) => Ok(desk.name_of(&id, owner)?.map(|record| record.name.clone())),
    }
}
