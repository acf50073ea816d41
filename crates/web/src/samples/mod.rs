//! What the service might tell, by hand, so that tests draw every template with every part of it filled. Only for tests.
#![allow(clippy::wildcard_imports)]

mod people;
mod plan;
mod records;

use chrono::{DateTime, NaiveDate, Utc};
use shian_service::view::{Link, OptionView};

pub use people::*;
pub use plan::*;
pub use records::*;

pub fn day(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2023, month, day).unwrap()
}

pub fn moment() -> DateTime<Utc> {
    "2023-09-14T08:03:00Z".parse().unwrap()
}

pub fn link(register: &str, id: i64, name: &str) -> Link {
    Link { register: register.into(), id, name: name.into(), state_title: "办理中".into(), key: None }
}

pub fn option(code: &str, title: &str, chosen: bool) -> OptionView {
    OptionView { code: code.into(), title: title.into(), depth: 0, chosen }
}
