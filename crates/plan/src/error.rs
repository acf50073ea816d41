//! What can go wrong. A file that is no plan is a [`PlanError`]; a plan that reads oddly is read, with [`Note`]s.

use crate::plan::Span;
use serde::Serialize;

/// Why a file could not be read as a plan. One variant for each thing the caller can do about it.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PlanError {
    #[error("the document is empty: it holds no text at all")]
    Empty,
    #[error("the document is larger than {limit_mb} MB and was not read")]
    TooLarge { limit_mb: usize },
    #[error("not a document that can be read ({found}); give text, .docx, .html or a .pdf with a text layer")]
    Binary { found: &'static str },
    #[error("the document is encrypted; save it without a password first")]
    Encrypted,
    #[error("the file is damaged and could not be opened as {format}: {reason}")]
    Damaged { format: &'static str, reason: String },
    #[error("the PDF holds no text layer (a scan?); run text recognition on it first")]
    NoTextLayer,
    #[error("no work plan was found in the document: {reason}")]
    NotAPlan { reason: &'static str },
}

/// Something a person should look at; the plan was read all the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    pub code: &'static str,
    pub level: Level,
    pub message: String,
    /// Where in the plan's text.
    pub span: Option<Span>,
    /// The line in `plan.fixes.toml`, for notes about a fix.
    pub fix_line: Option<usize>,
}

/// How bad a note is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Warning,
    Error,
}

impl Note {
    /// A warning at a place in the document.
    #[must_use]
    pub fn warning(code: &'static str, message: String, span: Option<Span>) -> Note {
        Note { code, level: Level::Warning, message, span, fix_line: None }
    }

    /// An error in line `line` of `plan.fixes.toml`.
    #[must_use]
    pub fn wrong_fix(code: &'static str, message: String, line: usize) -> Note {
        Note { code, level: Level::Error, message, span: None, fix_line: Some(line) }
    }
}
