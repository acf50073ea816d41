//! What follows from a written record, in the same transaction: its clocks, the records it opens, the steps its state moves
//! elsewhere, what was computed from it, and the indicators it counts in.
use std::sync::Arc;

use shian_pack::expr::{Node, Type};
use shian_pack::register::{Opens, Step};
use shian_pack::{Register, Value};
use shian_store::Record;

use crate::act;
use crate::check;
use crate::desk::{Desk, Sheet};
use crate::refusal::Refusal;
use crate::{list, live};

/// How far one act may reach: record after record.
const DEPTH_MAX: u8 = 8;
/// How many records one act may rewrite because they were computed from another.
const FOLLOWERS_MAX: usize = 20_000;

/// Everything that follows from a record's new content. `old` is None for a new record.
pub(crate) fn written(
    desk: &mut Desk,
    register: &Register,
    old: Option<&Arc<Record>>,
    new: &Arc<Record>,
    depth: u8,
) -> Result<(), Refusal> {
    if depth > DEPTH_MAX {
        return Err(Refusal::conflict("这一步牵动的记录太多，没有办成，请联系系统管理员"));
    }
    crate::clocks::settle(desk, register, new)?;
    crate::waiting::settle(desk, register, old.map(Arc::as_ref), new)?;
    settle_indicators(desk, old.map(Arc::as_ref), new)?;
    if let Some(old) = old {
        rewrite_followers(desk, register, old, new, depth)?;
    }
    if old.is_none_or(|old| old.state != new.state) && !new.deleted {
        move_parents(desk, register, new, depth)?;
    }
    Ok(())
}

fn settle_indicators(desk: &mut Desk, old: Option<&Record>, new: &Record) -> Result<(), Refusal> {
    match &mut desk.later {
        Some(later) => {
            later.insert(new.register.clone());
        }
        None => crate::indicator::settle(desk.tx, &desk.live.pack, desk.now, old, new)?,
    }
    Ok(())
}

/// Why a step cannot be taken now, its right aside. None: it can.
pub(crate) fn why_not(
    desk: &mut Desk,
    register: &Register,
    step: &Step,
    record: &Record,
) -> Result<Option<String>, Refusal> {
    if !step.from.contains(&record.state) {
        let from: Vec<&str> =
            step.from.iter().map(|state| crate::wording::state_title(register, state)).collect();
        let now = crate::wording::state_title(register, &record.state);
        return Ok(Some(format!("现在是“{now}”，“{}”才能{}", from.join("、"), step.title)));
    }
    if let Some(when) = &step.when {
        let mut sheet = Sheet::of(register, record);
        desk.look_through(&mut sheet)?;
        if !desk.truth(&when.node, &sheet) {
            let words = crate::wording::formula(&when.node, register, &desk.live.pack);
            return Ok(Some(format!("还不能{}，须{words}", step.title)));
        }
    }
    for id in &step.unless_open {
        if let Some(child) = desk.live.pack.registers.get(id)
            && let Some(name) = open_record(desk, register, child, record)?
        {
            return Ok(Some(format!("有未结的{}：{name}，办结后才能{}", child.title, step.title)));
        }
    }
    Ok(None)
}

/// The name of a record of `child` that points here and is not at an end.
fn open_record(
    desk: &mut Desk,
    register: &Register,
    child: &Register,
    record: &Record,
) -> Result<Option<String>, Refusal> {
    let open = child.states.keys().filter(|state| is_open(child, state));
    let open: Vec<Node> = open.map(|state| Node::Lit(Value::Text(state.clone()))).collect();
    let state = Node::Field { id: "state".into(), ty: Type::Choice(format!("{}.state", child.id)) };
    let live = desk.live;
    for (_, field) in live.shape(register).children.iter().filter(|(by, _)| *by == child.id) {
        let points = list::points_to(child, field, record.id);
        let both = Node::And(vec![points, Node::In(Box::new(state.clone()), open.clone())]);
        if let Some(found) = list::first(desk, child, &both)? {
            return Ok(Some(found.name));
        }
    }
    Ok(None)
}

/// The title of a register that has a live record pointing here. None: nothing holds on to the record.
pub(crate) fn held_by(
    desk: &mut Desk,
    register: &Register,
    record: &Record,
) -> Result<Option<String>, Refusal> {
    let live = desk.live;
    for (child, field) in &live.shape(register).children {
        let child = live.register(child)?;
        if list::first(desk, child, &list::points_to(child, field, record.id))?.is_some() {
            return Ok(Some(child.title.clone()));
        }
    }
    Ok(None)
}

/// A state that some step leads out of.
pub(crate) fn is_open(register: &Register, state: &str) -> bool {
    register.steps.values().any(|step| step.to != state && step.from.iter().any(|from| from == state))
}

/// Opens the record that a step opens, pointing back here.
pub(crate) fn open_child(
    desk: &mut Desk,
    parent: &Sheet,
    opens: &Opens,
    record: &Record,
    depth: u8,
) -> Result<(), Refusal> {
    let child = desk.live.register(&opens.register)?;
    let mut sheet = Sheet::blank(child);
    for (id, with) in &opens.with {
        let value = desk.eval(&with.node, parent);
        sheet.fields.insert(id.clone(), value);
    }
    let back = child.fields.values().find(|field| {
        live::target(&desk.live.pack, &field.kind).as_deref() == Some(parent.register.id.as_str())
            && !opens.with.contains_key(&field.id)
    });
    if let Some(back) = back {
        sheet.fields.insert(back.id.clone(), Value::Int(record.id));
    }
    act::open(desk, &mut sheet, depth + 1)?;
    Ok(())
}

/// Moves the records that this one points to and that wait for its state (`after = "register.state"`).
fn move_parents(desk: &mut Desk, register: &Register, child: &Record, depth: u8) -> Result<(), Refusal> {
    let live = desk.live;
    for (state, parent, step) in &live.shape(register).moves {
        if *state != child.state {
            continue;
        }
        let parent = live.register(parent)?;
        let Some(step) = parent.steps.get(step) else { continue };
        for field in register.fields.values() {
            if live::target(&live.pack, &field.kind).as_deref() != Some(parent.id.as_str()) {
                continue;
            }
            for id in ids(child.fields.get(&field.id)) {
                move_parent(desk, parent, step, id, depth)?;
            }
        }
    }
    Ok(())
}

fn move_parent(desk: &mut Desk, parent: &Register, step: &Step, id: i64, depth: u8) -> Result<(), Refusal> {
    let Some(record) = desk.record(parent, id)? else { return Ok(()) };
    if record.deleted || why_not(desk, parent, step, &record)?.is_some() {
        return Ok(());
    }
    let mut sheet = Sheet::of(parent, &record);
    sheet.fixed.state.clone_from(&step.to);
    check::derive(desk, &mut sheet, false)?;
    act::run(desk, &mut sheet, step)?;
    act::move_to(desk, &record, sheet, step, None, depth + 1)?;
    Ok(())
}

/// Rewrites what other registers computed from the fields that changed here.
fn rewrite_followers(
    desk: &mut Desk,
    register: &Register,
    old: &Record,
    new: &Record,
    depth: u8,
) -> Result<(), Refusal> {
    let live = desk.live;
    let changed = |at: &str| match at {
        "state" => old.state != new.state,
        "number" => old.number != new.number,
        "updated_at" => false,
        at => old.fields.get(at) != new.fields.get(at),
    };
    let mut fields: Vec<(&str, &str)> = live
        .shape(register)
        .watched
        .iter()
        .filter(|(_, _, at)| changed(at))
        .map(|(by, field, _)| (by.as_str(), field.as_str()))
        .collect();
    fields.sort_unstable();
    fields.dedup();
    for (id, field) in fields {
        let follower = live.register(id)?;
        let records = desk.tx.find_referencing(follower, field, new.id)?;
        if records.len() > FOLLOWERS_MAX {
            return Err(Refusal::conflict(format!(
                "有 {} 条{}要随之改写，请分批办理",
                records.len(),
                follower.title
            )));
        }
        for record in records {
            rewrite(desk, follower, Arc::new(record), Name::Kept, depth)?;
        }
    }
    Ok(())
}

/// Computes, places and names a record anew after something it looks at was changed behind it.
pub(crate) fn again(desk: &mut Desk, register: &Register, id: i64) -> Result<(), Refusal> {
    desk.forget(id);
    match desk.record(register, id)? {
        Some(record) if !record.deleted => {
            settle_indicators(desk, None, &record)?;
            rewrite(desk, register, record, Name::Anew, 0)
        }
        _ => Ok(()),
    }
}

/// What a rewritten record is called.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Name {
    /// As when it was written: whom it points to may have another name by now.
    Kept,
    Anew,
}

fn rewrite(
    desk: &mut Desk,
    register: &Register,
    record: Arc<Record>,
    name: Name,
    depth: u8,
) -> Result<(), Refusal> {
    let mut sheet = Sheet::of(register, &record);
    check::derive(desk, &mut sheet, false)?;
    let placed = check::placed(desk, &sheet)?;
    let mut checked = check::checked(desk, &sheet, placed)?;
    if name == Name::Kept {
        checked.name.clone_from(&record.name);
    }
    let stamp = act::stamp(desk, "follow", None);
    let new = act::update(desk, register, &record, checked, stamp, depth + 1)?;
    // What a clock looks at may have changed although the record did not.
    if Arc::ptr_eq(&new, &record) { crate::clocks::settle(desk, register, &record) } else { Ok(()) }
}

/// The ids in a ref or many refs.
pub(crate) fn ids(value: Option<&Value>) -> Vec<i64> {
    match value {
        Some(Value::Int(id)) => vec![*id],
        Some(Value::List(items)) => {
            items.iter().filter_map(|item| if let Value::Int(id) = item { Some(*id) } else { None }).collect()
        }
        _ => Vec::new(),
    }
}
