//! The parts of an official paper on the page: red head, title, headings, signature, colophon, charts, codes.
use super::flow::{Flow, Mark, pieces, shift};
use super::fonts::Face;
use super::line::{Ink, Style, broken, set};
use super::table;
use crate::document::{Align, Block, Chart, Colophon, Document, Inline, ParagraphKind, RedHead, Signature};
use crate::form::{Form, RED_BELOW_MM, points};
use crate::qr;

/// 发文机关标志 is as large as fits, but no larger (points).
const RED_PT: f32 = 48.0;
/// 版头's line and 版记's lines (points).
const RED_RULE: f32 = 1.6;
const COLOPHON_RULE: f32 = 0.7;
/// 四号: colophon, page numbers.
pub const SMALL_PT: f32 = 14.0;
const NOTE_PT: f32 = 10.5;
const QR_MM: f32 = 28.0;

pub fn block(flow: &mut Flow, document: &Document, block: &Block) {
    let (line, body) = (flow.page.line_pt, flow.page.body_pt);
    match block {
        Block::RedHead(head) => red_head(flow, head),
        Block::Title(lines) => title(flow, document, lines),
        Block::Subtitle(text) => flow.lines(text, Style::new(Face::Kai, body), line, Align::Center),
        Block::Heading { level, number, text } => heading(flow, *level, number, text),
        Block::Paragraph { kind, text } => paragraph(flow, *kind, text),
        Block::Table(one) => table::table(flow, one, flow.page.table_pt),
        Block::Chart(one) => chart(flow, one),
        Block::Picture { name, width_mm } => picture(flow, document, name, *width_mm),
        Block::Qr { text, caption } => code(flow, text, caption),
        Block::Attachments(items) => attachments(flow, items),
        Block::Signature(one) => signature(flow, document, one),
        Block::Colophon(one) => colophon(flow, one),
        Block::PageBreak => flow.new_page(),
    }
}

fn body(flow: &Flow) -> Style {
    Style { tracking: flow.page.tracking_pt(), ..Style::new(Face::Body, flow.page.body_pt) }
}

fn red_head(flow: &mut Flow, head: &RedHead) {
    let line = flow.page.line_pt;
    let signs = head.title.chars().count().max(1) as f32;
    let size = (flow.width() / signs).min(RED_PT);
    let style = Style::new(Face::Title, size).ink(Ink::Red);
    flow.y += if head.issue.is_some() { line } else { points(RED_BELOW_MM) };
    flow.lines(&head.title, style, size * 1.4, Align::Center);
    let plain = Style::new(Face::Body, flow.page.body_pt);
    if let Some(issue) = &head.issue {
        flow.lines(issue, plain, line, Align::Center);
        flow.y += line / 2.0;
        ends(flow, &head.by, &head.date, plain);
    } else {
        flow.y += line;
        if head.signer.is_empty() {
            flow.lines(&head.number, plain, line, Align::Center);
        } else {
            ends(flow, &head.number, &format!("签发人：{}", head.signer), plain);
        }
    }
    // 7.2.7: the line stands 4 mm below the number.
    flow.y += points(4.0);
    let y = flow.y;
    flow.rule(y, RED_RULE, Ink::Red);
    flow.y += line;
}

/// Two texts at both ends of one line, a character in from the edges.
fn ends(flow: &mut Flow, left: &str, right: &str, style: Style) {
    let height = flow.page.line_pt;
    flow.need(height);
    let (first, second) = (set(flow.fonts, left, style), set(flow.fonts, right, style));
    let (first, second) = (super::line::Line { pieces: first }, super::line::Line { pieces: second });
    let (x, y) = (flow.left() + style.size, flow.y);
    let right_x = flow.left() + flow.width() - style.size - second.width();
    flow.text(first, x, y, height);
    flow.text(second, right_x, y, height);
    flow.y += height;
}

fn title(flow: &mut Flow, document: &Document, lines: &[String]) {
    let certificate = document.form == Form::Certificate;
    let ink = if certificate { Ink::Red } else { Ink::Black };
    let style = Style::new(Face::Title, flow.page.title_pt).ink(ink);
    let height = (flow.page.title_pt * 1.5).max(flow.page.line_pt);
    if !flow.is_fresh() {
        flow.y += flow.page.line_pt / 2.0;
    }
    for line in lines {
        flow.lines(line, style, height, Align::Center);
    }
    flow.y += flow.page.line_pt * if certificate { 0.8 } else { 0.6 };
}

fn heading(flow: &mut Flow, level: u8, number: &str, text: &[Inline]) {
    let face = match level {
        1 => Face::Hei,
        2 => Face::Kai,
        _ => Face::Body,
    };
    let style = Style { face, ..body(flow) };
    let mut signs = set(flow.fonts, number, style);
    signs.extend(pieces(flow.fonts, text, style));
    // Never alone at the foot of a page.
    flow.need(flow.page.line_pt * 2.0);
    indented(flow, &signs, style);
}

fn paragraph(flow: &mut Flow, kind: ParagraphKind, text: &[Inline]) {
    let (left, width, line) = (flow.left(), flow.width(), flow.page.line_pt);
    match kind {
        ParagraphKind::Body => {
            let style = body(flow);
            let signs = pieces(flow.fonts, text, style);
            indented(flow, &signs, style);
        }
        ParagraphKind::To | ParagraphKind::Plain => {
            for one in broken(&pieces(flow.fonts, text, body(flow)), width, 0.0, true) {
                flow.line(one, left, line);
            }
        }
        ParagraphKind::Center | ParagraphKind::Right => {
            let align = if kind == ParagraphKind::Center { Align::Center } else { Align::Right };
            for one in broken(&pieces(flow.fonts, text, body(flow)), width, 0.0, false) {
                let x = left + shift(width - one.width(), align);
                flow.line(one, x, line);
            }
        }
        ParagraphKind::Note => {
            let style = Style::new(Face::Body, NOTE_PT).ink(Ink::Grey);
            for one in broken(&pieces(flow.fonts, text, style), width, 0.0, true) {
                flow.line(one, left, NOTE_PT * 1.6);
            }
        }
    }
}

/// Two characters in at the first line.
fn indented(flow: &mut Flow, signs: &[super::line::Piece], style: Style) {
    let (left, width, height) = (flow.left(), flow.width(), flow.page.line_pt);
    let indent = 2.0 * (style.size + style.tracking);
    for (at, line) in broken(signs, width, indent, true).into_iter().enumerate() {
        let x = if at == 0 { left + indent } else { left };
        flow.line(line, x, height);
    }
}

fn attachments(flow: &mut Flow, items: &[String]) {
    let style = body(flow);
    let em = style.size + style.tracking;
    flow.y += flow.page.line_pt / 2.0;
    for (at, item) in items.iter().enumerate() {
        let head = match (at, items.len()) {
            (0, 1) => "附件：".to_owned(),
            (0, _) => "附件：1. ".to_owned(),
            _ => format!("{}. ", at + 1),
        };
        let lead = if at == 0 { 2.0 } else { 5.0 };
        let signs = set(flow.fonts, &(head + item), style);
        let (left, width, height) = (flow.left() + lead * em, flow.width() - lead * em, flow.page.line_pt);
        for line in broken(&signs, width, 0.0, false) {
            flow.line(line, left, height);
        }
    }
}

/// 7.3.5: the date ends four characters from the right; the body's name stands above its middle.
fn signature(flow: &mut Flow, document: &Document, signature: &Signature) {
    let style = body(flow);
    let em = style.size + style.tracking;
    let height = flow.page.line_pt;
    flow.need(height * (signature.by.len() as f32 + 2.5));
    flow.y += height * if document.form == Form::Certificate { 0.5 } else { 1.5 };
    let date = super::line::Line { pieces: set(flow.fonts, &signature.date, style) };
    let right = flow.left() + flow.width() - 4.0 * em;
    let middle = right - date.width() / 2.0;
    for by in &signature.by {
        let line = super::line::Line { pieces: set(flow.fonts, by, style) };
        let wide = line.width();
        let edge = flow.left() + flow.width() - 2.0 * em;
        let x = (middle - wide / 2.0).min(edge - wide).max(flow.left());
        flow.line(line, x, height);
    }
    let x = right - date.width();
    flow.line(date, x, height);
}

/// 版记 stands at the foot of the last page.
fn colophon(flow: &mut Flow, colophon: &Colophon) {
    let style = Style::new(Face::Body, SMALL_PT);
    let em = style.size;
    let copy = format!("抄送：{}。", colophon.copy);
    let signs = if colophon.copy.is_empty() { Vec::new() } else { set(flow.fonts, &copy, style) };
    let lines =
        if signs.is_empty() { Vec::new() } else { broken(&signs, flow.width() - 2.0 * em, 0.0, false) };
    let line = flow.page.line_pt * 0.9;
    let height = line * (lines.len() as f32 + 1.0);
    flow.need(height + line);
    flow.y = flow.bottom() - height;
    let y = flow.y;
    flow.rule(y, COLOPHON_RULE, Ink::Black);
    let copies = !lines.is_empty();
    for (at, one) in lines.into_iter().enumerate() {
        let x = flow.left() + em + if at == 0 { 0.0 } else { 3.0 * em };
        let y = flow.y;
        flow.text(one, x, y, line);
        flow.y += line;
    }
    if copies {
        let y = flow.y;
        flow.rule(y, COLOPHON_RULE / 2.0, Ink::Black);
    }
    let by = super::line::Line { pieces: set(flow.fonts, &colophon.by, style) };
    let date = super::line::Line { pieces: set(flow.fonts, &format!("{}印发", colophon.date), style) };
    let (x, right, y) = (flow.left() + em, flow.left() + flow.width() - em - date.width(), flow.y);
    flow.text(by, x, y, line);
    flow.text(date, right, y, line);
    flow.y += line;
    let y = flow.y;
    flow.rule(y, COLOPHON_RULE, Ink::Black);
}

fn chart(flow: &mut Flow, chart: &Chart) {
    let size = flow.page.table_pt;
    let (high, style) = (size * 1.9, Style::new(Face::Body, size));
    if !chart.title.is_empty() {
        flow.need(high * 3.0);
        flow.lines(&chart.title, Style::new(Face::Hei, size), size * 2.0, Align::Center);
    }
    let (label_width, bar_width) = (flow.width() * 0.34, flow.width() * 0.40);
    for bar in &chart.bars {
        let label = broken(&set(flow.fonts, &bar.label, style), label_width - size, 0.0, false);
        let height = (label.len() as f32 * size * 1.25).max(high - size * 0.4) + size * 0.4;
        flow.need(height);
        let (left, top) = (flow.left(), flow.y);
        let mut y = top + (height - label.len() as f32 * size * 1.25) / 2.0;
        for line in label {
            let x = left + label_width - size * 0.6 - line.width();
            flow.text(line, x, y, size * 1.25);
            y += size * 1.25;
        }
        let (x, thick) = (left + label_width, size);
        let y = top + (height - thick) / 2.0;
        flow.put(Mark::Box { x, y, width: bar_width, height: thick, ink: Ink::Tint });
        let width = bar_width * bar.permille as f32 / 1000.0;
        let ink = if bar.behind { Ink::Behind } else { Ink::Bar };
        flow.put(Mark::Box { x, y, width, height: thick, ink });
        let said = super::line::Line { pieces: set(flow.fonts, &bar.text, style) };
        flow.text(said, x + bar_width + size * 0.5, top, height);
        flow.y = top + height;
    }
    flow.y += size;
}

fn picture(flow: &mut Flow, document: &Document, name: &str, width_mm: u32) {
    let Some((wide, high)) = document.pictures.get(name).and_then(super::dimensions) else { return };
    let width = points(width_mm as f32).min(flow.width());
    let height = (width * high as f32 / wide.max(1) as f32).min(flow.bottom() - flow.top());
    flow.need(height);
    let (x, y) = (flow.left() + (flow.width() - width) / 2.0, flow.y);
    flow.put(Mark::Picture { name: name.to_owned(), x, y, width, height });
    flow.y += height + flow.page.line_pt / 2.0;
}

fn code(flow: &mut Flow, text: &str, caption: &str) {
    let Some(squares) = qr::squares(text) else { return };
    let side = points(QR_MM);
    flow.need(side + NOTE_PT * 2.0);
    let one = side / squares.len() as f32;
    let (left, top) = (flow.left(), flow.y);
    for (row, line) in squares.iter().enumerate() {
        let mut column = 0;
        while column < line.len() {
            let run = line[column..].iter().take_while(|black| **black).count();
            if run > 0 {
                let (x, y) = (left + column as f32 * one, top + row as f32 * one);
                flow.put(Mark::Box { x, y, width: one * run as f32, height: one, ink: Ink::Black });
            }
            column += run.max(1);
        }
    }
    flow.y += side;
    let style = Style::new(Face::Body, NOTE_PT).ink(Ink::Grey);
    flow.lines(caption, style, NOTE_PT * 1.5, Align::Left);
}
