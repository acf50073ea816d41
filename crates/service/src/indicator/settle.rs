//! Keeping verdicts right in the transaction of the change: only the subjects that the change can touch are judged again.
use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use shian_pack::Pack;
use shian_pack::expr::{Node, today};
use shian_pack::value::{RecordId, Value};
use shian_store::verdict::{Measured, Need, Proof};
use shian_store::{Record, StoreError, Tx};

use super::sides::{self, Sided};

/// Judges again what the change of one record touches. Call it after every write of a record, in the same transaction.
///
/// # Errors
/// The store's.
pub fn settle(
    tx: &mut Tx,
    pack: &Pack,
    now: DateTime<Utc>,
    before: Option<&Record>,
    after: &Record,
) -> Result<(), StoreError> {
    let depends = |sided: &Sided| sided.registers().contains(&after.register.as_str());
    let sides: Vec<Sided> = sides::all(pack, now).into_iter().filter(depends).collect();
    if sides.is_empty() {
        return Ok(());
    }
    let measured = tx.measured()?;
    for mut sided in sides {
        let known = measured.iter().find(|known| known.name == sided.name);
        // A side that was never judged, or in another window, waits for the next refresh, which judges all of it.
        if let Some(known) = known.filter(|known| is_current(known, &sided) || sided.side.rolls) {
            let subjects = touched(tx, &sided, before, after)?;
            sided.side.no = known.side;
            tx.judge(&sided.side, &subjects)?;
        }
    }
    Ok(())
}

/// Brings all sides to the pack and the day: judges anew what was declared otherwise, has a new window or asks for today, and
/// what aged out of a rolling window. Cheap when nothing changed.
///
/// # Errors
/// The store's.
pub fn refresh(tx: &mut Tx, pack: &Pack, now: DateTime<Utc>) -> Result<(), StoreError> {
    let measured = tx.measured()?;
    let sides = sides::all(pack, now);
    for stale in measured.iter().filter(|known| !sides.iter().any(|sided| sided.name == known.name)) {
        tx.forget_side(stale.side)?;
    }
    let day = (today(now) - chrono::NaiveDate::default()).num_days();
    for mut sided in sides {
        let declared = sided.declared();
        let Some(known) = measured.iter().find(|known| known.name == sided.name) else {
            tx.judge_all(&mut sided.side, &sided.name, &declared)?;
            continue;
        };
        sided.side.no = known.side;
        let same = known.declared == declared && (is_current(known, &sided) || sided.side.rolls);
        if !same || (known.day != day && sided.ages()) || known.day > day {
            tx.judge_all(&mut sided.side, &sided.name, &declared)?;
        } else if known.day != day {
            if let (true, Some(since)) = (sided.side.rolls, sided.side.since) {
                let aged = tx.aged(sided.side.no, since)?;
                tx.judge(&sided.side, &aged)?;
            }
            tx.mark_measured(&sided.side)?;
        }
    }
    Ok(())
}

/// Judges everything anew: after records were written in bulk.
///
/// # Errors
/// The store's.
pub fn rebuild(tx: &mut Tx, pack: &Pack, now: DateTime<Utc>) -> Result<(), StoreError> {
    for known in tx.measured()? {
        tx.forget_side(known.side)?;
    }
    refresh(tx, pack, now)
}

/// Judges anew every side that depends on one of these registers: at the end of a bulk of writes.
///
/// # Errors
/// The store's.
pub fn rejudge(
    tx: &mut Tx,
    pack: &Pack,
    now: DateTime<Utc>,
    registers: &BTreeSet<String>,
) -> Result<(), StoreError> {
    let measured = tx.measured()?;
    for mut sided in sides::all(pack, now) {
        let depends = sided.registers().iter().any(|register| registers.contains(*register));
        if let Some(known) = measured.iter().find(|known| known.name == sided.name && depends) {
            sided.side.no = known.side;
            let declared = sided.declared();
            tx.judge_all(&mut sided.side, &sided.name, &declared)?;
        }
    }
    Ok(())
}

/// Whether the side was judged in the window it has now.
pub(super) fn is_current(known: &Measured, sided: &Sided) -> bool {
    let days =
        |day: Option<chrono::NaiveDate>| day.map(|day| (day - chrono::NaiveDate::default()).num_days());
    known.window == (days(sided.side.since), days(sided.side.until))
}

/// The subjects whose verdict the change may have turned.
fn touched(
    tx: &mut Tx,
    sided: &Sided,
    before: Option<&Record>,
    after: &Record,
) -> Result<Vec<RecordId>, StoreError> {
    let side = &sided.side;
    let mut subjects = BTreeSet::new();
    let changed = |fields: &BTreeSet<&str>| before.is_none_or(|before| differs(before, after, fields));
    if side.register == after.register {
        let mut fields = own_fields(sided, side.register);
        fields.extend(side.weigh);
        if changed(&fields) {
            subjects.insert(after.id);
        }
    }
    if let Proof::Linked { register, by, need, .. } = &side.evidence
        && *register == after.register
    {
        let mut fields = own_fields(sided, register);
        fields.insert(by);
        if let Need::Sum { field, .. } = need {
            fields.insert(field);
        }
        if changed(&fields) {
            for record in before.into_iter().chain([after]) {
                if let Some(Value::Int(subject)) = record.fields.get(*by) {
                    subjects.insert(*subject);
                }
            }
        }
    }
    for (asked, by, field) in hops(sided, &after.register) {
        if !changed(&BTreeSet::from([field])) {
            continue;
        }
        if asked == side.register {
            subjects.extend(tx.pointing(asked, by, after.id)?);
        }
        if let Proof::Linked { register, by: onward, .. } = &side.evidence
            && asked == *register
        {
            subjects.extend(tx.pointing_on(asked, (by, after.id), onward)?);
        }
    }
    Ok(subjects.into_iter().collect())
}

/// Fields of a register that the side's expressions read on its own records.
fn own_fields<'s>(sided: &'s Sided, register: &str) -> BTreeSet<&'s str> {
    let mut fields = BTreeSet::new();
    for (_, node) in sided.nodes().into_iter().filter(|(asked, _)| *asked == register) {
        node.walk(&mut |node| {
            match node {
                Node::Field { id, .. } => fields.insert(id.as_str()),
                Node::Hop { by, .. } => fields.insert(by.as_str()),
                _ => false,
            };
        });
    }
    fields
}

/// What the side's expressions read on records of `register` by a hop: asked register, ref field, field.
fn hops<'s>(sided: &'s Sided, register: &str) -> Vec<(&'s str, &'s str, &'s str)> {
    let mut found = Vec::new();
    for (asked, node) in sided.nodes() {
        node.walk(&mut |node| {
            if let Node::Hop { by, register: target, id, .. } = node
                && target == register
            {
                found.push((asked, by.as_str(), id.as_str()));
            }
        });
    }
    found
}

fn differs(before: &Record, after: &Record, fields: &BTreeSet<&str>) -> bool {
    let fixed = |field: &&str| match *field {
        "state" => before.state != after.state,
        "number" => before.number != after.number,
        "updated_at" => true,
        _ => false,
    };
    let place = |record: &Record| (record.deleted, record.area.clone(), record.body, record.date);
    place(before) != place(after)
        || fields.iter().any(|field| fixed(field) || before.fields.get(*field) != after.fields.get(*field))
}
