//! What a person need not say of a new record: who may make only his own says neither his place, nor his body, nor which
//! business he stands for. The form comes filled in; he may still write another where he has the right.
use std::collections::BTreeSet;

use shian_pack::Value;
use shian_pack::field::{Field, FieldKind};
use shian_pack::register::Reach;
use shian_pack::value::RecordId;

use crate::desk::{Desk, Sheet};
use crate::refusal::Refusal;

/// Fills area, body and owner of a new record where the actor's rights leave one choice.
pub(crate) fn fill_own(desk: &mut Desk, sheet: &mut Sheet) -> Result<(), Refusal> {
    let scope = &sheet.register.scope;
    for (path, reach) in [(&scope.area, Reach::Area), (&scope.body, Reach::Body), (&scope.own, Reach::Own)] {
        let Some(field) = path.as_ref().and_then(|path| sheet.register.fields.get(path)) else { continue };
        let settled = field.default.is_some() || field.calc.is_some() || field.from.is_some();
        if settled || *sheet.get(&field.id) != Value::Null {
            continue;
        }
        if let Some(id) = only_one(desk, sheet, field, reach)? {
            sheet.fields.insert(field.id.clone(), Value::Int(id));
        }
    }
    Ok(())
}

/// The one record that the actor's grants to create reach in this way; None: several, none, or all.
fn only_one(
    desk: &mut Desk,
    sheet: &Sheet,
    field: &Field,
    reach: Reach,
) -> Result<Option<RecordId>, Refusal> {
    let (live, actor) = (desk.live, desk.actor);
    let grants = &sheet.register.access.create;
    let held: Vec<_> = grants
        .iter()
        .flat_map(|grant| {
            actor
                .roles
                .iter()
                .filter(move |held| held.role == grant.role)
                .map(move |held| (grant.reach, held))
        })
        .collect();
    // Who makes records for everybody says whose each is.
    if held.iter().any(|(reach, _)| *reach == Reach::All) {
        return Ok(None);
    }
    let held = held.into_iter().filter(|(of, _)| *of == reach).map(|(_, held)| held);
    let mut ids: BTreeSet<RecordId> = BTreeSet::new();
    match reach {
        Reach::All => {}
        Reach::Body => ids.extend(held.filter_map(|held| held.body)),
        Reach::Area => {
            for path in held.filter_map(|held| held.area.as_deref()) {
                // With areas below, the record may lie in any of them.
                if !live.directory.has_areas_below(path) {
                    ids.extend(live.directory.at_path(path));
                } else {
                    return Ok(None);
                }
            }
        }
        Reach::Own if held.count() > 0 => {
            if let FieldKind::Ref { register } = &field.kind {
                let register = live.register(register)?;
                for id in &actor.stands_for {
                    if desk.record(register, *id)?.is_some() {
                        ids.insert(*id);
                    }
                }
            }
        }
        Reach::Own => {}
    }
    Ok(ids.first().copied().filter(|_| ids.len() == 1))
}
