//! The heat table of townships by indicators, worst first, and how the targets stood month by month.
use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use shian_pack::Indicator;
use shian_pack::indicator::{Shape, Window};
use shian_pack::pack::Target;

use crate::desk::Desk;
use crate::indicator::{Numbers, Part, span, standing};
use crate::refusal::Refusal;
use crate::view::{HeatCell, HeatColumn, HeatRow, Light, MonthStatus, TargetView};

/// Columns of the table.
const COLUMNS: usize = 8;
/// Shares of what is due, in hundredths, from which the tint grows.
const SHADES: [i64; 4] = [70, 85, 95, 100];

/// Columns and rows; the indicators that lag come first, the areas that lag come on top.
pub(super) fn table(
    desk: &Desk,
    numbers: &Numbers,
    targets: &[TargetView],
) -> (Vec<HeatColumn>, Vec<HeatRow>) {
    let pack = &desk.live.pack;
    let areas = areas(desk);
    let mut columns: Vec<(&Indicator, &Target, &TargetView)> = Vec::new();
    for view in targets {
        let bound = pack.targets.iter().find(|target| {
            (target.chapter, target.measure, &target.name) == (view.chapter, view.measure, &view.name)
        });
        let indicator = view.indicator.as_ref().and_then(|id| pack.indicators.get(id));
        let (Some(target), Some(indicator)) = (bound, indicator) else { continue };
        let known = |path: &str| numbers.of(indicator, part(path)).value.is_some();
        let twice = columns.iter().any(|(other, ..)| other.id == indicator.id);
        let of_areas = areas.iter().filter(|(path, _)| known(path)).count() * 2 >= areas.len();
        if !twice && of_areas && !matches!(indicator.shape, Shape::Entered(_)) && columns.len() < COLUMNS {
            columns.push((indicator, target, view));
        }
    }
    let mut rows: Vec<HeatRow> = Vec::with_capacity(areas.len());
    for (path, name) in areas {
        let cells: Vec<HeatCell> = columns
            .iter()
            .map(|(indicator, target, _)| cell(desk, numbers, indicator, target, &path))
            .collect();
        let behind = cells.iter().filter(|cell| cell.light <= Light::Behind).count() as i64;
        rows.push(HeatRow { area: name, path, cells, behind });
    }
    rows.sort_by(|left, right| right.behind.cmp(&left.behind).then(left.path.cmp(&right.path)));
    let columns = columns.into_iter().map(|(indicator, target, view)| HeatColumn {
        indicator: indicator.id.clone(),
        title: indicator.title.clone(),
        unit: view.unit.clone(),
        due_by_now: view.due_by_now.clone().unwrap_or_else(|| target.value.normalize().to_string()),
        whole: view.value.clone().unwrap_or_default(),
    });
    (columns.collect(), rows)
}

fn part(path: &str) -> Part<'_> {
    Part { area: Some(path), ..Part::default() }
}

fn cell(desk: &Desk, numbers: &Numbers, indicator: &Indicator, target: &Target, path: &str) -> HeatCell {
    let value = numbers.of(indicator, part(path)).value;
    let Some(value) = value else {
        return HeatCell { text: "—".to_string(), light: Light::Waiting, shade: 4 };
    };
    let standing = standing(Some(value), target, Some(indicator), desk.today());
    let due = standing.due_by_now.unwrap_or(target.value);
    let share = value.checked_div(due).map_or(Decimal::ONE_HUNDRED, |share| share * Decimal::ONE_HUNDRED);
    let shade = SHADES.iter().filter(|least| share >= Decimal::from(**least)).count() as u8;
    let mut text = value.round_dp(u32::from(indicator.digits));
    text.rescale(u32::from(indicator.digits));
    HeatCell { text: text.to_string(), light: standing.light, shade }
}

/// The areas right below the pack's own.
fn areas(desk: &Desk) -> Vec<(String, String)> {
    let directory = &desk.live.directory;
    let root = directory.area(&desk.live.pack.area).and_then(|id| directory.path(id)).unwrap_or_default();
    let below = |path: &str| path.strip_prefix(root).is_some_and(|rest| rest.matches('/').count() == 1);
    let mut areas: Vec<(String, String)> = directory
        .areas
        .values()
        .filter(|area| below(&area.path))
        .map(|area| (area.path.clone(), area.name.clone()))
        .collect();
    areas.sort();
    areas
}

/// How many targets stood how at the end of each month of the plan's year: those that grow over the year.
pub(super) fn months(desk: &mut Desk) -> Result<Vec<MonthStatus>, Refusal> {
    let (live, today) = (desk.live, desk.today());
    let year = live.pack.year;
    let ends: Vec<NaiveDate> = (1..=12)
        .filter_map(|month| crate::indicator::month_end(year, month))
        .take_while(|end| (end.year(), end.month()) <= (today.year(), today.month()))
        .map(|end| end.min(today))
        .collect();
    let mut months: Vec<MonthStatus> = ends
        .iter()
        .map(|end| MonthStatus {
            month: format!("{}月", end.month()),
            late: 0,
            behind: 0,
            on_track: 0,
            met: 0,
        })
        .collect();
    if today.year() != year {
        return Ok(months);
    }
    for target in &live.pack.targets {
        let indicator = target.indicator.as_ref().and_then(|id| live.pack.indicators.get(id));
        let grows = |indicator: &&Indicator| {
            indicator.window == Window::Year && !matches!(indicator.shape, Shape::Entered(_))
        };
        let Some(indicator) = indicator.filter(grows) else { continue };
        let numbers =
            Numbers::by_month(desk.tx, &live.pack, indicator, span(indicator.window, today), desk.now)?;
        for (end, status) in ends.iter().zip(&mut months) {
            let month = Some(i64::from(year) * 100 + i64::from(end.month()));
            let value = numbers.of(indicator, Part { month, ..Part::default() }).value;
            match standing(value, target, Some(indicator), *end).light {
                Light::Late => status.late += 1,
                Light::Behind => status.behind += 1,
                Light::OnTrack => status.on_track += 1,
                Light::Met => status.met += 1,
                Light::Waiting => {}
            }
        }
    }
    Ok(months)
}
