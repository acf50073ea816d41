//! Typed tables from declarations, history with a hash chain, on SQLite and PostgreSQL behind one synchronous face.
//!
//! Invariant: never decides who may do what (it compiles a given `Scope` into every query) and never checks a rule of the
//! pack: it accepts only what `service` checked. All SQL of the house is in this crate.

mod account;
pub mod backup;
mod cell;
mod chain;
pub mod change;
mod codec;
pub mod deadline;
mod dialect;
mod error;
#[allow(dead_code)] // values are asked for by the indicators
mod expr_sql;
pub mod files;
mod group;
mod job;
mod kept;
mod layout;
pub mod list;
pub mod merge;
pub mod migrate;
mod notice;
mod number;
pub mod record;
mod roster;
mod schema;
pub mod scope;
pub mod search;
mod sql;
mod store;
mod tables;
mod token;
mod tx;
pub mod verdict;
pub mod verify;
mod waiting;
mod webhook;
mod write;
mod writer;

pub use account::{Account, Event, HeldRole, Session};
pub use backup::Backup;
pub use change::Change;
pub use deadline::{Deadline, DeadlineQuery};
pub use error::{Result, StoreError};
pub use files::FileInfo;
pub use group::Group;
pub use job::{Job, JobState};
pub use kept::KeptAnswer;
pub use list::{Asked, Cursor, ListQuery, Page, Sort};
pub use merge::{Duplicates, Key, Merged};
pub use migrate::Migration;
pub use notice::Notice;
pub use record::{Checked, Record, SELF, Stamp};
pub use roster::Post;
pub use scope::{Clause, Scope};
pub use search::Hit;
pub use store::{Location, Store};
pub use token::Token;
pub use tx::Tx;
pub use verify::{Fault, Progress};
pub use waiting::{Handed, Waiting};
pub use webhook::{Delivery, Tried, Webhook};
