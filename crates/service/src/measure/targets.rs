//! The plan's targets against the truth: each bound to an indicator, or said not to be.
use shian_pack::pack::{Op, Target};

use crate::desk::Desk;
use crate::refusal::Refusal;
use crate::view::{Light, TargetView};

/// Every target of the plan, numbered within its measure.
pub(super) fn all(desk: &mut Desk) -> Result<Vec<TargetView>, Refusal> {
    let pack = desk.live.pack.clone();
    let mut views: Vec<TargetView> = Vec::with_capacity(pack.targets.len());
    for target in &pack.targets {
        let same = |view: &&TargetView| (view.chapter, view.measure) == (target.chapter, target.measure);
        let no = views.iter().filter(same).count() as u32 + 1;
        views.push(view(target, no));
    }
    Ok(views)
}

/// A target of which nothing is known yet.
fn view(target: &Target, no: u32) -> TargetView {
    let note = if target.indicator.is_some() { "暂无数据" } else { "未对上指标" };
    TargetView {
        no,
        chapter: target.chapter,
        measure: target.measure,
        name: target.name.clone(),
        indicator: target.indicator.clone(),
        op: sign(target.op),
        target: target.value.normalize().to_string(),
        unit: target.unit.clone(),
        value: None,
        numerator: None,
        denominator: None,
        light: Light::Waiting,
        note: note.to_string(),
        due_by_now: None,
        due: target.due,
        fill_permille: 0,
        tick_permille: None,
        target_permille: 1000,
    }
}

fn sign(op: Op) -> &'static str {
    match op {
        Op::AtLeast => "≥",
        Op::MoreThan => ">",
        Op::AtMost => "≤",
        Op::LessThan => "<",
        Op::Equal => "=",
    }
}
