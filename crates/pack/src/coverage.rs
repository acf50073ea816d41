//! Whether everything the plan asks for has something behind it: measure → duties → registers → flows → indicators → targets.
//!
//! A measure without a register cannot be worked on, one without an indicator cannot be seen, a target without one is only
//! a promise. This tells which, before anybody waits for a number that never comes.
use std::fmt;

use serde::Serialize;

use crate::pack::{Pack, Target};

/// What stands behind each measure of the plan, in the plan's order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coverage {
    pub measures: Vec<MeasureCover>,
    /// What has nothing behind it, in words; empty: the plan is covered.
    pub gaps: Vec<String>,
}

/// One measure and what serves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MeasureCover {
    pub chapter: u32,
    pub no: u32,
    pub title: String,
    /// Bodies that owe something, by duty.
    pub duties: usize,
    /// Ids of the registers that serve it.
    pub registers: Vec<String>,
    /// How many of them carry a flow (states, steps).
    pub flows: usize,
    /// How many clocks run in them.
    pub clocks: usize,
    /// Ids of the indicators that show it.
    pub indicators: Vec<String>,
    /// Figures in the document.
    pub figures: usize,
    /// Targets of the pack that are bound to an indicator.
    pub bound: usize,
}

impl Coverage {
    /// Nothing is missing.
    pub fn is_whole(&self) -> bool {
        self.gaps.is_empty()
    }
}

/// Looks through the pack. A pack without a plan is covered by nothing and says so.
pub fn coverage(pack: &Pack) -> Coverage {
    let mut found = Coverage { measures: Vec::new(), gaps: Vec::new() };
    let Some(plan) = &pack.plan else {
        found.gaps.push("治理包里没有工作要点（plan.txt）".to_owned());
        return found;
    };
    for chapter in &plan.chapters {
        for measure in &chapter.measures {
            let cover = cover(pack, chapter.no, measure);
            found.gaps.extend(gaps(&cover));
            let figures = measure.tasks.iter().flat_map(|task| &task.targets);
            for figure in figures {
                let held = targets(pack, chapter.no, measure.no)
                    .any(|target| target.value == figure.value && target.indicator.is_some());
                if !held {
                    let (name, value, unit) = (&figure.name, figure.value, &figure.unit);
                    found.gaps.push(format!(
                        "{} {}：目标“{name} {value}{unit}”没有指标",
                        measure.no, measure.title
                    ));
                }
            }
            found.measures.push(cover);
        }
    }
    found
}

fn cover(pack: &Pack, chapter: u32, measure: &shian_plan::Measure) -> MeasureCover {
    let serving = || pack.registers.values().filter(|register| register.measures.contains(&measure.no));
    let shown = pack.indicators.values().filter(|indicator| indicator.measures.contains(&measure.no));
    MeasureCover {
        chapter,
        no: measure.no,
        title: measure.title.clone(),
        duties: pack
            .duties
            .iter()
            .filter(|duty| (duty.chapter, duty.measure) == (chapter, measure.no))
            .count(),
        registers: serving().map(|register| register.id.clone()).collect(),
        flows: serving().filter(|register| !register.steps.is_empty()).count(),
        clocks: serving().map(|register| register.deadlines.len()).sum(),
        indicators: shown.map(|indicator| indicator.id.clone()).collect(),
        figures: measure.tasks.iter().map(|task| task.targets.len()).sum(),
        bound: targets(pack, chapter, measure.no).filter(|target| target.indicator.is_some()).count(),
    }
}

/// Targets of a measure; a target that names no chapter counts its measures through the whole plan.
fn targets(pack: &Pack, chapter: u32, measure: u32) -> impl Iterator<Item = &Target> {
    let of = move |target: &&Target| target.measure == measure && [0, chapter].contains(&target.chapter);
    pack.targets.iter().filter(of)
}

fn gaps(cover: &MeasureCover) -> Vec<String> {
    let missing = [
        (cover.duties == 0, "没有责任单位"),
        (cover.registers.is_empty(), "没有台账"),
        (cover.flows == 0, "没有带流程的台账"),
        (cover.indicators.is_empty(), "没有指标"),
    ];
    let told = missing.iter().filter(|(is_missing, _)| *is_missing);
    told.map(|(_, what)| format!("{} {}：{what}", cover.no, cover.title)).collect()
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "要点  责任  台账  流程  期限  指标  目标  措施")?;
        for cover in &self.measures {
            writeln!(
                f,
                "{:>4}  {:>4}  {:>4}  {:>4}  {:>4}  {:>4}  {:>4}  {}",
                cover.no,
                cover.duties,
                cover.registers.len(),
                cover.flows,
                cover.clocks,
                cover.indicators.len(),
                if cover.figures == 0 {
                    "—".to_owned()
                } else {
                    format!("{}/{}", cover.bound, cover.figures)
                },
                cover.title
            )?;
        }
        for gap in &self.gaps {
            writeln!(f, "✗ {gap}")?;
        }
        let (bound, figures) = self.measures.iter().fold((0, 0), |(b, n), m| (b + m.bound, n + m.figures));
        let duties: usize = self.measures.iter().map(|cover| cover.duties).sum();
        write!(
            f,
            "措施 {}，责任 {duties}，目标 {bound}/{figures}，缺口 {}",
            self.measures.len(),
            self.gaps.len()
        )
    }
}
