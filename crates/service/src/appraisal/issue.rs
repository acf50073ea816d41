//! Writing a result down: one record per year, body and item, which the body is told and may appeal against.
use std::collections::HashMap;

use rust_decimal::Decimal;
use shian_pack::appraisal::{Appraisal, Item};
use shian_pack::field::FieldKind;
use shian_pack::value::RecordId;
use shian_pack::{Fields, Register, Value};
use shian_store::Record;

use super::{Mark, Scored, body_of, scored, worded};
use crate::act::{Act, act};
use crate::actor::Actor;
use crate::check::as_text;
use crate::desk::Desk;
use crate::indicator::{digits, plain};
use crate::office::Office;
use crate::permit;
use crate::refusal::Refusal;
use crate::seed;
use crate::view::AppraisalIssued;

/// Records of this year's result by body and item.
pub(super) type Told = HashMap<(RecordId, String), Record>;

impl Office {
    /// Writes this year's result into the register it is told in: what is there in its first state is brought up to date,
    /// what was told already stays.
    ///
    /// # Errors
    /// The actor may not create records there, or one is not accepted; then nothing is written.
    pub fn issue_appraisal(&self, actor: &Actor, id: &str) -> Result<AppraisalIssued, Refusal> {
        let id = id.to_owned();
        self.in_bulk(actor, move |desk| {
            let live = desk.live;
            let appraisal = live.pack.appraisals.get(&id).ok_or(Refusal::NotFound)?;
            let into = appraisal.into.as_ref().ok_or(Refusal::NotFound)?;
            let register = live.register(into)?;
            if !permit::may_read(desk.actor, register, live) {
                return Err(Refusal::NotFound);
            }
            if !permit::may_create(desk.actor, register, live) {
                return Err(Refusal::forbidden(format!("您不能登记{}", register.title)));
            }
            issue(desk, appraisal, register)
        })
    }
}

/// This year's records of the register that the result is told in.
pub(super) fn told(desk: &mut Desk, appraisal: &Appraisal) -> Result<Told, Refusal> {
    let live = desk.live;
    let Some(register) = appraisal.into.as_ref().and_then(|id| live.pack.registers.get(id)) else {
        return Ok(Told::new());
    };
    let year = Value::Int(i64::from(live.pack.year));
    let this_year = seed::all(desk.tx, register)?.into_iter();
    let this_year = this_year.filter(|record| record.fields.get("year") == Some(&year));
    let keyed = this_year.filter_map(|record| {
        let item = record.fields.get("item").map(as_text)?;
        Some(((body_of(&record)?, item), record))
    });
    Ok(keyed.collect())
}

fn issue(desk: &mut Desk, appraisal: &Appraisal, register: &Register) -> Result<AppraisalIssued, Refusal> {
    let mut told = told(desk, appraisal)?;
    let first = register.states.keys().next();
    let mut issued = AppraisalIssued::default();
    for body in scored(desk, appraisal)? {
        for (item, mark) in appraisal.items.values().zip(&body.marks) {
            let Some(mark) = mark else { continue };
            let wanted = wanted(desk, register, (item, mark), &body);
            let (id, draft) = (register.id.clone(), seed::draft_of(&wanted));
            match told.remove(&(body.body.id, item.title.clone())) {
                None => {
                    act(desk, &Act::Create { register: id, draft })?;
                    issued.added += 1;
                }
                Some(record) if Some(&record.state) == first && differs(&record, &wanted) => {
                    act(desk, &Act::Edit { register: id, id: record.id, version: record.version, draft })?;
                    issued.changed += 1;
                }
                Some(_) => issued.kept += 1,
            }
        }
    }
    Ok(issued)
}

fn wanted(desk: &Desk, register: &Register, (item, mark): (&Item, &Mark), body: &Scored) -> Fields {
    let digits = |id: &str| u32::from(digits(register, id));
    let lost = (item.points - mark.score).round_dp(digits("deducted"));
    let mut fields = Fields::from_iter([
        ("year".to_owned(), Value::Int(i64::from(desk.live.pack.year))),
        ("body".to_owned(), Value::Int(body.body.id)),
        ("item".to_owned(), Value::Text(item.title.clone())),
        ("points".to_owned(), Value::Decimal(item.points.round_dp(digits("points")))),
        ("deducted".to_owned(), Value::Decimal(lost)),
        ("reason".to_owned(), Value::Text(reason(desk, item, mark, lost))),
    ]);
    let area = register.fields.get("area").filter(|field| matches!(field.kind, FieldKind::Area));
    if let Some(area) = area.and(body.body.area_id) {
        fields.insert("area".to_owned(), Value::Int(area));
    }
    for (id, text) in &item.set {
        fields.insert(id.clone(), Value::Text(text.clone()));
    }
    fields
}

/// `督办单办结率 85.7%（6 / 7）`; what may be seen behind the number stands on the indicator's page.
fn reason(desk: &Desk, item: &Item, mark: &Mark, lost: Decimal) -> String {
    let title = desk.live.pack.indicators.get(&item.indicator).map_or("", |one| one.title.as_str());
    let parts = mark
        .number
        .denominator
        .map(|whole| format!("（{} / {}）", plain(mark.number.numerator), plain(whole)));
    let parts = parts.unwrap_or_default();
    let verdict = if lost.is_zero() { "得满分".to_owned() } else { format!("扣 {} 分", plain(lost)) };
    format!("{title} {}{parts}，{verdict}", worded(desk, item, mark))
}

fn differs(record: &Record, wanted: &Fields) -> bool {
    wanted.iter().any(|(id, value)| record.fields.get(id) != Some(value))
}
