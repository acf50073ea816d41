//! Writes what structured formats hold as lines of text: a paragraph a line, a row of a table its cells parted by tabs.
//!
//! A table that only lays out a page (one cell a row, or cells that hold whole paragraphs of tables) becomes lines.

use crate::signs::is_space;

#[derive(Default)]
pub(crate) struct Sheet {
    out: String,
    tables: Vec<TableFrame>,
}

#[derive(Default)]
struct TableFrame {
    /// Rows that cells above still reach into, per column.
    reach: Vec<usize>,
    cells: Vec<String>,
    /// The cell that words go to.
    open: Option<usize>,
}

/// A cell longer than this lays out a page.
const LONGEST_CELL: usize = 6000;

impl Sheet {
    fn place(&mut self) -> &mut String {
        match self.tables.last_mut() {
            Some(TableFrame { cells, open: Some(at), .. }) => &mut cells[*at],
            _ => &mut self.out,
        }
    }

    /// Adds words; line ends in them are blanks.
    pub fn words(&mut self, words: &str) {
        let place = self.place();
        for c in words.chars() {
            let blank = is_space(c);
            if !blank || !place.ends_with([' ', '\n', '\t']) || c == '\u{3000}' {
                place.push(if blank && c != '\u{3000}' { ' ' } else { c });
            }
        }
    }

    pub fn line_end(&mut self) {
        let place = self.place();
        let trimmed = place.trim_end_matches(' ').len();
        place.truncate(trimmed);
        if !place.is_empty() && !place.ends_with('\n') {
            place.push('\n');
        }
    }

    pub fn open_table(&mut self) {
        self.line_end();
        self.tables.push(TableFrame::default());
    }

    pub fn close_table(&mut self) {
        self.close_row();
        self.tables.pop();
    }

    pub fn open_row(&mut self) {
        self.close_row();
    }

    /// Begins a cell that takes `wide` columns and `high` rows.
    pub fn open_cell(&mut self, wide: usize, high: usize) {
        let Some(frame) = self.tables.last_mut() else { return };
        frame.fill_reached();
        let column = frame.cells.len();
        let wide = wide.clamp(1, 40);
        frame.cells.resize(column + wide, String::new());
        if frame.reach.len() < column + wide {
            frame.reach.resize(column + wide, 0);
        }
        for reach in &mut frame.reach[column..column + wide] {
            *reach = high.clamp(1, 500) - 1;
        }
        frame.open = Some(column);
    }

    /// A cell that turns out to take more columns.
    pub fn widen_cell(&mut self, wide: usize) {
        if let Some(frame) = self.tables.last_mut()
            && let Some(at) = frame.open
        {
            frame.cells.resize(at + wide.clamp(1, 40), String::new());
        }
    }

    pub fn close_cell(&mut self) {
        if let Some(frame) = self.tables.last_mut() {
            frame.open = None;
        }
    }

    pub fn close_row(&mut self) {
        let Some(frame) = self.tables.last_mut() else { return };
        frame.open = None;
        if frame.cells.is_empty() {
            return;
        }
        frame.fill_reached();
        let cells = std::mem::take(&mut frame.cells);
        let filled = cells.iter().filter(|c| !c.trim().is_empty()).count();
        let layout = cells.len() < 2 || cells.iter().any(|c| c.contains('\t') || c.len() > LONGEST_CELL);
        let row = if layout || filled == 1 && !cells[0].trim().is_empty() {
            cells.iter().map(|c| c.trim()).filter(|c| !c.is_empty()).collect::<Vec<_>>().join("\n")
        } else {
            cells.iter().map(|c| c.trim().replace('\n', " ")).collect::<Vec<_>>().join("\t")
        };
        let outer = self.tables.pop();
        self.line_end();
        self.place().push_str(&row);
        self.line_end();
        self.tables.extend(outer);
    }

    pub fn finish(mut self) -> String {
        while !self.tables.is_empty() {
            self.close_table();
        }
        self.out
    }
}

impl TableFrame {
    /// Empty cells where cells of rows above reach in.
    fn fill_reached(&mut self) {
        while let Some(reach) = self.reach.get_mut(self.cells.len()).filter(|r| **r > 0) {
            *reach -= 1;
            self.cells.push(String::new());
        }
    }
}
