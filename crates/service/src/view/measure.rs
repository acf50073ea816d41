//! The plan at work: chapters and measures, one measure beside its own words, the cockpit.
use chrono::NaiveDate;
use serde::Serialize;
use shian_pack::value::RecordId;

use super::{Light, Link};

/// All measures 要点与责任.
#[derive(Debug, Clone, Serialize)]
pub struct MeasuresView {
    pub title: String,
    pub place: String,
    pub year: i32,
    /// Share of the year that has passed, in thousandths.
    pub time_permille: u32,
    pub chapters: Vec<ChapterView>,
}

#[derive(Debug, Clone, Serialize)]
pub struct ChapterView {
    pub no: u32,
    pub title: String,
    pub tiles: Vec<TileView>,
}

#[derive(Debug, Clone, Serialize)]
pub struct TileView {
    pub chapter: u32,
    pub no: u32,
    /// The measure's title in full.
    pub title: String,
    /// At most eight characters.
    pub short: String,
    pub light: Light,
    /// `逾期 2 件`, `落后 8.5 点`, `在进度内`
    pub note: String,
    /// Done, in thousandths; and what is due by now.
    pub done_permille: u32,
    pub due_permille: u32,
    pub duties: i64,
    pub targets: i64,
}

/// One measure 要点: the document beside what was read from it.
#[derive(Debug, Clone, Serialize)]
pub struct MeasureView {
    pub plan_title: String,
    pub chapter: u32,
    pub chapter_title: String,
    pub no: u32,
    pub title: String,
    pub light: Light,
    pub note: String,
    /// The document's own words, cut where something was read.
    pub slices: Vec<Slice>,
    pub tasks: Vec<String>,
    pub duties: Vec<DutyView>,
    pub targets: Vec<TargetView>,
    pub registers: Vec<RegisterCount>,
    /// Progress owed and handed in, late first.
    pub progress: Vec<ProgressView>,
    pub late: Vec<LateRow>,
    pub previous: Option<(u32, u32)>,
    pub next: Option<(u32, u32)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Slice {
    pub text: String,
    pub kind: SliceKind,
    /// Number of the task or target on this page, from 1; 0 for plain text and duties.
    pub no: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SliceKind {
    Plain,
    /// The measure's heading.
    Title,
    /// Begins a task: the page sets its number before it.
    Task,
    Target,
    Duty,
}

#[derive(Debug, Clone, Serialize)]
pub struct DutyView {
    /// Its record, when the duty was seeded and this actor may see it.
    pub link: Option<Link>,
    pub body: String,
    pub body_id: Option<RecordId>,
    pub role: String,
    pub role_title: String,
    pub text: String,
    /// Progress records: accepted, owed so far, late.
    pub filed: i64,
    pub owed: i64,
    pub late: i64,
    pub light: Light,
    pub note: String,
}

/// A target against the truth.
#[derive(Debug, Clone, Serialize)]
pub struct TargetView {
    /// Number on the measure's page, from 1.
    pub no: u32,
    pub chapter: u32,
    pub measure: u32,
    /// As the plan names it.
    pub name: String,
    /// None: not bound to an indicator yet.
    pub indicator: Option<String>,
    /// `≥`
    pub op: &'static str,
    /// `90`
    pub target: String,
    pub unit: String,
    /// None: no data yet.
    pub value: Option<String>,
    pub numerator: Option<String>,
    pub denominator: Option<String>,
    pub light: Light,
    pub note: String,
    /// What is due by now, when it grows over the year.
    pub due_by_now: Option<String>,
    pub due: NaiveDate,
    /// Fill, tick of now and target on one scale, in thousandths.
    pub fill_permille: u32,
    pub tick_permille: Option<u32>,
    pub target_permille: u32,
}

#[derive(Debug, Clone, Serialize)]
pub struct RegisterCount {
    pub id: String,
    pub title: String,
    pub count: i64,
    pub can_create: bool,
}

#[derive(Debug, Clone, Serialize)]
pub struct ProgressView {
    pub link: Link,
    pub body: String,
    pub period: String,
    pub due: Option<NaiveDate>,
    pub light: Light,
    pub note: String,
}

/// Something late, and whose it is.
#[derive(Debug, Clone, Serialize)]
pub struct LateRow {
    pub link: Link,
    pub register_title: String,
    pub matter: String,
    pub body: String,
    pub area: String,
    pub due: NaiveDate,
    pub days: i64,
    pub words: String,
    pub measures: Vec<u32>,
}

/// Two minutes for a leader 驾驶舱.
#[derive(Debug, Clone, Serialize)]
pub struct CockpitView {
    pub title: String,
    pub place: String,
    pub today: NaiveDate,
    pub time_permille: u32,
    pub late_count: i64,
    pub late_bodies: i64,
    pub behind_count: i64,
    pub soon_count: i64,
    pub late: Vec<LateRow>,
    /// Body or area → what falls due within three days.
    pub soon_by_body: Vec<(String, i64)>,
    /// Late first, then behind.
    pub targets: Vec<TargetView>,
    pub target_total: i64,
    pub unbound: Vec<TargetView>,
    pub chapters: Vec<ChapterView>,
    /// Light → how many measures.
    pub measure_counts: Vec<(Light, i64)>,
    pub heat_columns: Vec<HeatColumn>,
    pub heat_rows: Vec<HeatRow>,
    pub months: Vec<MonthStatus>,
}

#[derive(Debug, Clone, Serialize)]
pub struct HeatColumn {
    pub indicator: String,
    pub title: String,
    pub unit: String,
    /// What is due by now.
    pub due_by_now: String,
    pub whole: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct HeatRow {
    pub area: String,
    pub path: String,
    pub cells: Vec<HeatCell>,
    pub behind: i64,
}

#[derive(Debug, Clone, Serialize)]
pub struct HeatCell {
    pub text: String,
    pub light: Light,
    /// 0 (worst) to 4 (best), for the tint.
    pub shade: u8,
}

#[derive(Debug, Clone, Serialize)]
pub struct MonthStatus {
    pub month: String,
    pub late: i64,
    pub behind: i64,
    pub on_track: i64,
    pub met: i64,
}
