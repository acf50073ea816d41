//! The store alone: a bulk of inserts, single acts in groups, and tables that change under their rows.
use std::path::Path;

use shian_pack::field::FieldKind;
use shian_pack::{Pack, Value};
use shian_store::{ListQuery, Scope, Store, StoreError};

use crate::kills::{Kind, On, Place, Told, kill_again_and_again, location, rows, told};
use crate::stage::{at, checked, choice, decimal, field, shops_and_visits, stamp, text};

/// Acts on top of the rows that are there.
fn acts() -> i64 {
    rows() / 10 + 200
}

fn open(place: &Place) -> Store {
    Store::open(&place.location(), place.data()).expect("the office opens")
}

fn open_as_child(told: Told) -> Store {
    Store::open(&location(&told.data, told.database), &told.data).expect("the office opens")
}

fn shop(n: i64) -> shian_store::Checked {
    let fields = [
        ("title", text(&format!("第{n}家火锅店"))),
        ("code", text(&n.to_string())),
        ("diners", Value::Int(n)),
        ("good", Value::Bool(n % 2 == 0)),
        ("rent", decimal("12.50")),
        ("staff", Value::List(vec![Value::Int(n), Value::Int(n + 1)])),
    ];
    checked(&format!("店{n}"), &fields)
}

/// Another field kind, a field less and a field more: every record is written again.
fn changed() -> Pack {
    let mut pack = shops_and_visits();
    let shop = &mut pack.registers["shop"];
    shop.fields.shift_remove("good");
    shop.fields["diners"].kind = FieldKind::Decimal { digits: 2, unit: None };
    shop.fields["code"].search = true;
    let new = field("grade", choice());
    shop.fields.insert(new.id.clone(), new);
    pack
}

/// Inserts so many shops in one transaction.
fn import(store: &Store, shops: i64) {
    let register = shops_and_visits().registers["shop"].clone();
    let import = move |tx: &mut shian_store::Tx| {
        for n in 0..shops {
            tx.insert(&register, shop(n), &stamp("create"))?;
        }
        Ok::<_, StoreError>(())
    };
    store.bulk(import).expect("the import ends");
}

#[test]
fn child_imports_in_one() {
    let Some(told) = told() else { return };
    import(&open_as_child(told), rows());
}

#[test]
fn child_acts() {
    let Some(told) = told() else { return };
    let (store, pack) = (open_as_child(told), shops_and_visits());
    std::thread::scope(|threads| {
        for part in 0..8 {
            let (store, pack) = (store.clone(), &pack);
            threads.spawn(move || {
                for n in (part..acts()).step_by(8) {
                    let register = pack.registers["shop"].clone();
                    let act = move |tx: &mut shian_store::Tx| {
                        tx.insert(&register, shop(rows() + n), &stamp("create"))
                    };
                    store.write(act).expect("it is written");
                }
            });
        }
    });
}

#[test]
fn child_changes_tables() {
    let Some(told) = told() else { return };
    open_as_child(told).migrate(&changed(), true, at(1)).expect("the pack applies");
}

/// How many live shops there are; every one of them is read whole.
fn count(store: &Store, pack: &Pack) -> i64 {
    let (register, scope) = (&pack.registers["shop"], Scope::all());
    let first = ListQuery {
        register,
        scope: &scope,
        filter: None,
        asked: shian_store::Asked { now: at(0), me: None },
        search: None,
        sort: &[],
        after: None,
        limit: 5_000,
        columns: None,
        deleted: false,
    };
    let (mut after, mut count) = (None, 0);
    loop {
        let query = ListQuery { after: after.as_ref(), ..first };
        let page = store.read(|tx| tx.list(&query)).expect("it is listed");
        count += page.rows.len() as i64;
        let found = page.rows.iter().all(|row| row.fields["rent"] == decimal("12.50") && row.version >= 1);
        assert!(found, "a half-written record");
        let Some(next) = page.next else { return count };
        after = Some(next);
    }
}

/// Nothing is wrong in it, and it takes a new record.
fn sound(store: &Store) {
    assert_eq!(store.verify(&mut |_, _| {}).expect("it is verified"), []);
    let register = shops_and_visits().registers["visit"].clone();
    let next = store.write(move |tx| tx.insert(&register, checked("查", &[]), &stamp("create")));
    next.expect("the office works on");
}

/// Backs up an office with the old pack and so many shops, into the folder.
fn office(on: On, shops: i64, backup: &Path) -> Option<()> {
    let place = Place::new(on)?;
    let store = open(&place);
    store.migrate(&shops_and_visits(), false, at(0)).expect("the pack applies");
    import(&store, shops);
    store.backup(backup, &mut |_, _| {}).expect("it is backed up");
    Some(())
}

fn kill(on: On, child: &str, shops: i64, check: impl Fn(&Store)) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let before = folder.path().join("whole");
    if office(on, shops, &before).is_none() {
        return;
    }
    let kind = Kind { on, child, before: &before, with: Path::new("") };
    let check = |place: &Place, (): &()| {
        let store = open(place);
        check(&store);
        sound(&store);
    };
    kill_again_and_again(&kind, |place| check(place, &()), check);
}

fn an_import_that_is_killed_leaves_all_or_nothing(on: On) {
    kill(on, "store::child_imports_in_one", 0, |store| {
        let found = count(store, &shops_and_visits());
        assert!(found == 0 || found == rows(), "{found} of {} rows", rows());
    });
}

fn acts_that_are_killed_leave_whole_records_only(on: On) {
    kill(on, "store::child_acts", rows(), |store| {
        let found = count(store, &shops_and_visits());
        assert!(found >= rows(), "{found} of {} rows", rows());
        assert_eq!(store.head().expect("there is a head").0, found, "a change for every record");
    });
}

fn changing_tables_that_is_killed_leaves_the_old_or_the_new(on: On) {
    kill(on, "store::child_changes_tables", rows(), |store| {
        let old = !store.plan_migration(&changed()).expect("it is planned").is_empty();
        let pack = if old { shops_and_visits() } else { changed() };
        assert!(store.plan_migration(&pack).expect("it is planned").is_empty(), "neither old nor new");
        assert_eq!(count(store, &pack), rows());
        assert_eq!(store.verify(&mut |_, _| {}).expect("it is verified"), []);
        store.migrate(&changed(), true, at(1)).expect("the pack applies");
        assert_eq!(count(store, &changed()), rows());
    });
}

killed_on_both_databases! {
    an_import_that_is_killed_leaves_all_or_nothing
    acts_that_are_killed_leave_whole_records_only
    changing_tables_that_is_killed_leaves_the_old_or_the_new
}
