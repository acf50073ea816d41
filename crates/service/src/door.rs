//! What pages, the API and the command line call: acts and looks of one actor, one transaction each.
use std::collections::BTreeSet;
use std::sync::Arc;

use shian_pack::value::RecordId;
use shian_store::Record;

use crate::act::{Act, act};
use crate::actor::Actor;
use crate::desk::Desk;
use crate::draft::Draft;
use crate::live::Live;
use crate::office::Office;
use crate::refusal::{Problem, Refusal};
use crate::view::{
    CockpitView, DeskView, FormView, ListAsk, ListView, MeasureView, MeasuresView, MenuGroup, OptionView,
    RecordView, SearchView,
};
use crate::{form, list, look, measure, menu, search, work};

/// Options that a lookup offers at once.
const OPTIONS: u32 = 20;
/// Rows of an exported list.
const EXPORT_MAX: usize = 200_000;
/// Bytes of one attachment, at most.
const FILE_BYTES_MAX: usize = 50 * 1024 * 1024;

/// What an act left behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    pub register: String,
    pub id: RecordId,
    pub version: i64,
    pub state: String,
}

impl Office {
    /// Does one act and answers when it is committed.
    ///
    /// # Errors
    /// Why not, in words for the person.
    pub fn act(&self, actor: &Actor, what: Act) -> Result<Done, Refusal> {
        let live = self.live();
        let (of_act, actor, now) = (live.clone(), actor.clone(), self.now());
        let record = self.store().write(move |tx| {
            let mut desk = Desk::new(tx, &of_act, &actor, now);
            act(&mut desk, &what)
        })?;
        self.after(&live, &record)?;
        Ok(Done {
            register: record.register.clone(),
            id: record.id,
            version: record.version,
            state: record.state.clone(),
        })
    }

    /// Many acts in one long transaction: import, demo. All or nothing.
    pub(crate) fn in_bulk<T: Send + 'static>(
        &self,
        actor: &Actor,
        work: impl FnOnce(&mut Desk) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let (live, actor, now) = (self.live(), actor.clone(), self.now());
        let done = self.store().bulk(move |tx| -> Result<T, Refusal> {
            let mut desk = Desk::new(tx, &live, &actor, now);
            desk.later = Some(BTreeSet::new());
            let done = work(&mut desk)?;
            let written = desk.later.take().unwrap_or_default();
            crate::indicator::rejudge(tx, &live.pack, now, &written)?;
            Ok(done)
        })?;
        self.refresh_directory()?;
        Ok(done)
    }

    pub(crate) fn after(&self, live: &Live, record: &Record) -> Result<(), Refusal> {
        let seed = live.pack.registers.get(&record.register).and_then(|register| register.seed);
        match seed {
            Some(shian_pack::register::Seed::Areas | shian_pack::register::Seed::Bodies) => {
                self.refresh_directory()
            }
            Some(shian_pack::register::Seed::Duties) | None => Ok(()),
        }
    }

    /// The act, then the record as it is now.
    fn act_and_look(&self, actor: &Actor, what: Act) -> Result<RecordView, Refusal> {
        let done = self.act(actor, what)?;
        self.at_desk(actor, |desk| {
            let register = desk.live.register(&done.register)?;
            let record: Arc<Record> = desk.record(register, done.id)?.ok_or(Refusal::NotFound)?;
            look::view(desk, register, &record)
        })
    }

    /// 登记: a new record in the register's first state.
    ///
    /// # Errors
    /// [`Refusal`]: no right there, or what is to be mended.
    pub fn create(&self, actor: &Actor, register: &str, draft: Draft) -> Result<RecordView, Refusal> {
        self.act_and_look(actor, Act::Create { register: register.into(), draft })
    }

    /// 修改. `version`: the one that was looked at.
    ///
    /// # Errors
    /// [`Refusal`]; `Stale` when somebody else was faster.
    pub fn edit(
        &self,
        actor: &Actor,
        register: &str,
        id: RecordId,
        version: i64,
        draft: Draft,
    ) -> Result<RecordView, Refusal> {
        self.act_and_look(actor, Act::Edit { register: register.into(), id, version, draft })
    }

    /// Takes a step of the flow.
    ///
    /// # Errors
    /// [`Refusal`]; `Conflict` when the step is not possible now.
    #[allow(clippy::too_many_arguments)]
    pub fn step(
        &self,
        actor: &Actor,
        register: &str,
        id: RecordId,
        version: i64,
        step: &str,
        draft: Draft,
        reason: Option<String>,
    ) -> Result<RecordView, Refusal> {
        let (register, step) = (register.to_string(), step.to_string());
        self.act_and_look(actor, Act::Step { register, id, version, step, draft, reason })
    }

    /// Takes a record out of sight; it can be restored.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn delete(
        &self,
        actor: &Actor,
        register: &str,
        id: RecordId,
        version: i64,
        reason: Option<String>,
    ) -> Result<Done, Refusal> {
        self.act(actor, Act::Delete { register: register.into(), id, version, reason })
    }

    /// Brings a deleted record back.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn restore(
        &self,
        actor: &Actor,
        register: &str,
        id: RecordId,
        version: i64,
    ) -> Result<RecordView, Refusal> {
        self.act_and_look(actor, Act::Restore { register: register.into(), id, version })
    }

    /// One record's page.
    ///
    /// # Errors
    /// NotFound for what is not there or not for him.
    pub fn look(&self, actor: &Actor, register: &str, id: RecordId) -> Result<RecordView, Refusal> {
        self.at_desk(actor, |desk| {
            let register = desk.live.register(register)?;
            look::look(desk, register, id)
        })
    }

    /// One page of a list.
    ///
    /// # Errors
    /// NotFound for a register that is not in his menu; Invalid for a question that makes no sense.
    pub fn list(&self, actor: &Actor, ask: &ListAsk) -> Result<ListView, Refusal> {
        self.at_desk(actor, |desk| list::list(desk, ask))
    }

    /// The whole list as asked, for Excel: UTF-8 with a byte order mark.
    ///
    /// # Errors
    /// As [`Office::list`].
    pub fn list_csv(&self, actor: &Actor, ask: &ListAsk) -> Result<Vec<u8>, Refusal> {
        self.at_desk(actor, |desk| list::csv(desk, ask, EXPORT_MAX))
    }

    /// The form to create (`id` none), edit or step. `draft` and `problems`: what was typed and what is wrong with it, or the
    /// prefill of a new record.
    ///
    /// # Errors
    /// [`Refusal`]: why he cannot do it.
    pub fn form(
        &self,
        actor: &Actor,
        register: &str,
        id: Option<RecordId>,
        step: Option<&str>,
        draft: &Draft,
        problems: &[Problem],
    ) -> Result<FormView, Refusal> {
        self.at_desk(actor, |desk| {
            let register = desk.live.register(register)?;
            form::form(desk, register, id, step, draft, problems)
        })
    }

    /// What a lookup field offers for what is typed so far.
    ///
    /// # Errors
    /// NotFound for a register or field that is not there or not for him.
    pub fn options(
        &self,
        actor: &Actor,
        register: &str,
        field: &str,
        typed: &str,
    ) -> Result<Vec<OptionView>, Refusal> {
        self.at_desk(actor, |desk| {
            let register = desk.live.register(register)?;
            let known = crate::permit::may_read(actor, register, desk.live)
                || crate::permit::may_create(actor, register, desk.live);
            let field = register.fields.get(field).filter(|_| known).ok_or(Refusal::NotFound)?;
            form::refs(desk, field, typed, OPTIONS)
        })
    }

    /// Groups of registers he may read.
    ///
    /// # Errors
    /// None today; pages treat it as every other look.
    pub fn menu(&self, actor: &Actor) -> Result<Vec<MenuGroup>, Refusal> {
        Ok(menu::menu(actor, &self.live()))
    }

    /// What waits for him, late first.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn desk(&self, actor: &Actor) -> Result<DeskView, Refusal> {
        self.at_desk(actor, work::desk_view)
    }

    /// Every measure of the plan as a tile.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn measures(&self, actor: &Actor) -> Result<Arc<MeasuresView>, Refusal> {
        self.keep(&self.kept().measures, actor, String::new(), measure::measures)
    }

    /// One measure beside its own words.
    ///
    /// # Errors
    /// NotFound: the plan has no such measure.
    pub fn measure(&self, actor: &Actor, chapter: u32, no: u32) -> Result<MeasureView, Refusal> {
        self.at_desk(actor, |desk| measure::page(desk, chapter, no))
    }

    /// What is late and whose, targets against the truth.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn cockpit(&self, actor: &Actor) -> Result<Arc<CockpitView>, Refusal> {
        self.keep(&self.kept().cockpits, actor, String::new(), measure::cockpit)
    }

    /// Everything he may read that holds the words.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn search(&self, actor: &Actor, text: &str) -> Result<SearchView, Refusal> {
        self.at_desk(actor, |desk| search::search(desk, text))
    }

    /// Keeps an attachment and gives the key that a field holds.
    ///
    /// # Errors
    /// It is empty or too large.
    pub fn keep_file(&self, actor: &Actor, name: &str, bytes: &[u8]) -> Result<String, Refusal> {
        if actor.roles.is_empty() && !actor.is_system() {
            return Err(Refusal::forbidden("您不能上传附件"));
        }
        if bytes.is_empty() || bytes.len() > FILE_BYTES_MAX {
            let most = FILE_BYTES_MAX / 1024 / 1024;
            return Err(Refusal::conflict(format!("附件不能是空的，也不能超过 {most} MB")));
        }
        Ok(self.store().put_file(bytes.to_vec(), name, self.now())?)
    }

    /// An attachment of a record that he may see: its name and bytes.
    ///
    /// # Errors
    /// NotFound.
    pub fn file(
        &self,
        actor: &Actor,
        register: &str,
        id: RecordId,
        key: &str,
    ) -> Result<(String, Vec<u8>), Refusal> {
        let name = self.at_desk(actor, |desk| {
            let register = desk.live.register(register)?;
            let record = desk.readable(register, id)?;
            let holds = register.fields.values().any(|field| {
                let of_field = record.fields.get(&field.id);
                let here = matches!(of_field, Some(shian_pack::Value::List(keys))
                    if keys.iter().any(|held| crate::check::as_text(held) == key));
                here && crate::permit::sees(actor, register, field, (&*record).into(), desk.live)
            });
            if !holds {
                return Err(Refusal::NotFound);
            }
            Ok(desk.tx.file_info(key)?.map_or_else(|| "附件".to_string(), |info| info.name))
        })?;
        Ok((name, self.store().file(key)?))
    }
}
