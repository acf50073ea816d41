//! After a changed pack: records of a register that computes, places or times them in another way now are derived again, as
//! the system's own act, so that lists, rights and deadlines are right at once and not only after the next edit.
use std::collections::BTreeSet;

use shian_pack::{Pack, Register};

use crate::actor::Actor;
use crate::follow;
use crate::office::Office;
use crate::refusal::Refusal;
use crate::seed;

/// `moved`: registers of which the store says that area, body, owner or date come from elsewhere.
pub(crate) fn restamp(office: &Office, old: &Pack, moved: &[String]) -> Result<(), Refusal> {
    let live = office.live();
    let mut stale: BTreeSet<String> = moved.iter().cloned().collect();
    for register in live.pack.registers.values() {
        if old.registers.get(&register.id).is_some_and(|before| differs(before, register)) {
            stale.insert(register.id.clone());
        }
    }
    if stale.is_empty() {
        return Ok(());
    }
    office.in_bulk(&Actor::system(), move |desk| {
        let live = desk.live;
        for register in stale.iter().filter_map(|id| live.pack.registers.get(id)) {
            for id in seed::ids(desk.tx, register)? {
                follow::again(desk, register, id)?;
            }
        }
        Ok(())
    })
}

/// Whether a record may come out otherwise: other formulas, other clocks, another condition to be shown.
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
    formulas(before) != formulas(after) || clocks(before) != clocks(after)
}
