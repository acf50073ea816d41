//! The document as PDF: pages laid out by `flow`, then drawn. Text can be read back; fonts are embedded as far as used.
mod flow;
mod fonts;
mod line;
mod parts;
mod table;

use std::collections::HashMap;

use krilla::Document as Pdf;
use krilla::color::rgb;
use krilla::geom::{Path, PathBuilder, Point, Rect, Size, Transform};
use krilla::image::Image;
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::text::KrillaGlyph;

pub use fonts::Fonts;

use crate::PaperError;
use crate::document::{Align, Document, Picture};
use crate::form::{Form, points};
use flow::{Flow, Mark, shift};
use fonts::Face;
use line::{Ink, Line, Piece, Style, set};

pub fn write(document: &Document, fonts: &Fonts) -> Result<Vec<u8>, PaperError> {
    let page = document.form.page(document.landscape);
    let mut flow = Flow::new(fonts, page);
    for block in &document.blocks {
        parts::block(&mut flow, document, block);
    }
    finish(&mut flow, document);
    let pages = std::mem::take(&mut flow.pages);
    draw(document, fonts, &pages)
}

/// Frames and page numbers, when it is known how many pages there are.
fn finish(flow: &mut Flow, document: &Document) {
    let count = flow.pages.len();
    for at in 0..count {
        let marks = match document.form {
            Form::Certificate => frame(flow),
            Form::Official | Form::Sheet if flow.page.numbered => {
                numbered(flow, document.form, at + 1, count)
            }
            Form::Official | Form::Sheet => Vec::new(),
        };
        flow.pages[at].extend(marks);
    }
}

/// 7.5: the number between two dashes, outside: right on odd pages, left on even ones, 7 mm below the text.
fn numbered(flow: &Flow, form: Form, no: usize, count: usize) -> Vec<Mark> {
    let official = form == Form::Official;
    let (text, size) = match official {
        true => (format!("— {no} —"), parts::SMALL_PT),
        false if count < 2 => return Vec::new(),
        false => (format!("第 {no} 页　共 {count} 页"), 9.0),
    };
    let line = Line { pieces: set(flow.fonts, &text, Style::new(Face::Body, size)) };
    let align = match (official, no % 2) {
        (false, _) => Align::Center,
        (true, 1) => Align::Right,
        (true, _) => Align::Left,
    };
    let inset = if official { size } else { 0.0 };
    let x = flow.left() + inset + shift(flow.width() - 2.0 * inset - line.width(), align);
    vec![Mark::Text { x, baseline: flow.bottom() + points(7.0) + size * 0.5, line }]
}

fn frame(flow: &Flow) -> Vec<Mark> {
    let (width, height) = (points(flow.page.width_mm), points(flow.page.height_mm));
    let mut marks = Vec::new();
    for (inset, thick) in [(points(12.0), 3.0), (points(14.0), 0.8)] {
        let corners = [
            (inset, inset),
            (width - inset, inset),
            (width - inset, height - inset),
            (inset, height - inset),
        ];
        for at in 0..4 {
            marks.push(Mark::Rule {
                from: corners[at],
                to: corners[(at + 1) % 4],
                width: thick,
                ink: Ink::Red,
            });
        }
    }
    marks
}

/// Pixels of a picture; None when it is none.
pub fn dimensions(picture: &Picture) -> Option<(u32, u32)> {
    image(picture).map(|image| image.size())
}

fn image(picture: &Picture) -> Option<Image> {
    let data = || picture.bytes.clone().into();
    Image::from_png(data(), true).or_else(|_| Image::from_jpeg(data(), true)).ok()
}

fn draw(document: &Document, fonts: &Fonts, pages: &[Vec<Mark>]) -> Result<Vec<u8>, PaperError> {
    let page = document.form.page(document.landscape);
    let size = PageSettings::from_wh(points(page.width_mm), points(page.height_mm))
        .ok_or_else(|| PaperError::Write("page size".to_owned()))?;
    let mut pdf = Pdf::new();
    let mut images: HashMap<&str, Option<Image>> = HashMap::new();
    for marks in pages {
        let mut sheet = pdf.start_page_with(size.clone());
        let mut surface = sheet.surface();
        for mark in marks {
            match mark {
                Mark::Text { x, baseline, line } => text(&mut surface, fonts, *x, *baseline, line),
                Mark::Rule { from, to, width, ink } => rule(&mut surface, *from, *to, *width, *ink),
                Mark::Box { x, y, width, height, ink } => {
                    if let Some(path) = Rect::from_xywh(*x, *y, *width, *height).and_then(rectangle) {
                        fill(&mut surface, *ink);
                        surface.draw_path(&path);
                    }
                }
                Mark::Picture { name, x, y, width, height } => {
                    let known =
                        images.entry(name).or_insert_with(|| document.pictures.get(name).and_then(image));
                    if let (Some(image), Some(size)) = (known, Size::from_wh(*width, *height)) {
                        surface.push_transform(&Transform::from_translate(*x, *y));
                        surface.draw_image(image.clone(), size);
                        surface.pop();
                    }
                }
            }
        }
        surface.finish();
        sheet.finish();
    }
    pdf.set_metadata(
        Metadata::new().title(document.title()).language("zh-CN".to_owned()).creator("Shian 食安".to_owned()),
    );
    pdf.finish().map_err(|error| PaperError::Write(format!("{error:?}")))
}

/// Runs of one style and font, each drawn at once.
fn text(surface: &mut Surface, fonts: &Fonts, x: f32, baseline: f32, line: &Line) {
    let mut at = x;
    let mut start = 0;
    while start < line.pieces.len() {
        let first = &line.pieces[start];
        let same = |piece: &&Piece| piece.style == first.style && piece.sign.face == first.sign.face;
        let run: Vec<&Piece> = line.pieces[start..].iter().take_while(same).collect();
        let size = first.style.size;
        let (mut words, mut glyphs) = (String::new(), Vec::with_capacity(run.len()));
        let mut width = 0.0;
        for piece in &run {
            let from = words.len();
            words.push(piece.char);
            let (range, advance) = (from..words.len(), piece.advance / size);
            glyphs.push(KrillaGlyph::new(piece.sign.glyph, advance, 0.0, 0.0, 0.0, range, None));
            width += piece.advance;
        }
        fill(surface, first.style.ink);
        let font = fonts.font(first.sign.face).clone();
        surface.draw_glyphs(Point::from_xy(at, baseline), &glyphs, font, &words, size, false);
        if first.style.underline {
            let y = baseline + size * 0.16;
            rule(surface, (at, y), (at + width, y), 0.6, first.style.ink);
        }
        at += width;
        start += run.len();
    }
}

fn rule(surface: &mut Surface, from: (f32, f32), to: (f32, f32), width: f32, ink: Ink) {
    let mut path = PathBuilder::new();
    path.move_to(from.0, from.1);
    path.line_to(to.0, to.1);
    if let Some(path) = path.finish() {
        surface.set_fill(None);
        surface.set_stroke(Some(Stroke { paint: colour(ink).into(), width, ..Stroke::default() }));
        surface.draw_path(&path);
        surface.set_stroke(None);
    }
}

fn rectangle(rect: Rect) -> Option<Path> {
    let mut path = PathBuilder::new();
    path.push_rect(rect);
    path.finish()
}

fn fill(surface: &mut Surface, ink: Ink) {
    surface.set_stroke(None);
    surface.set_fill(Some(Fill { paint: colour(ink).into(), ..Fill::default() }));
}

fn colour(ink: Ink) -> rgb::Color {
    match ink {
        Ink::Black => rgb::Color::new(0, 0, 0),
        Ink::Red => rgb::Color::new(217, 0, 0),
        Ink::Grey => rgb::Color::new(89, 89, 89),
        Ink::Bar => rgb::Color::new(46, 108, 186),
        Ink::Behind => rgb::Color::new(196, 98, 16),
        Ink::Tint => rgb::Color::new(238, 240, 243),
    }
}
