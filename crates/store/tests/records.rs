//! Writing records and reading them back, on both databases.
#![allow(clippy::expect_used, clippy::panic)]

mod stage;

use shian_pack::Value;
use shian_store::{Checked, Clause, Scope, StoreError};
use stage::{Stage, at, checked, day, decimal, shops_and_visits, stamp, text};

on_both_databases! {
    a_record_comes_back_as_it_was_written
    a_change_is_written_down_with_what_was_and_what_is
    a_stale_change_is_refused_and_nothing_is_written
    a_failed_act_takes_back_all_it_wrote_and_spares_its_group
    a_panic_in_an_act_is_a_refusal
    two_live_records_cannot_share_a_unique_key
    a_deleted_record_is_kept_and_can_come_back
    numbers_run_by_the_year_without_gaps
    ids_are_one_sequence_over_all_registers
    only_rows_in_scope_are_found
    a_ref_and_many_refs_are_found_from_the_other_side
    sixteen_callers_at_once_are_all_answered
    a_bulk_act_is_all_or_nothing
}

fn full() -> Checked {
    let row = [("n".to_owned(), decimal("1.50"))].into_iter().collect();
    Checked {
        body: Some(3),
        owners: vec![9],
        date: Some(day("2023-05-06")),
        area_id: Some(2),
        ..checked(
            "金太阳火锅",
            &[
                ("title", text("金太阳火锅 \"总店\"\n")),
                ("code", text("91411503MA40XXXX1A")),
                ("kind", text("a")),
                ("diners", Value::Int(-120)),
                ("score", decimal("-0.05")),
                ("rent", decimal("1234567.89")),
                ("opened", Value::Date(day("1968-02-29"))),
                ("seen", Value::Time(at(5))),
                ("good", Value::Bool(true)),
                ("keeper", Value::Int(9)),
                ("staff", Value::List(vec![Value::Int(5), Value::Int(4)])),
                ("photos", Value::List(vec![text("ab12")])),
                ("rows", Value::Rows(vec![row])),
            ],
        )
    }
}

fn a_record_comes_back_as_it_was_written(stage: &Stage) {
    let pack = shops_and_visits();
    stage.apply(&pack);
    let shop = &pack.registers["shop"];
    let written = stage.create(shop, full()).expect("it is written");
    assert_eq!(written.fields["diners"], Value::Int(-120));
    let read = stage.store.read(|tx| tx.get(shop, written.id, &Scope::all())).expect("it is read");
    assert_eq!(read, Some(written.clone()));
    let keys: Vec<&String> = written.fields.keys().collect();
    assert_eq!(keys, shop.fields.keys().collect::<Vec<_>>());
    let empty = stage.create(shop, checked("空", &[])).expect("nothing but a name will do");
    assert_eq!(empty.fields["score"], Value::Null);
    let read = stage.store.read(|tx| tx.get(shop, empty.id, &Scope::all())).expect("it is read");
    assert_eq!(read, Some(empty));
}

fn a_change_is_written_down_with_what_was_and_what_is(stage: &Stage) {
    let pack = shops_and_visits();
    stage.apply(&pack);
    let shop = pack.registers["shop"].clone();
    let written = stage.create(&shop, full()).expect("it is written");
    let mut next = full();
    next.state = "closed".to_owned();
    next.fields.insert("score".to_owned(), decimal("7"));
    next.fields.insert("opened".to_owned(), Value::Null);
    let register = shop.clone();
    let id = written.id;
    let act =
        shian_store::Stamp { at: at(60), by: 8, act: "close".to_owned(), reason: Some("搬迁".to_owned()) };
    let changed = stage.store.write(move |tx| tx.update(&register, id, 1, next, &act)).expect("it changes");
    assert_eq!((changed.version, changed.updated_by, changed.created_by), (2, 8, 7));
    let history = stage.store.read(|tx| tx.changes(&shop, id)).expect("there is a history");
    assert_eq!(history.len(), 2);
    assert_eq!(history[0].after["title"], text("金太阳火锅 \"总店\"\n"));
    assert_eq!(history[0].after["_date"], Value::Date(day("2023-05-06")));
    assert!(history[0].before.is_empty());
    let last = &history[1];
    assert_eq!((last.act.as_str(), last.reason.as_deref(), last.by), ("close", Some("搬迁"), 8));
    let was: Vec<_> = last.before.iter().map(|(id, value)| (id.as_str(), value.clone())).collect();
    assert_eq!(
        was,
        [("_state", text("open")), ("opened", Value::Date(day("1968-02-29"))), ("score", decimal("-0.05"))]
    );
    let is: Vec<_> = last.after.iter().map(|(id, value)| (id.as_str(), value.clone())).collect();
    assert_eq!(is, [("_state", text("closed")), ("opened", Value::Null), ("score", decimal("7.00"))]);
    let feed = stage.store.read(|tx| tx.changes_after(1, 10)).expect("there is a feed");
    assert_eq!(feed, std::slice::from_ref(last));
}

fn a_stale_change_is_refused_and_nothing_is_written(stage: &Stage) {
    let pack = shops_and_visits();
    stage.apply(&pack);
    let shop = pack.registers["shop"].clone();
    let id = stage.create(&shop, full()).expect("it is written").id;
    for (version, wanted) in [(1, true), (1, false), (2, true)] {
        let (register, next) = (shop.clone(), checked(&format!("第{version}"), &[]));
        let done = stage.store.write(move |tx| tx.update(&register, id, version, next, &stamp("edit")));
        match done {
            Ok(_) => assert!(wanted),
            Err(StoreError::Stale { current, .. }) => assert!(!wanted && current == 2),
            Err(other) => panic!("{other}"),
        }
    }
    let history = stage.store.read(|tx| tx.changes(&shop, id)).expect("there is a history");
    assert_eq!(history.len(), 3);
}

fn a_failed_act_takes_back_all_it_wrote_and_spares_its_group(stage: &Stage) {
    let pack = shops_and_visits();
    stage.apply(&pack);
    let shop = pack.registers["shop"].clone();
    let register = shop.clone();
    let failed = stage.store.write(move |tx| {
        tx.insert(&register, full(), &stamp("create"))?;
        let tried = tx.attempt(|tx| {
            tx.insert(&register, checked("半", &[]), &stamp("create"))?;
            tx.insert(&register, full(), &stamp("create"))
        });
        assert!(matches!(tried, Err(StoreError::Conflict { .. })));
        tx.insert(&register, checked("还在", &[]), &stamp("create"))?;
        Err::<(), _>(StoreError::BrokenOff)
    });
    assert!(failed.is_err());
    let after = stage.create(&shop, full()).expect("the key is free again");
    assert_eq!((after.id, after.seq), (1, 1), "neither an id nor a place in the chain was lost");
}

fn a_panic_in_an_act_is_a_refusal(stage: &Stage) {
    let pack = shops_and_visits();
    stage.apply(&pack);
    let shop = pack.registers["shop"].clone();
    let register = shop.clone();
    let broken = stage.store.write(move |tx| -> Result<(), StoreError> {
        tx.insert(&register, full(), &stamp("create"))?;
        panic!("a bug in an act");
    });
    assert!(matches!(broken, Err(StoreError::BrokenOff)));
    assert_eq!(stage.create(&shop, full()).expect("the writer goes on").id, 1);
}

fn two_live_records_cannot_share_a_unique_key(stage: &Stage) {
    let pack = shops_and_visits();
    stage.apply(&pack);
    let shop = pack.registers["shop"].clone();
    let first = stage.create(&shop, full()).expect("it is written");
    match stage.create(&shop, full()) {
        Err(StoreError::Conflict { register, fields }) => {
            assert_eq!((register.as_str(), fields), ("shop", vec!["code".to_owned(), "kind".to_owned()]));
        }
        other => panic!("{other:?}"),
    }
    let register = shop.clone();
    stage.store.write(move |tx| tx.delete(&register, first.id, 1, &stamp("delete"))).expect("it goes");
    stage.create(&shop, full()).expect("a deleted record holds no key");
    let register = shop.clone();
    let back = stage.store.write(move |tx| tx.restore(&register, first.id, 2, &stamp("restore")));
    assert!(matches!(back, Err(StoreError::Conflict { .. })), "{back:?}");
}

fn a_deleted_record_is_kept_and_can_come_back(stage: &Stage) {
    let pack = shops_and_visits();
    stage.apply(&pack);
    let shop = pack.registers["shop"].clone();
    let first = stage.create(&shop, full()).expect("it is written");
    let register = shop.clone();
    let gone =
        stage.store.write(move |tx| tx.delete(&register, first.id, 1, &stamp("delete"))).expect("it goes");
    assert!(gone.deleted);
    let read = stage.store.read(|tx| tx.get(&shop, first.id, &Scope::all())).expect("it is read");
    assert_eq!(read, Some(gone));
    let register = shop.clone();
    let back = stage
        .store
        .write(move |tx| tx.restore(&register, first.id, 2, &stamp("restore")))
        .expect("it returns");
    assert_eq!((back.deleted, back.version, back.fields), (false, 3, first.fields));
}

fn numbers_run_by_the_year_without_gaps(stage: &Stage) {
    let pack = shops_and_visits();
    stage.apply(&pack);
    let visit = &pack.registers["visit"];
    let on = |date: &str| Checked { date: Some(day(date)), ..checked("查", &[]) };
    let number =
        |date: &str| stage.create(visit, on(date)).expect("it is written").number.expect("it has a number");
    assert_eq!(number("2023-01-01"), "JC-2023-000001");
    assert_eq!(number("2024-01-01"), "JC-2024-000001");
    let register = visit.clone();
    let given_up = stage.store.write(move |tx| {
        tx.insert(
            &register,
            Checked { date: Some(day("2023-02-01")), ..checked("废", &[]) },
            &stamp("create"),
        )?;
        Err::<(), _>(StoreError::BrokenOff)
    });
    assert!(given_up.is_err());
    assert_eq!(number("2023-12-31"), "JC-2023-000002");
    let own = Checked { number: Some("JC-2023-000002".to_owned()), ..on("2023-01-01") };
    match stage.create(visit, own) {
        Err(StoreError::Conflict { fields, .. }) => assert_eq!(fields, ["_number"]),
        other => panic!("{other:?}"),
    }
    let own = Checked { number: Some("JC-2023-000007".to_owned()), ..on("2023-01-01") };
    stage.create(visit, own).expect("a number may be brought along");
    assert_eq!(number("2023-12-31"), "JC-2023-000008", "and the sequence goes on after it");
}

fn ids_are_one_sequence_over_all_registers(stage: &Stage) {
    let pack = shops_and_visits();
    stage.apply(&pack);
    let ids: Vec<i64> = ["shop", "visit", "shop"]
        .iter()
        .map(|id| stage.create(&pack.registers[*id], checked("一", &[])).expect("it is written").id)
        .collect();
    assert_eq!(ids, [1, 2, 3]);
}

fn only_rows_in_scope_are_found(stage: &Stage) {
    let pack = shops_and_visits();
    stage.apply(&pack);
    let shop = &pack.registers["shop"];
    let id = stage.create(shop, full()).expect("it is written").id;
    let sees = |scope: Scope| stage.store.read(|tx| tx.get(shop, id, &scope)).expect("it is read").is_some();
    let area = |path: &str| Clause::Area(path.to_owned());
    assert!(
        sees(Scope::all()) && sees(Scope::any(vec![area("1/")])) && sees(Scope::any(vec![area("1/11/")]))
    );
    assert!(
        !sees(Scope::none())
            && !sees(Scope::any(vec![area("1/1/")]))
            && !sees(Scope::any(vec![area("1/11/2/")]))
    );
    assert!(
        sees(Scope::any(vec![Clause::Body(vec![1, 3])])) && !sees(Scope::any(vec![Clause::Body(vec![])]))
    );
    assert!(sees(Scope::any(vec![Clause::Own(vec![9])])) && !sees(Scope::any(vec![Clause::Own(vec![8])])));
    assert!(sees(Scope::any(vec![area("2/"), Clause::Own(vec![9])])), "one clause is enough");
    let visit = &pack.registers["visit"];
    let both = Checked { owners: vec![4, 5], ..checked("查", &[]) };
    let id = stage.create(visit, both).expect("it is written").id;
    let sees = |owner| {
        let scope = Scope::any(vec![Clause::Own(vec![owner])]);
        stage.store.read(|tx| tx.get(visit, id, &scope)).expect("it is read").is_some()
    };
    assert!(sees(4) && sees(5) && !sees(6));
}

fn a_ref_and_many_refs_are_found_from_the_other_side(stage: &Stage) {
    let pack = shops_and_visits();
    stage.apply(&pack);
    let (shop, visit) = (&pack.registers["shop"], pack.registers["visit"].clone());
    let target = stage.create(shop, full()).expect("it is written").id;
    let refs = Value::List(vec![Value::Int(target), Value::Int(77)]);
    let fields = [("shop", Value::Int(target)), ("people", refs)];
    let id = stage.create(&visit, checked("查", &fields)).expect("it is written").id;
    stage.create(&visit, checked("另查", &[("shop", Value::Int(99))])).expect("it is written");
    let find = |field: &str, target| {
        let found = stage.store.read(|tx| tx.find_referencing(&visit, field, target)).expect("it is read");
        found.into_iter().map(|record| record.id).collect::<Vec<_>>()
    };
    assert_eq!(
        (find("shop", target), find("people", target), find("people", 77)),
        (vec![id], vec![id], vec![id])
    );
    let register = visit.clone();
    let next = checked("查", &[("people", Value::List(vec![Value::Int(78)]))]);
    stage.store.write(move |tx| tx.update(&register, id, 1, next, &stamp("edit"))).expect("it changes");
    assert!(find("shop", target).is_empty() && find("people", 77).is_empty());
    assert_eq!(find("people", 78), [id]);
}

fn sixteen_callers_at_once_are_all_answered(stage: &Stage) {
    let pack = shops_and_visits();
    stage.apply(&pack);
    let visit = &pack.registers["visit"];
    std::thread::scope(|threads| {
        for _ in 0..16 {
            threads.spawn(|| {
                for _ in 0..10 {
                    stage.create(visit, checked("查", &[])).expect("it is written");
                }
            });
        }
    });
    let feed = stage.store.read(|tx| tx.changes_after(0, 1000)).expect("there is a feed");
    assert_eq!(feed.iter().map(|change| change.seq).collect::<Vec<_>>(), (1..=160).collect::<Vec<_>>());
}

fn a_bulk_act_is_all_or_nothing(stage: &Stage) {
    let pack = shops_and_visits();
    stage.apply(&pack);
    for fails in [true, false] {
        let visit = pack.registers["visit"].clone();
        let done = stage.store.bulk(move |tx| {
            for n in 0..600 {
                tx.insert(&visit, checked(&format!("第{n}"), &[]), &stamp("create"))?;
            }
            if fails { Err(StoreError::BrokenOff) } else { Ok(()) }
        });
        assert_eq!(done.is_err(), fails);
        let last = stage.store.read(|tx| tx.last_seq()).expect("the head is read");
        assert_eq!(last, if fails { 0 } else { 600 });
    }
}
