//! The governance pack 治理包: a folder of text that declares one place's registers, indicators, tables, roles and plan.
//!
//! This crate reads a pack into a checked [`Pack`], or into diagnostics, all at once. It does no IO besides reading that
//! folder, knows no database and no engine.
pub mod appraisal;
pub mod calendar;
pub mod catalogue;
mod check;
pub mod coverage;
pub mod diagnostic;
pub mod diff;
pub mod draft;
pub mod expr;
pub mod field;
pub mod identifier;
pub mod indicator;
pub mod pack;
pub mod path;
mod read;
pub mod register;
pub mod value;

pub use catalogue::{Catalogue, EffectSig};
pub use coverage::{Coverage, coverage};
pub use diagnostic::Diagnostic;
pub use diff::{PackDiff, diff};
pub use draft::{NewError, NewReport, Start, pack_new};
pub use expr::{Expr, Type};
pub use field::{Choice, Field, FieldKind};
pub use indicator::Indicator;
pub use pack::Pack;
pub use read::read;
pub use register::Register;
pub use value::{Fields, Value};
