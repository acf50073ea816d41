//! What a person hands in: field by field, as typed in a form, given over the API or read from a sheet. Not yet believed.
use indexmap::IndexMap;
use shian_pack::Value;

/// A draft 草稿: field id → what was handed in. Fields that are absent stay as they are.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Draft(pub IndexMap<String, Input>);

/// One field as handed in.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// As typed. Empty: no value.
    Text(String),
    /// A value of the right kind already.
    Value(Value),
    /// Several texts: many choices, many refs, many files.
    Many(Vec<String>),
    /// Sub-rows of a table, answers of a checklist (`item`, `answer`, `note`).
    Rows(Vec<IndexMap<String, Input>>),
}

impl Draft {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field as typed.
    #[must_use]
    pub fn text(mut self, field: impl Into<String>, text: impl Into<String>) -> Self {
        self.0.insert(field.into(), Input::Text(text.into()));
        self
    }

    /// Adds a field that is a value already.
    #[must_use]
    pub fn value(mut self, field: impl Into<String>, value: Value) -> Self {
        self.0.insert(field.into(), Input::Value(value));
        self
    }

    pub fn set(&mut self, field: impl Into<String>, input: Input) {
        self.0.insert(field.into(), input);
    }

    pub fn get(&self, field: &str) -> Option<&Input> {
        self.0.get(field)
    }
}
