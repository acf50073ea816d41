//! Physical lines: cut at line ends, freed of page seams, measured. Decides whether the document is hard-wrapped.

use crate::signs::{fold, is_space};
use std::collections::HashMap;

/// One printed line that is not blank.
pub(crate) struct Line<'a> {
    /// Without white space at its end; `|` borders and the like still in it.
    pub text: &'a str,
    /// Offset in the document.
    pub start: usize,
    /// Columns of white space in front; a Chinese sign takes two.
    pub indent: usize,
    /// The column after its last sign.
    pub end_column: usize,
    /// Blank lines stood before it.
    pub blank_before: bool,
    /// A page ended before it.
    pub seam_before: bool,
}

pub(crate) struct Lines<'a> {
    pub lines: Vec<Line<'a>>,
    /// The column at which lines are wrapped by hand, if they are.
    pub wrap: Option<usize>,
    /// Blank lines stand between all lines and mean nothing.
    pub spaced: bool,
    /// The usual indent of a line.
    pub base_indent: usize,
}

impl Line<'_> {
    pub fn trimmed(&self) -> &str {
        self.text.trim_start_matches(is_space)
    }
}

pub(crate) fn lines(text: &str) -> Lines<'_> {
    let mut lines = without_seams(cut(text));
    let wrap = wrap_column(&lines);
    let blanks = lines.iter().skip(1).filter(|l| l.blank_before).count();
    let spaced = wrap.is_some() && blanks * 2 > lines.len();
    let base_indent = most_common(lines.iter().map(|l| l.indent)).unwrap_or(0);
    if let Some(first) = lines.first_mut() {
        first.blank_before = true;
    }
    Lines { lines, wrap, spaced, base_indent }
}

fn cut(text: &str) -> Vec<Line<'_>> {
    let mut out = Vec::new();
    let (mut blank_before, mut seam_before) = (false, false);
    let mut start = 0usize;
    for piece in text.split_inclusive(['\n', '\r', '\u{2028}', '\u{2029}', '\u{0C}', '\u{0B}']) {
        let line = piece.trim_end_matches(|c: char| is_space(c) || c == '\u{0C}' || c == '\u{0B}');
        if line.trim_start().is_empty() {
            blank_before |= piece != "\n" || text.as_bytes().get(start.wrapping_sub(1)) != Some(&b'\r');
        } else {
            let (indent, end_column) = columns(line);
            out.push(Line { text: line, start, indent, end_column, blank_before, seam_before });
            (blank_before, seam_before) = (false, false);
        }
        seam_before |= piece.ends_with('\u{0C}');
        start += piece.len();
    }
    out
}

/// Columns a sign takes in a fixed-width print.
pub(crate) fn width(c: char) -> usize {
    match c {
        '\t' => 4,
        '\u{200B}'..='\u{200F}' | '\u{FEFF}' => 0,
        '“' | '”' | '‘' | '’' | '—' | '…' | '·' => 2,
        c if (c as u32) < 0x2E80 => 1,
        _ => 2,
    }
}

fn columns(line: &str) -> (usize, usize) {
    let (mut indent, mut end, mut inside) = (0, 0, false);
    for c in line.chars() {
        inside |= !is_space(c);
        end += width(c);
        if !inside {
            indent = end;
        }
    }
    (indent, end)
}

/// Takes out page numbers and the running heads beside them.
fn without_seams(lines: Vec<Line<'_>>) -> Vec<Line<'_>> {
    let numbers: Vec<bool> = lines.iter().map(|l| is_page_number(l.trimmed())).collect();
    let mut times: HashMap<&str, usize> = HashMap::new();
    for line in &lines {
        *times.entry(line.text.trim()).or_default() += 1;
    }
    let seam = |i: usize| numbers[i] || lines[i].seam_before;
    let keep: Vec<bool> = (0..lines.len())
        .map(|i| {
            let near =
                lines[i].seam_before || (i > 0 && numbers[i - 1]) || (i + 1 < lines.len() && seam(i + 1));
            let repeated = times.get(lines[i].text.trim()).is_some_and(|n| *n > 1);
            let running = near && repeated && i > 2 && lines[i].text.chars().count() <= 50;
            !numbers[i] && !running
        })
        .collect();
    let (mut out, mut seam_before, mut blank_before) = (Vec::with_capacity(lines.len()), false, false);
    for (mut line, keep) in lines.into_iter().zip(keep) {
        if keep {
            line.seam_before |= seam_before;
            line.blank_before |= blank_before;
            out.push(line);
        }
        (seam_before, blank_before) = if keep { (false, false) } else { (true, true) };
    }
    out
}

/// `— 3 —`, `-3-`, `第3页 共10页`, `3/10`, `Page 3`, a number alone.
fn is_page_number(line: &str) -> bool {
    if line.chars().count() > 16 {
        return false;
    }
    let s: String = line.chars().map(fold).filter(|c| !is_space(*c)).collect();
    let bare = s.trim_matches(['-', '_', '·', '―', '.', '|']);
    let digits = |s: &str| !s.is_empty() && s.len() <= 4 && s.bytes().all(|b| b.is_ascii_digit());
    let paged = |s: &str| s.strip_prefix('第').and_then(|s| s.strip_suffix('页')).is_some_and(digits);
    let of = |s: &str| s.strip_prefix('共').and_then(|s| s.strip_suffix('页')).is_some_and(digits);
    digits(bare)
        || paged(bare)
        || bare.split_once(['，', '/', '共']).is_some_and(|(a, b)| {
            (digits(a) && digits(b)) || (paged(a) && (of(b) || b.strip_suffix('页').is_some_and(digits)))
        })
        || bare
            .to_ascii_lowercase()
            .strip_prefix("page")
            .is_some_and(|s| digits(s.split("of").next().unwrap_or("")))
}

/// Lines are wrapped by hand when several end at nearly the same, not too wide column, and none goes far beyond.
fn wrap_column(lines: &[Line<'_>]) -> Option<usize> {
    let mut ends: Vec<usize> = lines.iter().map(|l| l.end_column).collect();
    ends.sort_unstable_by(|a, b| b.cmp(a));
    let outliers = (ends.len() / 12).max(2);
    let top = (0..=outliers).find(|&i| i + 2 < ends.len() && ends[i] - ends[i + 2] <= 4)?;
    let column = ends[top];
    let full = ends.iter().filter(|e| (column.saturating_sub(5)..=column).contains(*e)).count();
    (column <= 130 && full * 12 >= ends.len()).then_some(column)
}

fn most_common(values: impl Iterator<Item = usize>) -> Option<usize> {
    let mut counts: HashMap<usize, usize> = HashMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(value, n)| (*n, usize::MAX - value)).map(|(value, _)| value)
}
