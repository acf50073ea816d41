//! What waits for whom 等办: records in a state that somebody must move on, kept beside the registers in the act that moves them;
//! on a desk, those whose next step is its owner's, and what he handed on and where it is now.
use std::collections::BTreeSet;

use chrono::Duration;
use shian_pack::Register;
use shian_pack::register::{Grant, Reach, Step};
use shian_pack::value::RecordId;
use shian_store::{Handed, Record, Tx, Waiting};

use crate::clock::day_of;
use crate::desk::Desk;
use crate::follow::why_not;
use crate::live::Live;
use crate::permit;
use crate::refusal::Refusal;
use crate::view::{DeskItem, DueStatus, HandedItem};

/// Looked at in one state of one register.
const LOOKED_MAX: u32 = 50;
/// Shown on one desk.
const SHOWN_MAX: usize = 100;
/// What was handed on is shown at most.
const HANDED_MAX: u32 = 30;
/// And for so long when nothing more is to come of it.
const HANDED_DAYS: i64 = 14;

/// States in which a record waits for somebody: those declared, else those reached by a step that tells somebody who can
/// take the next one.
pub(crate) fn states(register: &Register) -> BTreeSet<String> {
    if let Some(waits) = &register.waits {
        return waits.iter().cloned().collect();
    }
    let told = register.steps.values().filter(|step| {
        step.notifies.iter().any(|told| {
            next(register, &step.to).any(|next| next.by.iter().any(|grant| grant.role == told.role))
        })
    });
    told.map(|step| step.to.clone()).collect()
}

/// Steps by which people move a record out of the state.
fn next<'r>(register: &'r Register, state: &str) -> impl Iterator<Item = &'r Step> {
    let state = state.to_string();
    register
        .steps
        .values()
        .filter(move |step| step.after.is_none() && step.to != state && step.from.contains(&state))
}

/// Writes the rows of registers whose waiting states are declared otherwise than when they were written; of all with `anew`.
pub(crate) fn refresh(tx: &mut Tx, live: &Live, anew: bool) -> Result<(), shian_store::StoreError> {
    let rules = tx.waiting_rules()?;
    for register in live.pack.registers.values() {
        let states: Vec<String> = live.shape(register).waits.iter().cloned().collect();
        let have = rules.get(&register.id).map(String::as_str);
        if (have.is_some() || !states.is_empty()) && (anew || have != Some(states.join(" ").as_str())) {
            tx.refill_waiting(&register.id, &states)?;
        }
    }
    Ok(())
}

/// Keeps the row of a record in step with it.
pub(crate) fn settle(
    desk: &mut Desk,
    register: &Register,
    old: Option<&Record>,
    new: &Record,
) -> Result<(), Refusal> {
    let waits = &desk.live.shape(register).waits;
    let waited = old.is_some_and(|old| waits.contains(&old.state));
    if new.deleted || !waits.contains(&new.state) {
        return if waited { Ok(desk.tx.end_waiting(new.id)?) } else { Ok(()) };
    }
    let moved = old.is_none_or(|old| old.state != new.state);
    let known = if moved { None } else { desk.tx.waits(new.id)? };
    let (since, sender) = known.unwrap_or((desk.now, desk.actor.id));
    desk.tx.set_waiting(&Waiting {
        record: new.id,
        register: register.id.clone(),
        state: new.state.clone(),
        since,
        sender,
        area: new.area.clone(),
        body: new.body,
        owners: new.owners.clone(),
    })?;
    Ok(())
}

/// Remembers that the actor brought the record to a state in which it waits for somebody else.
pub(crate) fn hand_on(
    desk: &mut Desk,
    register: &Register,
    step: Option<&Step>,
    record: &Record,
) -> Result<(), Refusal> {
    let waits = desk.live.shape(register).waits.contains(&record.state);
    if desk.actor.is_system() || desk.later.is_some() || !waits {
        return Ok(());
    }
    for next in next(register, &record.state) {
        let mine = permit::may_step(desk.actor, register, next, record, desk.live);
        if mine && why_not(desk, register, next, record)?.is_none() {
            return Ok(());
        }
    }
    let step = step.map(|step| step.id.clone()).unwrap_or_default();
    let handed = Handed { record: record.id, register: register.id.clone(), step, at: desk.now };
    Ok(desk.tx.hand_on(desk.actor.id, &handed)?)
}

/// What waits for the actor and is not among `shown`, longest first.
pub(crate) fn for_actor(desk: &mut Desk, shown: &BTreeSet<RecordId>) -> Result<Vec<DeskItem>, Refusal> {
    let live = desk.live;
    let mut found = Vec::new();
    for register in live.pack.registers.values() {
        for state in &live.shape(register).waits {
            let grants: Vec<Grant> = next(register, state).flat_map(|step| step.by.iter().cloned()).collect();
            let bounds = permit::bounds(desk.actor, &grants, register, live);
            if bounds.is_nowhere() {
                continue;
            }
            let rows = desk.tx.waiting(&register.id, state, &bounds.scope(), LOOKED_MAX)?;
            found.extend(rows.into_iter().map(|(record, since, sender)| (since, record, sender, register)));
        }
    }
    found.sort_by_key(|(since, record, ..)| (*since, *record));
    let mut items = Vec::new();
    for (since, record, sender, register) in found {
        if items.len() == SHOWN_MAX {
            break;
        }
        if shown.contains(&record) {
            continue;
        }
        if let Some(step) = possible(desk, register, record)? {
            items.push(item(desk, register, record, step, (since, sender))?);
        }
    }
    Ok(items)
}

/// The first step that the actor can take now out of the record's state. None: none, or not his to see.
fn possible<'r>(
    desk: &mut Desk,
    register: &'r Register,
    id: RecordId,
) -> Result<Option<(&'r Step, bool)>, Refusal> {
    let record = match desk.readable(register, id) {
        Ok(record) if !record.deleted => record,
        Ok(_) | Err(Refusal::NotFound) => return Ok(None),
        Err(other) => return Err(other),
    };
    let mut first = None;
    for step in next(register, &record.state) {
        let mine = permit::may_step(desk.actor, register, step, &record, desk.live);
        if mine && why_not(desk, register, step, &record)?.is_none() {
            match first {
                None => first = Some(step),
                Some(first) => return Ok(Some((first, false))),
            }
        }
    }
    Ok(first.map(|step| (step, true)))
}

fn item(
    desk: &mut Desk,
    register: &Register,
    id: RecordId,
    (step, only): (&Step, bool),
    (since, sender): (chrono::DateTime<chrono::Utc>, i64),
) -> Result<DeskItem, Refusal> {
    let record = desk.readable(register, id)?;
    let days = (desk.today() - day_of(since)).num_days();
    let owes = if sender == 0 { String::new() } else { crate::wording::account_name(desk, sender)? };
    Ok(DeskItem {
        link: crate::look::link_to(register, &record),
        register_title: register.title.clone(),
        matter: if only { step.title.clone() } else { register.title.clone() },
        owes,
        due: None,
        status: DueStatus::Running,
        words: if days == 0 { "今天交来".to_string() } else { format!("已等 {days} 天") },
        step: only.then(|| step.id.clone()),
        step_title: if only { step.title.clone() } else { "去办理".to_string() },
    })
}

/// What the actor handed on, latest first, and where it is now.
pub(crate) fn handed(desk: &mut Desk) -> Result<Vec<HandedItem>, Refusal> {
    let live = desk.live;
    let mut items = Vec::new();
    for handed in desk.tx.handed(desk.actor.id, HANDED_MAX)? {
        let Some(register) = live.pack.registers.get(&handed.register) else { continue };
        let record = match desk.readable(register, handed.record) {
            Ok(record) if !record.deleted => record,
            Ok(_) | Err(Refusal::NotFound) => continue,
            Err(other) => return Err(other),
        };
        let open = live.shape(register).waits.contains(&record.state);
        if !open && desk.now - record.updated_at > Duration::days(HANDED_DAYS) {
            continue;
        }
        let since = desk.tx.waits(record.id)?.map_or(record.updated_at, |(since, _)| since);
        let step = register.steps.get(&handed.step);
        items.push(HandedItem {
            link: crate::look::link_to(register, &record),
            register_title: register.title.clone(),
            step_title: step.map_or_else(|| "登记".to_string(), |step| step.title.clone()),
            at: day_of(handed.at),
            next: if open { whose_turn(desk, register, &record)? } else { String::new() },
            days: (desk.today() - day_of(since)).num_days(),
            open,
        });
    }
    Ok(items)
}

/// Who can move the record on now, in words: 东镇监管人员、食安办.
fn whose_turn(desk: &mut Desk, register: &Register, record: &Record) -> Result<String, Refusal> {
    let live = desk.live;
    let mut words: Vec<String> = Vec::new();
    for step in next(register, &record.state) {
        if why_not(desk, register, step, record)?.is_some() {
            continue;
        }
        for grant in &step.by {
            let Some(role) = live.pack.roles.get(&grant.role) else { continue };
            let place = match grant.reach {
                Reach::Body => record.body.and_then(|body| live.directory.body_name(body)),
                Reach::Area => live.directory.area_name(&record.area),
                Reach::All | Reach::Own => None,
            };
            let one = format!("{}{}", place.unwrap_or_default(), role.title);
            if !words.contains(&one) {
                words.push(one);
            }
        }
    }
    words.truncate(2);
    Ok(words.join("、"))
}
