//! The packs of this repository: everything the plan asks for has something behind it.
#![allow(clippy::unwrap_used, clippy::panic)] // a test that meets the unexpected should panic
use std::path::Path;

use shian_pack::{Catalogue, Pack, coverage};

fn pingqiao() -> Pack {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/pingqiao-2023");
    match shian_pack::read(&dir, &Catalogue::default()) {
        Ok(pack) => pack,
        Err(found) => panic!("{}", found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
    }
}

#[test]
fn every_measure_duty_and_target_of_pingqiao_has_something_behind_it() {
    let found = coverage(&pingqiao());
    assert_eq!(found.gaps, Vec::<String>::new());
    assert_eq!(found.measures.len(), 32);
    assert_eq!(found.measures.iter().map(|measure| measure.figures).sum::<usize>(), 33);
    assert!(found.measures.iter().all(|measure| measure.bound == measure.figures), "{found}");
}

#[test]
fn a_measure_without_a_register_and_a_target_without_an_indicator_are_gaps() {
    let mut pack = pingqiao();
    pack.registers.retain(|_, register| !register.measures.contains(&25));
    for target in pack.targets.iter_mut().filter(|target| target.measure == 24) {
        target.indicator = None;
    }
    let gaps = coverage(&pack).gaps.join("\n");
    assert!(gaps.contains("25 提升应急能力：没有台账"), "{gaps}");
    assert!(gaps.contains("24 强化人员队伍建设：目标“监管人员培训时间人均 40学时/年”没有指标"), "{gaps}");
}

#[test]
fn every_number_of_the_law_says_where_it_is_from_and_how_sure_it_is() {
    let pack = pingqiao();
    let rules = &pack.tables["rules"];
    let column = |name: &str| rules.columns.iter().position(|column| column == name).unwrap();
    let (source, confidence) = (column("source"), column("confidence"));
    for row in &rules.rows {
        assert!(!row[source].is_empty(), "{row:?}");
        assert!(["sure", "likely", "unsure", "own"].contains(&row[confidence].as_str()), "{row:?}");
    }
}

#[test]
fn the_people_of_pingqiaos_townships_sum_to_the_districts() {
    let pack = pingqiao();
    let district = pack.areas.iter().find(|area| area.code == pack.area).unwrap();
    let townships = pack.areas.iter().filter(|area| area.parent.as_deref() == Some(&pack.area));
    assert_eq!(townships.map(|area| area.population).sum::<i64>(), district.population);
}
