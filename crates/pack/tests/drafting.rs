//! `pack new`: from a plan document to a pack that checks.
#![allow(clippy::unwrap_used, reason = "a test says what went wrong by failing")]
use std::fs;
use std::path::{Path, PathBuf};

use shian_pack::draft::Bound;
use shian_pack::{Catalogue, NewError, NewReport, Start, pack_new, read};
use shian_plan::compare::Change;
use tempfile::TempDir;

const PLAN: &str = "青山县2024年食品安全工作要点

一、加强监管
1.开展抽检。全县食品抽检量达到4批次/千人，学校食堂抽检覆盖率达到100%，小作坊登记率达到95%。（县市场监管局牵头，县教育局、各乡镇人民政府配合）
2.规范管理。学校食堂食品安全总监配备率达到100%。（县市场监督管理局、县法院、青山街道办事处负责）
";

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &target) } else { fs::copy(&path, &target).map(drop).unwrap() }
    }
}

/// The small pack without its own place and plan, as a base.
fn base() -> TempDir {
    let dir = TempDir::new().unwrap();
    let base = dir.path().join("base");
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packs/small"), &base);
    for name in ["plan.txt", "areas.csv", "bodies.csv", "targets.toml"] {
        fs::remove_file(base.join(name)).unwrap();
    }
    dir
}

fn new(dir: &TempDir, plan: &str) -> Result<NewReport, NewError> {
    let (base, out) = (dir.path().join("base"), dir.path().join("qingshan-2024"));
    pack_new(plan.as_bytes(), "plan.txt", Start::Base(&base), &out, &Catalogue::default())
}

#[test]
fn a_plan_becomes_a_pack_that_checks() {
    let dir = base();
    let report = new(&dir, PLAN).unwrap();
    assert_eq!((report.place.as_str(), report.year, report.measures), ("青山县", 2024, 2));
    let pack = read(&dir.path().join("qingshan-2024"), &Catalogue::default()).unwrap();
    assert_eq!(pack.duties.len(), report.duties);
    assert_eq!(pack.bodies.len(), 6);
    assert_eq!(pack.areas.len(), 1);
    assert_eq!(pack.targets.len(), 4, "what is not bound is still a target");
    let served: Vec<&[u32]> = ["sample", "chiefs", "inspection"]
        .iter()
        .map(|id| match pack.register(id) {
            Some(register) => register.measures.as_slice(),
            None => pack.indicator(id).unwrap().measures.as_slice(),
        })
        .collect();
    assert_eq!(served, [&[1][..], &[2], &[]], "measures are those of the new plan, not of the base");
    assert!(pack.serves("sample", 1, 1) && !pack.serves("sample", 1, 2) && !pack.serves("sample", 2, 1));
}

#[test]
fn targets_are_bound_by_name_and_unit_and_the_rest_is_listed() {
    let report = new(&base(), PLAN).unwrap();
    let bound: Vec<(&str, &Bound)> =
        report.targets.iter().map(|target| (target.name.as_str(), &target.bound)).collect();
    assert_eq!(bound[0].1, &Bound::To("food_samples".to_owned()), "{bound:?}");
    assert_eq!(bound[1].1, &Bound::To("canteen_sampling".to_owned()), "{bound:?}");
    assert_eq!(bound[2].1, &Bound::Nothing, "{bound:?}");
    assert_eq!(bound[3].1, &Bound::Near("chiefs".to_owned()), "{bound:?}");
    assert_eq!(report.unbound().count(), 2);
}

#[test]
fn nothing_is_overwritten_and_no_plan_is_said_so() {
    let dir = base();
    assert!(matches!(new(&dir, "没有计划的一页纸"), Err(NewError::Plan(_))));
    new(&dir, PLAN).unwrap();
    assert!(matches!(new(&dir, PLAN), Err(NewError::Exists(_))));
}

#[test]
fn every_plan_at_hand_becomes_a_pack_over_the_real_base() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let shared = std::env::var_os("SHIAN_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let Ok(plans) = fs::read_dir(shared.join("data/plans")) else {
        println!("skipped: no plans at {}", shared.display());
        return;
    };
    let dir = TempDir::new().unwrap();
    copy(&root.join("packs/base"), &dir.path().join("base"));
    for path in
        plans.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "txt"))
    {
        let name = path.file_stem().unwrap();
        let bytes = fs::read(&path).unwrap();
        let (base, out) = (dir.path().join("base"), dir.path().join(name));
        match pack_new(&bytes, &path.to_string_lossy(), Start::Base(&base), &out, &Catalogue::default()) {
            Ok(report) => {
                assert!(report.measures > 0 && report.duties > 0 && !report.bodies.is_empty(), "{path:?}");
                let (all, unbound) = (report.targets.len(), report.unbound().count());
                println!("{}: {} measures, {all} targets, {unbound} unbound", report.id, report.measures);
            }
            Err(NewError::Check(faults) | NewError::Base(faults)) => {
                faults.iter().for_each(|fault| eprintln!("{fault}\n"));
                panic!("{path:?}");
            }
            Err(error) => panic!("{path:?}: {error}"),
        }
    }
}

/// A year later: 1 has a higher figure and a target less, 2 became 3, the new 2 is there for the first time.
const NEXT: &str = "青山县2025年食品安全工作要点

一、加强监管
1.开展抽检。全县食品抽检量达到5批次/千人，学校食堂抽检覆盖率达到100%。（县市场监管局牵头，县教育局、各乡镇人民政府配合）
2.守护网络餐饮。入网餐饮单位建档率达到100%。（县商务局负责）
3.规范管理。学校食堂食品安全总监配备率达到100%。（县市场监督管理局、县法院、青山街道办事处负责）
";

fn next(dir: &TempDir) -> NewReport {
    let (last, out) = (dir.path().join("qingshan-2024"), dir.path().join("qingshan-2025"));
    pack_new(NEXT.as_bytes(), "plan.txt", Start::Last(&last), &out, &Catalogue::default()).unwrap()
}

#[test]
fn next_years_pack_goes_on_from_this_years() {
    let dir = base();
    new(&dir, PLAN).unwrap();
    let last = dir.path().join("qingshan-2024");
    // What a person settled in the year: a binding, a register of the place's own, a better name of a body.
    let edit = |file: &str, from: &str, to: &str| {
        let text = fs::read_to_string(last.join(file)).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(last.join(file), text.replace(from, to)).unwrap();
    };
    edit("targets.toml", "# indicator = \"chiefs\"", "indicator = \"chiefs\"");
    edit("areas.csv", "000000", "410000");
    edit("pack.toml", "000000", "410000");
    fs::create_dir_all(last.join("tables")).unwrap();
    fs::write(last.join("tables/own_words.csv"), "code,title\na,甲\n").unwrap();

    let report = next(&dir);
    let pack = read(&dir.path().join("qingshan-2025"), &Catalogue::default()).unwrap();
    assert_eq!((pack.id.as_str(), pack.year, pack.area.as_str()), ("qingshan-2025", 2025, "410000"));
    let before = read(&last, &Catalogue::default()).unwrap();
    for body in &before.bodies {
        assert!(pack.bodies.iter().any(|b| b.code == body.code && b.name == body.name), "{body:?}");
    }
    assert_eq!(pack.bodies.len(), before.bodies.len() + 1, "县商务局 is new");
    assert!(pack.choices.contains_key("own_words"), "the place's own tables go on");
    let bound: Vec<(&str, &Bound)> = report.targets.iter().map(|t| (t.name.as_str(), &t.bound)).collect();
    let to = |id: &str| Bound::To(id.to_owned());
    assert_eq!(*bound[0].1, to("food_samples"), "{bound:?}");
    assert_eq!(*bound[1].1, to("canteen_sampling"), "{bound:?}");
    assert_eq!(*bound[3].1, to("chiefs"), "bound by a person last year: {bound:?}");
    assert!(pack.serves("chiefs", 1, 3) && !pack.serves("chiefs", 1, 2), "under the measure's new number");
    let comparison = report.comparison.unwrap();
    let counted = |change| comparison.measures.iter().filter(|m| m.change == change).count();
    assert_eq!((counted(Change::Kept), counted(Change::Changed), counted(Change::New)), (1, 1, 1));
    let page = fs::read_to_string(dir.path().join("qingshan-2025/comparison.md")).unwrap();
    assert!(page.contains("取消：1.1 小作坊登记率"), "{page}");
}
