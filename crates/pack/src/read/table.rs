//! CSV tables: choice lists, law's numbers, the calendar, checklists. Each row knows its place.
use chrono::NaiveDate;
use indexmap::IndexMap;
use rust_decimal::Decimal;

use super::folder::Folder;
use super::source::{At, Sources};
use crate::calendar::Calendar;
use crate::diagnostic::Code;
use crate::expr::Edition;
use crate::field::Choice;
use crate::pack::Table;

/// A table with the places of its rows.
pub struct Sheet {
    pub table: Table,
    pub at: At,
    rows_at: Vec<At>,
}

/// One row, read by the names of its columns.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    sheet: &'a Sheet,
    cells: &'a [String],
    pub at: At,
}

impl Sheet {
    pub fn parse(sources: &Sources, at: At, name: &str) -> Self {
        let text = sources.text(at);
        let mut reader =
            csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(text.as_bytes());
        let columns: Vec<String> =
            reader.headers().map(|h| h.iter().map(str::to_owned).collect()).unwrap_or_default();
        let mut sheet = Self {
            table: Table { name: name.to_owned(), columns, rows: Vec::new() },
            at,
            rows_at: Vec::new(),
        };
        for record in reader.records() {
            let Ok(record) = record else { continue };
            let start = record.position().map_or(0, |position| position.byte() as usize);
            let line = text.get(start..).and_then(|rest| rest.lines().next()).map_or(0, str::len);
            let place = At { file: at.file, start, end: start + line };
            if record.iter().all(str::is_empty) {
                continue;
            }
            if record.len() != sheet.table.columns.len() {
                let message =
                    format!("这一行有 {} 格，表头有 {} 列", record.len(), sheet.table.columns.len());
                sources.error_with_help(place, Code::Table, message, "格中有逗号时，整格用英文双引号括起");
            }
            let mut cells: Vec<String> = record.iter().map(str::to_owned).collect();
            cells.resize(sheet.table.columns.len(), String::new());
            sheet.table.rows.push(cells);
            sheet.rows_at.push(place);
        }
        sheet
    }

    pub fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.table.rows.iter().zip(&self.rows_at).map(|(cells, at)| Row { sheet: self, cells, at: *at })
    }

    pub fn has(&self, column: &str) -> bool {
        self.table.columns.iter().any(|c| c == column)
    }

    /// Reports each of `columns` that the header lacks.
    pub fn need(&self, sources: &Sources, columns: &[&str]) -> bool {
        let missing: Vec<&str> = columns.iter().copied().filter(|column| !self.has(column)).collect();
        if !missing.is_empty() {
            let at = At { end: sources.text(self.at).lines().next().map_or(0, str::len), ..self.at };
            sources.error(at, Code::Table, format!("表头缺少列：{}", missing.join("、")));
        }
        missing.is_empty()
    }
}

impl<'a> Row<'a> {
    /// The cell, empty if the table has no such column.
    pub fn cell(&self, column: &str) -> &'a str {
        let at = self.sheet.table.columns.iter().position(|c| c == column);
        at.and_then(|at| self.cells.get(at)).map_or("", String::as_str)
    }

    pub fn filled(&self, column: &str) -> Option<&'a str> {
        Some(self.cell(column)).filter(|cell| !cell.is_empty())
    }

    /// Members of a cell: `甲|乙` (also `、` and `;`).
    pub fn list(&self, column: &str) -> Vec<String> {
        let parts = self.cell(column).split(['|', '、', ';', '；']);
        parts.map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    pub fn date(&self, sources: &Sources, column: &str) -> Option<NaiveDate> {
        let cell = self.filled(column)?;
        let date = NaiveDate::parse_from_str(cell, "%Y-%m-%d").ok();
        if date.is_none() {
            sources.error(
                self.at,
                Code::Table,
                format!("`{column}` 应为 2023-01-31 样的日期，这里是 `{cell}`"),
            );
        }
        date
    }
}

/// Every table with columns `code,title`, as a choice list.
pub fn choices(folder: &Folder) -> IndexMap<String, Vec<Choice>> {
    let lists = folder.tables.iter().filter(|(_, sheet)| sheet.has("code") && sheet.has("title"));
    lists
        .map(|(name, sheet)| {
            let choices = sheet.rows().map(|row| Choice {
                code: row.cell("code").to_owned(),
                title: row.cell("title").to_owned(),
                parent: row.filled("parent").map(str::to_owned),
            });
            (name.clone(), choices.collect())
        })
        .collect()
}

/// tables/rules.csv: `name,value,valid_from,valid_to,source,…`, several editions per name.
pub fn rules(folder: &Folder, sources: &Sources) -> IndexMap<String, Vec<Edition>> {
    let mut rules: IndexMap<String, Vec<Edition>> = IndexMap::new();
    let Some(sheet) = folder.tables.get("rules") else { return rules };
    if !sheet.need(sources, &["name", "value"]) {
        return rules;
    }
    for row in sheet.rows() {
        let Ok(value) = Decimal::from_str_exact(row.cell("value")) else {
            sources.error(row.at, Code::Edition, format!("`{}` 不是数字", row.cell("value")));
            continue;
        };
        let edition =
            Edition { from: row.date(sources, "valid_from"), to: row.date(sources, "valid_to"), value };
        let editions = rules.entry(row.cell("name").to_owned()).or_default();
        if editions.iter().any(|other| overlap(other, &edition)) {
            let message = format!("`{}` 的两个版本的有效期重叠", row.cell("name"));
            sources.error_with_help(
                row.at,
                Code::Edition,
                message,
                "前一版的 valid_to 应在后一版 valid_from 的前一天",
            );
        }
        editions.push(edition);
    }
    rules
}

fn overlap(a: &Edition, b: &Edition) -> bool {
    let before = |end: Option<NaiveDate>, start: Option<NaiveDate>| matches!((end, start), (Some(e), Some(s)) if e < s);
    !before(a.to, b.from) && !before(b.to, a.from)
}

/// tables/workdays.csv: `date,kind` with kind `holiday` or `workday`.
pub fn calendar(folder: &Folder, sources: &Sources) -> Calendar {
    let Some(sheet) = folder.tables.get("workdays") else { return Calendar::default() };
    if !sheet.need(sources, &["date", "kind"]) {
        return Calendar::default();
    }
    let days = sheet.rows().filter_map(|row| {
        let worked = match row.cell("kind") {
            "holiday" => false,
            "workday" => true,
            other => {
                sources.error(
                    row.at,
                    Code::Table,
                    format!("`kind` 应为 holiday 或 workday，这里是 `{other}`"),
                );
                return None;
            }
        };
        Some((row.date(sources, "date")?, worked))
    });
    Calendar::new(days.collect())
}
