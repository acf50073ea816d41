//! Verdicts 判定: for each side of an indicator, which subjects count and which are missing, and their sums.
//!
//! One statement says what a verdict is. The first pass, the re-judging of a few subjects after a change, and a look at
//! another period all run it, so they cannot disagree. Sums over areas and bodies are kept beside, by difference.
use chrono::{DateTime, NaiveDate, Utc};
use shian_pack::expr::{Node, today};
use shian_pack::value::RecordId;

use crate::cell::{Cell, Row};
use crate::codec::days;
use crate::dialect::Dialect;
use crate::error::Result;
use crate::expr_sql::{self, Frame};

use crate::layout::table_name;
use crate::scope::Scope;
use crate::sql::Sql;
use crate::tx::Tx;

mod side;

/// Subjects re-judged by one statement.
const SUBJECTS_MAX: usize = 50;

/// Half of an indicator that is counted by itself: the subjects of a share, the numerator or denominator of a rate.
#[derive(Debug, Clone)]
pub struct Side<'a> {
    /// Its number in the database; 0 while it has none.
    pub no: i64,
    /// Register of the subjects.
    pub register: &'a str,
    /// The subjects have a business date: the window is theirs, not their evidence's.
    pub dated: bool,
    pub filter: Option<&'a Node>,
    /// Field that each subject weighs; none: one.
    pub weigh: Option<&'a str>,
    /// The body that owes it; none: the subject's own.
    pub owes: Option<Node>,
    pub evidence: Proof<'a>,
    /// First day of the window.
    pub since: Option<NaiveDate>,
    /// Last day of the window.
    pub until: Option<NaiveDate>,
    /// The window moves on every day.
    pub rolls: bool,
    pub now: DateTime<Utc>,
}

/// What makes a subject count.
#[derive(Debug, Clone)]
pub enum Proof<'a> {
    /// Nothing: every subject counts.
    None,
    /// A condition on the subject.
    Own(&'a Node),
    /// Records of another register that point to it by a field.
    Linked {
        register: &'a str,
        by: &'a str,
        /// They have a business date.
        dated: bool,
        filter: Option<&'a Node>,
        need: Need<'a>,
    },
}

#[derive(Debug, Clone, Copy)]
pub enum Need<'a> {
    Count(i64),
    /// The sum of a field, in its last digit.
    Sum {
        field: &'a str,
        at_least: i64,
    },
}

/// How a side was judged last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Measured {
    pub side: i64,
    pub name: String,
    /// The declaration it was judged by.
    pub declared: String,
    /// First and last day of the window, since 1970-01-01.
    pub window: (Option<i64>, Option<i64>),
    /// The day it was judged on, since 1970-01-01.
    pub day: i64,
}

/// A sum of verdicts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    pub side: i64,
    /// Path of the area.
    pub area: String,
    pub body: Option<RecordId>,
    /// yyyymm in which they came to count (for dated subjects: of their date); 0: none.
    pub month: i64,
    /// Weight of those that count, in its last digit.
    pub counting: i64,
    /// Weight of all.
    pub whole: i64,
}

/// A record behind a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    pub subject: RecordId,
    pub name: String,
    pub state: String,
    /// Path of the area.
    pub area: String,
    pub body: Option<RecordId>,
    pub weight: i64,
}

const VERDICT: &str = "INSERT INTO verdict (side, subject, area, body, weight, counts, month, held) ";

impl Tx {
    /// What was judged, and how.
    pub fn measured(&mut self) -> Result<Vec<Measured>> {
        let rows =
            self.query("SELECT side, name, declared, since, until, day FROM measured ORDER BY side", &[])?;
        rows.into_iter()
            .map(|mut row| {
                let window = (row.maybe_int(3)?, row.maybe_int(4)?);
                let (name, declared) = (row.text(1)?, row.text(2)?);
                Ok(Measured { side: row.int(0)?, name, declared, window, day: row.int(5)? })
            })
            .collect()
    }

    /// Judges every subject of a side anew and notes how. A side without a number gets one.
    pub fn judge_all(&mut self, side: &mut Side, name: &str, declared: &str) -> Result<()> {
        if side.no == 0 {
            side.no = self.query_int("SELECT coalesce(max(side), 0) + 1 FROM measured", &[])?;
        }
        self.forget_side(side.no)?;
        let (since, until) = (side.since.map(days), side.until.map(days));
        self.execute(
            "INSERT INTO measured (side, name, declared, since, until, day) VALUES ($1, $2, $3, $4, $5, $6)",
            &[
                side.no.into(),
                name.into(),
                declared.into(),
                since.into(),
                until.into(),
                days(today(side.now)).into(),
            ],
        )?;
        let mut sql = Sql::new(self.dialect(), VERDICT);
        side.push_verdicts(&mut sql, self.dialect(), &[])?;
        self.execute(&sql.text, &sql.params)?;
        let grouped = grouped(self.dialect(), "verdict WHERE side = $1");
        let sql = format!(
            "INSERT INTO tally (side, area, body, month, counting, whole) SELECT $1, g.* FROM ({grouped}) g"
        );
        self.execute(&sql, &[side.no.into()])?;
        Ok(())
    }

    /// Judges some subjects of a side again, after something they depend on changed.
    pub fn judge(&mut self, side: &Side, subjects: &[RecordId]) -> Result<()> {
        for some in subjects.chunks(SUBJECTS_MAX) {
            self.add_tallies(side.no, some, "-")?;
            let mut sql = Sql::new(self.dialect(), "DELETE FROM verdict WHERE side = ");
            sql.bind(side.no).push(" AND subject IN ").bind_all(some.iter().copied());
            self.queue(&sql.text, sql.params)?;
            let mut sql = Sql::new(self.dialect(), VERDICT);
            side.push_verdicts(&mut sql, self.dialect(), some)?;
            self.queue(&sql.text, sql.params)?;
            self.add_tallies(side.no, some, "")?;
        }
        Ok(())
    }

    /// Adds the verdicts of some subjects to the tallies, or takes them away (`sign` is `-`).
    fn add_tallies(&mut self, side: i64, subjects: &[RecordId], sign: &str) -> Result<()> {
        let mut sql =
            Sql::new(self.dialect(), "INSERT INTO tally (side, area, body, month, counting, whole) ");
        sql.push(&format!(
            "SELECT side, area, body, month, {sign}sum(weight * counts), {sign}sum(weight) FROM verdict \
             WHERE side = "
        ));
        sql.bind(side).push(" AND subject IN ").bind_all(subjects.iter().copied());
        sql.push(
            " GROUP BY side, area, body, month ON CONFLICT (side, area, body, month) DO UPDATE \
             SET counting = tally.counting + excluded.counting, whole = tally.whole + excluded.whole",
        );
        self.queue(&sql.text, sql.params)
    }

    /// Drops all that is known of a side.
    pub fn forget_side(&mut self, side: i64) -> Result<()> {
        for table in ["verdict", "tally", "measured"] {
            self.execute(&format!("DELETE FROM {table} WHERE side = $1"), &[side.into()])?;
        }
        Ok(())
    }

    /// Subjects of a rolling side whose evidence is older than its window by now.
    pub fn aged(&mut self, side: i64, since: NaiveDate) -> Result<Vec<RecordId>> {
        let sql = "SELECT subject FROM verdict WHERE side = $1 AND held < $2";
        let rows = self.query(sql, &[side.into(), days(since).into()])?;
        rows.iter().map(|row| row.int(0)).collect()
    }

    /// Notes the window and day of a side whose verdicts stand.
    pub fn mark_measured(&mut self, side: &Side) -> Result<()> {
        let (since, until) = (side.since.map(days), side.until.map(days));
        self.execute(
            "UPDATE measured SET since = $1, until = $2, day = $3 WHERE side = $4",
            &[since.into(), until.into(), days(today(side.now)).into(), side.no.into()],
        )?;
        Ok(())
    }

    /// The sums of all sides, months added up.
    pub fn tallies(&mut self) -> Result<Vec<Tally>> {
        let rows = self.query(
            "SELECT side, area, body, 0, CAST(sum(counting) AS BIGINT), CAST(sum(whole) AS BIGINT) FROM tally \
             GROUP BY side, area, body HAVING sum(whole) <> 0 OR sum(counting) <> 0",
            &[],
        )?;
        rows.into_iter().map(tally).collect()
    }

    /// The sums of one side by month.
    pub fn tallies_by_month(&mut self, side: i64) -> Result<Vec<Tally>> {
        let sql = "SELECT side, area, body, month, counting, whole FROM tally WHERE side = $1";
        self.query(sql, &[side.into()])?.into_iter().map(tally).collect()
    }

    /// The sums of one side as they would be in its window, straight from the records.
    pub fn tallies_of(&mut self, side: &Side) -> Result<Vec<Tally>> {
        let dialect = self.dialect();
        let mut sql =
            Sql::new(dialect, "WITH verdicts (side, subject, area, body, weight, counts, month, held) AS (");
        side.push_verdicts(&mut sql, dialect, &[])?;
        sql.push(") SELECT ").bind(side.no).push(&format!(", g.* FROM ({}) g", grouped(dialect, "verdicts")));
        self.query(&sql.text, &sql.params)?.into_iter().map(tally).collect()
    }

    /// How many records of a side count and how many are missing, in an area and below, or of a body.
    pub fn halves(&mut self, side: i64, area: Option<&str>, body: Option<RecordId>) -> Result<(i64, i64)> {
        let mut sql = Sql::new(self.dialect(), "SELECT CAST(sum(counts) AS BIGINT), count(*) FROM verdict ");
        sql.push("WHERE side = ").bind(side);
        if let Some(area) = area {
            sql.push(" AND area >= ").bind(area).push(" AND area < ").bind(crate::scope::below(area));
        }
        if let Some(body) = body {
            sql.push(" AND body = ").bind(body);
        }
        let row = self.query_row(&sql.text, &sql.params)?;
        let (counting, all) = row.map_or(Ok((0, 0)), |row| {
            Ok::<_, crate::StoreError>((row.maybe_int(0)?.unwrap_or(0), row.int(1)?))
        })?;
        Ok((counting, all - counting))
    }

    /// The records of one half, in the order of their ids, as far as `scope` lets see them.
    pub fn judged(
        &mut self,
        side: &Side,
        counting: bool,
        (area, body, scope): (Option<&str>, Option<RecordId>, &Scope),
        after: Option<RecordId>,
        limit: u32,
    ) -> Result<Vec<Judged>> {
        let table = self.table(side.register)?;
        let mut sql =
            Sql::new(self.dialect(), "SELECT v.subject, r._name, r._state, v.area, v.body, v.weight ");
        sql.push("FROM verdict v JOIN ").push(&table.name).push(" r ON r._id = v.subject WHERE v.side = ");
        sql.bind(side.no).push(" AND v.counts = ").bind(i64::from(counting));
        sql.push(" AND v.subject > ").bind(after.unwrap_or(0));
        if let Some(area) = area {
            sql.push(" AND v.area >= ").bind(area).push(" AND v.area < ").bind(crate::scope::below(area));
        }
        if let Some(body) = body {
            sql.push(" AND v.body = ").bind(body);
        }
        scope.push(&mut sql, &table.layout);
        sql.push(" ORDER BY v.subject LIMIT ").bind(i64::from(limit));
        let rows = self.query(&sql.text, &sql.params)?;
        rows.into_iter()
            .map(|mut row| {
                let (name, state, area) = (row.text(1)?, row.text(2)?, row.text(3)?);
                let body = row.maybe_int(4)?.filter(|body| *body != 0);
                Ok(Judged { subject: row.int(0)?, name, state, area, body, weight: row.int(5)? })
            })
            .collect()
    }

    /// Records of a register whose field points to `target`.
    pub fn pointing(&mut self, register: &str, field: &str, target: RecordId) -> Result<Vec<RecordId>> {
        let sql = format!("SELECT _id FROM {} WHERE \"{field}\" = $1", table_name(register));
        self.query(&sql, &[target.into()])?.iter().map(|row| row.int(0)).collect()
    }

    /// What the records of a register whose field points to `target` themselves point to by another field.
    pub fn pointing_on(
        &mut self,
        register: &str,
        (field, target): (&str, RecordId),
        onward: &str,
    ) -> Result<Vec<RecordId>> {
        let table = table_name(register);
        let sql = format!(
            "SELECT DISTINCT \"{onward}\" FROM {table} WHERE \"{field}\" = $1 AND \"{onward}\" IS NOT NULL"
        );
        self.query(&sql, &[target.into()])?.iter().map(|row| row.int(0)).collect()
    }

    /// The latest entry of a number per area: path, value in its last digit; latest date, then latest record, last.
    pub fn entries(
        &mut self,
        register: &str,
        field: &str,
        filter: Option<&Node>,
        (until, now): (Option<NaiveDate>, DateTime<Utc>),
    ) -> Result<Vec<(String, Option<RecordId>, i64)>> {
        let dialect = self.dialect();
        let mut sql = Sql::new(dialect, "SELECT s._area, s._body, s.\"");
        sql.push(field).push("\" FROM ").push(&table_name(register));
        sql.push(&format!(" s WHERE s._deleted = 0 AND s.\"{field}\" IS NOT NULL"));
        if let Some(until) = until {
            sql.push(" AND coalesce(s._date, 0) <= ").bind(days(until));
        }
        if let Some(filter) = filter {
            let frame = Frame { dialect, register, row: "s", now, me: None };
            let filter = expr_sql::condition(filter, &frame, &mut sql.params)?;
            sql.push(&format!(" AND {filter}"));
        }
        sql.push(" ORDER BY coalesce(s._date, 0), s._id");
        let rows = self.query(&sql.text, &sql.params)?;
        rows.into_iter().map(|mut row| Ok((row.text(0)?, row.maybe_int(1)?, row.int(2)?))).collect()
    }
}

/// Area, body, month, counting and whole of verdicts added up. SQLite would sort them first: there a function of our own adds
/// up, which takes a third of the time.
fn grouped(dialect: Dialect, from: &str) -> String {
    match dialect {
        Dialect::Sqlite => format!(
            "SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 \
             FROM json_each((SELECT add_up(area, body, month, weight, counts) FROM {from}))"
        ),
        Dialect::Postgres => format!(
            "SELECT area, body, month, CAST(sum(weight * counts) AS BIGINT), CAST(sum(weight) AS BIGINT) \
             FROM {from} GROUP BY area, body, month"
        ),
    }
}

fn tally(mut row: Row) -> Result<Tally> {
    let area = match row.take(1) {
        Cell::Text(area) => area,
        Cell::Null | Cell::Int(_) | Cell::Bytes(_) => String::new(),
    };
    Ok(Tally {
        side: row.int(0)?,
        area,
        body: row.maybe_int(2)?.filter(|body| *body != 0),
        month: row.int(3)?,
        counting: row.int(4)?,
        whole: row.int(5)?,
    })
}
