//! What both databases hold: three kinds of cell and null. Decimals, dates, times and truth are integers here.
use crate::error::{Result, StoreError};

/// One cell of a row, or one parameter.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cell {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

impl From<i64> for Cell {
    fn from(value: i64) -> Self {
        Cell::Int(value)
    }
}

impl From<bool> for Cell {
    fn from(value: bool) -> Self {
        Cell::Int(i64::from(value))
    }
}

impl From<&str> for Cell {
    fn from(value: &str) -> Self {
        Cell::Text(value.to_owned())
    }
}

impl From<String> for Cell {
    fn from(value: String) -> Self {
        Cell::Text(value)
    }
}

impl From<&[u8]> for Cell {
    fn from(value: &[u8]) -> Self {
        Cell::Bytes(value.to_owned())
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Cell::Null, Into::into)
    }
}

/// A row as the database answered it, by position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row(pub Vec<Cell>);

impl Row {
    /// The cell at `at`, moved out.
    pub fn take(&mut self, at: usize) -> Cell {
        self.0.get_mut(at).map_or(Cell::Null, |cell| std::mem::replace(cell, Cell::Null))
    }

    /// A number that is not null.
    pub fn int(&self, at: usize) -> Result<i64> {
        self.maybe_int(at)?.ok_or_else(|| wrong(at, "a number", &Cell::Null))
    }

    pub fn maybe_int(&self, at: usize) -> Result<Option<i64>> {
        match self.0.get(at) {
            Some(Cell::Int(n)) => Ok(Some(*n)),
            Some(Cell::Null) | None => Ok(None),
            Some(other) => Err(wrong(at, "a number", other)),
        }
    }

    /// A text that is not null, moved out.
    pub fn text(&mut self, at: usize) -> Result<String> {
        self.maybe_text(at)?.ok_or_else(|| wrong(at, "a text", &Cell::Null))
    }

    pub fn maybe_text(&mut self, at: usize) -> Result<Option<String>> {
        match self.take(at) {
            Cell::Text(text) => Ok(Some(text)),
            Cell::Null => Ok(None),
            other => Err(wrong(at, "a text", &other)),
        }
    }

    /// Bytes that are not null, moved out.
    pub fn bytes(&mut self, at: usize) -> Result<Vec<u8>> {
        match self.take(at) {
            Cell::Bytes(bytes) => Ok(bytes),
            other => Err(wrong(at, "bytes", &other)),
        }
    }
}

fn wrong(at: usize, wanted: &str, found: &Cell) -> StoreError {
    StoreError::Corrupt(format!("column {at} should be {wanted} and is {found:?}"))
}
