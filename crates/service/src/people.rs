//! Whom a grant means on one record: the accounts that hold its role where the record lies, and may read it.
use std::collections::BTreeMap;

use shian_pack::Register;
use shian_pack::register::{Grant, Reach};
use shian_pack::value::RecordId;
use shian_store::{Post, Record};

use crate::actor::Actor;
use crate::desk::Desk;
use crate::live::Live;
use crate::permit;
use crate::refusal::Refusal;

/// Open accounts that hold one of the grants over the record and may read it, by id.
pub(crate) fn of_grants(
    desk: &mut Desk,
    register: &Register,
    record: &Record,
    grants: &[Grant],
) -> Result<Vec<Actor>, Refusal> {
    let mut found: BTreeMap<i64, Actor> = BTreeMap::new();
    for grant in grants {
        for id in candidates(desk, record, grant)? {
            if found.contains_key(&id) {
                continue;
            }
            let Some(actor) = reader(desk, register, record, id)? else { continue };
            let held = permit::bounds(&actor, std::slice::from_ref(grant), register, desk.live);
            if held.hold(record.into()) {
                found.insert(id, actor);
            }
        }
    }
    Ok(found.into_values().collect())
}

/// The account at the desk, if it is open and may read the record.
pub(crate) fn reader(
    desk: &mut Desk,
    register: &Register,
    record: &Record,
    account: i64,
) -> Result<Option<Actor>, Refusal> {
    let Some(account) = desk.tx.account(account)?.filter(|account| account.closed_at.is_none()) else {
        return Ok(None);
    };
    let actor = Actor::of(&account, desk.live);
    let sees = permit::read_bounds(&actor, register, desk.live).hold(record.into());
    Ok(Some(actor).filter(|_| sees && !record.deleted))
}

/// Accounts among which the grant's are.
fn candidates(desk: &mut Desk, record: &Record, grant: &Grant) -> Result<Vec<i64>, Refusal> {
    let (areas, bodies);
    let post = match grant.reach {
        Reach::All => Post::Anywhere,
        Reach::Area => {
            areas = up_from(&record.area);
            Post::Areas(&areas)
        }
        Reach::Body => {
            bodies = record.body.map(|body| acting_for(desk.live, body)).unwrap_or_default();
            Post::Bodies(&bodies)
        }
        Reach::Own => Post::Owners(&record.owners),
    };
    Ok(desk.tx.holders(&grant.role, post)?)
}

/// The path and those above it.
fn up_from(path: &str) -> Vec<String> {
    path.match_indices('/').map(|(at, _)| path[..=at].to_string()).collect()
}

/// The body, and the members of the collective that it is.
pub(crate) fn acting_for(live: &Live, body: RecordId) -> Vec<RecordId> {
    let members = live.directory.bodies.iter().filter(|(_, entry)| entry.within.contains(&body));
    let mut ids: Vec<RecordId> = members.map(|(id, _)| *id).chain([body]).collect();
    ids.sort_unstable();
    ids
}

#[cfg(test)]
mod tests {
    use super::up_from;

    #[test]
    fn a_record_lies_in_its_area_and_in_every_area_above() {
        assert_eq!(up_from("41/4115/"), ["41/", "41/4115/"]);
        assert!(up_from("").is_empty());
    }
}
