//! The one writer: a thread that takes the acts in the order they came and commits them in groups.
//!
//! A group is closed when nobody waits any more, at 256 acts or after 20 ms. There is no timer: while one group is being
//! committed the next gathers by itself. Each act runs in a savepoint of its own and is answered after the commit.
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use crate::error::{Result, StoreError};
use crate::tx::Tx;

const GROUP_MAX: usize = 256;
const GROUP_TIME_MAX: Duration = Duration::from_millis(20);

/// Acts that may wait in line; whoever comes later waits to get in.
pub const QUEUE_MAX: usize = 1024;

/// Tells the caller that his act was committed, or why not.
pub type Answer = Box<dyn FnOnce(Result<()>) + Send>;

/// An act, given the transaction or the reason why there is none. Answers `None` when it refused: it has told its caller
/// so already, and what it wrote is to be taken back.
pub type Act = Box<dyn FnOnce(Result<&mut Tx>) -> Option<Answer> + Send>;

/// What waits for the writer.
pub struct Job {
    pub act: Act,
    /// Has the transaction to itself, and may leave statements waiting until the end.
    pub alone: bool,
}

/// Works until the store is dropped.
pub fn run(mut tx: Tx, jobs: &Receiver<Job>) {
    let mut waiting = None;
    while let Some(job) = waiting.take().or_else(|| jobs.recv().ok()) {
        if let Err(error) = tx.begin_write(job.alone) {
            tx.roll_back();
            (job.act)(Err(error));
            continue;
        }
        let answers = if job.alone {
            attempt(&mut tx, job.act).into_iter().collect()
        } else {
            let (answers, next) = group(&mut tx, job, jobs);
            waiting = next;
            answers
        };
        finish(&mut tx, answers);
        tx.rest();
    }
}

/// Runs acts until the group is closed; also gives the job that has to wait for the next one.
fn group(tx: &mut Tx, first: Job, jobs: &Receiver<Job>) -> (Vec<Answer>, Option<Job>) {
    let start = Instant::now();
    let mut answers = Vec::new();
    answers.extend(attempt(tx, first.act));
    for _ in 1..GROUP_MAX {
        if start.elapsed() > GROUP_TIME_MAX {
            break;
        }
        match jobs.try_recv() {
            Ok(job) if job.alone => return (answers, Some(job)),
            Ok(job) => answers.extend(attempt(tx, job.act)),
            Err(_) => break,
        }
    }
    (answers, None)
}

/// One act in its savepoint. An act that panics is an act that refused.
fn attempt(tx: &mut Tx, act: Act) -> Option<Answer> {
    let mut answer = None;
    let ran = tx.attempt(|tx| {
        answer = catch_unwind(AssertUnwindSafe(|| act(Ok(tx)))).ok().flatten();
        if answer.is_some() { Ok(()) } else { Err(StoreError::BrokenOff) }
    });
    match (ran, answer) {
        (Ok(()), answer) => answer,
        (Err(error), Some(answer)) => {
            answer(Err(error));
            None
        }
        (Err(_), None) => None,
    }
}

fn finish(tx: &mut Tx, answers: Vec<Answer>) {
    if answers.is_empty() {
        return tx.roll_back();
    }
    let committed = tx.commit_write().map_err(|error| error.to_string());
    if committed.is_err() {
        tx.roll_back();
    }
    for answer in answers {
        answer(committed.clone().map_err(StoreError::NotCommitted));
    }
}
