//! The files of a pack, every place in them, and the mistakes found so far.
use std::cell::RefCell;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic};

/// Words looked through for a suggestion, at most.
const SUGGESTED_MAX: usize = 2000;

/// A byte range in one of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    pub file: usize,
    pub start: usize,
    pub end: usize,
}

#[derive(Debug, Clone)]
struct File {
    path: PathBuf,
    text: Arc<str>,
}

#[derive(Debug)]
struct Fault {
    at: At,
    code: Code,
    message: String,
    help: Option<String>,
}

/// Files read and mistakes found. Shared by reference while a pack is read, so it collects behind a cell.
#[derive(Debug, Default)]
pub struct Sources {
    files: RefCell<Vec<File>>,
    faults: RefCell<Vec<Fault>>,
}

impl Sources {
    /// Adds a file and names the whole of it.
    pub fn add(&self, path: &Path, text: &str) -> At {
        let mut files = self.files.borrow_mut();
        files.push(File { path: path.to_owned(), text: text.into() });
        At { file: files.len() - 1, start: 0, end: text.len() }
    }

    /// Line `number` (from 1) of a file.
    pub fn line(&self, file: At, number: usize) -> At {
        let text = self.text(file);
        let start: usize = text.split_inclusive('\n').take(number.saturating_sub(1)).map(str::len).sum();
        let len = text[start..].lines().next().map_or(0, str::len);
        At { start, end: start + len, ..file }
    }

    /// The same files without faults, for a reading whose mistakes another one reports.
    pub fn muted(&self) -> Self {
        Self { files: self.files.clone(), faults: RefCell::default() }
    }

    pub fn text(&self, at: At) -> Arc<str> {
        self.files.borrow()[at.file].text.clone()
    }

    pub fn error(&self, at: At, code: Code, message: impl Into<String>) {
        self.fault(at, code, message.into(), None);
    }

    pub fn error_with_help(&self, at: At, code: Code, message: impl Into<String>, help: impl Into<String>) {
        self.fault(at, code, message.into(), Some(help.into()));
    }

    /// "没有…": with the nearest of `known` as help, or the list when it is short.
    pub fn unknown<'a>(
        &self,
        at: At,
        code: Code,
        message: impl Into<String>,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
    ) {
        self.fault(at, code, message.into(), suggestion(name, known));
    }

    fn fault(&self, at: At, code: Code, message: String, help: Option<String>) {
        self.faults.borrow_mut().push(Fault { at, code, message, help });
    }

    /// The place of `len` bytes at `offset` in the text that was written at `at`; the whole text where escapes blur it.
    pub fn inside(&self, at: At, text: &str, offset: usize, len: usize) -> At {
        let source = self.text(at);
        let raw = source.get(at.start..at.end).unwrap_or_default();
        match raw.find(text) {
            Some(from) if !text.is_empty() => {
                let start = at.start + from + offset.min(text.len());
                At { file: at.file, start, end: (start + len.max(1)).min(at.end) }
            }
            _ => at,
        }
    }

    pub fn is_clean(&self) -> bool {
        self.faults.borrow().is_empty()
    }

    /// All mistakes in the order of files and lines, each once.
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        let files = self.files.into_inner();
        let mut faults = self.faults.into_inner();
        faults.sort_by_key(|fault| (fault.at.file, fault.at.start, fault.at.end, fault.code));
        faults.dedup_by(|a, b| a.at == b.at && a.message == b.message);
        let pointed = faults.into_iter().map(|Fault { at, code, message, help }| {
            let file = &files[at.file];
            Diagnostic::new(file.path.clone(), file.text.clone(), at.start..at.end, code, message, help)
        });
        pointed.collect()
    }
}

impl At {
    /// The start of the same file.
    pub fn top(self) -> Self {
        Self { file: self.file, start: 0, end: 0 }
    }

    pub fn of(file: usize, span: Range<usize>) -> Self {
        Self { file, start: span.start, end: span.end }
    }
}

/// The word nearest to `name`, if it is near; else all of them while they fit a line.
pub fn suggestion<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let known: Vec<&str> = known.into_iter().take(SUGGESTED_MAX).collect();
    match nearest(name, known.iter().copied()) {
        Some(word) => Some(format!("是不是 `{word}`？")),
        None if known.is_empty() || known.len() > 16 => None,
        None => Some(format!("可用：{}", known.join("、"))),
    }
}

/// The word that `name` was probably meant to be.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let likely = known.into_iter().map(|word| (strsim::jaro_winkler(name, word), word));
    let near = likely.filter(|(likeness, _)| *likeness > 0.78).max_by(|a, b| a.0.total_cmp(&b.0));
    near.map(|(_, word)| word)
}
