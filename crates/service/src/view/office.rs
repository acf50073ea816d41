//! What belongs to a person: the menu, the desk with what waits, a search over everything he may see.
use chrono::NaiveDate;
use serde::Serialize;

use super::{DueStatus, Link};

#[derive(Debug, Clone, Serialize)]
pub struct MenuGroup {
    pub id: String,
    pub title: String,
    pub entries: Vec<MenuEntry>,
}

/// A register he may read.
#[derive(Debug, Clone, Serialize)]
pub struct MenuEntry {
    pub id: String,
    pub title: String,
    pub can_create: bool,
}

/// My desk 我的工作: late first.
#[derive(Debug, Clone, Serialize)]
pub struct DeskView {
    pub today: NaiveDate,
    /// One sentence: what is late, what is due today.
    pub lead: String,
    pub late: Vec<DeskItem>,
    pub today_due: Vec<DeskItem>,
    /// Due within a fortnight.
    pub coming: Vec<DeskItem>,
    pub later: Vec<DeskItem>,
    /// No clock, but a step that is mine.
    pub waiting: Vec<DeskItem>,
    /// What he handed on and where it is, latest first.
    pub handed: Vec<HandedItem>,
    pub late_count: i64,
    pub total: i64,
    /// Due days of this month.
    pub calendar: Vec<DayCount>,
}

#[derive(Debug, Clone, Serialize)]
pub struct DeskItem {
    pub link: Link,
    pub register_title: String,
    /// What is to be done: the clock's title, or the step's.
    pub matter: String,
    /// Why it is on this desk.
    pub owes: String,
    pub due: Option<NaiveDate>,
    pub status: DueStatus,
    /// `逾期 4 天`
    pub words: String,
    /// The step to take, when there is exactly one to name; else the record is opened.
    pub step: Option<String>,
    pub step_title: String,
}

/// A record that somebody handed on.
#[derive(Debug, Clone, Serialize)]
pub struct HandedItem {
    /// With the state it is in now.
    pub link: Link,
    pub register_title: String,
    /// What he did.
    pub step_title: String,
    pub at: NaiveDate,
    /// Whose turn it is; empty: nobody's.
    pub next: String,
    /// Days it has been in its state.
    pub days: i64,
    /// Somebody's turn.
    pub open: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct DayCount {
    pub day: NaiveDate,
    pub count: i64,
    pub workday: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct SearchView {
    pub text: String,
    pub groups: Vec<SearchGroup>,
}

#[derive(Debug, Clone, Serialize)]
pub struct SearchGroup {
    pub register: String,
    pub title: String,
    pub hits: Vec<Link>,
}
