//! A chain of acts 事件链 as its page shows it.
use chrono::NaiveDate;
use serde::Serialize;

use super::Link;

#[derive(Debug, Clone, Serialize)]
pub struct ChainView {
    /// In the order in which things happened; one link: nothing came of it yet.
    pub links: Vec<ChainLink>,
    /// There is more than is shown.
    pub more: bool,
    /// Indicators that these records count in, those with a target first.
    pub counted: Vec<Counted>,
}

/// One record of the chain.
#[derive(Debug, Clone, Serialize)]
pub struct ChainLink {
    pub link: Link,
    pub register_title: String,
    pub date: Option<NaiveDate>,
    /// The record one came from.
    pub here: bool,
    /// Not at an end.
    pub open: bool,
    /// Something on it is overdue.
    pub late: bool,
    pub body: String,
}

/// An indicator by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counted {
    pub id: String,
    pub title: String,
    /// A target of the plan is bound to it.
    pub target: bool,
}
