//! The demo data of the small pack and of the district's: the same by seed, whole, and true to every check.
#![allow(clippy::unwrap_used)] // helpers beside the tests unwrap too

mod office;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use shian_service::view::ListAsk;
use shian_service::{Actor, DemoReport, Draft, Office, OfficeConfig, OfficeError, SetClock};

fn pingqiao() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/pingqiao-2023")
}

/// An office with the district's pack and small demo data.
fn filled(seed: u64) -> (Office, DemoReport, tempfile::TempDir) {
    let data = tempfile::tempdir().unwrap();
    let config = OfficeConfig { data: data.path().to_path_buf(), database: None };
    let office = Office::open(config, Arc::new(SetClock::on(office::today()))).unwrap();
    office.apply_pack(&pingqiao(), false).unwrap();
    let report = office.fill_demo("small", seed, &mut |_, _, _| ()).unwrap();
    (office, report, data)
}

/// Every row of a register as its list shows it.
fn rows(office: &Office, register: &str) -> Vec<Vec<String>> {
    let ask = ListAsk { register: register.into(), limit: 200, ..ListAsk::default() };
    let list = office.list(&Actor::system(), &ask).unwrap();
    list.rows.into_iter().map(|row| [vec![row.name, row.state], row.cells].concat()).collect()
}

#[test]
fn every_register_that_declares_demo_data_is_filled_and_the_chain_is_whole() {
    let (office, report, _data) = filled(1);
    let pack = office.pack();
    for key in pack.demo["register"].as_table().unwrap().keys() {
        let register = &pack.registers[key.split('-').next().unwrap()];
        assert!(report.registers[&register.title] > 0, "{key} is empty");
        assert!(!rows(&office, &register.id).is_empty(), "{key} lists nothing");
    }
    assert_eq!(report.left_out, Vec::<String>::new());
    assert_eq!(office.verify(&mut |_, _| ()).unwrap(), Vec::new());
    assert_eq!(report.today, office::today());
    let again = office.fill_demo("small", 1, &mut |_, _, _| ());
    let Err(OfficeError::Demo(why)) = again else { panic!("filled twice") };
    assert!(why[0].contains("已有记录"), "{why:?}");
}

#[test]
fn the_same_seed_gives_the_same_records_and_another_seed_others() {
    let (one, report, _data) = filled(7);
    let (two, same, _data) = filled(7);
    assert_eq!((report.rows, &report.registers), (same.rows, &same.registers));
    for id in one.pack().registers.keys() {
        assert_eq!(rows(&one, id), rows(&two, id), "{id}");
    }
    let (three, _, _data) = filled(8);
    assert_ne!(rows(&one, "food_business"), rows(&three, "food_business"));
}

#[test]
fn what_is_generated_holds_the_checks_that_a_form_must_hold() {
    let (office, _, _data) = filled(3);
    let system = Actor::system();
    for register in office.pack().registers.values() {
        let ask = ListAsk { register: register.id.clone(), limit: 5, ..ListAsk::default() };
        for row in office.list(&system, &ask).unwrap().rows {
            let view = office.look(&system, &register.id, row.id).unwrap();
            let saved = office.edit(&system, &register.id, row.id, view.version, Draft::new());
            assert_eq!(
                saved.unwrap().version,
                view.version,
                "{} {} was not as it derives",
                register.id,
                row.name
            );
        }
    }
}

#[test]
fn an_account_of_the_demo_signs_in() {
    let (office, report, _data) = filled(1);
    assert!(report.accounts.contains(&"qiye".to_string()));
    let (_, actor) = office.sign_in("qiye", "Shipin-2023", "127.0.0.1").unwrap();
    assert_eq!(actor.stands_for.len(), 1);
}

#[test]
fn a_scale_and_a_pack_without_demo_data_are_refused_in_words() {
    let (setting, _) = office::Setting::new();
    let Err(OfficeError::Demo(why)) = setting.office.fill_demo("huge", 1, &mut |_, _, _| ()) else {
        panic!("no such scale")
    };
    assert!(why[0].contains("huge"), "{why:?}");
    let Err(OfficeError::Demo(why)) = setting.office.fill_demo("small", 1, &mut |_, _, _| ()) else {
        panic!("the small pack has no demo data")
    };
    assert!(why[0].contains("demo.toml"), "{why:?}");
}
