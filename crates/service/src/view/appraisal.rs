//! An appraisal 评议考核 as its page shows it: bodies from the best to the worst, each item with what it came from.
use chrono::NaiveDate;
use serde::Serialize;
use shian_pack::value::RecordId;

use super::Link;

#[derive(Debug, Clone, Serialize)]
pub struct AppraisalView {
    pub id: String,
    pub title: String,
    pub year: i32,
    /// The day the numbers were taken.
    pub day: NaiveDate,
    pub items: Vec<AppraisalItem>,
    /// Best first; those to whom nothing applies last.
    pub rows: Vec<AppraisalRow>,
    /// Grades from the best down, with the score from which each begins.
    pub grades: Vec<(String, String)>,
    /// Register the result is told in, with its title.
    pub into: Option<(String, String)>,
    /// The actor may write the result there.
    pub can_issue: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct AppraisalItem {
    pub title: String,
    pub points: String,
    pub indicator: String,
    /// The indicator in words.
    pub words: String,
    pub veto: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct AppraisalRow {
    /// Place; None: nothing applies to the body.
    pub rank: Option<usize>,
    pub id: RecordId,
    pub body: String,
    /// Of a hundred, over the items that apply.
    pub score: Option<String>,
    pub grade: Option<String>,
    /// The best grade and the worst, for colour.
    pub best: bool,
    pub worst: bool,
    /// Title of the item that vetoed.
    pub vetoed: Option<String>,
    pub cells: Vec<AppraisalCell>,
}

#[derive(Debug, Clone, Serialize)]
pub struct AppraisalCell {
    /// The indicator's value with its unit; None: it does not apply.
    pub value: Option<String>,
    pub score: Option<String>,
    pub full: bool,
    /// The indicator narrowed to this body or its area.
    pub href: String,
    /// The record in which it was told, its score and its state in words.
    pub told: Option<(Link, String)>,
}

/// What writing a result did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct AppraisalIssued {
    pub added: usize,
    pub changed: usize,
    /// Told already, or the same as before: left as they are.
    pub kept: usize,
}
