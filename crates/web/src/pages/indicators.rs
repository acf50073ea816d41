//! `/indicators` 指标, and one indicator: how much, since when, where, who is missing and who owes it, how it is counted.

use std::sync::Arc;

use axum::extract::{Path, Query};
use serde::{Deserialize, Serialize};
use shian_service::indicator::{IndicatorAsk, RowsOf};
use shian_service::view::{Half, IndicatorRows, IndicatorView, PartView, TargetView};

use crate::{
    format::millionths,
    signed::{Answer, Signed, form_encode},
};

const ROWS: u32 = 10;
const MILLION: i64 = 1_000_000;

/// All indicators: those with a target first, late before behind.
#[derive(Debug, Serialize)]
pub struct IndicatorsPage {
    /// Targets of the plan against the truth.
    pub targets: Vec<TargetView>,
    /// Targets that no indicator answers yet.
    pub unbound: Vec<TargetView>,
    /// Indicators without a target.
    pub others: Vec<Named>,
}

/// An indicator by name.
#[derive(Debug, Serialize)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
}

/// One indicator.
#[derive(Debug, Serialize)]
pub struct IndicatorPage {
    /// What the service tells.
    pub view: IndicatorView,
    /// The target it is read against: the first the plan sets.
    pub target: Option<TargetView>,
    /// Its areas, lowest first, with bars on one scale.
    pub areas: Vec<PartLine>,
    /// Its bodies, likewise.
    pub bodies: Vec<PartLine>,
    /// Who is missing; none for an indicator that is not made of single records.
    pub missing: Option<IndicatorRows>,
    /// Who counts.
    pub counting: Option<IndicatorRows>,
    /// More of those missing.
    pub missing_more: Option<String>,
    /// More of those counting.
    pub counting_more: Option<String>,
    /// The trend, once there are two points.
    pub chart: Option<TrendChart>,
}

/// One area or body with its bar.
#[derive(Debug, Serialize)]
pub struct PartLine {
    /// What the service tells.
    #[serde(flatten)]
    pub part: PartView,
    /// Length of the bar, in thousandths.
    pub fill: u32,
    /// What is due by now on the same scale.
    pub tick: Option<u32>,
    /// The page narrowed to this area.
    pub href: Option<String>,
}

/// A line over the months, as `charts.js` reads it.
#[derive(Debug, Serialize)]
pub struct TrendChart {
    kind: &'static str,
    label: String,
    unit: String,
    labels: Vec<String>,
    value: Vec<Option<String>>,
    before: Option<Vec<Option<String>>>,
    goal: Option<String>,
    max: Option<u32>,
}

impl IndicatorPage {
    /// Lays out what the service tells.
    #[must_use]
    pub fn new(
        mut view: IndicatorView,
        missing: Option<IndicatorRows>,
        counting: Option<IndicatorRows>,
        asked: &Asked,
    ) -> Self {
        let home = format!("/indicators/{}", view.id);
        let more = |rows: &Option<IndicatorRows>, name: &str| {
            let next = rows.as_ref()?.next?;
            let area =
                asked.area.as_ref().map_or(String::new(), |area| format!("&area={}", form_encode(area)));
            let body = asked.body.map_or(String::new(), |body| format!("&body={body}"));
            Some(format!("{home}?{name}={next}{area}{body}"))
        };
        let scale = scale(&view);
        let due = view.due_by_now.as_deref().and_then(|due| permille(due, scale));
        let areas = std::mem::take(&mut view.by_area).into_iter().map(|part| {
            let href = Some(format!("{home}?area={}", form_encode(&part.key)));
            PartLine::new(part, scale, due, href)
        });
        let areas = low_first(areas);
        let bodies = std::mem::take(&mut view.by_body).into_iter();
        let bodies = low_first(bodies.map(|part| {
            let href = Some(format!("{home}?body={}", part.key));
            PartLine::new(part, scale, due, href)
        }));
        Self {
            missing_more: more(&missing, "missing"),
            counting_more: more(&counting, "counting"),
            chart: (view.trend.len() > 1).then(|| TrendChart::new(&view)),
            target: view.targets.first().cloned(),
            areas,
            bodies,
            missing,
            counting,
            view,
        }
    }
}

impl PartLine {
    fn new(part: PartView, scale: i64, due: Option<u32>, href: Option<String>) -> Self {
        let fill = part.value.as_deref().and_then(|value| permille(value, scale)).unwrap_or(0);
        let tick = due.filter(|_| part.value.is_some());
        Self { part, fill, tick, href }
    }
}

/// The lowest first; those to whom it does not apply, last.
fn low_first(lines: impl Iterator<Item = PartLine>) -> Vec<PartLine> {
    let mut lines: Vec<_> = lines.collect();
    lines.sort_by_key(|line| (line.part.value.is_none(), line.fill));
    lines
}

impl TrendChart {
    fn new(view: &IndicatorView) -> Self {
        let before: Vec<_> = view.trend.iter().map(|point| point.last_year.clone()).collect();
        Self {
            kind: "trend",
            label: view.title.clone(),
            unit: if view.unit == "%" { "%".to_owned() } else { String::new() },
            labels: view.trend.iter().map(|point| point.label.clone()).collect(),
            value: view.trend.iter().map(|point| point.value.clone()).collect(),
            before: before.iter().any(Option::is_some).then_some(before),
            goal: view.targets.first().map(|target| target.target.clone()),
            max: (view.unit == "%").then_some(100),
        }
    }
}

/// What a full bar stands for, in millionths: a hundred percent, or the largest number in sight.
fn scale(view: &IndicatorView) -> i64 {
    if view.unit == "%" {
        return 100 * MILLION;
    }
    let parts = view.by_area.iter().chain(&view.by_body).filter_map(|part| part.value.as_deref());
    let goals = view.targets.iter().map(|target| target.target.as_str());
    parts.chain(goals).filter_map(millionths).max().unwrap_or(MILLION).max(1)
}

fn permille(value: &str, scale: i64) -> Option<u32> {
    let share = i128::from(millionths(value)?) * 1000 / i128::from(scale);
    u32::try_from(share.clamp(0, 1000)).ok()
}

/// `GET /indicators`
pub async fn list(signed: Signed) -> Answer {
    let page = signed
        .ask(|office, actor| {
            let cockpit = office.cockpit(actor)?;
            let answered =
                |id: &str| cockpit.targets.iter().any(|target| target.indicator.as_deref() == Some(id));
            let mut others = office.indicators(actor)?;
            others.retain(|(id, _)| !answered(id));
            let others = others.into_iter().map(|(id, title)| Named { id, title }).collect();
            Ok(IndicatorsPage { others, targets: cockpit.targets.clone(), unbound: cockpit.unbound.clone() })
        })
        .await?;
    signed.page("pages/indicators.html", page)
}

/// The address's query.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Asked {
    /// Only this area and what is below.
    pub area: Option<String>,
    /// Only what this body owes.
    pub body: Option<i64>,
    /// Where the list of those missing goes on.
    pub missing: Option<i64>,
    /// Where the list of those counting goes on.
    pub counting: Option<i64>,
}

/// `GET /indicators/{id}?area=`
pub async fn show(signed: Signed, Path(id): Path<String>, Query(asked): Query<Asked>) -> Answer {
    let wanted = asked.clone();
    let (view, missing, counting) = signed
        .ask(move |office, actor| {
            let of = RowsOf { area: wanted.area.as_deref(), body: wanted.body };
            let ask = IndicatorAsk { period: None, area: wanted.area.clone(), body: wanted.body };
            let view = Arc::unwrap_or_clone(office.indicator(actor, &id, &ask)?);
            let rows = |half, after| office.indicator_rows(actor, &id, half, of, after, ROWS);
            let missing = view.missing.map(|_| rows(Half::Missing, wanted.missing)).transpose()?;
            let counting = view.counting.map(|_| rows(Half::Counting, wanted.counting)).transpose()?;
            Ok((view, missing, counting))
        })
        .await?;
    signed.page("pages/indicator.html", IndicatorPage::new(view, missing, counting, &asked))
}
