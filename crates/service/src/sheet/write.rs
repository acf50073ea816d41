//! Writes a sheet row by row: CSV as Excel opens it, or a workbook that never stands in memory as a whole.
use std::io::Write;

use rust_xlsxwriter::{Color, Format as Style, Workbook, XlsxError};

use super::columns::Cell;
use super::{Format, unusable};
use crate::refusal::Refusal;

/// Rows of one worksheet.
const ROWS_MAX: u32 = 1_048_576;

pub struct Out<W: Write + Send> {
    to: Kind<W>,
    header: Vec<String>,
    row: u32,
}

enum Kind<W: Write + Send> {
    Csv(Box<csv::Writer<W>>),
    Xlsx { book: Box<Workbook>, sheets: usize, to: W },
}

/// A cell to be shown as a mistake.
pub struct Red(pub usize);

fn failed(error: XlsxError) -> Refusal {
    unusable("工作簿写不了", error)
}

impl<W: Write + Send> Out<W> {
    pub fn new(format: Format, mut to: W, header: Vec<String>) -> Result<Self, Refusal> {
        let to = match format {
            Format::Csv => {
                to.write_all(&[0xef, 0xbb, 0xbf]).map_err(|error| unusable("文件写不了", error))?;
                Kind::Csv(Box::new(csv::Writer::from_writer(to)))
            }
            Format::Xlsx => Kind::Xlsx { book: Box::new(Workbook::new()), sheets: 0, to },
        };
        let mut out = Self { to, header, row: ROWS_MAX };
        if let Kind::Csv(writer) = &mut out.to {
            writer.write_record(&out.header).map_err(|error| unusable("文件写不了", error))?;
        } else {
            out.next_sheet()?;
        }
        Ok(out)
    }

    fn next_sheet(&mut self) -> Result<(), Refusal> {
        let Kind::Xlsx { book, sheets, .. } = &mut self.to else { return Ok(()) };
        let sheet = book.add_worksheet_with_constant_memory().map_err(failed)?;
        let bold = Style::new().set_bold();
        for (at, title) in self.header.iter().enumerate() {
            sheet.write_string_with_format(0, at as u16, title, &bold).map_err(failed)?;
        }
        *sheets += 1;
        self.row = 1;
        Ok(())
    }

    pub fn row(&mut self, cells: &[Cell], red: &[Red]) -> Result<(), Refusal> {
        if matches!(self.to, Kind::Xlsx { .. }) && self.row >= ROWS_MAX {
            self.next_sheet()?;
        }
        match &mut self.to {
            Kind::Csv(writer) => {
                let texts = cells.iter().map(|cell| match cell {
                    Cell::Text(text) => crate::list::safe(text.clone()),
                    Cell::Number(number) => number.clone(),
                });
                writer.write_record(texts).map_err(|error| unusable("文件写不了", error))?;
            }
            Kind::Xlsx { book, sheets, .. } => {
                let sheet = book.worksheet_from_index(*sheets - 1).map_err(failed)?;
                let wrong = Style::new().set_background_color(Color::RGB(0x00FF_C7CE));
                for (at, cell) in cells.iter().enumerate() {
                    let column = at as u16;
                    // Beyond fifteen digits a spreadsheet would round: then it stays a text.
                    let number = match cell {
                        Cell::Number(number) if number.len() <= 15 => number.parse::<f64>().ok(),
                        Cell::Number(_) | Cell::Text(_) => None,
                    };
                    let (Cell::Text(text) | Cell::Number(text)) = cell;
                    let is_red = red.iter().any(|red| red.0 == at);
                    match (number, is_red) {
                        (Some(number), false) => sheet.write_number(self.row, column, number),
                        (None, false) if text.is_empty() => continue,
                        (None, false) => sheet.write_string(self.row, column, text),
                        (_, true) => sheet.write_string_with_format(self.row, column, text, &wrong),
                    }
                    .map_err(failed)?;
                }
            }
        }
        self.row += 1;
        Ok(())
    }

    pub fn finish(self) -> Result<(), Refusal> {
        match self.to {
            Kind::Csv(mut writer) => writer.flush().map_err(|error| unusable("文件写不了", error)),
            Kind::Xlsx { mut book, to, .. } => book.save_to_writer(to).map_err(failed),
        }
    }
}
