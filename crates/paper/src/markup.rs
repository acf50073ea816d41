//! The tags a template may use, read into the document model. What is not understood is told with its place, never dropped.
use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};

use crate::document::{
    Align, Bar, Block, Chart, Colophon, Document, Inline, Look, ParagraphKind, RedHead, Signature, Table,
    TableCell, TableRow,
};
use crate::form::Form;
use crate::numeral::heading_number;

/// Bars that can be read on one page; more are cut off.
const PERMILLE: u32 = 1000;
/// Millimetres of a picture when the template names none.
const PICTURE_MM: u32 = 80;

/// Something not understood, with its place in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub offset: usize,
    pub length: usize,
    pub message: String,
}

/// Where each tag may stand and which attributes it knows.
struct Tag {
    name: &'static str,
    inside: &'static [&'static str],
    attributes: &'static [&'static str],
    /// Has no content and no end.
    empty: bool,
}

const BLOCKS: &[&str] = &["document"];
const LINES: &[&str] =
    &["title", "subtitle", "h1", "h2", "h3", "h4", "p", "th", "td", "caption", "item", "b", "u"];

const fn tag(
    name: &'static str,
    inside: &'static [&'static str],
    attributes: &'static [&'static str],
    empty: bool,
) -> Tag {
    Tag { name, inside, attributes, empty }
}

const TAGS: [Tag; 25] = [
    tag("document", &[""], &["form", "landscape"], false),
    tag("red-head", BLOCKS, &["title", "number", "signer", "issue", "by", "date"], true),
    tag("title", BLOCKS, &[], false),
    tag("subtitle", BLOCKS, &[], false),
    tag("h1", BLOCKS, &["plain"], false),
    tag("h2", BLOCKS, &["plain"], false),
    tag("h3", BLOCKS, &["plain"], false),
    tag("h4", BLOCKS, &["plain"], false),
    tag("p", BLOCKS, &["class"], false),
    tag("table", BLOCKS, &["widths", "class"], false),
    tag("caption", &["table"], &[], false),
    tag("tr", &["table"], &[], false),
    tag("th", &["tr"], &["colspan", "rowspan", "align"], false),
    tag("td", &["tr"], &["colspan", "rowspan", "align"], false),
    tag("chart", BLOCKS, &["title"], false),
    tag("bar", &["chart"], &["label", "permille", "text", "class"], true),
    tag("attachments", BLOCKS, &[], false),
    tag("item", &["attachments"], &[], false),
    tag("img", BLOCKS, &["src", "width"], true),
    tag("qr", BLOCKS, &["text", "caption"], true),
    tag("signature", BLOCKS, &["by", "date"], true),
    tag("colophon", BLOCKS, &["copy", "by", "date"], true),
    tag("page-break", BLOCKS, &[], true),
    tag("b", LINES, &[], false),
    tag("u", LINES, &[], false),
];

/// Reads the text of a document. Faults do not stop it.
pub fn parse(text: &str) -> (Document, Vec<Fault>) {
    let mut reader = Reader::default();
    for token in Tokenizer::new_with_emitter(text, DefaultEmitter::<usize>::new_with_span()) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => reader.open(&tag),
            Token::EndTag(tag) => {
                let name = String::from_utf8_lossy(&tag.name).into_owned();
                reader.close(&name, tag.span.start, tag.span.end - tag.span.start);
            }
            Token::String(words) => reader.words(&String::from_utf8_lossy(&words), words.span.start),
            Token::Error(error) => {
                let message = format!("标签写法有误：{}", error.value);
                reader.fault(error.span.start, 1, message);
            }
            Token::Comment(_) | Token::Doctype(_) => {}
        }
    }
    reader.finish(text.len())
}

#[derive(Default)]
struct Reader {
    document: Document,
    faults: Vec<Fault>,
    /// Open tags with their places.
    open: Vec<(String, usize)>,
    /// Whether the document has begun.
    begun: bool,
    lines: Vec<Vec<Inline>>,
    look: Look,
    headings: [usize; 4],
    plain: bool,
    kind: ParagraphKind,
    table: Table,
    row: TableRow,
    cell: Option<TableCell>,
    chart: Chart,
    items: Vec<String>,
}

impl Reader {
    fn fault(&mut self, offset: usize, length: usize, message: String) {
        self.faults.push(Fault { offset, length, message });
    }

    fn parent(&self) -> &str {
        self.open.last().map_or("", |(name, _)| name.as_str())
    }

    fn open(&mut self, start: &StartTag<usize>) {
        let name = String::from_utf8_lossy(&start.name).into_owned();
        let (offset, length) = (start.span.start, start.span.end - start.span.start);
        if name == "br" {
            self.lines.push(Vec::new());
            return;
        }
        let Some(tag) = TAGS.iter().find(|tag| tag.name == name) else {
            return self.fault(offset, length, format!("没有 <{name}> 这种标签"));
        };
        if !tag.inside.contains(&self.parent()) {
            let place = match self.parent() {
                "" => "<document> 之外".to_owned(),
                parent => format!("<{parent}> 里"),
            };
            self.fault(offset, length, format!("<{name}> 不能写在{place}"));
        }
        for key in start.attributes.keys() {
            let key = String::from_utf8_lossy(key);
            if !tag.attributes.contains(&key.as_ref()) {
                self.fault(offset, length, format!("<{name}> 没有属性 {key}"));
            }
        }
        let given = |key: &str| -> String {
            let value = start.attributes.get(key.as_bytes());
            value.map(|value| String::from_utf8_lossy(value).trim().to_owned()).unwrap_or_default()
        };
        let has = |key: &str| start.attributes.contains_key(key.as_bytes());
        if tag.empty {
            return self.put(&name, &given, (offset, length));
        }
        self.begin(&name, &given, &has, (offset, length));
        if !start.self_closing {
            self.open.push((name, offset));
        } else {
            self.end(&name);
        }
    }

    /// Tags without content.
    fn put(&mut self, name: &str, given: &dyn Fn(&str) -> String, at: (usize, usize)) {
        let block = match name {
            "red-head" => Block::RedHead(RedHead {
                title: given("title"),
                number: given("number"),
                signer: given("signer"),
                issue: Some(given("issue")).filter(|issue| !issue.is_empty()),
                by: given("by"),
                date: given("date"),
            }),
            "bar" => {
                let permille = self.number(&given("permille"), 0, at).min(PERMILLE);
                let behind = given("class") == "behind";
                self.chart.bars.push(Bar { label: given("label"), permille, text: given("text"), behind });
                return;
            }
            "img" => {
                Block::Picture { name: given("src"), width_mm: self.number(&given("width"), PICTURE_MM, at) }
            }
            "qr" => Block::Qr { text: given("text"), caption: given("caption") },
            "signature" => {
                let by = given("by");
                let by = by.split('|').map(str::trim).filter(|one| !one.is_empty());
                Block::Signature(Signature { by: by.map(str::to_owned).collect(), date: given("date") })
            }
            "colophon" => {
                Block::Colophon(Colophon { copy: given("copy"), by: given("by"), date: given("date") })
            }
            _ => Block::PageBreak,
        };
        self.document.blocks.push(block);
    }

    fn begin(
        &mut self,
        name: &str,
        given: &dyn Fn(&str) -> String,
        has: &dyn Fn(&str) -> bool,
        at: (usize, usize),
    ) {
        match name {
            "b" => self.look.bold = true,
            "u" => self.look.underline = true,
            "document" => {
                self.begun = true;
                self.document.landscape = has("landscape");
                let form = given("form");
                match Form::of(&form) {
                    Some(form) => self.document.form = form,
                    None if form.is_empty() => {}
                    None => self.fault(
                        at.0,
                        at.1,
                        format!("没有 `{form}` 这种版式（{}）", Form::NAMES.join("、")),
                    ),
                }
            }
            "table" => {
                let widths = given("widths");
                let mut parts = Vec::new();
                for part in widths.split_whitespace() {
                    parts.push(self.number(part, 1, at).max(1));
                }
                self.table = Table { widths: parts, plain: given("class") == "plain", ..Table::default() };
            }
            "tr" => self.row = TableRow::default(),
            "th" | "td" => {
                let align = self.align(&given("align"), name == "th", at);
                self.cell = Some(TableCell {
                    head: name == "th",
                    columns: self.number(&given("colspan"), 1, at).max(1) as usize,
                    rows: self.number(&given("rowspan"), 1, at).max(1) as usize,
                    align,
                    lines: Vec::new(),
                });
                self.fresh();
            }
            "chart" => self.chart = Chart { title: given("title"), bars: Vec::new() },
            "attachments" => self.items.clear(),
            _ => {
                self.plain = has("plain");
                self.kind = self.kind(&given("class"), at);
                self.fresh();
            }
        }
    }

    fn fresh(&mut self) {
        self.lines = vec![Vec::new()];
        self.look = Look::default();
    }

    fn number(&mut self, text: &str, other: u32, at: (usize, usize)) -> u32 {
        match text.parse() {
            Ok(number) => number,
            Err(_) if text.is_empty() => other,
            Err(_) => {
                self.fault(at.0, at.1, format!("`{text}` 不是数字"));
                other
            }
        }
    }

    fn align(&mut self, text: &str, head: bool, at: (usize, usize)) -> Align {
        match text {
            "" if head => Align::Center,
            "" | "left" => Align::Left,
            "center" => Align::Center,
            "right" => Align::Right,
            other => {
                self.fault(at.0, at.1, format!("没有 `{other}` 这种对齐（left、center、right）"));
                Align::Left
            }
        }
    }

    fn kind(&mut self, text: &str, at: (usize, usize)) -> ParagraphKind {
        match text {
            "" => ParagraphKind::Body,
            "to" => ParagraphKind::To,
            "plain" => ParagraphKind::Plain,
            "center" => ParagraphKind::Center,
            "right" => ParagraphKind::Right,
            "note" => ParagraphKind::Note,
            other => {
                let known = "to、plain、center、right、note";
                self.fault(at.0, at.1, format!("没有 `{other}` 这种段落（{known}）"));
                ParagraphKind::Body
            }
        }
    }

    fn close(&mut self, name: &str, offset: usize, length: usize) {
        if TAGS.iter().any(|tag| tag.name == name && tag.empty) || name == "br" {
            return;
        }
        match self.open.iter().rposition(|(open, _)| open == name) {
            None => self.fault(offset, length, format!("</{name}> 没有对应的开始标签")),
            Some(at) => {
                while self.open.len() > at + 1 {
                    if let Some((open, place)) = self.open.pop() {
                        self.fault(place, open.len() + 1, format!("<{open}> 没有结束"));
                        self.end(&open);
                    }
                }
                self.open.pop();
                self.end(name);
            }
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "b" => self.look.bold = false,
            "u" => self.look.underline = false,
            "th" | "td" => {
                if let Some(mut cell) = self.cell.take() {
                    cell.lines = self.taken();
                    self.row.cells.push(cell);
                }
            }
            "tr" => {
                let head = !self.row.cells.is_empty() && self.row.cells.iter().all(|cell| cell.head);
                if head && self.table.head_rows == self.table.rows.len() {
                    self.table.head_rows += 1;
                }
                self.table.rows.push(std::mem::take(&mut self.row));
            }
            "caption" => self.table.caption = flat(&self.taken()),
            "item" => {
                let item = flat(&self.taken());
                self.items.push(item);
            }
            "document" => {}
            block => {
                let block = self.block(block);
                self.document.blocks.extend(block);
            }
        }
    }

    fn block(&mut self, name: &str) -> Option<Block> {
        Some(match name {
            "table" => {
                let mut table = std::mem::take(&mut self.table);
                table.settle();
                Block::Table(table)
            }
            "chart" => Block::Chart(std::mem::take(&mut self.chart)),
            "attachments" => Block::Attachments(std::mem::take(&mut self.items)),
            "title" => {
                let lines = self.taken();
                Block::Title(lines.iter().map(|line| flat(std::slice::from_ref(line))).collect())
            }
            "subtitle" => Block::Subtitle(flat(&self.taken())),
            "h1" | "h2" | "h3" | "h4" => {
                let level = name.as_bytes()[1] - b'0';
                let number = if self.plain { String::new() } else { self.next_number(level) };
                Block::Heading { level, number, text: self.taken().concat() }
            }
            "p" => {
                let lines = self.taken();
                let kind = self.kind;
                let mut paragraphs =
                    lines.into_iter().map(|text| Block::Paragraph { kind, text }).collect::<Vec<_>>();
                let last = paragraphs.pop();
                self.document.blocks.extend(paragraphs);
                return last;
            }
            _ => return None,
        })
    }

    fn next_number(&mut self, level: u8) -> String {
        let at = usize::from(level) - 1;
        self.headings[at] += 1;
        self.headings[at + 1..].fill(0);
        heading_number(level, self.headings[at])
    }

    fn words(&mut self, text: &str, offset: usize) {
        let holds_text = LINES.contains(&self.parent());
        if !holds_text {
            if let Some(word) = text.split_whitespace().next() {
                let at = offset + text.find(word).unwrap_or_default();
                let shown: String = word.chars().take(10).collect();
                self.fault(at, word.len(), format!("“{shown}”要写在 <p> 这样的标签里"));
            }
            return;
        }
        let look = self.look;
        if self.lines.is_empty() {
            self.lines.push(Vec::new());
        }
        if let Some(line) = self.lines.last_mut() {
            line.push(Inline { text: text.to_owned(), look });
        }
    }

    /// The lines read so far, white space as it reads on paper.
    fn taken(&mut self) -> Vec<Vec<Inline>> {
        std::mem::take(&mut self.lines).into_iter().map(tightened).collect()
    }

    fn finish(mut self, end: usize) -> (Document, Vec<Fault>) {
        while let Some((name, offset)) = self.open.pop() {
            self.fault(offset, name.len() + 1, format!("<{name}> 没有结束"));
            self.end(&name);
        }
        if !self.begun {
            self.fault(0, end.min(1), "文书须以 <document> 开始".to_owned());
        }
        (self.document, self.faults)
    }
}

fn flat(lines: &[Vec<Inline>]) -> String {
    lines.concat().into_iter().map(|inline| inline.text).collect()
}

/// White space of the source: gone at both ends and beside Chinese, one blank between Latin words. Wide blanks stay.
fn tightened(line: Vec<Inline>) -> Vec<Inline> {
    let mut out: Vec<Inline> = Vec::new();
    let (mut last, mut waiting) = (None, None);
    for inline in line {
        let mut text = String::new();
        for sign in inline.text.chars() {
            if sign.is_ascii_whitespace() {
                let broken = sign == '\n' || waiting == Some(true);
                waiting = Some(broken);
                continue;
            }
            if let (Some(broken), Some(before)) = (waiting.take(), last) {
                let latin = |sign: char| sign.is_ascii_graphic();
                if !broken || (latin(before) && latin(sign)) {
                    text.push(' ');
                }
            }
            text.push(sign);
            last = Some(sign);
        }
        if !text.is_empty() {
            out.push(Inline { text, look: inline.look });
        }
    }
    out
}
