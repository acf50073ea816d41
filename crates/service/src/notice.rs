//! Notices 通知: what people are told of, in the same transaction as the act that is the reason. A notice names a record and never
//! shows it to somebody who may not see it any more.
use shian_pack::Register;
use shian_pack::register::Step;
use shian_store::{Notice, Record};

use crate::actor::Actor;
use crate::desk::Desk;
use crate::office::Office;
use crate::people;
use crate::refusal::Refusal;
use crate::view::{Link, NoticeView, NoticesView};

/// Notices on one page.
const PAGE: u32 = 50;

/// Why somebody is told: decides the icon and the first words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// A step was taken.
    Step,
    /// 催办: somebody waits.
    #[allow(dead_code)] // the flow kit's
    Urge,
    /// 抄送: for one's knowledge.
    #[allow(dead_code)] // the flow kit's
    Copy,
}

impl Why {
    pub fn id(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Urge => "urge",
            Self::Copy => "copy",
        }
    }
}

/// What people are told about a record.
#[derive(Debug, Clone)]
pub(crate) struct Telling<'a> {
    pub why: Why,
    /// What it is about in a few words: the step's title, the clock's.
    pub matter: &'a str,
    /// What the sender says with it; may be empty.
    pub words: &'a str,
    /// Told once to each account under this key; None: each time.
    pub key: Option<String>,
}

/// Tells each of `accounts` of the record, inside an act; answers how many were told. Left out: who acts himself, who may not
/// read the record, closed accounts, and those that were told under this key before.
pub(crate) fn tell(
    desk: &mut Desk,
    register: &Register,
    record: &Record,
    telling: &Telling,
    accounts: &[i64],
) -> Result<usize, Refusal> {
    let mut accounts = accounts.to_vec();
    accounts.sort_unstable();
    accounts.dedup();
    let mut told = 0;
    for account in accounts {
        if account == desk.actor.id || people::reader(desk, register, record, account)?.is_none() {
            continue;
        }
        let notice = Notice {
            id: 0,
            account,
            at: desk.now,
            kind: telling.why.id().to_string(),
            matter: telling.matter.to_string(),
            words: telling.words.to_string(),
            register: register.id.clone(),
            record: record.id,
            sender: desk.actor.id,
            key: telling.key.as_ref().map(|key| format!("{key}:{account}")),
            read_at: None,
        };
        told += usize::from(desk.tx.add_notice(&notice)?.is_some());
    }
    Ok(told)
}

/// Tells those whom a step names, of the record as it is after it.
pub(crate) fn of_step(
    desk: &mut Desk,
    register: &Register,
    step: &Step,
    record: &Record,
    reason: Option<&str>,
) -> Result<(), Refusal> {
    if step.notifies.is_empty() {
        return Ok(());
    }
    let people = people::of_grants(desk, register, record, &step.notifies)?;
    let accounts: Vec<i64> = people.iter().map(|actor| actor.id).collect();
    let telling =
        Telling { why: Why::Step, matter: &step.title, words: reason.unwrap_or_default(), key: None };
    tell(desk, register, record, &telling, &accounts)?;
    Ok(())
}

impl Office {
    /// How many notices a person has not read; counts to a hundred.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn unread(&self, actor: &Actor) -> Result<i64, Refusal> {
        Ok(self.store().read(|tx| tx.count_unread(actor.id))?)
    }

    /// A person's notices, newest first: from the one before `before`, all or only unread ones.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn notices(&self, actor: &Actor, unread: bool, before: Option<i64>) -> Result<NoticesView, Refusal> {
        self.at_desk(actor, |desk| {
            let found = desk.tx.notices(actor.id, unread, before, PAGE)?;
            let older = found.last().filter(|_| found.len() == PAGE as usize).map(|notice| notice.id);
            let items = found.iter().map(|notice| view(desk, notice)).collect::<Result<_, _>>()?;
            let count = desk.tx.count_unread(actor.id)?;
            Ok(NoticesView { items, unread: count, older })
        })
    }

    /// Marks a notice as read and answers the record it leads to; None: none that he may see.
    ///
    /// # Errors
    /// NotFound: not his.
    pub fn open_notice(&self, actor: &Actor, id: i64) -> Result<Option<Link>, Refusal> {
        let link = self.at_desk(actor, |desk| {
            let notice = desk.tx.notice(id)?.filter(|notice| notice.account == actor.id);
            let notice = notice.ok_or(Refusal::NotFound)?;
            Ok(view(desk, &notice)?.link)
        })?;
        self.read_notices(actor, Some(id))?;
        Ok(link)
    }

    /// Marks one of a person's notices as read, or all.
    ///
    /// # Errors
    /// The database's.
    pub fn read_notices(&self, actor: &Actor, one: Option<i64>) -> Result<(), Refusal> {
        let (account, now) = (actor.id, self.now());
        Ok(self.store().write(move |tx| tx.read_notices(account, one, now))?)
    }
}

/// A notice as its reader may see it now.
fn view(desk: &mut Desk, notice: &Notice) -> Result<NoticeView, Refusal> {
    let mut view = NoticeView {
        id: notice.id,
        at: notice.at,
        kind: notice.kind.clone(),
        matter: notice.matter.clone(),
        words: notice.words.clone(),
        sender: String::new(),
        register_title: String::new(),
        link: None,
        hidden: false,
        read: notice.read_at.is_some(),
    };
    let live = desk.live;
    let register = live.pack.registers.get(&notice.register);
    let record = match register {
        None if notice.record == 0 => None,
        None => return Ok(hidden(view)),
        Some(register) => match desk.readable(register, notice.record) {
            Ok(record) if !record.deleted => Some((register, record)),
            Ok(_) | Err(Refusal::NotFound) => return Ok(hidden(view)),
            Err(other) => return Err(other),
        },
    };
    view.sender = crate::wording::account_name(desk, notice.sender)?;
    if let Some((register, record)) = record {
        view.register_title.clone_from(&register.title);
        view.link = Some(crate::look::link_to(register, &record));
    }
    Ok(view)
}

/// All that is left of a notice whose record its reader may not see any more.
fn hidden(view: NoticeView) -> NoticeView {
    NoticeView { matter: String::new(), words: String::new(), hidden: true, ..view }
}
