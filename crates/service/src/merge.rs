//! Duplicates of a business (or of anything else) found and merged. Whoever may delete the records may merge them.
use std::sync::Arc;

use shian_pack::Register;
use shian_pack::field::FieldKind;
use shian_pack::register::Part;
use shian_pack::value::RecordId;
use shian_store::Key;

use crate::act::{refusal, stamp};
use crate::actor::Actor;
use crate::desk::Desk;
use crate::follow;
use crate::office::Office;
use crate::permit;
use crate::refusal::Refusal;
use crate::view::{DuplicateView, Link, RecordView};
use crate::{look, wording};

/// Records merged in one act.
const MERGED_MAX: usize = 50;

impl Office {
    /// Groups of records that look like the same one, as far as the actor may merge them.
    ///
    /// # Errors
    /// NotFound, or Forbidden without the right to delete.
    pub fn duplicates(&self, actor: &Actor, register: &str) -> Result<Vec<DuplicateView>, Refusal> {
        self.at_desk(actor, |desk| {
            let register = desk.live.register(register)?;
            if !permit::may_read(actor, register, desk.live) {
                return Err(Refusal::NotFound);
            }
            let bounds = permit::bounds(actor, &register.access.delete, register, desk.live);
            if bounds.is_nowhere() {
                return Err(Refusal::forbidden(format!("您不能合并{}", register.title)));
            }
            let groups = desk.tx.find_duplicates(register, &bounds.scope(), &keys(register))?;
            let mut views = Vec::with_capacity(groups.len());
            for group in groups {
                let by = group.by.iter().map(|id| wording::title_of(register, id)).collect::<Vec<_>>();
                let mut links: Vec<Link> = Vec::with_capacity(group.records.len());
                for id in group.records {
                    links.extend(look::link(desk, &register.id, id)?);
                }
                if links.len() > 1 {
                    views.push(DuplicateView { by: by.join("＋"), rows: links });
                }
            }
            Ok(views)
        })
    }

    /// Merges `losers` into `winner`: everything that pointed to them points to it. The losers stay in the history.
    ///
    /// # Errors
    /// [`Refusal`]; then nothing is merged.
    pub fn merge(
        &self,
        actor: &Actor,
        register: &str,
        winner: RecordId,
        losers: &[RecordId],
        reason: Option<String>,
    ) -> Result<RecordView, Refusal> {
        let (live, of_act, now) = (self.live(), actor.clone(), self.now());
        let (id, losers) = (register.to_string(), losers.to_vec());
        self.store().write(move |tx| {
            let mut desk = Desk::new(tx, &live, &of_act, now);
            merge(&mut desk, &id, winner, &losers, reason.as_deref())
        })?;
        self.look(actor, register, winner)
    }
}

fn merge(
    desk: &mut Desk,
    register: &str,
    winner: RecordId,
    losers: &[RecordId],
    reason: Option<&str>,
) -> Result<(), Refusal> {
    let register = desk.live.register(register)?;
    if losers.is_empty() || losers.len() > MERGED_MAX || losers.contains(&winner) {
        return Err(Refusal::conflict(format!("请选 1 到 {MERGED_MAX} 条并入另一条")));
    }
    let mut records = Vec::with_capacity(losers.len() + 1);
    for id in losers.iter().chain([&winner]) {
        records.push(desk.readable(register, *id)?);
    }
    for record in records {
        if record.deleted {
            return Err(Refusal::NotFound);
        }
        if !permit::may_delete(desk.actor, register, &record, desk.live) {
            return Err(Refusal::forbidden(format!("您不能合并{}", record.name)));
        }
    }
    let stamp = stamp(desk, "merge", reason);
    let merged =
        desk.tx.merge(register, winner, losers, &stamp).map_err(|error| refusal(desk, register, error))?;
    for loser in merged.losers {
        let old = desk.record(register, loser.id)?;
        let loser = Arc::new(loser);
        desk.keep(loser.id, Some(loser.clone()));
        follow::written(desk, register, old.as_ref(), &loser, 0)?;
    }
    for (register, id) in merged.touched {
        let register = desk.live.register(&register)?;
        follow::again(desk, register, id)?;
    }
    Ok(())
}

/// What tells two records apart: numbers of the law alone, the declared keys and the name loosely.
fn keys(register: &Register) -> Vec<Key> {
    let proves = |kind: &FieldKind| {
        matches!(kind, FieldKind::CreditCode | FieldKind::IdCard | FieldKind::LicenceNo | FieldKind::Gtin)
    };
    let mut keys: Vec<Key> = register
        .fields
        .values()
        .filter(|field| proves(&field.kind))
        .map(|field| Key { fields: vec![field.id.clone()], loosely: false })
        .collect();
    keys.extend(register.unique.iter().map(|fields| Key { fields: fields.clone(), loosely: true }));
    let mut named: Vec<String> = register
        .name
        .parts
        .iter()
        .filter_map(|part| match part {
            Part::Path(path) if register.fields.contains_key(path) => Some(path.clone()),
            Part::Path(_) | Part::Text(_) => None,
        })
        .collect();
    let area = register.fields.values().find(|field| matches!(field.kind, FieldKind::Area));
    if !named.is_empty() {
        named.extend(area.map(|area| area.id.clone()));
        keys.push(Key { fields: named, loosely: true });
    }
    keys
}
