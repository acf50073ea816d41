//! One search over everything the actor may read.
use shian_pack::Register;
use shian_store::Scope;

use crate::desk::Desk;
use crate::permit;
use crate::refusal::Refusal;
use crate::view::{Link, SearchGroup, SearchView};
use crate::wording;

/// Hits of one register.
const HITS: u32 = 8;
/// Characters of a search that are looked at.
const TEXT_MAX: usize = 100;

pub(crate) fn search(desk: &mut Desk, text: &str) -> Result<SearchView, Refusal> {
    let text: String = text.trim().chars().take(TEXT_MAX).collect();
    let live = desk.live;
    if text.is_empty() {
        return Ok(SearchView { text, groups: Vec::new() });
    }
    let scopes: Vec<(&Register, Scope)> = live
        .pack
        .registers
        .values()
        .map(|register| (register, permit::read_scope(desk.actor, register, live)))
        .filter(|(_, scope)| !scope.is_none())
        .collect();
    let asked: Vec<(&Register, &Scope)> = scopes.iter().map(|(register, scope)| (*register, scope)).collect();
    let hits = desk.tx.search(&asked, &text, HITS)?;
    let mut groups: Vec<SearchGroup> = Vec::new();
    for hit in hits {
        let register = live.register(&hit.register)?;
        let link = Link {
            register: register.id.clone(),
            id: hit.id,
            name: hit.name,
            state_title: wording::state_title(register, &hit.state).to_string(),
            key: hit.number,
        };
        match groups.iter_mut().find(|group| group.register == register.id) {
            Some(group) => group.hits.push(link),
            None => groups.push(SearchGroup {
                register: register.id.clone(),
                title: register.title.clone(),
                hits: vec![link],
            }),
        }
    }
    Ok(SearchView { text, groups })
}
