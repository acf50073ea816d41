//! Personal tokens 访问令牌: by which a program acts for a person, never beyond what he may himself. Shown once; the store
//! keeps a digest.
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration as Span, Instant};

use chrono::{DateTime, Duration, Utc};
use serde::Serialize;
use shian_store::{StoreError, Token};

use crate::actor::{Actor, TokenReach};
use crate::office::Office;
use crate::refusal::{Problem, Refusal};
use crate::session::{digest, happened, token as random};

/// The longest a token lives.
pub const DAYS_MAX: u32 = 366;
/// Open tokens of one account.
const OPEN_MAX: usize = 20;
const TITLE_MAX: usize = 40;
/// Tells a token from other secrets, for people and for scanners.
const MARK: &str = "shian_";
/// A holder that was looked up is believed so long; another process may have revoked the token meanwhile.
const BELIEVED: Span = Span::from_secs(2);
const BELIEVED_MAX: usize = 10_000;
/// Use is noted at most this often.
const USED_EVERY: Duration = Duration::minutes(1);

/// A token to be made.
#[derive(Debug, Clone, Default)]
pub struct TokenAsk {
    /// What its owner calls it.
    pub title: String,
    pub reach: TokenReach,
    /// Days it lives, 1 to [`DAYS_MAX`].
    pub days: u32,
}

/// A token that was made: the only time it is shown.
#[derive(Debug, Clone, Serialize)]
pub struct NewToken {
    pub token: String,
    pub id: i64,
    pub expires_at: DateTime<Utc>,
}

/// A token as its owner sees it.
#[derive(Debug, Clone, Serialize)]
pub struct TokenView {
    pub id: i64,
    pub title: String,
    pub writes: bool,
    pub registers: Option<Vec<String>>,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub used_at: Option<DateTime<Utc>>,
    pub revoked: bool,
    pub expired: bool,
}

/// Holders that were looked up a moment ago.
#[derive(Default)]
pub(crate) struct Holders(Mutex<HashMap<String, Holder>>);

/// When it was looked up, when the token ends, and who acts by it.
type Holder = (Instant, DateTime<Utc>, Arc<Actor>);

impl Holders {
    fn get(&self, digest: &str, now: DateTime<Utc>) -> Option<Arc<Actor>> {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, expires, actor) = held.get(digest)?;
        (at.elapsed() < BELIEVED && *expires > now).then(|| actor.clone())
    }

    fn put(&self, digest: String, expires: DateTime<Utc>, actor: Arc<Actor>) {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= BELIEVED_MAX {
            held.clear();
        }
        held.insert(digest, (Instant::now(), expires, actor));
    }

    /// After a token or an account changed.
    pub fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

impl Office {
    /// Makes a token for the actor himself.
    ///
    /// # Errors
    /// What is to be mended; Forbidden for a program that acts by a token.
    pub fn add_token(&self, actor: &Actor, ask: TokenAsk) -> Result<NewToken, Refusal> {
        in_person(actor)?;
        let ask = TokenAsk { title: ask.title.trim().to_string(), ..ask };
        self.check_token(&ask)?;
        let (now, account, login) = (self.now(), actor.id, actor.login.clone());
        let secret = format!("{MARK}{}", random());
        let mut token = Token {
            id: 0,
            account,
            title: ask.title,
            digest: digest(&secret),
            writes: ask.reach.writes,
            registers: ask.reach.registers.map(|registers| registers.into_iter().collect()),
            created_at: now,
            expires_at: now + Duration::days(i64::from(ask.days)),
            used_at: None,
            revoked_at: None,
        };
        let expires_at = token.expires_at;
        let id = self.store().write(move |tx| {
            let open = tx.tokens(account)?;
            let open = open.iter().filter(|token| token.revoked_at.is_none() && token.expires_at > now);
            if open.count() >= OPEN_MAX {
                return Err(Refusal::conflict(format!("令牌最多 {OPEN_MAX} 个，请先撤销不用的")));
            }
            tx.add_token(&mut token)?;
            let detail = format!("{login} {}", token.title);
            tx.note_event(&happened(now, Some(account), "token_added", &detail, ""))?;
            Ok(token.id)
        })?;
        Ok(NewToken { token: secret, id, expires_at })
    }

    /// His tokens, newest first.
    ///
    /// # Errors
    /// Forbidden for a program that acts by a token.
    pub fn tokens(&self, actor: &Actor) -> Result<Vec<TokenView>, Refusal> {
        in_person(actor)?;
        let (now, account) = (self.now(), actor.id);
        let tokens = self.store().read(move |tx| tx.tokens(account))?;
        Ok(tokens.into_iter().map(|token| seen(token, now)).collect())
    }

    /// Ends one of his tokens at once.
    ///
    /// # Errors
    /// NotFound when he has no such open token.
    pub fn revoke_token(&self, actor: &Actor, id: i64) -> Result<(), Refusal> {
        in_person(actor)?;
        let (now, account, login) = (self.now(), actor.id, actor.login.clone());
        self.store().write(move |tx| {
            if !tx.revoke_token(account, id, now)? {
                return Err(Refusal::NotFound);
            }
            let detail = format!("{login} {id}");
            Ok(tx.note_event(&happened(now, Some(account), "token_revoked", &detail, ""))?)
        })?;
        self.holders().forget();
        Ok(())
    }

    /// The person behind a login, for the command line on the office's own machine.
    ///
    /// # Errors
    /// NotFound, also for everybody but the office itself.
    pub fn person(&self, by: &Actor, login: &str) -> Result<Actor, Refusal> {
        if !by.is_system() {
            return Err(Refusal::NotFound);
        }
        let login = login.to_string();
        let account = self.store().read(move |tx| tx.account_by_login(&login))?;
        let account = account.filter(|account| account.closed_at.is_none()).ok_or(Refusal::NotFound)?;
        Ok(self.actor_of(&account))
    }

    /// Who acts by this token, if he was looked up a moment ago: asks no database.
    pub fn known_holder(&self, secret: &str) -> Option<Arc<Actor>> {
        self.holders().get(&digest(secret), self.now())
    }

    /// Who acts by this token; None for one that is unknown, revoked, expired, or of a closed account.
    ///
    /// # Errors
    /// The database's.
    pub fn holder(&self, secret: &str) -> Result<Option<Arc<Actor>>, Refusal> {
        if !secret.starts_with(MARK) {
            return Ok(None);
        }
        let (now, key) = (self.now(), digest(secret));
        if let Some(actor) = self.holders().get(&key, now) {
            return Ok(Some(actor));
        }
        let found = self.store().read(|tx| {
            let Some(token) = tx.token(&key)? else { return Ok(None) };
            Ok::<_, StoreError>(tx.account(token.account)?.map(|account| (token, account)))
        })?;
        let Some((token, account)) = found else { return Ok(None) };
        if token.revoked_at.is_some() || token.expires_at <= now || account.closed_at.is_some() {
            return Ok(None);
        }
        if token.used_at.is_none_or(|used| now - used > USED_EVERY) {
            let id = token.id;
            self.store().write(move |tx| tx.use_token(id, now))?;
        }
        let registers: Option<BTreeSet<String>> = token.registers.map(|ids| ids.into_iter().collect());
        let mut actor = self.actor_of(&account);
        if registers.is_some() {
            actor.may.clear();
        }
        actor.reach = Some(TokenReach { writes: token.writes, registers });
        let actor = Arc::new(actor);
        self.holders().put(key, token.expires_at, actor.clone());
        Ok(Some(actor))
    }

    fn check_token(&self, ask: &TokenAsk) -> Result<(), Refusal> {
        let mut problems = Vec::new();
        if ask.title.is_empty() || ask.title.chars().count() > TITLE_MAX {
            problems.push(Problem::new("title", "名称", format!("请给令牌起个名称，最多 {TITLE_MAX} 个字")));
        }
        if ask.days == 0 || ask.days > DAYS_MAX {
            problems.push(Problem::new("days", "有效期", format!("有效期 1 至 {DAYS_MAX} 天")));
        }
        let pack = self.pack();
        let unknown = ask.reach.registers.iter().flatten().find(|id| !pack.registers.contains_key(*id));
        if let Some(id) = unknown {
            problems.push(Problem::new("registers", "台账", format!("没有台账“{id}”")));
        }
        if ask.reach.registers.as_ref().is_some_and(BTreeSet::is_empty) {
            problems.push(Problem::new("registers", "台账", "请选择台账，或选“全部”"));
        }
        if problems.is_empty() { Ok(()) } else { Err(Refusal::Invalid { problems }) }
    }
}

/// Tokens are made and ended by people, so that a leaked one cannot make others.
fn in_person(actor: &Actor) -> Result<(), Refusal> {
    match actor.reach {
        Some(_) => Err(Refusal::forbidden("令牌须本人登录后管理")),
        None => Ok(()),
    }
}

fn seen(token: Token, now: DateTime<Utc>) -> TokenView {
    TokenView {
        id: token.id,
        title: token.title,
        writes: token.writes,
        registers: token.registers,
        created_at: token.created_at,
        expires_at: token.expires_at,
        used_at: token.used_at,
        revoked: token.revoked_at.is_some(),
        expired: token.expires_at <= now,
    }
}
