//! Long work 后台任务: a row each, from being asked for to its result. What a kind of job does is known above; here it is only
//! certain that an open job stays open until it has ended, also over a restart.
use chrono::{DateTime, Utc};

use crate::cell::{Cell, Row};
use crate::codec;
use crate::error::{Result, StoreError};
use crate::tx::Tx;

/// One job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// 0 until it is added.
    pub id: i64,
    /// Names the code that does it.
    pub kind: String,
    /// Account that asked for it.
    pub account: i64,
    /// What the asker's rights were narrowed to, as JSON.
    pub reach: Option<String>,
    /// What is asked, as JSON.
    pub asked: String,
    pub state: JobState,
    /// Steps done and steps in all; 0: not known yet.
    pub done: i64,
    pub whole: i64,
    /// What came of it, or why nothing did, as JSON.
    pub result: Option<String>,
    pub created_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    Waiting,
    Running,
    Done,
    Failed,
}

impl JobState {
    /// As it is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    fn of(word: &str) -> Result<Self> {
        let all = [Self::Waiting, Self::Running, Self::Done, Self::Failed];
        let found = all.into_iter().find(|state| state.word() == word);
        found.ok_or_else(|| StoreError::Corrupt(format!("a job cannot be {word}")))
    }
}

const SELECT: &str = "SELECT id, kind, account, reach, asked, state, done, whole, result, created_at, started_at, \
     ended_at FROM job";

impl Tx {
    /// Adds a job and gives it its id.
    pub fn add_job(&mut self, job: &mut Job) -> Result<()> {
        job.id = self.next_id();
        let cells: [Cell; 7] = [
            job.id.into(),
            job.kind.as_str().into(),
            job.account.into(),
            job.reach.as_deref().into(),
            job.asked.as_str().into(),
            job.state.word().into(),
            job.created_at.timestamp().into(),
        ];
        self.execute(
            "INSERT INTO job (id, kind, account, reach, asked, state, done, whole, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, 0, 0, $7)",
            &cells,
        )?;
        Ok(())
    }

    pub fn job(&mut self, id: i64) -> Result<Option<Job>> {
        self.query_row(&format!("{SELECT} WHERE id = $1"), &[id.into()])?.map(job).transpose()
    }

    /// Jobs of an account, or of everybody, newest first.
    pub fn jobs(&mut self, account: Option<i64>, limit: u32) -> Result<Vec<Job>> {
        let limit = i64::from(limit);
        let rows = match account {
            Some(account) => {
                let sql = format!("{SELECT} WHERE account = $1 ORDER BY id DESC LIMIT $2");
                self.query(&sql, &[account.into(), limit.into()])?
            }
            None => self.query(&format!("{SELECT} ORDER BY id DESC LIMIT $1"), &[limit.into()])?,
        };
        rows.into_iter().map(job).collect()
    }

    /// The oldest job that has not ended.
    pub fn next_job(&mut self) -> Result<Option<Job>> {
        let sql = format!("{SELECT} WHERE ended_at IS NULL ORDER BY id LIMIT 1");
        self.query_row(&sql, &[])?.map(job).transpose()
    }

    /// It was begun, perhaps not for the first time.
    pub fn begin_job(&mut self, id: i64, at: DateTime<Utc>) -> Result<()> {
        let sql = "UPDATE job SET state = 'running', started_at = $1 WHERE id = $2";
        self.execute(sql, &[at.timestamp().into(), id.into()]).map(|_| ())
    }

    /// It ended, well or not; one that has ended stays as it is.
    pub fn end_job(
        &mut self,
        id: i64,
        state: JobState,
        (done, whole): (i64, i64),
        result: &str,
        at: DateTime<Utc>,
    ) -> Result<()> {
        let cells: [Cell; 6] =
            [state.word().into(), done.into(), whole.into(), result.into(), at.timestamp().into(), id.into()];
        let sql = "UPDATE job SET state = $1, done = $2, whole = $3, result = $4, ended_at = $5 \
             WHERE id = $6 AND ended_at IS NULL";
        self.execute(sql, &cells).map(|_| ())
    }

    /// Forgets jobs that ended before `until`; their ids.
    pub fn sweep_jobs(&mut self, until: DateTime<Utc>) -> Result<Vec<i64>> {
        let until = until.timestamp();
        let rows = self.query("SELECT id FROM job WHERE ended_at <= $1", &[until.into()])?;
        self.execute("DELETE FROM job WHERE ended_at <= $1", &[until.into()])?;
        rows.iter().map(|row| row.int(0)).collect()
    }
}

fn job(mut row: Row) -> Result<Job> {
    Ok(Job {
        id: row.int(0)?,
        kind: row.text(1)?,
        account: row.int(2)?,
        reach: row.maybe_text(3)?,
        asked: row.text(4)?,
        state: JobState::of(&row.text(5)?)?,
        done: row.int(6)?,
        whole: row.int(7)?,
        result: row.maybe_text(8)?,
        created_at: codec::time(row.int(9)?)?,
        started_at: row.maybe_int(10)?.map(codec::time).transpose()?,
        ended_at: row.maybe_int(11)?.map(codec::time).transpose()?,
    })
}
