//! How fast records are written and listed, on SQLite (and on PostgreSQL when SHIAN_TEST_PG is set), against bare rusqlite.
//! `cargo bench -p shian-store`; SHIAN_BENCH_ROWS sets how many records (default 200,000).
#![allow(clippy::expect_used)]

#[path = "../tests/stage/mod.rs"]
mod stage;

use std::time::{Duration, Instant};

use rust_decimal::Decimal;
use shian_pack::expr::{Compare, Node, Type};
use shian_pack::field::FieldKind;
use shian_pack::register::ScopeRule;
use shian_pack::{Pack, Register, Value};
use shian_store::{Asked, Checked, Clause, ListQuery, Scope, Sort, StoreError};
use stage::{Stage, at, choice, field, pack, plain_text, register, stamp, text};

fn sample() -> Pack {
    let mut sample = register(
        "sample",
        vec![
            shian_pack::Field { search: true, ..field("title", plain_text()) },
            field("business", FieldKind::Ref { register: "sample".to_owned() }),
            field("kind", choice()),
            field("date", FieldKind::Date),
            field("result", choice()),
            field("score", FieldKind::Decimal { digits: 1, unit: None }),
            field("fine", FieldKind::Money),
            field("count", FieldKind::Integer { unit: None }),
            field("good", FieldKind::Bool),
            field("note", plain_text()),
        ],
    );
    sample.number = Some("CJ-{year}-{seq:7}".to_owned());
    sample.when = Some("date".to_owned());
    sample.scope = ScopeRule { area: Some("area".to_owned()), body: None, own: Some("business".to_owned()) };
    pack(vec![sample])
}

fn row(n: i64) -> Checked {
    let day = stage::day("2023-01-01") + chrono::Days::new((n % 365) as u64);
    let fields = [
        ("title", text("小白菜（普通白菜）")),
        ("business", Value::Int(n / 20 + 1)),
        ("kind", text(["canteen", "market", "shop"][n as usize % 3])),
        ("date", Value::Date(day)),
        ("result", text(if n % 37 == 0 { "fail" } else { "pass" })),
        ("score", Value::Decimal(Decimal::new(n % 1000, 1))),
        ("fine", Value::Decimal(Decimal::new(n % 100_000, 2))),
        ("count", Value::Int(n % 50)),
        ("good", Value::Bool(n % 2 == 0)),
        ("note", Value::Null),
    ];
    Checked {
        area: format!("411503/4115031{:02}/", n % 20),
        area_id: Some(n % 20 + 1),
        owners: vec![n / 20 + 1],
        date: Some(day),
        name: format!("平桥区第{n}批次"),
        state: "open".to_owned(),
        fields: fields.into_iter().map(|(id, value)| (id.to_owned(), value)).collect(),
        ..Checked::default()
    }
}

/// Since when, by the clock and by the processor: on a busy machine only the latter tells something.
struct Watch {
    clock: Instant,
    processor: Duration,
}

impl Watch {
    fn start() -> Self {
        Self { clock: Instant::now(), processor: processor_time() }
    }

    fn report(&self, what: &str, count: u64) {
        let rate = |time: Duration| count as f64 / time.as_secs_f64().max(0.01);
        let (clock, processor) = (self.clock.elapsed(), processor_time() - self.processor);
        println!("{what:<58} {:>9.0}/s {:>9.0}/s of processor  ({count})", rate(clock), rate(processor));
    }
}

/// What this process has used so far; zero where there is no /proc.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let ticks = |at: usize| fields.get(at).and_then(|ticks| ticks.parse::<u64>().ok()).unwrap_or(0);
    Duration::from_millis((ticks(11) + ticks(12)) * 10)
}

fn write(stage: &Stage, sample: &Register, rows: i64) {
    let watch = Watch::start();
    let register = sample.clone();
    stage
        .store
        .bulk(move |tx| {
            for n in 0..rows {
                tx.insert(&register, row(n), &stamp("create"))?;
            }
            Ok::<_, StoreError>(())
        })
        .expect("the rows are written");
    watch.report("bulk insert with history, chain and words", rows as u64);
    let watch = Watch::start();
    let acts = 64 * 100;
    std::thread::scope(|threads| {
        for caller in 0..64 {
            threads.spawn(move || {
                for n in 0..100 {
                    stage.create(sample, row(caller * 100 + n)).expect("it is written");
                }
            });
        }
    });
    watch.report("single acts, 64 callers, each waits for its commit", acts);
}

fn read(stage: &Stage, sample: &Register) {
    let scope = Scope::any(vec![Clause::Area("411503/411503107/".to_owned())]);
    let kind = Node::Field { id: "kind".to_owned(), ty: Type::Text };
    let filter = Node::Compare(Compare::Eq, Box::new(kind), Box::new(Node::Lit(text("market"))));
    let columns = ["title", "kind", "date", "result"].map(str::to_owned);
    let plain = ListQuery {
        register: sample,
        scope: &scope,
        filter: Some(&filter),
        asked: Asked { now: at(0), me: None },
        search: None,
        sort: &[],
        after: None,
        limit: 50,
        columns: Some(&columns),
        deleted: false,
    };
    let by_date = [Sort { field: "date".to_owned(), desc: true }];
    let queries = [
        ("list of 50 by id, area and filter", plain, 2_000),
        ("list of 50 by date, area and filter", ListQuery { sort: &by_date, ..plain }, 2_000),
        ("list of 50 by words", ListQuery { search: Some("第777"), ..plain }, 500),
    ];
    for (what, query, times) in queries {
        let watch = Watch::start();
        let mut found = 0;
        for _ in 0..times {
            found = stage.store.read(|tx| tx.list(&query)).expect("it is listed").rows.len();
        }
        watch.report(&format!("{what} ({found} found)"), times);
    }
    let watch = Watch::start();
    stage.store.read(|tx| tx.count(&plain)).expect("it is counted");
    watch.report("count, area and filter", 1);
    let watch = Watch::start();
    let total = stage.store.head().expect("there is a head").0;
    assert_eq!(stage.store.verify(&mut |_, _| {}).expect("it is verified"), []);
    watch.report("verify, changes", total as u64);
}

/// The same list by rusqlite alone, with the same SQL.
fn bare(stage: &Stage) {
    let db = rusqlite::Connection::open(stage.database_file()).expect("the file opens");
    let sql = "SELECT _id, _state, _number, _name, _version, _area, _date, title, kind, date, result FROM r_sample \
               WHERE _deleted = 0 AND (+_area >= ?1 AND +_area < ?2) AND kind = ?3 ORDER BY _id DESC LIMIT 51";
    let watch = Watch::start();
    for _ in 0..2_000 {
        let mut statement = db.prepare_cached(sql).expect("it is SQL");
        let rows = statement.query_map(("411503/411503107/", "411503/4115031070", "market"), |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, String>(3)?,
                row.get::<_, String>(7)?,
                row.get::<_, i64>(9)?,
            ))
        });
        assert_eq!(rows.expect("it is listed").filter_map(Result::ok).count(), 51);
    }
    watch.report("the same list of 50 by id, bare rusqlite", 2_000);
}

fn main() {
    let rows = std::env::var("SHIAN_BENCH_ROWS").ok().and_then(|rows| rows.parse().ok()).unwrap_or(200_000);
    for stage in [Some(Stage::sqlite()), Stage::postgres()].into_iter().flatten() {
        println!("{}", if stage.is_sqlite() { "SQLite" } else { "PostgreSQL" });
        let pack = sample();
        stage.apply(&pack);
        let sample = &pack.registers["sample"];
        write(&stage, sample, rows);
        read(&stage, sample);
        if stage.is_sqlite() {
            bare(&stage);
        }
    }
}
