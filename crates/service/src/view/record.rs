//! One record's page: its fields in sections, what may be done next, its clocks, its history and what hangs on it.
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use shian_pack::Value;
use shian_pack::value::RecordId;

/// A record as this actor sees it.
#[derive(Debug, Clone, Serialize)]
pub struct RecordView {
    pub register: String,
    pub register_title: String,
    pub id: RecordId,
    pub version: i64,
    pub name: String,
    pub number: Option<String>,
    pub state: String,
    pub state_title: String,
    pub deleted: bool,
    /// It tells what happened on a day, and so stands in a chain of acts.
    pub dated: bool,
    pub area: Option<String>,
    pub body: Option<String>,
    pub sections: Vec<Section>,
    pub steps: Vec<StepView>,
    pub can_edit: bool,
    /// Why it cannot be edited, when it cannot.
    pub why_no_edit: Option<String>,
    pub can_delete: bool,
    pub can_restore: bool,
    pub deadlines: Vec<DeadlineView>,
    /// Newest first.
    pub history: Vec<HistoryView>,
    pub related: Vec<RelatedView>,
    pub exports: Vec<Link>,
    /// Numbers of the plan's measures it serves.
    pub measures: Vec<u32>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct Section {
    /// Empty: the section before the first named one.
    pub title: String,
    pub fields: Vec<FieldView>,
}

#[derive(Debug, Clone, Serialize)]
pub struct FieldView {
    pub id: String,
    pub title: String,
    /// Name of the field's kind: `text`, `integer`, `ref`, `table` … (see `shian_pack::field`).
    pub kind: &'static str,
    /// Ready to show; empty when there is no value. Masked values are masked here.
    pub text: String,
    /// Null when masked.
    pub value: Value,
    /// Where a ref leads, when this actor may go there.
    pub link: Option<Link>,
    /// Many refs; attachments (`register` is `files`, `name` the file's name, `hash` in `key`).
    pub links: Vec<Link>,
    /// Sub-rows of a table, answers of a checklist: titles of the columns, then the rows.
    pub columns: Vec<String>,
    pub rows: Vec<CellRow>,
    pub masked: bool,
    pub hint: Option<String>,
    /// Computed or written by an engine: nobody types it.
    pub derived: bool,
    /// How it was computed, in words.
    pub words: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct CellRow {
    pub cells: Vec<String>,
}

/// Somewhere to go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    pub register: String,
    pub id: RecordId,
    pub name: String,
    pub state_title: String,
    /// What is not found by id: a file's hash, an export's id.
    pub key: Option<String>,
}

/// A step on the page: what is not possible stays visible, with its reason.
#[derive(Debug, Clone, Serialize)]
pub struct StepView {
    pub id: String,
    pub title: String,
    pub possible: bool,
    pub why_not: Option<String>,
    /// Ids of the fields it asks for; empty and no reason: one click does it.
    pub asks: Vec<String>,
    pub reason: bool,
    pub to_title: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DueStatus {
    Late,
    Soon,
    Running,
    Met,
}

#[derive(Debug, Clone, Serialize)]
pub struct DeadlineView {
    pub title: String,
    pub due: NaiveDate,
    pub status: DueStatus,
    /// Calendar days: left, or past when late.
    pub days: i64,
    /// Working days, for clocks that count them.
    pub workdays: Option<i64>,
    /// `还有 4 天`, `逾期 3 个工作日`, `今天到期`, `按期办结`.
    pub words: String,
    /// Who owes it.
    pub owes: String,
}

/// One change in business words.
#[derive(Debug, Clone, Serialize)]
pub struct HistoryView {
    pub at: DateTime<Utc>,
    pub who: String,
    pub act: String,
    pub act_title: String,
    /// `名称 从 甲 到 乙`
    pub lines: Vec<String>,
    pub reason: Option<String>,
    pub seq: i64,
    pub hash: String,
}

/// Records of another register that point here.
#[derive(Debug, Clone, Serialize)]
pub struct RelatedView {
    pub register: String,
    pub title: String,
    /// Field of that register that points here.
    pub by: String,
    pub count: i64,
    /// The newest few.
    pub rows: Vec<Link>,
    pub can_create: bool,
}

/// Records that look like the same one.
#[derive(Debug, Clone, Serialize)]
pub struct DuplicateView {
    /// Titles of the fields in which they agree.
    pub by: String,
    pub rows: Vec<Link>,
}
