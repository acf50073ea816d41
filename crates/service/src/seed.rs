//! Records that come from the pack itself: areas, bodies, duties. Applying a pack brings them in step with its tables, by the
//! same door as a person's act; what people wrote into their other fields stays.
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;
use shian_pack::register::Seed;
use shian_pack::value::RecordId;
use shian_pack::{Fields, Pack, Register, Value};
use shian_store::{Asked, ListQuery, Record, Tx};

use crate::act::{Act, act};
use crate::actor::Actor;
use crate::carry::{self, Carry};
use crate::check::as_text;
use crate::desk::Desk;
use crate::draft::Draft;
use crate::live::{Directory, Live};
use crate::permit;
use crate::refusal::Refusal;

/// Rows read at once.
const PAGE: u32 = 1_000;

/// What seeding one register did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Seeded {
    pub added: usize,
    pub changed: usize,
    pub removed: usize,
    pub kept: usize,
}

impl std::fmt::Display for Seeded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let all = self.added + self.changed + self.kept;
        write!(f, "{all}（新 {}，改 {}，撤 {}）", self.added, self.changed, self.removed)
    }
}

/// Areas, bodies, duties, in that order; `before` is the pack at work until now. Notes in `written` what was written to:
/// indicators are judged after all of it.
pub(crate) fn seed(
    tx: &mut Tx,
    (before, pack): (&Pack, &Arc<Pack>),
    now: DateTime<Utc>,
    written: &mut BTreeSet<String>,
) -> Result<[Seeded; 3], Refusal> {
    let areas = areas(tx, pack, now, written)?;
    let bodies = bodies(tx, pack, now, written)?;
    Ok([areas, bodies, duties(tx, (before, pack), now, written)?])
}

/// One record as the pack wants it: what tells it from others, and its fields.
struct Wanted {
    key: String,
    /// Key of the wanted record that must be written before, and the field that points to it.
    above: Option<(String, String)>,
    fields: Fields,
}

fn areas(
    tx: &mut Tx,
    pack: &Arc<Pack>,
    now: DateTime<Utc>,
    written: &mut BTreeSet<String>,
) -> Result<Seeded, Refusal> {
    let Some(register) = pack.seeded(Seed::Areas) else { return Ok(Seeded::default()) };
    let mut wanted: Vec<Wanted> = Vec::new();
    for area in &pack.areas {
        wanted.push(Wanted {
            key: area.code.clone(),
            above: area.parent.clone().map(|parent| ("parent".to_string(), parent)),
            fields: Fields::from_iter([
                ("code".to_string(), Value::Text(area.code.clone())),
                ("name".to_string(), Value::Text(area.name.clone())),
                ("kind".to_string(), Value::Text(area.kind.clone())),
                ("population".to_string(), Value::Int(area.population)),
            ]),
        });
    }
    let wanted = parents_first(wanted);
    let live = Live::new(pack.clone(), Directory::default());
    let there = all(tx, register)?;
    as_system(tx, &live, now, written, |desk| bring(desk, (register, &["code"]), there, wanted))
}

/// An area whose parent is not in the table comes where it stands; the pack's check names it.
fn parents_first(mut waiting: Vec<Wanted>) -> Vec<Wanted> {
    let mut sorted: Vec<Wanted> = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let keys: Vec<String> = waiting.iter().map(|wanted| wanted.key.clone()).collect();
        let (ready, rest): (Vec<_>, Vec<_>) = waiting
            .into_iter()
            .partition(|wanted| wanted.above.as_ref().is_none_or(|(_, above)| !keys.contains(above)));
        if ready.is_empty() {
            sorted.extend(rest);
            break;
        }
        sorted.extend(ready);
        waiting = rest;
    }
    sorted
}

fn bodies(
    tx: &mut Tx,
    pack: &Arc<Pack>,
    now: DateTime<Utc>,
    written: &mut BTreeSet<String>,
) -> Result<Seeded, Refusal> {
    let Some(register) = pack.seeded(Seed::Bodies) else { return Ok(Seeded::default()) };
    let directory = Directory::load(tx, pack)?;
    let mut wanted = Vec::new();
    for body in &pack.bodies {
        let area = body.area.as_ref().and_then(|code| directory.area(code));
        wanted.push(Wanted {
            key: body.code.clone(),
            above: None,
            fields: Fields::from_iter([
                ("code".to_string(), Value::Text(body.code.clone())),
                ("name".to_string(), Value::Text(body.name.clone())),
                ("kind".to_string(), Value::Text(body.kind.clone())),
                ("area".to_string(), area.map_or(Value::Null, Value::Int)),
            ]),
        });
    }
    let live = Live::new(pack.clone(), directory);
    let there = all(tx, register)?;
    as_system(tx, &live, now, written, |desk| bring(desk, (register, &["code"]), there, wanted))
}

fn duties(
    tx: &mut Tx,
    (before, pack): (&Pack, &Arc<Pack>),
    now: DateTime<Utc>,
    written: &mut BTreeSet<String>,
) -> Result<Seeded, Refusal> {
    let Some(register) = pack.seeded(Seed::Duties) else { return Ok(Seeded::default()) };
    let directory = Directory::load(tx, pack)?;
    let mut wanted: Vec<Wanted> = Vec::new();
    for duty in &pack.duties {
        let Some(body) = directory.body(&duty.body) else { continue };
        let mut fields = Fields::from_iter([
            ("year".to_string(), Value::Int(i64::from(pack.year))),
            ("measure".to_string(), Value::Int(i64::from(duty.measure))),
            ("chapter".to_string(), Value::Int(i64::from(duty.chapter))),
            ("title".to_string(), Value::Text(duty.title.clone())),
            ("body".to_string(), Value::Int(body)),
            ("role".to_string(), Value::Text(duty.role.clone())),
            ("text".to_string(), Value::Text(duty.text.clone())),
        ]);
        fields.retain(|id, _| register.fields.contains_key(id));
        let key = key_of(&fields, &DUTY_KEY);
        match wanted.iter_mut().find(|wanted| wanted.key == key) {
            Some(same) => add_text(&mut same.fields, &duty.text),
            None => wanted.push(Wanted { key, above: None, fields }),
        }
    }
    let live = Live::new(pack.clone(), directory);
    let of_the_year = |duty: &Record| carry::year(duty).is_none_or(|year| year == i64::from(pack.year));
    let (have, past): (Vec<_>, Vec<_>) = all(tx, register)?.into_iter().partition(of_the_year);
    let carry = Carry::new(before, pack, register, past);
    let there: HashSet<String> = have.iter().map(|duty| key_of(&duty.fields, &DUTY_KEY)).collect();
    for new in wanted.iter_mut().filter(|wanted| !there.contains(&wanted.key)) {
        carry.onto(&mut new.fields);
    }
    as_system(tx, &live, now, written, |desk| {
        let mut done = bring(desk, (register, &DUTY_KEY), have, wanted)?;
        done.removed += carry.lapse(desk)?;
        Ok(done)
    })
}

/// What tells one duty from another: year × measure × body × role.
const DUTY_KEY: [&str; 5] = ["year", "chapter", "measure", "body", "role"];

/// A body named twice in one measure has one duty with both sentences.
fn add_text(fields: &mut Fields, more: &str) {
    if let Some(Value::Text(text)) = fields.get_mut("text")
        && !text.contains(more)
    {
        text.push('\n');
        text.push_str(more);
    }
}

fn key_of(fields: &Fields, of: &[&str]) -> String {
    let parts: Vec<String> = of.iter().map(|id| fields.get(*id).map(as_text).unwrap_or_default()).collect();
    parts.join("|")
}

/// At the system's desk, which leaves the indicators for later.
fn as_system<T>(
    tx: &mut Tx,
    live: &Live,
    now: DateTime<Utc>,
    later: &mut BTreeSet<String>,
    work: impl FnOnce(&mut Desk) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    let system = Actor::system();
    let mut desk = Desk::new(tx, live, &system, now);
    desk.later = Some(std::mem::take(later));
    let done = work(&mut desk)?;
    *later = desk.later.take().unwrap_or_default();
    Ok(done)
}

/// Adds, changes and removes until the register holds what is wanted; `there`: what it holds.
fn bring(
    desk: &mut Desk,
    (register, key): (&Register, &[&str]),
    there: Vec<Record>,
    wanted: Vec<Wanted>,
) -> Result<Seeded, Refusal> {
    let mut done = Seeded::default();
    let mut have: HashMap<String, Record> = HashMap::new();
    for record in there {
        have.insert(key_of(&record.fields, key), record);
    }
    let mut written: HashMap<String, RecordId> = HashMap::new();
    for mut one in wanted {
        if let Some((field, above)) = &one.above {
            let id = written.get(above).copied();
            one.fields.insert(field.clone(), id.map_or(Value::Null, Value::Int));
        }
        let id = match have.remove(&one.key) {
            None => {
                done.added += 1;
                let draft = draft_of(&one.fields);
                act(desk, &Act::Create { register: register.id.clone(), draft })?.id
            }
            Some(record) => {
                let differs = one.fields.iter().any(|(id, value)| record.fields.get(id) != Some(value));
                if differs {
                    done.changed += 1;
                    let (register, draft) = (register.id.clone(), draft_of(&one.fields));
                    act(desk, &Act::Edit { register, id: record.id, version: record.version, draft })?;
                } else {
                    done.kept += 1;
                }
                record.id
            }
        };
        written.insert(one.key, id);
    }
    for record in have.into_values() {
        done.removed += 1;
        let reason = Some("治理包里不再有".to_string());
        let (register, version) = (register.id.clone(), record.version);
        act(desk, &Act::Delete { register, id: record.id, version, reason })?;
    }
    Ok(done)
}

/// These values and no others.
pub(crate) fn draft_of(fields: &Fields) -> Draft {
    let mut draft = Draft::new();
    for (id, value) in fields {
        draft = draft.value(id.clone(), value.clone());
    }
    draft
}

/// Every live record of a register.
pub(crate) fn all(tx: &mut Tx, register: &Register) -> Result<Vec<Record>, Refusal> {
    every_page(tx, register, false)
}

/// Every record of a register, the deleted ones too.
pub(crate) fn all_with_deleted(tx: &mut Tx, register: &Register) -> Result<Vec<Record>, Refusal> {
    let mut found = every_page(tx, register, false)?;
    found.extend(every_page(tx, register, true)?);
    Ok(found)
}

/// The ids of every live record of a register.
pub(crate) fn ids(tx: &mut Tx, register: &Register) -> Result<Vec<RecordId>, Refusal> {
    let scope = permit::office_scope();
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let asked = Asked { now: DateTime::UNIX_EPOCH, me: None };
        let page = tx.list(&ListQuery {
            register,
            scope: &scope,
            filter: None,
            asked,
            search: None,
            sort: &[],
            after: after.as_ref(),
            limit: PAGE,
            columns: Some(&[]),
            deleted: false,
        })?;
        found.extend(page.rows.iter().map(|record| record.id));
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(found),
        }
    }
}

fn every_page(tx: &mut Tx, register: &Register, deleted: bool) -> Result<Vec<Record>, Refusal> {
    let scope = permit::office_scope();
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = tx.list(&ListQuery {
            register,
            scope: &scope,
            filter: None,
            asked: Asked { now: DateTime::UNIX_EPOCH, me: None },
            search: None,
            sort: &[],
            after: after.as_ref(),
            limit: PAGE,
            columns: None,
            deleted,
        })?;
        found.extend(page.rows);
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(found),
        }
    }
}
