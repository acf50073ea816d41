//! `/` 驾驶舱: what is late and whose, which targets lag, which measure, which township; for a leader with two minutes.

use std::sync::Arc;

use serde::Serialize;
use shian_service::view::{CockpitView, MonthStatus};

use crate::signed::{Answer, Signed};

/// What the template reads.
#[derive(Debug, Serialize)]
pub struct CockpitPage {
    /// What the service tells.
    pub view: Arc<CockpitView>,
    /// How many measures the plan has.
    pub measures: usize,
    /// Targets month by month; none while no month has a number.
    pub chart: Option<StackChart>,
}

/// Stacked columns, as `charts.js` reads them.
#[derive(Debug, Serialize)]
pub struct StackChart {
    kind: &'static str,
    label: String,
    labels: Vec<String>,
    series: Vec<Stack>,
}

#[derive(Debug, Serialize)]
struct Stack {
    light: &'static str,
    name: &'static str,
    values: Vec<i64>,
}

impl CockpitPage {
    /// Lays out what the service tells.
    #[must_use]
    pub fn new(view: Arc<CockpitView>) -> Self {
        let measures = view.chapters.iter().map(|chapter| chapter.tiles.len()).sum();
        let told = |month: &MonthStatus| month.late + month.behind + month.on_track + month.met > 0;
        let chart = view.months.iter().any(told).then(|| StackChart::new(&view.months));
        Self { measures, chart, view }
    }
}

impl StackChart {
    fn new(months: &[MonthStatus]) -> Self {
        let of = |light, name, count: fn(&MonthStatus) -> i64| Stack {
            light,
            name,
            values: months.iter().map(count).collect(),
        };
        Self {
            kind: "stack",
            label: "目标逐月状态".to_owned(),
            labels: months.iter().map(|month| month.month.clone()).collect(),
            series: vec![
                of("done", "已达成", |month| month.met),
                of("ok", "在进度内", |month| month.on_track),
                of("slow", "落后", |month| month.behind),
                of("late", "逾期", |month| month.late),
            ],
        }
    }
}

/// `GET /`
pub async fn show(signed: Signed) -> Answer {
    let view = signed.ask(|office, actor| office.cockpit(actor)).await?;
    signed.page("pages/cockpit.html", CockpitPage::new(view))
}
