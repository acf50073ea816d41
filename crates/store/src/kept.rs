//! Answers kept under an idempotency key: written in the same transaction as the act they answer, so that a repeated request
//! finds either both or neither.
use chrono::{DateTime, Utc};

use crate::error::Result;
use crate::tx::Tx;

/// An answer that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// SM3 of the request it answers, in hex.
    pub asked: String,
    /// As the caller wrote it.
    pub answer: String,
}

impl Tx {
    /// The answer under this account's key, if it was given after `since`.
    pub fn kept_answer(
        &mut self,
        account: i64,
        key: &str,
        since: DateTime<Utc>,
    ) -> Result<Option<KeptAnswer>> {
        let sql = "SELECT asked, answer FROM kept_answer WHERE account = $1 AND name = $2 AND at > $3";
        let row = self.query_row(sql, &[account.into(), key.into(), since.timestamp().into()])?;
        row.map(|mut row| Ok(KeptAnswer { asked: row.text(0)?, answer: row.text(1)? })).transpose()
    }

    /// Keeps an answer; one that is out of date gives way.
    pub fn keep_answer(
        &mut self,
        account: i64,
        key: &str,
        kept: &KeptAnswer,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let cells = vec![
            account.into(),
            key.into(),
            kept.asked.as_str().into(),
            at.timestamp().into(),
            kept.answer.as_str().into(),
        ];
        self.queue(
            "INSERT INTO kept_answer (account, name, asked, at, answer) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (account, name) DO UPDATE SET asked = excluded.asked, at = excluded.at, \
             answer = excluded.answer",
            cells,
        )
    }

    /// Forgets what was kept before `until`; how many answers.
    pub fn sweep_answers(&mut self, until: DateTime<Utc>) -> Result<u64> {
        self.execute("DELETE FROM kept_answer WHERE at <= $1", &[until.timestamp().into()])
    }
}
