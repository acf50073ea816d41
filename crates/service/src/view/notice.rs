//! Notices as their reader sees them.
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::Link;

/// A page of notices.
#[derive(Debug, Clone, Serialize)]
pub struct NoticesView {
    /// Newest first.
    pub items: Vec<NoticeView>,
    /// Counted to a hundred.
    pub unread: i64,
    /// Where the older ones begin.
    pub older: Option<i64>,
}

/// One thing somebody was told.
#[derive(Debug, Clone, Serialize)]
pub struct NoticeView {
    pub id: i64,
    pub at: DateTime<Utc>,
    /// `step`, `urge`, `copy`, `remind` …
    pub kind: String,
    /// What it is about: 退回, 逾期.
    pub matter: String,
    /// What was said with it; may be empty.
    pub words: String,
    pub sender: String,
    pub register_title: String,
    pub link: Option<Link>,
    /// Its record is not for these eyes any more: nothing of it is shown.
    pub hidden: bool,
    pub read: bool,
}
