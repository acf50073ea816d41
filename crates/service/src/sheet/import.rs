//! A sheet becomes records: each row a draft that is created by the same act as a form's, all in one transaction.
use std::path::Path;
use std::sync::mpsc::{Sender, channel};

use shian_pack::field::Field;
use shian_pack::{Register, Value};

use super::columns::{self, Meaning};
use super::{ImportAsk, ImportReport, RowProblem, read};
use crate::act::{Act, act};
use crate::actor::Actor;
use crate::desk::Desk;
use crate::draft::Draft;
use crate::office::Office;
use crate::permit;
use crate::refusal::{Problem, Refusal};
use crate::wording;

/// Rows after which progress is told.
const TELL: u64 = 200;

impl Office {
    /// Creates a record from each row of a CSV file or a workbook's first sheet. Columns are found by title or id. `progress` is
    /// told rows done and rows at most.
    ///
    /// # Errors
    /// [`Refusal`]: no right to register there, or the file cannot be read. What is wrong in the rows is in the report.
    pub fn import(
        &self,
        actor: &Actor,
        register: &str,
        path: &Path,
        ask: &ImportAsk,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<ImportReport, Refusal> {
        let all = read::count(path)?.saturating_sub(1);
        let (tell, told) = channel();
        let (path, register, ask) = (path.to_path_buf(), register.to_string(), *ask);
        std::thread::scope(|scope| {
            let work = move |desk: &mut Desk| whole(desk, &register, &path, ask, &tell);
            let running = scope.spawn(|| self.in_bulk(actor, work));
            for done in told {
                progress(done, all);
            }
            running.join().unwrap_or_else(|_| Err(Refusal::internal(&"an import broke off")))
        })
    }
}

/// The whole sheet in a savepoint: taken back when it was only checked, or when something is wrong.
fn whole(
    desk: &mut Desk,
    register: &str,
    path: &Path,
    ask: ImportAsk,
    tell: &Sender<u64>,
) -> Result<ImportReport, Refusal> {
    let register = desk.live.register(register)?;
    if !permit::may_create(desk.actor, register, desk.live) {
        let seen = permit::may_read(desk.actor, register, desk.live);
        let why = format!("您无权登记{}", register.title);
        return Err(if seen { Refusal::forbidden(why) } else { Refusal::NotFound });
    }
    let report =
        ImportReport { register: register.title.clone(), dry_run: ask.dry_run, ..ImportReport::default() };
    let mut import = Import { register, report, columns: None, headless: false };
    let mut failed = None;
    let kept = desk.attempt(|desk| {
        let read = read::rows(path, &mut |line, cells| {
            import.row(desk, line, cells)?;
            if import.report.rows.is_multiple_of(TELL) {
                // Who does not listen any more needs no progress.
                let _ = tell.send(import.report.rows);
            }
            Ok(())
        });
        if let Err(refusal) = read {
            failed = Some(refusal);
        }
        let good = import.report.problems.is_empty() || (ask.good_rows_only && !import.headless);
        if failed.is_none() && good && !ask.dry_run { Ok(()) } else { Err(Refusal::NotFound) }
    });
    match (failed, kept) {
        (Some(refusal), _) => Err(refusal),
        (None, Ok(())) => Ok(import.report),
        (None, Err(_)) => Ok(ImportReport { written: 0, ..import.report }),
    }
}

struct Import<'a> {
    register: &'a Register,
    report: ImportReport,
    /// None until the header was read.
    columns: Option<Vec<Option<&'a Field>>>,
    /// The header is wrong: no row can be read by it.
    headless: bool,
}

impl<'a> Import<'a> {
    fn row(&mut self, desk: &mut Desk, line: u64, cells: &[String]) -> Result<(), Refusal> {
        let Some(columns) = self.columns.clone() else {
            self.columns = Some(self.header(line, cells));
            return Ok(());
        };
        self.report.rows += 1;
        if self.headless {
            return Ok(());
        }
        let mut draft = Draft::new();
        for (at, cell) in cells.iter().enumerate().filter(|(_, cell)| !cell.trim().is_empty()) {
            match columns.get(at) {
                Some(Some(field)) => draft = draft.text(field.id.clone(), cell.clone()),
                Some(None) => {}
                None => self.wrong(line, "", format!("第 {} 列没有列名，里面却有内容", at + 1)),
            }
        }
        let before = self.report.problems.len();
        let register = self.register.id.clone();
        let given: Vec<String> = draft.0.keys().cloned().collect();
        let done = desk.attempt(|desk| {
            let record = act(desk, &Act::Create { register, draft })?;
            let lost = |id: &&String| record.fields.get(*id).is_none_or(|value| *value == Value::Null);
            let lost: Vec<Problem> =
                given.iter().filter(lost).map(|id| self.lost(id, &record.state)).collect();
            let sound = lost.is_empty() && self.report.problems.len() == before;
            if sound { Ok(()) } else { Err(Refusal::Invalid { problems: lost }) }
        });
        match done {
            Ok(()) => self.report.written += 1,
            Err(Refusal::Invalid { problems }) => {
                for problem in problems {
                    let column = problem.field.map(|id| wording::title_of(self.register, &id));
                    self.wrong(line, &column.unwrap_or_default(), problem.message);
                }
            }
            Err(refusal @ Refusal::Internal { .. }) => return Err(refusal),
            Err(refusal) => self.wrong(line, "", refusal.to_string()),
        }
        Ok(())
    }

    /// A cell that a record of these facts has no place for: nothing is left out silently.
    fn lost(&self, id: &str, state: &str) -> Problem {
        let title = wording::title_of(self.register, id);
        let state = wording::state_title(self.register, state);
        Problem::new(id, &title, format!("“{state}”的这条{}没有这一项，请删去", self.register.title))
    }

    fn wrong(&mut self, row: u64, column: &str, message: String) {
        self.report.problems.push(RowProblem { row, column: column.to_string(), message });
    }

    /// What each column fills. Unknown, doubled and missing ones are problems, all at once.
    fn header(&mut self, line: u64, cells: &[String]) -> Vec<Option<&'a Field>> {
        let register = self.register;
        let mut found: Vec<Option<&'a Field>> = Vec::with_capacity(cells.len());
        for header in cells {
            let field = match columns::meaning(register, header) {
                _ if header.trim().is_empty() => None,
                Meaning::Field(field) => Some(field),
                Meaning::Ignored => {
                    self.report.ignored.push(header.trim().to_string());
                    None
                }
                Meaning::Unknown => {
                    let message = format!("{}没有这一列，请改名或删去", register.title);
                    self.wrong(line, header.trim(), message);
                    None
                }
            };
            let twice = field.is_some_and(|field| found.iter().flatten().any(|other| other.id == field.id));
            if twice {
                self.wrong(line, header.trim(), "这一列写了两次".to_string());
            }
            found.push(field);
        }
        let missing = register.fields.values().filter(|field| columns::must_be_there(field));
        for field in missing {
            if found.iter().flatten().all(|other| other.id != field.id) {
                self.wrong(line, &field.title, "缺少这一列".to_string());
            }
        }
        self.headless = !self.report.problems.is_empty();
        found
    }
}
