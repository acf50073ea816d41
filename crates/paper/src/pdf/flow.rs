//! Pages filled from top to bottom: what is put down, where, and when a new page begins.
use super::fonts::{Face, Fonts};
use super::line::{Ink, Line, Style, broken, set};
use crate::document::{Align, Inline};
use crate::form::{Page, points};

/// How far a sign's baseline lies below the top of its square, in ems.
const BASELINE: f32 = 0.88;

/// Something drawn; positions in points from the upper left of the page.
#[derive(Debug, Clone)]
pub enum Mark {
    Text { x: f32, baseline: f32, line: Line },
    Rule { from: (f32, f32), to: (f32, f32), width: f32, ink: Ink },
    Box { x: f32, y: f32, width: f32, height: f32, ink: Ink },
    Picture { name: String, x: f32, y: f32, width: f32, height: f32 },
}

/// Pages in the making.
pub struct Flow<'a> {
    pub fonts: &'a Fonts,
    pub page: Page,
    pub pages: Vec<Vec<Mark>>,
    /// Where the next thing stands, from the top of the page.
    pub y: f32,
}

impl<'a> Flow<'a> {
    pub fn new(fonts: &'a Fonts, page: Page) -> Self {
        Self { fonts, page, pages: vec![Vec::new()], y: points(page.top_mm) }
    }

    pub fn left(&self) -> f32 {
        points(self.page.left_mm)
    }

    pub fn width(&self) -> f32 {
        self.page.inner_pt()
    }

    pub fn top(&self) -> f32 {
        points(self.page.top_mm)
    }

    pub fn bottom(&self) -> f32 {
        points(self.page.height_mm - self.page.bottom_mm)
    }

    /// Points left on this page; a hair more, since 22 lines fill a page exactly.
    pub fn room(&self) -> f32 {
        self.bottom() - self.y + 0.5
    }

    pub fn is_fresh(&self) -> bool {
        self.y <= self.top()
    }

    pub fn new_page(&mut self) {
        self.pages.push(Vec::new());
        self.y = self.top();
    }

    /// Begins a new page unless so much fits on this one.
    pub fn need(&mut self, height: f32) {
        if height > self.room() && !self.is_fresh() {
            self.new_page();
        }
    }

    pub fn put(&mut self, mark: Mark) {
        if let Some(page) = self.pages.last_mut() {
            page.push(mark);
        }
    }

    /// One line at the pen, `height` high; the pen goes below it.
    pub fn line(&mut self, line: Line, x: f32, height: f32) {
        self.need(height);
        let y = self.y;
        self.text(line, x, y, height);
        self.y += height;
    }

    /// A line somewhere, in the middle of a strip.
    pub fn text(&mut self, line: Line, x: f32, y: f32, height: f32) {
        let size = line.pieces.iter().map(|piece| piece.style.size).fold(0.0, f32::max);
        let baseline = y + (height - size) / 2.0 + size * BASELINE;
        self.put(Mark::Text { x, baseline, line });
    }

    /// A text of one style on lines of its own.
    pub fn lines(&mut self, text: &str, style: Style, height: f32, align: Align) {
        let pieces = set(self.fonts, text, style);
        let (left, width) = (self.left(), self.width());
        for line in broken(&pieces, width, 0.0, false) {
            let x = left + shift(width - line.width(), align);
            self.line(line, x, height);
        }
    }

    pub fn rule(&mut self, y: f32, width: f32, ink: Ink) {
        let (left, right) = (self.left(), self.left() + self.width());
        self.put(Mark::Rule { from: (left, y), to: (right, y), width, ink });
    }
}

pub fn shift(left: f32, align: Align) -> f32 {
    match align {
        Align::Left => 0.0,
        Align::Center => left.max(0.0) / 2.0,
        Align::Right => left.max(0.0),
    }
}

/// Inlines as signs; bold is 黑体, as official papers have no slanted or fat type.
pub fn pieces(fonts: &Fonts, text: &[Inline], style: Style) -> Vec<super::line::Piece> {
    let mut out = Vec::new();
    for inline in text {
        let face = if inline.look.bold { Face::Hei } else { style.face };
        out.extend(set(fonts, &inline.text, Style { face, underline: inline.look.underline, ..style }));
    }
    out
}
