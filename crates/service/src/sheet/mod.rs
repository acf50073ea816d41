//! Sheets in and out 导入导出: CSV and xlsx, streamed. A sheet is a draft per row: it goes through the same door as a form, and
//! what leaves is what the actor's list shows.
mod columns;
mod export;
mod import;
mod marked;
mod read;
mod template;
mod write;

use std::path::Path;

use serde::Serialize;

use crate::refusal::Refusal;

/// How an import is done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportAsk {
    /// Only checks.
    pub dry_run: bool,
    /// Writes the rows without mistakes and lists the others; otherwise one mistake keeps everything out.
    pub good_rows_only: bool,
}

/// What an import found and did.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ImportReport {
    /// Title of the register.
    pub register: String,
    /// Rows in the sheet, blank ones and the header aside.
    pub rows: u64,
    pub written: u64,
    pub dry_run: bool,
    pub problems: Vec<RowProblem>,
    /// Columns that a sheet cannot fill: the system gives them, or they hold attachments or sub-rows.
    pub ignored: Vec<String>,
}

/// One thing to mend in a sheet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowProblem {
    /// As the spreadsheet counts, from 1.
    pub row: u64,
    /// The column's title; empty: the row as a whole.
    pub column: String,
    pub message: String,
}

impl ImportReport {
    /// There was something to mend and nothing was written.
    pub fn refused(&self) -> bool {
        !self.problems.is_empty() && self.written == 0
    }
}

impl std::fmt::Display for ImportReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        /// Problems that are listed; the returned workbook has them all.
        const LISTED: usize = 50;
        let done = if self.dry_run {
            "只检查，没有写入".to_string()
        } else {
            format!("写入 {} 行", self.written)
        };
        write!(f, "{}：共 {} 行，{done}，{} 处要改", self.register, self.rows, self.problems.len())?;
        if !self.ignored.is_empty() {
            write!(f, "\n没有导入的列（由系统给出，或须在页面上填）：{}", self.ignored.join("、"))?;
        }
        for problem in self.problems.iter().take(LISTED) {
            let column = if problem.column.is_empty() { "整行" } else { &problem.column };
            write!(f, "\n第 {} 行 {column}：{}", problem.row, problem.message)?;
        }
        if self.problems.len() > LISTED {
            write!(f, "\n……还有 {} 处", self.problems.len() - LISTED)?;
        }
        Ok(())
    }
}

/// The form of a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// UTF-8 with a byte order mark, as Excel wants it.
    Csv,
    Xlsx,
}

impl Format {
    /// By the file's ending.
    pub fn of(path: &Path) -> Result<Self, Refusal> {
        let ending = path.extension().and_then(|end| end.to_str()).unwrap_or_default().to_lowercase();
        match ending.as_str() {
            "csv" => Ok(Self::Csv),
            "xlsx" => Ok(Self::Xlsx),
            _ => Err(Refusal::conflict("文件应为 .xlsx 或 .csv")),
        }
    }
}

/// A file or a sheet that cannot be read or written, in words for the person who chose it.
fn unusable(what: &str, error: impl std::fmt::Display) -> Refusal {
    Refusal::conflict(format!("{what}：{error}"))
}
