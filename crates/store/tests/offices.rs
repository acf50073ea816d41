//! Whole offices: backed up while they work, restored elsewhere, and rid of duplicates; on both databases.
#![allow(clippy::expect_used, clippy::panic)]

mod stage;

use shian_pack::{Register, Value};
use shian_store::{Checked, Clause, Key, Location, Scope, Store, StoreError};
use stage::{Stage, at, checked, shops_and_visits, stamp, text};

on_both_databases! {
    a_backup_of_a_working_office_is_restored_whole
    a_backup_does_not_write_over_anything
    duplicates_are_found_by_code_and_by_loose_name
    a_merge_moves_every_ref_and_keeps_the_history
    a_merge_of_what_is_gone_is_refused
}

fn a_backup_of_a_working_office_is_restored_whole(stage: &Stage) {
    let pack = shops_and_visits();
    stage.apply(&pack);
    let shop = &pack.registers["shop"];
    let hash = stage.store.put_file(b"picture".to_vec(), "a.jpg", at(0)).expect("it is kept");
    let photos = Value::List(vec![text(&hash)]);
    stage
        .create(shop, checked("火锅店", &[("photos", photos), ("title", text("老火锅"))]))
        .expect("it is written");
    let folder = stage.folder.path().join("backup");
    let backup = std::thread::scope(|threads| {
        threads.spawn(|| {
            for n in 0..40 {
                stage.create(shop, checked(&format!("店{n}"), &[])).expect("the office works on");
            }
        });
        stage.store.backup(&folder, &mut |_, _| {}).expect("it is backed up")
    });
    assert!((1..=41).contains(&backup.seq) && backup.files == 1);
    let other =
        if stage.is_sqlite() { Some(Stage::sqlite()) } else { Stage::postgres() }.expect("a second office");
    let data = other.folder.path().join("restored");
    let location = match &other.location {
        Location::Sqlite(_) => Location::Sqlite(data.join("office.db")),
        Location::Postgres(_) => {
            other.tamper("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
            other.location.clone()
        }
    };
    let restored = Store::restore(&folder, &location, &data, &mut |_, _| {}).expect("it is restored");
    assert_eq!(restored.head().expect("it has a head").0, backup.seq);
    assert_eq!(restored.verify(&mut |_, _| {}).expect("it is verified"), []);
    assert_eq!(restored.file(&hash).expect("the attachment is there"), b"picture");
    let hits =
        restored.read(|tx| tx.search(&[(shop, &Scope::all())], "火锅", 9)).expect("its words are there");
    assert_eq!(hits.len(), 1);
    let register = shop.clone();
    let next = restored.write(move |tx| tx.insert(&register, checked("新", &[]), &stamp("create")));
    assert_eq!(next.expect("it works on").seq, backup.seq + 1);
    let again = Store::restore(&folder, &location, &data, &mut |_, _| {});
    assert!(matches!(again, Err(StoreError::Restore(_))), "an office is not restored over another");
}

fn a_backup_does_not_write_over_anything(stage: &Stage) {
    let folder = stage.folder.path().join("files");
    assert!(matches!(stage.store.backup(&folder, &mut |_, _| {}), Err(StoreError::Io { .. })));
}

fn put(stage: &Stage, register: &Register, name: &str, fields: &[(&str, Value)]) -> i64 {
    stage.create(register, checked(name, fields)).expect("it is written").id
}

fn duplicates_are_found_by_code_and_by_loose_name(stage: &Stage) {
    let pack = shops_and_visits();
    stage.apply(&pack);
    let shop = &pack.registers["shop"];
    let code = |code: &str| ("code", text(code));
    let a = put(stage, shop, "金太阳（总店）", &[code("1")]);
    let b = put(stage, shop, "金太阳 (总店)", &[code("2")]);
    let c = put(stage, shop, "别的", &[code("1")]);
    put(stage, shop, "又一家", &[]);
    put(stage, shop, "再一家", &[code("")]);
    put(stage, shop, "第三家", &[code("")]);
    let keys = [
        Key { fields: vec!["code".to_owned()], loosely: false },
        Key { fields: vec!["name".to_owned()], loosely: true },
    ];
    let find = |scope: &Scope| {
        let found =
            stage.store.read(|tx| tx.find_duplicates(shop, scope, &keys)).expect("they are looked for");
        found.into_iter().map(|group| (group.by[0].clone(), group.records)).collect::<Vec<_>>()
    };
    assert_eq!(find(&Scope::all()), [("name".to_owned(), vec![a, b]), ("code".to_owned(), vec![a, c])]);
    assert!(find(&Scope::any(vec![Clause::Area("2/".to_owned())])).is_empty());
}

fn a_merge_moves_every_ref_and_keeps_the_history(stage: &Stage) {
    let pack = shops_and_visits();
    stage.apply(&pack);
    let (shop, visit) = (&pack.registers["shop"], &pack.registers["visit"]);
    let (winner, loser) = (put(stage, shop, "甲", &[]), put(stage, shop, "甲店", &[]));
    let ids = |ids: &[i64]| Value::List(ids.iter().copied().map(Value::Int).collect());
    let one = put(stage, visit, "一", &[("shop", Value::Int(loser)), ("people", ids(&[loser, 50]))]);
    let both = put(stage, visit, "二", &[("shop", Value::Int(winner)), ("people", ids(&[winner, loser]))]);
    let owned = Checked { owners: vec![loser], ..checked("三", &[]) };
    let owned = stage.create(visit, owned).expect("it is written").id;
    let other = put(stage, visit, "四", &[("shop", Value::Int(winner))]);
    let register = shop.clone();
    let merged = stage
        .store
        .write(move |tx| tx.merge(&register, winner, &[loser], &stamp("merge")))
        .expect("it merges");
    let touched = |id| ("visit".to_owned(), id);
    assert_eq!(merged.touched, [touched(one), touched(both), touched(owned)]);
    assert!(merged.losers[0].deleted && merged.losers[0].merged_into == Some(winner));
    let get = |id| {
        stage.store.read(|tx| tx.get(visit, id, &Scope::all())).expect("it is read").expect("it is there")
    };
    assert_eq!(
        (&get(one).fields["shop"], &get(one).fields["people"]),
        (&Value::Int(winner), &ids(&[winner, 50]))
    );
    assert_eq!((get(both).fields["people"].clone(), get(owned).owners), (ids(&[winner]), vec![winner]));
    assert_eq!(get(other).version, 1);
    let mine = Scope::any(vec![Clause::Own(vec![winner])]);
    let sees = stage.store.read(|tx| tx.get(visit, owned, &mine)).expect("it is read");
    assert!(sees.is_some(), "the scope follows the new owner");
    let history = stage.store.read(|tx| tx.changes(visit, one)).expect("there is a history");
    assert_eq!((history[1].act.as_str(), &history[1].before["shop"]), ("merge", &Value::Int(loser)));
    assert_eq!(stage.store.verify(&mut |_, _| {}).expect("it is verified"), []);
}

fn a_merge_of_what_is_gone_is_refused(stage: &Stage) {
    let pack = shops_and_visits();
    stage.apply(&pack);
    let shop = pack.registers["shop"].clone();
    let winner = put(stage, &shop, "甲", &[]);
    let merged = stage.store.write(move |tx| tx.merge(&shop, winner, &[99], &stamp("merge")));
    assert!(matches!(merged, Err(StoreError::Missing { record: 99, .. })));
}
