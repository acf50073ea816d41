//! What a ref names, found within what the actor may read: by id, or by number, name or code as people type it.
use shian_pack::expr::{Compare, Node, Type};
use shian_pack::value::RecordId;
use shian_pack::{FieldKind, Register, Value};
use shian_store::ListQuery;

use super::parse::{Refs, Target};
use super::spelling::brief;
use crate::desk::Desk;
use crate::list;
use crate::permit;
use crate::refusal::Refusal;

/// Records looked through for one with exactly the name.
const SAME_MAX: u32 = 50;

/// Finds refs for one actor in one transaction.
pub(crate) struct Finder<'d, 'a> {
    desk: &'d mut Desk<'a>,
    /// A failure of the store itself: no mistake of the person's.
    failed: Option<Refusal>,
}

impl<'d, 'a> Finder<'d, 'a> {
    pub fn new(desk: &'d mut Desk<'a>) -> Self {
        Self { desk, failed: None }
    }

    /// # Errors
    /// The store failed while something was looked up.
    pub fn finish(self) -> Result<(), Refusal> {
        self.failed.map_or(Ok(()), Err)
    }

    /// `open`: the directory of areas and bodies, which everybody may name.
    fn known(&mut self, register: &Register, id: RecordId, open: bool) -> Result<bool, Refusal> {
        let Some(record) = self.desk.record(register, id)? else { return Ok(false) };
        let seen =
            open || permit::read_bounds(self.desk.actor, register, self.desk.live).hold((&*record).into());
        Ok(seen && !record.deleted)
    }

    fn find(&mut self, to: &Target, text: &str) -> Result<Option<RecordId>, Refusal> {
        let live = self.desk.live;
        let typed: Option<RecordId> = text.parse().ok();
        let seeded = |seed| live.pack.seeded(seed);
        match to {
            Target::Account => match typed {
                Some(id) => {
                    Ok(self.desk.tx.account(id)?.filter(|account| account.closed_at.is_none()).map(|a| a.id))
                }
                None => Ok(self.desk.tx.account_by_login(text)?.map(|account| account.id)),
            },
            Target::Area => {
                let by_words = live.directory.area(text);
                self.by_id_or(seeded(shian_pack::register::Seed::Areas), typed, by_words)
            }
            Target::Body => {
                let by_words = live.directory.body(text);
                self.by_id_or(seeded(shian_pack::register::Seed::Bodies), typed, by_words)
            }
            Target::Register(id) => {
                let Some(register) = live.pack.registers.get(id) else { return Ok(None) };
                if let Some(id) = typed
                    && self.known(register, id, register.seed.is_some())?
                {
                    return Ok(Some(id));
                }
                self.by_words(register, text)
            }
        }
    }

    /// Codes of areas are digits too, so an id that is none is tried as a code.
    fn by_id_or(
        &mut self,
        register: Option<&Register>,
        typed: Option<RecordId>,
        by_words: Option<RecordId>,
    ) -> Result<Option<RecordId>, Refusal> {
        let Some(register) = register else { return Ok(None) };
        for id in [typed, by_words].into_iter().flatten() {
            if self.known(register, id, true)? {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    /// The one record with exactly this number or name, or this value in a field that is unique alone.
    fn by_words(&mut self, register: &Register, text: &str) -> Result<Option<RecordId>, Refusal> {
        let scope = permit::read_scope(self.desk.actor, register, self.desk.live);
        let plain =
            ListQuery { limit: SAME_MAX, columns: Some(&[]), ..list::plain(self.desk, register, &scope) };
        let found = self.desk.tx.list(&ListQuery { search: Some(text), ..plain })?.rows;
        let mut ids: Vec<RecordId> = found
            .iter()
            .filter(|record| record.name == text || record.number.as_deref() == Some(text))
            .map(|record| record.id)
            .collect();
        if ids.is_empty() {
            let text_field = |id: &&String| {
                register.fields.get(*id).is_some_and(|field| {
                    matches!(
                        field.kind,
                        FieldKind::Text { .. } | FieldKind::CreditCode | FieldKind::LicenceNo
                    )
                })
            };
            let alone = register.unique.iter().filter(|set| set.len() == 1).flatten();
            for field in alone.filter(text_field) {
                let value = Node::Lit(Value::Text(text.to_string()));
                let field = Node::Field { id: field.clone(), ty: Type::Text };
                let same = Node::Compare(Compare::Eq, Box::new(field), Box::new(value));
                let found = self.desk.tx.list(&ListQuery { filter: Some(&same), ..plain })?.rows;
                ids.extend(found.iter().map(|record| record.id));
            }
        }
        Ok(if let [one] = ids.as_slice() { Some(*one) } else { None })
    }
}

impl Refs for Finder<'_, '_> {
    fn resolve(&mut self, to: &Target, text: &str) -> Result<RecordId, String> {
        let what = match to {
            Target::Register(id) => {
                self.desk.live.pack.registers.get(id).map_or_else(|| "记录".to_string(), |r| r.title.clone())
            }
            Target::Area => "地区".to_string(),
            Target::Body => "单位".to_string(),
            Target::Account => "账号".to_string(),
        };
        let found = match self.find(to, text) {
            // `name（number）`, as sheets have it.
            Ok(None) => number_behind(text).map_or(Ok(None), |number| self.find(to, number)),
            found => found,
        };
        match found {
            Ok(Some(id)) => Ok(id),
            Ok(None) => Err(format!("{what}里没有找到“{}”，或有重名，请从列表中选", brief(text))),
            Err(refusal) => {
                self.failed = Some(refusal);
                Err("没有查到".to_string())
            }
        }
    }
}

/// The number in `name（number）`.
fn number_behind(text: &str) -> Option<&str> {
    let (_, number) = text.strip_suffix('）')?.rsplit_once('（')?;
    Some(number.trim()).filter(|number| !number.is_empty())
}
