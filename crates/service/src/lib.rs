//! The desk: every act and every look goes permit → check → effect → one transaction. It holds the rules that a page
//! does not, and never writes SQL.
#![allow(dead_code)] // until import, demo and ticks use the bulk door

mod act;
pub mod actor;
pub mod admin;
mod check;
pub mod clock;
mod clocks;
mod deadline;
mod demo;
mod desk;
mod door;
pub mod draft;
pub mod engines;
mod every;
mod expression;
mod follow;
mod form;
pub mod indicator;
mod keep;
mod list;
mod live;
mod look;
mod measure;
mod menu;
mod merge;
pub mod office;
mod permit;
pub mod refusal;
mod restamp;
mod search;
mod seed;
mod session;
mod tick;
pub mod view;
mod wording;
mod work;

pub use act::Act;
pub use actor::{Actor, RoleHeld};
pub use admin::{AccountView, EventView, NewAccount, RoleAsk};
pub use clock::{Clock, SetClock, ShiftedClock, SystemClock};
pub use demo::DemoReport;
pub use door::Done;
pub use draft::{Draft, Input};
pub use engines::catalogue;
pub use office::{Applied, Office, OfficeConfig, OfficeError};
pub use refusal::{Problem, Refusal};
pub use session::generated_password;
pub use tick::Ticked;
