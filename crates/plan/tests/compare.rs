//! Two years of one place side by side: each known change is named, and nothing else.
#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]
use shian_plan::compare::Change;
use shian_plan::{Comparison, Directory, Plan, compare, compile};

const OLD: &str = "青山县2023年食品安全工作要点

一、加强源头治理
1.治理产地环境。开展土壤污染防治，受污染耕地安全利用率达到91%。（县农业农村局牵头，县生态环境局配合）
2.规范投入品使用。开展农药质量抽查，2022年发现的问题全部整改。主要农作物绿色防控覆盖率达到52%。（县农业农村局负责）
二、加强过程监管
3.开展食品抽检。全县食品抽检量达到4批次/千人，抽检不合格食品核查处置率达到100%。（县市场监管局牵头，县教育局、各乡镇人民政府配合）
4.规范网络食品。督促平台建立档案，平台建档率达到100%。（县市场监管局负责）
";

/// The next year: 1 kept, 2 with another figure and a body more, 3 moved to another number with one target dropped and one
/// new, 4 gone, a measure of its own new.
const NEW: &str = "青山县2024年食品安全工作要点

一、加强源头治理
1.治理产地环境。开展土壤污染防治，受污染耕地安全利用率达到91%。（县农业农村局牵头，县生态环境局配合）
2.规范投入品使用。开展农药质量抽查，2023年发现的问题全部整改。主要农作物绿色防控覆盖率达到55%。（县农业农村局、县供销社负责）
二、加强过程监管
3.推进校园食品安全。落实校长陪餐制，学校食堂抽检覆盖率达到90%。（县教育局牵头，县市场监督管理局配合）
4.开展食品抽检。全县食品抽检量达到4批次/千人。（县市场监督管理局牵头，县教育局、各乡镇人民政府配合）
";

fn plan(text: &str) -> Plan {
    compile(text.as_bytes(), "plan.txt").unwrap().plan
}

fn compared() -> Comparison {
    let mut bodies = Directory::default();
    bodies.insert("县市场监管局", "market");
    bodies.insert("县市场监督管理局", "market");
    compare(&plan(OLD), &plan(NEW), &bodies)
}

#[test]
fn measures_are_matched_over_new_numbers_and_each_change_is_named() {
    let found = compared();
    let told: Vec<(Change, Option<u32>, Option<u32>)> = found
        .measures
        .iter()
        .map(|m| (m.change, m.old.as_ref().map(|at| at.measure), m.new.as_ref().map(|at| at.measure)))
        .collect();
    assert_eq!(
        told,
        [
            (Change::Kept, Some(1), Some(1)),
            (Change::Changed, Some(2), Some(2)),
            (Change::New, None, Some(3)),
            (Change::Changed, Some(3), Some(4)),
            (Change::Dropped, Some(4), None),
        ]
    );
    assert_eq!(found.measures[1].bodies_added, ["县供销社"]);
    assert!(found.measures[1].bodies_removed.is_empty());
    assert!(found.measures[3].bodies_added.is_empty(), "the same body under its other name");
    assert_eq!(found.now((2, 3)), Some((2, 4)));
    assert_eq!(found.now((2, 4)), None);
}

#[test]
fn targets_are_kept_changed_new_or_dropped() {
    let found = compared();
    let of = |change| {
        let of_it = found.targets.iter().filter(move |target| target.change == change);
        of_it.map(|t| t.new.as_ref().or(t.old.as_ref()).unwrap().name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(of(Change::Changed), ["主要农作物绿色防控覆盖率"]);
    assert_eq!(of(Change::New), ["学校食堂抽检覆盖率"]);
    assert_eq!(of(Change::Dropped), ["抽检不合格食品核查处置率", "平台建档率"]);
    assert_eq!(of(Change::Kept).len(), 2);
    let changed = found.targets.iter().find(|target| target.change == Change::Changed).unwrap();
    let values = (changed.old.as_ref().unwrap().value, changed.new.as_ref().unwrap().value);
    assert_eq!(values, (52.into(), 55.into()));
}

#[test]
fn the_same_sentence_a_year_later_is_kept() {
    let next = OLD.replace("2023", "2024").replace("2022", "2023");
    let found = compare(&plan(OLD), &plan(&next), &Directory::default());
    assert!(found.measures.iter().all(|measure| measure.change == Change::Kept), "{found}");
    assert!(found.targets.iter().all(|target| target.change == Change::Kept), "{found}");
}

#[test]
fn the_page_reads_as_officials_would_write_it() {
    insta::assert_snapshot!(compared());
}
