//! Parsing an expression where it stands: what it may name, what type it must have, and its mistakes at their characters.
use indexmap::IndexMap;

use super::field;
use super::folder::Folder;
use super::keys::{self, Keys, Word};
use super::source::Sources;
use super::tree::{Map, What};
use crate::diagnostic::Code;
use crate::expr::{Edition, Expr, Node, Place, Schema, Type};
use crate::field::{Choice, FieldKind};
use crate::value::Value;

/// The pack's shape before any expression is read: fields, states, choice lists, law's numbers.
pub fn outline(
    folder: &Folder,
    sources: &Sources,
    choices: &IndexMap<String, Vec<Choice>>,
    rules: &IndexMap<String, Vec<Edition>>,
) -> Schema {
    // Faults of this first pass are thrown away: the full reading of each field reports them.
    let silent = sources.muted();
    let seeded = |seed: &str| {
        let is = |map: &Map| matches!(map.get("seed").map(|item| &item.what), Some(What::Text(text)) if text == seed);
        folder.registers.iter().find(|(_, (_, map))| is(map)).map(|(id, _)| id.clone())
    };
    let mut schema = Schema {
        lists: choices.clone(),
        rules: rules.clone(),
        areas: seeded("areas"),
        bodies: seeded("bodies"),
        ..Schema::default()
    };
    for (id, (_, map)) in &folder.registers {
        let kinds: Vec<(&str, FieldKind)> = entries(map, "fields")
            .filter_map(|(field, what)| match what {
                What::Map(declared) => Some((field, field::kind_alone(&silent, declared)?)),
                _ => None,
            })
            .collect();
        let states = entries(map, "states").filter_map(|(state, what)| match what {
            What::Text(title) => Some((state, title.as_str())),
            _ => None,
        });
        schema.add_register(id, states, kinds.iter().map(|(field, kind)| (*field, kind)));
    }
    schema
}

fn entries<'a>(map: &'a Map, key: &str) -> impl Iterator<Item = (&'a str, &'a What)> {
    let inner = match map.get(key).map(|item| &item.what) {
        Some(What::Map(inner)) => Some(inner),
        _ => None,
    };
    inner
        .into_iter()
        .flat_map(|inner| inner.entries.iter().map(|(id, entry)| (id.as_str(), &entry.item.what)))
}

/// Reads expressions of one register.
#[derive(Clone, Copy)]
pub struct Formulas<'a> {
    pub schema: &'a Schema,
    pub register: &'a str,
}

impl<'a> Formulas<'a> {
    pub fn of(self, register: &'a str) -> Self {
        Self { register, ..self }
    }

    /// The condition under `key`, judged in memory.
    pub fn condition(&self, keys: &Keys<'_>, key: &'static str) -> Option<Expr> {
        keys.word(key).and_then(|word| self.parse(keys.sources(), &word, Place::Form, true))
    }

    /// The condition under `key`, judged in memory and in queries.
    pub fn filter(&self, keys: &Keys<'_>, key: &'static str) -> Option<Expr> {
        let word = keys.word(key)?;
        // Of a register that does not exist every name would be reported besides.
        if !self.schema.registers.contains_key(self.register) {
            return Some(nothing());
        }
        self.parse(keys.sources(), &word, Place::Query, true)
    }

    /// The value for `field` of this register, as `calc`, `default` and `with` give it. A plain number or true/false may
    /// stand without quotes.
    pub fn value(&self, keys: &Keys<'_>, key: &'static str, field: &str) -> Option<Expr> {
        let item = keys.item(key)?;
        let text = match &item.what {
            What::Number(text) => text.clone(),
            What::Bool(truth) => truth.to_string(),
            _ => keys::text_of(keys.sources(), item, key)?.text,
        };
        self.assigned(keys.sources(), &Word { text, at: item.at }, self.register, field)
    }

    /// The value for a field of another register, computed from a record of this one.
    pub fn assigned(&self, sources: &Sources, word: &Word, register: &str, field: &str) -> Option<Expr> {
        let expr = self.parse(sources, word, Place::Form, false)?;
        let wanted = self.schema.registers.get(register)?.fields.get(field)?;
        match (wanted, written_codes(&expr.node)) {
            (Type::Choice(list), Some(written)) => self.check_codes(sources, word, field, list, &written),
            _ if fits(&expr.ty, wanted) => {}
            _ => {
                let message =
                    format!("算出来的值放不进字段 `{field}`：{} ≠ {}", named(&expr.ty), named(wanted));
                sources.error(word.at, Code::Expression, message);
            }
        }
        Some(expr)
    }

    fn check_codes(&self, sources: &Sources, word: &Word, field: &str, list: &str, written: &[&str]) {
        let codes: Vec<&str> =
            self.schema.lists.get(list).into_iter().flatten().map(|one| one.code.as_str()).collect();
        for code in written.iter().filter(|code| !codes.contains(code)) {
            let quoted = format!("'{code}'");
            let at = match word.text.find(&quoted) {
                Some(offset) => sources.inside(word.at, &word.text, offset, quoted.len()),
                None => word.at,
            };
            let message = format!("字段 `{field}` 没有选项 `{code}`");
            sources.unknown(at, Code::Expression, message, code, codes.iter().copied());
        }
    }

    fn parse(&self, sources: &Sources, word: &Word, place: Place, condition: bool) -> Option<Expr> {
        let scene = self.schema.scene(self.register, place);
        let parsed = match condition {
            true => Expr::parse_condition(&word.text, &scene),
            false => Expr::parse(&word.text, &scene),
        };
        match parsed {
            Ok(expr) => Some(expr),
            Err(errors) => {
                for error in errors {
                    let at = sources.inside(word.at, &word.text, error.offset, error.len);
                    match error.help {
                        Some(help) => sources.error_with_help(at, Code::Expression, error.message, help),
                        None => sources.error(at, Code::Expression, error.message),
                    }
                }
                None
            }
        }
    }
}

/// Stands for an expression that could not be read, so that the rest of its declaration is still checked.
pub fn nothing() -> Expr {
    Expr { node: Node::Lit(Value::Null), ty: Type::Null, source: String::new() }
}

/// The codes an expression yields when it only picks between written ones: `'a'`, `x ? 'a' : 'b'`.
fn written_codes(node: &Node) -> Option<Vec<&str>> {
    match node {
        Node::Lit(Value::Text(code)) => Some(vec![code]),
        Node::Lit(Value::Null) => Some(Vec::new()),
        Node::If(_, _, yes, no) => Some([written_codes(yes)?, written_codes(no)?].concat()),
        _ => None,
    }
}

/// Whether a value of the expression's type can be kept in a field of type `wanted`.
fn fits(given: &Type, wanted: &Type) -> bool {
    match (given, wanted) {
        (Type::Null, _) | (Type::Int | Type::Decimal(_), Type::Decimal(_)) => true,
        (Type::Choice(_), Type::Text) => true,
        (a, b) => a == b,
    }
}

fn named(ty: &Type) -> String {
    match ty {
        Type::Null => "空".to_owned(),
        Type::Bool => "是否".to_owned(),
        Type::Int => "整数".to_owned(),
        Type::Decimal(digits) => format!("{digits} 位小数"),
        Type::Text => "文本".to_owned(),
        Type::Date => "日期".to_owned(),
        Type::Time => "时刻".to_owned(),
        Type::Choice(list) => format!("选项（{list}）"),
        Type::Ref(register) => format!("对 {register} 的引用"),
        Type::List(of) => format!("{}的列表", named(of)),
    }
}
