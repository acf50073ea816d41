//! Tables: codes are unique, parents exist, editions of one thing do not overlap.
use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;

use super::Checker;
use super::circle::circles;
use crate::diagnostic::Code;
use crate::read::Sheet;

pub(super) fn check(c: &Checker<'_>) {
    c.folder.checklists.values().for_each(|sheet| check_items(c, sheet));
    for (name, sheet) in &c.folder.tables {
        if sheet.has("code") && sheet.has("title") && !sheet.has("valid_from") {
            check_choices(c, sheet);
        }
        // Rules are checked where they are read.
        if sheet.has("valid_from") && sheet.has("valid_to") && name != "rules" {
            check_editions(c, sheet);
        }
    }
}

/// Answers are kept by item.
fn check_items(c: &Checker<'_>, sheet: &Sheet) {
    let mut seen = HashSet::new();
    if !sheet.need(c.sources, &["item", "title"]) {
        return;
    }
    for row in sheet.rows() {
        let item = row.cell("item");
        if item.is_empty() || !seen.insert(item) {
            c.error(row.at, Code::Table, format!("检查项 `{item}` 为空或重复"));
        }
    }
}

fn check_choices(c: &Checker<'_>, sheet: &Sheet) {
    let codes: HashSet<&str> = sheet.rows().map(|row| row.cell("code")).collect();
    let mut seen = HashSet::new();
    for row in sheet.rows() {
        let code = row.cell("code");
        if code.is_empty() || !seen.insert(code) {
            c.error(row.at, Code::Table, format!("代码 `{code}` 为空或重复"));
        }
        if let Some(parent) = row.filled("parent")
            && (!codes.contains(parent) || parent == code)
        {
            c.sources.unknown(
                row.at,
                Code::Table,
                format!("没有上级代码 `{parent}`"),
                parent,
                codes.iter().copied(),
            );
        }
    }
    let above = sheet.rows().filter_map(|row| Some((row.cell("code"), row.filled("parent")?))).collect();
    let round = circles(&above);
    for row in sheet.rows().filter(|row| round.contains(row.cell("code"))) {
        c.error(row.at, Code::Table, format!("代码 `{}` 的上级成环", row.cell("code")));
    }
}

fn check_editions(c: &Checker<'_>, sheet: &Sheet) {
    let key = if sheet.has("name") { "name" } else { "code" };
    let mut spans: HashMap<&str, Vec<(NaiveDate, NaiveDate)>> = HashMap::new();
    if !sheet.has(key) {
        return;
    }
    for row in sheet.rows() {
        let from = row.date(c.sources, "valid_from").unwrap_or(NaiveDate::MIN);
        let to = row.date(c.sources, "valid_to").unwrap_or(NaiveDate::MAX);
        let known = spans.entry(row.cell(key)).or_default();
        if known.iter().any(|(f, t)| from <= *t && *f <= to) {
            c.error(row.at, Code::Edition, format!("`{}` 的两个版本的有效期重叠", row.cell(key)));
        }
        known.push((from, to));
    }
}
