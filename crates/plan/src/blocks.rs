//! Blocks: paragraphs with their number, and rows of tables. Joins what was wrapped by hand or torn by a page.

use crate::duty::label;
use crate::lines::{Line, Lines, lines};
use crate::marker::{self, Family, Marker};
use crate::signs::{At, Signs, fold, is_ignored, is_space};
use crate::table::{self, Cell, Column, Fit, Table};

pub(crate) enum Kind {
    Text,
    Row { cells: Vec<(Column, At)> },
}

pub(crate) struct Block {
    pub kind: Kind,
    /// The whole block in `Signs::norm`, number included.
    pub at: At,
    /// Its number, and where the words after it begin.
    pub marker: Option<(Marker, usize)>,
}

pub(crate) struct Paper {
    pub signs: Signs,
    pub blocks: Vec<Block>,
}

/// The first signs of a line, folded, for looking at its number.
struct Lead {
    text: String,
    marker: Option<Marker>,
}

/// Marks of lists and headings that say nothing.
fn is_bullet(c: char) -> bool {
    matches!(c, '#' | '*' | '>' | '•' | '●' | '■' | '◆' | '★' | '▲' | '◎')
}

const LEAD: usize = 24;

impl Lead {
    fn of(line: &str) -> Lead {
        let line = line.trim_start_matches(|c: char| is_space(c) || is_bullet(c));
        let mut text = String::with_capacity(3 * LEAD);
        let (mut spaced, mut signs) = (false, 0);
        for c in line.chars().filter(|c| !is_ignored(*c)) {
            if is_space(c) {
                spaced |= !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            } else if signs < LEAD {
                text.push(fold(c));
                signs += 1;
            } else {
                break;
            }
        }
        let marker = marker::at_start(&text, spaced);
        Lead { text, marker }
    }
}

/// Reads the document's text into blocks.
pub(crate) fn paper(text: &str) -> Paper {
    let lines = lines(text);
    let leads: Vec<Lead> = lines.lines.iter().map(|l| Lead::of(l.text)).collect();
    let dotted = leads.iter().any(|l| l.marker.is_some_and(|m| m.family == Family::Dotted2));
    let mut builder = Builder::new(&lines, dotted);
    for (line, lead) in lines.lines.iter().zip(&leads) {
        builder.line(line, lead);
    }
    builder.close_row();
    builder.close_text();
    Paper { signs: builder.signs, blocks: builder.blocks }
}

struct Builder<'a> {
    page: &'a Lines<'a>,
    dotted: bool,
    signs: Signs,
    blocks: Vec<Block>,
    table: Option<Table>,
    /// The last table's heads, for rows that go on after a heading.
    past: Option<Table>,
    row: Vec<Vec<Cell<'a>>>,
    text: Option<Open>,
    last: [u32; Family::Row as usize + 1],
}

/// The paragraph being built.
struct Open {
    from: usize,
    marker: Option<(Marker, usize)>,
    end_column: usize,
    last: char,
    depth: i32,
    lines: usize,
    /// It holds marks of a sentence, so it is no heading.
    running: bool,
}

impl<'a> Builder<'a> {
    fn new(page: &'a Lines<'a>, dotted: bool) -> Self {
        let last = [0; Family::Row as usize + 1];
        Builder {
            page,
            dotted,
            signs: Signs::default(),
            blocks: Vec::new(),
            table: None,
            past: None,
            row: Vec::new(),
            text: None,
            last,
        }
    }

    fn line(&mut self, line: &'a Line<'a>, lead: &Lead) {
        if let Some(table) = table::heads(line) {
            self.close_row();
            self.close_text();
            self.table = Some(table);
            return;
        }
        if let Some(table) = &self.table {
            match table.fit(line) {
                Fit::Rule => return,
                Fit::Cells(cells) => return self.cells(cells),
                Fit::Single((text, at)) => {
                    self.close_row();
                    self.close_text();
                    let marker = self.accepted(Lead::of(text).marker, true);
                    return self.open(text, at, line.end_column, marker);
                }
                Fit::Outside => {
                    self.close_row();
                    self.past = self.table.take();
                }
            }
        } else if let Some(cells) = self.past.as_ref().and_then(|past| past.numbered_row(line)) {
            self.table = self.past.take();
            return self.cells(cells);
        }
        let marker = self.accepted(lead.marker, self.ended());
        if marker.is_some() || self.starts_new(line, lead) {
            self.close_text();
            self.open(line.text, line.start, line.end_column, marker);
        } else {
            self.carry_on(line);
        }
    }

    /// Whether a number at the start of a line is one: mid-sentence it must carry a count on.
    fn accepted(&mut self, marker: Option<Marker>, ended: bool) -> Option<Marker> {
        let mut m = marker?;
        if m.family == Family::Dotted1 && !self.dotted {
            return None;
        }
        if m.family == Family::Number && self.dotted {
            m.family = Family::Dotted1;
        }
        let last = &mut self.last[m.family as usize];
        let follows = m.no == *last + 1 || m.no == 1;
        if !ended && (!follows || m.family == Family::First) {
            return None;
        }
        let within = self.text.as_ref().is_some_and(|open| matches!(open.last, '；' | '，'));
        if m.family == Family::First && within {
            return None;
        }
        *last = m.no;
        Some(m)
    }

    /// Whether the paragraph so far may end here.
    fn ended(&self) -> bool {
        let Some(open) = &self.text else { return true };
        let full = self.page.wrap.is_some_and(|w| self.full(open, w));
        !full || matches!(open.last, '。' | '；' | '：' | '！' | '？' | ')' | ']' | '”' | '》')
    }

    /// Whether the last line reached the column of wrapping; in mid-sentence a little short of it will do.
    fn full(&self, open: &Open, wrap: usize) -> bool {
        let mid_sentence =
            open.running && !matches!(open.last, '。' | '；' | '：' | '！' | '？' | ')' | ']' | '”' | '》');
        open.end_column + 5 > wrap || (mid_sentence && open.end_column * 4 >= wrap * 3)
    }

    fn starts_new(&self, line: &Line<'_>, lead: &Lead) -> bool {
        let Some(open) = &self.text else { return true };
        if label::at_start(&lead.text).is_some() || is_attachment(&lead.text) {
            return true;
        }
        if self.names_follow(open, line) {
            return false;
        }
        if (open.depth > 0 && open.lines < 12) || matches!(open.last, '、' | '，' | '(' | '《' | '“') {
            return false;
        }
        if lead.text.starts_with(['，', '。', '、', '；', ')', ']', '》', '”', '%']) {
            return false;
        }
        // lines before the first number that are no sentence: the head, line by line
        if !open.running && self.last.iter().all(|no| *no == 0) {
            return true;
        }
        let Some(wrap) = self.page.wrap else { return true };
        let apart = line.blank_before && !self.page.spaced && !line.seam_before;
        let indented = line.indent >= self.page.base_indent + 3;
        !self.full(open, wrap) || apart || indented
    }

    /// 责任单位： alone on its line, and the names on the lines after it.
    fn names_follow(&self, open: &Open, line: &Line<'_>) -> bool {
        if open.lines > 30 {
            return false;
        }
        let start = self.signs.offset_of(open.from);
        let text = &self.signs.norm[start..];
        let Some(label) = label::at_start(text).filter(|l| l.role.is_some()) else { return false };
        let alone = label.len == text.len();
        let name: String = line.text.chars().filter(|c| !is_space(*c)).map(fold).collect();
        alone || open.lines > 1 && self.listed(start) && crate::body::is_particular(&name)
    }

    /// Whether a label's first line held nothing but the label.
    fn listed(&self, start: usize) -> bool {
        let text = &self.signs.norm[start..];
        label::at_start(text).is_some_and(|l| self.signs.gap_before(start + l.len))
    }

    fn open(&mut self, text: &str, start: usize, end_column: usize, marker: Option<Marker>) {
        let from = self.signs.len();
        self.signs.begin_paragraph();
        let bare = text.trim_start_matches(|c: char| is_space(c) || is_bullet(c));
        self.signs.push_line(bare, start + text.len() - bare.len());
        let first = self.signs.offset_of(from);
        let words = marker.map(|m| {
            let signs = Lead::of(text).text.get(..m.len).map_or(0, |s| s.chars().count());
            (m, self.signs.offset_of(from + signs))
        });
        self.text =
            Some(Open { from, marker: words, end_column, last: ' ', depth: 0, lines: 0, running: false });
        self.measure(first, end_column);
    }

    fn carry_on(&mut self, line: &Line<'_>) {
        let from = self.signs.norm.len();
        self.signs.push_line(line.text, line.start);
        self.measure(from, line.end_column);
    }

    fn measure(&mut self, from: usize, end_column: usize) {
        let Some(open) = &mut self.text else { return };
        let added = &self.signs.norm[from..];
        for c in added.chars() {
            open.depth += i32::from(matches!(c, '(' | '[')) - i32::from(matches!(c, ')' | ']'));
        }
        open.running |= added.contains(['，', '。']);
        open.depth = open.depth.max(0);
        open.last = added.chars().next_back().unwrap_or(open.last);
        open.end_column = end_column;
        open.lines += 1;
    }

    fn close_text(&mut self) {
        if let Some(open) = self.text.take() {
            let at = self.signs.offset_of(open.from)..self.signs.norm.len();
            self.blocks.push(Block { kind: Kind::Text, at, marker: open.marker });
        }
    }

    /// Adds a line of cells: a new row, or more words for the cells of the last.
    fn cells(&mut self, cells: Vec<Cell<'a>>) {
        self.close_text();
        let columns = self.table.as_ref().map_or(&[] as &[Column], |t| &t.columns);
        let value = |want: Column| {
            let slot = columns.iter().position(|c| *c == want)?;
            cells.get(slot).map(|c| c.0).filter(|t| !t.is_empty())
        };
        let numbered =
            value(Column::No).is_some() || value(Column::Task).is_some_and(|t| Lead::of(t).marker.is_some());
        let has_numbers = columns.contains(&Column::No);
        if !self.row.is_empty() && !numbered && (has_numbers || value(Column::Task).is_none()) {
            self.row.push(cells);
            return;
        }
        self.close_row();
        self.row.push(cells);
    }

    fn close_row(&mut self) {
        let lines = std::mem::take(&mut self.row);
        let Some(table) = &self.table else { return };
        if lines.is_empty() {
            return;
        }
        let from = self.signs.norm.len();
        let mut cells = Vec::new();
        let unit = table
            .columns
            .iter()
            .position(|c| *c == Column::Unit)
            .and_then(|slot| lines[0].get(slot).copied());
        for (slot, column) in table.columns.iter().enumerate() {
            let start = self.signs.norm.len();
            for (text, at) in lines.iter().filter_map(|line| line.get(slot)) {
                self.signs.push_line(text, *at);
            }
            let figure = *column == Column::Text && is_figure(&self.signs.norm[start..]);
            if let Some((unit, at)) = unit.filter(|_| figure) {
                self.signs.push_line(unit, at);
            }
            cells.push((*column, start..self.signs.norm.len()));
        }
        if let Some(chapter) = self.chapter_row(&cells, from) {
            self.blocks.push(chapter);
            return;
        }
        let marker = row_number(&self.signs, &cells);
        self.blocks.push(Block { kind: Kind::Row { cells }, at: from..self.signs.norm.len(), marker });
    }
}

impl Builder<'_> {
    /// 一 | 源头治理 | | |: a row that only heads those after it.
    fn chapter_row(&self, cells: &[(Column, At)], from: usize) -> Option<Block> {
        let filled: Vec<&(Column, At)> = cells.iter().filter(|(_, at)| !at.is_empty()).collect();
        let [(Column::No, no), (_, words)] = filled.as_slice() else { return None };
        let no = crate::numeral::chinese(self.signs.str(no).trim_matches(['、', '.', '。', '(', ')']))?;
        let marker = Marker { family: Family::Comma, no, len: 0 };
        Some(Block { kind: Kind::Text, at: from..words.end, marker: Some((marker, words.start)) })
    }
}

/// A cell that holds a number alone, its unit in another column.
fn is_figure(cell: &str) -> bool {
    let number = cell.trim_start_matches(['≥', '≤', '>', '<', '=']);
    crate::numeral::decimal(number).is_some_and(|(_, len)| len == number.len())
}

/// The number of a row: its own cell, or the number its task begins with.
fn row_number(signs: &Signs, cells: &[(Column, At)]) -> Option<(Marker, usize)> {
    let cell =
        |want: Column| cells.iter().find(|(c, at)| *c == want && !at.is_empty()).map(|(_, at)| at.clone());
    let task = cell(Column::Task);
    let words = task.as_ref().map_or(0, |t| t.start);
    let in_task = task.and_then(|t| marker::at_start(signs.str(&t), false));
    let words = words + in_task.map_or(0, |m| m.len);
    let own = cell(Column::No).and_then(|at| {
        let text = signs.str(&at).trim_matches(['(', ')', '.', '。', '、', '[', ']', '第', '项', '条']);
        let text = text.rsplit('.').next().unwrap_or(text);
        let (no, len) = crate::numeral::ordinal(text)?;
        (len == text.len()).then_some(no)
    });
    let no = own.or(in_task.map(|m| m.no))?;
    Some((Marker { family: Family::Row, no, len: 0 }, words))
}

/// 附件 heads what no longer belongs to the plan.
pub(crate) fn is_attachment(lead: &str) -> bool {
    let Some(rest) = ["附件", "附表", "附录", "附："].iter().find_map(|w| lead.strip_prefix(w))
    else {
        return false;
    };
    let rest = rest.trim_start_matches(|c: char| {
        c.is_ascii_digit() || crate::numeral::is_numeral(c) || matches!(c, '-' | '(')
    });
    rest.is_empty()
        || rest.starts_with(['：', '。', '、', '.', ')', ' '])
        || lead.starts_with("附：")
        || rest.chars().count() > 3 && !rest.starts_with("所")
}
