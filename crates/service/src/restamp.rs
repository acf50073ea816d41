//! After a changed pack: records of a register that computes, places or times them in another way now are derived again, as
//! the system's own act, so that lists, rights and deadlines are right at once and not only after the next edit.
use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use shian_pack::{Pack, Register};
use shian_store::Tx;

use crate::actor::Actor;
use crate::desk::Desk;
use crate::follow;
use crate::live::{Directory, Live};
use crate::refusal::Refusal;
use crate::seed;

/// `moved`: registers of which the store says that area, body, owner or date come from elsewhere. Notes in `written` what was
/// written to.
pub(crate) fn restamp(
    tx: &mut Tx,
    (old, new): (&Pack, &Arc<Pack>),
    moved: &[String],
    now: DateTime<Utc>,
    written: &mut BTreeSet<String>,
) -> Result<(), Refusal> {
    let mut stale: BTreeSet<&String> = moved.iter().collect();
    for register in new.registers.values() {
        if old.registers.get(&register.id).is_some_and(|before| differs(before, register)) {
            stale.insert(&register.id);
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    let live = Live::new(new.clone(), Directory::load(tx, new)?);
    let system = Actor::system();
    let mut desk = Desk::new(tx, &live, &system, now);
    desk.later = Some(std::mem::take(written));
    for register in stale.into_iter().filter_map(|id| new.registers.get(id)) {
        for id in seed::ids(desk.tx, register)? {
            follow::again(&mut desk, register, id)?;
        }
    }
    *written = desk.later.take().unwrap_or_default();
    Ok(())
}

/// Whether a record may come out otherwise: other formulas, other clocks, another condition to be shown, another name.
fn differs(before: &Register, after: &Register) -> bool {
    let formulas = |register: &Register| -> Vec<(String, Option<String>, Option<String>)> {
        let written = |field: &shian_pack::Field, key: &str| field.source.get(key).cloned();
        let one =
            |field: &shian_pack::Field| (field.id.clone(), written(field, "calc"), written(field, "shown"));
        let derived = register.fields.values().filter(|field| field.calc.is_some() || field.shown.is_some());
        derived.map(one).collect()
    };
    let clocks = |register: &Register| -> Vec<String> {
        let one = |clock: &shian_pack::register::Deadline| {
            let words = (&clock.title, &clock.starts, &clock.met.source);
            format!("{words:?} {:?} {:?} {:?}", clock.within, clock.owes, clock.warn)
        };
        register.deadlines.values().map(one).collect()
    };
    formulas(before) != formulas(after) || clocks(before) != clocks(after) || before.name != after.name
}
