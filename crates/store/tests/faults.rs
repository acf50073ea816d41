//! What was changed behind the store's back is found and named, on both databases.
#![allow(clippy::expect_used, clippy::panic)]

mod stage;

use proptest::test_runner::{Config, TestRunner};
use shian_pack::{Pack, Value};
use shian_store::{Fault, StoreError};
use stage::{Stage, at, checked, decimal, shops_and_visits, stamp, text};

on_both_databases! {
    an_untouched_office_has_no_fault
    a_changed_byte_in_any_change_row_is_found_and_named
    a_removed_change_row_is_found_and_named_also_at_the_end
    a_changed_or_removed_record_is_found_and_named
    a_record_that_nobody_wrote_is_found
    a_changed_or_lost_attachment_is_found
    a_head_that_was_turned_back_is_found
}

const CHANGES: i64 = 30;

/// Thirty changes: twenty shops, five of them edited, three deleted, two brought back.
fn busy(stage: &Stage) -> Pack {
    let pack = shops_and_visits();
    stage.apply(&pack);
    let shop = pack.registers["shop"].clone();
    stage
        .store
        .write(move |tx| {
            for n in 0..20 {
                let fields = [("title", text(&format!("第{n}家\"店\""))), ("rent", decimal("3.20"))];
                tx.insert(&shop, checked(&format!("店{n}"), &fields), &stamp("create"))?;
            }
            for id in 1..=5 {
                tx.update(&shop, id, 1, checked("改", &[("diners", Value::Int(id))]), &stamp("edit"))?;
            }
            for id in 4..=6 {
                tx.delete(&shop, id, if id < 6 { 2 } else { 1 }, &stamp("delete"))?;
            }
            tx.restore(&shop, 4, 3, &stamp("restore"))?;
            let why = shian_store::Stamp { reason: Some("误删".to_owned()), ..stamp("restore") };
            tx.restore(&shop, 5, 3, &why)
        })
        .expect("the office works");
    pack
}

fn faults(stage: &Stage) -> Vec<Fault> {
    stage.store.verify(&mut |_, _| {}).expect("it is verified")
}

fn named(stage: &Stage) -> Vec<i64> {
    let mut named: Vec<i64> = faults(stage).into_iter().filter_map(|fault| fault.seq).collect();
    named.dedup();
    named
}

fn an_untouched_office_has_no_fault(stage: &Stage) {
    busy(stage);
    let mut told = Vec::new();
    let faults = stage.store.verify(&mut |done, total| told.push((done, total))).expect("it is verified");
    assert_eq!(faults, []);
    assert_eq!(told.last(), Some(&(50, 50)), "thirty changes and twenty records");
}

/// A statement that changes one byte of one column of one row, and the one that puts it back.
fn tampering(stage: &Stage, seq: i64, column: &str, place: usize) -> (String, String) {
    let keep = format!("CREATE TABLE kept AS SELECT * FROM change WHERE seq = {seq}");
    let put_back = format!(
        "UPDATE change SET {column} = (SELECT {column} FROM kept) WHERE seq = {seq}; DROP TABLE kept"
    );
    let new = match column {
        "at" | "by" | "record" => format!("{column} + {}", place + 1),
        "hash" | "image" if stage.is_sqlite() => {
            let at = place % 32;
            let hex = format!("hex({column})");
            let digit = format!("substr({hex}, {}, 1)", at * 2 + 1);
            format!(
                "unhex(substr({hex}, 1, {}) || CASE {digit} WHEN 'A' THEN 'B' ELSE 'A' END || substr({hex}, {}))",
                at * 2,
                at * 2 + 2
            )
        }
        "hash" | "image" => {
            format!("set_byte({column}, {0}, (get_byte({column}, {0}) + 1) % 256)", place % 32)
        }
        _ => {
            let at = format!("({place} % (length({column}) + 1))");
            format!("substr({column}, 1, {at}) || 'x' || substr({column}, {at} + 2)")
        }
    };
    (format!("{keep}; UPDATE change SET {column} = {new} WHERE seq = {seq}"), put_back)
}

fn a_changed_byte_in_any_change_row_is_found_and_named(stage: &Stage) {
    busy(stage);
    let columns = ["at", "by", "act", "register", "record", "before", "after", "image", "hash"];
    let strategy = (1..=CHANGES, proptest::sample::select(columns.to_vec()), 0..400_usize);
    let mut runner = TestRunner::new(Config { cases: 40, failure_persistence: None, ..Config::default() });
    let checked = runner.run(&strategy, |(seq, column, place)| {
        let (tamper, put_back) = tampering(stage, seq, column, place);
        stage.tamper(&tamper);
        let named = named(stage);
        stage.tamper(&put_back);
        proptest::prop_assert!(named.contains(&seq), "row {seq}, column {column}: named {named:?}");
        Ok(())
    });
    checked.expect("every change is found");
    stage.tamper("UPDATE change SET reason = '误' WHERE seq = 30");
    assert_eq!(named(stage), [30]);
    stage.tamper(
        "UPDATE change SET reason = '误删' WHERE seq = 30; UPDATE change SET reason = '' WHERE seq = 7",
    );
    assert_eq!(named(stage), [7]);
}

fn a_removed_change_row_is_found_and_named_also_at_the_end(stage: &Stage) {
    busy(stage);
    for seq in [1, 12, 30] {
        stage.tamper(&format!("CREATE TABLE kept AS SELECT * FROM change WHERE seq = {seq}"));
        stage.tamper(&format!("DELETE FROM change WHERE seq = {seq}"));
        assert!(named(stage).contains(&seq), "row {seq}");
        assert!(faults(stage)[0].what.contains(&format!("第 {seq} 号变更被删除")));
        stage.tamper("INSERT INTO change SELECT * FROM kept; DROP TABLE kept");
    }
    stage.tamper("DELETE FROM change WHERE seq > 27");
    assert_eq!(named(stage)[..3], [28, 29, 30]);
}

fn a_changed_or_removed_record_is_found_and_named(stage: &Stage) {
    busy(stage);
    stage.tamper("UPDATE r_shop SET rent = rent + 1 WHERE _id = 20");
    assert_eq!(named(stage), [20]);
    stage.tamper("UPDATE r_shop SET rent = rent - 1 WHERE _id = 20");
    assert_eq!(faults(stage), []);
    for change in ["_deleted = 0", "_created_by = 3", "_own = 9", "_version = 9", "_area = '1/12/'"] {
        let column = change.split(' ').next().expect("a column");
        stage.tamper(&format!("CREATE TABLE kept AS SELECT {column} AS was FROM r_shop WHERE _id = 6"));
        stage.tamper(&format!("UPDATE r_shop SET {change} WHERE _id = 6"));
        assert_eq!(named(stage), [28], "{change}");
        stage.tamper(&format!(
            "UPDATE r_shop SET {column} = (SELECT was FROM kept) WHERE _id = 6; DROP TABLE kept"
        ));
    }
    stage.tamper("DELETE FROM r_shop WHERE _id = 2");
    assert_eq!(named(stage), [22]);
}

fn a_record_that_nobody_wrote_is_found(stage: &Stage) {
    busy(stage);
    stage.tamper("UPDATE r_shop SET _id = 99 WHERE _id = 20");
    let found = faults(stage);
    assert_eq!(found.iter().map(|fault| fault.seq).collect::<Vec<_>>(), [None, Some(20)]);
    assert!(found[0].what.contains("shop 第 99 号记录没有任何变更记录"), "{found:?}");
}

fn a_changed_or_lost_attachment_is_found(stage: &Stage) {
    let pack = shops_and_visits();
    stage.apply(&pack);
    let put = |bytes: &[u8]| stage.store.put_file(bytes.to_vec(), "照片.jpg", at(0)).expect("it is kept");
    let (used, unused) = (put(b"picture"), put(b"draft"));
    assert_eq!(put(b"picture"), used, "the same content is kept once");
    let photos = Value::List(vec![text(&used)]);
    stage.create(&pack.registers["shop"], checked("店", &[("photos", photos)])).expect("it is written");
    assert_eq!(stage.store.file(&used).expect("it is read"), b"picture");
    let info = stage.store.read(|tx| tx.file_info(&used)).expect("it is read").expect("it is known");
    assert_eq!((info.name.as_str(), info.size_bytes), ("照片.jpg", 7));
    assert_eq!(stage.store.sweep_files(at(1)).expect("it is swept"), 1);
    assert!(matches!(stage.store.file(&unused), Err(StoreError::NoFile(_))));
    assert!(matches!(stage.store.file("../office.db"), Err(StoreError::NoFile(_))));
    assert_eq!(faults(stage), []);
    let path = stage.folder.path().join("files").join(&used[..2]).join(&used);
    std::fs::write(&path, b"Picture").expect("it is overwritten");
    assert!(faults(stage)[0].what.contains("内容被改动"));
    std::fs::remove_file(&path).expect("it is removed");
    assert!(faults(stage)[0].what.contains("丢失"));
}

fn a_head_that_was_turned_back_is_found(stage: &Stage) {
    busy(stage);
    stage.tamper("UPDATE head SET seq = 29, hash = (SELECT hash FROM change WHERE seq = 29)");
    assert_eq!(named(stage), [30]);
}
