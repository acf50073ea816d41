//! A served district-year as its operator feels it: how soon it answers after a start, how much memory it holds when nobody
//! works, how fast the cockpit opens with many people at it.
//!
//! `cargo bench -p shian-cli --bench office [-- --data DIR]`. Without `--data` a district is made in the target folder and kept.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "../../../benches/section.rs"]
mod file;
#[path = "../tests/running/mod.rs"]
mod running;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use running::{Served, add_user, done, house};

const PEOPLE: usize = 50;
const LOOKS: usize = 10;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let given = arguments.iter().position(|word| word == "--data").and_then(|at| arguments.get(at + 1));
    let data = given.map_or_else(district, PathBuf::from);
    if !done(&["user", "list", "--data", &data.to_string_lossy()]).contains("bench-office") {
        add_user(&data, "bench-office", &["office"]);
    }
    let starts: Vec<Duration> = (0..5).map(|_| start(&data)).collect();
    let served = Served::start(&data);
    let person = served.person("bench-office");
    let fresh = served.memory_mb();
    let first = time(|| assert_eq!(person.get("/").status, 200));
    let mut looks = crowd(&served);
    looks.sort();
    let idle = served.memory_mb();
    let text = format!(
        "## A served district-year\n\n| what | measured |\n|---|---|\n\
         | ready after start, worst of five | {} |\n\
         | first cockpit after start | {} |\n\
         | cockpit with {PEOPLE} people at once: median, 95 of 100 | {}, {} |\n\
         | memory before anybody comes; after all that, nobody at work | {fresh} MB; {idle} MB |\n\n\
         Again: `cargo bench -p shian-cli --bench office`.",
        ms(starts.iter().max().copied().unwrap_or_default()),
        ms(first),
        ms(looks[looks.len() / 2]),
        ms(looks[looks.len() * 95 / 100]),
    );
    file::put("office", &text);
}

/// A district with a year of data, made once.
fn district() -> PathBuf {
    let target = std::env::var("CARGO_TARGET_DIR").map_or_else(|_| house().join("target"), PathBuf::from);
    let data = target.join("bench/district");
    if !data.join("shian.toml").exists() {
        let _ = std::fs::remove_dir_all(&data);
        let (pack, to) = (house().join("packs/pingqiao-2023"), data.to_string_lossy().into_owned());
        done(&["pack", "apply", &pack.to_string_lossy(), "--data", &to]);
        println!("{}", done(&["demo", "--scale", "district", "--data", &to]));
    }
    data
}

fn start(data: &Path) -> Duration {
    time(|| {
        let served = Served::start(data);
        assert_eq!(served.nobody().get("/healthz").status, 200);
    })
}

/// How long each of many looks at the cockpit took. The door keeps five browsers of an account; these people share four.
fn crowd(served: &Served) -> Vec<Duration> {
    let browsers: Vec<_> = (0..4).map(|_| served.person("bench-office")).collect();
    std::thread::scope(|scope| {
        let looks = |at: usize| {
            let browser = &browsers[at % browsers.len()];
            scope.spawn(move || {
                (0..LOOKS).map(|_| time(|| assert_eq!(browser.get("/").status, 200))).collect::<Vec<_>>()
            })
        };
        let threads: Vec<_> = (0..PEOPLE).map(looks).collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

fn time(work: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    work();
    begun.elapsed()
}

fn ms(duration: Duration) -> String {
    format!("{:.0} ms", duration.as_secs_f64() * 1000.0)
}
