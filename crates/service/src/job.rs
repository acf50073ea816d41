//! Long work 后台任务: asked for in one act, done by one worker, one after the other, found again after a restart. A job acts for
//! the person who asked, with the rights he has when it is done.
//!
//! A kind of job is one line in [`KINDS`]. It may be begun twice, if the office stopped in between: what it writes must end the
//! job in the same transaction ([`end`]), so that it is written once.
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::time::Duration as Span;

use chrono::{DateTime, Duration, Utc};
use serde::Serialize;
use serde_json::Value as Json;
use shian_store::{Job, JobState, StoreError, Tx};

use crate::actor::{Actor, TokenReach};
use crate::admin::SYSTEM;
use crate::office::Office;
use crate::refusal::Refusal;

/// What does a kind of job: the office, the person it acts for, the job.
type Work = fn(&Office, &Actor, &Doing) -> Result<Json, Refusal>;

/// Kind, title, and what does it.
const KINDS: &[(&str, &str, Work)] = &[
    (crate::programs::BULK, "批量办理", crate::programs::work_bulk),
    (crate::programs::EXPORT, "导出台账", crate::programs::work_export),
];

/// How often the worker looks for jobs that another process left.
const LOOK: Span = Span::from_secs(2);
/// Jobs that ended are kept so long, with what they made.
const KEPT: Duration = Duration::days(7);
/// Jobs of one person that may wait.
const WAITING_MAX: usize = 20;
/// Jobs on a page.
const SHOWN: u32 = 100;

/// A job as its owner sees it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JobView {
    pub id: i64,
    pub kind: String,
    pub title: String,
    /// `waiting`, `running`, `done`, `failed`.
    pub state: &'static str,
    /// Who asked; a name.
    pub who: String,
    /// Steps done and in all; 0: not known yet.
    pub done: i64,
    pub whole: i64,
    pub created_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    /// What came of it, or `{"error": …}`; only for who asked.
    pub result: Option<Json>,
}

/// A job being done.
pub(crate) struct Doing<'a> {
    pub id: i64,
    pub asked: &'a Json,
    room: Arc<Room>,
}

impl Doing<'_> {
    /// How far it is.
    pub fn tell(&self, done: i64, whole: i64) {
        self.teller()(done, whole);
    }

    /// The same, for another thread.
    pub fn teller(&self) -> impl Fn(i64, i64) + Send + Sync + 'static {
        let (room, id) = (self.room.clone(), self.id);
        move |done, whole| {
            room.progress.lock().unwrap_or_else(PoisonError::into_inner).insert(id, (done, whole));
        }
    }
}

/// Where the worker waits, and how far it is.
#[derive(Default)]
pub(crate) struct Room {
    asked: Mutex<bool>,
    bell: Condvar,
    progress: Mutex<HashMap<i64, (i64, i64)>>,
}

impl Room {
    fn ring(&self) {
        *self.asked.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.bell.notify_all();
    }

    fn wait(&self) {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.bell.wait_timeout_while(asked, LOOK, |asked| !*asked);
        *waited.unwrap_or_else(PoisonError::into_inner).0 = false;
    }
}

/// Ends a job well in the transaction that holds its work.
pub(crate) fn end(
    tx: &mut Tx,
    id: i64,
    steps: i64,
    result: &Json,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    tx.end_job(id, JobState::Done, (steps, steps), &result.to_string(), at)
}

/// Adds a job for the actor in the transaction of the act that asks for it.
pub(crate) fn add(
    tx: &mut Tx,
    actor: &Actor,
    kind: &str,
    asked: &Json,
    at: DateTime<Utc>,
) -> Result<i64, Refusal> {
    let waiting = tx.jobs(Some(actor.id), SHOWN)?.iter().filter(|job| job.ended_at.is_none()).count();
    if waiting >= WAITING_MAX {
        return Err(Refusal::conflict(format!("您已有 {waiting} 个任务在等，请稍后再试")));
    }
    let reach = actor.reach.as_ref().map(serde_json::to_string).transpose();
    let mut job = Job {
        id: 0,
        kind: kind.to_string(),
        account: actor.id,
        reach: reach.map_err(|error| Refusal::internal(&error))?,
        asked: asked.to_string(),
        state: JobState::Waiting,
        done: 0,
        whole: 0,
        result: None,
        created_at: at,
        started_at: None,
        ended_at: None,
    };
    tx.add_job(&mut job)?;
    Ok(job.id)
}

impl Office {
    /// Asks for long work and answers its number.
    pub(crate) fn ask_job(&self, actor: &Actor, kind: &'static str, asked: Json) -> Result<i64, Refusal> {
        let (actor, now) = (actor.clone(), self.now());
        let id = self.store().write(move |tx| add(tx, &actor, kind, &asked, now))?;
        self.wake_worker();
        Ok(id)
    }

    /// There is something to do.
    pub(crate) fn wake_worker(&self) {
        self.room().ring();
    }

    /// His jobs, newest first; the system administrator's look is at everybody's, without what came of them.
    ///
    /// # Errors
    /// The database's.
    pub fn jobs(&self, actor: &Actor) -> Result<Vec<JobView>, Refusal> {
        let all = actor.may(SYSTEM);
        let account = (!all).then_some(actor.id);
        let (jobs, names) = self.store().read(|tx| {
            let jobs = tx.jobs(account, SHOWN)?;
            let mut names = HashMap::new();
            for job in &jobs {
                if let Entry::Vacant(place) = names.entry(job.account) {
                    place.insert(tx.account(job.account)?.map(|account| account.name));
                }
            }
            Ok::<_, StoreError>((jobs, names))
        })?;
        let name = |id: i64| names.get(&id).cloned().flatten().unwrap_or_default();
        Ok(jobs.into_iter().map(|job| self.seen(&job, name(job.account), actor)).collect())
    }

    /// One of his jobs.
    ///
    /// # Errors
    /// NotFound, also for somebody else's.
    pub fn job(&self, actor: &Actor, id: i64) -> Result<JobView, Refusal> {
        let job = self.store().read(|tx| tx.job(id))?.filter(|job| job.account == actor.id);
        let job = job.ok_or(Refusal::NotFound)?;
        Ok(self.seen(&job, actor.name.clone(), actor))
    }

    /// The file that one of his jobs made: its place and its name.
    ///
    /// # Errors
    /// NotFound when it made none.
    pub fn job_file(&self, actor: &Actor, id: i64) -> Result<(PathBuf, String), Refusal> {
        let job = self.job(actor, id)?;
        let file = job.result.as_ref().and_then(|result| result["file"].as_str()).ok_or(Refusal::NotFound)?;
        let path = self.results().join(id.to_string());
        if path.is_file() { Ok((path, file.to_string())) } else { Err(Refusal::NotFound) }
    }

    fn seen(&self, job: &Job, who: String, actor: &Actor) -> JobView {
        let progress = self.room().progress.lock().unwrap_or_else(PoisonError::into_inner);
        let (done, whole) = progress.get(&job.id).copied().unwrap_or((job.done, job.whole));
        let result = job.result.as_ref().filter(|_| job.account == actor.id);
        JobView {
            id: job.id,
            title: title(&job.kind).to_string(),
            kind: job.kind.clone(),
            state: job.state.word(),
            who,
            done,
            whole,
            created_at: job.created_at,
            started_at: job.started_at,
            ended_at: job.ended_at,
            result: result.and_then(|result| serde_json::from_str(result).ok()),
        }
    }

    /// Does jobs as they are asked for, on a thread that ends with the office; those that a stop interrupted come first.
    ///
    /// # Errors
    /// The thread could not be started.
    pub fn work(self: &Arc<Self>) -> std::io::Result<()> {
        let office: Weak<Self> = Arc::downgrade(self);
        std::thread::Builder::new().name("jobs".into()).spawn(move || {
            while let Some(office) = office.upgrade() {
                if let Err(refusal) = office.work_off() {
                    tracing::error!("jobs cannot be read: {refusal}");
                }
                let room = office.room().clone();
                drop(office);
                room.wait();
            }
        })?;
        Ok(())
    }

    /// Does every job that waits; how many.
    ///
    /// # Errors
    /// The database's; a job that fails is told to who asked.
    pub fn work_off(&self) -> Result<usize, Refusal> {
        let mut done = 0;
        while let Some(job) = self.store().read(Tx::next_job)? {
            self.do_job(&job)?;
            done += 1;
        }
        Ok(done)
    }

    fn do_job(&self, job: &Job) -> Result<(), Refusal> {
        let (id, now) = (job.id, self.now());
        self.store().write(move |tx| tx.begin_job(id, now))?;
        let ended = self.worked(job);
        let now = self.now();
        let (done, whole) = self
            .room()
            .progress
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&id)
            .unwrap_or_default();
        let (state, result) = match ended {
            Ok(result) => (JobState::Done, result),
            Err(refusal) => (JobState::Failed, failed(&refusal)),
        };
        // A job that ended in its own transaction stays as it ended there.
        Ok(self.store().write(move |tx| tx.end_job(id, state, (done, whole), &result.to_string(), now))?)
    }

    fn worked(&self, job: &Job) -> Result<Json, Refusal> {
        let (_, _, work) = KINDS
            .iter()
            .find(|(kind, ..)| *kind == job.kind)
            .ok_or_else(|| Refusal::conflict("没有这种任务"))?;
        let account = job.account;
        let account = self.store().read(|tx| tx.account(account))?;
        let account = account.filter(|account| account.closed_at.is_none());
        let mut actor = self.actor_of(&account.ok_or_else(|| Refusal::conflict("账号已注销"))?);
        if let Some(reach) = &job.reach {
            let reach: TokenReach = serde_json::from_str(reach).map_err(|error| Refusal::internal(&error))?;
            if reach.registers.is_some() {
                actor.may.clear();
            }
            actor.reach = Some(reach);
        }
        let asked: Json = serde_json::from_str(&job.asked).map_err(|error| Refusal::internal(&error))?;
        let doing = Doing { id: job.id, asked: &asked, room: self.room().clone() };
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(self, &actor, &doing)));
        caught.unwrap_or_else(|_| Err(Refusal::internal(&"a job broke off")))
    }

    /// Forgets jobs that ended long ago, with their files; for the day's tick.
    pub(crate) fn sweep_jobs(&self) -> Result<(), Refusal> {
        let (until, answers) = (self.now() - KEPT, self.now() - crate::programs::KEPT);
        let gone = self.store().write(move |tx| {
            tx.sweep_answers(answers)?;
            tx.sweep_jobs(until)
        })?;
        for id in gone {
            let path = self.results().join(id.to_string());
            if let Err(error) = std::fs::remove_file(&path)
                && error.kind() != std::io::ErrorKind::NotFound
            {
                tracing::warn!("{} stays: {error}", path.display());
            }
        }
        Ok(())
    }
}

/// A kind of job in words.
fn title(kind: &str) -> &str {
    KINDS.iter().find(|(known, ..)| *known == kind).map_or(kind, |(_, title, _)| title)
}

fn failed(refusal: &Refusal) -> Json {
    match refusal {
        Refusal::Invalid { problems } => {
            serde_json::json!({ "error": refusal.to_string(), "problems": problems })
        }
        other => serde_json::json!({ "error": other.to_string() }),
    }
}
