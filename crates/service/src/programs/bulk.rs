//! Many acts in one request: all of them or none, or only the good ones, each row with what came of it. Short ones at once, long
//! ones as a job.
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use shian_pack::value::RecordId;

use super::act::{self, Once, before, keep};
use super::given;
use crate::act::{Act, act as do_act};
use crate::actor::Actor;
use crate::desk::Desk;
use crate::job::{self, Doing};
use crate::live::Live;
use crate::office::Office;
use crate::refusal::{Problem, Refusal};

/// The kind of job.
pub(crate) const KIND: &str = "bulk";
/// Rows that are done while the caller waits.
pub const AT_ONCE_MAX: usize = 200;
/// Rows of one request.
pub const ROWS_MAX: usize = 50_000;

/// Many acts on one register.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Bulk {
    pub register: String,
    pub way: Way,
    pub rows: Vec<BulkRow>,
}

/// What one bad row does to the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// All or nothing.
    All,
    /// The good rows only.
    Good,
}

/// One act. Without an id a new record; with one a change, a step or a deletion of that version.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BulkRow {
    pub id: Option<RecordId>,
    pub version: Option<i64>,
    pub step: Option<String>,
    pub delete: bool,
    pub reason: Option<String>,
    pub fields: Map<String, Json>,
}

/// What came of one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowDone {
    /// From 0, as sent.
    pub row: usize,
    pub id: Option<RecordId>,
    pub version: Option<i64>,
    /// Why not: `invalid`, `not-found`, `forbidden`, `stale`, `conflict`; absent: done.
    pub refused: Option<String>,
    pub detail: Option<String>,
    /// What is to be mended, by path within the row's `fields`.
    pub problems: Vec<Mend>,
}

/// One value to mend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mend {
    pub field: Option<String>,
    pub message: String,
}

/// What came of all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BulkReport {
    /// Rows that were written; with [`Way::All`] none when one is bad.
    pub written: usize,
    pub refused: usize,
    pub rows: Vec<RowDone>,
}

/// A report, or the job that will make it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum BulkTold {
    Now(BulkReport),
    Later(i64),
}

impl Office {
    /// Does many acts. More than [`AT_ONCE_MAX`], or `later`: as a job.
    ///
    /// # Errors
    /// NotFound for a register that is not his; Conflict for too many rows. What is wrong in the rows is in the report.
    pub fn bulk(
        &self,
        actor: &Actor,
        bulk: Bulk,
        later: bool,
        once: Option<Once>,
    ) -> Result<BulkTold, Refusal> {
        let live = self.live();
        act::known(actor, live.register(&bulk.register)?, &live)?;
        if bulk.rows.len() > ROWS_MAX {
            return Err(Refusal::conflict(format!("一次最多 {ROWS_MAX} 行")));
        }
        let (actor, now) = (actor.clone(), self.now());
        let later = later || bulk.rows.len() > AT_ONCE_MAX;
        let seeded = live.register(&bulk.register)?.seed.is_some();
        let told = self.store().write(move |tx| {
            let mut desk = Desk::new(tx, &live, &actor, now);
            if let Some(told) = before(&mut desk, once.as_ref())? {
                return Ok(told);
            }
            let told = if later {
                let asked = serde_json::to_value(&bulk).map_err(|error| Refusal::internal(&error))?;
                BulkTold::Later(job::add(desk.tx, &actor, KIND, &asked, now)?)
            } else {
                BulkTold::Now(all(&mut desk, &bulk, &|_, _| ())?)
            };
            let done = !matches!(&told, BulkTold::Now(report) if report.written == 0);
            keep(&mut desk, once.as_ref().filter(|_| done), &told)?;
            Ok::<_, Refusal>(told)
        })?;
        if seeded {
            self.refresh_directory()?;
        }
        self.wake_worker();
        Ok(told)
    }
}

/// The job: its report is written in the transaction that holds the rows.
pub(crate) fn work(office: &Office, actor: &Actor, doing: &Doing) -> Result<Json, Refusal> {
    let bulk: Bulk =
        serde_json::from_value(doing.asked.clone()).map_err(|error| Refusal::internal(&error))?;
    let (id, tell) = (doing.id, doing.teller());
    office.in_bulk(actor, move |desk| {
        let report = all(desk, &bulk, &tell)?;
        let result = serde_json::to_value(&report).map_err(|error| Refusal::internal(&error))?;
        let steps = i64::try_from(bulk.rows.len()).unwrap_or(i64::MAX);
        job::end(desk.tx, id, steps, &result, desk.now)?;
        Ok(result)
    })
}

/// Every row in a savepoint of its own; all of them in one more, taken back when one is bad and all are wanted.
fn all(desk: &mut Desk, bulk: &Bulk, tell: &dyn Fn(i64, i64)) -> Result<BulkReport, Refusal> {
    let whole = i64::try_from(bulk.rows.len()).unwrap_or(i64::MAX);
    let mut rows = Vec::with_capacity(bulk.rows.len());
    let tried = desk.attempt(|desk| {
        for (at, row) in bulk.rows.iter().enumerate() {
            let done = desk.attempt(|desk| one(desk, &bulk.register, row));
            rows.push(told(at, row, done)?);
            tell(i64::try_from(at + 1).unwrap_or(i64::MAX), whole);
        }
        let bad = rows.iter().any(|row| row.refused.is_some());
        if bad && bulk.way == Way::All { Err(Refusal::conflict("有行要改")) } else { Ok(()) }
    });
    let refused = rows.iter().filter(|row| row.refused.is_some()).count();
    match tried {
        Ok(()) => Ok(BulkReport { written: rows.len() - refused, refused, rows }),
        Err(Refusal::Conflict { .. }) if refused > 0 => {
            for row in rows.iter_mut().filter(|row| row.refused.is_none()) {
                (row.id, row.version) = (None, None);
            }
            Ok(BulkReport { written: 0, refused, rows })
        }
        Err(other) => Err(other),
    }
}

fn one(desk: &mut Desk, register: &str, row: &BulkRow) -> Result<(RecordId, i64), Refusal> {
    let what = act_of(desk.live, register, row)?;
    act::files(desk, &what)?;
    let record = do_act(desk, &what)?;
    Ok((record.id, record.version))
}

fn act_of(live: &Live, register: &str, row: &BulkRow) -> Result<Act, Refusal> {
    let known = live.register(register)?;
    let draft =
        given::draft(&live.pack, known, &row.fields).map_err(|problems| Refusal::Invalid { problems })?;
    let register = register.to_string();
    let (Some(id), version) = (row.id, row.version) else {
        return match (row.step.is_some() || row.delete, row.version) {
            (false, None) => Ok(Act::Create { register, draft }),
            _ => Err(missing("id", "要修改哪一条，请给出 id")),
        };
    };
    let version = version.ok_or_else(|| missing("version", "请给出读取时的 version"))?;
    Ok(match (&row.step, row.delete) {
        (Some(_), true) => return Err(missing("step", "step 与 delete 只能有一个")),
        (Some(step), false) => {
            Act::Step { register, id, version, step: step.clone(), draft, reason: row.reason.clone() }
        }
        (None, true) => Act::Delete { register, id, version, reason: row.reason.clone() },
        (None, false) => Act::Edit { register, id, version, draft },
    })
}

fn missing(member: &str, message: &str) -> Refusal {
    Refusal::Invalid { problems: vec![Problem::new(&format!("/{member}"), member, message)] }
}

/// A row's line; a failure of the office itself ends the whole.
fn told(row: usize, sent: &BulkRow, done: Result<(RecordId, i64), Refusal>) -> Result<RowDone, Refusal> {
    let refusal = match done {
        Ok((id, version)) => {
            let (id, version) = (Some(id), Some(version));
            return Ok(RowDone { row, id, version, refused: None, detail: None, problems: Vec::new() });
        }
        Err(refusal) => refusal,
    };
    let detail = Some(refusal.to_string());
    let (why, problems) = match refusal {
        Refusal::NotFound => ("not-found", Vec::new()),
        Refusal::Forbidden { .. } | Refusal::Locked { .. } => ("forbidden", Vec::new()),
        Refusal::Stale { .. } => ("stale", Vec::new()),
        Refusal::Conflict { .. } => ("conflict", Vec::new()),
        Refusal::Invalid { problems } => ("invalid", problems),
        Refusal::Internal { reference } => return Err(Refusal::Internal { reference }),
    };
    let mend = |problem: Problem| Mend { field: problem.field, message: problem.message };
    Ok(RowDone {
        row,
        id: sent.id,
        version: None,
        refused: Some(why.to_string()),
        detail,
        problems: problems.into_iter().map(mend).collect(),
    })
}
