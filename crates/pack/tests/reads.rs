//! Reading whole packs from folders.
#![allow(clippy::unwrap_used)] // a test that meets the unexpected should panic
use std::path::Path;

use shian_pack::{Catalogue, FieldKind, Pack, read};

fn small() -> Pack {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packs/small");
    let read = read(&dir, &Catalogue::default());
    if let Err(faults) = &read {
        faults.iter().for_each(|fault| eprintln!("{fault}\n"));
    }
    read.unwrap()
}

#[test]
fn the_small_pack_is_read_whole() {
    let pack = small();
    assert_eq!(pack.registers.len(), 8);
    assert_eq!(pack.indicators.len(), 5);
    assert_eq!(pack.targets.len(), 2);
    let business = pack.register("food_business").unwrap();
    assert_eq!(business.fields.keys().next().unwrap(), "name");
    assert!(matches!(business.fields["area_m2"].kind, FieldKind::Decimal { digits: 2, .. }));
    assert_eq!(pack.rule("publish_workdays", "2021-06-01".parse().unwrap()).unwrap().to_string(), "20");
    assert_eq!(pack.rule("publish_workdays", "2023-06-01".parse().unwrap()).unwrap().to_string(), "15");
    assert_eq!(pack.digest.len(), 64);
}

#[test]
fn the_plans_duties_name_the_packs_bodies_and_each_member_of_a_collective() {
    let pack = small();
    let plan = pack.plan.as_ref().unwrap();
    assert_eq!(plan.chapters.iter().map(|chapter| chapter.measures.len()).collect::<Vec<_>>(), [2, 1]);
    let duties: Vec<(u32, u32, &str, &str)> =
        pack.duties.iter().map(|d| (d.chapter, d.measure, d.body.as_str(), d.role.as_str())).collect();
    assert_eq!(
        duties,
        [
            (1, 1, "scjg", "lead"),
            (1, 1, "dongzhen", "cooperate"),
            (1, 1, "xixiang", "cooperate"),
            (1, 1, "chengguan", "cooperate"),
            (1, 2, "jyj", "responsible"),
            (1, 2, "scjg", "responsible"),
            (2, 1, "scjg", "responsible"),
        ]
    );
}
