//! Full text over Chinese: every Chinese sign is one token, a run of Latin letters and digits is one, and what is looked for is
//! a phrase. So words of one or two signs are found, and both databases find the same.
use shian_pack::Register;
use shian_pack::value::{RecordId, Value};

use crate::dialect::Dialect;
use crate::error::Result;
use crate::layout::{Layout, words_name};
use crate::record::Record;
use crate::scope::Scope;
use crate::sql::Sql;
use crate::tx::Tx;

/// Characters of one record that are indexed at most.
const WORDS_MAX: usize = 20_000;

/// What of a record is found by words.
pub fn words_of(record: &Record, layout: &Layout) -> String {
    let mut words = spaced(&record.name);
    if let Some(number) = &record.number {
        push_words(&mut words, number);
    }
    for field in &layout.search {
        if let Some(value) = record.fields.get(field) {
            push_value(&mut words, value);
        }
    }
    words
}

fn push_value(words: &mut String, value: &Value) {
    match value {
        Value::Text(text) => push_words(words, text),
        Value::Int(number) => push_words(words, &number.to_string()),
        Value::List(values) => values.iter().for_each(|value| push_value(words, value)),
        Value::Rows(rows) => {
            rows.iter().flat_map(|row| row.values()).for_each(|value| push_value(words, value))
        }
        Value::Null | Value::Bool(_) | Value::Decimal(_) | Value::Date(_) | Value::Time(_) => {}
    }
}

fn push_words(words: &mut String, text: &str) {
    let more = spaced(text);
    if !more.is_empty() && words.len() + more.len() < WORDS_MAX {
        // A sign that is no word keeps phrases from reaching over two fields.
        words.push_str(" \u{4e36} ");
        words.push_str(&more);
    }
}

/// The tokens of a text, with spaces between: lower case, full-width letters made half-width, punctuation left out.
pub fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 4 / 3 + 8);
    let mut in_run = false;
    for sign in text.chars().map(half_width).filter(|sign| *sign != '\u{4e36}') {
        if !sign.is_alphanumeric() {
            in_run = false;
            continue;
        }
        let runs = sign.is_ascii();
        let goes_on = runs && in_run;
        if !out.is_empty() && !goes_on {
            out.push(' ');
        }
        out.extend(sign.to_lowercase());
        in_run = runs;
    }
    out
}

fn half_width(sign: char) -> char {
    match sign {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(sign) - 0xfee0).unwrap_or(sign),
        '\u{3000}' => ' ',
        _ => sign,
    }
}

/// Appends ` AND …`: the rows whose words hold `text` as a phrase; its last token may be the beginning of one if it is Latin or
/// digits. A text without words finds nothing.
pub fn push_match(sql: &mut Sql, layout: &Layout, dialect: Dialect, text: &str) {
    let phrase = spaced(text);
    if phrase.is_empty() {
        sql.push(" AND 1 = 0");
        return;
    }
    let open_end = phrase.ends_with(|sign: char| sign.is_ascii());
    match dialect {
        Dialect::Sqlite => {
            let name = words_name(&layout.register);
            let star = if open_end { " *" } else { "" };
            sql.push(&format!(" AND _id IN (SELECT rowid FROM {name} WHERE {name} MATCH "));
            sql.bind(format!("\"{phrase}\"{star}")).push(")");
        }
        Dialect::Postgres => {
            let tokens: Vec<String> = phrase.split(' ').map(|token| format!("'{token}'")).collect();
            let star = if open_end { ":*" } else { "" };
            sql.push(" AND _words @@ CAST(CAST(")
                .bind(format!("{}{star}", tokens.join(" <-> ")))
                .push(" AS TEXT) AS tsquery)");
        }
    }
}

/// A record found by its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    pub register: String,
    pub id: RecordId,
    pub name: String,
    pub number: Option<String>,
    pub state: String,
    /// Path.
    pub area: String,
}

impl Tx {
    /// Live records whose words hold `text`, of each register at most `limit` within its scope, newest first.
    pub fn search(&mut self, registers: &[(&Register, &Scope)], text: &str, limit: u32) -> Result<Vec<Hit>> {
        let mut hits = Vec::new();
        for (register, scope) in registers.iter().filter(|(_, scope)| !scope.is_none()) {
            let table = self.table(&register.id)?;
            let columns = "SELECT _id, _name, _number, _state, _area FROM ";
            let mut sql = Sql::new(self.dialect(), columns);
            sql.push(&table.name).push(" WHERE _deleted = 0");
            scope.push(&mut sql, &table.layout);
            push_match(&mut sql, &table.layout, self.dialect(), text);
            sql.push(" ORDER BY _id DESC LIMIT ").bind(i64::from(limit));
            for mut row in self.query(&sql.text, &sql.params)? {
                hits.push(Hit {
                    register: register.id.clone(),
                    id: row.int(0)?,
                    name: row.text(1)?,
                    number: row.maybe_text(2)?,
                    state: row.text(3)?,
                    area: row.text(4)?,
                });
            }
        }
        Ok(hits)
    }
}

#[cfg(test)]
mod tests {
    use super::spaced;

    #[test]
    fn signs_stand_alone_and_latin_runs_stay_together() {
        assert_eq!(spaced("明港镇（ＡＢ12）火锅-店 x"), "明 港 镇 ab12 火 锅 店 x");
        assert_eq!(spaced("，。"), "");
    }
}
