//! The one statement that says what a verdict is.
use shian_pack::value::RecordId;

use super::{Need, Proof, Side};
use crate::cell::Cell;
use crate::codec::days;
use crate::dialect::Dialect;
use crate::error::Result;
use crate::expr_sql::{self, Frame};
use crate::layout::table_name;
use crate::sql::Sql;

impl Side<'_> {
    /// The side's sum and its subjects' number as one self-contained question in PostgreSQL's words: for asking the same rows
    /// of another engine.
    ///
    /// # Errors
    /// An expression that only memory can answer.
    pub fn question(&self) -> Result<String> {
        let mut sql = Sql::new(Dialect::Postgres, "");
        self.push_verdicts(&mut sql, Dialect::Postgres, &[])?;
        let mut text = sql.text;
        for (at, param) in sql.params.iter().enumerate().rev() {
            let literal = match param {
                Cell::Int(number) => number.to_string(),
                Cell::Text(word) => format!("'{}'", word.replace('\'', "''")),
                Cell::Null | Cell::Bytes(_) => "NULL".to_owned(),
            };
            text = text.replace(&Dialect::Postgres.hole(at + 1), &literal);
        }
        Ok(format!(
            "WITH v (side, subject, area, body, weight, counts, month, held) AS ({text}) \
             SELECT CAST(coalesce(sum(weight * counts), 0) AS BIGINT), CAST(coalesce(sum(weight), 0) AS BIGINT) FROM v"
        ))
    }

    fn frame<'f>(&self, dialect: Dialect, register: &'f str, row: &'f str) -> Frame<'f> {
        Frame { dialect, register, row, now: self.now, me: None }
    }

    /// Appends ` AND …` for the window on the date of `row`.
    fn push_window(&self, sql: &mut Sql, row: &str) {
        if let Some(since) = self.since {
            sql.push(&format!(" AND {row}._date >= ")).bind(days(since));
        }
        if let Some(until) = self.until {
            sql.push(&format!(" AND {row}._date <= ")).bind(days(until));
        }
    }

    /// Appends the select that says what a verdict is: side, subject, area, body, weight, counts, month, held.
    pub(super) fn push_verdicts(&self, sql: &mut Sql, dialect: Dialect, only: &[RecordId]) -> Result<()> {
        let subject = self.frame(dialect, self.register, "s");
        let linked = matches!(self.evidence, Proof::Linked { .. });
        sql.push(&format!("SELECT {}, s._id, s._area, coalesce(", self.no));
        let body = match &self.owes {
            Some(owes) => expr_sql::value(owes, &subject, &mut sql.params)?,
            None => "s._body".to_owned(),
        };
        let weight = self.weigh.map_or("1".to_owned(), |field| format!("coalesce(s.\"{field}\", 0)"));
        sql.push(&format!("{body}, 0), {weight}, "));
        match &self.evidence {
            Proof::None => sql.push("1"),
            Proof::Own(holds) => {
                let holds = expr_sql::condition(holds, &subject, &mut sql.params)?;
                sql.push(&format!("CASE WHEN {holds} THEN 1 ELSE 0 END"))
            }
            Proof::Linked { .. } => sql.push("CASE WHEN v.subject IS NULL THEN 0 ELSE 1 END"),
        };
        let (day, held) = match (self.dated, linked) {
            (true, _) => ("s._date", "s._date"),
            (false, true) => ("v.since", "v.held"),
            (false, false) => ("NULL", "NULL"),
        };
        let held = if self.rolls { held } else { "NULL" };
        let null = if dialect == Dialect::Postgres { "::bigint" } else { "" };
        sql.push(&format!(
            ", coalesce({}, 0), {held}{null} FROM {} s",
            month(day, dialect),
            table_name(self.register)
        ));
        if let Proof::Linked { .. } = self.evidence {
            sql.push(" LEFT JOIN (");
            self.push_evidence(sql, dialect, only)?;
            sql.push(") v ON v.subject = s._id");
        }
        sql.push(" WHERE s._deleted = 0");
        if !only.is_empty() {
            sql.push(" AND s._id IN ").bind_all(only.iter().copied());
        }
        if self.dated {
            self.push_window(sql, "s");
        }
        if let Some(filter) = self.filter {
            let filter = expr_sql::condition(filter, &subject, &mut sql.params)?;
            sql.push(&format!(" AND {filter}"));
        }
        Ok(())
    }

    /// Appends the select of subjects that have their evidence: since when, and by which day's they hold.
    fn push_evidence(&self, sql: &mut Sql, dialect: Dialect, only: &[RecordId]) -> Result<()> {
        let Proof::Linked { register, by, dated, filter, need } = &self.evidence else { return Ok(()) };
        let single = matches!(need, Need::Count(1));
        let amount = match need {
            Need::Count(_) => "1".to_owned(),
            Need::Sum { field, .. } => format!("coalesce(e.\"{field}\", 0)"),
        };
        let at_least = match need {
            Need::Count(at_least) | Need::Sum { at_least, .. } => *at_least,
        };
        if single {
            sql.push(&format!("SELECT e.\"{by}\" AS subject, min(e._date) AS since, max(e._date) AS held"));
        } else {
            let running = |order: &str| {
                format!(
                    "sum({amount}) OVER (PARTITION BY e.\"{by}\" ORDER BY e._date{order}, e._id{order} \
                     ROWS UNBOUNDED PRECEDING)"
                )
            };
            sql.push(&format!(
                "SELECT subject, min(CASE WHEN upward >= {at_least} THEN day END) AS since, \
                 max(CASE WHEN downward >= {at_least} THEN day END) AS held FROM (\
                 SELECT e.\"{by}\" AS subject, e._date AS day, {amount} AS amount, {} AS upward, {} AS downward",
                running(""),
                running(" DESC")
            ));
        }
        sql.push(&format!(" FROM {} e WHERE e._deleted = 0", table_name(register)));
        if only.is_empty() {
            sql.push(&format!(" AND e.\"{by}\" IS NOT NULL"));
        } else {
            sql.push(&format!(" AND e.\"{by}\" IN ")).bind_all(only.iter().copied());
        }
        if *dated && !self.dated {
            self.push_window(sql, "e");
        }
        if let Some(filter) = filter {
            let frame = self.frame(dialect, register, "e");
            let filter = expr_sql::condition(filter, &frame, &mut sql.params)?;
            sql.push(&format!(" AND {filter}"));
        }
        if single {
            sql.push(&format!(" GROUP BY e.\"{by}\""));
        } else {
            sql.push(&format!(") r GROUP BY subject HAVING sum(amount) >= {at_least}"));
        }
        Ok(())
    }
}

/// yyyymm of a day.
fn month(day: &str, dialect: Dialect) -> String {
    match dialect {
        _ if day == "NULL" => "NULL".to_owned(),
        Dialect::Sqlite => format!("CAST(strftime('%Y%m', {day} * 86400, 'unixepoch') AS INTEGER)"),
        Dialect::Postgres => {
            let date = format!("DATE '1970-01-01' + ({day})::int");
            format!("(extract(YEAR FROM {date}) * 100 + extract(MONTH FROM {date}))::bigint")
        }
    }
}
