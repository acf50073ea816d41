//! Acts of programs: a draft from JSON, the same act as a person's, and the answer kept under its idempotency key in the same
//! transaction.
use std::sync::Arc;

use chrono::Duration;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use shian_pack::field::FieldKind;
use shian_pack::value::RecordId;
use shian_pack::{Register, Value};
use shian_store::{KeptAnswer, Record};
use sm3::{Digest, Sm3};

use super::given;
use super::row::Telling;
use crate::act::{Act, act};
use crate::actor::Actor;
use crate::check::as_text;
use crate::desk::Desk;
use crate::draft::{Draft, Input};
use crate::live::Live;
use crate::office::Office;
use crate::permit;
use crate::refusal::{Problem, Refusal};

/// An answer is kept so long.
pub(crate) const KEPT: Duration = Duration::hours(24);

/// A request that is to be done once, however often it is sent.
#[derive(Debug, Clone)]
pub struct Once {
    /// The caller's key.
    pub key: String,
    /// Digest of method, address and body.
    pub asked: String,
}

impl Once {
    /// `parts`: everything that makes the request this one.
    pub fn new(key: String, parts: &[&[u8]]) -> Self {
        let mut digest = Sm3::new();
        for part in parts {
            digest.update(part.len().to_le_bytes());
            digest.update(part);
        }
        let hex = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Self { key, asked: hex }
    }
}

/// What a program is told after an act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// A new record.
    pub created: bool,
    pub register: String,
    pub id: RecordId,
    pub version: i64,
    /// JSON: the record, or what the act answers.
    pub body: String,
}

impl Office {
    /// Creates a record from `{field: value}`.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn tell_create(
        &self,
        actor: &Actor,
        register: &str,
        fields: &Map<String, Json>,
        once: Option<Once>,
    ) -> Result<Told, Refusal> {
        let draft = self.draft(actor, register, fields)?;
        self.tell(actor, Act::Create { register: register.into(), draft }, once)
    }

    /// Changes the given fields of the version that was looked at.
    ///
    /// # Errors
    /// [`Refusal`]; `Stale` when somebody else was faster.
    pub fn tell_edit(
        &self,
        actor: &Actor,
        register: &str,
        (id, version): (RecordId, i64),
        fields: &Map<String, Json>,
    ) -> Result<Told, Refusal> {
        let draft = self.draft(actor, register, fields)?;
        self.tell(actor, Act::Edit { register: register.into(), id, version, draft }, None)
    }

    /// Takes a step with the fields it asks for.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn tell_step(
        &self,
        actor: &Actor,
        register: &str,
        (id, version): (RecordId, i64),
        (step, fields, reason): (&str, &Map<String, Json>, Option<String>),
        once: Option<Once>,
    ) -> Result<Told, Refusal> {
        let draft = self.draft(actor, register, fields)?;
        let (register, step) = (register.to_string(), step.to_string());
        self.tell(actor, Act::Step { register, id, version, step, draft, reason }, once)
    }

    /// Does one act and tells the record as it is then. A key that was used before answers what it answered then.
    ///
    /// # Errors
    /// [`Refusal`]; `Invalid` for a key that was used for another request.
    pub fn tell(&self, actor: &Actor, what: Act, once: Option<Once>) -> Result<Told, Refusal> {
        let live = self.live();
        let (at, actor, now) = (live.clone(), actor.clone(), self.now());
        let (told, seeds) = self.store().write(move |tx| {
            let mut desk = Desk::new(tx, &at, &actor, now);
            if let Some(told) = before(&mut desk, once.as_ref())? {
                return Ok((told, None));
            }
            let (told, record) = done(&mut desk, &what)?;
            keep(&mut desk, once.as_ref(), &told)?;
            Ok::<_, Refusal>((told, Some(record)))
        })?;
        if let Some(record) = seeds {
            self.after(&live, &record)?;
        }
        Ok(told)
    }

    /// The draft of a register that the actor may know of.
    pub(super) fn draft(
        &self,
        actor: &Actor,
        register: &str,
        fields: &Map<String, Json>,
    ) -> Result<Draft, Refusal> {
        let live = self.live();
        let register = live.register(register)?;
        known(actor, register, &live)?;
        given::draft(&live.pack, register, fields).map_err(|problems| Refusal::Invalid { problems })
    }
}

/// NotFound for a register that he may neither read nor write.
pub(super) fn known(actor: &Actor, register: &Register, live: &Live) -> Result<(), Refusal> {
    let known = permit::may_read(actor, register, live) || permit::may_create(actor, register, live);
    if known { Ok(()) } else { Err(Refusal::NotFound) }
}

/// What was answered before under the key.
pub(super) fn before<T: for<'a> Deserialize<'a>>(
    desk: &mut Desk,
    once: Option<&Once>,
) -> Result<Option<T>, Refusal> {
    let Some(once) = once else { return Ok(None) };
    let Some(kept) = desk.tx.kept_answer(desk.actor.id, &once.key, desk.now - KEPT)? else {
        return Ok(None);
    };
    if kept.asked != once.asked {
        let message = "这个键已用于另一个请求，请换一个";
        return Err(Refusal::Invalid {
            problems: vec![Problem::new("Idempotency-Key", "Idempotency-Key", message)],
        });
    }
    serde_json::from_str(&kept.answer).map(Some).map_err(|error| Refusal::internal(&error))
}

/// Keeps the answer under the key.
pub(super) fn keep<T: Serialize>(desk: &mut Desk, once: Option<&Once>, told: &T) -> Result<(), Refusal> {
    let Some(once) = once else { return Ok(()) };
    let answer = serde_json::to_string(told).map_err(|error| Refusal::internal(&error))?;
    let kept = KeptAnswer { asked: once.asked.clone(), answer };
    Ok(desk.tx.keep_answer(desk.actor.id, &once.key, &kept, desk.now)?)
}

/// The act, and what is told of it.
fn done(desk: &mut Desk, what: &Act) -> Result<(Told, Arc<Record>), Refusal> {
    files(desk, what)?;
    let record = act(desk, what)?;
    let register = desk.live.register(&record.register)?;
    let body = Telling::new(desk, register, None, false).one(desk, &record)?;
    let told = Told {
        created: matches!(what, Act::Create { .. }),
        register: record.register.clone(),
        id: record.id,
        version: record.version,
        body,
    };
    Ok((told, record))
}

/// Attachments that a draft names must have been uploaded.
pub(super) fn files(desk: &mut Desk, what: &Act) -> Result<(), Refusal> {
    let (Act::Create { register, draft }
    | Act::Edit { register, draft, .. }
    | Act::Step { register, draft, .. }) = what
    else {
        return Ok(());
    };
    let register = desk.live.register(register)?;
    for (id, input) in &draft.0 {
        let Some(field) = register.fields.get(id) else { continue };
        if !matches!(field.kind, FieldKind::Image { .. } | FieldKind::File { .. }) {
            continue;
        }
        let keys: Vec<String> = match input {
            Input::Many(keys) => keys.clone(),
            Input::Text(key) => vec![key.clone()],
            Input::Value(Value::List(keys)) => keys.iter().map(as_text).collect(),
            Input::Value(_) | Input::Rows(_) => Vec::new(),
        };
        for key in keys.iter().filter(|key| !key.is_empty()) {
            if desk.tx.file_info(key)?.is_none() {
                let problem = Problem::new(id, &field.title, "没有这个附件，请先上传");
                return Err(Refusal::Invalid { problems: vec![problem] });
            }
        }
    }
    Ok(())
}
