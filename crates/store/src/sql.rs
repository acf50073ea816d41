//! A statement being written: text and parameters grow together, so that a value can never become text.
use crate::cell::Cell;
use crate::dialect::Dialect;

/// Text with holes and what fills them.
#[derive(Debug, Clone)]
pub struct Sql {
    pub text: String,
    pub params: Vec<Cell>,
    dialect: Dialect,
}

impl Sql {
    pub fn new(dialect: Dialect, text: impl Into<String>) -> Self {
        Self { text: text.into(), params: Vec::new(), dialect }
    }

    /// Appends text of our own.
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Appends a hole and its value.
    pub fn bind(&mut self, value: impl Into<Cell>) -> &mut Self {
        self.params.push(value.into());
        let hole = self.dialect.hole(self.params.len());
        self.text.push_str(&hole);
        self
    }

    /// Appends `(hole, hole, …)`; `(NULL)` for no values, so that nothing is in it.
    pub fn bind_all(&mut self, values: impl IntoIterator<Item = impl Into<Cell>>) -> &mut Self {
        self.text.push('(');
        let start = self.params.len();
        for value in values {
            if self.params.len() > start {
                self.text.push_str(", ");
            }
            self.bind(value);
        }
        if self.params.len() == start {
            self.text.push_str("NULL");
        }
        self.text.push(')');
        self
    }
}
