//! `kill -9` at random instants in the middle of an import and of `pack apply`: what is there afterwards is the old or the new,
//! never a half, and the office works on.
//!
//! SHIAN_CRASH_ROUNDS (kills per kind, default 20), SHIAN_CRASH_ROWS (default 1,000) and SHIAN_CRASH_SEED; the full proof, by hand:
//! `SHIAN_CRASH_ROUNDS=100 SHIAN_CRASH_ROWS=100000 cargo test --release -p shian-tests --test crash -- --nocapture`

#[path = "../crates/store/tests/stage/mod.rs"]
mod stage;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use shian_pack::field::FieldKind;
use shian_pack::{Pack, Value};
use shian_store::{ListQuery, Location, Scope, Store, StoreError};
use stage::{at, checked, choice, decimal, field, shops_and_visits, stamp, text};

/// Tells a child process where to work; without it the children below are no tests at all.
const WORK_IN: &str = "SHIAN_CRASH_WORK_IN";

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

fn rows() -> i64 {
    number("SHIAN_CRASH_ROWS", 1_000) as i64
}

fn open(folder: &Path) -> Store {
    Store::open(&Location::Sqlite(folder.join("office.db")), folder).expect("the office opens")
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

/// A child's work folder, when this process is one.
fn work_folder() -> Option<PathBuf> {
    std::env::var_os(WORK_IN).map(PathBuf::from)
}

#[test]
fn child_imports_in_one() {
    let Some(folder) = work_folder() else { return };
    let register = shops_and_visits().registers["shop"].clone();
    let import = move |tx: &mut shian_store::Tx| {
        for n in 0..rows() {
            tx.insert(&register, shop(n), &stamp("create"))?;
        }
        Ok::<_, StoreError>(())
    };
    open(&folder).bulk(import).expect("the import ends");
}

#[test]
fn child_imports_by_acts() {
    let Some(folder) = work_folder() else { return };
    let (store, pack) = (open(&folder), shops_and_visits());
    std::thread::scope(|threads| {
        for part in 0..8 {
            let (store, pack) = (store.clone(), &pack);
            threads.spawn(move || {
                for n in (part..rows()).step_by(8) {
                    let register = pack.registers["shop"].clone();
                    let act = move |tx: &mut shian_store::Tx| tx.insert(&register, shop(n), &stamp("create"));
                    store.write(act).expect("it is written");
                }
            });
        }
    });
}

#[test]
fn child_applies_a_pack() {
    let Some(folder) = work_folder() else { return };
    open(&folder).migrate(&changed(), true, at(1)).expect("the pack applies");
}

/// Starts a child on the folder and kills it after a while; answers how long it took if it ended before that.
fn run_child(child: &str, folder: &Path, kill_after: Duration) -> Option<Duration> {
    let me = std::env::current_exe().expect("this program has a path");
    let start = Instant::now();
    let mut process = Command::new(me)
        .args(["--exact", child])
        .env(WORK_IN, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the child starts");
    let mut said = process.stdout.take().expect("the child can be heard");
    let (ended, end) = mpsc::channel();
    let listener = std::thread::spawn(move || {
        let mut words = String::new();
        // Ends when the child does; whoever waits may have gone.
        let _ = said.read_to_string(&mut words);
        let _ = ended.send(());
    });
    let done = end.recv_timeout(kill_after).ok().map(|()| start.elapsed());
    if done.is_none() {
        process.kill().expect("the child can be killed");
    }
    let status = process.wait().expect("the child is gone");
    listener.join().expect("the listener ends");
    assert!(done.is_none() || status.success(), "{child} failed by itself");
    done
}

fn copy(from: &Path) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::copy(from.join("office.db"), folder.path().join("office.db")).expect("the office is copied");
    folder
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

/// Kills the child at random instants of its work, again and again; `check` judges what is left.
fn kill_again_and_again(child: &str, before: &Path, check: impl Fn(&Store)) {
    let ever = Duration::from_secs(3_600);
    let mut length = run_child(child, copy(before).path(), ever).expect("the child ends by itself");
    let seed = number("SHIAN_CRASH_SEED", u64::from(std::process::id()));
    let mut random = seed | 1;
    let rounds = number("SHIAN_CRASH_ROUNDS", 20);
    let (mut killed, mut tried) = (0, 0);
    // A machine that gets less busy lets the child end before its instant; then the next ones come sooner.
    while killed < rounds && tried < rounds * 5 {
        tried += 1;
        // xorshift: instants need no better chance.
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let folder = copy(before);
        let instant = length.mul_f64((random % 10_000) as f64 / 10_000.0);
        match run_child(child, folder.path(), instant) {
            Some(sooner) => length = length.min(sooner),
            None => killed += 1,
        }
        let store = open(folder.path());
        let faults = store.verify(&mut |_, _| {}).expect("it is verified");
        assert_eq!(faults, [], "try {tried} of seed {seed}, killed after {instant:?}");
        check(&store);
        let register = shops_and_visits().registers["visit"].clone();
        let next = store.write(move |tx| tx.insert(&register, checked("查", &[]), &stamp("create")));
        next.expect("the office works on");
    }
    println!("{child}: killed {killed} times at work on {} rows, all sound", rows());
    assert!(killed > 0, "never killed at work");
}

/// An office with the old pack and so many shops.
fn office(shops: i64) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let store = open(folder.path());
    store.migrate(&shops_and_visits(), false, at(0)).expect("the pack applies");
    let register = shops_and_visits().registers["shop"].clone();
    let fill = move |tx: &mut shian_store::Tx| {
        for n in 0..shops {
            tx.insert(&register, shop(n), &stamp("create"))?;
        }
        Ok::<_, StoreError>(())
    };
    store.bulk(fill).expect("it is filled");
    let whole = folder.path().join("whole");
    store.backup(&whole, &mut |_, _| {}).expect("it is backed up");
    drop(store);
    let clean = tempfile::tempdir().expect("a temporary folder");
    std::fs::copy(whole.join("office.db"), clean.path().join("office.db")).expect("it is copied");
    clean
}

#[test]
fn an_import_that_is_killed_leaves_all_or_nothing() {
    let before = office(0);
    kill_again_and_again("child_imports_in_one", before.path(), |store| {
        let found = count(store, &shops_and_visits());
        assert!(found == 0 || found == rows(), "{found} of {} rows", rows());
    });
}

#[test]
fn acts_that_are_killed_leave_whole_records_only() {
    let before = office(0);
    kill_again_and_again("child_imports_by_acts", before.path(), |store| {
        let found = count(store, &shops_and_visits());
        assert_eq!(store.head().expect("there is a head").0, found, "a change for every record");
    });
}

#[test]
fn a_pack_apply_that_is_killed_leaves_the_old_or_the_new_and_can_be_finished() {
    let before = office(rows());
    kill_again_and_again("child_applies_a_pack", before.path(), |store| {
        assert_eq!(count(store, &shops_and_visits()), rows());
        store.migrate(&changed(), true, at(1)).expect("the pack applies");
        assert!(store.plan_migration(&changed()).expect("it is planned").is_empty());
        assert_eq!(count(store, &changed()), rows());
        assert_eq!(store.verify(&mut |_, _| {}).expect("it is verified"), []);
    });
}
