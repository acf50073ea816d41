//! Accounts and sessions 账号与会话: who may come in. Passwords arrive here hashed, session tokens as their digest;
//! what a role allows is decided above.
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shian_pack::value::RecordId;

use crate::cell::{Cell, Row};
use crate::error::{Result, StoreError};
use crate::tx::Tx;

/// A person's account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// 0 until it is saved.
    pub id: i64,
    pub login: String,
    pub name: String,
    /// Argon2id, in PHC form.
    pub password: String,
    pub roles: Vec<HeldRole>,
    /// Records the person stands for.
    pub stands_for: Vec<RecordId>,
    /// Failed tries in a row.
    pub failed: i64,
    pub locked_until: Option<DateTime<Utc>>,
    pub password_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
    /// The password was given by another; until it is changed the account may do nothing.
    pub given: bool,
}

/// A role held for an area (path) or a body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldRole {
    pub role: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<RecordId>,
}

/// One signed-in browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// SM3 of the token, in hex; the token itself is only in the browser.
    pub digest: String,
    pub account: i64,
    pub opened_at: DateTime<Utc>,
    pub seen_at: DateTime<Utc>,
    pub from: String,
}

/// Something that happened at the door or in administration: kept for the audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    pub id: i64,
    pub at: DateTime<Utc>,
    /// Account that acted; 0 is the office itself, none is nobody known.
    pub by: Option<i64>,
    /// `sign_in`, `sign_in_failed`, `locked`, `account_added` …
    pub kind: String,
    pub detail: String,
    pub from: String,
}

const ACCOUNT: &str = "SELECT id, login, name, password, roles, stands_for, failed, locked_until, password_at, \
     created_at, closed_at, given FROM account";

impl Tx {
    pub fn account(&mut self, id: i64) -> Result<Option<Account>> {
        let rows = self.query(&format!("{ACCOUNT} WHERE id = $1"), &[id.into()])?;
        rows.into_iter().next().map(account).transpose()
    }

    pub fn account_by_login(&mut self, login: &str) -> Result<Option<Account>> {
        let rows = self.query(&format!("{ACCOUNT} WHERE login = $1"), &[login.into()])?;
        rows.into_iter().next().map(account).transpose()
    }

    /// All accounts by login, closed ones too.
    pub fn accounts(&mut self) -> Result<Vec<Account>> {
        self.query(&format!("{ACCOUNT} ORDER BY login"), &[])?.into_iter().map(account).collect()
    }

    /// Saves an account; gives a new one its id.
    pub fn save_account(&mut self, account: &mut Account) -> Result<()> {
        if account.id == 0 {
            // One sequence with the records: an owner's id never means both a record and an account.
            account.id = self.next_id();
        }
        let cells = [
            account.id.into(),
            account.login.as_str().into(),
            account.name.as_str().into(),
            account.password.as_str().into(),
            json(&account.roles)?,
            json(&account.stands_for)?,
            account.failed.into(),
            account.locked_until.map(|at| at.timestamp()).into(),
            account.password_at.timestamp().into(),
            account.created_at.timestamp().into(),
            account.closed_at.map(|at| at.timestamp()).into(),
            i64::from(account.given).into(),
        ];
        self.execute(
            "INSERT INTO account (id, login, name, password, roles, stands_for, failed, locked_until, password_at, \
             created_at, closed_at, given) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) \
             ON CONFLICT (id) DO UPDATE SET login = excluded.login, name = excluded.name, \
             password = excluded.password, roles = excluded.roles, stands_for = excluded.stands_for, \
             failed = excluded.failed, locked_until = excluded.locked_until, \
             password_at = excluded.password_at, closed_at = excluded.closed_at, given = excluded.given",
            &cells,
        )?;
        self.enrol(account)
    }

    pub fn open_session(&mut self, session: &Session) -> Result<()> {
        let cells = [
            session.digest.as_str().into(),
            session.account.into(),
            session.opened_at.timestamp().into(),
            session.seen_at.timestamp().into(),
            session.from.as_str().into(),
        ];
        self.execute(
            "INSERT INTO session (digest, account, opened_at, seen_at, came_from) VALUES ($1, $2, $3, $4, $5)",
            &cells,
        )?;
        Ok(())
    }

    pub fn session(&mut self, digest: &str) -> Result<Option<Session>> {
        let sql = "SELECT digest, account, opened_at, seen_at, came_from FROM session WHERE digest = $1";
        self.query(sql, &[digest.into()])?.into_iter().next().map(session).transpose()
    }

    /// Sessions of an account, oldest first.
    pub fn sessions(&mut self, account: i64) -> Result<Vec<Session>> {
        let sql = "SELECT digest, account, opened_at, seen_at, came_from FROM session WHERE account = $1 \
             ORDER BY opened_at, digest";
        self.query(sql, &[account.into()])?.into_iter().map(session).collect()
    }

    pub fn see_session(&mut self, digest: &str, at: DateTime<Utc>) -> Result<()> {
        self.execute(
            "UPDATE session SET seen_at = $1 WHERE digest = $2",
            &[at.timestamp().into(), digest.into()],
        )?;
        Ok(())
    }

    pub fn close_session(&mut self, digest: &str) -> Result<()> {
        self.execute("DELETE FROM session WHERE digest = $1", &[digest.into()])?;
        Ok(())
    }

    /// Signs an account out everywhere.
    pub fn close_sessions(&mut self, account: i64) -> Result<()> {
        self.execute("DELETE FROM session WHERE account = $1", &[account.into()])?;
        Ok(())
    }

    /// Appends an event; nothing ever changes or deletes one.
    pub fn note_event(&mut self, event: &Event) -> Result<()> {
        let cells: [Cell; 5] = [
            event.at.timestamp().into(),
            event.by.into(),
            event.kind.as_str().into(),
            event.detail.as_str().into(),
            event.from.as_str().into(),
        ];
        self.execute(
            "INSERT INTO event (id, at, actor, kind, detail, came_from) \
             SELECT coalesce(max(id), 0) + 1, $1, $2, $3, $4, $5 FROM event",
            &cells,
        )?;
        Ok(())
    }

    /// Events with an id below `before`, newest first.
    pub fn events(&mut self, before: Option<i64>, limit: u32) -> Result<Vec<Event>> {
        let sql = "SELECT id, at, actor, kind, detail, came_from FROM event WHERE id < $1 ORDER BY id DESC LIMIT $2";
        let rows = self.query(sql, &[before.unwrap_or(i64::MAX).into(), i64::from(limit).into()])?;
        rows.into_iter().map(event).collect()
    }
}

fn json<T: Serialize>(value: &T) -> Result<Cell> {
    serde_json::to_string(value).map(Cell::Text).map_err(|e| StoreError::Corrupt(e.to_string()))
}

fn from_json<T: for<'a> Deserialize<'a>>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|e| StoreError::Corrupt(e.to_string()))
}

fn instant(seconds: i64) -> Result<DateTime<Utc>> {
    DateTime::from_timestamp(seconds, 0)
        .ok_or_else(|| StoreError::Corrupt(format!("{seconds} is no instant")))
}

fn account(mut row: Row) -> Result<Account> {
    Ok(Account {
        id: row.int(0)?,
        login: row.text(1)?,
        name: row.text(2)?,
        password: row.text(3)?,
        roles: from_json(&row.text(4)?)?,
        stands_for: from_json(&row.text(5)?)?,
        failed: row.int(6)?,
        locked_until: row.maybe_int(7)?.map(instant).transpose()?,
        password_at: instant(row.int(8)?)?,
        created_at: instant(row.int(9)?)?,
        closed_at: row.maybe_int(10)?.map(instant).transpose()?,
        given: row.int(11)? != 0,
    })
}

fn session(mut row: Row) -> Result<Session> {
    Ok(Session {
        digest: row.text(0)?,
        account: row.int(1)?,
        opened_at: instant(row.int(2)?)?,
        seen_at: instant(row.int(3)?)?,
        from: row.text(4)?,
    })
}

fn event(mut row: Row) -> Result<Event> {
    Ok(Event {
        id: row.int(0)?,
        at: instant(row.int(1)?)?,
        by: row.maybe_int(2)?,
        kind: row.text(3)?,
        detail: row.text(4)?,
        from: row.text(5)?,
    })
}
