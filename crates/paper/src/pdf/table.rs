//! Tables that break between rows, or inside one that is higher than the page, with their head repeated.
use super::flow::{Flow, Mark, pieces, shift};
use super::fonts::Face;
use super::line::{Ink, Line, Style, broken};
use crate::document::{Align, Place, Table, TableCell};

/// Points between a cell's line and its text.
const PAD: f32 = 4.0;
/// Line distance in a table, in ems.
const LEADING: f32 = 1.4;
const RULE: f32 = 0.6;

/// A cell laid out.
struct Cell {
    x: f32,
    width: f32,
    /// Rows it covers.
    rows: usize,
    align: Align,
    head: bool,
    lines: Vec<Line>,
}

struct Row {
    cells: Vec<Cell>,
    height: f32,
    /// Rows above reach into it: no page may begin here.
    tied: bool,
}

/// What all rows need to know.
struct Setting {
    edges: Vec<f32>,
    leading: f32,
    plain: bool,
}

pub fn table(flow: &mut Flow, table: &Table, size: f32) {
    let setting = Setting { edges: edges(flow, table), leading: size * LEADING, plain: table.plain };
    let rows = laid_out(flow, table, &setting, size);
    let (head, body) = rows.split_at(table.head_rows.min(rows.len()));
    let head_height: f32 = head.iter().map(|row| row.height).sum();
    let mut at = 0;
    let first = body.first().map_or(0.0, |row| row.height.min(setting.leading * 3.0));
    let caption = if table.caption.is_empty() { 0.0 } else { size * 2.0 };
    flow.need(caption + head_height + first);
    if caption > 0.0 {
        flow.lines(&table.caption, Style::new(Face::Hei, size), caption, Align::Center);
    }
    draw(flow, head, &setting);
    while at < body.len() {
        let end = at + 1 + body[at + 1..].iter().take_while(|row| row.tied).count();
        let height: f32 = body[at..end].iter().map(|row| row.height).sum();
        let whole = flow.bottom() - flow.top() - head_height;
        if height <= flow.room() {
            draw(flow, &body[at..end], &setting);
        } else if height <= whole {
            turn(flow, head, &setting);
            draw(flow, &body[at..end], &setting);
        } else {
            for row in &body[at..end] {
                split(flow, head, row, &setting);
            }
        }
        at = end;
    }
    flow.y += setting.leading / 2.0;
}

fn turn(flow: &mut Flow, head: &[Row], setting: &Setting) {
    flow.new_page();
    draw(flow, head, setting);
}

fn edges(flow: &Flow, table: &Table) -> Vec<f32> {
    let whole = table.widths.iter().sum::<u32>().max(1) as f32;
    let mut edges = vec![flow.left()];
    let mut so_far = 0;
    for width in &table.widths {
        so_far += width;
        edges.push(flow.left() + flow.width() * so_far as f32 / whole);
    }
    edges
}

fn laid_out(flow: &Flow, table: &Table, setting: &Setting, size: f32) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for places in table.grid() {
        let tied = places.iter().any(|(_, place)| matches!(place, Place::Below(_)));
        let mut cells = Vec::new();
        for (column, place) in places {
            match place {
                Place::Cell(cell) => cells.push(laid_cell(flow, cell, column, setting, size)),
                Place::Gap => {
                    let (x, right) = (setting.edges[column], setting.edges[column + 1]);
                    cells.push(Cell {
                        x,
                        width: right - x,
                        rows: 1,
                        align: Align::Left,
                        head: false,
                        lines: Vec::new(),
                    });
                }
                Place::Below(_) => {}
            }
        }
        let own =
            cells.iter().filter(|cell| cell.rows == 1).map(|cell| high(cell, setting)).fold(0.0, f32::max);
        rows.push(Row { cells, height: own.max(setting.leading + 2.0 * PAD), tied });
    }
    // A cell over several rows pushes the last of them down when it needs more.
    for at in 0..rows.len() {
        for cell in 0..rows[at].cells.len() {
            let (span, need) = (rows[at].cells[cell].rows, high(&rows[at].cells[cell], setting));
            let end = (at + span).min(rows.len());
            let have: f32 = rows[at..end].iter().map(|row| row.height).sum();
            if span > 1 && need > have {
                rows[end - 1].height += need - have;
            }
        }
    }
    rows
}

fn laid_cell(flow: &Flow, cell: &TableCell, column: usize, setting: &Setting, size: f32) -> Cell {
    let end = (column + cell.columns).min(setting.edges.len() - 1);
    let (x, width) = (setting.edges[column], setting.edges[end] - setting.edges[column]);
    let style = Style::new(if cell.head { Face::Hei } else { Face::Body }, size);
    let pad = if setting.plain { 0.0 } else { PAD };
    let mut lines = Vec::new();
    for line in &cell.lines {
        lines.extend(broken(&pieces(flow.fonts, line, style), width - 2.0 * pad, 0.0, false));
    }
    let (align, rows, head) = (cell.align, cell.rows, cell.head);
    Cell { x, width, rows, align, head, lines }
}

fn high(cell: &Cell, setting: &Setting) -> f32 {
    cell.lines.len().max(1) as f32 * setting.leading + 2.0 * PAD
}

/// Whole rows at the pen.
fn draw(flow: &mut Flow, rows: &[Row], setting: &Setting) {
    for (at, row) in rows.iter().enumerate() {
        for cell in &row.cells {
            let span = (at + cell.rows).min(rows.len());
            let height: f32 = rows[at..span].iter().map(|row| row.height).sum();
            frame(flow, cell, height, setting);
            write(flow, cell, &cell.lines, height, setting);
        }
        flow.y += row.height;
    }
}

/// A row higher than a page: as many lines as fit, then on.
fn split(flow: &mut Flow, head: &[Row], row: &Row, setting: &Setting) {
    let longest = row.cells.iter().map(|cell| cell.lines.len()).max().unwrap_or_default();
    let mut from = 0;
    while from < longest.max(1) {
        let mut fit = ((flow.room() - 2.0 * PAD) / setting.leading).floor() as usize;
        if fit == 0 {
            turn(flow, head, setting);
            fit = (((flow.room() - 2.0 * PAD) / setting.leading).floor() as usize).max(1);
        }
        let to = (from + fit).min(longest.max(1));
        let height = (to - from) as f32 * setting.leading + 2.0 * PAD;
        for cell in &row.cells {
            frame(flow, cell, height, setting);
            let lines =
                cell.lines.get(from.min(cell.lines.len())..to.min(cell.lines.len())).unwrap_or_default();
            write(flow, cell, lines, height, setting);
        }
        flow.y += height;
        from = to;
    }
}

fn frame(flow: &mut Flow, cell: &Cell, height: f32, setting: &Setting) {
    if setting.plain {
        return;
    }
    let (x, y, right, bottom) = (cell.x, flow.y, cell.x + cell.width, flow.y + height);
    if cell.head {
        flow.put(Mark::Box { x, y, width: cell.width, height, ink: Ink::Tint });
    }
    for (from, to) in [
        ((x, y), (right, y)),
        ((x, bottom), (right, bottom)),
        ((x, y), (x, bottom)),
        ((right, y), (right, bottom)),
    ] {
        flow.put(Mark::Rule { from, to, width: RULE, ink: Ink::Black });
    }
}

fn write(flow: &mut Flow, cell: &Cell, lines: &[Line], height: f32, setting: &Setting) {
    let pad = if setting.plain { 0.0 } else { PAD };
    let text = lines.len() as f32 * setting.leading;
    let mut y = flow.y + (height - text) / 2.0;
    for line in lines {
        let x = cell.x + pad + shift(cell.width - 2.0 * pad - line.width(), cell.align);
        flow.text(line.clone(), x, y, setting.leading);
        y += setting.leading;
    }
}
