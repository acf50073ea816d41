//! Webhooks 变更推送: the system administrator names an address; it is told of each change, signed, again and again until it took
//! it. Nothing of a record's content leaves: who is told fetches it with a token of his own.
//!
//! The change log is the queue: a webhook keeps the number of the last change it looked at and moves on in the transaction that
//! puts the deliveries on their way, so that none is lost and none is made twice. A delivery may arrive twice; its id tells.
mod guarded;
mod send;

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::{Duration as Span, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, Duration, Utc};
use rand::RngCore;
use serde::Serialize;
use shian_store::{Change, Delivery, StoreError, Tried, Tx, Webhook};

pub use guarded::Net;
use send::Sender;

use crate::actor::Actor;
use crate::admin::SYSTEM;
use crate::office::Office;
use crate::refusal::{Problem, Refusal};
use crate::session::happened;

/// Marks a signing key (standardwebhooks.com).
const KEY_MARK: &str = "whsec_";
const HOOKS_MAX: usize = 50;
const TITLE_MAX: usize = 40;
const URL_MAX: usize = 500;
/// Changes looked at in one transaction.
const CHANGES: u32 = 500;
/// Deliveries sent in one round.
const ROUND: u32 = 50;
/// How often a running office looks.
const LOOK: Span = Span::from_secs(1);
/// An address that did not answer is left alone so long, whatever is due for it.
const LEFT_ALONE: Span = Span::from_secs(10);
/// Delivered ones are kept so long.
const KEPT: Duration = Duration::days(30);
/// Waits between tries, in seconds; after the last one a delivery is given up until somebody sends it again.
const WAITS: [i64; 11] = [5, 15, 60, 300, 900, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400];

/// A webhook to be declared.
#[derive(Debug, Clone, Default)]
pub struct HookAsk {
    pub title: String,
    pub url: String,
    /// None: all.
    pub registers: Option<Vec<String>>,
    /// `create`, `edit`, `delete`, `restore`, ids of steps; None: all.
    pub acts: Option<Vec<String>>,
}

/// A webhook as administrators see it: never with its key.
#[derive(Debug, Clone, Serialize)]
pub struct HookView {
    pub id: i64,
    pub title: String,
    pub url: String,
    pub registers: Option<Vec<String>>,
    pub acts: Option<Vec<String>>,
    /// Number of the last change looked at.
    pub seen: i64,
    pub created_at: DateTime<Utc>,
}

/// One delivery as administrators see it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DeliveryView {
    pub id: i64,
    pub seq: i64,
    /// `waiting`, `delivered`, `given_up`.
    pub state: &'static str,
    pub tries: i64,
    pub next_at: Option<DateTime<Utc>>,
    pub delivered_at: Option<DateTime<Utc>>,
    pub status: Option<i64>,
    pub error: Option<String>,
}

/// What is to be sent once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    Delivery(i64),
    /// Everything after the change with this number.
    After(i64),
}

impl Office {
    /// Declares a webhook; it is told of what happens from now on. The key is shown this once.
    ///
    /// # Errors
    /// NotFound for everybody but the system administrator; what is to be mended.
    pub fn add_hook(&self, actor: &Actor, ask: HookAsk) -> Result<(HookView, String), Refusal> {
        administers(actor)?;
        self.check_hook(&ask)?;
        let mut bytes = [0u8; 32];
        rand::rng().fill_bytes(&mut bytes);
        let secret = format!("{KEY_MARK}{}", BASE64_STANDARD.encode(bytes));
        let (now, by, key) = (self.now(), actor.id, secret.clone());
        let hook = self.store().write(move |tx| {
            if tx.webhooks()?.len() >= HOOKS_MAX {
                return Err(Refusal::conflict(format!("最多 {HOOKS_MAX} 个")));
            }
            let mut hook = Webhook {
                id: 0,
                title: ask.title.trim().to_string(),
                url: ask.url,
                registers: ask.registers,
                acts: ask.acts,
                secret: key,
                seen: tx.last_seq()?,
                created_by: by,
                created_at: now,
            };
            tx.add_webhook(&mut hook)?;
            tx.note_event(&happened(now, Some(by), "webhook_added", &hook.url, ""))?;
            Ok(hook)
        })?;
        Ok((seen(hook), secret))
    }

    /// All webhooks.
    ///
    /// # Errors
    /// NotFound for everybody but the system administrator.
    pub fn hooks(&self, actor: &Actor) -> Result<Vec<HookView>, Refusal> {
        administers(actor)?;
        Ok(self.store().read(Tx::webhooks)?.into_iter().map(seen).collect())
    }

    /// Ends a webhook; what was on its way is forgotten.
    ///
    /// # Errors
    /// NotFound.
    pub fn drop_hook(&self, actor: &Actor, id: i64) -> Result<(), Refusal> {
        administers(actor)?;
        let (now, by) = (self.now(), actor.id);
        self.store().write(move |tx| {
            if !tx.drop_webhook(id)? {
                return Err(Refusal::NotFound);
            }
            Ok(tx.note_event(&happened(now, Some(by), "webhook_dropped", &id.to_string(), ""))?)
        })
    }

    /// Deliveries of a webhook, newest first.
    ///
    /// # Errors
    /// NotFound.
    pub fn deliveries(
        &self,
        actor: &Actor,
        hook: i64,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<DeliveryView>, Refusal> {
        administers(actor)?;
        let found = self.store().read(|tx| {
            let known = tx.webhooks()?.iter().any(|known| known.id == hook);
            let all = tx.deliveries(hook, before.unwrap_or(i64::MAX), limit)?;
            Ok::<_, StoreError>(known.then_some(all))
        })?;
        Ok(found.ok_or(Refusal::NotFound)?.into_iter().map(told).collect())
    }

    /// Sends one delivery, or everything after a change, once more, under the same ids.
    ///
    /// # Errors
    /// NotFound.
    pub fn send_again(&self, actor: &Actor, hook: i64, what: Again) -> Result<(), Refusal> {
        administers(actor)?;
        let now = self.now();
        self.store().write(move |tx| {
            let known = tx.webhooks()?.into_iter().find(|known| known.id == hook).ok_or(Refusal::NotFound)?;
            match what {
                Again::Delivery(id) if tx.send_again(hook, id, now)? => Ok(()),
                Again::Delivery(_) => Err(Refusal::NotFound),
                Again::After(seq) => Ok(tx.move_webhook(hook, seq.clamp(0, known.seen))?),
            }
        })
    }

    /// Tells webhooks of changes, on a thread that ends with the office. `allowed`: private addresses that may be told.
    ///
    /// # Errors
    /// The thread could not be started.
    pub fn deliver(self: &Arc<Self>, allowed: Vec<Net>) -> std::io::Result<()> {
        let office: Weak<Self> = Arc::downgrade(self);
        std::thread::Builder::new().name("webhooks".into()).spawn(move || {
            let mut post = Post::new(allowed);
            while let Some(office) = office.upgrade() {
                if let Err(refusal) = office.deliver_due(&mut post) {
                    tracing::error!("webhooks are not told: {refusal}");
                }
                drop(office);
                std::thread::sleep(LOOK);
            }
        })?;
        Ok(())
    }

    /// Puts new changes on their way and sends what is due; how many arrived.
    ///
    /// # Errors
    /// The database's.
    pub fn deliver_due(&self, post: &mut Post) -> Result<usize, Refusal> {
        let hooks = self.store().read(Tx::webhooks)?;
        if hooks.is_empty() {
            return Ok(0);
        }
        while self.gather()? {}
        let now = self.now();
        let due = self.store().read(|tx| tx.due_deliveries(now, ROUND))?;
        let mut arrived = 0;
        for delivery in due {
            let Some(hook) = hooks.iter().find(|hook| hook.id == delivery.webhook) else { continue };
            if post.leaves_alone(hook.id) {
                continue;
            }
            let tried = post.send(hook, &delivery, self.now());
            arrived += usize::from(tried.delivered_at.is_some());
            self.store().write(move |tx| tx.note_try(delivery.id, &tried))?;
        }
        Ok(arrived)
    }

    /// One stretch of the change log for every webhook that is behind; false when none is.
    fn gather(&self) -> Result<bool, Refusal> {
        let behind = |tx: &mut Tx| {
            let last = tx.last_seq()?;
            let hooks = tx.webhooks()?;
            Ok::<_, StoreError>(hooks.into_iter().filter(|hook| hook.seen < last).collect::<Vec<_>>())
        };
        if self.store().read(behind)?.is_empty() {
            return Ok(false);
        }
        let now = self.now();
        self.store().write(move |tx| {
            for hook in behind(tx)? {
                let changes = tx.changes_after(hook.seen, CHANGES)?;
                for change in changes.iter().filter(|change| wants(&hook, change)) {
                    tx.add_delivery(hook.id, change.seq, &body(change), now)?;
                }
                if let Some(last) = changes.last() {
                    tx.move_webhook(hook.id, last.seq)?;
                }
            }
            Ok::<_, Refusal>(())
        })?;
        Ok(true)
    }

    /// Forgets old deliveries; for the day's tick.
    pub(crate) fn sweep_deliveries(&self) -> Result<(), Refusal> {
        let until = self.now() - KEPT;
        self.store().write(move |tx| tx.sweep_deliveries(until))?;
        Ok(())
    }

    fn check_hook(&self, ask: &HookAsk) -> Result<(), Refusal> {
        let mut problems = Vec::new();
        let title = ask.title.trim();
        if title.is_empty() || title.chars().count() > TITLE_MAX {
            problems.push(Problem::new("title", "名称", format!("请写名称，最多 {TITLE_MAX} 个字")));
        }
        if ask.url.len() > URL_MAX || !send::is_address(&ask.url) {
            problems.push(Problem::new("url", "地址", "应为 http:// 或 https:// 开头的地址，不带账号"));
        }
        let pack = self.pack();
        let unknown = ask.registers.iter().flatten().find(|id| pack.register(id).is_none());
        if unknown.is_some() || ask.registers.as_ref().is_some_and(Vec::is_empty) {
            problems.push(Problem::new("registers", "台账", "应为台账代码，或不写"));
        }
        let known = |act: &String| {
            let steps = || pack.registers.values().any(|register| register.steps.contains_key(act));
            matches!(act.as_str(), "create" | "edit" | "delete" | "restore" | "merge" | "follow") || steps()
        };
        if !ask.acts.iter().flatten().all(known) || ask.acts.as_ref().is_some_and(Vec::is_empty) {
            problems.push(Problem::new(
                "acts",
                "事项",
                "应为 create、edit、delete、restore 或流转代码，或不写",
            ));
        }
        if problems.is_empty() { Ok(()) } else { Err(Refusal::Invalid { problems }) }
    }
}

/// Sends deliveries and remembers who does not answer.
pub struct Post {
    sender: Sender,
    silent: HashMap<i64, Instant>,
}

impl Post {
    /// `allowed`: private addresses that may be told.
    pub fn new(allowed: Vec<Net>) -> Self {
        Self { sender: Sender::new(allowed), silent: HashMap::new() }
    }

    fn leaves_alone(&self, hook: i64) -> bool {
        self.silent.get(&hook).is_some_and(|since| since.elapsed() < LEFT_ALONE)
    }

    fn send(&mut self, hook: &Webhook, delivery: &Delivery, now: DateTime<Utc>) -> Tried {
        match self.sender.send(hook, delivery, now) {
            Ok(status) => {
                self.silent.remove(&hook.id);
                Tried { delivered_at: Some(now), next_at: None, status: Some(status), error: None }
            }
            Err((status, why)) => {
                if status.is_none() {
                    self.silent.insert(hook.id, Instant::now());
                }
                let tries = usize::try_from(delivery.tries).unwrap_or(usize::MAX);
                let next_at = WAITS.get(tries).map(|seconds| now + Duration::seconds(*seconds));
                Tried { delivered_at: None, next_at, status, error: Some(why) }
            }
        }
    }
}

fn administers(actor: &Actor) -> Result<(), Refusal> {
    if actor.may(SYSTEM) { Ok(()) } else { Err(Refusal::NotFound) }
}

fn wants(hook: &Webhook, change: &Change) -> bool {
    let holds = |list: Option<&Vec<String>>, one: &String| list.is_none_or(|list| list.contains(one));
    holds(hook.registers.as_ref(), &change.register) && holds(hook.acts.as_ref(), &change.act)
}

/// What is told of a change: that it happened, and where to look.
fn body(change: &Change) -> String {
    serde_json::json!({
        "seq": change.seq,
        "at": change.at,
        "act": change.act,
        "register": change.register,
        "id": change.record,
        "href": format!("/api/v1/records/{}/{}", change.register, change.record),
    })
    .to_string()
}

fn seen(hook: Webhook) -> HookView {
    HookView {
        id: hook.id,
        title: hook.title,
        url: hook.url,
        registers: hook.registers,
        acts: hook.acts,
        seen: hook.seen,
        created_at: hook.created_at,
    }
}

fn told(delivery: Delivery) -> DeliveryView {
    let state = match (delivery.delivered_at, delivery.next_at) {
        (Some(_), _) => "delivered",
        (None, Some(_)) => "waiting",
        (None, None) => "given_up",
    };
    DeliveryView {
        id: delivery.id,
        seq: delivery.seq,
        state,
        tries: delivery.tries,
        next_at: delivery.next_at,
        delivered_at: delivery.delivered_at,
        status: delivery.status,
        error: delivery.error,
    }
}
