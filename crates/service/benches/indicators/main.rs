//! Measures all indicators of a pack on a district-year: the first pass, beside DuckDB on the same rows; the reading of all
//! numbers; and what one change costs. Writes its section into docs/benchmarks.md.
//!
//! `cargo bench -p shian-service --bench indicators [-- --data DIR --rows N --pack DIR]`. Without `--data` an office is filled
//! with random rows in the target folder and kept for the next run. The commands behind the numbers stand in the section.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod duck;
#[path = "../../../../benches/section.rs"]
mod file;
mod fill;
mod section;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use shian_pack::{Catalogue, Pack};
use shian_service::indicator::{Numbers, Part, rebuild, refresh, sides};
use shian_service::{Actor, Office, OfficeConfig, SetClock};
use shian_store::{Location, Store, StoreError};

/// What was measured.
pub struct Measured {
    pub rows: i64,
    pub indicators: usize,
    pub sides: usize,
    pub verdicts: i64,
    /// Every verdict judged and written, one by one.
    pub first_pass: Duration,
    /// Every number straight from the rows, nothing written.
    pub asked: Duration,
    pub read: Duration,
    /// One act with its settling and commit, then all numbers read: each, sorted.
    pub changes: Vec<Duration>,
    pub duck: Option<duck::Answer>,
    /// Indicators whose sums differ between us and DuckDB.
    pub differ: Vec<String>,
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let after = |name: &str| {
        arguments.iter().position(|word| word == name).and_then(|at| arguments.get(at + 1)).cloned()
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let target = std::env::var("CARGO_TARGET_DIR").map_or_else(|_| root.join("target"), PathBuf::from);
    let folder = after("--pack").map_or_else(|| root.join("packs/pingqiao-2023"), PathBuf::from);
    let pack = shian_pack::read(&folder, &Catalogue::default())
        .unwrap_or_else(|found| panic!("{}", found.iter().map(ToString::to_string).collect::<String>()));
    let pack: &'static Pack = Box::leak(Box::new(pack));
    let rows: i64 = after("--rows").map_or(2_100_000, |rows| rows.parse().expect("--rows is a number"));
    let given = after("--data").map(PathBuf::from).filter(|given| {
        let there = given.join("shian.db").exists();
        if !there {
            eprintln!("no office in {}: rows of our own are taken", given.display());
        }
        there
    });
    let data = given.clone().unwrap_or_else(|| target.join("bench").join("indicators"));
    let now: DateTime<Utc> = "2023-09-15T04:00:00Z".parse().unwrap();
    if given.is_none() && !data.join("filled").exists() {
        let _ = std::fs::remove_dir_all(&data);
        eprintln!("filling {} with {rows} rows", data.display());
        let office = open(&data, now);
        office.apply_pack(&folder, true).expect("the pack applies");
        drop(office);
        fill::fill(&data.join("shian.db"), pack, rows);
        std::fs::write(data.join("filled"), rows.to_string()).unwrap();
    }
    let measured = measure(&data, pack, now, &target);
    file::put("indicators", &section::text(&measured));
}

fn open(data: &Path, now: DateTime<Utc>) -> Office {
    let config = OfficeConfig { data: data.to_owned(), database: None };
    Office::open(config, Arc::new(SetClock::new(now))).expect("the office opens")
}

fn measure(data: &Path, pack: &'static Pack, now: DateTime<Utc>, target: &Path) -> Measured {
    let database = data.join("shian.db");
    let store = Store::open(&Location::Sqlite(database.clone()), data).expect("the store opens");
    let clock = Instant::now();
    store.bulk(move |tx| rebuild(tx, pack, now)).expect("all is judged");
    let first_pass = clock.elapsed();
    eprintln!("first pass {first_pass:?}");
    let clock = Instant::now();
    let sums = ask_all(&store, pack, now);
    let asked = clock.elapsed();
    let read = all_numbers(&store, pack, now);
    let changes = changes(data, &store, pack, now);
    let duck = duck::ask(target, &database, pack, now);
    let differ = duck.as_ref().map_or_else(Vec::new, |duck| {
        let differs = |(name, counting, whole): &&(String, i64, i64)| {
            duck.sums.get(name.as_str()).is_none_or(|sum| *sum != (*counting, *whole))
        };
        sums.iter().filter(differs).map(|(name, ..)| name.clone()).collect()
    });
    Measured {
        rows: fill::count(&database, pack),
        indicators: pack.indicators.len(),
        sides: sums.len(),
        verdicts: fill::verdicts(&database),
        first_pass,
        asked,
        read,
        changes,
        duck,
        differ,
    }
}

/// Every side straight from the rows, shared among as many readers as there are cores.
fn ask_all(store: &Store, pack: &'static Pack, now: DateTime<Utc>) -> Vec<(String, i64, i64)> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let ask = || {
        let sides = sides(pack, now);
        store.read(|tx| -> Result<Vec<(String, i64, i64)>, StoreError> {
            let mut sums = Vec::new();
            while let Some(sided) = sides.get(next.fetch_add(1, Ordering::Relaxed)) {
                let clock = Instant::now();
                let tallies = tx.tallies_of(&sided.side)?;
                let counting = tallies.iter().map(|tally| tally.counting).sum();
                let whole = tallies.iter().map(|tally| tally.whole).sum();
                eprintln!("  {:>32} {:>9.1?}", sided.name, clock.elapsed());
                sums.push((sided.name.clone(), counting, whole));
            }
            Ok(sums)
        })
    };
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..cores).map(|_| scope.spawn(ask)).collect();
        let answers = readers.into_iter().map(|reader| reader.join().unwrap().expect("all is asked"));
        answers.flatten().collect()
    })
}

/// All indicators of the whole place and of each area, as the cockpit asks for them; the median of five.
fn all_numbers(store: &Store, pack: &'static Pack, now: DateTime<Utc>) -> Duration {
    let mut times: Vec<Duration> = (0..5).map(|_| read_once(store, pack, now)).collect();
    times.sort();
    times[2]
}

fn read_once(store: &Store, pack: &'static Pack, now: DateTime<Utc>) -> Duration {
    let clock = Instant::now();
    let numbers = store.read(|tx| Numbers::read(tx, pack, now)).expect("the numbers are read");
    for indicator in pack.indicators.values() {
        std::hint::black_box(numbers.of(indicator, Part::default()));
        for area in &pack.areas {
            let path = format!("{}/{}/", pack.area, area.code);
            std::hint::black_box(numbers.of(indicator, Part { area: Some(&path), ..Part::default() }));
        }
    }
    clock.elapsed()
}

/// Takes a record of each register that an indicator counts out of sight and brings it back, as a person would, and reads all
/// numbers after each.
fn changes(data: &Path, store: &Store, pack: &'static Pack, now: DateTime<Utc>) -> Vec<Duration> {
    let office = open(data, now);
    let mut registers: Vec<String> = sides(pack, now)
        .iter()
        .flat_map(|sided| sided.registers().into_iter().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    registers.sort();
    registers.dedup();
    store.write(move |tx| refresh(tx, pack, now)).expect("the day's refresh");
    let mut times = Vec::new();
    for register in registers {
        for (id, version) in fill::some_records(&data.join("shian.db"), &register, 3) {
            let clock = Instant::now();
            let deleted = office.delete(&Actor::system(), &register, id, version, None);
            let Ok(deleted) = deleted else { continue };
            let acted = clock.elapsed();
            read_once(store, pack, now);
            times.push(clock.elapsed());
            eprintln!("  {register:>32} {acted:>9.1?} and read {:>9.1?}", clock.elapsed() - acted);
            office.restore(&Actor::system(), &register, id, deleted.version).expect("it comes back");
        }
    }
    times.sort();
    times
}
