//! Text layer of a PDF, laid out as it is printed: lines by height, blanks where there is room.

use crate::error::PlanError;
use hayro_interpret::font::GlyphRun;
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::kurbo::{Affine, BezPath, Point, Rect};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, SoftMask, interpret_page,
};
use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use std::panic::{AssertUnwindSafe, catch_unwind};

pub(crate) fn text(bytes: &[u8]) -> Result<String, PlanError> {
    let data = bytes.to_vec();
    // the reader is young; a panic in it is a damaged file to us
    let read = catch_unwind(AssertUnwindSafe(|| pages(data)));
    let text = read.unwrap_or_else(|_| Err(damaged("the reader gave up")))?;
    if text.chars().all(char::is_whitespace) { Err(PlanError::NoTextLayer) } else { Ok(text) }
}

fn damaged(reason: &str) -> PlanError {
    PlanError::Damaged { format: "PDF", reason: reason.to_owned() }
}

fn pages(data: Vec<u8>) -> Result<String, PlanError> {
    let pdf = Pdf::new(data).map_err(|e| match e {
        LoadPdfError::Decryption(
            DecryptionError::PasswordProtected | DecryptionError::UnsupportedAlgorithm,
        ) => PlanError::Encrypted,
        LoadPdfError::Decryption(_) => damaged("its encryption cannot be read"),
        LoadPdfError::Invalid => damaged("it is no valid PDF"),
    })?;
    let cache = InterpreterCache::new();
    let mut out = String::new();
    for page in pdf.pages().iter() {
        let settings = InterpreterSettings::default();
        let mut context =
            Context::new(Affine::IDENTITY, Rect::new(0.0, 0.0, 1.0, 1.0), &cache, pdf.xref(), settings);
        let mut glyphs = Glyphs::default();
        interpret_page(page, &mut context, &mut glyphs);
        lay_out(glyphs.all, &mut out);
        out.push('\u{0C}');
    }
    Ok(out)
}

/// A sign, where it stands (points, y upwards) and its size.
struct Glyph {
    x: f64,
    y: f64,
    size: f64,
    text: String,
}

#[derive(Default)]
struct Glyphs {
    all: Vec<Glyph>,
}

impl Device<'_> for Glyphs {
    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, '_>, props: DrawProps<'_>, _: &DrawMode) {
        for glyph in run.glyphs() {
            let Some(unicode) = glyph.as_unicode() else { continue };
            let transform = props.transform * glyph.transform();
            let at = transform * Point::ZERO;
            let em = transform * Point::new(0.0, 1000.0) - at;
            let text = match unicode {
                BfString::Char(c) => c.to_string(),
                BfString::String(s) => s,
            };
            let size = em.hypot();
            if at.x.is_finite() && at.y.is_finite() && size.is_finite() {
                self.all.push(Glyph { x: at.x, y: at.y, size: size.clamp(4.0, 72.0), text });
            }
        }
    }
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'_>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {}
    fn draw_image(&mut self, _: Image<'_, '_>, _: ImageDrawProps<'_>) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}

fn lay_out(mut glyphs: Vec<Glyph>, out: &mut String) {
    glyphs.retain(|g| !g.text.trim().is_empty());
    glyphs.sort_by(|a, b| b.y.total_cmp(&a.y));
    let left = glyphs.iter().map(|g| g.x).min_by(f64::total_cmp).unwrap_or(0.0);
    let mut line: Vec<Glyph> = Vec::new();
    for glyph in glyphs {
        let same = line.first().is_none_or(|first| (first.y - glyph.y).abs() < (first.size * 0.4).max(2.0));
        if !same {
            print_line(&mut line, left, out);
        }
        line.push(glyph);
    }
    print_line(&mut line, left, out);
}

/// One line from left to right; half a sign's width is a column.
fn print_line(line: &mut Vec<Glyph>, left: f64, out: &mut String) {
    line.sort_by(|a, b| a.x.total_cmp(&b.x));
    let mut end = left;
    let mut first = true;
    for glyph in line.drain(..) {
        let gap = (glyph.x - end) / (glyph.size * 0.5);
        let blanks = if first || gap > 0.9 { gap.round() } else { 0.0 };
        // no page is wider than this many columns
        for _ in 0..(blanks.clamp(0.0, 200.0) as usize) {
            out.push(' ');
        }
        first = false;
        let columns: usize = glyph.text.chars().map(crate::lines::width).sum();
        end = glyph.x + glyph.size * 0.5 * columns as f64;
        out.push_str(&glyph.text);
    }
    out.push('\n');
}
