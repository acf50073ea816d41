//! The plan at work 要点与责任: every measure as a tile, one measure beside its own words, the cockpit over all of them.
mod cockpit;
mod heat;
mod page;
mod reports;
mod slices;
mod targets;

pub(crate) use cockpit::cockpit;
pub(crate) use page::page;

use shian_pack::pack::Duty;
use shian_plan::{Chapter, Measure};

use crate::desk::Desk;
use crate::refusal::Refusal;
use crate::view::{ChapterView, Light, MeasuresView, TargetView, TileView};
use reports::{Reports, Tally};

/// Characters of a tile's short name.
const SHORT: usize = 6;

/// Every chapter with its tiles.
pub(crate) fn measures(desk: &mut Desk) -> Result<MeasuresView, Refusal> {
    let pack = desk.live.pack.clone();
    let title = pack.plan.as_ref().map_or_else(|| pack.title.clone(), |plan| plan.title.clone());
    let numbers = targets::numbers(desk)?;
    let targets = targets::all(desk, &numbers);
    let chapters = chapters(desk, &targets)?;
    Ok(MeasuresView {
        title,
        place: pack.place.clone(),
        year: pack.year,
        time_permille: time_permille(desk),
        chapters,
    })
}

/// Tiles of all measures, from what was reported and how the targets stand.
fn chapters(desk: &mut Desk, targets: &[TargetView]) -> Result<Vec<ChapterView>, Refusal> {
    let pack = desk.live.pack.clone();
    let Some(plan) = &pack.plan else { return Ok(Vec::new()) };
    let reports = Reports::load(desk)?;
    let due = time_permille(desk);
    let tile = |chapter: &Chapter, measure: &Measure| {
        let duties: Vec<&Duty> = duties_of(&pack.duties, chapter.no, measure.no).collect();
        let of_measure: Vec<&TargetView> = targets
            .iter()
            .filter(|target| (target.chapter, target.measure) == (chapter.no, measure.no))
            .collect();
        let tally = reports.of_measure(chapter.no, measure.no);
        let (light, note) = standing(&tally, &of_measure);
        TileView {
            chapter: chapter.no,
            no: measure.no,
            title: measure.title.clone(),
            short: short(&measure.title),
            light,
            note,
            done_permille: done(&tally, &of_measure),
            due_permille: due,
            duties: duties.len() as i64,
            targets: of_measure.len() as i64,
        }
    };
    let chapter = |chapter: &Chapter| ChapterView {
        no: chapter.no,
        title: chapter.title.clone(),
        tiles: chapter.measures.iter().map(|measure| tile(chapter, measure)).collect(),
    };
    Ok(plan.chapters.iter().map(chapter).collect())
}

/// Duties of one measure, in the plan's order.
fn duties_of(duties: &[Duty], chapter: u32, measure: u32) -> impl Iterator<Item = &Duty> {
    duties.iter().filter(move |duty| (duty.chapter, duty.measure) == (chapter, measure))
}

/// The worst of what is known, and its word with the amount.
fn standing(tally: &Tally, targets: &[&TargetView]) -> (Light, String) {
    let with = |light: Light| targets.iter().filter(|target| target.light == light).count();
    let late = tally.late + with(Light::Late) as i64;
    if late > 0 {
        return (Light::Late, format!("逾期 {late} 件"));
    }
    let behind = with(Light::Behind);
    if behind > 0 {
        let note = match targets.iter().find(|target| target.light == Light::Behind) {
            Some(target) if behind == 1 => target.note.clone(),
            _ => format!("落后 {behind} 个目标"),
        };
        return (Light::Behind, note);
    }
    let light = if !targets.is_empty() && with(Light::Met) == targets.len() && tally.open == 0 {
        Light::Met
    } else if tally.owed > 0 || with(Light::OnTrack) + with(Light::Met) > 0 {
        Light::OnTrack
    } else {
        Light::Waiting
    };
    (light, light.word().to_string())
}

/// How much is done, in thousandths: the mean of targets and reports.
fn done(tally: &Tally, targets: &[&TargetView]) -> u32 {
    let mut shares: Vec<u32> = targets
        .iter()
        .filter(|target| target.value.is_some() && target.target_permille > 0)
        .map(|target| (target.fill_permille * 1000 / target.target_permille).min(1000))
        .collect();
    if tally.owed > 0 {
        shares.push((tally.filed * 1000 / tally.owed) as u32);
    }
    shares.iter().sum::<u32>() / (shares.len().max(1) as u32)
}

/// Share of the plan's year that has passed, in thousandths.
fn time_permille(desk: &Desk) -> u32 {
    use chrono::{Datelike, NaiveDate};
    let (year, today) = (desk.live.pack.year, desk.today());
    let Some(first) = NaiveDate::from_ymd_opt(year, 1, 1) else { return 0 };
    let days = if first.leap_year() { 366 } else { 365 };
    match today.year().cmp(&year) {
        std::cmp::Ordering::Less => 0,
        std::cmp::Ordering::Greater => 1000,
        std::cmp::Ordering::Equal => today.ordinal() * 1000 / days,
    }
}

/// A measure's title without the verbs that every title begins with.
fn short(title: &str) -> String {
    const VERBS: [&str; 18] = [
        "持续", "深入", "全面", "扎实", "实施", "开展", "推进", "推动", "加强", "强化", "加大", "提升",
        "完善", "落实", "健全", "严格", "规范", "做好",
    ];
    let mut rest = title.trim();
    while let Some(cut) =
        VERBS.iter().find_map(|verb| rest.strip_prefix(verb)).filter(|cut| cut.chars().count() > 1)
    {
        rest = cut;
    }
    rest.chars().take(SHORT).collect()
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn a_tile_leaves_out_the_verbs_of_the_title() {
        assert_eq!(short("实施校园食品安全守护行动"), "校园食品安全");
        assert_eq!(short("持续加强农业投入品监管"), "农业投入品监");
        assert_eq!(short("强化"), "强化");
    }
}
