//! Typed tables from declarations, history with a hash chain, on SQLite and PostgreSQL behind one synchronous face.
//!
//! Invariant: never decides who may do what (it compiles a given `Scope` into every query) and never checks a rule of the
//! pack: it accepts only what `service` checked. All SQL of the house is in this crate.
#![allow(dead_code)] // until records are read and written here

mod account;
mod cell;
mod chain;
pub mod change;
mod codec;
mod dialect;
mod error;
mod expr_sql;
mod layout;
pub mod migrate;
mod number;
pub mod record;
mod schema;
pub mod scope;
mod search;
mod sql;
mod store;
mod tables;
mod tx;
mod write;
mod writer;

pub use account::{Account, Event, HeldRole, Session};
pub use change::Change;
pub use error::{Result, StoreError};
pub use migrate::Migration;
pub use record::{Checked, Record, Stamp};
pub use scope::{Clause, Scope};
pub use store::{Location, Store};
pub use tx::Tx;
