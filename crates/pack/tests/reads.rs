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
    assert_eq!(pack.registers.len(), 6);
    assert_eq!(pack.indicators.len(), 5);
    assert_eq!(pack.targets.len(), 2);
    let business = pack.register("food_business").unwrap();
    assert_eq!(business.fields.keys().next().unwrap(), "name");
    assert!(matches!(business.fields["area_m2"].kind, FieldKind::Decimal { digits: 2, .. }));
    assert_eq!(pack.rule("publish_workdays", "2021-06-01".parse().unwrap()).unwrap().to_string(), "20");
    assert_eq!(pack.rule("publish_workdays", "2023-06-01".parse().unwrap()).unwrap().to_string(), "15");
    assert_eq!(pack.digest.len(), 64);
}
