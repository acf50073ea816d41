//! The sheet that goes back to its sender: the cells to mend red, the reasons behind each row.
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

use super::columns::Cell;
use super::write::{Out, Red};
use super::{Format, ImportReport, RowProblem, read};
use crate::office::Office;
use crate::refusal::Refusal;

/// Above so many rows only those with mistakes go back.
const WHOLE_MAX: u64 = 20_000;

impl Office {
    /// Writes the sheet again as a workbook with the report's problems marked.
    ///
    /// # Errors
    /// The sheet cannot be read again, or `to` not be written.
    pub fn mark_import(
        &self,
        path: &Path,
        report: &ImportReport,
        to: impl Write + Send,
    ) -> Result<(), Refusal> {
        let mut by_row: HashMap<u64, Vec<&RowProblem>> = HashMap::new();
        for problem in &report.problems {
            by_row.entry(problem.row).or_default().push(problem);
        }
        let mut to = Some(to);
        let mut out = None;
        let mut header: Vec<String> = Vec::new();
        read::rows(path, &mut |line, cells| {
            let wrong = by_row.get(&line).map(Vec::as_slice).unwrap_or_default();
            let first = to.take();
            if let Some(to) = first {
                header = cells.iter().map(|cell| cell.trim().to_string()).collect();
                out = Some(Out::new(Format::Xlsx, to, [header.clone(), vec![reasons_title()]].concat())?);
                if wrong.is_empty() {
                    return Ok(());
                }
            } else if wrong.is_empty() && report.rows > WHOLE_MAX {
                return Ok(());
            }
            let mut row: Vec<Cell> = cells.iter().cloned().map(Cell::Text).collect();
            row.resize(header.len().max(row.len()), Cell::Text(String::new()));
            let place = |problem: &&RowProblem| {
                header.iter().position(|title| title.trim_end_matches(['*', '＊']).trim() == problem.column)
            };
            let red: Vec<Red> = wrong.iter().filter_map(place).map(Red).collect();
            row.truncate(header.len());
            row.push(Cell::Text(reasons(wrong)));
            match &mut out {
                Some(out) => out.row(&row, &red),
                None => Ok(()),
            }
        })?;
        match out {
            Some(out) => out.finish(),
            None => Err(Refusal::conflict("表里没有内容")),
        }
    }
}

fn reasons_title() -> String {
    "要改的地方".to_string()
}

fn reasons(problems: &[&RowProblem]) -> String {
    let reason = |problem: &&RowProblem| match problem.column.is_empty() {
        true => problem.message.clone(),
        false => format!("{}：{}", problem.column, problem.message),
    };
    problems.iter().map(reason).collect::<Vec<_>>().join("；")
}
