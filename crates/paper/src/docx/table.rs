//! Tables and charts as Word's tables: a bar is a shaded cell, so that it stays sharp and can be edited.
use docx_rs::{
    AlignmentType, BorderType, Docx, Paragraph, Shading, ShdType, Table, TableAlignmentType, TableBorder,
    TableBorderPosition, TableBorders, TableCell, TableCellMargins, TableLayoutType, TableRow, VAlignType,
    VMergeType, WidthType,
};

use super::parts::{run, runs};
use super::{BODY, HEI, exact, inner};
use crate::document::{Align, Chart, Place, Table as Model};
use crate::form::Page;

const TINT: &str = "EEF0F3";
const BAR: &str = "2E6CBA";
const BEHIND: &str = "C46210";
/// Line distance in a table, in ems.
const LEADING: f32 = 1.4;
/// Parts of a chart's width: its names, its bars, its values.
const LABEL_PART: usize = 34;
const BAR_PART: usize = 40;
const WHOLE: usize = 100;

pub fn table(docx: Docx, page: &Page, model: &Model) -> Docx {
    let whole: u32 = model.widths.iter().sum::<u32>().max(1);
    let width = inner(page);
    let grid: Vec<usize> = model.widths.iter().map(|part| width * *part as usize / whole as usize).collect();
    let mut rows = Vec::new();
    for (at, places) in model.grid().into_iter().enumerate() {
        let mut cells = Vec::new();
        for (column, place) in places {
            cells.push(cell(page, &grid, column, place));
        }
        let row = TableRow::new(cells);
        rows.push(if at < model.head_rows { row.cant_split() } else { row });
    }
    let mut docx = docx;
    if !model.caption.is_empty() {
        docx = docx.add_paragraph(caption(page, &model.caption));
    }
    let borders = if model.plain { TableBorders::with_empty() } else { lines() };
    let table = Table::new(rows)
        .set_grid(grid)
        .width(width, WidthType::Dxa)
        .layout(TableLayoutType::Fixed)
        .align(TableAlignmentType::Center)
        .margins(TableCellMargins::new().margin(60, 80, 60, 80))
        .set_borders(borders);
    docx.add_table(table).add_paragraph(gap(page))
}

fn gap(page: &Page) -> Paragraph {
    Paragraph::new().line_spacing(exact(page.table_pt * 0.8)).snap_to_grid(false)
}

fn caption(page: &Page, text: &str) -> Paragraph {
    Paragraph::new()
        .align(AlignmentType::Center)
        .keep_next(true)
        .snap_to_grid(false)
        .line_spacing(exact(page.table_pt * 2.0))
        .add_run(run(text, HEI, page.table_pt))
}

fn lines() -> TableBorders {
    let line = |place| TableBorder::new(place).border_type(BorderType::Single).size(4).color("000000");
    [
        TableBorderPosition::Top,
        TableBorderPosition::Bottom,
        TableBorderPosition::Left,
        TableBorderPosition::Right,
        TableBorderPosition::InsideH,
        TableBorderPosition::InsideV,
    ]
    .into_iter()
    .fold(TableBorders::with_empty(), |borders, place| borders.set(line(place)))
}

fn line(page: &Page, align: Align) -> Paragraph {
    let align = match align {
        Align::Left => AlignmentType::Left,
        Align::Center => AlignmentType::Center,
        Align::Right => AlignmentType::Right,
    };
    Paragraph::new().align(align).snap_to_grid(false).line_spacing(exact(page.table_pt * LEADING))
}

fn cell(page: &Page, grid: &[usize], column: usize, place: Place) -> TableCell {
    let wide = |columns: usize| grid.iter().skip(column).take(columns).sum::<usize>();
    let blank = |columns: usize| {
        let cell =
            TableCell::new().width(wide(columns), WidthType::Dxa).add_paragraph(line(page, Align::Left));
        if columns > 1 { cell.grid_span(columns) } else { cell }
    };
    let model = match place {
        Place::Gap => return blank(1),
        Place::Below(columns) => return blank(columns).vertical_merge(VMergeType::Continue),
        Place::Cell(model) => model,
    };
    let columns = model.columns.min(grid.len() - column);
    let mut cell = TableCell::new().width(wide(columns), WidthType::Dxa).vertical_align(VAlignType::Center);
    if columns > 1 {
        cell = cell.grid_span(columns);
    }
    if model.rows > 1 {
        cell = cell.vertical_merge(VMergeType::Restart);
    }
    if model.head {
        cell = cell.shading(shade(TINT));
    }
    let face = if model.head { HEI } else { BODY };
    for text in &model.lines {
        cell = cell.add_paragraph(runs(line(page, model.align), text, face, page.table_pt));
    }
    cell
}

fn shade(fill: &str) -> Shading {
    Shading::new().shd_type(ShdType::Clear).color("auto").fill(fill)
}

pub fn chart(docx: Docx, page: &Page, chart: &Chart) -> Docx {
    let width = inner(page);
    let grid = vec![width / WHOLE; WHOLE];
    let cell = |parts: usize| {
        let cell = TableCell::new().width(width * parts / WHOLE, WidthType::Dxa).grid_span(parts);
        cell.vertical_align(VAlignType::Center)
    };
    let text = |align, words: &str| line(page, align).add_run(run(words, BODY, page.table_pt));
    let mut rows = Vec::new();
    for bar in &chart.bars {
        let full = (bar.permille as usize * BAR_PART / 1000).min(BAR_PART);
        let mut cells = vec![cell(LABEL_PART).add_paragraph(text(Align::Right, &bar.label))];
        if full > 0 {
            let fill = if bar.behind { BEHIND } else { BAR };
            cells.push(cell(full).shading(shade(fill)).add_paragraph(line(page, Align::Left)));
        }
        if full < BAR_PART {
            cells.push(cell(BAR_PART - full).shading(shade(TINT)).add_paragraph(line(page, Align::Left)));
        }
        let rest = WHOLE - LABEL_PART - BAR_PART;
        cells.push(cell(rest).add_paragraph(text(Align::Left, &bar.text)));
        rows.push(TableRow::new(cells));
        rows.push(spacer(page, &cell));
    }
    rows.pop();
    let docx = if chart.title.is_empty() { docx } else { docx.add_paragraph(caption(page, &chart.title)) };
    let table = Table::new(rows)
        .set_grid(grid)
        .width(width, WidthType::Dxa)
        .layout(TableLayoutType::Fixed)
        .margins(TableCellMargins::new().margin(20, 80, 20, 80))
        .set_borders(TableBorders::with_empty());
    docx.add_table(table).add_paragraph(gap(page))
}

/// A little room between two bars.
fn spacer(page: &Page, cell: &dyn Fn(usize) -> TableCell) -> TableRow {
    let thin = line(page, Align::Left).line_spacing(exact(page.table_pt * 0.3));
    TableRow::new(vec![cell(WHOLE).add_paragraph(thin)])
}
