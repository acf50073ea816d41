//! A mistake in a pack, pointed at: file, line, the place itself, what is wrong and what would be right.
//!
//! Diagnostics are collected, never thrown: whoever edits a pack sees all mistakes of one reading at once.
use std::fmt;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde::{Serialize, Serializer};

/// One mistake. As JSON: everything but the source.
#[derive(Debug, Clone, Serialize)]
pub struct Diagnostic {
    /// As the reader was given it, e.g. `packs/base/registers/sample.toml`.
    pub file: PathBuf,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// Byte range in the file.
    pub span: Range<usize>,
    pub code: Code,
    pub message: String,
    pub help: Option<String>,
    #[serde(skip)]
    source: Arc<str>,
}

/// The family of a mistake. The text (`E003`) is stable: it is what people search for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u16)]
pub enum Code {
    /// A file or folder that cannot be read, or is not UTF-8.
    File = 1,
    /// Not TOML.
    Syntax = 2,
    /// Another kind of value was expected.
    Shape = 3,
    /// A key that must be there is not.
    Missing = 4,
    /// A key that nothing reads.
    UnknownKey = 5,
    /// A value outside the list of allowed ones.
    BadValue = 6,
    /// An id that is not ASCII snake_case.
    BadId = 7,
    /// A CSV table without a needed column, with a ragged row or a double key.
    Table = 8,
    /// The base of a pack.
    Extends = 9,
    /// The kind of a field.
    FieldKind = 101,
    /// A name of a field that does not exist.
    UnknownField = 102,
    /// A register that does not exist.
    UnknownRegister = 103,
    /// A table or checklist that does not exist.
    UnknownTable = 104,
    /// An expression that does not parse or has the wrong type.
    Expression = 201,
    /// A state that does not exist.
    UnknownState = 301,
    /// A state that no step reaches, or a step from nowhere.
    Unreachable = 302,
    /// A role that does not exist.
    UnknownRole = 303,
    /// `opens` and `after` go round in a circle.
    Cycle = 304,
    /// A clock that starts at something else than a date.
    Deadline = 305,
    /// The path by which a row finds its area, body or owner.
    Scope = 306,
    /// An engine effect, or a field it should write.
    Effect = 307,
    /// An indicator's registers, fields and units.
    Indicator = 401,
    /// A target and the indicator it is bound to.
    Target = 402,
    /// Editions of a rule that overlap or cannot be read.
    Edition = 403,
    /// Areas: codes, parents, one root.
    Area = 501,
    /// Bodies: codes, aliases, members.
    Body = 502,
    /// The plan and its fixes, and duties whose body is unknown.
    Plan = 503,
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "E{:03}", *self as u16)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Diagnostic {
    /// Points at `span` of `source`; a span beyond the text or inside a character is moved to the nearest right place.
    pub(crate) fn new(
        file: PathBuf,
        source: Arc<str>,
        span: Range<usize>,
        code: Code,
        message: String,
        help: Option<String>,
    ) -> Self {
        let start = boundary(&source, span.start);
        let end = boundary(&source, span.end).max(start);
        let before = &source[..start];
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        Self { file, line, column, span: start..end, code, message, help, source }
    }

    /// As rustc prints it; `color` for a terminal.
    pub fn render(&self, color: bool) -> String {
        let renderer = if color { Renderer::styled() } else { Renderer::plain() };
        let path = self.file.display().to_string();
        let code = self.code.to_string();
        let title = Level::ERROR.primary_title(&self.message).id(&code);
        let mut group = Group::with_title(title);
        if self.source.is_empty() {
            group = group.element(annotate_snippets::Origin::path(&path));
        } else {
            group = group.element(
                Snippet::source(&*self.source)
                    .path(&path)
                    .annotation(AnnotationKind::Primary.span(self.span.clone())),
            );
        }
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help));
        }
        renderer.render(&[group]).to_string()
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
