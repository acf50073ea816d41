//! The document as a row of signs: one spelling for each kind of mark, no spaces, and the way back to the bytes.
//!
//! All grammar above works on [`Signs::norm`], a string without white space in which full-width digits, letters, per
//! cent signs and brackets have one form each. Names shown to people are taken from the original signs, so a
//! full-width bracket stays one.
//!
//! | printed | here |
//! |---|---|
//! | `０-９ Ａ-ｚ ％ ．` | `0-9 A-z % .` |
//! | `（ (` | `(`, and `〔 ［ 【 〖 [` | `[` |
//! | `, ; : ! ?` | `， ； ： ！ ？` (a comma between digits stays `,`) |
//! | `.` after a Chinese sign, `%`, a closing mark | `。` |
//! | dashes, waves | `-` |

use crate::plan::Span;
use std::ops::Range;

/// A range in [`Signs::norm`].
pub(crate) type At = Range<usize>;

#[derive(Default)]
pub(crate) struct Signs {
    pub norm: String,
    /// Offset of each sign in `norm`.
    at: Vec<u32>,
    from: Vec<u32>,
    to: Vec<u32>,
    raw: Vec<char>,
    gap: Vec<bool>,
    quote_open: bool,
}

impl Signs {
    /// A text's signs, line ends left out.
    pub fn of(text: &str) -> Signs {
        let mut signs = Signs::default();
        signs.push_line(text, 0);
        signs
    }

    /// Number of signs so far.
    pub fn len(&self) -> usize {
        self.at.len()
    }

    /// A new paragraph: straight quotes open anew.
    pub fn begin_paragraph(&mut self) {
        self.quote_open = false;
    }

    /// Adds the signs of one line. `base` is the line's offset in the document.
    pub fn push_line(&mut self, line: &str, base: usize) {
        let mut gap = true;
        let mut signs = line.char_indices().filter(|(_, c)| !is_ignored(*c)).peekable();
        while let Some((i, c)) = signs.next() {
            if is_space(c) {
                gap = true;
                continue;
            }
            let next = signs.peek().map(|(_, n)| *n);
            let folded = self.in_context(c, next);
            self.push(folded, c, base + i..base + i + c.len_utf8(), gap);
            gap = false;
        }
    }

    fn push(&mut self, folded: char, raw: char, bytes: Range<usize>, gap: bool) {
        self.at.push(offset(self.norm.len()));
        self.norm.push(folded);
        self.from.push(offset(bytes.start));
        self.to.push(offset(bytes.end));
        self.raw.push(raw);
        self.gap.push(gap);
    }

    fn in_context(&mut self, c: char, next: Option<char>) -> char {
        let folded = fold(c);
        let before = self.norm.chars().next_back();
        let digit_next = next.is_some_and(|n| fold(n).is_ascii_digit());
        match folded {
            '，' if c != '，' && digit_next && before.is_some_and(|b| b.is_ascii_digit()) => ',',
            '.' if !digit_next && before.is_some_and(ends_words) => '。',
            '"' => {
                self.quote_open = !self.quote_open;
                if self.quote_open { '“' } else { '”' }
            }
            other => other,
        }
    }

    /// The sign that starts at or after offset `at` of `norm`.
    pub fn index(&self, at: usize) -> usize {
        self.at.partition_point(|&a| (a as usize) < at)
    }

    /// Offset in `norm` of sign `index`; the end when there is none.
    pub fn offset_of(&self, index: usize) -> usize {
        self.at.get(index).map_or(self.norm.len(), |&a| a as usize)
    }

    pub fn str(&self, at: &At) -> &str {
        self.norm.get(at.clone()).unwrap_or("")
    }

    /// The document's bytes behind a range.
    pub fn span(&self, at: &At) -> Span {
        let (first, last) = (self.index(at.start), self.index(at.end));
        if first >= last {
            let start = self.from.get(first).or(self.to.last()).map_or(0, |&b| b as usize);
            return Span { start, end: start };
        }
        Span { start: self.from[first] as usize, end: self.to[last - 1] as usize }
    }

    /// The signs as printed, without spaces and line ends.
    pub fn raw(&self, at: &At) -> String {
        let (first, last) = (self.index(at.start), self.index(at.end));
        self.raw.get(first..last).unwrap_or(&[]).iter().collect()
    }

    /// Whether white space stands before the sign at `at`.
    pub fn gap_before(&self, at: usize) -> bool {
        self.gap.get(self.index(at)).copied().unwrap_or(false)
    }
}

/// Documents are bounded far below 4 GB (see `read`), so offsets fit.
fn offset(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Signs after which a `.` ends a sentence.
fn ends_words(c: char) -> bool {
    is_chinese(c) || matches!(c, '%' | ')' | ']' | '”' | '》')
}

/// Han, without punctuation.
pub(crate) fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9FFF}' | '〇' | '\u{20000}'..='\u{3FFFF}')
}

pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace() || c == '\u{00A0}' || c == '\u{3000}'
}

/// Signs without width or meaning: control signs, zero-width spaces, soft hyphens, byte order marks.
pub(crate) fn is_ignored(c: char) -> bool {
    // stars are only emphasis
    matches!(c, '*' | '\u{200B}'..='\u{200F}' | '\u{FEFF}' | '\u{00AD}' | '\u{2060}' | '\u{FFFD}' | '\u{E000}'..='\u{F8FF}')
        || (c.is_control() && !c.is_whitespace())
}

/// The one form of a sign, without context.
pub(crate) fn fold(c: char) -> char {
    match c {
        '（' | '﹙' | '(' => '(',
        '）' | '﹚' | ')' => ')',
        '〔' | '［' | '【' | '〖' | '﹝' => '[',
        '〕' | '］' | '】' | '〗' | '﹞' => ']',
        ',' | '，' | '﹐' => '，',
        ';' | '；' | '﹔' => '；',
        ':' | '：' | '﹕' | '︰' => '：',
        '!' | '！' => '！',
        '?' | '？' => '？',
        '｡' => '。',
        '､' => '、',
        '﹪' | '％' => '%',
        '．' | '﹒' => '.',
        '〈' => '《',
        '〉' => '》',
        '「' | '『' | '＂' => '“',
        '」' | '』' => '”',
        '～' | '~' | '∼' | '—' | '–' | '―' | '－' | '‐' | '‑' | '─' | '−' | '﹣' => '-',
        '○' | '◯' => '〇',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        other => other,
    }
}

/// Cuts words at the marks that end a sentence. Endless ones are cut at a comma or anywhere, so that work on a sentence
/// stays bounded.
pub(crate) fn sentences(text: &str) -> Vec<std::ops::Range<usize>> {
    const LONG: usize = 3000;
    let (mut out, mut start) = (Vec::new(), 0);
    for (i, c) in text.char_indices() {
        let long = i - start > LONG && (c == '，' || i - start > 2 * LONG);
        if matches!(c, '。' | '！' | '？' | '；') || long {
            out.push(start..i);
            start = i + c.len_utf8();
        }
    }
    out.push(start..text.len());
    out.retain(|r| !r.is_empty());
    out
}
