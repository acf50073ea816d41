//! Why the desk says no: words for the person, apart from what the log says. Never carries SQL, paths or other people's data.
use serde::Serialize;

use crate::view::RecordView;

/// An act that did not happen.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It is not there, or one may not know that it is.
    #[error("没有找到，或者您无权查看")]
    NotFound,
    /// It is there and seen, but this act is not his.
    #[error("{why}")]
    Forbidden { why: String },
    /// What was handed in is not right; every problem at once.
    #[error("有 {} 处要改", problems.len())]
    Invalid { problems: Vec<Problem> },
    /// Somebody else was faster: `yours` is the version acted on, `current` what stands now.
    #[error("这条记录刚被别人改过，请核对后再办")]
    Stale { yours: i64, current: Box<RecordView> },
    /// The act is his, but not now: an open case, a state that does not fit.
    #[error("{message}")]
    Conflict { message: String },
    /// Too many failed tries, an account that is closed, a session that ended.
    #[error("{message}")]
    Locked { message: String },
    /// Not his fault. `reference` finds the line in the log.
    #[error("系统出错了，已记下，编号 {reference}")]
    Internal { reference: String },
}

/// One thing to mend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// None: the record as a whole.
    pub field: Option<String>,
    /// The field's title, as the person reads it.
    pub title: String,
    /// What is wrong and how to mend it.
    pub message: String,
}

impl Problem {
    pub fn new(field: &str, title: &str, message: impl Into<String>) -> Self {
        Self { field: Some(field.to_string()), title: title.to_string(), message: message.into() }
    }
}

impl Refusal {
    pub fn forbidden(why: impl Into<String>) -> Self {
        Self::Forbidden { why: why.into() }
    }

    pub fn conflict(message: impl Into<String>) -> Self {
        Self::Conflict { message: message.into() }
    }

    /// Logs what happened once, under a reference that the person can tell.
    pub fn internal(cause: &dyn std::fmt::Display) -> Self {
        let reference = format!("{:08X}", rand::random::<u32>());
        tracing::error!(reference, "the desk failed: {cause}");
        Self::Internal { reference }
    }
}
