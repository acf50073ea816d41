//! The plan's targets against the truth: each with the number of its indicator, or said to be bound to none.
use crate::desk::Desk;
use crate::indicator::Numbers;
use crate::refusal::Refusal;
use crate::view::TargetView;

/// The numbers of all indicators now.
pub(super) fn numbers(desk: &mut Desk) -> Result<Numbers, Refusal> {
    Ok(Numbers::read(desk.tx, &desk.live.pack, desk.now)?)
}

/// Every target of the plan, numbered within its measure.
pub(super) fn all(desk: &Desk, numbers: &Numbers) -> Vec<TargetView> {
    let pack = &desk.live.pack;
    let mut views: Vec<TargetView> = Vec::with_capacity(pack.targets.len());
    for target in &pack.targets {
        let same = |view: &&TargetView| (view.chapter, view.measure) == (target.chapter, target.measure);
        let no = views.iter().filter(same).count() as u32 + 1;
        views.push(numbers.target(pack, no, target, desk.today()));
    }
    views
}
