//! One indicator 指标: its number, how it came to be, and the two lists that matter: who counts, who is missing.
use serde::Serialize;
use shian_pack::value::RecordId;

use super::{Light, Link, TargetView};

#[derive(Debug, Clone, Serialize)]
pub struct IndicatorView {
    pub id: String,
    pub title: String,
    pub unit: String,
    /// The formula in plain Chinese.
    pub words: String,
    /// Numbers of the measures it serves.
    pub measures: Vec<u32>,
    /// `2023年1月至今`, `近24个月`, `当前`
    pub period: String,
    /// The area asked for: path and name; None: the whole place.
    pub area: Option<(String, String)>,
    /// The body asked for: id and name.
    pub body: Option<(RecordId, String)>,
    /// None: nothing to divide by, or nothing entered.
    pub value: Option<String>,
    pub numerator: Option<String>,
    pub denominator: Option<String>,
    pub light: Light,
    /// `落后 8.5 点`
    pub note: String,
    /// What is due by now, when it grows over the year.
    pub due_by_now: Option<String>,
    /// Targets of the plan bound to it.
    pub targets: Vec<TargetView>,
    /// This year by month, as at each month's end, up to now.
    pub trend: Vec<TrendPoint>,
    /// The same day last year.
    pub last_year: Option<String>,
    pub by_area: Vec<PartView>,
    pub by_body: Vec<PartView>,
    /// Records that count, and those that are missing; None: not made of single records.
    pub counting: Option<i64>,
    pub missing: Option<i64>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrendPoint {
    /// `3月`
    pub label: String,
    pub value: Option<String>,
    /// At the end of the same month a year before.
    pub last_year: Option<String>,
}

/// The indicator of one area or body.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PartView {
    /// Path of the area, or id of the body.
    pub key: String,
    pub name: String,
    pub value: Option<String>,
    pub numerator: String,
    pub denominator: Option<String>,
    /// What is still missing from the whole.
    pub missing: Option<String>,
    pub light: Light,
}

/// Which of the two lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Half {
    /// 已计入
    Counting,
    /// 还差
    Missing,
}

/// Records behind a number; only those the actor may read.
#[derive(Debug, Clone, Serialize)]
pub struct IndicatorRows {
    pub half: Half,
    pub rows: Vec<IndicatorRow>,
    /// Hand back as `after` for more.
    pub next: Option<RecordId>,
}

#[derive(Debug, Clone, Serialize)]
pub struct IndicatorRow {
    pub link: Link,
    pub area: String,
    /// The body that owes it.
    pub body: String,
    /// What it weighs, when not one.
    pub weight: Option<String>,
}
