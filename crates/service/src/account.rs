//! A person's own account 我的账号: what he may see and change of it himself. The password of another is the administrators'
//! affair (`admin`); who somebody is stays the door's (`session`).
use chrono::{DateTime, Utc};
use serde::Serialize;
use shian_store::{Account, StoreError};

use crate::actor::Actor;
use crate::office::Office;
use crate::refusal::{Problem, Refusal};
use crate::session::{digest, happened, hash, verify, weakness};

/// Characters of a session's digest that name it on the page: enough to tell five apart, useless as a token.
const KEY: usize = 16;

/// What the person sees of his account.
#[derive(Debug, Clone, Serialize)]
pub struct OwnAccount {
    pub login: String,
    pub name: String,
    /// Body and role in words.
    pub title: String,
    pub password_at: DateTime<Utc>,
    /// The password was given by another.
    pub must_change: bool,
    /// Where he is signed in, this browser first.
    pub sessions: Vec<SessionView>,
}

/// One signed-in browser.
#[derive(Debug, Clone, Serialize)]
pub struct SessionView {
    /// Names it in an address.
    pub key: String,
    pub opened_at: DateTime<Utc>,
    pub seen_at: DateTime<Utc>,
    pub from: String,
    /// The one that asks.
    pub here: bool,
}

/// A new password as typed.
#[derive(Debug, Clone)]
pub struct PasswordChange {
    pub current: String,
    pub new: String,
    pub again: String,
}

impl Office {
    /// The actor's account, asked from the browser that holds `token`.
    ///
    /// # Errors
    /// NotFound for an account that is gone.
    pub fn own_account(&self, actor: &Actor, token: &str) -> Result<OwnAccount, Refusal> {
        let (id, here) = (actor.id, digest(token));
        let (account, sessions) = self.store().read(move |tx| {
            let account = tx.account(id)?.ok_or(Refusal::NotFound)?;
            Ok::<_, Refusal>((account, tx.sessions(id)?))
        })?;
        let mut sessions: Vec<SessionView> = sessions
            .into_iter()
            .map(|session| SessionView {
                here: session.digest == here,
                key: session.digest.chars().take(KEY).collect(),
                opened_at: session.opened_at,
                seen_at: session.seen_at,
                from: session.from,
            })
            .collect();
        sessions.sort_by_key(|session| (!session.here, std::cmp::Reverse(session.seen_at)));
        Ok(OwnAccount {
            login: account.login,
            name: account.name,
            title: actor.title.clone(),
            password_at: account.password_at,
            must_change: account.given,
            sessions,
        })
    }

    /// Changes the actor's own password; every other browser he is signed in with must sign in again.
    ///
    /// # Errors
    /// Invalid with every problem at once. A wrong current password counts like a failed sign-in and locks in the end.
    pub fn change_password(&self, actor: &Actor, token: &str, ask: &PasswordChange) -> Result<(), Refusal> {
        let id = actor.id;
        let account = self.store().read(move |tx| tx.account(id)?.ok_or(Refusal::NotFound))?;
        if account.locked_until.is_some_and(|until| until > self.now()) {
            return Err(Refusal::conflict("账号已锁定，过一会儿再改"));
        }
        if !verify(Some(&account.password), &ask.current) {
            let login = account.login.clone();
            self.note(Some(id), "password_refused", &login, "")?;
            self.failed(account, "")?;
            return Err(invalid(vec![Problem::new("current", "现在的密码", "现在的密码不对")]));
        }
        let problems = problems(&account, ask);
        if !problems.is_empty() {
            return Err(invalid(problems));
        }
        let (hashed, here, now) = (hash(&ask.new)?, digest(token), self.now());
        self.store().write(move |tx| {
            let mut account = tx.account(id)?.ok_or(Refusal::NotFound)?;
            account.password = hashed;
            account.password_at = now;
            account.given = false;
            account.failed = 0;
            tx.save_account(&mut account)?;
            end_others(tx, id, &here)?;
            tx.note_event(&happened(now, Some(id), "password_changed", &account.login, ""))?;
            Ok(())
        })
    }

    /// Signs out one other browser, or with `None` all others.
    ///
    /// # Errors
    /// NotFound for a browser that is not his, or is the one that asks.
    pub fn end_sessions(&self, actor: &Actor, token: &str, key: Option<&str>) -> Result<(), Refusal> {
        let (id, here, now) = (actor.id, digest(token), self.now());
        let (login, key) = (actor.login.clone(), key.map(str::to_owned));
        self.store().write(move |tx| {
            match key {
                None => end_others(tx, id, &here)?,
                Some(key) => {
                    let named = |digest: &str| key.len() == KEY && digest.starts_with(&key) && digest != here;
                    let found = tx.sessions(id)?.into_iter().find(|session| named(&session.digest));
                    tx.close_session(&found.ok_or(Refusal::NotFound)?.digest)?;
                }
            }
            tx.note_event(&happened(now, Some(id), "sessions_ended", &login, ""))?;
            Ok(())
        })
    }
}

fn end_others(tx: &mut shian_store::Tx, id: i64, here: &str) -> Result<(), StoreError> {
    for session in tx.sessions(id)?.into_iter().filter(|session| session.digest != here) {
        tx.close_session(&session.digest)?;
    }
    Ok(())
}

fn problems(account: &Account, ask: &PasswordChange) -> Vec<Problem> {
    let mut problems = Vec::new();
    if let Some(why) = weakness(&ask.new, &account.login) {
        problems.push(Problem::new("new", "新密码", why));
    } else if ask.new == ask.current {
        problems.push(Problem::new("new", "新密码", "新密码不能和现在的一样"));
    }
    if ask.again != ask.new {
        problems.push(Problem::new("again", "再输一遍", "两遍新密码不一样"));
    }
    problems
}

fn invalid(problems: Vec<Problem>) -> Refusal {
    Refusal::Invalid { problems }
}
