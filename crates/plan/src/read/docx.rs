//! Text of a `.docx`: paragraphs with the numbers Word makes, and tables.
//!
//! Word keeps automatic numbers apart from the text (`numbering.xml`); without them a plan has no chapters.

use super::numbering::Numbering;
use super::sheet::Sheet;
use crate::error::PlanError;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// The most a part may unpack to, in bytes.
const LIMIT: u64 = 128 * 1024 * 1024;

fn damaged(reason: impl ToString) -> PlanError {
    PlanError::Damaged { format: "docx", reason: reason.to_string() }
}

pub(crate) fn text(bytes: &[u8]) -> Result<String, PlanError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    let document = part(&mut archive, "word/document.xml")?
        .ok_or(PlanError::Binary { found: "a zip file that is no .docx" })?;
    let numbers = part(&mut archive, "word/numbering.xml")?.unwrap_or_default();
    let styles = part(&mut archive, "word/styles.xml")?.unwrap_or_default();
    let mut walker = Walker {
        sheet: Sheet::default(),
        numbering: Numbering::read(&numbers, &styles),
        paragraph: Paragraph::default(),
        in_text: false,
        skip: 0,
    };
    let mut reader = Reader::from_str(&document);
    loop {
        match reader.read_event().map_err(damaged)? {
            Event::Start(tag) => walker.start(&tag, false),
            Event::Empty(tag) => walker.start(&tag, true),
            Event::End(tag) => walker.end(tag.local_name().as_ref()),
            Event::Text(words) if walker.in_text => walker.words(&words.decode().map_err(damaged)?),
            Event::GeneralRef(entity) if walker.in_text => {
                let c = entity.resolve_char_ref().map_err(damaged)?;
                let named = entity
                    .decode()
                    .ok()
                    .and_then(|name| quick_xml::escape::resolve_predefined_entity(&name).map(str::to_owned));
                let words = c.map(String::from).or(named).unwrap_or_default();
                walker.words(&words);
            }
            Event::Eof => return Ok(walker.sheet.finish()),
            _ => {}
        }
    }
}

fn part(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str) -> Result<Option<String>, PlanError> {
    let Ok(file) = archive.by_name(name) else { return Ok(None) };
    let mut bytes = Vec::new();
    file.take(LIMIT + 1).read_to_end(&mut bytes).map_err(damaged)?;
    if bytes.len() as u64 > LIMIT {
        return Err(PlanError::TooLarge { limit_mb: (LIMIT / 1024 / 1024) as usize });
    }
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

#[derive(Default)]
struct Paragraph {
    list: Option<String>,
    level: Option<usize>,
    style: Option<String>,
    begun: bool,
}

struct Walker {
    sheet: Sheet,
    numbering: Numbering,
    paragraph: Paragraph,
    in_text: bool,
    /// Depth inside fallbacks that repeat what was read.
    skip: usize,
}

/// The value of an attribute by its local name.
pub(crate) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.attributes().flatten().find(|a| a.key.local_name().as_ref() == name.as_bytes())?;
    String::from_utf8(found.value.into_owned()).ok()
}

impl Walker {
    fn start(&mut self, tag: &BytesStart<'_>, empty: bool) {
        let name = tag.local_name();
        if name.as_ref() == b"Fallback" && !empty {
            self.skip += 1;
        }
        if self.skip > 0 {
            return;
        }
        let value = || attribute(tag, "val");
        match name.as_ref() {
            b"p" => self.paragraph = Paragraph::default(),
            b"numId" => self.paragraph.list = value(),
            b"ilvl" => self.paragraph.level = value().and_then(|v| v.parse().ok()),
            b"pStyle" => self.paragraph.style = value(),
            b"t" => self.in_text = !empty,
            b"tab" if self.paragraph.begun => self.sheet.words(" "),
            b"br" | b"cr" => self.sheet.line_end(),
            b"noBreakHyphen" => self.words("-"),
            b"tbl" if !empty => self.sheet.open_table(),
            b"tr" => self.sheet.open_row(),
            b"tc" if !empty => self.sheet.open_cell(1, 1),
            b"gridSpan" => {
                let wide = value().and_then(|v| v.parse().ok()).unwrap_or(1);
                self.sheet.widen_cell(wide);
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &[u8]) {
        if name == b"Fallback" {
            self.skip = self.skip.saturating_sub(1);
        }
        if self.skip > 0 {
            return;
        }
        match name {
            b"t" => self.in_text = false,
            b"p" => self.sheet.line_end(),
            b"tbl" => self.sheet.close_table(),
            b"tr" => self.sheet.close_row(),
            b"tc" => self.sheet.close_cell(),
            _ => {}
        }
    }

    fn words(&mut self, words: &str) {
        if self.skip > 0 {
            return;
        }
        if !self.paragraph.begun && !words.trim().is_empty() {
            self.paragraph.begun = true;
            let p = &self.paragraph;
            if let Some(number) = self.numbering.next(p.list.as_deref(), p.level, p.style.as_deref()) {
                self.sheet.words(&number);
            }
        }
        self.sheet.words(words);
    }
}
