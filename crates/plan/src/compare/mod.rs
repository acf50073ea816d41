//! Two plans side by side (两年要点对照): which measures and targets were kept, changed, added and dropped.
mod matching;
mod print;

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde::Serialize;

use crate::directory::Directory;
use crate::plan::{Measure, Op, Plan, Role, Target};
use matching::{alike, pairs, plain};

/// What became of a measure or target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// 沿用
    Kept,
    /// 修改
    Changed,
    /// 新增
    New,
    /// 取消
    Dropped,
}

/// A measure where it stands in one of the plans.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MeasureAt {
    pub chapter: u32,
    pub measure: u32,
    pub title: String,
}

/// A measure of either plan. Kept: same title, sentences and bodies; its number may be another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MeasureChange {
    pub change: Change,
    pub old: Option<MeasureAt>,
    pub new: Option<MeasureAt>,
    /// Bodies that got work in it (as the new plan prints them) and that lost it (as the old one does).
    pub bodies_added: Vec<String>,
    pub bodies_removed: Vec<String>,
    /// Sentences that only one of the two has.
    pub sentences_added: Vec<String>,
    pub sentences_removed: Vec<String>,
}

/// A target where it stands in one of the plans.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TargetAt {
    pub chapter: u32,
    pub measure: u32,
    pub name: String,
    pub op: Op,
    pub value: Decimal,
    pub unit: String,
}

/// A target of either plan. Changed: another comparison, value or unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TargetChange {
    pub change: Change,
    pub old: Option<TargetAt>,
    pub new: Option<TargetAt>,
}

/// The comparison of two plans; printed as a Markdown page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    pub old_title: String,
    pub new_title: String,
    /// Those of the new plan in its order, then the dropped ones.
    pub measures: Vec<MeasureChange>,
    pub targets: Vec<TargetChange>,
}

/// From here a measure is the same one in other words, and a target the same figure under another name.
const SAME_MEASURE: f64 = 0.4;
const SAME_TARGET: f64 = 0.6;
/// How much of the likeness of two measures is in their titles.
const TITLE_WEIGHT: f64 = 0.35;
/// What it adds to two targets that they stand in the same measure, and takes that their units differ.
const SAME_PLACE: f64 = 0.15;
const OTHER_UNIT: f64 = 0.3;

/// Compares last year's plan with this year's; `bodies` knows under which names a body may be printed.
#[must_use]
pub fn compare(old: &Plan, new: &Plan, bodies: &Directory) -> Comparison {
    let (olds, news) = (all(old, bodies), all(new, bodies));
    let matched = pairs(olds.len(), news.len(), SAME_MEASURE, |o, n| olds[o].likeness(&news[n]));
    let old_of = |n: usize| matched.iter().find(|pair| pair.1 == n).map(|pair| &olds[pair.0]);
    let mut measures: Vec<MeasureChange> =
        news.iter().enumerate().map(|(n, new)| change(old_of(n), Some(new))).collect();
    let dropped = olds.iter().enumerate().filter(|(o, _)| !matched.iter().any(|pair| pair.0 == *o));
    measures.extend(dropped.map(|(_, old)| change(Some(old), None)));
    Comparison {
        old_title: old.title.clone(),
        new_title: new.title.clone(),
        targets: targets((old, &olds), (new, &news), &matched),
        measures,
    }
}

impl Comparison {
    /// Where a measure (chapter, number) of the old plan stands in the new one.
    #[must_use]
    pub fn now(&self, old: (u32, u32)) -> Option<(u32, u32)> {
        let was = |at: &MeasureAt| (at.chapter, at.measure) == old;
        let found = self.measures.iter().find(|measure| measure.old.as_ref().is_some_and(was))?;
        found.new.as_ref().map(|at| (at.chapter, at.measure))
    }
}

/// A measure with what it is compared by.
struct Seen<'a> {
    at: MeasureAt,
    measure: &'a Measure,
    title: String,
    text: String,
    /// Sentence as compared → as printed.
    sentences: Vec<(String, String)>,
    /// (role, body as compared, body as printed)
    bodies: Vec<(Role, String, String)>,
}

impl Seen<'_> {
    fn likeness(&self, other: &Self) -> f64 {
        let (title, text) = (alike(&self.title, &other.title), alike(&self.text, &other.text));
        (TITLE_WEIGHT * title + (1.0 - TITLE_WEIGHT) * text).max(if title == 1.0 { 0.9 } else { 0.0 })
    }
}

fn all<'a>(plan: &'a Plan, directory: &Directory) -> Vec<Seen<'a>> {
    let mut seen = Vec::new();
    for chapter in &plan.chapters {
        for measure in &chapter.measures {
            let text: String = measure.tasks.iter().map(|task| task.text.as_str()).collect();
            let at = MeasureAt { chapter: chapter.no, measure: measure.no, title: measure.title.clone() };
            let sentences = text.split_inclusive(['。', '；', '\n']).map(str::trim);
            let sentences = sentences.map(|s| (plain(s, plan), s.to_owned())).filter(|(s, _)| !s.is_empty());
            let duties = measure.tasks.iter().filter_map(|task| task.duty.as_ref());
            let bodies = duties.flat_map(|duty| duty.bodies()).map(|(role, body)| {
                let known = directory.id(&body.name).unwrap_or(&body.name);
                (role, known.to_owned(), body.name.clone())
            });
            seen.push(Seen {
                at,
                measure,
                title: plain(&measure.title, plan),
                text: plain(&text, plan),
                sentences: sentences.collect(),
                bodies: bodies.collect(),
            });
        }
    }
    seen
}

fn change(old: Option<&Seen<'_>>, new: Option<&Seen<'_>>) -> MeasureChange {
    let at = |seen: Option<&Seen<'_>>| seen.map(|seen| seen.at.clone());
    let mut change = MeasureChange {
        change: if old.is_none() { Change::New } else { Change::Dropped },
        old: at(old),
        new: at(new),
        bodies_added: Vec::new(),
        bodies_removed: Vec::new(),
        sentences_added: Vec::new(),
        sentences_removed: Vec::new(),
    };
    let (Some(old), Some(new)) = (old, new) else { return change };
    change.bodies_added = bodies_only_in(new, old);
    change.bodies_removed = bodies_only_in(old, new);
    change.sentences_added = sentences_only_in(new, old);
    change.sentences_removed = sentences_only_in(old, new);
    let lists = [&change.bodies_added, &change.bodies_removed];
    let differs = lists.iter().any(|list| !list.is_empty()) || old.title != new.title || old.text != new.text;
    change.change = if differs { Change::Changed } else { Change::Kept };
    change
}

/// Each body once, with its role where the other plan gives it a different one too.
fn bodies_only_in(one: &Seen<'_>, other: &Seen<'_>) -> Vec<String> {
    let theirs: BTreeSet<(Role, &str)> = other.bodies.iter().map(|(role, id, _)| (*role, &**id)).collect();
    let mut told = Vec::new();
    for (role, id, printed) in &one.bodies {
        if !theirs.contains(&(*role, &**id)) {
            let elsewhere = other.bodies.iter().any(|(_, known, _)| known == id);
            let line =
                if elsewhere { format!("{printed}（{}）", print::role(*role)) } else { printed.clone() };
            if !told.contains(&line) {
                told.push(line);
            }
        }
    }
    told
}

fn sentences_only_in(one: &Seen<'_>, other: &Seen<'_>) -> Vec<String> {
    let theirs: BTreeSet<&str> = other.sentences.iter().map(|(plain, _)| plain.as_str()).collect();
    let only = one.sentences.iter().filter(|(plain, _)| !theirs.contains(plain.as_str()));
    only.map(|(_, printed)| printed.clone()).collect()
}

fn targets(
    (old, olds): (&Plan, &[Seen<'_>]),
    (new, news): (&Plan, &[Seen<'_>]),
    matched: &[(usize, usize)],
) -> Vec<TargetChange> {
    let (was, is) = (figures(old, olds), figures(new, news));
    let likeness = |o: usize, n: usize| {
        let ((old_at, old_name, old), (new_at, new_name, new)) = (&was[o], &is[n]);
        let place = if matched.contains(&(*old_at, *new_at)) { SAME_PLACE } else { 0.0 };
        let unit = if old.unit == new.unit { 0.0 } else { OTHER_UNIT };
        alike(old_name, new_name) + place - unit
    };
    let same = pairs(was.len(), is.len(), SAME_TARGET, likeness);
    let at = |seen: &Seen<'_>, target: &Target| TargetAt {
        chapter: seen.at.chapter,
        measure: seen.at.measure,
        name: named(target).to_owned(),
        op: target.op,
        value: target.value.normalize(),
        unit: target.unit.clone(),
    };
    let mut changes: Vec<TargetChange> = Vec::new();
    for (n, (seen, _, target)) in is.iter().enumerate() {
        let old = same.iter().find(|pair| pair.1 == n).map(|pair| &was[pair.0]);
        let old = old.map(|(seen, _, target)| at(&olds[*seen], target));
        let new = at(&news[*seen], target);
        let change = match &old {
            None => Change::New,
            Some(old) if (old.op, old.value, &old.unit) == (new.op, new.value, &new.unit) => Change::Kept,
            Some(_) => Change::Changed,
        };
        changes.push(TargetChange { change, old, new: Some(new) });
    }
    let dropped = was.iter().enumerate().filter(|(o, _)| !same.iter().any(|pair| pair.0 == *o));
    changes.extend(dropped.map(|(_, (seen, _, target))| TargetChange {
        change: Change::Dropped,
        old: Some(at(&olds[*seen], target)),
        new: None,
    }));
    changes
}

/// Every target with the index of its measure and its name as compared.
fn figures<'a>(plan: &Plan, seen: &[Seen<'a>]) -> Vec<(usize, String, &'a Target)> {
    let of = |(index, seen): (usize, &Seen<'a>)| {
        let targets = seen.measure.tasks.iter().flat_map(|task| &task.targets);
        targets.map(move |target| (index, plain(named(target), plan), target)).collect::<Vec<_>>()
    };
    seen.iter().enumerate().flat_map(of).collect()
}

/// As the plan names it, or its sentence where no name could be read.
fn named(target: &Target) -> &str {
    let name = target.name.trim();
    if name.is_empty() { target.text.trim() } else { name }
}
