//! The document between template and file: what stands on paper, without where.
use std::collections::BTreeMap;

use crate::form::Form;

/// A document ready to be written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document {
    pub form: Form,
    /// Wide tables lie on their side.
    pub landscape: bool,
    pub blocks: Vec<Block>,
    /// Pictures by the name that `img` gives; put in by whoever may read them.
    pub pictures: BTreeMap<String, Picture>,
}

impl Document {
    /// Names of the pictures the document shows.
    pub fn wanted(&self) -> Vec<&str> {
        let names = self.blocks.iter().filter_map(|block| match block {
            Block::Picture { name, .. } => Some(name.as_str()),
            _ => None,
        });
        names.collect()
    }

    /// The title in one line: what the document is called in lists and in the file's properties.
    pub fn title(&self) -> String {
        let title = self.blocks.iter().find_map(|block| match block {
            Block::Title(lines) => Some(lines.concat()),
            Block::RedHead(head) if head.issue.is_some() => Some(head.title.clone()),
            _ => None,
        });
        title.unwrap_or_default()
    }
}

/// A picture's bytes, PNG or JPEG.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    pub bytes: Vec<u8>,
}

/// What follows one below the other.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    RedHead(RedHead),
    /// 标题, its lines as they should break.
    Title(Vec<String>),
    /// 副标题, 楷体 in the middle.
    Subtitle(String),
    /// Level 1 to 4 with its number: 一、（一）1.（1）; the number is empty where the template says `plain`.
    Heading {
        level: u8,
        number: String,
        text: Vec<Inline>,
    },
    Paragraph {
        kind: ParagraphKind,
        text: Vec<Inline>,
    },
    Table(Table),
    Chart(Chart),
    Picture {
        name: String,
        width_mm: u32,
    },
    /// A QR code with a line below it.
    Qr {
        text: String,
        caption: String,
    },
    /// 附件说明
    Attachments(Vec<String>),
    Signature(Signature),
    Colophon(Colophon),
    PageBreak,
}

/// 版头: who issues, in red, over a red line.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RedHead {
    pub title: String,
    /// 发文字号; beside a signer it moves to the left.
    pub number: String,
    /// 签发人
    pub signer: String,
    /// A bulletin's issue 第9期: then maker and date stand below it.
    pub issue: Option<String>,
    pub by: String,
    pub date: String,
}

/// A piece of text in one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inline {
    pub text: String,
    pub look: Look,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Look {
    pub bold: bool,
    pub underline: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ParagraphKind {
    /// Two characters in at its first line.
    #[default]
    Body,
    /// 主送机关: at the left edge.
    To,
    Plain,
    Center,
    Right,
    /// Small: sources, remarks, when numbers were taken.
    Note,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    pub caption: String,
    /// Shares of the width, in parts of their sum; one per column.
    pub widths: Vec<u32>,
    /// Rows at the top that are repeated on each page.
    pub head_rows: usize,
    pub rows: Vec<TableRow>,
    /// Without lines: for laying out pairs.
    pub plain: bool,
}

impl Table {
    /// How many columns it has.
    pub fn columns(&self) -> usize {
        self.widths.len()
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct TableRow {
    pub cells: Vec<TableCell>,
}

/// A cell; `rows` and `columns` say how many of each it covers. Cells below one that covers several rows are left out.
#[derive(Debug, Clone, PartialEq)]
pub struct TableCell {
    pub head: bool,
    pub columns: usize,
    pub rows: usize,
    pub align: Align,
    /// Paragraphs.
    pub lines: Vec<Vec<Inline>>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Align {
    #[default]
    Left,
    Center,
    Right,
}

/// Bars with their names and values.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Chart {
    pub title: String,
    pub bars: Vec<Bar>,
}

/// One bar: how long, in thousandths of the width, and what is written at its end.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    pub label: String,
    pub permille: u32,
    pub text: String,
    /// Behind what it should be: drawn in another tint.
    pub behind: bool,
}

/// 发文机关署名 and 成文日期; several bodies sign one below the other.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Signature {
    pub by: Vec<String>,
    pub date: String,
}

/// 版记: whom copies go to, who printed and when.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Colophon {
    pub copy: String,
    pub by: String,
    pub date: String,
}

/// What stands at a place of a table's grid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Place<'a> {
    /// A cell begins.
    Cell(&'a TableCell),
    /// A cell of a row above goes on, so many columns wide.
    Below(usize),
    /// Nothing was written.
    Gap,
}

impl Table {
    /// Gives each column a width and each cell no more rows and columns than there are.
    pub(crate) fn settle(&mut self) {
        let mut columns = self.widths.len();
        let mut over: Vec<usize> = Vec::new();
        for row in &self.rows {
            let (mut at, mut next) = (0, vec![0; over.len()]);
            for cell in &row.cells {
                while over.get(at).is_some_and(|left| *left > 0) {
                    at += 1;
                }
                next.resize(next.len().max(at + cell.columns), 0);
                next[at..at + cell.columns].fill(cell.rows);
                at += cell.columns;
            }
            columns = columns.max(next.len());
            next.resize(columns, 0);
            over.resize(columns, 0);
            over = over.iter().zip(&next).map(|(left, new)| (*left).max(*new).saturating_sub(1)).collect();
        }
        let usual = self.widths.iter().sum::<u32>().checked_div(self.widths.len() as u32).unwrap_or(1);
        self.widths.resize(columns, usual.max(1));
    }

    /// The rows as a full grid: each place with its first column.
    pub(crate) fn grid(&self) -> Vec<Vec<(usize, Place<'_>)>> {
        let columns = self.widths.len();
        // Rows still covered, and how wide the covering cell is, by its first column.
        let mut over: Vec<(usize, usize)> = vec![(0, 0); columns];
        let mut grid = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            let (mut places, mut cells, mut at) = (Vec::new(), row.cells.iter(), 0);
            while at < columns {
                if over[at].0 > 0 {
                    over[at].0 -= 1;
                    places.push((at, Place::Below(over[at].1)));
                    at += over[at].1;
                    continue;
                }
                match cells.next() {
                    Some(cell) => {
                        places.push((at, Place::Cell(cell)));
                        let wide = cell.columns.min(columns - at);
                        over[at] = (cell.rows - 1, wide);
                        at += wide;
                    }
                    None => {
                        places.push((at, Place::Gap));
                        at += 1;
                    }
                }
            }
            grid.push(places);
        }
        grid
    }
}
