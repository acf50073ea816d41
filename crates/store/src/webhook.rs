//! Webhooks 变更推送: who is to be told of changes, how far down the change log he is, and each delivery until it is over.
use chrono::{DateTime, Utc};

use crate::cell::{Cell, Row};
use crate::codec;
use crate::error::{Result, StoreError};
use crate::tx::Tx;

/// An address that is told of changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    /// 0 until it is added.
    pub id: i64,
    pub title: String,
    pub url: String,
    /// None: all.
    pub registers: Option<Vec<String>>,
    /// None: all.
    pub acts: Option<Vec<String>>,
    /// What deliveries are signed with.
    pub secret: String,
    /// Number of the last change looked at.
    pub seen: i64,
    pub created_by: i64,
    pub created_at: DateTime<Utc>,
}

/// One change on its way to one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub id: i64,
    pub webhook: i64,
    /// Number of the change.
    pub seq: i64,
    pub body: String,
    pub tries: i64,
    /// None: over.
    pub next_at: Option<DateTime<Utc>>,
    pub delivered_at: Option<DateTime<Utc>>,
    /// HTTP status of the last try.
    pub status: Option<i64>,
    pub error: Option<String>,
}

/// How a try went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    pub delivered_at: Option<DateTime<Utc>>,
    pub next_at: Option<DateTime<Utc>>,
    pub status: Option<i64>,
    pub error: Option<String>,
}

const WEBHOOK: &str =
    "SELECT id, title, url, registers, acts, secret, seen, created_by, created_at FROM webhook";
const DELIVERY: &str =
    "SELECT id, webhook, seq, body, tries, next_at, delivered_at, status, error FROM webhook_delivery";

impl Tx {
    /// Adds a webhook and gives it its id.
    pub fn add_webhook(&mut self, hook: &mut Webhook) -> Result<()> {
        hook.id = self.next_id();
        let cells: [Cell; 9] = [
            hook.id.into(),
            hook.title.as_str().into(),
            hook.url.as_str().into(),
            list(hook.registers.as_ref())?,
            list(hook.acts.as_ref())?,
            hook.secret.as_str().into(),
            hook.seen.into(),
            hook.created_by.into(),
            hook.created_at.timestamp().into(),
        ];
        let sql = "INSERT INTO webhook (id, title, url, registers, acts, secret, seen, created_by, created_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        self.execute(sql, &cells).map(|_| ())
    }

    pub fn webhooks(&mut self) -> Result<Vec<Webhook>> {
        self.query(&format!("{WEBHOOK} ORDER BY id"), &[])?.into_iter().map(webhook).collect()
    }

    /// Forgets a webhook with its deliveries; false when there is none.
    pub fn drop_webhook(&mut self, id: i64) -> Result<bool> {
        self.execute("DELETE FROM webhook_delivery WHERE webhook = $1", &[id.into()])?;
        Ok(self.execute("DELETE FROM webhook WHERE id = $1", &[id.into()])? > 0)
    }

    /// Moves a webhook along the change log, or back.
    pub fn move_webhook(&mut self, id: i64, seen: i64) -> Result<()> {
        self.execute("UPDATE webhook SET seen = $1 WHERE id = $2", &[seen.into(), id.into()]).map(|_| ())
    }

    /// Puts a change on its way; one that was on its way before goes again under the same id.
    pub fn add_delivery(&mut self, hook: i64, seq: i64, body: &str, at: DateTime<Utc>) -> Result<()> {
        let id = self.next_id();
        let cells = [id.into(), hook.into(), seq.into(), body.into(), at.timestamp().into()];
        let sql = "INSERT INTO webhook_delivery (id, webhook, seq, body, tries, next_at) VALUES ($1, $2, $3, $4, 0, $5) \
                   ON CONFLICT (webhook, seq) DO UPDATE SET tries = 0, next_at = excluded.next_at, \
                   delivered_at = NULL, status = NULL, error = NULL";
        self.execute(sql, &cells).map(|_| ())
    }

    /// Deliveries whose time has come, oldest change first.
    pub fn due_deliveries(&mut self, now: DateTime<Utc>, limit: u32) -> Result<Vec<Delivery>> {
        let sql = format!("{DELIVERY} WHERE next_at <= $1 ORDER BY seq, id LIMIT $2");
        let cells = [now.timestamp().into(), i64::from(limit).into()];
        self.query(&sql, &cells)?.into_iter().map(delivery).collect()
    }

    /// Deliveries of a webhook with an id below `before`, newest first.
    pub fn deliveries(&mut self, hook: i64, before: i64, limit: u32) -> Result<Vec<Delivery>> {
        let sql = format!("{DELIVERY} WHERE webhook = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
        let cells = [hook.into(), before.into(), i64::from(limit).into()];
        self.query(&sql, &cells)?.into_iter().map(delivery).collect()
    }

    /// Notes a try.
    pub fn note_try(&mut self, id: i64, tried: &Tried) -> Result<()> {
        let cells: [Cell; 5] = [
            tried.next_at.map(|at| at.timestamp()).into(),
            tried.delivered_at.map(|at| at.timestamp()).into(),
            tried.status.into(),
            tried.error.as_deref().into(),
            id.into(),
        ];
        let sql = "UPDATE webhook_delivery SET tries = tries + 1, next_at = $1, delivered_at = $2, status = $3, error = $4 \
                   WHERE id = $5";
        self.execute(sql, &cells).map(|_| ())
    }

    /// Sends a delivery once more; false when the webhook has none of that id.
    pub fn send_again(&mut self, hook: i64, id: i64, at: DateTime<Utc>) -> Result<bool> {
        let sql = "UPDATE webhook_delivery SET tries = 0, next_at = $1, delivered_at = NULL WHERE id = $2 AND webhook = $3";
        Ok(self.execute(sql, &[at.timestamp().into(), id.into(), hook.into()])? > 0)
    }

    /// Forgets what was delivered before `until`.
    pub fn sweep_deliveries(&mut self, until: DateTime<Utc>) -> Result<u64> {
        self.execute("DELETE FROM webhook_delivery WHERE delivered_at <= $1", &[until.timestamp().into()])
    }
}

fn list(items: Option<&Vec<String>>) -> Result<Cell> {
    let text = items.map(serde_json::to_string).transpose();
    Ok(text.map_err(|error| StoreError::Corrupt(error.to_string()))?.into())
}

fn read(text: Option<String>) -> Result<Option<Vec<String>>> {
    let items = text.map(|text| serde_json::from_str(&text)).transpose();
    items.map_err(|error| StoreError::Corrupt(format!("a webhook's list: {error}")))
}

fn webhook(mut row: Row) -> Result<Webhook> {
    Ok(Webhook {
        id: row.int(0)?,
        title: row.text(1)?,
        url: row.text(2)?,
        registers: read(row.maybe_text(3)?)?,
        acts: read(row.maybe_text(4)?)?,
        secret: row.text(5)?,
        seen: row.int(6)?,
        created_by: row.int(7)?,
        created_at: codec::time(row.int(8)?)?,
    })
}

fn delivery(mut row: Row) -> Result<Delivery> {
    Ok(Delivery {
        id: row.int(0)?,
        webhook: row.int(1)?,
        seq: row.int(2)?,
        body: row.text(3)?,
        tries: row.int(4)?,
        next_at: row.maybe_int(5)?.map(codec::time).transpose()?,
        delivered_at: row.maybe_int(6)?.map(codec::time).transpose()?,
        status: row.maybe_int(7)?,
        error: row.maybe_text(8)?,
    })
}
