//! Lists and single records as programs read them.
use std::fmt::Write;

use serde::Serialize;
use shian_pack::value::RecordId;

use super::row::Telling;
use crate::actor::Actor;
use crate::office::Office;
use crate::refusal::{Problem, Refusal};
use crate::view::ListAsk;
use crate::{list, permit};

/// What a program asks of a register.
#[derive(Debug, Clone, Default)]
pub struct RowsAsk {
    /// Register, view, filter, search, sort, place and length, as for a page.
    pub list: ListAsk,
    /// Only these fields; None: all.
    pub only: Option<Vec<String>>,
    /// Refs also by name.
    pub names: bool,
    /// How many there are in all.
    pub count: bool,
}

/// Part of a list.
#[derive(Debug, Clone)]
pub struct Rows {
    /// JSON: `{"records": […], "next": …, "total": …}`.
    pub body: Vec<u8>,
    /// Where the next part begins.
    pub next: Option<String>,
}

/// What is wrong in a filter, with its place in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mistake {
    pub offset: usize,
    pub length: usize,
    pub message: String,
}

impl Office {
    /// Records of a register, as far as the actor may read them.
    ///
    /// # Errors
    /// NotFound for a register that is not his; Invalid for a question that makes no sense.
    pub fn tell_list(&self, actor: &Actor, ask: &RowsAsk) -> Result<Rows, Refusal> {
        self.at_desk(actor, |desk| {
            let asked = list::ready(desk, &ask.list)?;
            check_fields(asked.register, ask.only.as_deref())?;
            let telling = Telling::new(desk, asked.register, ask.only.as_deref(), ask.names);
            let (rows, next) = list::page(desk, &asked, &telling.ids())?;
            let mut body = Vec::with_capacity(64 + rows.len() * 256);
            body.extend_from_slice(b"{\"records\":[");
            telling.push(desk, &rows, &mut body)?;
            let next = next.map(|cursor| cursor.to_string());
            let mut rest = String::from("],\"next\":");
            match &next {
                Some(next) => rest.extend(["\"", next, "\""]),
                None => rest.push_str("null"),
            }
            if ask.count {
                // Writing to memory cannot fail.
                let _ = write!(rest, ",\"total\":{}", list::count(desk, &asked)?);
            }
            rest.push('}');
            body.extend_from_slice(rest.as_bytes());
            Ok(Rows { body, next })
        })
    }

    /// One record: its version and its JSON. A deleted one only when it is asked for.
    ///
    /// # Errors
    /// NotFound for what is not there or not for him.
    pub fn tell_record(
        &self,
        actor: &Actor,
        register: &str,
        id: RecordId,
        ask: &RowsAsk,
    ) -> Result<(i64, String), Refusal> {
        self.at_desk(actor, |desk| {
            let register = desk.live.register(register)?;
            let record = desk.readable(register, id)?;
            if record.deleted != ask.list.deleted {
                return Err(Refusal::NotFound);
            }
            check_fields(register, ask.only.as_deref())?;
            let telling = Telling::new(desk, register, ask.only.as_deref(), ask.names);
            Ok((record.version, telling.one(desk, &record)?))
        })
    }

    /// The version of a record that he may read: for what is to be done whatever it is.
    ///
    /// # Errors
    /// NotFound.
    pub fn version(&self, actor: &Actor, register: &str, id: RecordId) -> Result<i64, Refusal> {
        self.at_desk(actor, |desk| {
            let register = desk.live.register(register)?;
            Ok(desk.readable(register, id)?.version)
        })
    }

    /// What is wrong in a filter; nothing for a register that he may not read.
    pub fn filter_mistakes(&self, actor: &Actor, register: &str, source: &str) -> Vec<Mistake> {
        let live = self.live();
        let readable = live.pack.register(register).filter(|known| permit::may_read(actor, known, &live));
        let Some(register) = readable else { return Vec::new() };
        let parsed = live.filter(register, source);
        let mistake = |error: shian_pack::expr::ExprError| Mistake {
            offset: error.offset,
            length: error.len,
            message: error.help.map_or(error.message.clone(), |help| format!("{}（{help}）", error.message)),
        };
        parsed.err().unwrap_or_default().into_iter().map(mistake).collect()
    }
}

fn check_fields(register: &shian_pack::Register, only: Option<&[String]>) -> Result<(), Refusal> {
    match only.into_iter().flatten().find(|id| !register.fields.contains_key(*id)) {
        Some(id) => Err(Refusal::Invalid {
            problems: vec![Problem::new("fields", "字段", format!("{}没有“{id}”这个字段", register.title))],
        }),
        None => Ok(()),
    }
}
