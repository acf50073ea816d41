//! The menu: groups of registers that an actor may read. What one may not open is not in it.
use crate::actor::Actor;
use crate::live::Live;
use crate::permit;
use crate::view::{MenuEntry, MenuGroup};

/// Groups in the pack's order; registers in the order of declaration.
pub(crate) fn menu(actor: &Actor, live: &Live) -> Vec<MenuGroup> {
    let entries = |group: &str| -> Vec<MenuEntry> {
        live.pack
            .registers
            .values()
            .filter(|register| register.group == group && permit::may_read(actor, register, live))
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
