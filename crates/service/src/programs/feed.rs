//! The change feed: what happened to the records that the caller may read, in the order of the chain. The change log itself is
//! the queue; a reader keeps the number of the last change he has seen.
use serde::Serialize;
use shian_pack::Value;
use shian_store::Change;

use super::row::{push_int, push_text, push_time, push_value};
use crate::actor::Actor;
use crate::desk::Desk;
use crate::office::Office;
use crate::permit;
use crate::refusal::Refusal;

/// Changes looked at for one answer, so that a reader of little is answered too.
const LOOKED_MAX: u32 = 2_000;
/// Fixed columns that are told, by their names in the history.
const TOLD: [&str; 6] = ["_state", "_name", "_number", "_date", "_deleted", "_into"];

/// Part of the feed.
#[derive(Debug, Clone, Serialize)]
pub struct Feed {
    /// JSON: `{"changes": […], "next": n, "more": bool}`.
    pub body: Vec<u8>,
}

impl Office {
    /// At most `limit` changes after the one with number `after`.
    ///
    /// # Errors
    /// The database's.
    pub fn feed(&self, actor: &Actor, after: i64, limit: usize) -> Result<Feed, Refusal> {
        self.at_desk(actor, |desk| {
            let changes = desk.tx.changes_after(after, LOOKED_MAX)?;
            let last = desk.tx.last_seq()?;
            let mut body = b"{\"changes\":[".to_vec();
            let (mut next, mut told) = (after, 0);
            for change in &changes {
                next = change.seq;
                let before = body.len();
                if told > 0 {
                    body.push(b',');
                }
                if push_change(desk, change, &mut body)? {
                    told += 1;
                } else {
                    body.truncate(before);
                }
                if told == limit {
                    break;
                }
            }
            body.extend_from_slice(b"],\"next\":");
            push_int(&mut body, next);
            body.extend_from_slice(if next < last { b",\"more\":true}" } else { b",\"more\":false}" });
            Ok(Feed { body })
        })
    }

    /// The changes of one record, oldest first, as in the feed.
    ///
    /// # Errors
    /// NotFound for what is not there or not for him.
    pub fn tell_changes(&self, actor: &Actor, register: &str, id: i64) -> Result<Vec<u8>, Refusal> {
        self.at_desk(actor, |desk| {
            let register = desk.live.register(register)?;
            desk.readable(register, id)?;
            let mut body = b"{\"changes\":[".to_vec();
            for (at, change) in desk.tx.changes(register, id)?.iter().enumerate() {
                if at > 0 {
                    body.push(b',');
                }
                push_change(desk, change, &mut body)?;
            }
            body.extend_from_slice(b"]}");
            Ok(body)
        })
    }
}

/// False: the actor may not know of it, or its register is no more.
fn push_change(desk: &mut Desk, change: &Change, out: &mut Vec<u8>) -> Result<bool, Refusal> {
    let live = desk.live;
    let Some(register) = live.pack.register(&change.register) else { return Ok(false) };
    if !permit::may_read(desk.actor, register, live) {
        return Ok(false);
    }
    let record = match desk.readable(register, change.record) {
        Ok(record) => record,
        Err(Refusal::NotFound) => return Ok(false),
        Err(other) => return Err(other),
    };
    out.extend_from_slice(b"{\"seq\":");
    push_int(out, change.seq);
    out.extend_from_slice(b",\"at\":");
    push_time(out, change.at);
    out.extend_from_slice(b",\"by\":");
    push_text(out, &crate::wording::account_name(desk, change.by)?);
    out.extend_from_slice(b",\"act\":");
    push_text(out, &change.act);
    out.extend_from_slice(b",\"register\":");
    push_text(out, &change.register);
    out.extend_from_slice(b",\"id\":");
    push_int(out, change.record);
    out.extend_from_slice(b",\"reason\":");
    match &change.reason {
        Some(reason) => push_text(out, reason),
        None => out.extend_from_slice(b"null"),
    }
    let mut masked = Vec::new();
    for (name, values) in [("before", &change.before), ("after", &change.after)] {
        out.extend_from_slice(b",\"");
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\":{");
        let mut first = true;
        for (id, value) in values {
            let field = register.fields.get(id);
            let seen = match field {
                Some(field) => permit::sees(desk.actor, register, field, (&*record).into(), live),
                None if TOLD.contains(&id.as_str()) => true,
                None => continue,
            };
            if !seen {
                if !masked.contains(&id) {
                    masked.push(id);
                }
                continue;
            }
            if !std::mem::take(&mut first) {
                out.push(b',');
            }
            push_text(out, id);
            out.push(b':');
            match field {
                Some(field) => push_value(out, &field.kind, value),
                None => push_fixed(out, value),
            }
        }
        out.push(b'}');
    }
    out.extend_from_slice(b",\"masked\":[");
    for (at, id) in masked.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        push_text(out, id);
    }
    out.extend_from_slice(b"]}");
    Ok(true)
}

/// A fixed column's value needs no field.
fn push_fixed(out: &mut Vec<u8>, value: &Value) {
    push_value(out, &shian_pack::field::FieldKind::LongText, value);
}
