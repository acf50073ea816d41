//! Templates: minijinja over the tags of `markup`. Undefined names are mistakes, never blanks.
use std::collections::BTreeSet;

use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, Value};

use crate::document::Document;
use crate::markup::{self, Fault};
use crate::{PaperError, numeral};

/// The name templates go by inside.
const NAME: &str = "document.html";

/// A mistake in a template, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// From 1.
    pub line: usize,
    /// Byte range in the template; empty when only the line is known.
    pub span: std::ops::Range<usize>,
    pub message: String,
}

/// A template that was read.
#[derive(Debug)]
pub struct Template {
    environment: Environment<'static>,
    source: String,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// Its mistakes, all that can be known without data.
    pub fn read(source: &str) -> Result<Self, Vec<Mistake>> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::Html);
        environment.add_filter("cn", |number: usize| numeral::chinese_number(number));
        environment.add_filter("day", |day: &str| numeral::chinese_date(day));
        if let Err(error) = environment.add_template_owned(NAME.to_owned(), source.to_owned()) {
            return Err(vec![mistake(source, &error)]);
        }
        let (_, faults) = markup::parse(&blanked(source));
        let faults: Vec<Mistake> = faults.into_iter().map(|fault| at(source, fault)).collect();
        if faults.is_empty() { Ok(Self { environment, source: source.to_owned() }) } else { Err(faults) }
    }

    /// The names it asks for, with their dots: `record.business.phone`. Names that loops set are not among them.
    pub fn names(&self) -> BTreeSet<String> {
        let template = self.environment.get_template(NAME);
        template.map(|template| template.undeclared_variables(true).into_iter().collect()).unwrap_or_default()
    }

    /// Where a name stands first, for pointing at it.
    pub fn place(&self, name: &str) -> Mistake {
        let start = self.source.find(name).unwrap_or_default();
        let line = self.source[..start].matches('\n').count() + 1;
        Mistake { line, span: start..start + name.len(), message: String::new() }
    }

    /// The document with this data.
    ///
    /// # Errors
    /// A name that the data does not have, or tags that the data broke.
    pub fn render(&self, data: &Value) -> Result<Document, PaperError> {
        let failed = |error: Error| PaperError::Template(mistake(&self.source, &error));
        let template = self.environment.get_template(NAME).map_err(failed)?;
        let (text, spans) = template.render_with_spans(data.clone()).map_err(failed)?;
        let (document, faults) = markup::parse(&text);
        let Some(fault) = faults.into_iter().next() else { return Ok(document) };
        let from = spans.iter().find(|span| span.output_range().end > fault.offset);
        let (line, span) = from.map_or((1, 0..0), |span| (span.line(), span.source_range()));
        Err(PaperError::Template(Mistake { line, span, message: fault.message }))
    }
}

/// The source with its code as blanks of the same length: what is left are the tags at their places.
fn blanked(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(start) = ["{{", "{%", "{#"].iter().filter_map(|sign| rest.find(sign)).min() {
        let end = match &rest[start..start + 2] {
            "{{" => "}}",
            "{%" => "%}",
            _ => "#}",
        };
        let length = rest[start..].find(end).map_or(rest.len() - start, |at| at + 2);
        out.push_str(&rest[..start]);
        out.extend(rest[start..start + length].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        rest = &rest[start + length..];
    }
    out + rest
}

fn at(source: &str, fault: Fault) -> Mistake {
    let start = fault.offset.min(source.len());
    let before = source.get(..start).unwrap_or(source);
    let end = (start + fault.length).min(source.len());
    Mistake { line: before.matches('\n').count() + 1, span: start..end, message: fault.message }
}

/// A template's mistake in words.
fn mistake(source: &str, error: &Error) -> Mistake {
    let line = error.line().unwrap_or(1);
    let start: usize = source.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let length = source[start..].lines().next().map_or(0, str::len);
    let span = error.range().unwrap_or(start..start + length);
    let detail = error.detail().unwrap_or_default();
    let what = match error.kind() {
        ErrorKind::SyntaxError => "语法有误",
        ErrorKind::UndefinedError => "没有这个名字",
        ErrorKind::UnknownFilter => "没有这个过滤器",
        ErrorKind::UnknownFunction => "没有这个函数",
        _ => "模板不能执行",
    };
    let message = if detail.is_empty() { what.to_owned() } else { format!("{what}（{detail}）") };
    Mistake { line, span, message }
}
