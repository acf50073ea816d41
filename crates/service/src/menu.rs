//! The menu: groups of registers that an actor may read. What one may not open is not in it.
use shian_pack::Register;

use crate::actor::Actor;
use crate::live::Live;
use crate::permit;
use crate::view::{MenuEntry, MenuGroup};

/// Groups in the pack's order; in a group the registers in the order of the plan, by the first measure they serve.
pub(crate) fn menu(actor: &Actor, live: &Live) -> Vec<MenuGroup> {
    let entries = |group: &str| -> Vec<MenuEntry> {
        let readable =
            |register: &&Register| register.group == group && permit::may_read(actor, register, live);
        let mut registers: Vec<&Register> = live.pack.registers.values().filter(readable).collect();
        registers.sort_by_key(|register| register.measures.first().copied());
        registers
            .into_iter()
            .map(|register| MenuEntry {
                id: register.id.clone(),
                title: register.title.clone(),
                can_create: permit::may_create(actor, register, live),
            })
            .collect()
    };
    let known = live.pack.groups.iter().map(|(id, title)| (id.clone(), title.clone()));
    known
        .map(|(id, title)| MenuGroup { entries: entries(&id), id, title })
        .filter(|group| !group.entries.is_empty())
        .collect()
}
