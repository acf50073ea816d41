//! What an expression may name: the fields of its register, one hop further, choice lists and the law's numbers.
use indexmap::IndexMap;

use super::{Edition, Type};
use crate::field::{Choice, ChoiceList, FieldKind};
use crate::pack::Pack;
use crate::register::Seed;

/// The register that `me()` and person fields point to: the accounts of the office, which are no register.
pub const ACCOUNT: &str = "@account";

/// Where an expression is used; decides which functions it may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Evaluated in memory on one record: checks, defaults, computed fields, conditions of steps.
    Form,
    /// Also translated to SQL: filters, views, indicators.
    Query,
}

/// What the type checker asks.
pub trait Env {
    /// Type of a field of the expression's own record, fixed columns included.
    fn field(&self, id: &str) -> Option<Type>;
    /// Type of a field of another register's record, fixed columns included.
    fn hop(&self, register: &str, id: &str) -> Option<Type>;
    /// The codes of a choice list by the name that [`Type::Choice`] carries.
    fn choices(&self, list: &str) -> Option<&[Choice]>;
    /// The editions of a law's number.
    fn rule(&self, name: &str) -> Option<&[Edition]>;
    /// The register seeded with bodies, which `body_of` yields.
    fn bodies(&self) -> Option<&str>;
    fn place(&self) -> Place;
    /// All names an identifier could have meant, for "did you mean".
    fn names(&self) -> Vec<&str>;
}

/// The fields of one register, as far as expressions see them.
#[derive(Debug, Clone, Default)]
pub struct Shape {
    pub fields: IndexMap<String, Type>,
}

/// All registers, choice lists and law's numbers of a pack, as far as expressions see them.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    pub registers: IndexMap<String, Shape>,
    /// By the name that [`Type::Choice`] carries: the table's name, or `register.field` for inline lists and states.
    pub lists: IndexMap<String, Vec<Choice>>,
    pub rules: IndexMap<String, Vec<Edition>>,
    /// Id of the register seeded with areas.
    pub areas: Option<String>,
    /// Id of the register seeded with bodies.
    pub bodies: Option<String>,
}

impl Schema {
    /// The schema of a pack that has been read.
    pub fn of(pack: &Pack) -> Self {
        let seeded = |seed| pack.seeded(seed).map(|register| register.id.clone());
        let mut schema = Self {
            lists: pack.choices.clone(),
            rules: pack.rules.clone(),
            areas: seeded(Seed::Areas),
            bodies: seeded(Seed::Bodies),
            ..Self::default()
        };
        for register in pack.registers.values() {
            let states = register.states.iter().map(|(code, title)| (code.as_str(), title.as_str()));
            let fields = register.fields.values().map(|field| (field.id.as_str(), &field.kind));
            schema.add_register(&register.id, states, fields);
        }
        schema
    }

    /// Adds a register with its states (code, title) and fields; inline choice lists are added under `register.field`.
    /// `areas` and `bodies` must be set before.
    pub fn add_register<'a>(
        &mut self,
        id: &str,
        states: impl IntoIterator<Item = (&'a str, &'a str)>,
        fields: impl IntoIterator<Item = (&'a str, &'a FieldKind)>,
    ) {
        let mut shape = Shape::default();
        for (field, kind) in fields {
            if let FieldKind::Choice { list: ChoiceList::Inline(choices) }
            | FieldKind::Choices { list: ChoiceList::Inline(choices) } = kind
            {
                self.lists.insert(format!("{id}.{field}"), choices.clone());
            }
            shape.fields.insert(field.to_string(), self.type_of(id, field, kind));
        }
        let state = format!("{id}.state");
        let flat =
            |(code, title): (&str, &str)| Choice { code: code.into(), title: title.into(), parent: None };
        self.lists.insert(state.clone(), states.into_iter().map(flat).collect());
        for (fixed, ty) in [
            ("id", Type::Ref(id.to_string())),
            ("state", Type::Choice(state)),
            ("number", Type::Text),
            ("created_at", Type::Time),
            ("updated_at", Type::Time),
        ] {
            shape.fields.entry(fixed.to_string()).or_insert(ty);
        }
        self.registers.insert(id.to_string(), shape);
    }

    fn type_of(&self, register: &str, field: &str, kind: &FieldKind) -> Type {
        let choice = |list: &ChoiceList| match list {
            ChoiceList::Inline(_) => Type::Choice(format!("{register}.{field}")),
            ChoiceList::Table(name) => Type::Choice(name.clone()),
        };
        let seeded = |seed: &Option<String>| Type::Ref(seed.clone().unwrap_or_default());
        match kind {
            FieldKind::Text { .. }
            | FieldKind::LongText
            | FieldKind::Phone
            | FieldKind::IdCard
            | FieldKind::CreditCode
            | FieldKind::LicenceNo
            | FieldKind::Gtin
            | FieldKind::Geo => Type::Text,
            FieldKind::Integer { .. } => Type::Int,
            FieldKind::Decimal { digits, .. } => Type::Decimal(*digits),
            FieldKind::Money => Type::Decimal(2),
            FieldKind::Date => Type::Date,
            FieldKind::Time => Type::Time,
            FieldKind::Bool => Type::Bool,
            FieldKind::Choice { list } => choice(list),
            FieldKind::Choices { list } => Type::List(Box::new(choice(list))),
            FieldKind::Ref { register } => Type::Ref(register.clone()),
            FieldKind::Refs { register } => Type::List(Box::new(Type::Ref(register.clone()))),
            FieldKind::Area => seeded(&self.areas),
            FieldKind::Body => seeded(&self.bodies),
            FieldKind::Person => Type::Ref(ACCOUNT.to_string()),
            // Attachments are kept as a list even where only one may be given.
            FieldKind::Image { .. }
            | FieldKind::File { .. }
            | FieldKind::Table { .. }
            | FieldKind::Checklist { .. } => Type::List(Box::new(Type::Text)),
        }
    }

    /// The view of the schema from one register's record.
    pub fn scene<'a>(&'a self, register: &'a str, place: Place) -> Scene<'a> {
        Scene { schema: self, register, place }
    }
}

/// A [`Schema`] seen from one register's record.
#[derive(Debug, Clone, Copy)]
pub struct Scene<'a> {
    schema: &'a Schema,
    register: &'a str,
    place: Place,
}

impl Env for Scene<'_> {
    fn field(&self, id: &str) -> Option<Type> {
        self.hop(self.register, id)
    }

    fn hop(&self, register: &str, id: &str) -> Option<Type> {
        self.schema.registers.get(register)?.fields.get(id).cloned()
    }

    fn choices(&self, list: &str) -> Option<&[Choice]> {
        self.schema.lists.get(list).map(Vec::as_slice)
    }

    fn rule(&self, name: &str) -> Option<&[Edition]> {
        self.schema.rules.get(name).map(Vec::as_slice)
    }

    fn bodies(&self) -> Option<&str> {
        self.schema.bodies.as_deref()
    }

    fn place(&self) -> Place {
        self.place
    }

    fn names(&self) -> Vec<&str> {
        let shape = self.schema.registers.get(self.register);
        shape.map(|shape| shape.fields.keys().map(String::as_str).collect()).unwrap_or_default()
    }
}
