//! Running numbers 编号: `JC-{year}-{seq:6}`. Each text before the running part has a sequence of its own.
use chrono::{Datelike, FixedOffset, NaiveDate};

use crate::error::Result;
use crate::record::Stamp;
use crate::tx::Tx;

/// China has one clock, eight hours ahead of UTC.
const SHANGHAI_SECONDS: i32 = 8 * 3600;

impl Tx {
    /// The next number by `pattern`; `{year}`, `{month}`, `{day}` are those of the business date, or of the act.
    pub(crate) fn issue_number(
        &mut self,
        pattern: &str,
        date: Option<NaiveDate>,
        stamp: &Stamp,
    ) -> Result<String> {
        let dated = dated(pattern, date, stamp);
        let Some((head, width, tail)) = running_part(&dated) else { return Ok(dated) };
        let next = self.last_number(&dated)? + 1;
        let number = format!("{head}{next:0width$}{tail}");
        self.numbers.insert(dated, next);
        Ok(number)
    }

    /// A record brings a number of its own: those issued later go on after it.
    pub(crate) fn take_number(
        &mut self,
        pattern: &str,
        date: Option<NaiveDate>,
        stamp: &Stamp,
        number: &str,
    ) -> Result<()> {
        let dated = dated(pattern, date, stamp);
        let Some((head, _, tail)) = running_part(&dated) else { return Ok(()) };
        let digits = number.strip_prefix(head).and_then(|rest| rest.strip_suffix(tail));
        if let Some(taken) = digits.and_then(|digits| digits.parse::<i64>().ok())
            && taken > self.last_number(&dated)?
        {
            self.numbers.insert(dated, taken);
        }
        Ok(())
    }

    fn last_number(&mut self, dated: &str) -> Result<i64> {
        match self.numbers.get(dated) {
            Some(last) => Ok(*last),
            None => self.query_int("SELECT last FROM sequence WHERE name = $1", &[dated.into()]),
        }
    }
}

/// The pattern with year, month and day filled in: the name of its sequence.
fn dated(pattern: &str, date: Option<NaiveDate>, stamp: &Stamp) -> String {
    let day = date.unwrap_or_else(|| match FixedOffset::east_opt(SHANGHAI_SECONDS) {
        Some(zone) => stamp.at.with_timezone(&zone).date_naive(),
        None => stamp.at.date_naive(),
    });
    pattern
        .replace("{year}", &day.year().to_string())
        .replace("{month}", &format!("{:02}", day.month()))
        .replace("{day}", &format!("{:02}", day.day()))
}

/// The text before `{seq:n}`, n, and the text after.
fn running_part(pattern: &str) -> Option<(&str, usize, &str)> {
    let (head, rest) = pattern.split_once("{seq")?;
    let (width, tail) = rest.split_once('}')?;
    Some((head, width.trim_start_matches(':').parse().unwrap_or(0), tail))
}

#[cfg(test)]
mod tests {
    use super::running_part;

    #[test]
    fn the_running_part_may_stand_anywhere_and_without_a_width() {
        assert_eq!(running_part("JC-2023-{seq:6}"), Some(("JC-2023-", 6, "")));
        assert_eq!(running_part("{seq}号"), Some(("", 0, "号")));
        assert_eq!(running_part("JC"), None);
    }
}
