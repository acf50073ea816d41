//! Typed tables from declarations, history with a hash chain, on SQLite and PostgreSQL behind one synchronous face.
//!
//! Invariant: never decides who may do what (it compiles a given `Scope` into every query) and never checks a rule of the
//! pack: it accepts only what `service` checked. All SQL of the house is in this crate.
#![allow(dead_code)] // until records are read and written here

mod account;
mod cell;
mod chain;
mod dialect;
mod error;
mod layout;
mod schema;
mod store;
mod tx;
mod writer;

pub use account::{Account, Event, HeldRole, Session};
pub use error::{Result, StoreError};
pub use store::{Location, Store};
pub use tx::Tx;
