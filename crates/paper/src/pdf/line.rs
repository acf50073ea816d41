//! Lines of Chinese text: where they may break, what may not begin or end them, how they fill their width.
use super::fonts::{Face, Fonts, Sign};

/// 行首禁则: may not begin a line.
const NEVER_FIRST: &str = "，。、；：？！）》」』】〕〉”’…—～·％%,.;:?!)]}℃‰";
/// 行尾禁则: may not end a line.
const NEVER_LAST: &str = "（《「『【〔〈“‘￥$([{";

/// The colour of ink.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    Black,
    Red,
    Grey,
    Bar,
    Behind,
    Tint,
}

/// One look of type.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Style {
    pub face: Face,
    /// Points.
    pub size: f32,
    /// Points added to each character's width.
    pub tracking: f32,
    pub ink: Ink,
    pub underline: bool,
}

impl Style {
    pub fn new(face: Face, size: f32) -> Self {
        Self { face, size, tracking: 0.0, ink: Ink::Black, underline: false }
    }

    pub fn ink(self, ink: Ink) -> Self {
        Self { ink, ..self }
    }
}

/// A sign on its line.
#[derive(Debug, Clone, Copy)]
pub struct Piece {
    pub char: char,
    pub sign: Sign,
    pub style: Style,
    /// Points to the next one.
    pub advance: f32,
}

/// A line ready to stand somewhere.
#[derive(Debug, Clone, Default)]
pub struct Line {
    pub pieces: Vec<Piece>,
}

impl Line {
    pub fn width(&self) -> f32 {
        self.pieces.iter().map(|piece| piece.advance).sum()
    }
}

/// The signs of a text in one style.
pub fn set(fonts: &Fonts, text: &str, style: Style) -> Vec<Piece> {
    let signs = fonts.signs(style.face, text).into_iter();
    let piece = |(char, sign): (char, Sign)| {
        let advance = sign.advance * style.size + style.tracking;
        Piece { char, sign, style, advance }
    };
    signs.map(piece).collect()
}

/// Breaks signs into lines of `width`, the first begun `indent` further in. Full lines are stretched when `justify`.
pub fn broken(pieces: &[Piece], width: f32, indent: f32, justify: bool) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut start = 0;
    while start < pieces.len() {
        let room = if start == 0 { width - indent } else { width };
        let end = line_end(pieces, start, room);
        let mut line = Line { pieces: trimmed(&pieces[start..end]).to_vec() };
        if justify && end < pieces.len() {
            stretch(&mut line, room);
        }
        lines.push(line);
        start = end + pieces[end..].iter().take_while(|piece| piece.char == ' ').count();
    }
    if lines.is_empty() {
        lines.push(Line::default());
    }
    lines
}

/// A hair of slack: 28 characters fill their line exactly.
const SLACK: f32 = 0.05;

fn line_end(pieces: &[Piece], start: usize, room: f32) -> usize {
    let (mut end, mut used) = (start, 0.0);
    while end < pieces.len() && used + pieces[end].advance <= room + SLACK {
        used += pieces[end].advance;
        end += 1;
    }
    if end == pieces.len() {
        return end;
    }
    let fits = end.max(start + 1);
    let mut at = fits;
    while at > start + 1 && !may_break(pieces[at - 1].char, pieces[at].char) {
        at -= 1;
    }
    // A word longer than the line is cut where it is full.
    if at == start + 1 && !may_break(pieces[at - 1].char, pieces[at].char) { fits } else { at }
}

fn may_break(before: char, after: char) -> bool {
    let word = |sign: char| sign.is_ascii_alphanumeric() || "-_./:@#%&+=〇".contains(sign);
    if NEVER_FIRST.contains(after) || NEVER_LAST.contains(before) {
        return false;
    }
    !(word(before) && word(after))
}

fn trimmed(pieces: &[Piece]) -> &[Piece] {
    let blanks = pieces.iter().rev().take_while(|piece| piece.char == ' ').count();
    &pieces[..pieces.len() - blanks]
}

fn stretch(line: &mut Line, room: f32) {
    let gaps = line.pieces.len().saturating_sub(1);
    let left = room - line.width();
    let most = line.pieces.first().map_or(0.0, |piece| piece.style.size) * 2.5;
    if gaps == 0 || left <= 0.0 || left > most {
        return;
    }
    let each = left / gaps as f32;
    for piece in &mut line.pieces[..gaps] {
        piece.advance += each;
    }
}

#[cfg(test)]
mod tests {
    use super::may_break;

    #[test]
    fn signs_that_may_not_begin_or_end_a_line_stay_with_their_neighbour() {
        assert!(!may_break('全', '。'));
        assert!(!may_break('《', '办'));
        assert!(!may_break('2', '0'), "a number stays whole");
        assert!(may_break('食', '品'));
        assert!(may_break('年', '9'));
    }
}
