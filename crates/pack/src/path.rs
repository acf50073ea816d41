//! Paths in packs: `area`, `business.area`, `state`. At most one hop, so that a row's scope and name stay cheap.
use crate::field::{Field, FieldKind};
use crate::pack::Pack;
use crate::register::{Register, Seed};

/// Columns every record has besides its fields.
pub const FIXED: [&str; 5] = ["id", "state", "number", "created_at", "updated_at"];

/// What a path ends at.
#[derive(Debug, Clone, Copy)]
pub enum End<'a> {
    Field(&'a Field),
    /// One of [`FIXED`].
    Fixed(&'static str),
}

/// Why a path leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Astray {
    /// The register (by id) has no such field.
    NoField { register: String, field: String },
    /// The field before the dot points to no register.
    NoRef { field: String },
    /// More than one dot.
    TooFar,
}

impl Pack {
    /// Follows `path` from a record of `register`.
    ///
    /// # Errors
    /// Says at which part the path goes astray.
    pub fn follow<'a>(&'a self, register: &'a Register, path: &str) -> Result<End<'a>, Astray> {
        match path.split_once('.') {
            None => end(register, path),
            Some((_, rest)) if rest.contains('.') => Err(Astray::TooFar),
            Some((by, rest)) => {
                let End::Field(field) = end(register, by)? else {
                    return Err(Astray::NoRef { field: by.to_owned() });
                };
                let to = self.points_to(field).ok_or_else(|| Astray::NoRef { field: by.to_owned() })?;
                end(to, rest)
            }
        }
    }

    /// The register a single-valued reference points to; areas and bodies point to the registers seeded with them.
    pub fn points_to(&self, field: &Field) -> Option<&Register> {
        match &field.kind {
            FieldKind::Ref { register } => self.register(register),
            FieldKind::Area => self.seeded(Seed::Areas),
            FieldKind::Body => self.seeded(Seed::Bodies),
            FieldKind::Refs { .. }
            | FieldKind::Text { .. }
            | FieldKind::LongText
            | FieldKind::Integer { .. }
            | FieldKind::Decimal { .. }
            | FieldKind::Money
            | FieldKind::Date
            | FieldKind::Time
            | FieldKind::Bool
            | FieldKind::Choice { .. }
            | FieldKind::Choices { .. }
            | FieldKind::Person
            | FieldKind::Phone
            | FieldKind::IdCard
            | FieldKind::CreditCode
            | FieldKind::LicenceNo
            | FieldKind::Gtin
            | FieldKind::Geo
            | FieldKind::Image { .. }
            | FieldKind::File { .. }
            | FieldKind::Table { .. }
            | FieldKind::Checklist { .. } => None,
        }
    }

    /// The field of `child` by which its records point to one of `parent`, the first in file order.
    pub fn ref_back<'a>(&'a self, child: &'a Register, parent: &str) -> Option<&'a Field> {
        child
            .fields
            .values()
            .find(|field| self.points_to(field).is_some_and(|register| register.id == parent))
    }
}

fn end<'a>(register: &'a Register, id: &str) -> Result<End<'a>, Astray> {
    if let Some(field) = register.fields.get(id) {
        return Ok(End::Field(field));
    }
    let fixed = FIXED.into_iter().find(|fixed| *fixed == id);
    fixed
        .map(End::Fixed)
        .ok_or_else(|| Astray::NoField { register: register.id.clone(), field: id.to_owned() })
}
