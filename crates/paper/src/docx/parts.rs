//! The parts of an official paper as Word's paragraphs and tables.
use docx_rs::{
    AlignmentType, BorderType, BreakType, Docx, Paragraph, ParagraphBorder, ParagraphBorderPosition,
    ParagraphBorders, Pic, Run, SpecialIndentType, Tab, TabValueType, Table, TableBorder,
    TableBorderPosition, TableBorders, TableCell, TableLayoutType, TablePositionProperty, TableRow,
    WidthType,
};

use super::{BODY, GREY, HEI, KAI, RED, TITLE, emu, exact, fonts, half, inner, table, tracking, two_in};
use crate::document::{Block, Colophon, Document, Inline, ParagraphKind, RedHead, Signature};
use crate::form::{Form, Page, RED_BELOW_MM, points};
use crate::qr;

const RED_PT: f32 = 48.0;
const SMALL_PT: f32 = 14.0;
const NOTE_PT: f32 = 10.5;
const QR_MM: f32 = 28.0;
/// Twips that Word leaves at both sides of a cell.
const CELL_MARGINS: usize = 216;

pub fn block(docx: Docx, document: &Document, page: &Page, block: &Block) -> Docx {
    match block {
        Block::RedHead(head) => red_head(docx, page, head),
        Block::Title(lines) => title(docx, document, page, lines),
        Block::Subtitle(text) => docx.add_paragraph(centered(text, KAI, page.body_pt, page.line_pt)),
        Block::Heading { level, number, text } => docx.add_paragraph(heading(page, *level, number, text)),
        Block::Paragraph { kind, text } => docx.add_paragraph(paragraph(page, *kind, text)),
        Block::Table(one) => table::table(docx, page, one),
        Block::Chart(one) => table::chart(docx, page, one),
        Block::Picture { name, width_mm } => picture(docx, document, name, *width_mm),
        Block::Qr { text, caption } => code(docx, text, caption),
        Block::Attachments(items) => attachments(docx, page, items),
        Block::Signature(one) => signature(docx, page, one),
        Block::Colophon(one) => colophon(docx, page, one),
        Block::PageBreak => {
            docx.add_paragraph(Paragraph::new().add_run(Run::new().add_break(BreakType::Page)))
        }
    }
}

pub fn run(text: &str, face: &str, size: f32) -> Run {
    Run::new().add_text(text).size(half(size)).fonts(fonts(face))
}

/// The same with the body's tracking.
fn body_run(page: &Page, text: &str, face: &str) -> Run {
    let run = run(text, face, page.body_pt);
    if page.chars > 0 { run.character_spacing(tracking(page)) } else { run }
}

/// Inlines of the body.
fn body(mut paragraph: Paragraph, page: &Page, text: &[Inline], face: &str) -> Paragraph {
    for inline in text {
        let mut run = body_run(page, &inline.text, if inline.look.bold { HEI } else { face });
        if inline.look.underline {
            run = run.underline("single");
        }
        paragraph = paragraph.add_run(run);
    }
    paragraph
}

pub fn runs(mut paragraph: Paragraph, text: &[Inline], face: &str, size: f32) -> Paragraph {
    for inline in text {
        let face = if inline.look.bold { HEI } else { face };
        let mut run = run(&inline.text, face, size);
        if inline.look.underline {
            run = run.underline("single");
        }
        paragraph = paragraph.add_run(run);
    }
    paragraph
}

fn centered(text: &str, face: &str, size: f32, line: f32) -> Paragraph {
    Paragraph::new().align(AlignmentType::Center).line_spacing(exact(line)).add_run(run(text, face, size))
}

fn empty(height: f32) -> Paragraph {
    Paragraph::new().line_spacing(exact(height)).snap_to_grid(false)
}

fn red_head(docx: Docx, page: &Page, head: &RedHead) -> Docx {
    let signs = head.title.chars().count().max(1) as f32;
    let size = (page.inner_pt() / signs).min(RED_PT).floor();
    let issuer = Run::new().add_text(&head.title).size(half(size)).fonts(fonts(TITLE)).color(RED);
    let above = if head.issue.is_some() { page.line_pt } else { points(RED_BELOW_MM) };
    let mut docx = docx.add_paragraph(empty(above)).add_paragraph(
        Paragraph::new()
            .align(AlignmentType::Center)
            .snap_to_grid(false)
            .line_spacing(exact(size * 1.4))
            .add_run(issuer),
    );
    let last = match &head.issue {
        Some(issue) => {
            docx = docx.add_paragraph(centered(issue, BODY, page.body_pt, page.line_pt));
            docx = docx.add_paragraph(empty(page.line_pt / 2.0));
            ends(page, &head.by, &head.date, page.body_pt)
        }
        None => {
            docx = docx.add_paragraph(empty(page.line_pt));
            if head.signer.is_empty() {
                centered(&head.number, BODY, page.body_pt, page.line_pt)
            } else {
                ends(page, &head.number, &format!("签发人：{}", head.signer), page.body_pt)
            }
        }
    };
    docx.add_paragraph(underlined(last)).add_paragraph(empty(page.line_pt))
}

/// The red line 4 mm below.
fn underlined(mut paragraph: Paragraph) -> Paragraph {
    let line = ParagraphBorder::new(ParagraphBorderPosition::Bottom)
        .val(BorderType::Single)
        .size(13)
        .space(11)
        .color(RED);
    paragraph.property = paragraph.property.set_borders(ParagraphBorders::with_empty().set(line));
    paragraph
}

/// Two texts at both ends of one line, a character in from the edges.
fn ends(page: &Page, left: &str, right: &str, size: f32) -> Paragraph {
    ends_within(page, inner(page), left, right, size)
}

fn ends_within(page: &Page, width: usize, left: &str, right: &str, size: f32) -> Paragraph {
    let inset = (size * 20.0) as i32;
    Paragraph::new()
        .line_spacing(exact(page.line_pt))
        .indent(Some(inset), None, None, None)
        .add_tab(Tab::new().val(TabValueType::Right).pos(width - inset as usize))
        .add_run(run(left, BODY, size).add_tab())
        .add_run(run(right, BODY, size))
}

fn title(mut docx: Docx, document: &Document, page: &Page, lines: &[String]) -> Docx {
    let height = (page.title_pt * 1.5).max(page.line_pt);
    for line in lines {
        let mut words = run(line, TITLE, page.title_pt);
        if document.form == Form::Certificate {
            words = words.color(RED);
        }
        let title = Paragraph::new().style("Title").align(AlignmentType::Center).snap_to_grid(false);
        docx = docx.add_paragraph(title.line_spacing(exact(height)).add_run(words));
    }
    docx.add_paragraph(empty(page.line_pt * 0.6))
}

fn heading(page: &Page, level: u8, number: &str, text: &[Inline]) -> Paragraph {
    let face = match level {
        1 => HEI,
        2 => KAI,
        _ => BODY,
    };
    let mut paragraph = Paragraph::new().style(&format!("Heading{level}")).keep_next(true);
    if !number.is_empty() {
        paragraph = paragraph.add_run(body_run(page, number, face));
    }
    two_in(body(paragraph, page, text, face).line_spacing(exact(page.line_pt)), page)
}

fn paragraph(page: &Page, kind: ParagraphKind, text: &[Inline]) -> Paragraph {
    let plain = Paragraph::new().line_spacing(exact(page.line_pt));
    match kind {
        ParagraphKind::Body => {
            let both = plain.align(AlignmentType::Both);
            two_in(body(both, page, text, BODY), page)
        }
        ParagraphKind::To | ParagraphKind::Plain => body(plain.align(AlignmentType::Both), page, text, BODY),
        ParagraphKind::Center => body(plain.align(AlignmentType::Center), page, text, BODY),
        ParagraphKind::Right => body(plain.align(AlignmentType::Right), page, text, BODY),
        ParagraphKind::Note => {
            let mut note = Paragraph::new().line_spacing(exact(NOTE_PT * 1.6)).snap_to_grid(false);
            for inline in text {
                note = note.add_run(run(&inline.text, BODY, NOTE_PT).color(GREY));
            }
            note
        }
    }
}

fn attachments(mut docx: Docx, page: &Page, items: &[String]) -> Docx {
    let em = ((page.body_pt + page.tracking_pt()) * 20.0).round() as i32;
    docx = docx.add_paragraph(empty(page.line_pt / 2.0));
    for (at, item) in items.iter().enumerate() {
        let (head, left, first) = match (at, items.len()) {
            (0, 1) => ("附件：".to_owned(), 5 * em, 3 * em),
            (0, _) => ("附件：1. ".to_owned(), 6 * em, 4 * em),
            _ => (format!("{}. ", at + 1), 6 * em, em),
        };
        let line = Paragraph::new()
            .line_spacing(exact(page.line_pt))
            .indent(Some(left), Some(SpecialIndentType::Hanging(first)), None, None)
            .add_run(body_run(page, &(head + item), BODY));
        docx = docx.add_paragraph(line);
    }
    docx
}

/// The date ends four characters from the right, the body's name stands over its middle.
fn signature(docx: Docx, page: &Page, signature: &Signature) -> Docx {
    let em = (page.body_pt + page.tracking_pt()) * 20.0;
    // Digits are half as wide.
    let wide = |text: &str| -> f32 { text.chars().map(|sign| if sign.is_ascii() { 0.5 } else { 1.0 }).sum() };
    let right = |from_right: f32, text: &str| {
        Paragraph::new()
            .line_spacing(exact(page.line_pt))
            .align(AlignmentType::Right)
            .keep_lines(true)
            .indent(None, None, Some((from_right * em).round() as i32), None)
            .add_run(body_run(page, text, BODY))
    };
    let date = wide(&signature.date);
    let mut docx = docx.add_paragraph(empty(page.line_pt).keep_next(true));
    for by in &signature.by {
        let from_right = (4.0 + date / 2.0 - wide(by) / 2.0).max(2.0);
        docx = docx.add_paragraph(right(from_right, by).keep_next(true));
    }
    docx.add_paragraph(right(4.0, &signature.date))
}

/// 版记 at the foot of the last page, between its lines.
fn colophon(docx: Docx, page: &Page, colophon: &Colophon) -> Docx {
    let cell = |paragraph: Paragraph| {
        TableRow::new(vec![TableCell::new().width(inner(page), WidthType::Dxa).add_paragraph(paragraph)])
    };
    let mut rows = Vec::new();
    if !colophon.copy.is_empty() {
        let em = (SMALL_PT * 20.0) as i32;
        let copy = Paragraph::new()
            .line_spacing(exact(page.line_pt * 0.9))
            .indent(Some(4 * em), Some(SpecialIndentType::Hanging(3 * em)), None, None)
            .add_run(run(&format!("抄送：{}。", colophon.copy), BODY, SMALL_PT));
        rows.push(cell(copy));
    }
    rows.push(cell(ends_within(
        page,
        inner(page) - CELL_MARGINS,
        &colophon.by,
        &format!("{}印发", colophon.date),
        SMALL_PT,
    )));
    let line =
        |place, size| TableBorder::new(place).border_type(BorderType::Single).size(size).color("000000");
    let borders = TableBorders::with_empty()
        .set(line(TableBorderPosition::Top, 8))
        .set(line(TableBorderPosition::Bottom, 8))
        .set(line(TableBorderPosition::InsideH, 4));
    let foot = TablePositionProperty::new()
        .vertical_anchor("margin")
        .horizontal_anchor("margin")
        .position_x_alignment("center")
        .position_y_alignment("bottom");
    let table = Table::new(rows)
        .set_grid(vec![inner(page)])
        .width(inner(page), WidthType::Dxa)
        .layout(TableLayoutType::Fixed)
        .set_borders(borders)
        .position(foot);
    docx.add_table(table).add_paragraph(empty(1.0))
}

fn picture(docx: Docx, document: &Document, name: &str, width_mm: u32) -> Docx {
    let Some(picture) = document.pictures.get(name) else { return docx };
    let Some((wide, high)) = crate::pdf::dimensions(picture) else { return docx };
    let width = emu(width_mm as f32);
    let height = (f64::from(width) * f64::from(high) / f64::from(wide.max(1))).round() as u32;
    let image = Pic::new_with_dimensions(picture.bytes.clone(), wide, high).size(width, height);
    docx.add_paragraph(
        Paragraph::new()
            .align(AlignmentType::Center)
            .line_spacing(natural())
            .add_run(Run::new().add_image(image)),
    )
}

/// As high as what stands in it: an exact line would cut a picture off.
fn natural() -> docx_rs::LineSpacing {
    docx_rs::LineSpacing::new().line_rule(docx_rs::LineSpacingType::Auto).line(240)
}

fn code(docx: Docx, text: &str, caption: &str) -> Docx {
    let Some((bytes, side)) = qr::png(text) else { return docx };
    let image = Pic::new_with_dimensions(bytes, side, side).size(emu(QR_MM), emu(QR_MM));
    let note = Paragraph::new()
        .line_spacing(exact(NOTE_PT * 1.5))
        .snap_to_grid(false)
        .add_run(run(caption, BODY, NOTE_PT).color(GREY));
    docx.add_paragraph(Paragraph::new().line_spacing(natural()).add_run(Run::new().add_image(image)))
        .add_paragraph(note)
}
