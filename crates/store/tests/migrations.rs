//! A changed pack and its tables: the changed office is the fresh one, nothing is lost unasked; on both databases.
#![allow(clippy::expect_used, clippy::panic)]

mod stage;

use shian_pack::field::{Field, FieldKind};
use shian_pack::{Pack, Value};
use shian_store::{Clause, ListQuery, Location, Scope, StoreError};
use stage::{
    Stage, at, checked, choice, decimal, field, pack, plain_text, register, shops_and_visits, stamp, text,
};

on_both_databases! {
    a_changed_office_has_the_tables_of_a_fresh_one
    a_change_applied_twice_is_the_change_applied_once
    records_keep_their_values_and_the_chain_stays_true
    what_would_be_lost_is_told_and_refused
    what_may_be_lost_stays_in_the_history
    a_key_that_records_break_is_an_obstacle
    a_state_that_records_are_in_cannot_go
    a_new_search_field_is_found_in_old_records
    another_kind_of_owner_asks_for_saving_again
    an_unapplied_register_says_so
}

/// Another year's pack: shops with more, less and other fields, keys, numbers and owners; visits gone, plans new.
fn next_year() -> Pack {
    let old = shops_and_visits();
    let mut shop = old.registers["shop"].clone();
    shop.fields.shift_remove("seen");
    shop.fields["diners"].kind = FieldKind::Decimal { digits: 1, unit: None };
    shop.fields["score"].kind = FieldKind::Decimal { digits: 4, unit: None };
    shop.fields["good"].kind = choice();
    shop.fields["staff"].kind = FieldKind::Refs { register: "plan".to_owned() };
    shop.fields["code"].search = true;
    let fields = [
        field("trees", FieldKind::Refs { register: "shop".to_owned() }),
        field("area", FieldKind::Ref { register: "plan".to_owned() }),
        field("order", plain_text()),
    ];
    shop.fields.extend(fields.map(|field| (field.id.clone(), field)));
    shop.unique = vec![vec!["title".to_owned()]];
    shop.number = Some("SP-{seq:4}".to_owned());
    shop.scope.own = Some("trees".to_owned());
    shop.scope.body = None;
    shop.states.insert("paused".to_owned(), "停业".to_owned());
    pack(vec![shop, register("plan", vec![field("due", FieldKind::Date)])])
}

/// The names and types of all tables' columns, and all indexes, as the database itself tells them.
fn shape(stage: &Stage) -> Vec<String> {
    match &stage.location {
        Location::Sqlite(path) => {
            let db = rusqlite::Connection::open(path).expect("the file opens");
            let mut columns = db
                .prepare(
                    "SELECT m.name || '.' || c.name || ' ' || c.type || ' ' || c.\"notnull\" || ' ' || c.pk FROM sqlite_schema m, \
                     pragma_table_xinfo(m.name) c WHERE m.type = 'table' UNION ALL \
                     SELECT m.name || ' ' || coalesce(m.sql, '') FROM sqlite_schema m WHERE m.type = 'index' \
                     UNION ALL SELECT register || body FROM layout ORDER BY 1",
                )
                .expect("the schema is read");
            let rows = columns.query_map([], |row| row.get(0)).expect("the schema is read");
            rows.map(|row| row.expect("a line")).collect()
        }
        Location::Postgres(url) => {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let (client, connection) =
                    tokio_postgres::connect(url, tokio_postgres::NoTls).await.expect("the server answers");
                tokio::spawn(connection);
                let rows = client
                    .query(
                        "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || \
                         coalesce(collation_name, '') COLLATE \"C\" FROM information_schema.columns WHERE table_schema = 'public' \
                         UNION ALL SELECT indexname || indexdef COLLATE \"C\" FROM pg_indexes WHERE schemaname = 'public' \
                         UNION ALL SELECT register || body FROM layout ORDER BY 1",
                        &[],
                    )
                    .await
                    .expect("the schema is read");
                rows.iter().map(|row| row.get(0)).collect()
            })
        }
    }
}

fn another(stage: &Stage) -> Stage {
    if stage.is_sqlite() { Stage::sqlite() } else { Stage::postgres().expect("a second database") }
}

fn a_changed_office_has_the_tables_of_a_fresh_one(stage: &Stage) {
    stage.apply(&shops_and_visits());
    stage.apply(&next_year());
    let fresh = another(stage);
    fresh.apply(&next_year());
    pretty_equal(&shape(stage), &shape(&fresh));
    stage.apply(&shops_and_visits());
    let old = another(stage);
    old.apply(&shops_and_visits());
    pretty_equal(&shape(stage), &shape(&old));
}

fn pretty_equal(left: &[String], right: &[String]) {
    let only = |these: &[String], those: &[String]| {
        these.iter().filter(|line| !those.contains(line)).cloned().collect::<Vec<_>>()
    };
    assert_eq!((only(left, right), only(right, left)), (vec![], vec![]));
}

fn a_change_applied_twice_is_the_change_applied_once(stage: &Stage) {
    stage.apply(&shops_and_visits());
    let first = stage.store.migrate(&next_year(), false, at(0)).expect("it applies");
    assert!(first.steps.len() > 8, "{first:?}");
    let once = shape(stage);
    let planned = stage.store.plan_migration(&next_year()).expect("it is planned");
    assert!(planned.is_empty(), "{planned:?}");
    let second = stage.store.migrate(&next_year(), false, at(0)).expect("it applies again");
    assert!(second.is_empty(), "{second:?}");
    pretty_equal(&once, &shape(stage));
}

fn records_keep_their_values_and_the_chain_stays_true(stage: &Stage) {
    let old = shops_and_visits();
    stage.apply(&old);
    let fields = [
        ("title", text("面馆")),
        ("diners", Value::Int(-12)),
        ("score", decimal("0.05")),
        ("rent", decimal("3.10")),
    ];
    let id = stage.create(&old.registers["shop"], checked("面馆", &fields)).expect("it is written").id;
    let new = next_year();
    stage.apply(&new);
    let shop = &new.registers["shop"];
    let get =
        || stage.store.read(|tx| tx.get(shop, id, &Scope::all())).expect("it is read").expect("it is there");
    let record = get();
    assert_eq!(record.fields["diners"], decimal("-12.0"));
    assert_eq!((&record.fields["score"], &record.fields["rent"]), (&decimal("0.0500"), &decimal("3.10")));
    assert_eq!(record.fields["order"], Value::Null);
    assert_eq!(record.fields.keys().collect::<Vec<_>>(), shop.fields.keys().collect::<Vec<_>>());
    let (register, version) = (shop.clone(), record.version);
    let next = checked("面馆", &[("order", text("x")), ("score", decimal("0.0001"))]);
    stage.store.write(move |tx| tx.update(&register, id, version, next, &stamp("edit"))).expect("it changes");
    assert_eq!(get().fields["score"], decimal("0.0001"));
    assert_eq!(stage.store.verify(&mut |_, _| {}).expect("it is verified"), []);
}

/// Two shops with something in fields that next year's pack has no more.
fn filled(stage: &Stage) -> Pack {
    let old = shops_and_visits();
    stage.apply(&old);
    let fields = [("good", Value::Bool(true)), ("seen", Value::Time(at(9))), ("title", text("面馆"))];
    stage.create(&old.registers["shop"], checked("面馆", &fields)).expect("it is written");
    stage.create(&old.registers["shop"], checked("空", &[])).expect("it is written");
    old
}

fn what_would_be_lost_is_told_and_refused(stage: &Stage) {
    let old = filled(stage);
    stage.create(&old.registers["visit"], checked("查", &[])).expect("it is written");
    let before = shape(stage);
    let planned = stage.store.plan_migration(&next_year()).expect("it is planned");
    assert_eq!(planned.losses.len(), 3, "{:?}", planned.losses);
    match stage.store.migrate(&next_year(), false, at(0)) {
        Err(StoreError::Loss(losses)) => assert_eq!(losses, planned.losses),
        other => panic!("{other:?}"),
    }
    pretty_equal(&before, &shape(stage));
}

fn what_may_be_lost_stays_in_the_history(stage: &Stage) {
    filled(stage);
    let new = next_year();
    stage.store.migrate(&new, true, at(5)).expect("it applies");
    let shop = &new.registers["shop"];
    let history = stage.store.read(|tx| tx.changes(shop, 1)).expect("there is a history");
    let last = history.last().expect("the loss is written down");
    assert_eq!((last.act.as_str(), last.by, last.at), ("migrate", 0, at(5)));
    let gone: Vec<&str> = last.before.keys().map(String::as_str).collect();
    assert_eq!(gone, ["good", "seen"]);
    assert_eq!(stage.store.read(|tx| tx.changes(shop, 2)).expect("there is a history").len(), 1);
    assert_eq!(stage.store.verify(&mut |_, _| {}).expect("it is verified"), []);
    stage.store.migrate(&pack(vec![register("plan", vec![])]), true, at(6)).expect("the shops go");
    let end = stage.store.read(|tx| tx.changes(shop, 2)).expect("there is a history");
    assert_eq!((end.len(), &end[1].before["_name"], end[1].after.len()), (2, &text("空"), 0));
    stage.apply(&shops_and_visits());
    assert_eq!(stage.store.verify(&mut |_, _| {}).expect("it is verified"), []);
}

fn a_key_that_records_break_is_an_obstacle(stage: &Stage) {
    let old = shops_and_visits();
    stage.apply(&old);
    for _ in 0..2 {
        stage
            .create(&old.registers["shop"], checked("面馆", &[("title", text("面馆"))]))
            .expect("it is written");
    }
    let refused = stage.store.migrate(&next_year(), true, at(0));
    assert!(matches!(refused, Err(StoreError::Blocked(_))), "{refused:?}");
}

fn a_state_that_records_are_in_cannot_go(stage: &Stage) {
    let old = shops_and_visits();
    stage.apply(&old);
    stage.create(&old.registers["shop"], checked("面馆", &[])).expect("it is written");
    let mut new = old;
    new.registers["shop"].states.shift_remove("closed");
    stage.apply(&new);
    new.registers["shop"].states.shift_remove("open");
    let refused = stage.store.migrate(&new, true, at(0));
    assert!(matches!(refused, Err(StoreError::Blocked(_))), "{refused:?}");
}

fn a_new_search_field_is_found_in_old_records(stage: &Stage) {
    let old = shops_and_visits();
    stage.apply(&old);
    stage.create(&old.registers["shop"], checked("面馆", &[("code", text("A1"))])).expect("it is written");
    let scope = Scope::all();
    let found = |pack: &Pack, words: &str| {
        let hits = stage.store.read(|tx| tx.search(&[(&pack.registers["shop"], &scope)], words, 9));
        hits.expect("it is searched").len()
    };
    assert_eq!((found(&old, "a1"), found(&old, "面馆")), (0, 1));
    let new = next_year();
    stage.apply(&new);
    assert_eq!((found(&new, "a1"), found(&new, "面馆")), (1, 1));
}

fn another_kind_of_owner_asks_for_saving_again(stage: &Stage) {
    let old = shops_and_visits();
    stage.apply(&old);
    let owned = shian_store::Checked { owners: vec![9], ..checked("面馆", &[]) };
    let id = stage.create(&old.registers["shop"], owned.clone()).expect("it is written").id;
    let new = next_year();
    let done = stage.store.migrate(&new, false, at(0)).expect("it applies");
    assert_eq!(done.restamp, ["shop"]);
    let register = new.registers["shop"].clone();
    let again = shian_store::Checked { owners: vec![9, 10], ..owned };
    stage
        .store
        .write(move |tx| {
            let record = tx.get(&register, id, &Scope::all())?.ok_or(StoreError::BrokenOff)?;
            assert!(record.owners.is_empty());
            tx.update(&register, id, record.version, again, &stamp("edit"))
        })
        .expect("it is saved again");
    let mine = Scope::any(vec![Clause::Own(vec![10])]);
    let sees = stage.store.read(|tx| tx.get(&new.registers["shop"], id, &mine)).expect("it is read");
    assert!(sees.is_some());
    assert_eq!(stage.store.verify(&mut |_, _| {}).expect("it is verified"), []);
}

fn an_unapplied_register_says_so(stage: &Stage) {
    stage.apply(&shops_and_visits());
    let (plan, scope) =
        (register("plan", vec![Field { search: true, ..field("due", FieldKind::Date) }]), Scope::all());
    let query = ListQuery {
        register: &plan,
        scope: &scope,
        filter: None,
        asked: shian_store::Asked { now: at(0), me: None },
        search: None,
        sort: &[],
        after: None,
        limit: 1,
        columns: None,
        deleted: false,
    };
    assert!(matches!(stage.store.read(|tx| tx.list(&query)), Err(StoreError::Unapplied(_))));
}
