//! The desk: every act and every look goes permit → check → effect → one transaction. It holds the rules that a page
//! does not, and never writes SQL.
pub mod actor;
pub mod clock;
pub mod draft;
pub mod refusal;
pub mod view;

pub use actor::{Actor, RoleHeld};
pub use draft::{Draft, Input};
pub use refusal::{Problem, Refusal};
