//! The door 登录: passwords, lock-out and sessions. It says who somebody is; what he may do is `permit`'s.
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use chrono::{DateTime, Duration, Utc};
use shian_store::{Account, Event, Session, Tx};
use sm3::{Digest, Sm3};

use crate::actor::Actor;
use crate::office::Office;
use crate::refusal::Refusal;

/// Failed tries in a row until the account is locked (GB/T 22239 三级: 登录失败处理).
const TRIES: i64 = 5;
/// How long it stays locked.
const LOCKED: Duration = Duration::minutes(15);
/// A session that nobody uses ends after this.
const IDLE: Duration = Duration::minutes(30);
/// And each one ends after this.
const LONGEST: Duration = Duration::hours(12);
/// Browsers one account may be signed in with; the oldest gives way.
const BROWSERS: usize = 5;
/// Use is noted at most this often, so that looking at pages does not write.
const SEEN_EVERY: Duration = Duration::minutes(1);

/// A new password must have this many characters at least, of three kinds out of four.
pub(crate) const SHORTEST: usize = 10;

impl Office {
    /// Signs in; answers the token for the browser. An unknown login costs the same time as a wrong password.
    pub fn sign_in(&self, login: &str, password: &str, from: &str) -> Result<(String, Actor), Refusal> {
        let login = login.trim().to_owned();
        let now = self.now();
        let found = self.store().read({
            let login = login.clone();
            move |tx| tx.account_by_login(&login)
        })?;
        let right = verify(found.as_ref().map(|a| a.password.as_str()), password);
        let Some(account) = found.filter(|a| a.closed_at.is_none()) else {
            self.note(None, "sign_in_failed", &login, from)?;
            return Err(wrong());
        };
        if account.locked_until.is_some_and(|until| until > now) {
            self.note(Some(account.id), "sign_in_locked", &login, from)?;
            return Err(locked(account.locked_until.unwrap_or(now), now));
        }
        if !right {
            return Err(self.failed(account, from)?);
        }
        let token = token();
        let session = Session {
            digest: digest(&token),
            account: account.id,
            opened_at: now,
            seen_at: now,
            from: from.to_owned(),
        };
        let account = self.store().write(move |tx| opened(tx, account, &session))?;
        let actor = self.actor_of(&account);
        Ok((token, actor))
    }

    /// Who holds this token, or nobody.
    pub fn actor(&self, token: &str) -> Result<Option<Actor>, Refusal> {
        let now = self.now();
        let key = digest(token);
        let found = self.store().read({
            let key = key.clone();
            move |tx| {
                let Some(session) = tx.session(&key)? else { return Ok(None) };
                Ok::<_, shian_store::StoreError>(
                    tx.account(session.account)?.map(|account| (session, account)),
                )
            }
        })?;
        let Some((session, account)) = found else { return Ok(None) };
        let over =
            now - session.seen_at > IDLE || now - session.opened_at > LONGEST || account.closed_at.is_some();
        if over {
            self.store().write(move |tx| tx.close_session(&key))?;
            return Ok(None);
        }
        if now - session.seen_at > SEEN_EVERY {
            self.store().write(move |tx| tx.see_session(&key, now))?;
        }
        Ok(Some(self.actor_of(&account)))
    }

    pub fn sign_out(&self, token: &str) -> Result<(), Refusal> {
        let key = digest(token);
        Ok(self.store().write(move |tx| tx.close_session(&key))?)
    }

    pub(crate) fn failed(&self, mut account: Account, from: &str) -> Result<Refusal, Refusal> {
        let now = self.now();
        let from = from.to_owned();
        let account = self.store().write(move |tx| {
            let fresh = tx.account(account.id)?;
            account.failed = fresh.map_or(0, |a| a.failed) + 1;
            let mut event = happened(now, Some(account.id), "sign_in_failed", &account.login, &from);
            if account.failed >= TRIES {
                account.locked_until = Some(now + LOCKED);
                account.failed = 0;
                event.kind = "locked".into();
            }
            tx.save_account(&mut account)?;
            tx.note_event(&event)?;
            Ok::<_, shian_store::StoreError>(account)
        })?;
        Ok(match account.locked_until {
            Some(until) if until > now => locked(until, now),
            _ => wrong(),
        })
    }

    pub(crate) fn note(&self, by: Option<i64>, kind: &str, detail: &str, from: &str) -> Result<(), Refusal> {
        let event = happened(self.now(), by, kind, detail, from);
        Ok(self.store().write(move |tx| tx.note_event(&event))?)
    }

    /// The actor an account is at the desk.
    pub(crate) fn actor_of(&self, account: &Account) -> Actor {
        let actor = Actor::of(account, &self.live());
        if account.given { actor.waiting_for_his_password() } else { actor }
    }
}

fn opened(tx: &mut Tx, mut account: Account, session: &Session) -> Result<Account, shian_store::StoreError> {
    account.failed = 0;
    account.locked_until = None;
    tx.save_account(&mut account)?;
    let open = tx.sessions(account.id)?;
    for old in open.iter().take((open.len() + 1).saturating_sub(BROWSERS)) {
        tx.close_session(&old.digest)?;
    }
    tx.open_session(session)?;
    tx.note_event(&happened(session.opened_at, Some(account.id), "sign_in", &account.login, &session.from))?;
    Ok(account)
}

pub(crate) fn happened(at: DateTime<Utc>, by: Option<i64>, kind: &str, detail: &str, from: &str) -> Event {
    Event { id: 0, at, by, kind: kind.into(), detail: detail.into(), from: from.into() }
}

fn wrong() -> Refusal {
    Refusal::Locked {
        message: "账号或密码不对。连续输错 5 次，账号锁定 15 分钟。".into()
    }
}

fn locked(until: DateTime<Utc>, now: DateTime<Utc>) -> Refusal {
    let minutes = ((until - now).num_seconds() + 59) / 60;
    Refusal::Locked {
        message: format!("账号已锁定，{minutes} 分钟后再试，或请安全管理员解锁。")
    }
}

pub(crate) fn token() -> String {
    use rand::RngCore;
    let mut bytes = [0u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    hex(&bytes)
}

pub(crate) fn digest(token: &str) -> String {
    hex(&Sm3::digest(token.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Argon2id with the library's parameters (19 MiB, two passes), in PHC form.
pub(crate) fn hash(password: &str) -> Result<String, Refusal> {
    let hashed = Argon2::default().hash_password(password.as_bytes()).map_err(|e| Refusal::internal(&e))?;
    Ok(hashed.to_string())
}

/// Compares; without a hash it still does the work, so time tells nobody which logins exist.
pub(crate) fn verify(known: Option<&str>, password: &str) -> bool {
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let Ok(parsed) = PasswordHash::new(known.unwrap_or(NOBODY)) else { return false };
    Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && known.is_some()
}

/// Why a password will not do; none if it will.
pub(crate) fn weakness(password: &str, login: &str) -> Option<&'static str> {
    let kinds = [
        password.chars().any(|c| c.is_ascii_lowercase()),
        password.chars().any(|c| c.is_ascii_uppercase()),
        password.chars().any(|c| c.is_ascii_digit()),
        password.chars().any(|c| !c.is_ascii_alphanumeric()),
    ];
    if password.chars().count() < SHORTEST {
        return Some("密码至少 10 位");
    }
    if kinds.iter().filter(|k| **k).count() < 3 {
        return Some("密码须含大写、小写、数字、符号中的三种");
    }
    password.to_lowercase().contains(&login.to_lowercase()).then_some("密码不能包含账号")
}

/// Sixteen characters of four kinds, none of them easily confused.
pub fn generated_password() -> String {
    use rand::Rng;
    const SETS: [&[u8]; 4] = [b"ABCDEFGHJKMNPQRSTUVWXYZ", b"abcdefghjkmnpqrstuvwxyz", b"23456789", b"-+=?@#"];
    let mut rng = rand::rng();
    (0..16)
        .map(|i| {
            let set = SETS[i % 4];
            char::from(set[rng.random_range(0..set.len())])
        })
        .collect()
}
