//! Reads a sheet row by row, whatever its form: a workbook of any size takes no more memory than its words.
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use calamine::{DataRef, Reader, Xlsx, XlsxError, open_workbook};

use super::{Format, unusable};
use crate::refusal::Refusal;

/// Bytes by which the encoding of a CSV file is told.
const SNIFFED: usize = 64 * 1024;

/// Takes a row: its number from 1 and its cells.
type Each<'a> = &'a mut dyn FnMut(u64, &[String]) -> Result<(), Refusal>;

/// How many rows there are at most, the header among them.
pub fn count(path: &Path) -> Result<u64, Refusal> {
    match Format::of(path)? {
        Format::Csv => {
            let file = File::open(path).map_err(|error| unusable("文件打不开", error))?;
            let mut lines = 0;
            let mut reader = BufReader::with_capacity(1 << 20, file);
            loop {
                let bytes = reader.fill_buf().map_err(|error| unusable("文件读不了", error))?;
                if bytes.is_empty() {
                    return Ok(lines);
                }
                lines += bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
                let read = bytes.len();
                reader.consume(read);
            }
        }
        Format::Xlsx => {
            let (mut book, sheet) = open(path)?;
            let cells = book.worksheet_cells_reader(&sheet).map_err(broken)?;
            Ok(u64::from(cells.dimensions().end.0) + 1)
        }
    }
}

/// Gives each row that is not blank, with its number from 1, to `each`.
pub fn rows(path: &Path, each: Each) -> Result<(), Refusal> {
    match Format::of(path)? {
        Format::Csv => csv_rows(path, each),
        Format::Xlsx => xlsx_rows(path, each),
    }
}

fn csv_rows(path: &Path, each: Each) -> Result<(), Refusal> {
    let mut file = File::open(path).map_err(|error| unusable("文件打不开", error))?;
    let mut head = Vec::with_capacity(SNIFFED);
    let read = file.by_ref().take(SNIFFED as u64).read_to_end(&mut head);
    read.map_err(|error| unusable("文件读不了", error))?;
    let marked = head.starts_with(&[0xef, 0xbb, 0xbf]);
    let encoding = match std::str::from_utf8(&head) {
        Err(error) if error.error_len().is_some() => encoding_rs::GB18030,
        _ => encoding_rs::UTF_8,
    };
    let start = if marked { 3 } else { 0 };
    file.seek(SeekFrom::Start(start)).map_err(|error| unusable("文件读不了", error))?;
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(BufReader::new(file));
    let mut record = csv::ByteRecord::new();
    let mut cells: Vec<String> = Vec::new();
    let mut line = 0;
    while reader.read_byte_record(&mut record).map_err(|error| unusable("CSV 读不了", error))? {
        line += 1;
        cells.clear();
        cells.extend(
            record.iter().map(|cell| unquoted(encoding.decode_without_bom_handling(cell).0.as_ref())),
        );
        if cells.iter().any(|cell| !cell.trim().is_empty()) {
            each(line, &cells)?;
        }
    }
    Ok(())
}

/// Without the sign that keeps a spreadsheet from taking a text for a formula.
fn unquoted(cell: &str) -> String {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '@', '-', '\t']) => rest.to_string(),
        _ => cell.to_string(),
    }
}

fn open(path: &Path) -> Result<(Xlsx<BufReader<File>>, String), Refusal> {
    let book: Xlsx<BufReader<File>> =
        open_workbook(path).map_err(|error: XlsxError| unusable("工作簿打不开", error))?;
    let sheet = book.sheet_names().first().cloned();
    let sheet = sheet.ok_or_else(|| Refusal::conflict("工作簿里没有工作表"))?;
    Ok((book, sheet))
}

fn broken(error: XlsxError) -> Refusal {
    unusable("工作表读不了", error)
}

fn xlsx_rows(path: &Path, each: Each) -> Result<(), Refusal> {
    let (mut book, sheet) = open(path)?;
    let mut reader = book.worksheet_cells_reader(&sheet).map_err(broken)?;
    let mut cells: Vec<String> = Vec::new();
    let mut at = None;
    let mut give = |row: Option<u32>, cells: &mut Vec<String>| -> Result<(), Refusal> {
        if let Some(row) = row
            && cells.iter().any(|cell| !cell.trim().is_empty())
        {
            each(u64::from(row) + 1, cells)?;
        }
        cells.clear();
        Ok(())
    };
    while let Some(cell) = reader.next_cell().map_err(broken)? {
        let (row, column) = cell.get_position();
        if at != Some(row) {
            give(at, &mut cells)?;
            at = Some(row);
        }
        let column = column as usize;
        if cells.len() <= column {
            cells.resize(column + 1, String::new());
        }
        cells[column] = text(cell.get_value());
    }
    give(at, &mut cells)
}

/// A cell as one would type it.
fn text(value: &DataRef) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number_text(*number),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_string(),
        DataRef::Bool(yes) => if *yes { "是" } else { "否" }.to_string(),
        DataRef::DateTime(at) => {
            let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
            match (hour, minute, second) {
                (0, 0, 0) => format!("{year}-{month:02}-{day:02}"),
                _ => format!("{year}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"),
            }
        }
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(error) => format!("{error:?}"),
    }
}

/// Fifteen digits are what Excel keeps and shows; what a float has beyond them nobody typed.
fn number_text(number: f64) -> String {
    let rounded = format!("{number:.14e}").parse::<f64>().unwrap_or(number);
    rounded.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_it_was_typed() {
        assert_eq!(number_text(0.1 + 0.2), "0.3");
        assert_eq!(number_text(411_503_101.0), "411503101");
        assert_eq!(number_text(-12.5), "-12.5");
    }
}
